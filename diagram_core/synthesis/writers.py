"""Synthetic examples as files: JSON lines, or a folder that Hugging Face `datasets` loads."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import partial
from itertools import chain, count, islice
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any

from diagram_core.files import whole_file
from diagram_core.notation.listing import write_list
from diagram_core.synthesis import Example, Split, make_example, split_of

CHUNK = 128  # examples that a process makes at a time: a third of a second of work

Row = dict[str, Any]


def to_row(example: Example) -> Row:
    """An example in plain values: the structure as objects, the diagram in list notation."""
    return {
        "id": example.id,
        "family": example.family,
        "prompt": example.prompt,
        "plan": example.plan,
        "structure": {
            "kind": example.structure.kind,
            "elements": [asdict(element) for element in example.structure.elements],
            "edges": [list(edge) for edge in example.structure.edges],
        },
        "diagram": write_list(example.diagram()),
    }


def rows(seed: int, split: Split, number: int, processes: int = 1) -> Iterator[Row]:
    """The first `number` examples of a split as rows: the same ones in the same order, however many processes work."""
    make = partial(_rows_of_chunk, seed, split)
    if processes == 1:
        yield from islice(chain.from_iterable(map(make, count())), number)
        return
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    with context.Pool(processes, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:  # Ctrl-C is for the parent
        yield from islice(_in_turns(pool, make, processes), number)


def _in_turns(pool: Pool, make: partial[list[Row]], processes: int) -> Iterator[Row]:
    """Rows of one chunk after another, with two chunks a process under way: the stream has no end to run ahead to."""
    waiting = [pool.apply_async(make, (chunk,)) for chunk in range(2 * processes)]
    for chunk in count(len(waiting)):
        yield from waiting.pop(0).get()
        waiting.append(pool.apply_async(make, (chunk,)))


def _rows_of_chunk(seed: int, split: Split, chunk: int) -> list[Row]:
    made = (make_example(seed, number) for number in range(chunk * CHUNK, (chunk + 1) * CHUNK))
    return [to_row(example) for example in made if split_of(example.structure) == split]


def write_dataset(folder: Path, split: Split, made: Iterable[Row]) -> Path:
    """Write rows to `folder`/`split`.parquet, whole or not at all; returns its path.

    `datasets.load_dataset(folder)` loads all splits that stand there, as does the Hugging Face hub.
    """
    from datasets import Features, List, Value
    from datasets.arrow_writer import ParquetWriter

    text, number = Value("string"), Value("int32")
    elements = List({"kind": text, "label": text, "size": number})
    structure = {"kind": text, "elements": elements, "edges": List(List(number))}
    features = Features(
        {"id": text, "family": text, "prompt": text, "plan": text, "structure": structure, "diagram": text}
    )
    path = folder / f"{split}.parquet"
    with whole_file(path) as temporary, ParquetWriter(features=features, path=str(temporary)) as writer:
        for row in made:
            writer.write(row)
        writer.finalize()
    return path
