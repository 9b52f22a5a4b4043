"""Where the shapes of a layered drawing stand, such that no edge runs through a shape where that can be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from diagram_core import layering
from diagram_core.folding import Fold
from diagram_core.layering import Edge, Layering, Spacing

CLEARANCE_PX, LANE_PX = 14, 18  # shape to long edge, long edge to long edge
MIN_GAP_PX, MAX_GAP_PX = 26, 64  # shape to shape: as much as the fullest layer allows
MAX_GAPS_SHARE = 0.5  # of a row's room
# Of all shapes, along and across the flow, tried in turn until no edge runs through one.
SHRINKS = ((1.0, 1.0), (0.8, 1.0), (1.0, 0.75), (0.7, 0.8), (0.6, 0.6), (0.5, 0.45))
NUDGES = 5
NUDGE_WEIGHT = 100.0  # of the shape to move, against 1 for its neighbours
HIT_MARGIN_PX = 4  # an edge this near to a shape looks as if it touched it


class Box(NamedTuple):
    """A shape along and across the flow: its centre and half its extents, in pixels."""

    along: float
    across: float
    half_along: float
    half_across: float


class Hit(NamedTuple):
    """An edge that runs through the shape of another vertex, and where it passes the shape's middle."""

    edge: Edge
    vertex: int
    passes_px: float


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is to be placed, and in which rows and slots."""

    graph: Layering
    edges: Sequence[Edge]
    backbone: set[Edge]
    fold: Fold


def place_boxes(canvas: Canvas, half_along: float, half_across: Sequence[float]) -> list[Box]:
    """A box for each vertex, smaller than asked if they do not fit or if edges then miss them.

    Boxes of a layer keep clear of one another, layers and rows of their neighbours, so that no two boxes overlap.
    """
    best: list[Box] = []
    fewest = -1
    for along, across in SHRINKS:
        boxes, hits = _attempt(canvas, half_along * along, [half * across for half in half_across])
        if fewest < 0 or hits < fewest:
            best, fewest = boxes, hits
        if not hits:
            break
    return best


def hits_of(boxes: Sequence[Box], edges: Sequence[Edge]) -> list[Hit]:
    """Where straight edges, centre to centre, run through boxes of other vertices."""
    return [
        Hit((source, target), vertex, _height_at(boxes[source], boxes[target], box))
        for source, target in edges
        for vertex, box in enumerate(boxes)
        if vertex not in (source, target) and _crosses(boxes[source], boxes[target], box)
    ]


def _attempt(canvas: Canvas, half_along: float, half_across: Sequence[float]) -> tuple[list[Box], int]:
    """Boxes of at most these sizes, and how many hits are left after nudging."""
    graph, fold = canvas.graph, canvas.fold
    spacing = _spacing(canvas, half_across)
    low = [fold.low_px(i) for i in range(len(graph.layers))]
    high = [start + fold.row_px for start in low]
    at = layering.place(graph, spacing, canvas.backbone, low, high)
    layer_of = {vertex: i for i, layer in enumerate(graph.layers) for vertex in layer}
    along = [fold.center_px(layer_of[vertex]) for vertex in range(graph.count)]

    def boxes() -> list[Box]:
        return [Box(along[v], at[v], half_along, spacing.half_px[v]) for v in range(graph.count)]

    best = boxes()
    hits = hits_of(best, canvas.edges)
    fewest = len(hits)
    for _ in range(NUDGES):
        if not hits:
            break
        for hit in hits:
            i = layer_of[hit.vertex]
            _nudge(graph, spacing, at, hit, graph.layers[i], low[i], high[i])
        moved = boxes()
        hits = hits_of(moved, canvas.edges)
        if len(hits) < fewest:
            best, fewest = moved, len(hits)
    return best, fewest


def _spacing(canvas: Canvas, half_across: Sequence[float]) -> Spacing:
    """Gaps, and extents scaled down until the fullest layer fits its row."""
    graph, row_px = canvas.graph, canvas.fold.row_px
    most = max(len(layer) for layer in graph.layers)
    half = [*half_across, *[0.0] * (len(graph.before) - graph.count)]
    tight = Spacing(half, *(min(px, MAX_GAPS_SHARE * row_px / most) for px in (MIN_GAP_PX, CLEARANCE_PX, LANE_PX)))
    scale, slack = 1.0, row_px
    for layer in graph.layers:
        solid = 2 * sum(half[vertex] for vertex in layer)
        gaps = layering.extent_px(layer, tight) - solid
        scale = min(scale, (row_px - gaps) / solid)
        slack = min(slack, row_px - gaps - solid)
    half = [scale * px for px in half]
    if slack <= 0:
        return replace(tight, half_px=half)
    return replace(tight, half_px=half, gap_px=min(MAX_GAP_PX, tight.gap_px + slack / most))


def _nudge(
    graph: Layering, spacing: Spacing, at: list[float], hit: Hit, layer: Sequence[int], low_px: float, high_px: float
) -> None:
    """Move a shape, and what stands in its way, to that side of an edge on which its order in the layer has it."""
    lane = next((dummy for dummy in graph.chains.get(hit.edge, ()) if dummy in layer), None)
    below = at[hit.vertex] >= hit.passes_px if lane is None else layer.index(hit.vertex) > layer.index(lane)
    distance = spacing.half_px[hit.vertex] + spacing.clearance_px
    wanted = [at[vertex] for vertex in layer]
    wanted[layer.index(hit.vertex)] = hit.passes_px + (distance if below else -distance)
    weights = [NUDGE_WEIGHT if vertex == hit.vertex else 1.0 for vertex in layer]
    for vertex, x in zip(layer, layering.settle(layer, wanted, weights, spacing, low_px, high_px), strict=True):
        at[vertex] = x


def _height_at(source: Box, target: Box, box: Box) -> float:
    """Where the line from source to target passes the middle of a box, across the flow."""
    run = target.along - source.along
    if not run:
        return (source.across + target.across) / 2
    share = min(max((box.along - source.along) / run, 0.0), 1.0)
    return source.across + share * (target.across - source.across)


def _crosses(source: Box, target: Box, box: Box) -> bool:
    """Whether the line between two centres meets a box or comes too near (Liang and Barsky, 1984)."""
    enter, leave = 0.0, 1.0
    for start, end, middle, half in (
        (source.along, target.along, box.along, box.half_along + HIT_MARGIN_PX),
        (source.across, target.across, box.across, box.half_across + HIT_MARGIN_PX),
    ):
        run = end - start
        if not run:
            if abs(start - middle) >= half:
                return False
            continue
        first, last = (middle - half - start) / run, (middle + half - start) / run
        enter, leave = max(enter, min(first, last)), min(leave, max(first, last))
        if enter >= leave:
            return False
    return True
