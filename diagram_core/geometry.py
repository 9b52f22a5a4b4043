"""What can be computed of a drawing's readability: overlaps, what leaves the canvas, crossings, distances.

Edges count as straight lines from centre to centre. Which of these measures readers mind is the subject of Purchase,
Which Aesthetic Has the Greatest Effect on Human Understanding?, 1997.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, Diagram

TINY_PX = 12  # a side shorter than this shows neither fill nor shape once its border is drawn
GRAZE_PX = 2.0  # how deep an edge must run into a shape's box to count as going through it

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
    tiny_share: share of nodes with a side shorter than TINY_PX.
    isolated_share: share of nodes that no edge joins to another one.
    unaligned_share: share of nodes whose centre shares neither x nor y with another one's.
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
    tiny_share: float
    isolated_share: float
    unaligned_share: float
    mean_edge_length_px: float


def measure(diagram: Diagram) -> Geometry:
    """All measures of a diagram, in about a millisecond for 20 nodes."""
    count = len(diagram.nodes)
    if not count:
        return Geometry(0, 0, 0, 0, 0, 0, 0, 0, 0, float(CANVAS_WIDTH_PX), 0, 0, 0, 0)
    shapes = _Shapes.of(diagram)
    edges = _distinct_edges(diagram)
    overlaps = _overlap_areas(shapes)
    smaller = np.minimum(shapes.areas[:, None], shapes.areas)
    off_canvas = shapes.areas - _areas_on_canvas(shapes)
    return Geometry(
        node_count=count,
        edge_count=len(edges),
        overlap_share=float((overlaps / smaller).max()),
        overlap_area_share=float(np.minimum(overlaps.sum(1) / shapes.areas, 1).mean()),
        overlapping_share=float((overlaps > 0).any(1).mean()),
        off_canvas_share=float((off_canvas > 0).mean()),
        off_canvas_area_share=float(off_canvas.sum() / shapes.areas.sum()),
        crossings=_crossings(shapes.centers, edges),
        edges_through_nodes=_edges_through_nodes(shapes, edges),
        min_spacing_px=_min_spacing_px(shapes),
        tiny_share=float((2 * shapes.halves.min(1) < TINY_PX).mean()),
        isolated_share=1 - len(np.unique(edges)) / count,
        unaligned_share=_unaligned_share(shapes.centers),
        mean_edge_length_px=_mean_edge_length_px(shapes.centers, edges),
    )


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
    areas: _Floats  # of the boxes around the shapes

    @classmethod
    def of(cls, diagram: Diagram) -> _Shapes:
        boxes = np.array([(n.x, n.y, n.width, n.height, n.shape == "circle") for n in diagram.nodes], np.float64)
        halves = np.maximum(boxes[:, 2:4] / 2, 0.5)
        return cls(boxes[:, :2], halves, boxes[:, 4] > 0, 4 * halves.prod(1))


def _distinct_edges(diagram: Diagram) -> NDArray[np.intp]:
    """Pairs of node indices [edges, 2], each pair of nodes once whatever the direction, without loops."""
    pairs = {(min(edge), max(edge)) for edge in diagram.edges() if edge[0] != edge[1]}
    return np.array(sorted(pairs), np.intp).reshape(-1, 2)


def _overlap_areas(shapes: _Shapes) -> _Floats:
    """Overlap of each two boxes, in square pixels, 0 where the ellipses in them do not touch. [nodes, nodes]"""
    between = np.abs(shapes.centers[:, None] - shapes.centers)
    reach = shapes.halves[:, None] + shapes.halves
    shared = np.minimum(reach - between, 2 * np.minimum(shapes.halves[:, None], shapes.halves))
    areas = np.maximum(shared, 0).prod(2)
    areas[_round_ones_apart(shapes, between)] = 0
    np.fill_diagonal(areas, 0)
    return areas


def _round_ones_apart(shapes: _Shapes, between: _Floats) -> _Bools:
    """Pairs of which at least one is an ellipse that does not reach the other. [nodes, nodes]"""
    halves, is_round = shapes.halves, shapes.is_round
    to_ellipse = ((between / (halves[:, None] + halves)) ** 2).sum(2) >= 1
    to_box = ((np.maximum(between - halves, 0) / halves[:, None]) ** 2).sum(2) >= 1
    first_round, both_round = is_round[:, None] & ~is_round, is_round[:, None] & is_round
    one_round = first_round & to_box
    return (both_round & to_ellipse) | one_round | one_round.T


def _areas_on_canvas(shapes: _Shapes) -> _Floats:
    canvas = np.array([CANVAS_WIDTH_PX, CANVAS_HEIGHT_PX], np.float64)
    low = np.clip(shapes.centers - shapes.halves, 0, canvas)
    high = np.clip(shapes.centers + shapes.halves, 0, canvas)
    return (high - low).prod(1)


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
    return int(runs_through.sum())


def _min_spacing_px(shapes: _Shapes) -> float:
    if len(shapes.centers) < 2:
        return float(CANVAS_WIDTH_PX)
    gaps = np.abs(shapes.centers[:, None] - shapes.centers) - shapes.halves[:, None] - shapes.halves
    distances = np.hypot(*np.moveaxis(np.maximum(gaps, 0), 2, 0))
    np.fill_diagonal(distances, np.inf)
    return float(distances.min())


def _unaligned_share(centers: _Floats) -> float:
    is_level = np.abs(centers[:, None] - centers) < 1
    np.einsum("iij->ij", is_level)[:] = False
    return float(1 - is_level.any((1, 2)).mean())


def _mean_edge_length_px(centers: _Floats, edges: NDArray[np.intp]) -> float:
    if not len(edges):
        return 0.0
    return float(np.hypot(*np.diff(centers[edges], axis=1)[:, 0].T).mean())
