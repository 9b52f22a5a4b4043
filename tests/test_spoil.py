"""Spoiled drawings: worse by degrees, and always drawable."""

from __future__ import annotations

from itertools import islice
from random import Random

import numpy as np
import pytest

from diagram_core.diagram import Diagram, Node
from diagram_core.flaws import readability_oracle
from diagram_core.synthesis import examples
from diagram_core.synthesis.spoil import MAX_NODES, SPOILS, Spoil, spoil

ZIGZAG = Diagram(
    tuple(
        Node(i, 100 + 160 * i, y, "rectangle", 100, 60, "solid arrow", (200, 220, 240), (0, 0, 0), (i + 1,))
        for i, y in enumerate((200, 400) * 3)
    )
)


@pytest.mark.parametrize("fault", SPOILS, ids=lambda fault: fault.__name__)
def test_a_fault_grows_with_its_strength_and_leaves_something_to_draw(fault: Spoil) -> None:
    def mean_score(strength: float) -> float:
        spoiled = [Diagram(tuple(fault(list(ZIGZAG.nodes), Random(seed), strength))) for seed in range(40)]
        for diagram in spoiled:
            assert 0 < len(diagram.nodes) <= MAX_NODES
            assert all(node.width >= 1 and node.height >= 1 for node in diagram.nodes)
            numbers = [node.number for node in diagram.nodes]
            assert len(set(numbers)) == len(numbers)
        return float(np.mean([readability_oracle(diagram) for diagram in spoiled]))

    assert mean_score(1.0) < mean_score(0.1) <= 5


def test_one_node_can_be_spoiled_and_none_stays_none() -> None:
    for seed in range(50):
        spoil(Diagram(ZIGZAG.nodes[:1]), Random(seed))
    assert spoil(Diagram(()), Random(0)) == Diagram(())


def test_the_same_seed_spoils_the_same_way_and_others_differ() -> None:
    assert spoil(ZIGZAG, Random(3)) == spoil(ZIGZAG, Random(3))
    assert len({spoil(ZIGZAG, Random(seed)) for seed in range(20)}) > 15


def test_spoiled_drawings_fill_the_scale() -> None:
    drawings = [spoil(example.diagram(), Random(i)) for i, example in enumerate(islice(examples(0, "train"), 300))]
    counts = np.histogram([readability_oracle(drawing) for drawing in drawings], bins=5, range=(0, 5))[0]
    assert counts.min() > 20
