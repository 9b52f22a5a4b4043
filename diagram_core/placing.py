"""Where the shapes of a layered drawing stand, such that no edge runs through a shape where that can be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from diagram_core import layering
from diagram_core.clearing import Cleared, Floats, Indices, Room, clear, hits_of, passages_of
from diagram_core.folding import Fold
from diagram_core.layering import Edge, Layering, Spacing, Trunk

CLEARANCE_PX, LANE_PX = 14, 18  # shape to long edge, long edge to long edge
MIN_GAP_PX, MAX_GAP_PX = 26, 64  # shape to shape
MAX_GAPS_SHARE = 0.5  # of a row's room
LENGTHS = (1.0, 0.8, 0.6)  # of what shapes should measure along the flow, until no edge runs through one


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
    flow: Trunk
    fold: Fold


class Attempt(NamedTuple):
    """One way to place the shapes."""

    share: float  # of what shapes should measure across the flow
    gap_px: float


# Tried in turn until no edge runs through a shape.
ATTEMPTS = (Attempt(1.0, MAX_GAP_PX), Attempt(0.7, MIN_GAP_PX))
FEW_HITS = 3  # so many may be gone after a few small moves
MANY_HITS = 12  # with more, a drawing is too dense for moves to help
MAX_COST = 120.0  # of moves that nobody would notice, in pixels by which edges come to slant


def place_boxes(canvas: Canvas, along: Extent, across: Sequence[Extent]) -> list[Box]:
    """A box for each vertex, smaller than wanted if they do not fit or if edges then miss them.

    Boxes of a layer keep clear of one another, layers and rows of their neighbours, so that no two boxes overlap.
    """
    ends = np.array(canvas.edges, np.intp).reshape(-1, 2)
    found: list[Cleared] = []
    crowded: list[tuple[int, Floats, Room]] = []
    for attempt in ATTEMPTS:
        spacing = _spacing(canvas, [extent.shrunk(attempt.share) / 2 for extent in across], attempt.gap_px)
        hits, boxes = _attempt(canvas, along, ends, spacing)
        if not hits:
            return _as_boxes(boxes)
        room = _room(canvas.fold, spacing)
        if hits > FEW_HITS:
            crowded.append((hits, boxes, room))
            continue
        cleared = clear(boxes, ends, room)
        if not cleared.hits and cleared.cost < MAX_COST:
            return _as_boxes(cleared.boxes)
        found.append(cleared)
    if crowded:
        hits, boxes, room = min(crowded, key=lambda one: one[0])
        found.append(clear(boxes, ends, room) if hits <= MANY_HITS else Cleared(hits, 0.0, boxes))
    return _as_boxes(min(found, key=lambda one: one[:2]).boxes)


def _as_boxes(rows: Floats) -> list[Box]:
    return [Box(*row) for row in rows.tolist()]


def _attempt(canvas: Canvas, along: Extent, ends: Indices, spacing: Spacing) -> tuple[int, Floats]:
    """How many edges run through shapes, and boxes spaced like this, no longer along the flow than leaves few."""
    fold = canvas.fold
    at = layering.place(canvas.graph, spacing, canvas.flow)
    for row in range(fold.rows[-1] + 1):
        numbers = [i for i, number in enumerate(fold.rows) if number == row]
        low = fold.low_px(row)
        layering.fit_row(canvas.graph, numbers, at, spacing, low, low + fold.row_px)
    found: list[tuple[int, Floats]] = []
    for share in LENGTHS:
        boxes = _boxes(canvas, along.shrunk(share), spacing, at)
        single_row = canvas.graph.is_single_file and not fold.rows[-1]
        hits = 0 if single_row else int(hits_of(boxes[:, 1], boxes[:, 3], passages_of(boxes, ends)).sum())
        if not hits:
            return 0, boxes
        found.append((hits, boxes))
    return min(found, key=lambda one: one[0])


def _room(fold: Fold, spacing: Spacing) -> Room:
    low_px = np.array([fold.low_px(fold.rows[layer]) for layer in fold.layer])
    return Room(low_px, low_px + fold.row_px, min(spacing.gap_px, CLEARANCE_PX))


def _boxes(canvas: Canvas, along_px: float, spacing: Spacing, at: Sequence[float]) -> Floats:
    count = canvas.graph.count
    boxes = np.empty((count, 4))
    boxes[:, 0] = [canvas.fold.centers_px[layer] for layer in canvas.fold.layer]
    boxes[:, 1] = at[:count]
    boxes[:, 2] = along_px / 2
    boxes[:, 3] = spacing.half_px[:count]
    return boxes


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
