"""Spoiled drawings: worse by degrees, always drawable, and the oracle agrees with people."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import pytest
from scipy.stats import spearmanr

from diagram_core.diagram import CANVAS_WIDTH_PX, Diagram, Node
from diagram_core.files import read_rows
from diagram_core.notation.listing import read_list
from diagram_core.synthesis import examples
from diagram_core.synthesis.spoil import (
    MAP_COLUMNS,
    MAP_ROWS,
    MAX_NODES,
    SPOILS,
    Spoil,
    fault_map,
    readability_oracle,
    spoil,
)

CHAIN = Diagram(
    tuple(
        Node(i, 100 + 160 * i, 300, "rectangle", 100, 60, "solid arrow", (200, 220, 240), (0, 0, 0), (i + 1,))
        for i in range(6)
    )
)


def with_node(diagram: Diagram, index: int, **changes: int) -> Diagram:
    nodes = list(diagram.nodes)
    nodes[index] = replace(nodes[index], **changes)  # type: ignore[arg-type]
    return Diagram(tuple(nodes))


def test_a_correct_drawing_reads_well_and_each_fault_costs() -> None:
    assert readability_oracle(CHAIN) == 5
    overlapping = with_node(CHAIN, 1, x=120)
    twice = with_node(overlapping, 4, x=600)
    outside = with_node(CHAIN, 5, x=990)
    tiny = with_node(CHAIN, 3, width=6)
    unconnected = Diagram(tuple(replace(node, targets=()) for node in CHAIN.nodes))
    for faulty in (overlapping, outside, tiny, unconnected):
        assert 0 < readability_oracle(faulty) < 4.9
    assert readability_oracle(twice) < readability_oracle(overlapping)
    assert readability_oracle(Diagram(())) == 0


def test_our_own_drawings_read_well() -> None:
    scores = [readability_oracle(example.diagram()) for example in islice(examples(0, "train"), 200)]
    assert np.mean(scores) > 4.8


@pytest.mark.parametrize("fault", SPOILS, ids=lambda fault: fault.__name__)
def test_a_fault_grows_with_its_strength_and_leaves_something_to_draw(fault: Spoil) -> None:
    def mean_score(strength: float) -> float:
        spoiled = [Diagram(tuple(fault(list(CHAIN.nodes), Random(seed), strength))) for seed in range(40)]
        for diagram in spoiled:
            assert 0 < len(diagram.nodes) <= MAX_NODES
            assert all(node.width >= 1 and node.height >= 1 for node in diagram.nodes)
            numbers = [node.number for node in diagram.nodes]
            assert len(set(numbers)) == len(numbers)
        return float(np.mean([readability_oracle(diagram) for diagram in spoiled]))

    assert mean_score(1.0) < mean_score(0.1) <= 5


def test_one_node_can_be_spoiled_and_none_stays_none() -> None:
    for seed in range(50):
        spoil(Diagram(CHAIN.nodes[:1]), Random(seed))
    assert spoil(Diagram(()), Random(0)) == (Diagram(()), 0.0)


def test_the_same_seed_spoils_the_same_way_and_others_differ() -> None:
    assert spoil(CHAIN, Random(3)) == spoil(CHAIN, Random(3))
    assert len({spoil(CHAIN, Random(seed))[0] for seed in range(20)}) > 15


def test_spoiled_drawings_fill_the_scale() -> None:
    scores = [spoil(example.diagram(), Random(i))[1] for i, example in enumerate(islice(examples(0, "train"), 400))]
    counts = np.histogram(scores, bins=5, range=(0, 5))[0]
    assert counts.min() > 25


def test_the_map_shows_shapes_overlaps_and_what_leaves_the_canvas() -> None:
    covered, faulty = fault_map(CHAIN)
    assert covered.shape == (MAP_ROWS, MAP_COLUMNS)
    assert covered[12, 4] > 100
    assert covered[0].max() == 0
    assert faulty.max() == 0
    _, overlapping = fault_map(with_node(CHAIN, 1, x=140))
    assert overlapping[12, 3] == 255
    assert overlapping[12, 20] == 0
    _, outside = fault_map(with_node(CHAIN, 5, x=CANVAS_WIDTH_PX))
    assert outside[12, MAP_COLUMNS - 1] == 255
    _, at_the_edge = fault_map(with_node(CHAIN, 5, x=CANVAS_WIDTH_PX - 50))
    assert at_the_edge.max() == 0


@pytest.mark.data
def test_the_oracle_agrees_with_people(real_data: Path) -> None:
    rated = read_rows(real_data / "model_answers_rated.jsonl.gz")
    correct = read_rows(real_data / "prompts_and_diagrams.jsonl.gz")[:140]
    answers = [readability_oracle(read_list(row["answer"]).diagram) for row in rated]
    drawings = [readability_oracle(read_list(row["diagram"]).diagram) for row in correct]
    wanted = [row["readability"] for row in rated]
    assert spearmanr(answers, wanted).statistic > 0.5
    assert spearmanr(answers + drawings, wanted + [5] * len(drawings)).statistic > 0.85
    assert np.mean(drawings) > 4.7
