"""Comparing diagrams and structures as graphs."""

from __future__ import annotations

import random
from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagram_core.diagram import Diagram, Node
from diagram_core.isomorphism import ColoredGraph, isomorphic
from diagram_core.layout import lay_out
from diagram_core.notation.plan import read_plan
from diagram_core.structure import (
    Element,
    ElementKind,
    Structure,
    Style,
    differences,
    draws_neurons,
    same_graph,
    same_structure,
    structural_score,
)

Edges = list[tuple[int, int]]

CHART_KINDS: tuple[ElementKind, ...] = ("data", "operation")


def diagram_of(count: int, edges: Edges) -> Diagram:
    targets = [tuple(b for a, b in edges if a == i) for i in range(count)]
    white, black = (255, 255, 255), (0, 0, 0)
    return Diagram(
        tuple(Node(i, 10 * i, 50, "circle", 20, 20, "solid arrow", white, black, targets[i]) for i in range(count))
    )


def mesh(*sizes: int) -> Diagram:
    elements = tuple(Element("dense", "dense", size) for size in sizes)
    structure = Structure("network", elements, tuple((i, i + 1) for i in range(len(sizes) - 1)))
    assert draws_neurons(structure)
    return lay_out(structure, Style())


def renumbered(diagram: Diagram, rng: random.Random) -> Diagram:
    numbers = rng.sample(range(1000), len(diagram.nodes))
    name = {node.number: number for node, number in zip(diagram.nodes, numbers, strict=True)}
    nodes = [
        replace(
            node,
            number=name[node.number],
            targets=tuple(rng.sample([name[t] for t in node.targets], len(node.targets))),
        )
        for node in diagram.nodes
    ]
    return Diagram(tuple(rng.sample(nodes, len(nodes))))


def with_targets(diagram: Diagram, index: int, targets: tuple[int, ...]) -> Diagram:
    nodes = list(diagram.nodes)
    nodes[index] = replace(nodes[index], targets=targets)
    return Diagram(tuple(nodes))


@pytest.mark.parametrize("sizes", [(4, 6, 7, 6, 1), (3, 2), (5, 9, 5, 9, 5, 9, 5), (45, 1, 45)])
def test_a_renumbered_mesh_is_the_same_graph(sizes: tuple[int, ...]) -> None:
    rng = random.Random(0)
    for _ in range(5):
        assert same_graph(mesh(*sizes), renumbered(mesh(*sizes), rng))


def test_a_mesh_with_one_edge_moved_is_another_graph() -> None:
    wanted = mesh(4, 6, 2)
    assert wanted.nodes[0].targets == (4, 5, 6, 7, 8, 9)
    assert not same_graph(wanted, with_targets(wanted, 0, (4, 5, 6, 7, 8, 10)))
    assert not same_graph(wanted, with_targets(wanted, 0, (4, 5, 6, 7, 8)))


def test_meshes_of_other_layer_sizes_are_other_graphs() -> None:
    assert not same_graph(mesh(4, 6, 2), mesh(4, 5, 3))
    assert not same_graph(mesh(2, 6, 4), mesh(4, 6, 2))  # the same, but for the direction of the arrows


def test_looks_and_arrows_to_nowhere_are_not_compared() -> None:
    wanted = mesh(2, 3)
    nodes = [replace(node, x=0, shape="rectangle", label="?", targets=(*node.targets, 99)) for node in wanted.nodes]
    assert same_graph(wanted, Diagram(tuple(nodes)))


