"""What the tests of the training stages share: a tiny base, examples, and a log that remembers."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from diagram_core.files import write_rows
from diagram_core.synthesis import examples
from tasks.config import LoraSection, SftConfig
from tasks.synthesize import to_row

ALL_LINEAR = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class MemoryLog:
    """A StageLog that remembers curves and lines."""

    def __init__(self) -> None:
        self.curves: dict[str, list[tuple[int | None, float]]] = {}
        self.lines: list[str] = []
        self.steps: list[int] = []

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        self.curves.setdefault(name, []).append((step, value))

    def artifact(self, path: Path, folder: str = "") -> None:
        assert path.is_file()

    def progress(self, done: int, total: int, unit: str) -> None:
        self.steps.append(done)

    def info(self, text: str) -> None:
        self.lines.append(text)


def write_examples(folder: Path, train: int = 24, validation: int = 8) -> Path:
    """A synthesize artifact of this many rows."""
    rows = [to_row(example, "plan") for example in islice(examples(0, "train"), train)]
    write_rows(folder / "train.jsonl", rows)
    held_out = [to_row(example, "plan") for example in islice(examples(0, "validation"), validation)]
    write_rows(folder / "validation.jsonl", held_out)
    return folder


def sft_config(**changes: Any) -> SftConfig:
    """Six steps on the tiny model that lower the loss."""
    settings: dict[str, Any] = {
        "learning_rate": 1e-2,
        "max_steps": 6,
        "batch_size": 4,
        "micro_batch_size": 4,
        "max_length": 512,
        "save_steps": 2,
        "logging_steps": 2,
        "dtype": "float32",
        "lora": LoraSection(rank=4, alpha=8, target_modules=ALL_LINEAR),
    }
    return SftConfig(**{**settings, **changes})


def files_in(folder: Path) -> list[str]:
    """Relative paths of all files in a folder, sorted."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
