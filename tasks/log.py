"""What a stage may say while it works, whoever listens: MLflow, a terminal, a test."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class StageLog(Protocol):
    """The listener that `stage.py` hands to a stage."""

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        """One number, with a step where it is a curve."""

    def artifact(self, path: Path, folder: str = "") -> None:
        """A file that people should see beside the run: a plot, a sample drawing, a table."""

    def progress(self, done: int, total: int, unit: str) -> None:
        """How far the stage is."""

    def info(self, text: str) -> None:
        """One line that a person should read."""
