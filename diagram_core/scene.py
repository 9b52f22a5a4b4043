"""Diagram to scene: what the default drawing shows, in canvas pixels, whoever paints it: pixels or SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, Color, Diagram, Node, ShapeName
from diagram_core.geometry import segments_through_boxes
from diagram_core.palettes import contrast
from diagram_core.typeset import ELLIPSIS, LINE_EM, MAX_TEXT_PX, MIN_TEXT_PX, Block, cut, drawable, fit, widest_word_em

WHITE: Color = (255, 255, 255)
INK: Color = (38, 42, 51)  # text: nearly black, softer than black
BORDER_PX = 1.5
EDGE_PX = 1.4
CORNER_RADIUS_PX = {"rectangle": 3.0, "round rectangle": 14.0}
MAX_CORNER_SHARE = 0.3  # of the shorter side
HEAD_PX, HEAD_WIDTH_SHARE = 10.0, 0.8  # length of an arrowhead, and its width as a share of it
MAX_HEAD_SHARE = 0.5  # of an edge's length
HEAD_GAP_PX = 1.0  # between the border's middle and the tip
DASH_PX, DASH_GAP_PX = 7.0, 5.0
MESH_EDGES, MESH_DEGREE = 30, 2.5  # more edges than this, and than this a node, are a mesh: its lines step back
MESH_FADE, MESH_HEAD_PX, MESH_EDGE_PX = 0.25, 7.0, 0.9
PADDING_PX = 6.0  # between a label and the border, on each side
TIGHT_PADDING_PX = 2.0  # where the label would otherwise have to leave the shape
FLAT_EM = 1.1  # between the borders of a flat shape, of a line of text alone
EVEN_TEXT_PX = 12  # labels share one size as long as it is no smaller than this
MIN_CUT_PX = 80.0  # a room that holds less of a label than this says less than the whole label beside the shape
BESIDE_TEXT_PX = 12
BESIDE_WIDTHS_PX = (130.0, 90.0, 60.0)
BESIDE_LINES = 3
CUT_COST_PX2 = 1000.0  # the area that a label may rather cover than lose its end
COVER_PX2 = 300.0  # that a whole label beside its shape may cover; more, and it stands inside, cut
BESIDE_GAP_PX = 5.0

CORE_SHARE = 0.75  # of a shape's sides: an edge that only grazes its corners need not go around it

_BENDS_PX = np.array([sign * bend for bend in (60, 100, 150, 210, 290, 380, 480) for sign in (-1, 1)], np.float64)
_BEND_CLEARANCE_PX = 7.0
_BACK_BEND_PX = 44.0  # of an edge whose opposite is drawn too
_CURVE_STEPS = 17
_REMEMBERED = 4096  # colours mixed and labels fitted

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled shape with a thin border: a rectangle with rounded corners, or an ellipse where the radii are halves."""

    center: Point
    half_width: float
    half_height: float
    radius: Point
    fill: Color
    border: Color


@dataclass(frozen=True, slots=True)
class Pen:
    """What lines and their heads are drawn with."""

    color: Color
    width_px: float
    head_px: float


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from border to border, straight or a quadratic curve with one control point."""

    start: Point
    control: Point | None
    end: Point  # of the line: where the head begins
    head: tuple[Point, Point, Point] | None  # tip first
    is_dashed: bool
    pen: Pen


@dataclass(frozen=True, slots=True)
class Text:
    """A label's lines, centred around a point."""

    center: Point
    block: Block
    color: Color
    is_outside: bool = False  # beside its shape, on a white plate that keeps edges away
    is_turned: bool = False  # a quarter to the left, in a tall and narrow shape: it reads upwards


@dataclass(frozen=True, slots=True)
class Scene:
    """Back to front: edges, shapes, texts. texts[i] belongs to shapes[i]; None where a node has no label."""

    edges: tuple[Edge, ...]
    shapes: tuple[Shape, ...]
    texts: tuple[Text | None, ...]


