"""What can be computed of a drawing's readability: overlaps, what leaves the canvas, crossings, distances.

Edges count as straight lines from centre to centre. Which of these measures readers mind is the subject of Purchase,
Which Aesthetic Has the Greatest Effect on Human Understanding?, 1997.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, Diagram, Node
from diagram_core.label_room import fits

TINY_PX = 12  # a side shorter than this shows neither fill nor shape once its border is drawn
GRAZE_PX = 2.0  # how deep an edge must run into a shape to count as going through it
MIN_TEXT_PX = 10  # the smallest size in which drawings set labels
# With these two, 97 of 100 labels are said to fit or not as the drawing finds when it measures them in its font.
TEXT_PADDING_PX = 12  # between a label and the border, both sides together
ROUND_TEXT_SHARE = 0.85  # of an ellipse's width and height, that a text in its middle can use

_ROWS = (np.arange(64) + 0.5) / 64  # where areas that two shapes share are sampled, as shares of their common height
_ANGLES = np.linspace(0, np.pi / 2, 17)
_DIRECTIONS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])  # [2, directions], in which shapes may be apart

_Floats = NDArray[np.float64]
_Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Geometry:
    """Measures of one drawing. Shares are from 0 to 1 and, of an empty diagram, 0.

    overlap_share: largest overlap of two shapes, as a share of the smaller one.
    overlap_area_share: mean over nodes of the share of their area that other shapes overlap, at most 1 a node.
    overlapping_share: share of nodes that overlap another one.
    off_canvas_share: share of nodes that are at least partly beyond the canvas.
    off_canvas_area_share: share of the nodes' total area that is beyond the canvas.
    crossings: pairs of edges that cross, other than at a common node.
    edges_through_nodes: pairs of an edge and a node, not one of its ends, that it runs through.
    min_spacing_px: shortest distance between two shapes; the canvas' width where there are fewer than two.
    uneven_spacing: how much the distances from each shape to the nearest one vary: standard deviation over mean.
    tiny_share: share of nodes with a side shorter than TINY_PX.
    isolated_share: share of nodes that no edge joins to another one.
    unaligned_share: share of nodes whose centre shares neither x nor y with another one's.
    unfit_text_share: share of nodes with a label that does not fit into the shape, wrapped, in MIN_TEXT_PX.
    mean_edge_length_px: from centre to centre.
    """

    node_count: int
    edge_count: int
    overlap_share: float
    overlap_area_share: float
    overlapping_share: float
    off_canvas_share: float
    off_canvas_area_share: float
    crossings: int
    edges_through_nodes: int
    min_spacing_px: float
    uneven_spacing: float
    tiny_share: float
    isolated_share: float
    unaligned_share: float
    unfit_text_share: float
    mean_edge_length_px: float


def measure(diagram: Diagram) -> Geometry:
    """All measures of a diagram, in well under a millisecond for 20 nodes."""
    count = len(diagram.nodes)
    if not count:
        return Geometry(0, 0, 0, 0, 0, 0, 0, 0, 0, float(CANVAS_WIDTH_PX), 0, 0, 0, 0, 0, 0)
    shapes = _Shapes.of(diagram)
    edges = distinct_edges(diagram)
    between = np.abs(shapes.centers[:, None] - shapes.centers)
    distances = _distances_px(shapes, between)
    overlaps = _overlap_areas(shapes, distances)
    off_canvas = _areas_off_canvas(shapes)
    nearest = distances.min(1) if count > 1 else np.full(1, float(CANVAS_WIDTH_PX))
    return Geometry(
        node_count=count,
        edge_count=len(edges),
        overlap_share=float((overlaps / np.minimum(shapes.areas[:, None], shapes.areas)).max()),
        overlap_area_share=float(np.minimum(overlaps.sum(1) / shapes.areas, 1).mean()),
        overlapping_share=float((overlaps > 0).any(1).mean()),
        off_canvas_share=float((off_canvas > 0).mean()),
        off_canvas_area_share=float(off_canvas.sum() / shapes.areas.sum()),
        crossings=_crossings(shapes.centers, edges),
        edges_through_nodes=_edges_through_nodes(shapes, edges),
        min_spacing_px=float(nearest.min()),
        uneven_spacing=float(nearest.std() / max(nearest.mean(), 1)),
        tiny_share=float((2 * shapes.halves.min(1) < TINY_PX).mean()),
        isolated_share=1 - len(np.unique(edges)) / count,
        unaligned_share=_unaligned_share(between),
        unfit_text_share=sum(not _text_fits(node) for node in diagram.nodes) / count,
        mean_edge_length_px=_mean_edge_length_px(shapes.centers, edges),
    )


def distinct_edges(diagram: Diagram) -> NDArray[np.intp]:
    """Pairs of node indices [edges, 2], each pair of nodes once whatever the direction, without loops."""
    pairs = {(min(edge), max(edge)) for edge in diagram.edges() if edge[0] != edge[1]}
    return np.array(sorted(pairs), np.intp).reshape(-1, 2)


def problems(geometry: Geometry, max_overlap_share: float, max_off_canvas_share: float) -> tuple[str, ...]:
    """The hard checks that a drawing fails, in words; none where it passes."""
    failed = []
    if geometry.node_count == 0:
        failed.append("it draws nothing")
    if geometry.overlap_share > max_overlap_share:
        failed.append(f"shapes overlap by up to {geometry.overlap_share:.0%} of the smaller one")
    if geometry.off_canvas_share > max_off_canvas_share:
        failed.append(f"{geometry.off_canvas_share:.0%} of the shapes leave the canvas")
    return tuple(failed)


def reads_down(diagram: Diagram) -> bool:
    """Whether most edges go further down or up than to the side."""
    nodes = diagram.nodes
    steps = [(nodes[b].x - nodes[a].x, nodes[b].y - nodes[a].y) for a, b in diagram.edges()]
    return sum(abs(dy) > abs(dx) for dx, dy in steps) * 2 > len(steps)


def segments_through_boxes(starts: _Floats, ends: _Floats, centers: _Floats, halves: _Floats) -> _Bools:
    """Which segments run more than GRAZE_PX deep through which boxes (Liang and Barsky, 1984). [segments, boxes]"""
    along = ends - starts
    step = np.where(along == 0, 1e-9, along)[:, None]
    inner = np.maximum(halves - GRAZE_PX, 0.5)
    low, high = (centers - inner - starts[:, None]) / step, (centers + inner - starts[:, None]) / step
    enters = np.maximum(np.minimum(low, high).max(2), 0)
    leaves = np.minimum(np.maximum(low, high).min(2), 1)
    return np.asarray(enters < leaves)


@dataclass(frozen=True, slots=True)
class _Shapes:
    centers: _Floats  # [nodes, 2]
    halves: _Floats  # [nodes, 2]: half the width and height, at least half a pixel
    is_round: _Bools
    areas: _Floats

    @classmethod
    def of(cls, diagram: Diagram) -> _Shapes:
        boxes = np.array([(n.x, n.y, n.width, n.height, n.shape == "circle") for n in diagram.nodes], np.float64)
        return cls.at(boxes[:, :2], np.maximum(boxes[:, 2:4] / 2, 0.5), boxes[:, 4] > 0)

    @classmethod
    def at(cls, centers: _Floats, halves: _Floats, is_round: _Bools) -> _Shapes:
        return cls(centers, halves, is_round, np.where(is_round, np.pi, 4.0) * halves.prod(1))

    def __getitem__(self, indices: NDArray[np.intp]) -> _Shapes:
        return _Shapes(self.centers[indices], self.halves[indices], self.is_round[indices], self.areas[indices])


_CANVAS_PX = np.array([CANVAS_WIDTH_PX, CANVAS_HEIGHT_PX], np.float64)


def _distances_px(shapes: _Shapes, between: _Floats) -> _Floats:
    """From border to border of each two shapes, 0 where they overlap; from a shape to itself infinite. [nodes, nodes]

    Two convex shapes are as far apart as in the direction in which their projections are; of all directions, boxes
    need two and the way from corner to corner, ellipses are tried in 17.
    """
    boxes_apart = np.maximum(between - shapes.halves[:, None] - shapes.halves, 0)
    distances = np.hypot(boxes_apart[..., 0], boxes_apart[..., 1])
    if shapes.is_round.any():
        reach = np.where(
            shapes.is_round[:, None],
            np.sqrt(shapes.halves**2 @ _DIRECTIONS**2),
            shapes.halves @ _DIRECTIONS,
        )
        apart = (between @ _DIRECTIONS - reach[:, None] - reach).max(2)
        distances = np.maximum(distances, apart)
    np.fill_diagonal(distances, np.inf)
    return np.asarray(distances)


def _overlap_areas(shapes: _Shapes, distances: _Floats) -> _Floats:
    """What each two shapes share, in square pixels; nothing with itself. [nodes, nodes]"""
    areas = np.zeros_like(distances)
    first, second = np.nonzero(np.triu(distances == 0))
    if len(first):
        areas[first, second] = areas[second, first] = _shared_areas(shapes[first], shapes[second])
    return areas


def _areas_off_canvas(shapes: _Shapes) -> _Floats:
    """What of each shape is beyond the canvas, in square pixels. [nodes]"""
    areas = np.zeros(len(shapes.areas))
    low, high = shapes.centers - shapes.halves, shapes.centers + shapes.halves
    (beyond,) = np.nonzero(((low < 0) | (high > _CANVAS_PX)).any(1))
    if len(beyond):
        middle = np.broadcast_to(_CANVAS_PX / 2, (len(beyond), 2))
        canvas = _Shapes.at(middle, middle, np.zeros(len(beyond), np.bool_))
        areas[beyond] = shapes.areas[beyond] - _shared_areas(shapes[beyond], canvas)
    return areas


def _shared_areas(a: _Shapes, b: _Shapes) -> _Floats:
    """Of the shapes a[i] and b[i], in square pixels: summed row by row, exact for boxes. [pairs]"""
    top = np.maximum(a.centers[:, 1] - a.halves[:, 1], b.centers[:, 1] - b.halves[:, 1])
    height = np.minimum(a.centers[:, 1] + a.halves[:, 1], b.centers[:, 1] + b.halves[:, 1]) - top
    y = top[:, None] + np.maximum(height, 0)[:, None] * _ROWS
    (left_a, right_a), (left_b, right_b) = _ends_of_rows(a, y), _ends_of_rows(b, y)
    widths = np.maximum(np.minimum(right_a, right_b) - np.maximum(left_a, left_b), 0)
    return np.minimum(widths.mean(1) * np.maximum(height, 0), np.minimum(a.areas, b.areas))


def _ends_of_rows(shapes: _Shapes, y: _Floats) -> tuple[_Floats, _Floats]:
    """Where each shape begins and ends at these heights. [shapes, rows] each"""
    squashed = ((y - shapes.centers[:, 1:]) / shapes.halves[:, 1:]) ** 2
    width = shapes.halves[:, :1] * np.where(shapes.is_round[:, None], np.sqrt(np.maximum(1 - squashed, 0)), 1)
    return shapes.centers[:, :1] - width, shapes.centers[:, :1] + width


def _crossings(centers: _Floats, edges: NDArray[np.intp]) -> int:
    """Pairs of edges whose ends lie strictly on different sides of one another."""
    starts, ends = centers[edges[:, 0]], centers[edges[:, 1]]
    side_of_start = _side(starts[:, None], ends[:, None], starts)
    side_of_end = _side(starts[:, None], ends[:, None], ends)
    is_split = side_of_start * side_of_end < 0
    return int(np.triu(is_split & is_split.T).sum())


def _side(start: _Floats, end: _Floats, point: _Floats) -> _Floats:
    """On which side of the line from start to end a point lies: the sign of the cross product."""
    along, to_point = end - start, point - start
    return np.asarray(np.sign(along[..., 0] * to_point[..., 1] - along[..., 1] * to_point[..., 0]))


def _edges_through_nodes(shapes: _Shapes, edges: NDArray[np.intp]) -> int:
    starts, ends = shapes.centers[edges[:, 0]], shapes.centers[edges[:, 1]]
    runs_through = segments_through_boxes(starts, ends, shapes.centers, shapes.halves)
    rows = np.arange(len(edges))
    runs_through[rows, edges[:, 0]] = runs_through[rows, edges[:, 1]] = False
    edge, node = np.nonzero(runs_through & shapes.is_round)
    runs_through[edge, node] = _run_through_ellipses(starts[edge], ends[edge], shapes[node])
    return int(runs_through.sum())


def _run_through_ellipses(starts: _Floats, ends: _Floats, ellipses: _Shapes) -> _Bools:
    """Whether segment i comes within ellipse i, seen where that is a circle of radius 1 around the origin. [pairs]"""
    inner = np.maximum(ellipses.halves - GRAZE_PX, 0.5)
    start, end = (starts - ellipses.centers) / inner, (ends - ellipses.centers) / inner
    along = end - start
    nearest = np.clip(-(start * along).sum(1) / np.maximum((along**2).sum(1), 1e-9), 0, 1)
    return np.asarray(((start + nearest[:, None] * along) ** 2).sum(1) < 1)


def _unaligned_share(between: _Floats) -> float:
    is_level = np.asarray((between < 1).any(2))
    np.fill_diagonal(is_level, False)
    return float(1 - is_level.any(1).mean())


def _text_fits(node: Node) -> bool:
    """Whether the label fits into the shape, by the typical width of letters."""
    if not node.label:
        return True
    share = ROUND_TEXT_SHARE if node.shape == "circle" else 1.0
    width, height = node.width * share - TEXT_PADDING_PX, node.height * share - TEXT_PADDING_PX
    return fits(node.label, MIN_TEXT_PX, width, height)


def _mean_edge_length_px(centers: _Floats, edges: NDArray[np.intp]) -> float:
    if not len(edges):
        return 0.0
    return float(np.hypot(*np.diff(centers[edges], axis=1)[:, 0].T).mean())
