"""Whether two coloured directed graphs are the same graph: colour refinement, then individualisation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Edge = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ColoredGraph:
    """Vertices 0 to len(colors) - 1, each with a colour that a renumbering has to keep, and directed edges."""

    colors: tuple[Hashable, ...]
    edges: frozenset[Edge]

    def neighbors(self) -> tuple[list[list[int]], list[list[int]]]:
        """The vertices that each vertex points to, and those that point to it."""
        out: list[list[int]] = [[] for _ in self.colors]
        into: list[list[int]] = [[] for _ in self.colors]
        for source, target in sorted(self.edges):
            out[source].append(target)
            into[target].append(source)
        return out, into

    def induced(self, vertices: Sequence[int]) -> ColoredGraph:
        """The part of the graph on these vertices, renumbered from 0 in their order."""
        index = {vertex: i for i, vertex in enumerate(vertices)}
        edges = frozenset((index[a], index[b]) for a, b in self.edges if a in index and b in index)
        return ColoredGraph(tuple(self.colors[vertex] for vertex in vertices), edges)


def isomorphic(a: ColoredGraph, b: ColoredGraph) -> bool:
    """Whether one graph is a renumbering of the other that keeps every colour.

    Exact. Twins are merged first, so that a mesh of neurons shrinks to a chain, and connected components are paired
    one by one, so that alike components cost no backtracking. What is left goes through colour refinement with
    individualisation (McKay and Piperno, Practical graph isomorphism II, 2014).
    """
    if len(a.colors) != len(b.colors) or len(a.edges) != len(b.edges):
        return False
    unpaired = _components(_merge_twins(b))
    for component in _components(_merge_twins(a)):
        partner = next((i for i, other in enumerate(unpaired) if _same_component(component, other)), None)
        if partner is None:
            return False
        del unpaired[partner]
    return not unpaired


def stable_colors(graph: ColoredGraph) -> list[int]:
    """Colours from 0 on that tell vertices apart by what they are and what is around them, however they are numbered.

    Colour refinement (Weisfeiler and Leman, 1968). The order of the given colours, which have to be sortable, is kept.
    """
    around = graph.neighbors()
    colors = _sorted_ranks(graph.colors)
    while True:
        finer = _sorted_ranks(_signatures(colors, around))
        if len(set(finer)) == len(set(colors)):
            return finer
        colors = finer


def _merge_twins(graph: ColoredGraph) -> ColoredGraph:
    """One vertex for all that share a colour, their sources and their targets; its colour tells how many they are."""
    out, into = graph.neighbors()
    twins: dict[Hashable, list[int]] = {}
    for vertex, color in enumerate(graph.colors):
        twins.setdefault((color, tuple(out[vertex]), tuple(into[vertex])), []).append(vertex)
    merged = graph.induced([vertices[0] for vertices in twins.values()])
    counts = [len(vertices) for vertices in twins.values()]
    return ColoredGraph(tuple(zip(merged.colors, counts, strict=True)), merged.edges)


def _components(graph: ColoredGraph) -> list[ColoredGraph]:
    """The weakly connected components."""
    out, into = graph.neighbors()
    seen: set[int] = set()
    components = []
    for start in range(len(graph.colors)):
        if start in seen:
            continue
        seen.add(start)
        component = [start]
        for vertex in component:
            fresh = [other for other in dict.fromkeys(out[vertex] + into[vertex]) if other not in seen]
            seen.update(fresh)
            component.extend(fresh)
        components.append(graph.induced(component))
    return components


def _same_component(a: ColoredGraph, b: ColoredGraph) -> bool:
    if Counter(a.colors) != Counter(b.colors) or len(a.edges) != len(b.edges):
        return False
    names: dict[Hashable, int] = {}
    first, second = (_ranked(graph.colors, names) for graph in (a, b))
    return _match(first, second, a.neighbors(), b.neighbors())


Neighbors = tuple[list[list[int]], list[list[int]]]


def _match(a: list[int], b: list[int], around_a: Neighbors, around_b: Neighbors) -> bool:
    """Refine the colours of both; where vertices stay alike, single one out in `a` and try its likes in `b`."""
    a, b = _refine(a, b, around_a, around_b)
    sizes = Counter(a)
    if sizes != Counter(b):
        return False
    alike = [color for color, size in sizes.items() if size > 1]
    if not alike:
        return True  # a stable colouring of single vertices is itself the renumbering
    color = min(alike, key=lambda c: (sizes[c], c))
    single = max(sizes) + 1
    chosen = _recolored(a, a.index(color), single)
    return any(
        _match(chosen, _recolored(b, vertex, single), around_a, around_b)
        for vertex, other in enumerate(b)
        if other == color
    )


def _refine(a: list[int], b: list[int], around_a: Neighbors, around_b: Neighbors) -> tuple[list[int], list[int]]:
    """Split colours by the colours around each vertex until nothing splits (Weisfeiler and Leman, 1968)."""
    while True:
        names: dict[Hashable, int] = {}
        finer_a = _ranked(_signatures(a, around_a), names)
        finer_b = _ranked(_signatures(b, around_b), names)
        if len(set(finer_a)) == len(set(a)) and len(set(finer_b)) == len(set(b)):
            return finer_a, finer_b
        a, b = finer_a, finer_b


def _signatures(colors: list[int], around: Neighbors) -> Iterable[Hashable]:
    out, into = around
    for vertex, color in enumerate(colors):
        yield color, tuple(sorted(colors[v] for v in out[vertex])), tuple(sorted(colors[v] for v in into[vertex]))


def _ranked(values: Iterable[Hashable], names: dict[Hashable, int]) -> list[int]:
    """A number for each value, the same number for the same value wherever `names` is shared."""
    return [names.setdefault(value, len(names)) for value in values]


def _sorted_ranks(values: Iterable[Any]) -> list[int]:
    """The place of each value among the distinct ones."""
    listed = list(values)
    places = {value: place for place, value in enumerate(sorted(set(listed)))}
    return [places[value] for value in listed]


def _recolored(colors: list[int], vertex: int, color: int) -> list[int]:
    return [*colors[:vertex], color, *colors[vertex + 1 :]]
