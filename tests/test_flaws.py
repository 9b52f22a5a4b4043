"""The readability oracle: each flaw is seen where it is, costs something, and people agree."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import spearmanr

from diagram_core.diagram import CANVAS_WIDTH_PX, Diagram, Node
from diagram_core.files import read_rows
from diagram_core.flaws import (
    FLAWS,
    MAP_COLUMNS,
    MAP_ROWS,
    PLACES,
    WEIGHTS,
    fit_weights,
    readability,
    readability_oracle,
    survey,
)
from diagram_core.notation.listing import read_list
from diagram_core.people import read_rated
from diagram_core.synthesis import examples

CHAIN = Diagram(
    tuple(
        Node(i, 100 + 160 * i, 300, "rectangle", 100, 60, "solid arrow", (200, 220, 240), (0, 0, 0), (i + 1,))
        for i in range(6)
    )
)


def with_node(index: int, diagram: Diagram = CHAIN, **changes: Any) -> Diagram:
    nodes = list(diagram.nodes)
    nodes[index] = replace(nodes[index], **changes)
    return Diagram(tuple(nodes))


def flaws_of(diagram: Diagram) -> dict[str, float]:
    return {name: float(flaw) for name, flaw in zip(FLAWS, survey(diagram).flaws, strict=True) if flaw}


def test_a_good_drawing_has_no_flaw() -> None:
    assert flaws_of(CHAIN) == {}
    assert readability_oracle(CHAIN) == 5
    scores = [readability_oracle(example.diagram()) for example in islice(examples(0, "train"), 100)]
    assert np.mean(scores) > 4.7


def test_each_flaw_is_told_apart() -> None:
    assert flaws_of(with_node(1, x=160)).keys() == {"overlaps", "covered"}
    assert flaws_of(with_node(5, x=CANVAS_WIDTH_PX)).keys() == {"cut_off"}
    assert flaws_of(with_node(3, width=6)).keys() == {"lost"}
    assert flaws_of(with_node(5, with_node(4, targets=()), targets=())).keys() == {"loose"}
    crossing = (replace(CHAIN.nodes[0], y=100, targets=(1,)), replace(CHAIN.nodes[1], y=500, targets=()))
    crossed = (replace(CHAIN.nodes[2], x=100, y=500, targets=(3,)), replace(CHAIN.nodes[3], x=700, y=100, targets=()))
    assert flaws_of(Diagram(crossing + crossed)).keys() == {"tangled"}


def test_flaws_are_the_roots_of_what_they_count() -> None:
    found = flaws_of(with_node(1, x=160))
    assert found["overlaps"] == pytest.approx((1 / 6) ** 0.5)
    assert found["covered"] == pytest.approx((40 * 60 / 600_000) ** 0.5, rel=0.1)
    assert flaws_of(with_node(5, x=CANVAS_WIDTH_PX))["cut_off"] == pytest.approx((1 / 6) ** 0.5)


def test_a_shape_wholly_inside_another_overlaps_none() -> None:
    assert "overlaps" not in flaws_of(with_node(1, x=100, width=40, height=20))
    assert "overlaps" in flaws_of(with_node(1, x=100, width=140, height=20))
    rounds = with_node(1, with_node(0, shape="circle", height=100), shape="circle", height=100, x=190, y=390)
    assert "overlaps" not in flaws_of(rounds)  # their boxes touch, they do not


def test_a_mesh_is_no_tangle() -> None:
    layers = [
        Node(i, 300 + 400 * (i // 3), 100 + 200 * (i % 3), "circle", 60, 60, "solid line", *2 * ((0, 0, 0),))
        for i in range(6)
    ]
    mesh = Diagram(tuple(replace(node, targets=(3, 4, 5)) if node.number < 3 else node for node in layers))
    assert flaws_of(mesh) == {}
    twisted = Diagram(tuple(replace(node, targets=(5 - node.number,)) if node.number < 3 else node for node in layers))
    assert flaws_of(twisted) == {"tangled": 1.0}


def test_what_cannot_be_seen_cannot_be_read() -> None:
    assert readability_oracle(Diagram(())) < 0.1
    beyond = Diagram(tuple(replace(node, x=node.x + 2000) for node in CHAIN.nodes))
    assert readability_oracle(beyond) < 0.1
    dot = Diagram(tuple(replace(node, x=500 + node.x // 50, width=15, height=15) for node in CHAIN.nodes))
    assert readability_oracle(dot) < 1


def test_the_places_show_shapes_and_flaws() -> None:
    def places_of(diagram: Diagram) -> dict[str, Any]:
        return dict(zip(PLACES, survey(diagram).places, strict=True))

    plain = places_of(CHAIN)
    assert plain["shapes"].shape == (MAP_ROWS, MAP_COLUMNS)
    assert plain["shapes"][12, 4] > 100
    assert plain["shapes"][0].max() == 0
    assert max(plain[name].max() for name in PLACES[1:]) == 0
    overlapping = places_of(with_node(1, x=160))
    assert overlapping["overlaps"][12, 4] == 255
    assert overlapping["covered"][12, 5] == 255
    assert overlapping["overlaps"][:, 7:].max() == 0
    cut = places_of(with_node(5, x=CANVAS_WIDTH_PX))["cut_off"]
    assert (cut[12, MAP_COLUMNS - 1], cut[12, MAP_COLUMNS - 4]) == (255, 0)


def test_weights_follow_people_and_stay_put_without_them() -> None:
    flaws = np.random.default_rng(0).uniform(0, 0.5, (3000, len(FLAWS))).astype(np.float32)
    wanted = WEIGHTS * np.array([2, 1, 1, 0.5, 1, 1], np.float32)
    np.testing.assert_allclose(fit_weights(flaws, readability(flaws, wanted)), wanted, atol=0.2)
    np.testing.assert_allclose(fit_weights(flaws[:0], np.zeros(0, np.float32)), WEIGHTS, atol=1e-5)


@pytest.mark.data
def test_the_oracle_agrees_with_people(real_data: Path) -> None:
    rated = read_rated(real_data / "model_answers_rated.jsonl.gz")
    wanted = [score for _, score in rated]
    answers = [readability_oracle(diagram) for diagram, _ in rated]
    correct = [
        readability_oracle(read_list(row["diagram"]).diagram)
        for row in read_rows(real_data / "prompts_and_diagrams.jsonl.gz")[:140]
    ]
    assert spearmanr(answers, wanted).statistic > 0.65
    assert spearmanr(answers + correct, wanted + [5] * len(correct)).statistic > 0.95
    assert np.mean(correct) > 4.9
