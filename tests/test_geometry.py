"""What is computed of a drawing's readability agrees with the eye, on small cases and with people's ratings."""

from __future__ import annotations

import gzip
import json
from dataclasses import astuple, replace
from math import acos, hypot, isfinite, pi, sqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.stats import spearmanr

from diagram_core.diagram import Diagram, Node, ShapeName
from diagram_core.geometry import Geometry, measure, problems
from diagram_core.notation.listing import read_list
from tests.test_listing import any_diagrams

BOX = Node(0, 500, 300, "rectangle", 100, 60, "solid arrow", (255, 255, 255), (0, 0, 0))


def of(*nodes: Node) -> Geometry:
    return measure(Diagram(nodes))


def at(number: int, x: int, y: int, *targets: int) -> Node:
    return replace(BOX, number=number, x=x, y=y, targets=targets)


def test_shapes_apart_have_nothing_against_them() -> None:
    geometry = of(at(0, 200, 300, 1), at(1, 400, 300, 2), at(2, 600, 300))
    assert geometry.overlap_share == geometry.overlap_area_share == geometry.off_canvas_share == 0
    assert geometry.crossings == geometry.edges_through_nodes == 0
    assert (geometry.node_count, geometry.edge_count) == (3, 2)
    assert geometry.min_spacing_px == 100
    assert geometry.mean_edge_length_px == 200
    assert geometry.isolated_share == geometry.unaligned_share == geometry.tiny_share == 0


def test_overlap_counts_as_a_share_of_the_smaller_shape() -> None:
    small = replace(at(1, 500, 300), width=10, height=10)
    geometry = of(BOX, small, at(2, 100, 100))
    assert geometry.overlap_share == 1
    assert geometry.overlap_area_share == pytest.approx((100 / 6000 + 1) / 3)
    assert geometry.overlapping_share == pytest.approx(2 / 3)
    assert geometry.tiny_share == pytest.approx(1 / 3)
    assert of(BOX, at(1, 575, 300)).overlap_share == pytest.approx(0.25)
    assert of(BOX, at(1, 600, 300)).overlap_share == 0


@pytest.mark.parametrize("other", ["circle", "rectangle"])
def test_corners_of_a_circles_box_are_not_the_circle(other: ShapeName) -> None:
    first = replace(BOX, shape="circle", width=100, height=100)
    second = replace(BOX, number=1, shape=other, width=100, height=100, x=590, y=390)
    assert of(first, second).overlap_share == of(second, first).overlap_share == 0
    assert of(first, replace(second, x=520)).overlap_share > 0
    assert of(replace(first, shape="rectangle"), replace(second, shape="rectangle")).overlap_share > 0


def test_round_shapes_overlap_by_what_they_share_and_not_by_their_boxes() -> None:
    circle = replace(BOX, shape="circle", width=100, height=100)
    lens = 2 * 50**2 * acos(0.5) - 25 * sqrt(100**2 - 50**2)
    assert of(circle, replace(circle, number=1, x=550)).overlap_share == pytest.approx(lens / (pi * 50**2), rel=0.01)
    around = replace(BOX, number=1, width=100, height=100)
    assert of(circle, around).overlap_share == pytest.approx(1)
    assert of(circle, around).overlap_area_share == pytest.approx((1 + pi / 4) / 2)
    ellipse = replace(circle, number=2, width=40, height=20)
    assert of(circle, ellipse).overlap_area_share == pytest.approx((1 + 40 * 20 / 100**2) / 2, rel=0.01)


def test_distances_between_round_shapes_are_those_of_their_borders() -> None:
    circle = replace(BOX, shape="circle", width=100, height=100)
    diagonal = 90 * sqrt(2)
    assert of(circle, replace(circle, number=1, x=590, y=390)).min_spacing_px == pytest.approx(diagonal - 100, abs=0.5)
    corner = replace(BOX, number=1, width=100, height=100, x=590, y=390)
    assert of(circle, corner).min_spacing_px == pytest.approx(hypot(40, 40) - 50, abs=0.5)
    assert of(BOX, replace(BOX, number=1, x=630, y=400)).min_spacing_px == pytest.approx(hypot(30, 40))


def test_spacing_is_uneven_where_some_shapes_stand_closer_than_others() -> None:
    assert of(at(0, 100, 300), at(1, 300, 300), at(2, 500, 300)).uneven_spacing == 0
    distances = np.array([50, 50, 250])
    uneven = of(at(0, 100, 300), at(1, 250, 300), at(2, 600, 300)).uneven_spacing
    assert uneven == pytest.approx(distances.std() / distances.mean())


