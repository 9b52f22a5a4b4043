"""Drawings as half-trained models write them: drawable, and of every readability."""

from __future__ import annotations

from random import Random

import numpy as np

from diagram_core.flaws import FLAWS, readability, survey
from diagram_core.synthesis.half_trained import half_trained

DRAWINGS = [half_trained(Random(seed)) for seed in range(300)]


def test_they_can_be_drawn() -> None:
    for drawing in DRAWINGS:
        assert 3 <= len(drawing.nodes) <= 70
        assert [node.number for node in drawing.nodes] == list(range(len(drawing.nodes)))
        assert all(node.width >= 1 and node.height >= 1 for node in drawing.nodes)


def test_they_fill_the_scale_and_show_every_flaw() -> None:
    flaws = np.stack([survey(drawing).flaws for drawing in DRAWINGS])
    counts = np.histogram(readability(flaws), bins=5, range=(0, 5))[0]
    assert counts.min() > 20
    assert (readability(flaws) == 5).mean() > 0.1
    shown = dict(zip(FLAWS, (flaws > 0).mean(axis=0), strict=True))
    assert min(shown.values()) > 0.05, shown


def test_the_same_seed_writes_the_same_and_others_differ() -> None:
    assert half_trained(Random(3)) == DRAWINGS[3]
    assert len(set(DRAWINGS)) == len(DRAWINGS)
