"""Good drawings gone wrong, by degrees: a part of what the readability model learns from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, LINES, SHAPES, Diagram, Node

MAX_SPOILS = 3
MAX_NODES = 60  # a model that does not stop is cut off somewhere

Nodes = list[Node]
Spoil = Callable[[Nodes, Random, float], Nodes]


def spoil(diagram: Diagram, rng: Random) -> Diagram:
    """A worse drawing of a diagram, with one to three faults of random kind and strength; without nodes, as it is."""
    nodes = list(diagram.nodes)
    if nodes:
        for fault in rng.sample(SPOILS, rng.randint(1, MAX_SPOILS)):
            nodes = fault(nodes, rng, rng.random())
    return Diagram(tuple(nodes))


# Faults of the whole drawing


def shift(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """Everything moves one way, in the end mostly off the canvas."""
    dx = rng.choice((-1, 0, 1)) * strength * 0.7 * CANVAS_WIDTH_PX
    dy = rng.choice((-1, 1)) * strength * 0.7 * CANVAS_HEIGHT_PX
    return [_moved(node, node.x + dx, node.y + dy) for node in nodes]


def crowd(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """Positions shrink towards a point along one or both axes, sizes do not."""
    center_x, center_y = rng.uniform(0, CANVAS_WIDTH_PX), rng.uniform(0, CANVAS_HEIGHT_PX)
    along_x, along_y = rng.choice(((1, 0), (0, 1), (1, 1)))
    keep_x, keep_y = 1 - along_x * 0.97 * strength, 1 - along_y * 0.97 * strength
    return [
        _moved(node, center_x + (node.x - center_x) * keep_x, center_y + (node.y - center_y) * keep_y) for node in nodes
    ]


def spread(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """Positions grow away from the middle, and the outer shapes leave the canvas."""
    grow = 1 + strength * rng.uniform(0.2, 1.2)
    middle_x, middle_y = CANVAS_WIDTH_PX / 2, CANVAS_HEIGHT_PX / 2
    return [
        _moved(node, middle_x + (node.x - middle_x) * grow, middle_y + (node.y - middle_y) * grow) for node in nodes
    ]


def resize_all(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """All shapes grow together until they run into each other."""
    wider, higher = rng.choice(((1, 0), (0, 1), (1, 1)))
    grow = strength * 2
    return [_resized(node, 1 + grow * wider, 1 + grow * higher) for node in nodes]


def shrink_all(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """The whole drawing becomes tiny, somewhere on the canvas."""
    keep = 1 - 0.92 * strength
    left = rng.uniform(0, CANVAS_WIDTH_PX * (1 - keep))
    top = rng.uniform(0, CANVAS_HEIGHT_PX * (1 - keep))
    return [_resized(_moved(node, left + node.x * keep, top + node.y * keep), keep, keep) for node in nodes]


def collapse_rows(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """Rows, or columns, of shapes end up on one line."""
    horizontal = rng.random() < 0.5
    levels = sorted({node.y if horizontal else node.x for node in nodes})
    lost = rng.sample(levels, round(strength * (len(levels) - 1)))
    line = rng.choice(levels)
    if horizontal:
        return [_moved(node, node.x, line if node.y in lost else node.y) for node in nodes]
    return [_moved(node, line if node.x in lost else node.x, node.y) for node in nodes]


# Faults of some of the shapes


def jitter(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """Some shapes stand where they should not."""
    share, reach = rng.uniform(0.1, 1), 20 + 160 * strength
    return [
        _moved(node, rng.gauss(node.x, reach), rng.gauss(node.y, reach)) if rng.random() < share else node
        for node in nodes
    ]


def resize_some(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """Some shapes become huge, or tiny."""
    share = rng.uniform(0.05, 0.6)
    factor = 1 + 4 * strength if rng.random() < 0.6 else 1 - 0.85 * strength
    wider, higher = rng.choice(((factor, 1), (1, factor), (factor, factor)))
    return [_resized(node, wider, higher) if rng.random() < share else node for node in nodes]


def scatter_on_grid(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """Shapes take any of the rows and columns there are, two sometimes the same place."""
    columns, rows = [node.x for node in nodes], [node.y for node in nodes]
    return [_moved(node, rng.choice(columns), rng.choice(rows)) if rng.random() < strength else node for node in nodes]


def push_over_edge(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """Some shapes stand on an edge of the canvas, half outside."""
    share = 0.05 + 0.5 * strength
    edges: tuple[tuple[int | None, int | None], ...] = (
        (0, None),
        (CANVAS_WIDTH_PX, None),
        (None, 0),
        (None, CANVAS_HEIGHT_PX),
    )
    x, y = rng.choice(edges)
    return [
        _moved(node, node.x if x is None else x, node.y if y is None else y) if rng.random() < share else node
        for node in nodes
    ]


def duplicate(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """Shapes are written again, in another size or a little aside, with lines of their own."""
    copies = rng.sample(nodes, max(1, round(strength * len(nodes))))
    numbers = [node.number for node in nodes]
    offset = rng.choice((0.0, 0.0, 10.0, 30.0))
    for number, node in enumerate(copies, start=max(numbers) + 1):
        copy = _resized(node, *(2 * [rng.choice((0.5, 0.7, 1.0, 1.5))]))
        copy = _moved(copy, rng.gauss(node.x, offset), rng.gauss(node.y, offset))
        nodes = [*nodes, replace(copy, number=number, shape=rng.choice(SHAPES), targets=(rng.choice(numbers),))]
    return nodes[:MAX_NODES]


def run_on(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """The answer does not stop: the drawing begins again a little aside, over itself or off the canvas."""
    first = max(node.number for node in nodes) + 1
    again = nodes[: max(1, round(strength * len(nodes)))]
    along_x, along_y = rng.choice(((1, 0), (0, 1), (1, 1)))
    dx = along_x * rng.uniform(0.05, 0.5) * CANVAS_WIDTH_PX
    dy = along_y * rng.uniform(0.05, 0.5) * CANVAS_HEIGHT_PX
    copies = [
        replace(_moved(node, node.x + dx, node.y + dy), number=first + i, line=rng.choice(LINES))
        for i, node in enumerate(again)
    ]
    return (nodes + copies)[:MAX_NODES]


# Faults of the lines


def rewire(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """Lines lead to the wrong shapes, across others."""
    numbers = [node.number for node in nodes]
    return [
        replace(
            node,
            targets=tuple(rng.choice(numbers) if rng.random() < strength else target for target in node.targets),
        )
        for node in nodes
    ]


def lose_lines(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """Lines are missing."""
    return [
        replace(node, targets=tuple(target for target in node.targets if rng.random() >= strength)) for node in nodes
    ]


def add_lines(nodes: Nodes, rng: Random, strength: float) -> Nodes:
    """There are lines that nobody asked for."""
    numbers = [node.number for node in nodes]
    return [
        replace(node, targets=(*node.targets, rng.choice(numbers))) if rng.random() < strength else node
        for node in nodes
    ]


SPOILS: tuple[Spoil, ...] = (
    shift,
    crowd,
    spread,
    resize_all,
    shrink_all,
    collapse_rows,
    jitter,
    resize_some,
    scatter_on_grid,
    push_over_edge,
    duplicate,
    run_on,
    rewire,
    lose_lines,
    add_lines,
)


def _moved(node: Node, x: float, y: float) -> Node:
    return replace(node, x=round(x), y=round(y))


def _resized(node: Node, wider: float, higher: float) -> Node:
    return replace(node, width=max(1, round(node.width * wider)), height=max(1, round(node.height * higher)))
