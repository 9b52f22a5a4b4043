"""Where the shapes of a layered drawing stand, such that no edge runs through a shape where that can be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from diagram_core import layering
from diagram_core.folding import Fold
from diagram_core.geometry import segments_through_boxes
from diagram_core.layering import Edge, Layering, Spacing

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

CLEARANCE_PX, LANE_PX = 14, 18  # shape to long edge, long edge to long edge
MIN_GAP_PX, MAX_GAP_PX = 26, 64  # shape to shape
MAX_GAPS_SHARE = 0.5  # of a row's room
LENGTHS = (1.0, 0.8, 0.6)  # of what shapes should measure along the flow, until no edge runs through one
NUDGES = 4
MAX_NUDGED_HITS = 20  # at a time; a drawing with more is too dense for nudging to help
NUDGE_WEIGHT = 100.0  # of the shape to move, against 1 for its neighbours
HIT_MARGIN_PX = 3  # an edge this near to a shape looks as if it touched it


class Extent(NamedTuple):
    """How long a shape should be, and how long its label needs it to be, in pixels."""

    wanted: float
    least: float

    def shrunk(self, share: float) -> float:
        """This share of the length wanted, as far as the label allows."""
        return max(self.wanted * share, min(self.least, self.wanted))


class Box(NamedTuple):
    """A shape along and across the flow: its centre and half its extents, in pixels."""

    along: float
    across: float
    half_along: float
    half_across: float


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is to be placed, and in which rows and slots."""

    graph: Layering
    edges: Sequence[Edge]
    backbone: set[Edge]
    fold: Fold


class Attempt(NamedTuple):
    """One way to place the shapes."""

    share: float  # of what shapes should measure across the flow
    gap_px: float
    straight: bool  # the backbone; if not, what fans out is centred


# Tried in turn until no edge runs through a shape.
ATTEMPTS = (
    Attempt(1.0, MAX_GAP_PX, True),
    Attempt(1.0, MIN_GAP_PX, True),
    Attempt(1.0, MAX_GAP_PX, False),
    Attempt(0.75, MIN_GAP_PX, True),
    Attempt(0.75, MIN_GAP_PX, False),
    Attempt(0.5, MIN_GAP_PX, True),
)


def place_boxes(canvas: Canvas, along: Extent, across: Sequence[Extent]) -> list[Box]:
    """A box for each vertex, smaller than wanted if they do not fit or if edges then miss them.

    Boxes of a layer keep clear of one another, layers and rows of their neighbours, so that no two boxes overlap.
    """
    best: FloatArray = np.empty((0, 4))
    fewest = -1
    for attempt in ATTEMPTS:
        half_across = [extent.shrunk(attempt.share) / 2 for extent in across]
        spacing = _spacing(canvas, half_across, attempt.gap_px)
        boxes, hits = _attempt(canvas, along, spacing, canvas.backbone if attempt.straight else set())
        if fewest < 0 or hits < fewest:
            best, fewest = boxes, hits
        if not hits:
            break
    return [Box(*map(float, row)) for row in best]


def hits_of(boxes: FloatArray, edges: Sequence[Edge]) -> BoolArray:
    """Which straight edges, centre to centre, run through or close by which boxes of other vertices.

    boxes: [vertices, 4] as in Box. Returns [edges, vertices].
    """
    ends = np.array(edges, dtype=int).reshape(-1, 2)
    centers = boxes[:, :2]
    hits = segments_through_boxes(centers[ends[:, 0]], centers[ends[:, 1]], centers, boxes[:, 2:] + HIT_MARGIN_PX)
    rows = np.arange(len(ends))
    hits[rows, ends[:, 0]] = hits[rows, ends[:, 1]] = False
    return hits


def _attempt(canvas: Canvas, along: Extent, spacing: Spacing, straight: set[Edge]) -> tuple[FloatArray, int]:
    """Boxes spaced like this, and how many hits are left after nudging."""
    at = layering.place(canvas.graph, spacing, straight)
    best, fewest = _fitted(canvas, along, spacing, at)
    for _ in range(NUDGES):
        if not fewest:
            break
        slim = _boxes(canvas, along.shrunk(LENGTHS[-1]), spacing, at)
        passing = _passing(canvas, hits_of(slim, canvas.edges))
        if not 0 < len(passing) <= MAX_NUDGED_HITS:
            break
        for edge, vertex in passing:
            _nudge(canvas, spacing, at, edge, vertex)
        boxes, hits = _fitted(canvas, along, spacing, at)
        if hits < fewest:
            best, fewest = boxes, hits
    return best, fewest


