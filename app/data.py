"""data: synthetic examples to train on, without a model."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app import terminal
from diagram_core.errors import UsageError

if TYPE_CHECKING:
    from diagram_core.synthesis.writers import Row

MAX_SEED = 2**31 - 1


def data(
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE.jsonl|DIR", help="JSON lines; a folder for datasets.")
    ],
    count: Annotated[int, typer.Option(min=1, metavar="N", help="How many examples.")] = 1000,
    split: Annotated[
        Literal["train", "validation", "test"],
        typer.Option(metavar="train|validation|test", help="No structure is in two of them, whatever the seed."),
    ] = "train",
    seed: Annotated[int, typer.Option(min=0, max=MAX_SEED, metavar="N", help="Other seeds give other examples.")] = 0,
    processes: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="The examples do not depend on it. Default: all cores.")
    ] = None,
) -> None:
    """Write prompts, each with the plan, structure and diagram that it asks for.

    \b
    Examples:
      diagramforge data --count 1000 --out train.jsonl
      diagramforge data --count 5000 --out data                  # and then, in Python:
      diagramforge data --count 500 --split test --out data      # datasets.load_dataset("data")
    """
    if out.suffix not in ("", ".jsonl"):
        raise UsageError(f"{out} is neither a .jsonl file nor a folder: choose one of them")
    from diagram_core.files import write_rows
    from diagram_core.synthesis.writers import CHUNK, rows, write_dataset

    workers = min(processes or os.cpu_count() or 1, -(-count // CHUNK))  # no more than there are chunks to make
    with terminal.progress() as show:
        made = _counted(rows(seed, split, count, workers), count, show)
        if out.suffix:
            write_rows(out, made)
        else:
            out = write_dataset(out, split, made)
    terminal.out().print(f"{count} examples to {'train on' if split == 'train' else 'measure on'}: {out}", markup=False)


def _counted(made: Iterator[Row], total: int, show: terminal.Progress) -> Iterator[Row]:
    for number, row in enumerate(made, start=1):
        show("writing examples", number, total)
        yield row
