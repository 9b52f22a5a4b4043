"""What a stage may say while it works, whoever listens: MLflow, a terminal, a test."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PLAIN_LINE_SECONDS = 30.0  # between two lines of progress where nobody watches a bar
_MAIN_METRICS = 3


class StageLog(Protocol):
    """The listener that `stage.py` hands to a stage."""

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        """One number, with a step where it is a curve."""

    def artifact(self, path: Path, folder: str = "") -> None:
        """A file that people should see beside the run: a plot, a sample, a table. The stage leaves it there."""

    def progress(self, done: int, total: int, unit: str) -> None:
        """How far the stage is."""

    def info(self, text: str) -> None:
        """One line that a person should read."""


class StageDisplay:
    """One stage on stderr, in a with block: a progress bar on a terminal, now and then a line elsewhere.

    Stages that run at the same time share one display, for a terminal has only one.
    """

    _lock = threading.Lock()
    _bars: Progress | None = None
    _shown = 0

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._bar: TaskID | None = None
        self._last_line = 0.0
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        with self._lock:
            if not StageDisplay._shown and sys.stderr.isatty():
                StageDisplay._bars = _start_bars()
            StageDisplay._shown += 1
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            StageDisplay._shown -= 1
            if self._bars is None:
                return
            if self._bar is not None:
                self._bars.remove_task(self._bar)
            if not StageDisplay._shown:
                self._bars.stop()
                StageDisplay._bars = None

    def progress(self, done: int, total: int, unit: str) -> None:
        """Move the bar, or print a line if the last one is some seconds old."""
        if self._bars is not None:
            if self._bar is None:
                self._bar = self._bars.add_task(self._stage, total=total, unit=unit)
            self._bars.update(self._bar, completed=done, total=total, unit=unit)
        elif time.monotonic() - self._last_line >= _PLAIN_LINE_SECONDS:
            self._last_line = time.monotonic()
            print(f"{self._stage}: {done}/{total} {unit}", file=sys.stderr, flush=True)

    def info(self, text: str) -> None:
        """Print a line, above the bars if there are any."""
        self._print(f"{self._stage}: {text}")

    def finished(self, metrics: Mapping[str, float], reused: bool) -> None:
        """Print the stage's one line of results: how long it took, and the first of its metrics."""
        took = "reused" if reused else duration(time.monotonic() - self._started)
        main = ", ".join(f"{name} {value:.4g}" for name, value in list(metrics.items())[:_MAIN_METRICS])
        self._print(f"{self._stage:<12} {took:>12}   {main}")

    def _print(self, line: str) -> None:
        if self._bars is not None:
            self._bars.console.print(line, markup=False, highlight=False)
        else:
            print(line, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Seconds as a person says them."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{seconds:.1f} s"


def _start_bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}"),
        TimeElapsedColumn(),
    )
    bars = Progress(*columns, console=Console(stderr=True), transient=True)
    bars.start()
    return bars
