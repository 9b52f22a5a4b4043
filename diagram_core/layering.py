"""Layered drawing of a directed graph: layers, the order within each layer, and coordinates across the layers.

The steps are those of Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system structures
(1981). Vertices are numbers from 0; an edge that spans layers gets a dummy vertex in each layer between, numbered on.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import inf
from statistics import median

Edge = tuple[int, int]

MAX_DUMMIES = 120  # a dense graph needs dummies by the thousand; past this its longest edges go without
ORDERING_SWEEPS = 10
PLACEMENT_SWEEPS = 12
SETTLED_PX = 0.5  # no vertex moved further in a sweep

# How hard an edge pulls its ends to the same height. Long edges have to be straight, since they are drawn as one line.
SHORT_PULL = 1.0
BACKBONE_PULL = 3.0
LONG_PULL = 8.0
FIXED_PULL = 1e6


@dataclass(slots=True)
class Layering:
    """Vertices by layer, in drawing order, and the edges between neighbouring layers."""

    count: int  # of real vertices; those numbered from here on are dummies
    layers: list[list[int]]
    before: list[list[int]]  # neighbours of each vertex in the layer before
    after: list[list[int]]
    chains: dict[Edge, list[int]] = field(default_factory=dict)  # the dummies of each long edge

    def index(self) -> list[int]:
        """The place of each vertex in its layer."""
        places = [0] * len(self.before)
        for layer in self.layers:
            for i, vertex in enumerate(layer):
                places[vertex] = i
        return places


@dataclass(frozen=True, slots=True)
class Spacing:
    """Room across the layers, in pixels: half the extent of each vertex, and the least gaps between neighbours."""

    half_px: Sequence[float]  # dummies included, as 0
    gap_px: float  # between two vertices
    clearance_px: float  # between a vertex and a long edge
    lane_px: float  # between two long edges

    def apart_px(self, a: int, b: int) -> float:
        """The least distance between the centres of two neighbours in a layer."""
        half_a, half_b = self.half_px[a], self.half_px[b]
        return half_a + half_b + (self.lane_px, self.clearance_px, self.gap_px)[(half_a > 0) + (half_b > 0)]


def acyclic(count: int, edges: Sequence[Edge]) -> list[Edge]:
    """The edges without loops and duplicates, those that close a cycle turned around (depth-first search)."""
    targets: list[list[int]] = [[] for _ in range(count)]
    for source, target in dict.fromkeys(edges):
        if source != target:
            targets[source].append(target)
    state = [0] * count  # 1 while on the path from the root, 2 once left
    forward: dict[Edge, None] = {}
    for root in range(count):
        stack = [(root, iter(targets[root]))] if not state[root] else []
        while stack:
            vertex, rest = stack[-1]
            state[vertex] = 1
            for target in rest:
                forward[(target, vertex) if state[target] == 1 else (vertex, target)] = None
                if not state[target]:
                    stack.append((target, iter(targets[target])))
                    break
            else:
                state[vertex] = 2
                stack.pop()
    return list(forward)


def assign_layers(count: int, edges: Sequence[Edge], max_width: int, min_layers: int) -> list[int]:
    """The layer of each vertex, for edges without cycles: longest path, tightened, no layer wider than `max_width`.

    A vertex moves next to what it feeds or is fed by where this shortens its edges or leaves them as long. Vertices
    without edges fill the emptiest layers, of which there are `min_layers` at least.
    """
    before, after = _neighbors(count, edges)
    order = _topological_order(before, after)
    layer = [0] * count
    for vertex in order:
        layer[vertex] = max((layer[u] + 1 for u in before[vertex]), default=0)
    for vertex in reversed(order):
        if after[vertex] and len(after[vertex]) >= len(before[vertex]):
            layer[vertex] = min(layer[v] for v in after[vertex]) - 1
    for vertex in order:
        if before[vertex] and len(before[vertex]) >= len(after[vertex]):
            layer[vertex] = max(layer[u] for u in before[vertex]) + 1
    linked = [vertex for vertex in range(count) if before[vertex] or after[vertex]]
    _split_wide_layers(layer, linked, max_width)
    _fill_in(layer, [v for v in range(count) if not before[v] and not after[v]], linked, min_layers)
    return layer


def components(count: int, edges: Sequence[Edge]) -> list[int]:
    """The number of each vertex's connected component, counted from the lowest vertex up."""
    before, after = _neighbors(count, edges)
    component = [-1] * count
    found = 0
    for start in range(count):
        if component[start] < 0:
            reached = [start]
            component[start] = found
            for vertex in reached:
                for other in before[vertex] + after[vertex]:
                    if component[other] < 0:
                        component[other] = found
                        reached.append(other)
            found += 1
    return component


