"""How well and how fast structures are placed, beside Graphviz `dot` on the same graphs and shapes.

Networks and charts of 8 to 24 elements with branches, merges, skips and crosslinks, to the right and down.
median_ms_20_nodes, p95_ms_20_nodes: processor time to lay out structures of 20 elements, best of three runs.
crossings, graphviz_crossings: pairs of edges that cross, ours as straight lines, Graphviz' as the curves it draws.
crossings_ratio_to_graphviz, edge_length_ratio_to_graphviz: ours over theirs; lengths are from centre to centre,
relative to the diagonal of the drawing, so that scales compare. edges_through_nodes: pairs of an edge, as a straight
line, and a shape, not one of its ends, that it runs through. graphviz_straight_...: the same of straight lines between
Graphviz' places, which is what is left of them where curves cannot be kept: in the notations, or once shapes are moved.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from random import Random
from statistics import mean, median, quantiles

import numpy as np
from numpy.typing import NDArray

import benchmarks
from app import terminal
from diagram_core.clearing import segments_cross
from diagram_core.diagram import Diagram
from diagram_core.geometry import measure as measure_geometry
from diagram_core.layout import lay_out
from diagram_core.structure import DIRECTIONS, Element, ElementKind, Structure, Style

SEED = 7
COMPARED, TIMED = 120, 100
TIMED_ELEMENTS = 20
RUNS = 3
CROSSLINK_EVERY = 7  # elements: without any, all of these could be drawn without a crossing
PX_PER_INCH = 96
CURVE_STEPS = 8  # straight pieces a Bezier segment is cut into
NETWORK_LABELS: tuple[tuple[ElementKind, str], ...] = (("conv", "conv 3x3"), ("dense", "dense"), ("pool", "max pool"))
CHART_LABELS: tuple[tuple[ElementKind, str], ...] = (("data", "data frame"), ("operation", "feature engineering"))

Points = NDArray[np.float64]


def measure() -> dict[str, float]:
    """All figures of one run; those beside Graphviz only where `dot` is installed."""
    seconds = [_seconds(structure, style) for structure, style in _structures(TIMED, TIMED_ELEMENTS, TIMED_ELEMENTS)]
    laid_out = [lay_out(structure, style) for structure, style in _structures(COMPARED, 8, 24)]
    lines = [_straight_lines(diagram) for diagram in laid_out]
    crossings = sum(map(_crossings, lines))
    figures = {
        "median_ms_20_nodes": 1e3 * median(seconds),
        "p95_ms_20_nodes": 1e3 * quantiles(seconds, n=20)[-1],
        "edges_through_nodes": float(sum(measure_geometry(diagram).edges_through_nodes for diagram in laid_out)),
        "crossings": float(crossings),
    }
    if not shutil.which("dot"):
        terminal.notice("Graphviz is not installed, so there is nothing to compare with: apt-get install graphviz")
        return figures
    theirs = _graphviz(laid_out)
    their_crossings = sum(_crossings(curves) for _, curves in theirs)
    lengths = [_relative_length(*drawn) for drawn in zip(laid_out, lines, strict=True)]
    their_lengths = [_relative_length(*drawn) for drawn in theirs]
    return figures | {
        "graphviz_crossings": float(their_crossings),
        "crossings_ratio_to_graphviz": crossings / max(their_crossings, 1),
        "edge_length_ratio_to_graphviz": mean(lengths) / mean(their_lengths),
        "graphviz_straight_crossings": float(sum(_crossings(_straight_lines(diagram)) for diagram, _ in theirs)),
        "graphviz_straight_edges_through_nodes": float(
            sum(measure_geometry(diagram).edges_through_nodes for diagram, _ in theirs)
        ),
    }


def _structures(count: int, fewest: int, most: int) -> list[tuple[Structure, Style]]:
    """Charts and networks in turns, in both directions."""
    rng = Random(SEED)
    found = []
    for number in range(count):
        edges = _flow(rng, rng.randint(fewest, most))
        labels = NETWORK_LABELS if number % 2 else CHART_LABELS
        elements = []
        for _ in range(max(target for _, target in edges) + 1):
            kind, label = rng.choice(labels)
            elements.append(Element(kind, label, rng.choice((10, 32, 64, 128, 256)) if number % 2 else None))
        structure = Structure("network" if number % 2 else "chart", tuple(elements), tuple(sorted(edges)))
        found.append((structure, Style(DIRECTIONS[number // 2 % 2])))
    return found


def _flow(rng: Random, count: int) -> set[tuple[int, int]]:
    """The edges of a flow of `count` elements: stretches of a chain, branches that join again, skips, crosslinks."""
    edges: set[tuple[int, int]] = set()
    here, last = 0, 0
    while last < count - 1:
        left = count - 1 - last
        kind = rng.choice(("chain", "chain", "branches", "skip")) if left > 5 else "chain"
        lengths = [rng.randint(1, 2) for _ in range(rng.randint(2, 4))] if kind == "branches" else [min(left - 1, 2)]
        while sum(lengths) >= left > 1:
            lengths.pop()
        ends = []
        for length in lengths:
            path = [here, *range(last + 1, last + 1 + length)]
            edges.update(pairwise(path))
            last += length
            ends.append(path[-1])
        last += 1
        edges.update((end, last) for end in ends or [here])
        if kind == "skip":
            edges.add((here, last))
        here = last
    for _ in range(count // CROSSLINK_EVERY):
        source, target = sorted(rng.sample(range(count), 2))
        edges.add((source, target))
    return edges


def _seconds(structure: Structure, style: Style) -> float:
    seconds = []
    for _ in range(RUNS):
        started = time.process_time()
        lay_out(structure, style)
        seconds.append(time.process_time() - started)
    return min(seconds)


# Graphviz


def _graphviz(diagrams: Sequence[Diagram]) -> list[tuple[Diagram, dict[tuple[int, int], Points]]]:
    """The same shapes where `dot` places them, and its curves as points [points, 2], in pixels."""
    source = "\n".join(_dot_source(diagram, DIRECTIONS[i // 2 % 2]) for i, diagram in enumerate(diagrams))
    plain = subprocess.run(["dot", "-Tplain"], input=source, capture_output=True, text=True, check=True).stdout
    graphs = [graph for graph in re.split(r"^stop$", plain, flags=re.MULTILINE) if graph.strip()]
    return [_read_plain(graph, diagram) for graph, diagram in zip(graphs, diagrams, strict=True)]


def _dot_source(diagram: Diagram, direction: str) -> str:
    lines = [f"digraph {{ rankdir={'TB' if direction == 'down' else 'LR'};"]
    for i, node in enumerate(diagram.nodes):
        shape = "ellipse" if node.shape == "circle" else "box"
        size = f"width={node.width / PX_PER_INCH} height={node.height / PX_PER_INCH}"
        lines.append(f'{i} [label="" fixedsize=true shape={shape} {size}];')
    lines += [f"{a} -> {b} [arrowhead=none];" for a, b in diagram.edges()]
    return " ".join([*lines, "}"])


def _read_plain(graph: str, diagram: Diagram) -> tuple[Diagram, dict[tuple[int, int], Points]]:
    words = [line.split() for line in graph.splitlines()]
    centers = {int(row[1]): np.array(row[2:4], float) * PX_PER_INCH for row in words if row[:1] == ["node"]}
    placed = [replace(node, x=round(centers[i][0]), y=round(centers[i][1])) for i, node in enumerate(diagram.nodes)]
    curves = {}
    for row in words:
        if row[:1] == ["edge"]:
            a, b, count = map(int, row[1:4])
            controls = np.array(row[4 : 4 + 2 * count], float).reshape(-1, 2) * PX_PER_INCH
            curves[a, b] = np.concatenate([centers[a][None], _bezier(controls), centers[b][None]])
    return Diagram(tuple(placed)), curves


def _bezier(controls: Points) -> Points:
    """Points along cubic Bezier segments that share their ends. [3 n + 1, 2] to [points, 2]"""
    t = np.linspace(0, 1, CURVE_STEPS + 1)[:, None]
    pieces = [
        (1 - t) ** 3 * p + 3 * (1 - t) ** 2 * t * q + 3 * (1 - t) * t**2 * r + t**3 * s
        for p, q, r, s in (controls[i : i + 4] for i in range(0, len(controls) - 1, 3))
    ]
    return np.concatenate(pieces)


# Measures of drawn edges


def _straight_lines(diagram: Diagram) -> dict[tuple[int, int], Points]:
    centers = np.array([(node.x, node.y) for node in diagram.nodes], float)
    return {(a, b): centers[[a, b]] for a, b in diagram.edges()}


def _relative_length(diagram: Diagram, edges: dict[tuple[int, int], Points]) -> float:
    """Mean length of the edges over the diagonal of the smallest rectangle around all shapes."""
    boxes = np.array([(node.x, node.y, node.width / 2, node.height / 2) for node in diagram.nodes])
    corners = np.concatenate([boxes[:, :2] - boxes[:, 2:], boxes[:, :2] + boxes[:, 2:]])
    lengths = [np.hypot(*np.diff(points, axis=0).T).sum() for points in edges.values()]
    return float(np.mean(lengths) / np.hypot(*np.ptp(corners, axis=0)))


def _crossings(edges: dict[tuple[int, int], Points]) -> int:
    """Pairs of edges without a common end that cross."""
    return sum(_cross(edges[e], edges[f]) for e, f in combinations(edges, 2) if not set(e) & set(f))


def _cross(first: Points, second: Points) -> bool:
    return bool(segments_cross(first[:-1, None], first[1:, None], second[None, :-1], second[None, 1:]).any())


if __name__ == "__main__":
    benchmarks.main("Layout", measure)
