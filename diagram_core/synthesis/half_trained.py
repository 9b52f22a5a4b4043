"""Drawings as half-trained models write them, from nothing: the right kind of parts in the wrong places.

Spoiled drawings (`spoil.py`) are good ones gone wrong. A model that places shapes itself fails in ways of its own: it
begins a stack again over the shapes that are there, puts more into a row than there is room for, uses a place twice,
leads lines anywhere, and does not see the edge of the canvas. Sloppiness is from 0, flawless as a rule, to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random

from diagram_core.diagram import (
    CANVAS_HEIGHT_PX,
    CANVAS_WIDTH_PX,
    LINES,
    SHAPES,
    Color,
    Diagram,
    LineName,
    Node,
    ShapeName,
)

FLAWLESS_SHARE = 0.2
MARGIN_PX = 40

Nodes = list[Node]


def half_trained(rng: Random) -> Diagram:
    """A drawing of up to some 40 shapes, of any sloppiness."""
    sloppiness = 0.0 if rng.random() < FLAWLESS_SHARE else rng.random()
    nodes = rng.choices(_KINDS, _KIND_WEIGHTS)[0](rng, sloppiness)
    if rng.random() < 0.5:
        nodes = [_turned(node) for node in nodes]
    return Diagram(tuple(nodes))


@dataclass(frozen=True, slots=True)
class _Look:
    """What the shapes and lines of one drawing look like."""

    fills: Sequence[Color]
    strokes: Sequence[Color]
    lines: Sequence[LineName]
    shapes: Sequence[ShapeName]

    @classmethod
    def of(cls, rng: Random) -> _Look:
        return cls(
            [_pale(rng) for _ in range(rng.randint(1, 5))],
            [_color(rng, 0, 140) for _ in range(rng.randint(1, 3))],
            rng.sample(LINES, rng.choice((1, 1, 2, 3))),
            rng.sample(SHAPES, rng.choice((1, 2, 2, 3))),
        )

    def node(self, rng: Random, number: int, center: tuple[float, float], size: tuple[float, float]) -> Node:
        """A shape without lines; its centre and size are in pixels."""
        return Node(
            number,
            round(center[0]),
            round(center[1]),
            rng.choice(self.shapes),
            max(2, round(size[0])),
            max(2, round(size[1])),
            rng.choice(self.lines),
            rng.choice(self.fills),
            rng.choice(self.strokes),
        )


def _pale(rng: Random) -> Color:
    if rng.random() < 0.3:
        grey = rng.choice((255, rng.randrange(200, 250)))
        return grey, grey, grey
    return _color(rng, 140, 256)


def _color(rng: Random, low: int, high: int) -> Color:
    return rng.randrange(low, high), rng.randrange(low, high), rng.randrange(low, high)


def _stack(rng: Random, sloppiness: float) -> Nodes:
    """Bars in a row that shrink step by step; a sloppy model begins again, over the first ones or beside them."""
    look = _Look.of(rng)
    count = rng.randint(6, 22)
    first_run = rng.randint(count // 2, count) if rng.random() < 1.2 * sloppiness else count
    pitch = (CANVAS_WIDTH_PX - 2 * MARGIN_PX) / max(first_run, 6)
    thickness = pitch * (rng.uniform(0.9, 2.5) if rng.random() < 0.25 * sloppiness else rng.uniform(0.35, 0.85))
    back = rng.randint(0, first_run // 2)
    aside = rng.choice((0.0, rng.uniform(-80, 80), rng.uniform(-250, 250), rng.uniform(20, 250)))
    shift = rng.choice((0.0, 0.0, rng.uniform(-0.5, 0.5)))
    lengths = _lengths(rng, first_run) + _lengths(rng, count - first_run)
    nodes = []
    for i, length in enumerate(lengths):
        center = (MARGIN_PX + (i + 0.5) * pitch, CANVAS_HEIGHT_PX / 2)
        if i >= first_run:
            center = (center[0] + (back - first_run + shift) * pitch, center[1] + aside)
        uneven = rng.gauss(1, 0.25 * sloppiness) if rng.random() < 0.4 else 1.0
        node = look.node(rng, i, center, (thickness, length * uneven))
        nodes.append(replace(node, line=look.lines[0], targets=(i + 1,) if i + 1 < count else ()))
    return _misled(nodes, rng, rng.choice((0, 0.15)) * sloppiness)


def _lengths(rng: Random, count: int) -> list[float]:
    """Lengths that shrink to a fifth, and jump now and then."""
    length, shortest = rng.uniform(180, 500), rng.uniform(30, 120)
    lengths = []
    for _ in range(count):
        if rng.random() < 0.08:
            length = rng.uniform(120, 480)
        lengths.append(max(shortest, length))
        length *= 0.2 ** (1 / count)
    return lengths


def _rows(rng: Random, sloppiness: float) -> Nodes:
    """Rows of neurons and the mesh between them; a sloppy model puts more into a row than there is room for."""
    look = _Look.of(rng)
    counts = [rng.randint(1, 8) for _ in range(rng.randint(2, 5))]
    pitch = rng.uniform(90, 140) * (1 + rng.choice((0, 0, 0.6)) * sloppiness)
    top = rng.choice((rng.uniform(50, 110), CANVAS_HEIGHT_PX / 2 - pitch * (len(counts) - 1) / 2))
    width = rng.uniform(30, 90)
    height = min(rng.uniform(0.6, 1.3) * width, 0.75 * pitch)
    nodes: Nodes = []
    rows: list[range] = []
    for row, count in enumerate(counts):
        style = look.node(rng, 0, (0, 0), (1, 1))
        y = top + row * pitch - (pitch * rng.uniform(0.4, 1) if row and rng.random() < 0.15 * sloppiness else 0)
        wider = rng.choice((1.0, 1.0, rng.uniform(1, 1.8))) if rng.random() < sloppiness else 1.0
        for x in _places_in_row(rng, sloppiness, count, width):
            node = look.node(rng, len(nodes), (x, y), (width * wider, height))
            nodes.append(replace(node, shape=style.shape, fill=style.fill, line=look.lines[0], stroke=style.stroke))
        rows.append(range(rows[-1].stop if rows else 0, len(nodes)))
    kept = 1 - rng.choice((0, 0, 0.5)) * sloppiness
    for above, below in pairwise(rows):
        for i in above:
            nodes[i] = replace(nodes[i], targets=tuple(target for target in below if rng.random() < kept))
    return _misled(nodes, rng, rng.choice((0, 0, 0.1)) * sloppiness)


def _places_in_row(rng: Random, sloppiness: float, count: int, width: float) -> list[float]:
    step = min((CANVAS_WIDTH_PX - 2 * MARGIN_PX) / count, width * rng.uniform(1.2, 2.2))
    if rng.random() < sloppiness:
        step = width * rng.uniform(0.25, 1.1)
    middle = CANVAS_WIDTH_PX / 2 + rng.choice((0, 0, rng.gauss(0, 160))) * sloppiness
    places = [middle + (i - (count - 1) / 2) * step for i in range(count)]
    if rng.random() < 0.5 * sloppiness:
        places += [rng.gauss(rng.choice(places), 0.4 * step) for _ in range(rng.randint(1, 5))]
    return places


def _chart(rng: Random, sloppiness: float) -> Nodes:
    """Small and large steps on a grid; a sloppy model takes places that are taken, and leads lines anywhere."""
    look = replace(_Look.of(rng), shapes=rng.sample(SHAPES, rng.choice((2, 3))))
    columns, rows = rng.randint(4, 11), rng.choice((3, 5, 5, 7))
    places = _places_on_grid(rng, sloppiness, columns, rows)
    pitch_x = (CANVAS_WIDTH_PX - 2 * MARGIN_PX) / columns
    pitch_y = (CANVAS_HEIGHT_PX - 2 * MARGIN_PX) / rows * (1.5 if rng.random() < 0.35 * sloppiness else 1)
    small, large = rng.uniform(16, 30), min(rng.uniform(36, 100), 0.9 * pitch_x, 0.9 * pitch_y)
    large *= 1.6 if rng.random() < 0.2 * sloppiness else 1
    nodes = []
    for i, (column, row) in enumerate(places):
        aside = rng.choice((-0.5, 0.25, 0.5)) if rng.random() < 0.1 * sloppiness else 0
        center = (MARGIN_PX + (column + 0.5 + aside) * pitch_x, MARGIN_PX + (row + 0.5) * pitch_y)
        nodes.append(look.node(rng, i, center, (rng.choice((small, large)),) * 2))
    for i in range(1, len(nodes)):
        before = [j for j, place in enumerate(places) if place[0] == places[i][0] - 1] or [i - 1]
        nearest = min(before, key=lambda j: abs(places[j][1] - places[i][1]))
        for j in {nearest, rng.choice(before)} if rng.random() < 0.15 else {nearest}:
            nodes[j] = replace(nodes[j], targets=(*nodes[j].targets, i))
    return _misled(nodes, rng, sloppiness * rng.random())


def _places_on_grid(rng: Random, sloppiness: float, columns: int, rows: int) -> list[tuple[int, int]]:
    """Columns and rows, column by column from the middle row on; some of them stray, and then a place may be taken."""
    stray = sloppiness * rng.random()
    fullest = rng.randint(1, rows)
    places = []
    for column in range(columns):
        from_middle = sorted(range(rows), key=lambda row: abs(row - rows // 2))
        places += [(column, row) for row in from_middle[: rng.randint(1, fullest)]]
    anywhere = [(rng.randrange(columns), rng.randrange(rows)) for _ in places]
    return [far if rng.random() < stray else place for place, far in zip(places, anywhere, strict=True)][:24]


def _heap(rng: Random, sloppiness: float) -> Nodes:
    """Bars that all stand in nearly the same place."""
    look = _Look.of(rng)
    x, y = rng.uniform(20, CANVAS_WIDTH_PX - 20), rng.uniform(50, CANVAS_HEIGHT_PX - 50)
    reach_x, reach_y = rng.uniform(3, 60), rng.uniform(1, 60)
    width, height = rng.uniform(15, 120), rng.uniform(40, 350)
    count = rng.randint(5, 22)
    nodes = []
    for i in range(count):
        center, size = (rng.gauss(x, reach_x), rng.gauss(y, reach_y)), (width, height * rng.uniform(0.4, 1.3))
        nodes.append(replace(look.node(rng, i, center, size), targets=(i + 1,) if i + 1 < count else ()))
    return nodes


_KINDS: tuple[Callable[[Random, float], Nodes], ...] = (_stack, _rows, _chart, _heap)
_KIND_WEIGHTS = (8, 6, 10, 1)


def _misled(nodes: Nodes, rng: Random, share: float) -> Nodes:
    """Some lines lead elsewhere, some shapes have one more and some have none."""
    misled = []
    for node in nodes:
        targets = [rng.randrange(len(nodes)) if rng.random() < share else target for target in node.targets]
        if rng.random() < 0.5 * share:
            targets.append(rng.randrange(len(nodes)))
        if rng.random() < 0.2 * share:
            targets = []
        misled.append(replace(node, targets=tuple(dict.fromkeys(targets))))
    return misled


def _turned(node: Node) -> Node:
    """The node in the drawing turned on its side, to the canvas' shape."""
    x, y = node.y * CANVAS_WIDTH_PX / CANVAS_HEIGHT_PX, node.x * CANVAS_HEIGHT_PX / CANVAS_WIDTH_PX
    return replace(node, x=round(x), y=round(y), width=node.height, height=node.width)