def backbone(count: int, edges: Sequence[Edge]) -> set[Edge]:
    """The edges along which a reader follows the flow: to the one deepest successor, from the one longest history."""
    before, after = _neighbors(count, edges)
    order = _topological_order(before, after)
    depth, height = [0] * count, [0] * count
    for vertex in order:
        depth[vertex] = max((depth[u] + 1 for u in before[vertex]), default=0)
    for vertex in reversed(order):
        height[vertex] = max((height[v] + 1 for v in after[vertex]), default=0)
    return {
        (u, v)
        for u, v in edges
        if all(height[other] < height[v] for other in after[u] if other != v)
        and all(depth[other] < depth[u] for other in before[v] if other != u)
    }


def build(layer: Sequence[int], band: Sequence[int], edges: Sequence[Edge]) -> Layering:
    """Layers with dummies for long edges, for edges that lead to later layers.

    band: the row of the drawing that each layer is in; an edge from row to row is left to cross the space between.
    """
    count = len(layer)
    layers: list[list[int]] = [[] for _ in band]
    for vertex, at in enumerate(layer):
        layers[at].append(vertex)
    result = Layering(count, layers, [[] for _ in range(count)], [[] for _ in range(count)])
    for source, target in sorted(edges, key=lambda edge: layer[edge[1]] - layer[edge[0]]):
        span = layer[target] - layer[source]
        if band[layer[source]] != band[layer[target]] or len(result.before) - count + span - 1 > MAX_DUMMIES:
            continue
        dummies = list(range(len(result.before), len(result.before) + span - 1))
        for i, dummy in enumerate(dummies):
            layers[layer[source] + 1 + i].append(dummy)
            result.before.append([])
            result.after.append([])
        path = [source, *dummies, target]
        for a, b in pairwise(path):
            result.after[a].append(b)
            result.before[b].append(a)
        if dummies:
            result.chains[source, target] = dummies
    return result


def order_layers(layering: Layering, component: Sequence[int], backbone_edges: set[Edge]) -> None:
    """Order each layer for few crossings: sweeps of barycentres, the best order seen is kept; parts stay apart.

    Starts from a depth-first traversal, long edges first, which nests skip connections inside one another. At last
    the backbone is led through the middle of the leaves beside it.
    """
    group = _groups(layering, component)
    visited = _depth_first_ranks(layering)
    layers = layering.layers
    for layer in layers:
        layer.sort(key=lambda v: (group[v], visited[v]))
    best, fewest = [layer[:] for layer in layers], crossings(layering)
    for sweep in range(ORDERING_SWEEPS):
        if not fewest:
            break
        _sweep(layering, group, forward=sweep % 2 == 0)
        count = crossings(layering)
        if count < fewest:
            best, fewest = [layer[:] for layer in layers], count
    layering.layers = best
    for source, target in sorted(backbone_edges):
        _center_among_leaves(layering, source, [u for u in layering.before[target] if not layering.before[u]])
        _center_among_leaves(layering, target, [v for v in layering.after[source] if not layering.after[v]])


