"""Where a flow of layers turns back: over how many rows it is spread, and what room this leaves each shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import sub
from typing import NamedTuple

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX
from diagram_core.label_room import fits
from diagram_core.layering import Edge
from diagram_core.structure import Direction

MARGIN_PX = 24
ROW_GAP_PX = 34
MAX_ROWS = 8
ARROW_ROOM_SHARE = 0.3  # of a slot along the flow
MIN_ARROW_ROOM_PX, MAX_ARROW_ROOM_PX = 20, 80
LINE_PX, MAX_LINE_SHARE = 12.0, 0.6  # that a shape keeps for a line of the smallest type, of a slot at most
GAP_SHARE, MAX_GAP_PX = 0.2, 26  # of the room across the flow, between shapes of a layer
LANE_LOAD = 0.25  # room that a long edge takes in a layer, in shapes

MIN_FONT_PX, MAX_FONT_PX = 2, 17  # the least is far from readable, but tells the bad from the worse
COMFORTABLE_FONT_PX = 12  # larger type than this is not worth a fold
FOLD_PENALTY_PX = 1.5  # how many pixels of type it must gain to fold at all,
ROW_PENALTY_PX = 1.0  # one more row, and one more edge from row to row
CUT_EDGE_PENALTY_PX = 2.0
PADDING_PX = 10  # between a label and the border, both sides together
ELLIPSE_ROOM = 0.72  # share of an ellipse's width and height that a text in its middle can use


@dataclass(frozen=True, slots=True)
class Sheet:
    """The canvas inside its margins, as seen along the flow of the arrows and across it."""

    direction: Direction

    @property
    def flow_px(self) -> int:
        """Room along the flow."""
        return (CANVAS_WIDTH_PX if self.direction == "right" else CANVAS_HEIGHT_PX) - 2 * MARGIN_PX

    @property
    def cross_px(self) -> int:
        """Room across the flow."""
        return (CANVAS_HEIGHT_PX if self.direction == "right" else CANVAS_WIDTH_PX) - 2 * MARGIN_PX

    def turned(self, pair: tuple[float, float]) -> tuple[float, float]:
        """(along, across) as (horizontal, vertical), and the other way round."""
        return pair if self.direction == "right" else (pair[1], pair[0])


class Text(NamedTuple):
    """A label, and the share of its shape's width and height that it can use."""

    label: str
    share: float

    def room_px(self, box_px: tuple[float, float]) -> tuple[float, float]:
        """Width and height for the label in a shape of this width and height."""
        return box_px[0] * self.share - PADDING_PX, box_px[1] * self.share - PADDING_PX


@dataclass(frozen=True, slots=True)
class Fold:
    """How the layers are spread over rows, and the room that a shape has in the fullest layer."""

    layer: tuple[int, ...]  # of each element
    rows: tuple[int, ...]  # the row of each layer
    centers_px: tuple[float, ...]  # where each layer stands along the flow, from the margin
    row_px: float  # across the flow, of a row
    room_px: tuple[float, float]  # along and across the flow, of a shape
    font_px: int  # the largest in which every label fits there

    def low_px(self, row: int) -> float:
        """Where a row begins across the flow, from the margin."""
        return row * (self.row_px + ROW_GAP_PX)


def best_fold(layer: Sequence[int], edges: Sequence[Edge], texts: Sequence[Text], sheet: Sheet) -> Fold:
    """The number of rows that leaves labels the largest type, less penalties for rows and for edges between them."""
    layers = max(layer) + 1
    shapes, opening, ending = [0] * layers, [0] * layers, [0] * layers
    for at in layer:
        shapes[at] += 1
    for source, target in edges:
        opening[layer[source] + 1] += 1
        ending[layer[target]] += 1
    cuts = list(accumulate(map(sub, opening, [0, *ending])))  # edges that enter or pass layer i
    loads = [shapes[i] + LANE_LOAD * (cuts[i] - ending[i]) for i in range(layers)]
    unique = list(dict.fromkeys(texts))
    best, best_value = None, 0.0
    for count in range(1, min(layers, MAX_ROWS) + 1):
        penalty = FOLD_PENALTY_PX + ROW_PENALTY_PX * (count - 1) if count > 1 else 0.0
        if best and best_value >= COMFORTABLE_FONT_PX - penalty:
            break
        starts = _row_starts(count, cuts, loads)
        fold = _fold(layer, starts, max(loads), unique, sheet)
        extra_edges = sum(cuts[start] - 1 for start in starts[1:])
        value = min(fold.font_px, COMFORTABLE_FONT_PX) - penalty - CUT_EDGE_PENALTY_PX * extra_edges
        if best is None or value > best_value:
            best, best_value = fold, value
    assert best is not None  # there is at least one layer
    return best


def _row_starts(count: int, cuts: Sequence[int], loads: Sequence[float]) -> list[int]:
    """The first layer of each row: evenly spread, moved by a third of a row at most to where the flow is narrow."""
    length = len(loads) / count
    slack = int(length / 3)
    starts = [0]
    for row in range(1, count):
        even = round(row * length)
        near = range(even - slack, even + slack + 1)
        starts.append(min(near, key=lambda at: (cuts[at] + loads[at - 1] + loads[at], abs(at - even))))
    return starts


def _fold(layer: Sequence[int], starts: Sequence[int], load: float, texts: Sequence[Text], sheet: Sheet) -> Fold:
    lengths = [end - start for start, end in pairwise([*starts, max(layer) + 1])]
    rows = tuple(row for row, length in enumerate(lengths) for _ in range(length))
    slot = sheet.flow_px / max(lengths)
    row_px = (sheet.cross_px - ROW_GAP_PX * (len(starts) - 1)) / len(starts)
    arrow = min(max(ARROW_ROOM_SHARE * slot, MIN_ARROW_ROOM_PX), MAX_ARROW_ROOM_PX, slot / 2)
    along = max(slot - arrow, min(LINE_PX, MAX_LINE_SHARE * slot))
    room = (along, row_px / load - min(GAP_SHARE * row_px / load, MAX_GAP_PX))
    centers = tuple(at for row in range(len(starts)) for at in _centers_px(row, lengths, slot))
    return Fold(tuple(layer), rows, centers, row_px, room, _largest_font(texts, sheet.turned(room)))


def _centers_px(row: int, lengths: Sequence[int], slot_px: float) -> list[float]:
    """Where the layers of a row stand along the flow: every other row runs backwards; all but the last end aligned."""
    longest, length = max(lengths), lengths[row]
    stretched = length > 1 and row + 1 < len(lengths)
    step = slot_px * ((longest - 1) / (length - 1) if stretched else 1.0)
    centers = [slot_px / 2 + i * step for i in range(length)]
    return centers if row % 2 == 0 else [slot_px * longest - center for center in centers]


def _largest_font(texts: Sequence[Text], box_px: tuple[float, float]) -> int:
    """The largest size of type in which all labels fit a shape: what one label leaves is where the next begins."""
    font_px = MAX_FONT_PX
    for text in texts:
        room_px = text.room_px(box_px)
        while font_px > MIN_FONT_PX and not fits(text.label, font_px, *room_px):
            font_px -= 1
    return font_px
