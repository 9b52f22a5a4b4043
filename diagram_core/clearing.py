"""Moves shapes out of the way of edges that are not theirs, by local search (min-conflicts, Minton et al., 1992).

Works along and across the flow of a layered drawing: shapes keep their place along it and move across it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.intp]

NEAR_PX = 2.0  # an edge this near to a shape looks as if it touched it
SAME_LINE_PX = 1.0  # shapes this level, and joined by an edge, may move together
FURTHER = np.array([1.02, 1.5, 2.5])  # times the least distance, which may end at the next edge or shape
ANY_MOVES_PX = np.array([-240, -140, -80, -40, -16, 16, 40, 80, 140, 240], np.float64)
MIN_PULL = 0.1  # how far an edge must part from a shape, as a share of the move, for a move to be tried
MAX_MOVES = 8
# Of a pixel that a shape moves, a crossing, and an edge through a shape: in pixels by which edges slant.
MOVE_COST, CROSSING_COST, HIT_COST = 0.1, 60.0, 400.0


@dataclass(frozen=True, slots=True)
class Room:
    """Where shapes may move: bounds across the flow of each shape's border [vertices], and the least gap."""

    low_px: Floats
    high_px: Floats
    gap_px: float


class Passages(NamedTuple):
    """Edges that pass, or run through, shapes: on the part of their way on which they are level along the flow."""

    sources: Indices
    targets: Indices
    vertices: Indices
    enters: Floats  # shares of the way, 0 to 1
    leaves: Floats


class Cleared(NamedTuple):
    """How many edges still run through shapes, by how much the drawing has become worse otherwise, and the boxes."""

    hits: int
    cost: float  # in pixels by which edges slant
    boxes: Floats


@dataclass(frozen=True, slots=True)
class _Scene:
    """What does not change while shapes move."""

    ends: Indices  # [edges, 2]
    passages: Passages
    apart: Indices  # pairs of edges without a common end [pairs, 2]
    beside: Indices  # pairs of shapes in each other's way [pairs, 2]
    reach_px: Floats  # the least distance of such a pair [pairs]
    lowest: Floats  # where centres may be [vertices]
    highest: Floats


def passages_of(boxes: Floats, ends: Indices) -> Passages:
    """Which edges pass which shapes that they do not join, as far as places along the flow tell.

    boxes: [vertices, 4], centre along and across the flow and half the extents; ends: vertices [edges, 2].
    """
    enters, leaves = _inside(boxes[:, 0], boxes[:, 2], ends[:, :1], ends[:, 1:], np.arange(len(boxes)))
    enters, leaves = np.maximum(enters, 0), np.minimum(leaves, 1)
    near = enters < leaves
    rows = np.arange(len(ends))
    near[rows, ends[:, 0]] = near[rows, ends[:, 1]] = False
    edges, vertices = np.nonzero(near)
    sources, targets = ends[edges].T
    return Passages(sources, targets, vertices, enters[edges, vertices], leaves[edges, vertices])


def hits_of(across: Floats, half_across: Floats, passages: Passages) -> Bools:
    """In which passages a straight edge, centre to centre, runs through or close by the shape. [..., passages]

    across: centres across the flow [..., vertices]; half_across: half the extents [vertices]. The method is that of
    Liang and Barsky (1984).
    """
    enters, leaves = _inside(across, half_across, passages.sources, passages.targets, passages.vertices)
    return np.asarray(np.maximum(enters, passages.enters) < np.minimum(leaves, passages.leaves))


def _inside(
    centers: Floats, half: Floats, sources: Indices, targets: Indices, vertices: Indices
) -> tuple[Floats, Floats]:
    """Between which shares of an edge it is level with a shape, along one axis; the indices are broadcast."""
    starts = centers[..., sources]
    steps = centers[..., targets] - starts
    steps[steps == 0] = 1e-9
    middle = (centers[..., vertices] - starts) / steps
    around = (half[vertices] + NEAR_PX) / np.abs(steps)
    return middle - around, middle + around