def compose(diagram: Diagram) -> Scene:
    """The default drawing of a diagram: pure, the same scene for the same diagram."""
    if not diagram.nodes:
        return Scene((), (), ())
    boxes = _Boxes.of(diagram.nodes)
    edges = _edges(diagram, boxes)
    return Scene(edges, tuple(map(_shape, diagram.nodes)), _texts(diagram.nodes, boxes, edges))


@lru_cache(maxsize=_REMEMBERED)
def mix(color: Color, other: Color, share: float) -> Color:
    """A colour with a share of another in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(color, other, strict=True))
    return red, green, blue


@lru_cache(maxsize=_REMEMBERED)
def readable_on(fill: Color) -> Color:
    """Dark or white text, whichever contrasts more with a fill."""
    return INK if contrast(INK, fill) >= contrast(WHITE, fill) else WHITE


@dataclass(frozen=True, slots=True)
class _Boxes:
    centers: NDArray[np.float64]  # [nodes, 2]
    halves: NDArray[np.float64]  # [nodes, 2]

    @classmethod
    def of(cls, nodes: Sequence[Node]) -> _Boxes:
        boxes = np.array([(node.x, node.y, node.width / 2, node.height / 2) for node in nodes], np.float64)
        return cls(boxes[:, :2], np.maximum(boxes[:, 2:], 0.5))


# Shapes


def _shape(node: Node) -> Shape:
    half_width, half_height = max(node.width / 2, 0.5), max(node.height / 2, 0.5)
    if node.shape == "circle":
        radius = (half_width, half_height)
    else:
        corner = _corner_radius(node)
        radius = (corner, corner)
    return Shape((node.x, node.y), half_width, half_height, radius, node.fill, _border(node.fill))


def _corner_radius(node: Node) -> float:
    """Of a rectangle, in pixels."""
    shorter = max(min(node.width, node.height), 1)
    return min(CORNER_RADIUS_PX[node.shape], MAX_CORNER_SHARE * shorter)


def _border(fill: Color) -> Color:
    return mix(fill, (20, 24, 32), 0.45)


# Edges


def _edges(diagram: Diagram, boxes: _Boxes) -> tuple[Edge, ...]:
    pairs = list(dict.fromkeys(diagram.edges()))
    is_mesh = len(pairs) > max(MESH_EDGES, MESH_DEGREE * len(diagram.nodes))
    bends = {} if is_mesh else _bends(pairs, boxes)
    drawn: list[Edge | None] = []
    for source, target in pairs:
        node = diagram.nodes[source]
        pen = _pen(node.stroke, is_mesh)
        if source == target:
            drawn.append(_loop(node, pen))
        else:
            drawn.append(_edge(node, diagram.nodes[target], bends.get((source, target)), pen))
    return tuple(edge for edge in drawn if edge)


@lru_cache(maxsize=_REMEMBERED)
def _pen(color: Color, is_mesh: bool) -> Pen:
    return Pen(mix(color, WHITE, MESH_FADE), MESH_EDGE_PX, MESH_HEAD_PX) if is_mesh else Pen(color, EDGE_PX, HEAD_PX)


def _edge(source: Node, target: Node, control: Point | None, pen: Pen) -> Edge | None:
    """None where the two shapes overlap, so that no line is left between them."""
    start = _on_border(source, control or (target.x, target.y), 0.0)
    tip = _on_border(target, control or (source.x, source.y), HEAD_GAP_PX)
    along = (target.x - source.x, target.y - source.y)
    if (tip[0] - start[0]) * along[0] + (tip[1] - start[1]) * along[1] <= 0:
        return None
    return _with_head(source, (start, control, tip), pen)


def _with_head(source: Node, path: tuple[Point, Point | None, Point], pen: Pen) -> Edge:
    start, control, tip = path
    if source.line != "solid arrow":
        return Edge(start, control, tip, None, source.line == "dashed line", pen)
    back = control or start
    length = hypot(tip[0] - back[0], tip[1] - back[1]) or 1.0
    along = ((tip[0] - back[0]) / length, (tip[1] - back[1]) / length)
    size = min(pen.head_px, MAX_HEAD_SHARE * length)
    neck = (tip[0] - along[0] * size, tip[1] - along[1] * size)
    side = (-along[1] * size * HEAD_WIDTH_SHARE / 2, along[0] * size * HEAD_WIDTH_SHARE / 2)
    left, right = (neck[0] + side[0], neck[1] + side[1]), (neck[0] - side[0], neck[1] - side[1])
    inside_head = (tip[0] - along[0] * size * 0.8, tip[1] - along[1] * size * 0.8)
    return Edge(start, control, inside_head, (tip, left, right), False, pen)


def _on_border(node: Node, toward: Point, gap_px: float) -> Point:
    """Where the line from a node's centre to a point leaves its shape, and a gap further."""
    dx, dy = toward[0] - node.x, toward[1] - node.y
    distance = hypot(dx, dy)
    if not distance:
        return float(node.x), float(node.y)
    half_width, half_height = max(node.width / 2, 0.5), max(node.height / 2, 0.5)
    if node.shape == "circle":
        share = 1 / hypot(dx / half_width, dy / half_height)
    else:
        share = 1 / max(abs(dx) / half_width, abs(dy) / half_height)
        share = _on_corner(node, (abs(dx), abs(dy)), share)
    share += gap_px / distance
    return node.x + dx * share, node.y + dy * share


