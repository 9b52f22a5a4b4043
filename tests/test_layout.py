"""Layout: nothing overlaps, nothing leaves the canvas, and drawings look as asked."""

from __future__ import annotations

import gzip
import json
import random
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import combinations, pairwise
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagram_core import layering
from diagram_core.clearing import Room, clear, hits_of, passages_of
from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, Diagram, Node
from diagram_core.errors import InputError
from diagram_core.geometry import measure, reads_down
from diagram_core.label_room import text_size_px
from diagram_core.layout import label_of, lay_out, lay_out_anew
from diagram_core.notation.listing import read_list
from diagram_core.palettes import PALETTE
from diagram_core.structure import (
    DETAILS,
    DIRECTIONS,
    PALETTES,
    SHAPE_STYLES,
    Direction,
    Element,
    ElementKind,
    PaletteName,
    ShapeStyle,
    Structure,
    Style,
    draws_neurons,
    same_graph,
)

MAX_ELEMENTS = 60
NETWORK_KINDS: tuple[ElementKind, ...] = ("image", "input", "dense", "conv", "pool", "block")
CHART_KINDS: tuple[ElementKind, ...] = ("data", "operation")


def chart(count: int, edges: list[tuple[int, int]], label: str = "pandas dataframe") -> Structure:
    return Structure("chart", tuple(Element(CHART_KINDS[i % 2], label) for i in range(count)), tuple(edges))


def chain(*elements: Element) -> Structure:
    return Structure("network", elements, tuple(pairwise(range(len(elements)))))


def dense_network(*sizes: int) -> Structure:
    return chain(Element("input", "input", sizes[0]), *(Element("dense", "dense", size) for size in sizes[1:]))


CNN = chain(
    Element("image", "input", 32),
    Element("conv", "conv 3x3", 30),
    Element("pool", "max pool", 15),
    Element("conv", "conv 3x3", 13),
    Element("dense", "dense", 256),
    Element("dense", "output", 10),
)
U_NET = Structure(
    "network",
    tuple(Element("conv", "conv", size) for size in (256, 128, 64, 32, 16, 32, 64, 128, 256)),
    (*pairwise(range(9)), (0, 8), (1, 7), (2, 6), (3, 5)),
)


IMAGE_BRANCH = (Element("image", "photo", 105), Element("conv", "conv 3x3", 103), Element("pool", "max pool", 51))
DENSE = Element("dense", "dense", 128)


def branches(*lengths: int, inputs: bool = False) -> Structure:
    """Dense layers in branches of these lengths, from one input or from one each, to a merge, and an output."""
    elements = [] if inputs else [Element("input", "input", 64)]
    edges: list[tuple[int, int]] = []
    ends = []
    for length in lengths:
        path = [*([] if inputs else [0]), *range(len(elements), len(elements) + length)]
        elements += [DENSE] * length
        edges += pairwise(path)
        ends.append(path[-1])
    merge = len(elements)
    edges += [*((end, merge) for end in ends), (merge, merge + 1)]
    return Structure("network", (*elements, Element("block", "add"), DENSE), tuple(sorted(edges)))


def with_skips(count: int, *skips: tuple[int, int]) -> Structure:
    """A chain of convolutions with skips."""
    elements = tuple(Element("conv", "conv 3x3", 32) for _ in range(count))
    return Structure("network", elements, tuple(sorted((*pairwise(range(count)), *skips))))


SIAMESE = Structure(
    "network",
    (*IMAGE_BRANCH, *IMAGE_BRANCH, Element("block", "L1 distance"), Element("dense", "output", 1)),
    ((0, 1), (1, 2), (2, 6), (3, 4), (4, 5), (5, 6), (6, 7)),
)
HEADS = Structure("network", (*IMAGE_BRANCH, *[DENSE] * 4), ((0, 1), (1, 2), (2, 3), (2, 4), (2, 5), (5, 6)))
RESIDUAL = with_skips(10, (1, 4), (4, 7))
TRANSFORMER = Structure(
    "network",
    tuple(Element("block", name) for name in ("embedding", "attention", "add & norm", "feed forward", "add & norm")),
    ((0, 1), (0, 2), (1, 2), (2, 3), (2, 4), (3, 4)),
)
NETWORKS = {
    "siamese": SIAMESE,
    "two towers": branches(3, 5, inputs=True),
    "three inputs": branches(4, 3, 2, inputs=True),
    "heads": HEADS,
    "experts": branches(1, 1, 1, 1, 1, 1),
    "ensemble": branches(1, 1, 2),
    "unequal branches": branches(1, 2, 3, 4, 1, 5),
    "inception": branches(1, 2, 2, 2),
    "U-Net": U_NET,
    "U-Net with pools": with_skips(14, (1, 12), (3, 10), (5, 8)),
    "residual blocks": RESIDUAL,
    "transformer": TRANSFORMER,
}


