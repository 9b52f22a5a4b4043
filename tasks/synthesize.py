"""Stage: the prompts and answers that the language model learns from, and those it is measured on."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from diagram_core.notation.compact import write_compact

from diagram_core.files import write_rows
from diagram_core.notation.listing import write_list
from diagram_core.synthesis import Example, Split, examples
from tasks.config import Notation, SynthesizeConfig
from tasks.log import StageLog

PROGRESS_ROWS = 500


def run(config: SynthesizeConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Write train.jsonl, validation.jsonl and test.jsonl; no structure is in two of them."""
    sizes: dict[Split, int] = {
        "train": config.train_examples,
        "validation": config.validation_examples,
        "test": config.test_examples,
    }
    written, total = 0, sum(sizes.values())
    for split, size in sizes.items():
        rows = (to_row(example, config.notation) for example in islice(examples(config.seed, split), size))
        write_rows(out_dir / f"{split}.jsonl", _counted(rows, written, total, log))
        written += size
        log.artifact(out_dir / f"{split}.jsonl", "data")
    return {f"{split}_examples": float(size) for split, size in sizes.items()}


def to_row(example: Example, notation: Notation) -> dict[str, Any]:
    """An example as a row: prompt, the answer to learn, and the diagram and plan to measure answers against."""
    diagram = example.diagram()
    answer = {
        "plan": lambda: example.plan,
        "compact": lambda: write_compact(diagram),
        "list": lambda: write_list(diagram),
    }
    return {
        "id": example.id,
        "family": example.family,
        "prompt": example.prompt,
        "answer": answer[notation](),
        "plan": example.plan,
        "diagram": write_list(diagram),
    }


def _counted(rows: Iterator[dict[str, Any]], before: int, total: int, log: StageLog) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, start=before + 1):
        if number % PROGRESS_ROWS == 0 or number == total:
            log.progress(number, total, "examples")
        yield row