def _on_corner(node: Node, along: Point, share: float) -> float:
    """What share of a line the border of a rectangle cuts off, given the share without its corners being rounded."""
    radius = _corner_radius(node)
    x, y = max(node.width / 2, 0.5) - radius, max(node.height / 2, 0.5) - radius  # the middle of the corner's arc
    if along[0] * share <= x or along[1] * share <= y:
        return share
    length2 = along[0] ** 2 + along[1] ** 2
    forward = (along[0] * x + along[1] * y) / length2
    aside2 = x * x + y * y - forward**2 * length2
    return forward + sqrt(max(radius**2 - aside2, 0.0) / length2)


def _loop(node: Node, pen: Pen) -> Edge:
    """An edge from a node to itself: an arc above its right half."""
    half_width, top = max(node.width / 2, 0.5), node.y - max(node.height / 2, 0.5)
    start, tip = (node.x - 0.1 * half_width, top), (node.x + 0.6 * half_width, top - HEAD_GAP_PX)
    if node.shape == "circle":
        tip = (tip[0], node.y - (node.y - top) * 0.8 - HEAD_GAP_PX)
    control = (node.x + 0.5 * half_width, top - max(40.0, 0.5 * half_width))
    return _with_head(node, (start, control, tip), pen)


def _bends(pairs: Sequence[tuple[int, int]], boxes: _Boxes) -> dict[tuple[int, int], Point]:
    """Control points of the edges that, drawn straight, would run under other nodes or on their opposites."""
    if not pairs:
        return {}
    ends = np.array(pairs, np.intp)
    starts, stops = boxes.centers[ends[:, 0]], boxes.centers[ends[:, 1]]
    blocked = segments_through_boxes(starts, stops, boxes.centers, boxes.halves * CORE_SHARE)
    rows = np.arange(len(pairs))
    blocked[rows, ends[:, 0]] = blocked[rows, ends[:, 1]] = False
    known = set(pairs)
    bends = {}
    for row, (source, target) in enumerate(pairs):
        if source == target:
            continue
        if np.any(blocked[row]):
            bend_px = _free_bend_px(
                starts[row], stops[row], np.delete(np.arange(len(boxes.centers)), [source, target]), boxes
            )
        elif (target, source) in known:
            bend_px = _BACK_BEND_PX
        else:
            continue
        if bend_px:
            x, y = _control(starts[row], stops[row], np.array(bend_px))
            bends[source, target] = (float(x), float(y))
    return bends


def _control(
    start: NDArray[np.float64], stop: NDArray[np.float64], bend_px: NDArray[np.float64]
) -> NDArray[np.float64]:
    along = stop - start
    normal = np.array([-along[1], along[0]]) / (np.hypot(*along) or 1.0)
    return np.asarray((start + stop) / 2 + bend_px[..., None] * normal)