def _fitted(canvas: Canvas, along: Extent, spacing: Spacing, at: Sequence[float]) -> tuple[FloatArray, int]:
    """Boxes in their rows, as long along the flow as wanted or shorter where fewer edges then run through them."""
    fold, inside = canvas.fold, list(at)
    for row in range(fold.rows[-1] + 1):
        numbers = [i for i, number in enumerate(fold.rows) if number == row]
        low = fold.low_px(row)
        layering.fit_row(canvas.graph, numbers, inside, spacing, low, low + fold.row_px)
    best: FloatArray = np.empty((0, 4))
    fewest = -1
    for length in dict.fromkeys(along.shrunk(share) for share in LENGTHS):
        boxes = _boxes(canvas, length, spacing, inside)
        hits = int(hits_of(boxes, canvas.edges).sum())
        if fewest < 0 or hits < fewest:
            best, fewest = boxes, hits
        if not hits:
            break
    return best, fewest


def _boxes(canvas: Canvas, along_px: float, spacing: Spacing, at: Sequence[float]) -> FloatArray:
    count = canvas.graph.count
    boxes = np.empty((count, 4))
    boxes[:, 0] = [canvas.fold.centers_px[layer] for layer in canvas.fold.layer]
    boxes[:, 1] = at[:count]
    boxes[:, 2] = along_px / 2
    boxes[:, 3] = spacing.half_px[:count]
    return boxes


def _passing(canvas: Canvas, hits: BoolArray) -> list[tuple[Edge, int]]:
    """The hits of edges on their way past a layer, not those beside their own ends."""
    layer = canvas.fold.layer
    found = [(canvas.edges[edge], int(vertex)) for edge, vertex in np.argwhere(hits)]
    return [((a, b), vertex) for (a, b), vertex in found if layer[vertex] not in (layer[a], layer[b])]


def _spacing(canvas: Canvas, half_across: Sequence[float], gap_px: float) -> Spacing:
    """Gaps, and extents scaled down until the fullest layer fits its row; what room it leaves goes into the gaps."""
    graph, row_px = canvas.graph, canvas.fold.row_px
    most = max(len(layer) for layer in graph.layers)
    half = [*half_across, *[0.0] * (len(graph.before) - graph.count)]
    tight = Spacing(half, *(min(px, MAX_GAPS_SHARE * row_px / most) for px in (MIN_GAP_PX, CLEARANCE_PX, LANE_PX)))
    scale, slack = 1.0, row_px
    for layer in graph.layers:
        solid = 2 * sum(half[vertex] for vertex in layer)
        gaps = layering.offsets_px(layer, tight)[-1] + half[layer[0]] + half[layer[-1]] - solid
        scale = min(scale, (row_px - gaps) / solid)
        slack = min(slack, row_px - gaps - solid)
    room = tight.gap_px + max(slack, 0.0) / most
    return replace(tight, half_px=[scale * px for px in half], gap_px=max(tight.gap_px, min(gap_px, room)))


def _nudge(canvas: Canvas, spacing: Spacing, at: list[float], edge: Edge, vertex: int) -> None:
    """Move a shape, and what stands in its way, to that side of an edge on which its order in the layer has it."""
    graph, fold = canvas.graph, canvas.fold
    layer = graph.layers[fold.layer[vertex]]
    source, target, here = (fold.centers_px[fold.layer[v]] for v in (*edge, vertex))
    share = (here - source) / (target - source) if target != source else 0.5
    line = at[edge[0]] + min(max(share, 0.0), 1.0) * (at[edge[1]] - at[edge[0]])
    lane = next((dummy for dummy in graph.chains.get(edge, ()) if dummy in layer), None)
    below = at[vertex] >= line if lane is None else layer.index(vertex) > layer.index(lane)
    distance = spacing.half_px[vertex] + spacing.clearance_px
    wanted = [at[v] for v in layer]
    wanted[layer.index(vertex)] = line + (distance if below else -distance)
    weights = [NUDGE_WEIGHT if v == vertex else 1.0 for v in layer]
    for v, place in zip(layer, layering.settle(layering.offsets_px(layer, spacing), wanted, weights), strict=True):
        at[v] = place