def segments_cross(a: Floats, b: Floats, c: Floats, d: Floats) -> Bools:
    """Whether segments a-b and c-d cross, other than at an end of one of them, after broadcasting. [..., 2] each"""
    return np.asarray((_side(a, b, c) * _side(a, b, d) < 0) & (_side(c, d, a) * _side(c, d, b) < 0))


def clear(boxes: Floats, ends: Indices, room: Room) -> Cleared:
    """Boxes moved across the flow such that fewer edges run through shapes: none, where that can be had.

    No two boxes come closer than the gap of `room`, or leave it. boxes and ends as for `hits_of`.
    """
    scene = _scene(boxes, ends, room)
    boxes = boxes.copy()
    hits, spent = hits_of(boxes[:, 1], boxes[:, 3], scene.passages), 0.0
    given_up = np.zeros_like(hits)
    for _ in range(MAX_MOVES):
        open_hits = np.flatnonzero(hits & ~given_up)
        if not len(open_hits):
            break
        first = open_hits[0]
        source, target, vertex = (int(column[first]) for column in scene.passages[:3])
        groups = _groups(boxes, ends, (vertex, source, target))
        for places in (_parting(boxes, (source, target), vertex, groups), _anywhere(boxes, vertex, groups)):
            found = _best(scene, boxes, np.concatenate([boxes[None, :, 1], *places]), int(hits.sum()))
            if found:
                across, cost = found
                spent += cost
                boxes[:, 1] = across
                hits = hits_of(boxes[:, 1], boxes[:, 3], scene.passages)
                break
        else:
            given_up[first] = True
    return Cleared(int(hits.sum()), spent, boxes)


def _scene(boxes: Floats, ends: Indices, room: Room) -> _Scene:
    first, second = np.triu_indices(len(ends), 1)
    shared = (ends[first][:, :, None] == ends[second][:, None]).any((1, 2))
    a, b = np.triu_indices(len(boxes), 1)
    is_beside = np.abs(boxes[a, 0] - boxes[b, 0]) < boxes[a, 2] + boxes[b, 2]
    a, b = a[is_beside], b[is_beside]
    return _Scene(
        ends=ends,
        passages=passages_of(boxes, ends),
        apart=np.stack([first[~shared], second[~shared]], 1),
        beside=np.stack([a, b], 1),
        reach_px=boxes[a, 3] + boxes[b, 3] + room.gap_px,
        lowest=room.low_px + boxes[:, 3],
        highest=room.high_px - boxes[:, 3],
    )


def _groups(boxes: Floats, ends: Indices, vertices: Sequence[int]) -> list[list[int]]:
    """What to move: each vertex with all that is level with it along edges, alone, and with its layer."""
    level = ends[np.abs(boxes[ends[:, 0], 1] - boxes[ends[:, 1], 1]) < SAME_LINE_PX].tolist()
    groups: dict[tuple[int, ...], None] = {}
    for vertex in vertices:
        line, grows = {vertex}, True
        while grows:
            joined = {v for a, b in level for v in (a, b) if a in line or b in line}
            grows = not joined <= line
            line |= joined
        for group in (sorted(line), (vertex,), _layer(boxes, vertex)):
            groups[tuple(group)] = None
    return [list(group) for group in groups]


def _layer(boxes: Floats, vertex: int) -> list[int]:
    return np.flatnonzero(np.abs(boxes[:, 0] - boxes[vertex, 0]) < SAME_LINE_PX).tolist()