def _free_bend_px(
    start: NDArray[np.float64], stop: NDArray[np.float64], others: NDArray[np.intp], boxes: _Boxes
) -> float:
    """How far aside the control point of a curve must lie to pass the other nodes; 0 where no curve does better."""
    bends = np.concatenate([[0.0], _BENDS_PX])
    control = _control(start, stop, bends)
    t = np.linspace(0, 1, _CURVE_STEPS)[:, None]
    points = (1 - t) ** 2 * start + 2 * t * (1 - t) * control[:, None] + t**2 * stop  # [bends, steps, 2]
    distance = np.abs(points[:, :, None] - boxes.centers[others]) - boxes.halves[others] - _BEND_CLEARANCE_PX
    hits = np.any(np.all(distance < 0, axis=3), axis=1).sum(1)
    is_off_canvas: NDArray[np.bool_] = (points < 0) | (points > np.array([CANVAS_WIDTH_PX, CANVAS_HEIGHT_PX]))
    return float(bends[np.argmin(hits + is_off_canvas.any((1, 2)))])


# Texts


def _texts(nodes: Sequence[Node], boxes: _Boxes, edges: Sequence[Edge]) -> tuple[Text | None, ...]:
    labels = [drawable(node.label) for node in nodes]
    if not any(labels):
        return (None,) * len(nodes)
    rooms = [(label, node.shape, node.width, node.height) for node, label in zip(nodes, labels, strict=True)]
    inside = [_inside(*room) for room in rooms]
    even_px = max(EVEN_TEXT_PX, min((block.size_px for block in inside if block), default=0))
    texts: list[Text | None] = []
    outside: list[int] = []
    for i, (node, room, block) in enumerate(zip(nodes, rooms, inside, strict=True)):
        if block and block.size_px > even_px:
            block = _inside(*room, even_px)
        is_turned = block is None
        block = block or _turned(*room)
        texts.append(Text((node.x, node.y), block, readable_on(node.fill), is_turned=is_turned) if block else None)
        if labels[i] and not block:
            outside.append(i)
    if outside:
        placer = _Beside(boxes, edges)
        for i in outside:
            texts[i] = placer.place(nodes[i], labels[i])
    return tuple(texts)


@lru_cache(maxsize=_REMEMBERED)
def _inside(label: str, shape: ShapeName, width_px: float, height_px: float, max_px: int = MAX_TEXT_PX) -> Block | None:
    """The label in its shape: whole, or cut where the shape is large enough to say something; else None."""
    width, height = width_px - 2 * PADDING_PX, height_px - 2 * PADDING_PX
    if not label or width <= 0 or (shape == "circle" and height <= 0):
        return None
    if shape == "circle":
        block = fit(label, lambda tall: 0.96 * width * (1 - min(tall / height, 1) ** 2) ** 0.5, height, max_px)
        width, height = width * 0.8, height * 0.6
    else:
        block = fit(label, lambda _: width, height, max_px) or _tight(label, width_px, height_px)
        block = block or _flat(label, width_px, height_px)
    if block or width < MIN_CUT_PX or height < LINE_EM * MIN_TEXT_PX:
        return block
    return cut(label, width, height)


def _tight(label: str, width_px: float, height_px: float) -> Block | None:
    width, height = width_px - 2 * TIGHT_PADDING_PX, height_px - 2 * TIGHT_PADDING_PX
    return fit(label, lambda _: width, height, EVEN_TEXT_PX)


def _flat(label: str, width_px: float, height_px: float) -> Block | None:
    """The label on one line that reaches from border to border of a flat rectangle."""
    line = Block((_joined(label),), MIN_TEXT_PX)
    fits_in = height_px >= FLAT_EM * MIN_TEXT_PX and line.width_px <= width_px - 2 * TIGHT_PADDING_PX
    return line if fits_in else None


@lru_cache(maxsize=_REMEMBERED)
def _turned(label: str, shape: ShapeName, width_px: float, height_px: float) -> Block | None:
    """The label as it reads upwards in a tall and narrow rectangle, its lines joined where one has room; else None."""
    if not label or shape == "circle" or height_px <= width_px:
        return None
    return _tight(label, height_px, width_px) or _tight(_joined(label), height_px, width_px)