def overlaps(a: Node, b: Node) -> bool:
    return 2 * abs(a.x - b.x) < a.width + b.width and 2 * abs(a.y - b.y) < a.height + b.height


def is_inside(node: Node) -> bool:
    across = node.width <= 2 * min(node.x, CANVAS_WIDTH_PX - node.x)
    return across and node.height <= 2 * min(node.y, CANVAS_HEIGHT_PX - node.y)


def passes_through(diagram: Diagram, source: Node, target: Node, other: Node) -> bool:
    """Whether a straight edge runs through a third shape: 200 points along it, 2 px of grazing allowed."""
    for step in range(201):
        x = source.x + (target.x - source.x) * step / 200
        y = source.y + (target.y - source.y) * step / 200
        if abs(x - other.x) < other.width / 2 - 2 and abs(y - other.y) < other.height / 2 - 2:
            return True
    return False


def edges_through_shapes(diagram: Diagram) -> int:
    nodes = diagram.nodes
    return sum(
        passes_through(diagram, nodes[a], nodes[b], other)
        for a, b in diagram.edges()
        for i, other in enumerate(nodes)
        if i not in (a, b)
    )


def assert_sound(structure: Structure, style: Style) -> Diagram:
    diagram = lay_out(structure, style)
    assert all(is_inside(node) for node in diagram.nodes)
    assert not [(a.number, b.number) for a, b in combinations(diagram.nodes, 2) if overlaps(a, b)]
    assert all(node.width > 0 and node.height > 0 for node in diagram.nodes)
    assert [node.number for node in diagram.nodes] == list(range(len(diagram.nodes)))
    return diagram


styles = st.builds(Style, *(st.sampled_from(values) for values in (DIRECTIONS, PALETTES, SHAPE_STYLES, DETAILS)))


@st.composite
def structures(draw: st.DrawFn) -> Structure:
    """Charts and networks with branches, merges, skips, cycles, loops, duplicates and parts without edges."""
    count = draw(st.integers(1, MAX_ELEMENTS))
    index = st.integers(0, count - 1)
    edges = tuple(draw(st.lists(st.tuples(index, index), max_size=2 * count)))
    labels = st.text("ab 가-\n", max_size=70)
    if draw(st.booleans()):
        elements = [Element(draw(st.sampled_from(CHART_KINDS)), draw(labels)) for _ in range(count)]
        return Structure("chart", tuple(elements), edges)
    sizes = st.none() | st.integers(0, 4096)
    elements = [Element(draw(st.sampled_from(NETWORK_KINDS)), draw(labels), draw(sizes)) for _ in range(count)]
    return Structure("network", tuple(elements), edges)


@settings(max_examples=120)
@given(structures(), styles)
def test_any_structure_is_laid_out_without_overlap_on_the_canvas(structure: Structure, style: Style) -> None:
    diagram = assert_sound(structure, style)
    if not draws_neurons(structure):
        assert set(diagram.edges()) == set(structure.edges)