def crossings(layering: Layering) -> int:
    """Pairs of edges between neighbouring layers that cross (inversions, as in Barth, Jünger and Mutzel, 2002)."""
    place_of = layering.index()
    total = 0
    for layer in layering.layers:
        passed: list[int] = []
        for vertex in layer:
            ends = sorted(place_of[v] for v in layering.after[vertex])
            total += sum(len(passed) - bisect_right(passed, end) for end in ends)
            for end in ends:
                insort(passed, end)
    return total


def turn_rows(layering: Layering, turns: Sequence[Edge]) -> None:
    """Bring the ends of edges from row to row to the border between the rows, where nothing stands in their way."""
    sources, targets = {source for source, _ in turns}, {target for _, target in turns}
    for layer in layering.layers:
        layer.sort(key=lambda v: (v in sources) - (v in targets))


def place(layering: Layering, spacing: Spacing, backbone_edges: set[Edge]) -> list[float]:
    """Coordinates across the layers that keep order and spacing; where zero lies is left open.

    Sweeps over the layers; each is placed nearest to where its edges pull it, in the least-squares sense, by pooling
    adjacent violators (Barlow et al., Statistical inference under order restrictions, 1972). The pulls are weighted
    by kind of edge as in Gansner et al., A technique for drawing directed graphs (1993). Then long edges and the
    backbone are straightened.
    """
    pulls = _pulls(layering, backbone_edges)
    offsets = [offsets_px(layer, spacing) for layer in layering.layers]
    at = [0.0] * len(layering.before)
    for layer, apart in zip(layering.layers, offsets, strict=True):
        _put(at, layer, settle(apart, [0.0] * len(layer), [1.0] * len(layer)))
    for sweep in range(PLACEMENT_SWEEPS):
        if _pull_layers(layering.layers, offsets, pulls, at, forward=sweep % 2 == 0) < SETTLED_PX:
            break
    for vertex in _straighten(layering, _runs(layering, backbone_edges), pulls, at, spacing):
        pulls[vertex] = [(vertex, FIXED_PULL)]
    for forward in (True, False):
        _pull_layers(layering.layers, offsets, pulls, at, forward)
    return at


def fit_row(
    layering: Layering, numbers: Sequence[int], at: list[float], spacing: Spacing, low_px: float, high_px: float
) -> None:
    """Move the layers of a row together to the middle of the row, and what then lies outside of it back in."""
    ends = [(layering.layers[i][0], layering.layers[i][-1]) for i in numbers]
    first = min(at[a] - spacing.half_px[a] for a, _ in ends)
    last = max(at[b] + spacing.half_px[b] for _, b in ends)
    shift = (low_px + high_px - first - last) / 2
    for i in numbers:
        layer = layering.layers[i]
        low, high = low_px + spacing.half_px[layer[0]], high_px - spacing.half_px[layer[-1]]
        shifted = [at[vertex] + shift for vertex in layer]
        _put(at, layer, settle(offsets_px(layer, spacing), shifted, [1.0] * len(layer), low, high))


def settle(
    offsets: Sequence[float], wanted: Sequence[float], weights: Sequence[float], low: float = -inf, high: float = inf
) -> list[float]:
    """The places nearest to those wanted that keep order and spacing, the first and last within bounds.

    offsets: the least distance of each vertex of the layer from its first. Exact weighted least squares.
    """
    if len(offsets) == 1:
        return [min(max(wanted[0], low), high)]
    blocks: list[tuple[float, float, int]] = []  # mean, weight, size
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, size = want - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, other_weight, other_size = blocks.pop()
            mean = (mean * weight + other * other_weight) / (weight + other_weight)
            weight += other_weight
            size += other_size
        blocks.append((mean, weight, size))
    pooled = [min(max(mean, low), high - offsets[-1]) for mean, _, size in blocks for _ in range(size)]
    return [base + offset for base, offset in zip(pooled, offsets, strict=True)]