def _turned_and_cut(label: str, shape: ShapeName, width_px: float, height_px: float) -> Block | None:
    """As much of the label as reads upwards in a rectangle where this says something; else None."""
    along, across = height_px - 2 * TIGHT_PADDING_PX, width_px - 2 * TIGHT_PADDING_PX
    if shape == "circle" or along < MIN_CUT_PX or across < LINE_EM * MIN_TEXT_PX:
        return None
    return cut(_joined(label), along, across)


def _joined(label: str) -> str:
    return label.replace("\n", ", ")


class _Beside:
    """Places labels of shapes that are too small for them: beside them where little is covered, else cut inside."""

    def __init__(self, boxes: _Boxes, edges: Sequence[Edge]) -> None:
        self._low = list(boxes.centers - boxes.halves)
        self._high = list(boxes.centers + boxes.halves)
        lines = [(edge.start, edge.control or edge.end, edge.end) for edge in edges]
        self._starts = np.array([line[0] for line in lines] + [line[1] for line in lines], np.float64).reshape(-1, 2)
        self._ends = np.array([line[1] for line in lines] + [line[2] for line in lines], np.float64).reshape(-1, 2)

    def place(self, node: Node, label: str) -> Text:
        """The text beside where it covers least, and in the fewest lines among the places that are as good."""
        best: tuple[float, NDArray[np.float64], Block] | None = None
        widest_px = min(widest_word_em(label) * BESIDE_TEXT_PX + 1, BESIDE_WIDTHS_PX[0])
        for width_px in BESIDE_WIDTHS_PX:
            block = cut(label, max(width_px, widest_px), BESIDE_LINES * LINE_EM * BESIDE_TEXT_PX, BESIDE_TEXT_PX)
            half = np.array([block.width_px / 2, block.height_px / 2])
            centers = self._places(node, half)
            covered = self._covered(centers, half) + CUT_COST_PX2 * block.lines[-1].endswith(ELLIPSIS)
            i = int(np.argmin(covered))
            if best is None or covered[i] < best[0]:
                best = float(covered[i]), centers[i], block
        assert best is not None
        cost, center, block = best
        cut_inside = _turned_and_cut(label, node.shape, node.width, node.height) if cost > COVER_PX2 else None
        if cut_inside:
            return Text((node.x, node.y), cut_inside, readable_on(node.fill), is_turned=True)
        half = np.array([block.width_px / 2, block.height_px / 2])
        self._low.append(center - half)
        self._high.append(center + half)
        return Text((float(center[0]), float(center[1])), block, INK, is_outside=True)

    @staticmethod
    def _places(node: Node, half: NDArray[np.float64]) -> NDArray[np.float64]:
        """Centres of a text below, above, right and left of a shape."""
        right, down = node.width / 2 + half[0] + BESIDE_GAP_PX, node.height / 2 + half[1] + BESIDE_GAP_PX
        return np.array([node.x, node.y]) + np.array([(0, down), (0, -down), (right, 0), (-right, 0)])

    def _covered(self, centers: NDArray[np.float64], half: NDArray[np.float64]) -> NDArray[np.float64]:
        """Area of shapes, labels and the world beyond the canvas that a label would cover, edges as strips. [places]"""
        low, high = centers - half, centers + half
        shared = np.minimum(high[:, None], self._high) - np.maximum(low[:, None], self._low)
        covered = np.maximum(shared, 0).prod(2).sum(1)
        canvas = np.array([CANVAS_WIDTH_PX, CANVAS_HEIGHT_PX])
        on_canvas = np.maximum(np.minimum(high, canvas) - np.maximum(low, 0), 0).prod(1)
        crossed = segments_through_boxes(self._starts, self._ends, centers, np.tile(half, (len(centers), 1))).sum(0)
        return np.asarray(covered + 4 * half.prod() - on_canvas + crossed * half.min() * 4 * EDGE_PX)
