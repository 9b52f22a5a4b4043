"""Small drawings for the tests of the image models."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random

import numpy as np

from diagram_core.flaws import survey
from diagram_core.models.images import prepare
from diagram_core.models.readability import SurveyedImages
from diagram_core.render import draw
from diagram_core.synthesis import examples
from diagram_core.synthesis.spoil import spoil


def spoiled_drawings(count: int, height_px: int = 32, seed: int = 0) -> SurveyedImages:
    """Spoiled drawings in the classic look, what is wrong with them, and that nobody has rated them."""
    diagrams = [spoil(example.diagram(), Random(i)) for i, example in enumerate(islice(examples(seed, "train"), count))]
    images = [prepare(draw(diagram, classic=True), height_px) for diagram in diagrams]
    flaws, places = zip(*(survey(diagram) for diagram in diagrams), strict=True)
    return SurveyedImages(np.stack(images), np.stack(flaws), np.stack(places), np.full(count, np.nan, np.float32))


class SilentLog:
    """A stage's log that keeps what it is told."""

    def __init__(self) -> None:
        self.metrics: list[tuple[str, float, int | None]] = []
        self.artifacts: list[Path] = []

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        self.metrics.append((name, value, step))

    def artifact(self, path: Path, folder: str = "") -> None:
        assert path.stat().st_size > 0
        self.artifacts.append(path)

    def progress(self, done: int, total: int, unit: str) -> None:
        assert 0 < done <= total

    def info(self, text: str) -> None:
        assert "\n" not in text