@settings(max_examples=60)
@given(st.lists(st.integers(1, 45), min_size=1, max_size=MAX_ELEMENTS), styles)
def test_any_chain_of_dense_layers_is_laid_out_without_overlap_on_the_canvas(sizes: list[int], style: Style) -> None:
    for i, size in enumerate(sizes[:-1]):
        sizes[i + 1] = min(sizes[i + 1], 45 // size)
    structure = dense_network(*sizes)
    assert draws_neurons(structure)
    diagram = assert_sound(structure, style)
    assert len(diagram.nodes) == sum(sizes)
    assert len(diagram.edges()) == sum(a * b for a, b in pairwise(sizes))


def flow_like(rng: random.Random) -> Structure:
    """What people ask for: a flow with a few branches, merges and skips."""
    count = rng.randint(3, MAX_ELEMENTS)
    edges = [(i, i + 1) for i in range(count - 1) if rng.random() < 0.85]
    for _ in range(rng.randint(0, count // 4)):
        start = rng.randrange(count - 2)
        edges.append((start, min(count - 1, start + rng.randint(2, 5))))
    return chart(count, edges, rng.choice(["step", "machine learning model", "the table of all customers we have had"]))


def random_network(rng: random.Random) -> Structure:
    """Layers in stretches, branches that may merge, and skips, with several inputs and heads."""
    count = rng.randint(2, MAX_ELEMENTS)
    edges: set[tuple[int, int]] = set()
    tips = [0]
    for new in range(1, count):
        move = rng.random()
        if move < 0.1:
            tips.append(new)  # one more input
            continue
        sources = rng.sample(tips, rng.randint(2, len(tips))) if move < 0.3 and len(tips) > 1 else [rng.choice(tips)]
        edges.update((source, new) for source in sources)
        stay = move > 0.8 and len(tips) < 7
        tips = [*(tip for tip in tips if stay or tip not in sources), new]
        if move > 0.7:
            edges.add((rng.randrange(new), new))  # a skip
    label = rng.choice(
        ["", "conv 3x3", "완전 연결 층", "multi-head attention", "a layer with a name that is long " * 2]
    )
    elements = [
        Element(rng.choice(NETWORK_KINDS), label, rng.choice((None, 1, 10, 64, 512, 99_999))) for _ in range(count)
    ]
    return Structure("network", tuple(elements), tuple(sorted(edges)))


def random_chart(rng: random.Random) -> Structure:
    """A flow, sometimes with edges back, sometimes with edges anywhere."""
    flow = flow_like(rng)
    count, extra = len(flow.elements), rng.choice((0, 0, 2, 30))
    edges = {*flow.edges, *((rng.randrange(count), rng.randrange(count)) for _ in range(extra))}
    label = rng.choice(["step", "데이터를 정리하고 표준화", "x" * 60, "the table of all customers\nwe have had"])
    elements = [Element(rng.choice(CHART_KINDS), rng.choice((label, "model"))) for _ in range(count)]
    return Structure("chart", tuple(elements), tuple(sorted(edges)))


def assert_sound_for_seed(seed: int) -> None:
    rng = random.Random(seed)
    structure = rng.choice((flow_like, random_network, random_chart))(rng)
    style = Style(rng.choice(DIRECTIONS), shapes=rng.choice(SHAPE_STYLES), detail=rng.choice(DETAILS))
    diagram = lay_out(structure, style)
    geometry = measure(diagram)
    assert (geometry.overlap_share, geometry.off_canvas_share) == (0, 0), f"seed {seed}"
    if not draws_neurons(structure):
        assert set(diagram.edges()) == set(structure.edges), f"seed {seed}"


def test_a_chain_too_long_for_neurons_is_laid_out_without_overlap() -> None:
    assert_sound(dense_network(*[1] * 198), Style("down"))


def test_networks_and_charts_are_laid_out_without_overlap_on_the_canvas() -> None:
    for seed in range(150):
        assert_sound_for_seed(seed)


@pytest.mark.slow
def test_ten_thousand_structures_are_laid_out_without_overlap_on_the_canvas() -> None:
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        assert len(list(pool.map(assert_sound_for_seed, range(10_000), chunksize=250))) == 10_000


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_same_input_gives_the_same_diagram(direction: Direction) -> None:
    for structure in (CNN, U_NET, dense_network(4, 6, 2)):
        assert lay_out(structure, Style(direction)) == lay_out(structure, Style(direction))


def test_nothing_gives_nothing() -> None:
    assert lay_out(Structure("chart", (), ()), Style()) == Diagram(())


def test_an_edge_to_an_element_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="0 -> 7"):
        lay_out(chart(3, [(0, 7)]), Style())


def test_neurons_stand_in_centred_layers_with_all_neighbours_connected() -> None:
    diagram = lay_out(dense_network(4, 6, 1), Style("right"))
    layers = [diagram.nodes[:4], diagram.nodes[4:10], diagram.nodes[10:]]
    for layer in layers:
        assert len({node.x for node in layer}) == 1
        assert abs(sum(node.y for node in layer) / len(layer) - CANVAS_HEIGHT_PX / 2) <= 1
        assert len({node.fill for node in layer}) == 1
    assert layers[0][0].x < layers[1][0].x < layers[2][0].x
    assert diagram.nodes[0].targets == (4, 5, 6, 7, 8, 9)
    assert {node.shape for node in diagram.nodes} == {"circle"}


def test_neurons_of_inputs_and_outputs_are_named_in_full_detail_only() -> None:
    full = lay_out(dense_network(2, 3, 1), Style())
    assert [node.label for node in full.nodes] == ["x1", "x2", "", "", "", "y1"]
    short = lay_out(dense_network(2, 3, 1), Style(detail="short"))
    assert not any(node.label for node in short.nodes)


def test_directions_are_the_axes_of_the_flow() -> None:
    right, down = lay_out(CNN, Style("right")), lay_out(CNN, Style("down"))
    assert all(a.x < b.x and a.y == b.y for a, b in pairwise(right.nodes))
    assert all(a.y < b.y and a.x == b.x for a, b in pairwise(down.nodes))


def test_layers_extend_across_the_flow_as_their_sizes_grow() -> None:
    image, conv, _, _, dense, output = lay_out(CNN, Style("right")).nodes
    assert output.height < image.height < dense.height
    assert conv.height <= image.height
    assert image.width == dense.width
    image, _, _, _, dense, output = lay_out(CNN, Style("down")).nodes
    assert output.width < image.width < dense.width


def test_labels_tell_kind_and_size_in_full_detail_and_one_of_them_in_short() -> None:
    full = [label_of(element, Style(detail="full")) for element in CNN.elements]
    assert full[0] == "input\n32 x 32"
    assert full[1] == "conv 3x3\n30 x 30"
    assert full[4] == "dense\n256"
    short = [label_of(element, Style(detail="short")) for element in CNN.elements]
    assert short == ["input", "conv 3x3", "max pool", "conv 3x3", "256", "10"]
    assert label_of(Element("data", "table"), Style()) == "table"


@pytest.mark.parametrize("shapes", SHAPE_STYLES)
def test_data_and_operations_differ_in_shape_and_colour(shapes: ShapeStyle) -> None:
    data, operation = lay_out(chart(2, [(0, 1)]), replace(Style(), shapes=shapes)).nodes
    assert data.shape != operation.shape
    assert data.fill != operation.fill


def test_a_long_chain_turns_back_and_keeps_room_for_its_labels() -> None:
    label = "feature engineering"
    for direction in DIRECTIONS:
        nodes = assert_sound(chart(24, list(pairwise(range(24))), label), Style(direction, shapes="box")).nodes
        width, height = text_size_px(label, 11, nodes[0].width)
        assert width <= nodes[0].width
        assert height <= nodes[0].height
        steps = [(abs(b.x - a.x), abs(b.y - a.y)) for a, b in pairwise(nodes)]
        assert all(min(step) <= 1 for step in steps)  # along a row or straight into the next one
        assert sum(step[direction == "right"] > 1 for step in steps) in (1, 2, 3)  # where it turns back


def test_a_u_net_becomes_a_u_with_level_skip_connections() -> None:
    diagram = assert_sound(U_NET, Style("right"))
    down, up = diagram.nodes[:5], diagram.nodes[4:]
    assert all(a.y < b.y for a, b in pairwise(down))
    assert all(a.y > b.y for a, b in pairwise(up))
    assert all(diagram.nodes[i].y == diagram.nodes[8 - i].y for i in range(4))
    assert edges_through_shapes(diagram) == 0


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize(
    "edges",
    [
        [(0, 1), (1, 2), (2, 3), (3, 4), (0, 2), (2, 4)],  # residual blocks
        [(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)],  # one long skip
        [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)],  # branches that merge
        [(0, 1), (1, 2), (2, 3), (3, 1), (3, 4)],  # a loop back
        [(0, 2), (1, 2), (2, 3), (2, 4)],  # two inputs, two heads
        [(0, 1), (2, 3)],  # parts
    ],
)
def test_edges_run_around_shapes(edges: list[tuple[int, int]], direction: Direction) -> None:
    assert edges_through_shapes(lay_out(chart(5, edges), Style(direction))) == 0


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", NETWORKS)
def test_in_networks_with_branches_and_skips_edges_run_around_shapes(name: str, direction: Direction) -> None:
    diagram = assert_sound(NETWORKS[name], Style(direction))
    assert edges_through_shapes(diagram) == 0
    assert measure(diagram).crossings == 0


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("sizes", [(5, 9, 5), (3, 15, 3), (10, 3, 3, 3, 4), (15, 1, 15), (2, 2)])
def test_no_edge_between_neurons_runs_through_a_third(sizes: tuple[int, ...], direction: Direction) -> None:
    assert measure(lay_out(dense_network(*sizes), Style(direction))).edges_through_nodes == 0


@pytest.mark.data
def test_edges_run_around_shapes_in_real_charts(real_data: Path) -> None:
    with gzip.open(real_data / "prompts_and_diagrams.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    charts = [read_list(row["diagram"]).diagram for row in rows if row["structure"]["task_name"] == "flowchart"][::4]
    structures = [chart(len(diagram.nodes), diagram.edges()) for diagram in charts]
    drawn = [lay_out(structure, Style(direction)) for structure in structures for direction in DIRECTIONS]
    assert sum(measure(diagram).edges_through_nodes > 0 for diagram in drawn) <= 0.01 * len(drawn)


@pytest.mark.parametrize("lengths", [(3, 5), (2, 2), (4, 3, 2), (1, 1, 2)])
@pytest.mark.parametrize("inputs", [True, False])
def test_what_branches_join_in_stands_amid_them(lengths: tuple[int, ...], inputs: bool) -> None:
    structure = branches(*lengths, inputs=inputs)
    nodes = lay_out(structure, Style("right")).nodes
    merge = len(nodes) - 2
    ends = [nodes[a].y for a, b in structure.edges if b == merge]
    assert nodes[merge].y == pytest.approx((min(ends) + max(ends)) / 2, abs=12)
    assert nodes[merge].y == pytest.approx(nodes[merge + 1].y, abs=1)


def test_branches_run_side_by_side_the_longest_outside() -> None:
    nodes = lay_out(branches(1, 4, 2, 3), Style("right")).nodes
    lanes = [nodes[1:2], nodes[2:6], nodes[6:8], nodes[8:11]]
    assert all(max(node.y for node in lane) - min(node.y for node in lane) <= 1 for lane in lanes)
    outward = sorted(lanes, key=lambda lane: abs(lane[0].y - nodes[0].y))
    assert {len(outward[-1]), len(outward[-2])} == {4, 3}


def test_layers_beside_a_skip_stay_in_line() -> None:
    nodes = lay_out(RESIDUAL, Style("right")).nodes
    on_line = [nodes[i].y for i in (0, 1, 4, 7, 8, 9)]
    assert max(on_line) - min(on_line) <= 1
    assert nodes[2].y == nodes[3].y != nodes[1].y


def test_flat_shapes_say_kind_and_size_in_one_line() -> None:
    labels = [node.label for node in lay_out(with_skips(10), Style("down")).nodes]
    assert labels == ["conv 3x3, 32 x 32"] * 10


def test_a_shape_is_moved_out_of_the_way_of_an_edge_and_no_further() -> None:
    boxes = np.array([[0, 100, 20, 10], [100, 104, 20, 10], [200, 100, 20, 10], [100, 160, 20, 10]], float)
    ends = np.array([(0, 2)])
    cleared = clear(boxes, ends, Room(np.zeros(4), np.full(4, 300.0), gap_px=10))
    before, after = (
        int(hits_of(placed[:, 1], placed[:, 3], passages_of(placed, ends)).sum()) for placed in (boxes, cleared.boxes)
    )
    assert (before, after) == (1, cleared.hits) == (1, 0)
    moved = np.abs(cleared.boxes - boxes)
    assert 0 < moved.sum() == moved[:, 1].sum() < 40
    assert abs(cleared.boxes[1, 1] - cleared.boxes[3, 1]) >= 30


def test_a_shape_without_room_stays() -> None:
    boxes = np.array([[0, 15, 20, 10], [100, 15, 20, 10], [200, 15, 20, 10]], float)
    cleared = clear(boxes, np.array([(0, 2)]), Room(np.zeros(3), np.full(3, 30.0), gap_px=10))
    assert cleared.hits == 1
    assert np.array_equal(cleared.boxes, boxes)


def test_branches_that_need_not_cross_do_not() -> None:
    edges = [(0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6), (0, 7)]
    nodes = lay_out(chart(8, edges), Style("right")).nodes
    ends = [(nodes[a], nodes[b]) for a, b in edges]
    for (a, b), (c, d) in combinations(ends, 2):
        if a.x == c.x and b.x == d.x and a is not c and b is not d:
            assert (a.y < c.y) == (b.y < d.y)


def test_siblings_fan_out_evenly() -> None:
    nodes = lay_out(chart(4, [(0, 1), (0, 2), (0, 3)]), Style("right")).nodes
    assert nodes[0].y == nodes[2].y
    assert abs((nodes[1].y - nodes[0].y) + (nodes[3].y - nodes[0].y)) <= 1


def test_what_feeds_a_later_step_stands_right_before_it() -> None:
    nodes = lay_out(chart(5, [(0, 1), (1, 2), (2, 3), (4, 3)]), Style("right")).nodes
    assert nodes[4].x == nodes[2].x


def test_crossings_are_fewer_after_ordering() -> None:
    rng = random.Random(3)
    before = after = 0
    for _ in range(20):
        layer = [i // 5 for i in range(20)]
        edges = sorted({(a, rng.randrange(layer[a] * 5 + 5, layer[a] * 5 + 10)) for a in range(15) for _ in range(2)})
        graph = layering.build(layer, [0] * 4, edges)
        before += layering.crossings(graph)
        layering.order_layers(graph, edges, layering.trunk(20, edges), [])
        after += layering.crossings(graph)
    assert after < 0.5 * before


def relative_luminance(color: tuple[int, int, int]) -> float:
    """WCAG 2.1."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in color)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", PALETTES)
def test_fills_stay_apart_in_greyscale_and_leave_black_text_readable(palette: PaletteName) -> None:
    fills = PALETTE[palette].fills
    for kinds in (NETWORK_KINDS, CHART_KINDS):
        luminances = sorted(relative_luminance(fills[kind]) for kind in kinds)
        assert all(b - a > 0.03 for a, b in pairwise(luminances))
        assert all((luminance + 0.05) / 0.05 >= 7 for luminance in luminances)  # WCAG AAA
    assert relative_luminance(PALETTE[palette].stroke) < 0.15


def test_a_single_sized_layer_among_named_blocks_is_no_larger_than_they_are() -> None:
    blocks = [Element("block", name) for name in ("embedding", "attention", "LSTM")]
    structure = Structure("network", (*blocks, Element("dense", "output", 1000)), ((0, 1), (1, 2), (2, 3)))
    for direction in DIRECTIONS:
        nodes = lay_out(structure, Style(direction)).nodes
        assert len({(node.width, node.height) for node in nodes}) == 1


def test_a_diagram_whose_shapes_overlap_is_placed_anew_with_its_graph_and_labels() -> None:
    good = lay_out(chart(6, [(0, 1), (1, 2), (1, 3), (3, 4), (4, 5)]), Style("down"))
    heaped = Diagram(tuple(replace(node, x=500 + i, y=300 + 2 * i) for i, node in enumerate(good.nodes)))
    placed = lay_out_anew(heaped)
    assert measure(heaped).overlap_share > 0.5
    assert measure(placed).overlap_share == 0
    assert reads_down(placed)
    assert same_graph(placed, good)
    assert [node.label for node in placed.nodes] == [node.label for node in good.nodes]
    assert [node.shape == "circle" for node in placed.nodes] == [node.shape == "circle" for node in good.nodes]