def _parting(boxes: Floats, ends: Sequence[int], vertex: int, groups: Sequence[Sequence[int]]) -> Iterator[Floats]:
    """Places across the flow [moves, vertices] after a group has moved so far that an edge misses a vertex."""
    (start, rise), (stop, target) = boxes[list(ends), :2].tolist()
    along, across, half_along, half_across = boxes[vertex].tolist()
    if start == stop:
        return
    shares = [min(max((at - start) / (stop - start), 0.0), 1.0) for at in (along - half_along, along + half_along)]
    lines = [rise + share * (target - rise) for share in shares]
    reach = half_across + NEAR_PX
    wanted = (min(lines) - across - reach, max(lines) - across + reach)  # of the vertex, past the edge
    share = sum(shares) / 2
    for group in groups:
        pull = (vertex in group) - (1 - share) * (ends[0] in group) - share * (ends[1] in group)
        if abs(pull) >= MIN_PULL:
            yield _moved(boxes, group, np.outer(wanted, FURTHER / pull).ravel())


def _anywhere(boxes: Floats, vertex: int, groups: Sequence[Sequence[int]]) -> Iterator[Floats]:
    """Places across the flow [moves, vertices] after a group has moved, or two of a layer have changed places."""
    for group in groups:
        yield _moved(boxes, group, ANY_MOVES_PX)
    layer = _layer(boxes, vertex)
    swapped = np.repeat(boxes[None, :, 1], len(layer), 0)
    swapped[np.arange(len(layer)), layer] = boxes[vertex, 1]
    swapped[:, vertex] = boxes[layer, 1]
    yield swapped


def _moved(boxes: Floats, group: Sequence[int], distances_px: Floats) -> Floats:
    places = np.repeat(boxes[None, :, 1], len(distances_px), 0)
    places[:, group] += distances_px[:, None]
    return places


def _best(scene: _Scene, boxes: Floats, places: Floats, hits: int) -> tuple[Floats, float] | None:
    """The places with the fewest hits, and of these at the least cost, and this cost; None if they are not worth it.

    places: across the flow [candidates, vertices], the first of them as it is.
    """
    places = places[_is_free(scene, places)]
    counts = hits_of(places, boxes[:, 3], scene.passages).sum(1)
    fewest = counts.min()
    if fewest >= hits:
        return None
    few = np.flatnonzero(counts == fewest)
    costs = _costs(scene, boxes[:, 0], places[[0, *few]])
    best = int(np.argmin(costs[1:]))
    cost = float(costs[1 + best] - costs[0])
    return (places[few[best]], cost) if cost < HIT_COST * (hits - fewest) else None


def _is_free(scene: _Scene, places: Floats) -> Bools:
    """Where all shapes stay in their room and none comes closer to another than it may, or was. [candidates]"""
    inside = (places >= np.minimum(scene.lowest, places[0])) & (places <= np.maximum(scene.highest, places[0]))
    apart = np.abs(places[:, scene.beside[:, 0]] - places[:, scene.beside[:, 1]])
    return np.asarray(inside.all(1) & (apart >= np.minimum(scene.reach_px, apart[0])).all(1))


def _costs(scene: _Scene, along: Floats, places: Floats) -> Floats:
    """How much edges slant and cross, and how far shapes have moved from the first of some placements."""
    slants = np.abs(places[:, scene.ends[:, 0]] - places[:, scene.ends[:, 1]]).sum(1)
    centers = np.stack(np.broadcast_arrays(along, places), -1)
    first, second = scene.ends[scene.apart[:, 0]], scene.ends[scene.apart[:, 1]]
    segments = (centers[:, vertices] for vertices in (first[:, 0], first[:, 1], second[:, 0], second[:, 1]))
    moves = np.abs(places - places[0]).sum(1)
    return np.asarray(slants + CROSSING_COST * segments_cross(*segments).sum(1) + MOVE_COST * moves)


def _side(start: Floats, end: Floats, point: Floats) -> Floats:
    """On which side of the line from start to end a point lies: the sign of what is returned."""
    along, to_point = end - start, point - start
    return np.asarray(along[..., 0] * to_point[..., 1] - along[..., 1] * to_point[..., 0])
