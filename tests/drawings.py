"""Small drawings for the tests of the image models."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random

import numpy as np

from diagram_core.models.images import prepare
from diagram_core.models.readability import ScoredImages
from diagram_core.render import draw
from diagram_core.synthesis import examples
from diagram_core.synthesis.spoil import fault_map, spoil


def spoiled_drawings(count: int, height_px: int = 32, seed: int = 0) -> ScoredImages:
    """Spoiled drawings in the classic look, with the oracle's scores."""
    rows = []
    for number, example in enumerate(islice(examples(seed, "train"), count)):
        diagram, score = spoil(example.diagram(), Random(number))
        rows.append((prepare(draw(diagram, classic=True), height_px), score, fault_map(diagram)))
    images, scores, maps = zip(*rows, strict=True)
    return ScoredImages(np.stack(images), np.array(scores, np.float32), np.stack(maps))


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