def test_graphs_that_colour_refinement_cannot_tell_apart() -> None:
    hexagon = [(i, (i + 1) % 6) for i in range(6)]
    triangles = [(i, i // 3 * 3 + (i + 1) % 3) for i in range(6)]
    assert not same_graph(diagram_of(6, hexagon), diagram_of(6, triangles))
    rook = [
        (4 * i + j, 4 * a + b)
        for i in range(4)
        for j in range(4)
        for a in range(4)
        for b in range(4)
        if (i == a) != (j == b)
    ]
    shifts = {(0, 1), (0, 3), (1, 0), (3, 0), (1, 1), (3, 3)}
    shrikhande = [
        (4 * i + j, 4 * a + b)
        for i in range(4)
        for j in range(4)
        for a in range(4)
        for b in range(4)
        if ((a - i) % 4, (b - j) % 4) in shifts
    ]
    assert len(rook) == len(shrikhande)
    assert not same_graph(diagram_of(16, rook), diagram_of(16, shrikhande))
    assert same_graph(diagram_of(16, shrikhande), renumbered(diagram_of(16, shrikhande), random.Random(1)))


def test_many_alike_parts_are_compared_one_by_one() -> None:
    def rings(*lengths: int) -> Diagram:
        edges: Edges = []
        for length in lengths:
            first = len(edges)
            edges += [(first + i, first + (i + 1) % length) for i in range(length)]
        return diagram_of(len(edges), edges)

    assert same_graph(rings(*[3] * 20, *[6] * 10), renumbered(rings(*[6] * 10, *[3] * 20), random.Random(2)))
    assert not same_graph(rings(*[3] * 20, *[6] * 10), rings(*[3] * 22, *[6] * 9))


def colored(edges: Edges, colors: list[int]) -> nx.DiGraph[int]:
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from((i, {"color": color}) for i, color in enumerate(colors))
    graph.add_edges_from(edges)
    return graph


@settings(max_examples=200)
@given(st.data())
def test_isomorphic_agrees_with_vf2(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 6))
    edge = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    first = data.draw(st.lists(edge, max_size=10, unique=True))
    order = data.draw(st.permutations(range(count)))
    second = [(order[a], order[b]) for a, b in first]
    moves_edge: bool = data.draw(st.booleans())
    if second and moves_edge:
        second[-1] = data.draw(edge)
    colors = data.draw(st.lists(st.integers(0, 1), min_size=count, max_size=count))
    moved = [colors[order.index(i)] for i in range(count)]
    expected = nx.is_isomorphic(
        colored(first, colors), colored(second, moved), node_match=lambda a, b: a["color"] == b["color"]
    )
    a = ColoredGraph(tuple(colors), frozenset(first))
    assert isomorphic(a, ColoredGraph(tuple(moved), frozenset(second))) == expected


CNN = Structure(
    "network",
    (
        Element("image", "input", 32),
        Element("conv", "conv 3x3", 30),
        Element("pool", "max pool", 15),
        Element("dense", "dense", 64),
        Element("dense", "output", 10),
    ),
    ((0, 1), (1, 2), (2, 3), (3, 4)),
)
CHART = Structure(
    "chart",
    (Element("data", "text"), Element("operation", "embed"), Element("data", "table"), Element("operation", "model")),
    ((0, 1), (1, 2), (2, 3)),
)


def permuted(structure: Structure, order: list[int]) -> Structure:
    elements = tuple(structure.elements[i] for i in order)
    return Structure(
        structure.kind, elements, tuple((order.index(a), order.index(b)) for a, b in reversed(structure.edges))
    )


def test_same_structure_ignores_order_and_labels_only() -> None:
    relabelled = replace(CNN, elements=tuple(replace(element, label="?") for element in CNN.elements))
    assert same_structure(CNN, permuted(relabelled, [4, 2, 0, 1, 3]))
    elements = list(CNN.elements)
    elements[3] = replace(elements[3], size=32)
    assert not same_structure(CNN, replace(CNN, elements=tuple(elements)))
    elements[3] = Element("block", "dense", 64)
    assert not same_structure(CNN, replace(CNN, elements=tuple(elements)))
    assert not same_structure(CNN, replace(CNN, edges=((0, 1), (1, 2), (2, 4), (4, 3))))
    assert not same_structure(CNN, replace(CNN, kind="chart"))


def test_no_differences_between_renumbered_structures() -> None:
    assert differences(CNN, permuted(CNN, [3, 0, 4, 1, 2])) == ()


NETWORK, PROCESS = "network right sky soft full\n", "chart right sky soft full\n"


@pytest.mark.parametrize(
    ("wanted", "got", "says"),
    [
        (f"{NETWORK}4 8 8 1", f"{NETWORK}4 8 1", ["dense, 8 (layer 3) is missing"]),
        (f"{NETWORK}4 8 1", f"{NETWORK}4 8 8 1", ["dense, 8 (layer 3) is extra"]),
        (f"{NETWORK}4 8 6 1", f"{NETWORK}4 16 6 1", ["dense, 8 (layer 2) is wanted, not dense, 16 (layer 2)"]),
        (f"{NETWORK}32x32 conv3 pool2 9", f"{NETWORK}32x32 conv3 9", ["pool 2x2, 15x15 (layer 3) is missing"]),
        (
            f'{NETWORK}10 "LSTM 128" 5',
            f'{NETWORK}10 "GRU 128" 5',
            ["LSTM 128 (layer 2) is wanted, not GRU 128 (layer 2)"],
        ),
        (f"{NETWORK}16 ( 8 4 | 8 2 ) 1", f"{NETWORK}16 ( 8 4 | 8 ) 1", ["dense, 2 (layer 5) is missing"]),
        (
            f"{NETWORK}64 @a 32 30 +a 10",
            f"{NETWORK}64 32 @a 30 10 +a",
            [
                "the arrow from input, 64 (layer 1) to dense, 30 (layer 3) is missing",
                "the arrow from dense, 32 (layer 2) to output, 10 (layer 4) is extra",
            ],
        ),
        (
            f"{PROCESS}text > [embed] > table\ntable > [model] > + table",
            f"{PROCESS}text > [embed] > table > [model]",
            ["data 'table' (step 5) is missing"],
        ),
        (
            f"{PROCESS}a > [x] > b\nb > [y] > c\nb > [z] > d",
            f"{PROCESS}a > [x] > b\nb > [y] > c\nc > [z] > d",
            [
                "the arrow from data 'b' (step 3) to operation 'z' (step 6) is missing",
                "the arrow from data 'c' (step 5) to operation 'z' (step 6) is extra",
            ],
        ),
        (f"{PROCESS}csv > [clean] > [train]", f"{PROCESS}csv > [Clean] > [train]", []),
        (
            f"{PROCESS}csv > [clean] > [train]",
            f"{PROCESS}csv > [train] > [clean]",
            [
                "the arrow from data 'csv' (step 1) to operation 'clean' (step 2) is missing",
                "the arrow from operation 'clean' (step 2) to operation 'train' (step 3) is missing",
                "the arrow from data 'csv' (step 1) to operation 'train' (step 3) is extra",
                "the arrow from operation 'train' (step 3) to operation 'clean' (step 2) is extra",
            ],
        ),
        (f"{NETWORK}4 8 1", f"{PROCESS}a > [b]", ["a network is wanted, not a chart"]),
    ],
)
def test_differences_say_what_is_missing_extra_and_changed(wanted: str, got: str, says: list[str]) -> None:
    assert list(differences(read_plan(wanted).structure, read_plan(got).structure)) == says


@settings(max_examples=100)
@given(st.data())
def test_differences_are_empty_exactly_for_the_same_structure(data: st.DataObject) -> None:
    def structure() -> Structure:
        count = data.draw(st.integers(1, 4))
        kinds = data.draw(st.lists(st.sampled_from(CHART_KINDS), min_size=count, max_size=count))
        edge = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
        edges = data.draw(st.lists(edge, max_size=4, unique=True))
        return Structure("chart", tuple(Element(kind, kind) for kind in kinds), tuple(edges))

    wanted, got = structure(), structure()
    assert (differences(wanted, got) == ()) == same_structure(wanted, got)  # which agree, for labels follow kinds here


def test_neurons_are_drawn_up_to_a_limit() -> None:
    def dense(*sizes: int | None) -> Structure:
        elements = tuple(Element("dense", "dense", size) for size in sizes)
        return Structure("network", elements, tuple((i, i + 1) for i in range(len(sizes) - 1)))

    assert draws_neurons(dense(5, 9, 5))
    assert not draws_neurons(dense(5, 10))
    assert not draws_neurons(dense(5, None))
    assert not draws_neurons(dense(1000))
    assert not draws_neurons(dense(0, 5))


def test_structural_score_of_the_same_graph_is_one() -> None:
    wanted = mesh(4, 6, 1)
    assert structural_score(wanted, renumbered(wanted, random.Random(3)), network=True) == 1
    assert structural_score(Diagram(()), Diagram(()), network=True) == 1


def test_structural_score_by_hand() -> None:
    wanted = diagram_of(3, [(0, 1), (1, 2)])  # counts of targets' targets: (1,), (0,), ()
    got = diagram_of(4, [(0, 1), (1, 2)])  # the same and one more ()
    assert structural_score(wanted, got, network=False) == pytest.approx(3 / 4)
    means = (2 / 3, 2 / 4)
    assert structural_score(wanted, got, network=True) == pytest.approx((3 / 4 + means[1] / means[0]) / 2)
    assert structural_score(wanted, diagram_of(2, []), network=True) == pytest.approx((1 / 4 + 0) / 2)
    assert structural_score(wanted, Diagram(()), network=True) == 0
