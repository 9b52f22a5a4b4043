"""compare: language models as they are, side by side, to choose a base model from."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app import terminal
from app.train import fitting_profile_name, print_where, start_services


def compare(
    models: Annotated[
        list[str], typer.Argument(metavar="MODEL...", help="Hub ids, folders, or starter.", show_default=False)
    ],
    prompts: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Rows as for `evaluate prompts`. Default: made-up ones.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="M", help="How many prompts. Default: 20.")] = None,
    profile: Annotated[str, typer.Option(metavar="NAME", help="Its section compare says how to ask.")] = "auto",
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY.PATH=VALUE", help="Change a setting; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask models for diagrams, as they are, and put what their answers are worth side by side.

    Each runs in a process of its own; one that cannot be loaded, or that runs out of memory, is a row that says so.
    Models that have been measured with the same settings are not run again.

    \b
    Examples:
      diagramforge compare HuggingFaceTB/SmolLM2-135M-Instruct deepseek-ai/deepseek-coder-1.3b-instruct
      diagramforge compare starter my-model --prompts held-out.jsonl.gz --limit 20
      diagramforge compare starter --set compare.notation=plan --set compare.shots=4
    """
    from tasks.compare import MEASURES, cells, check
    from tasks.config import load_profile

    name = fitting_profile_name() if profile == "auto" else profile
    changes = list(overrides or [])
    changes += [f"compare.prompts_file={json.dumps(str(prompts))}"] if prompts is not None else []
    changes += [f"compare.prompts={limit}"] if limit is not None else []
    settings = load_profile(name, changes)
    check(settings, models)  # what is wrong with the command is said before anything starts
    with terminal.stdout_for_results():
        start_services(settings)
        from flows.compare_models import compare_models
        from tasks.pipeline_run import unwound_by_sigterm

        with unwound_by_sigterm():
            comparison = compare_models(models, name, changes)
    if as_json:
        terminal.print_json({"folder": str(comparison.folder), "models": [asdict(c) for c in comparison.candidates]})
        return
    from rich.text import Text

    columns = ("model", *MEASURES.values())
    rows = terminal.table(f"{len(comparison.candidates)} models", *columns, numbers=columns[1:-1])
    for candidate in comparison.candidates:
        rows.add_row(*map(Text, cells(candidate)))
    terminal.out().print(rows)
    terminal.out().print(f"Table and figure: {comparison.folder}", markup=False)
    print_where(settings)
