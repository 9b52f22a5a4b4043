"""export: a trained language model as a folder that other programs load."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import typer

from app import terminal
from app.champion import champion_bundle
from app.settings import machine_profile
from diagram_core.errors import UsageError

_SHARD_SIZE = re.compile(r"[1-9][0-9]*(\.[0-9]+)?(KB|MB|GB|KiB|MiB|GiB)")
_MEGABYTE = 1e6


def export(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[DIR]", help="A bundle, or an artifact of sft, orpo or quantize; else the champion."),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="A new folder.")] = Path("exported-model"),
    shard_size: Annotated[
        str, typer.Option(metavar="SIZE", help="Of a file of weights, at most: 200MB, 5GB, 1GiB.")
    ] = "5GB",
    dtype: Annotated[
        Literal["float32", "bfloat16", "float16"],
        typer.Option(metavar="float32|bfloat16|float16", help="Of the weights; they are merged in float32."),
    ] = "float32",
    adapter_only: Annotated[
        bool, typer.Option("--adapter-only", help="Do not merge: write an adapter for PEFT.")
    ] = False,
) -> None:
    """Write the language model, merged and whole, for AutoModelForCausalLM and AutoTokenizer.

    \b
    Examples:
      diagramforge export --out my-model --shard-size 200MB
      diagramforge export artifacts/sft/3f0c9a51d27be864 --out my-model --dtype bfloat16
      diagramforge export --adapter-only --out my-adapter
    """
    if not _SHARD_SIZE.fullmatch(shard_size):
        raise UsageError(f"--shard-size {shard_size!r} is not a size such as 200MB, 5GB or 1GiB")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"--out {out} is there already: choose another folder, or remove it")
    with terminal.progress() as show, terminal.stdout_for_results():
        show("looking for the model", 0, 0)
        from tasks.export import find_adapters, find_model, save_merged, save_unmerged

        source = champion_bundle().folder if folder is None else folder
        if adapter_only:
            save_unmerged(find_adapters(machine_profile(), source), out, show)
        else:
            save_merged(find_model(machine_profile(), source), out, shard_size, dtype, show)
    _print_how_to_load(out, adapter_only)


def _print_how_to_load(folder: Path, adapter_only: bool) -> None:
    weights = list(folder.glob("*.safetensors"))
    size = sum(path.stat().st_size for path in weights) / _MEGABYTE
    what = "The adapter" if adapter_only else "The model"
    files = "1 file" if len(weights) == 1 else f"{len(weights)} files"
    loader = "AutoPeftModelForCausalLM" if adapter_only else "AutoModelForCausalLM"
    out = terminal.out()
    out.print(f"{what} is in {folder}: {files} of weights, {size:.1f} MB", markup=False)
    out.print(f'  {loader}.from_pretrained("{folder}"), AutoTokenizer.from_pretrained("{folder}")', markup=False)