def offsets_px(layer: Sequence[int], spacing: Spacing) -> list[float]:
    """The least distance of each vertex of a layer from its first."""
    return [0.0, *accumulate(spacing.apart_px(a, b) for a, b in pairwise(layer))]


def _neighbors(count: int, edges: Sequence[Edge]) -> tuple[list[list[int]], list[list[int]]]:
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        after[source].append(target)
        before[target].append(source)
    return before, after


def _topological_order(before: list[list[int]], after: list[list[int]]) -> list[int]:
    waiting = [len(sources) for sources in before]
    order = [vertex for vertex, sources in enumerate(waiting) if not sources]
    for vertex in order:
        for target in after[vertex]:
            waiting[target] -= 1
            if not waiting[target]:
                order.append(target)
    return order


def _split_wide_layers(layer: list[int], vertices: Sequence[int], max_width: int) -> None:
    members: dict[int, list[int]] = {}
    for vertex in vertices:
        members.setdefault(layer[vertex], []).append(vertex)
    number = 0
    for at in sorted(members):
        rows = -(-len(members[at]) // max_width)
        for i, vertex in enumerate(members[at]):
            layer[vertex] = number + i * rows // len(members[at])
        number += rows


def _fill_in(layer: list[int], lonely: Sequence[int], linked: Sequence[int], min_layers: int) -> None:
    """Give each vertex without edges the layer with the fewest vertices."""
    sizes = [0] * (max((layer[vertex] + 1 for vertex in linked), default=0))
    for vertex in linked:
        sizes[layer[vertex]] += 1
    if lonely:
        sizes += [0] * (min(min_layers, len(layer)) - len(sizes))
    for vertex in lonely:
        layer[vertex] = sizes.index(min(sizes))
        sizes[layer[vertex]] += 1


def _groups(layering: Layering, component: Sequence[int]) -> list[int]:
    """The component of each vertex, dummies included."""
    group = [*component, *[0] * (len(layering.before) - layering.count)]
    for (source, _), dummies in layering.chains.items():
        for dummy in dummies:
            group[dummy] = component[source]
    return group


def _depth_first_ranks(layering: Layering) -> list[int]:
    rank = [-1] * len(layering.before)
    visits = 0
    for layer in layering.layers:
        for root in layer:
            stack = [root]
            while stack:
                vertex = stack.pop()
                if rank[vertex] < 0:
                    rank[vertex] = visits
                    visits += 1
                    stack += sorted(layering.after[vertex], key=lambda v: (v < layering.count, v), reverse=True)
    return rank


def _sweep(layering: Layering, group: Sequence[int], forward: bool) -> None:
    """Sort each layer by the mean place of its neighbours in the layer just passed."""
    place_of = layering.index()
    around = layering.before if forward else layering.after
    for layer in layering.layers if forward else reversed(layering.layers):
        center = {
            v: sum(place_of[u] for u in around[v]) / len(around[v]) if around[v] else float(place_of[v]) for v in layer
        }
        layer.sort(key=lambda v: (group[v], center[v]))
        for i, vertex in enumerate(layer):
            place_of[vertex] = i


def _center_among_leaves(layering: Layering, vertex: int, leaves: Sequence[int]) -> None:
    """Move a vertex to the middle of these leaves of its layer, unless edges then cross more often."""
    number, layer = next((i, layer) for i, layer in enumerate(layering.layers) if vertex in layer)
    block = [v for v in layer if v in leaves and len(layering.before[v]) + len(layering.after[v]) == 1 and v != vertex]
    if not block:
        return
    count = crossings(layering)
    middle = len(block) // 2
    centered = iter([*block[:middle], vertex, *block[middle:]])
    layering.layers[number] = [next(centered) if v == vertex or v in block else v for v in layer]
    if crossings(layering) > count:
        layering.layers[number] = layer


def _pulls(layering: Layering, backbone_edges: set[Edge]) -> list[list[tuple[int, float]]]:
    """For each vertex its neighbours and how hard each pulls."""
    pulls: list[list[tuple[int, float]]] = [[] for _ in layering.before]
    for a, targets in enumerate(layering.after):
        for b in targets:
            long = a >= layering.count or b >= layering.count
            pull = LONG_PULL if long else BACKBONE_PULL if (a, b) in backbone_edges else SHORT_PULL
            pulls[a].append((b, pull))
            pulls[b].append((a, pull))
    return pulls


def _runs(layering: Layering, backbone_edges: set[Edge]) -> list[list[int]]:
    """Paths that should be straight: each long edge with its ends, then each stretch of the backbone."""
    runs = [[source, *dummies, target] for (source, target), dummies in layering.chains.items()]
    following = {a: b for a, b in sorted(backbone_edges) if b in layering.after[a]}
    for start in sorted(following.keys() - set(following.values())):
        run = [start]
        while run[-1] in following:
            run.append(following[run[-1]])
        runs.append(run)
    return runs


def _straighten(
    layering: Layering,
    runs: Sequence[Sequence[int]],
    pulls: list[list[tuple[int, float]]],
    at: list[float],
    spacing: Spacing,
) -> set[int]:
    """Move the vertices of each run to a common place, as far as their neighbours leave room; what was moved stays.

    The place is where the edges that leave the run pull it.
    """
    layer_of = {vertex: layer for layer in layering.layers for vertex in layer}
    place_of = layering.index()
    fixed: set[int] = set()

    def room(vertex: int) -> tuple[float, float]:
        if vertex in fixed:
            return at[vertex], at[vertex]
        layer, i = layer_of[vertex], place_of[vertex]
        low = at[layer[i - 1]] + spacing.apart_px(layer[i - 1], vertex) if i else -inf
        high = at[layer[i + 1]] - spacing.apart_px(vertex, layer[i + 1]) if i + 1 < len(layer) else inf
        return low, high

    for run in runs:
        rest = list(run)
        while rest:
            low, high = room(rest[0])
            stretch = [rest.pop(0)]
            while rest:
                next_low, next_high = room(rest[0])
                if max(low, next_low) > min(high, next_high):
                    break
                low, high = max(low, next_low), min(high, next_high)
                stretch.append(rest.pop(0))
            if len(stretch) > 1:
                outside = [(at[v], pull) for u in stretch for v, pull in pulls[u] if v not in stretch]
                total = sum(pull for _, pull in outside)
                wanted = sum(x * pull for x, pull in outside) / total if outside else median(at[v] for v in stretch)
                _put(at, stretch, [min(max(wanted, low), high)] * len(stretch))
                fixed.update(stretch)
    return fixed


def _pull_layers(
    layers: Sequence[Sequence[int]],
    offsets: Sequence[Sequence[float]],
    pulls: list[list[tuple[int, float]]],
    at: list[float],
    forward: bool,
) -> float:
    """Place layer after layer where its edges pull it; the furthest that any vertex moved."""
    furthest = 0.0
    for i in range(len(layers)) if forward else reversed(range(len(layers))):
        for vertex, x in zip(layers[i], settle(offsets[i], *_pulled(layers[i], pulls, at)), strict=True):
            moved = abs(at[vertex] - x)
            if moved > furthest:
                furthest = moved
            at[vertex] = x
    return furthest


def _put(at: list[float], vertices: Sequence[int], places: Sequence[float]) -> None:
    for vertex, place in zip(vertices, places, strict=True):
        at[vertex] = place


def _pulled(
    layer: Sequence[int], pulls: list[list[tuple[int, float]]], at: Sequence[float]
) -> tuple[list[float], list[float]]:
    """Where each vertex of a layer is pulled to, and how hard."""
    wanted, weights = [], []
    for vertex in layer:
        total = moment = 0.0
        for other, pull in pulls[vertex]:
            total += pull
            moment += pull * at[other]
        wanted.append(moment / total if total else at[vertex])
        weights.append(total or SHORT_PULL / 10)
    return wanted, weights