def test_text_fits_a_shape_that_has_room_for_it_in_readable_type() -> None:
    labelled = replace(BOX, label="fully connected layer")
    small = replace(labelled, number=1, x=200, width=30, height=30)
    bare = replace(at(2, 800, 300), width=5, height=5)
    assert of(labelled).unfit_text_share == 0
    assert of(labelled, small, bare).unfit_text_share == pytest.approx(1 / 3)
    assert of(replace(labelled, label="input", width=42, height=30)).unfit_text_share == 0
    assert of(replace(labelled, label="input", width=42, height=30, shape="circle")).unfit_text_share == 1


def test_what_leaves_the_canvas_is_measured() -> None:
    geometry = of(at(0, 0, 300), at(1, 500, 300), at(2, 2000, 300), at(3, 950, 570))
    assert geometry.off_canvas_share == 0.5
    assert geometry.off_canvas_area_share == pytest.approx(1.5 / 4)
    half = replace(BOX, shape="circle", width=100, height=100, x=0)
    assert of(half).off_canvas_area_share == pytest.approx(0.5, abs=0.005)
    assert of(replace(half, y=0)).off_canvas_area_share == pytest.approx(0.75, abs=0.005)


def test_crossings_count_once_and_not_at_common_nodes() -> None:
    corners = (at(0, 100, 100, 3), at(1, 900, 100, 2, 0), at(2, 100, 500, 1), at(3, 900, 500, 0))
    geometry = of(*corners)
    assert geometry.edge_count == 3
    assert geometry.crossings == 1


def test_an_edge_through_a_node_is_one_that_passes_under_it() -> None:
    assert of(at(0, 100, 300, 2), at(1, 500, 320), at(2, 900, 300)).edges_through_nodes == 1
    assert of(at(0, 100, 300, 2), at(1, 500, 329), at(2, 900, 300)).edges_through_nodes == 0
    assert of(at(0, 100, 300, 2), at(1, 500, 400), at(2, 900, 300)).edges_through_nodes == 0
    circle = replace(at(1, 500, 300), width=100, height=100, shape="circle")
    across_its_corner = at(0, 300, 20, 2), at(2, 700, 420)
    assert of(*across_its_corner, circle).edges_through_nodes == 0
    assert of(*across_its_corner, replace(circle, shape="rectangle")).edges_through_nodes == 1
    assert of(at(0, 100, 300, 2), circle, at(2, 900, 340)).edges_through_nodes == 1


def test_lonely_and_unaligned_nodes_are_shares() -> None:
    geometry = of(at(0, 100, 100, 1), at(1, 300, 100), at(2, 450, 500), at(3, 77, 333, 3, 99))
    assert geometry.isolated_share == 0.5
    assert geometry.unaligned_share == 0.5


def test_an_empty_and_a_single_node_diagram_have_measures() -> None:
    assert of().node_count == 0
    assert of(BOX).min_spacing_px == 1000


@settings(max_examples=100)
@given(any_diagrams)
def test_any_diagram_has_finite_measures_and_shares_within_bounds(diagram: Diagram) -> None:
    geometry = measure(diagram)
    assert all(isfinite(value) for value in astuple(geometry))
    shares = [geometry.overlap_share, geometry.overlap_area_share, geometry.off_canvas_area_share]
    shares += [geometry.overlapping_share, geometry.off_canvas_share, geometry.isolated_share, geometry.tiny_share]
    assert all(0 <= share <= 1 + 1e-9 for share in shares)


def test_failed_hard_checks_are_said_in_words() -> None:
    geometry = of(BOX, at(1, 575, 300), at(2, 0, 100))
    assert problems(geometry, 0.01, 0.0) == (
        "shapes overlap by up to 25% of the smaller one",
        "33% of the shapes leave the canvas",
    )
    assert problems(geometry, 0.25, 0.34) == ()
    assert problems(of(), 0.01, 0.0) == ("it draws nothing",)


@pytest.mark.data
def test_overlaps_and_shapes_off_the_canvas_cost_readability_with_people(real_data: Path) -> None:
    with gzip.open(real_data / "model_answers_rated.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    geometries = [measure(read_list(row["answer"]).diagram) for row in rows]
    faults = [g.overlapping_share + g.off_canvas_share + 0.5 * g.isolated_share for g in geometries]
    correlation = spearmanr(faults, [row["readability"] for row in rows])
    assert correlation.statistic < -0.45
    assert correlation.pvalue < 1e-4


@pytest.mark.data
def test_diagrams_rated_five_of_five_pass_the_hard_checks(real_data: Path) -> None:
    with gzip.open(real_data / "prompts_and_diagrams.jsonl.gz", "rt", encoding="utf-8") as file:
        diagrams = [read_list(json.loads(line)["diagram"]).diagram for line in file]
    assert all(problems(measure(diagram), 0.0, 0.0) == () for diagram in diagrams)
