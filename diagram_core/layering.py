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
from operator import add

Edge = tuple[int, int]

MAX_DUMMIES = 120  # a dense graph needs dummies by the thousand; past this its longest edges go without
ORDERING_SWEEPS = 10
PLACEMENT_SWEEPS = 4
BLOCK_SWEEPS = 4
DOMINANCE = 2  # a branch this many times as long as any beside it is the way straight on
SETTLED_PX = 1.0  # no vertex moved further in a sweep

# How hard an edge pulls its ends to the same height. Long edges have to be straight, since they are drawn as one line.
SHORT_PULL = 1.0
BACKBONE_PULL = 6.0
LONG_PULL = 8.0


@dataclass(slots=True)
class Layering:
    """Vertices by layer, in drawing order, and the edges between neighbouring layers."""

    count: int  # of real vertices; those numbered from here on are dummies
    layers: list[list[int]]
    before: list[list[int]]  # neighbours of each vertex in the layer before
    after: list[list[int]]
    chains: dict[Edge, list[int]] = field(default_factory=dict)  # the dummies of each long edge

    @property
    def is_single_file(self) -> bool:
        """Whether no layer has two vertices, so that nothing stands beside anything."""
        return all(len(layer) == 1 for layer in self.layers)

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


@dataclass(frozen=True, slots=True)
class Trunk:
    """How a flow reads: what goes straight on, and what stands in the middle of its branches."""

    backbone: set[Edge]  # each the only way on and back, or by far the longest
    skips: set[Edge]  # past all that lies between their ends
    forks: set[int]  # vertices whose branches are alike, none of them the backbone
    merges: set[int]
    fans: dict[int, list[int]]  # targets of forks whose branches join again, side by side: the longest outside


def acyclic(count: int, edges: Sequence[Edge]) -> list[Edge]:
    """The edges without loops and duplicates, those that close a cycle turned around (depth-first search)."""
    if _is_path(count, edges):
        return list(edges)
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
    if _is_path(count, edges):
        return list(range(count))
    before, after = _neighbors(count, edges)
    order = _topological_order(before, after)
    layer = [0] * count
    for vertex in order:
        layer[vertex] = max([layer[u] + 1 for u in before[vertex]], default=0)
    for vertex in reversed(order):
        if after[vertex] and len(after[vertex]) >= len(before[vertex]):
            layer[vertex] = min([layer[v] for v in after[vertex]]) - 1
    for vertex in order:
        if before[vertex] and len(before[vertex]) >= len(after[vertex]):
            layer[vertex] = max([layer[u] for u in before[vertex]]) + 1
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


def trunk(count: int, edges: Sequence[Edge]) -> Trunk:
    """What a reader follows, for edges without cycles, from the lengths of branches between where they part and join.

    These places are immediate dominators and postdominators (Cooper, Harvey and Kennedy, A simple, fast dominance
    algorithm, 2001); a branch that never joins another is as long as its longest path.
    """
    before, after = _neighbors(count, edges)
    if max(map(len, (*before, *after))) < 2:  # nothing but paths
        return Trunk(set(edges), set(), set(), set(), {})
    order = _topological_order(before, after)
    lengths_on = _branch_lengths(after, order[::-1])
    lengths_back = _branch_lengths(before, order)
    leads_on = [_leader(lengths_on, vertex, after[vertex]) for vertex in range(count)]
    leads_back = [_leader(lengths_back, vertex, before[vertex]) for vertex in range(count)]
    return Trunk(
        backbone={(u, v) for u, v in edges if leads_on[u] == v and leads_back[v] == u},
        skips={
            (u, v)
            for u, v in edges
            if (len(after[u]) > 1 and not lengths_on[u, v]) or (len(before[v]) > 1 and not lengths_back[v, u])
        },
        forks={vertex for vertex in range(count) if after[vertex] and leads_on[vertex] is None},
        merges={vertex for vertex in range(count) if before[vertex] and leads_back[vertex] is None},
        fans={vertex: _fan(lengths_on, vertex, after[vertex]) for vertex in range(count) if len(after[vertex]) > 2},
    )


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


def order_layers(layering: Layering, edges: Sequence[Edge], flow: Trunk, turns: Sequence[Edge]) -> None:
    """Order each layer for few crossings: sweeps of barycentres, the best order seen is kept; parts stay apart.

    Starts from a depth-first traversal, long edges first, which nests skip connections inside one another. At last
    the backbone is led through the middle of the leaves beside it. The ends of `turns`, the edges from row to row, are
    kept at the border between the rows, where nothing stands in their way.
    """
    if layering.is_single_file:
        return
    component = components(layering.count, edges)
    sources, targets = {source for source, _ in turns}, {target for _, target in turns}
    group = [((v in sources) - (v in targets), part) for v, part in enumerate(_groups(layering, component))]
    visited = _depth_first_ranks(layering, flow.fans)
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
    turned = sources | targets
    straight = sorted(edge for edge in flow.backbone if turned.isdisjoint(edge))
    for source, target in straight:
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


def place(layering: Layering, spacing: Spacing, flow: Trunk) -> list[float]:
    """Coordinates across the layers that keep order and spacing; where zero lies is left open.

    Sweeps over the layers; each is placed nearest to where its edges pull it, in the least-squares sense, by pooling
    adjacent violators (Barlow et al., Statistical inference under order restrictions, 1972). The pulls are weighted
    by kind of edge as in Gansner et al., A technique for drawing directed graphs (1993). Then long edges and the
    backbone become blocks of one coordinate, as in Brandes and Köpf, Fast and simple horizontal coordinate assignment
    (2001), which push others aside.
    """
    if layering.is_single_file:
        return [0.0] * len(layering.before)
    pulls = _pulls(layering, flow)
    offsets = [offsets_px(layer, spacing) for layer in layering.layers]
    at = [0.0] * len(layering.before)
    for layer, apart in zip(layering.layers, offsets, strict=True):
        if len(layer) > 1:
            _put(at, layer, settle(apart, [0.0] * len(layer), [1.0] * len(layer)))
    for sweep in range(PLACEMENT_SWEEPS):
        if _pull_layers(layering.layers, offsets, pulls, at, forward=sweep % 2 == 0) < SETTLED_PX:
            break
    _straighten(layering, _blocks(layering, _runs(layering, flow)), pulls, at, spacing)
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
        if len(layer) == 1:
            at[layer[0]] = min(max(at[layer[0]] + shift, low), high)
            continue
        shifted = [at[vertex] + shift for vertex in layer]
        _put(at, layer, settle(offsets_px(layer, spacing), shifted, [1.0] * len(layer), low, high))


def settle(
    offsets: Sequence[float], wanted: Sequence[float], weights: Sequence[float], low: float = -inf, high: float = inf
) -> list[float]:
    """The places nearest to those wanted that keep order and spacing, the first and last within bounds.

    offsets: the least distance of each vertex of the layer from its first. Exact weighted least squares.
    """
    blocks: list[tuple[float, float, int]] = []  # mean, weight, size
    for want, weight, offset in zip(wanted, weights, offsets, strict=True):
        mean, size = want - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, other_weight, other_size = blocks.pop()
            mean = (mean * weight + other * other_weight) / (weight + other_weight)
            weight += other_weight
            size += other_size
        blocks.append((mean, weight, size))
    highest = high - offsets[-1]
    pooled = [base for mean, _, size in blocks for base in [min(max(mean, low), highest)] * size]
    return list(map(add, pooled, offsets))


def offsets_px(layer: Sequence[int], spacing: Spacing) -> list[float]:
    """The least distance of each vertex of a layer from its first."""
    if len(layer) == 1:
        return [0.0]
    return [0.0, *accumulate(spacing.apart_px(a, b) for a, b in pairwise(layer))]


def _is_path(count: int, edges: Sequence[Edge]) -> bool:
    """Whether each vertex leads to the next one and nothing else: most diagrams do, and need no search."""
    return len(edges) == count - 1 and all(edge == (i, i + 1) for i, edge in enumerate(edges))


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


def _branch_lengths(onward: list[list[int]], order: Sequence[int]) -> dict[Edge, int]:
    """For each edge the vertices on the longest path of its branch, before the branches of its source join again.

    order: each vertex after all that it leads to.
    """
    end = len(onward)  # where all paths are over
    join, level, height = [end] * (end + 1), [0] * (end + 1), [-1] * (end + 1)
    lengths: dict[Edge, int] = {}
    for vertex in order:
        meet = onward[vertex][0] if onward[vertex] else end
        for other in onward[vertex][1:]:
            while meet != other:
                if level[meet] >= level[other]:
                    meet = join[meet]
                else:
                    other = join[other]
        join[vertex], level[vertex] = meet, level[meet] + 1
        height[vertex] = 1 + max([height[other] for other in onward[vertex]], default=-1)
        for other in onward[vertex]:
            lengths[vertex, other] = height[other] - height[meet]
    return lengths


def _leader(lengths: dict[Edge, int], vertex: int, onward: Sequence[int]) -> int | None:
    """The one way on, or that which is by far the longest."""
    if len(onward) < 2:
        return onward[0] if onward else None
    first, second = sorted(onward, key=lambda other: -lengths[vertex, other])[:2]
    return first if lengths[vertex, first] > DOMINANCE * lengths[vertex, second] else None


def _fan(lengths: dict[Edge, int], vertex: int, targets: Sequence[int]) -> list[int]:
    """Targets in an order in which the last edge of a short branch meets no longer branch: the longest outside.

    Among branches of one length the order is that of their numbers.
    """
    longest_first = sorted(targets, key=lambda target: (-lengths[vertex, target], target))
    if lengths[vertex, longest_first[0]] == lengths[vertex, longest_first[-1]]:
        return longest_first
    pairs = [sorted(longest_first[i : i + 2]) for i in range(0, len(targets), 2)]
    return [pair[0] for pair in pairs] + [pair[1] for pair in reversed(pairs) if len(pair) > 1]


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


def _depth_first_ranks(layering: Layering, fans: dict[int, list[int]]) -> list[int]:
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
                    stack += reversed(_onward(layering, vertex, fans))
    return rank


def _onward(layering: Layering, vertex: int, fans: dict[int, list[int]]) -> list[int]:
    """What follows a vertex in the next layer: its fan, or else long edges first, which nests them."""
    if vertex in fans:
        steps = [layering.chains.get((vertex, target), [target])[0] for target in fans[vertex]]
        return [step for step in steps if step in layering.after[vertex]]
    return sorted(layering.after[vertex], key=lambda v: (v < layering.count, v))


def _sweep(layering: Layering, group: Sequence[tuple[int, int]], forward: bool) -> None:
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
    lone = [v for v in leaves if len(layering.before[v]) + len(layering.after[v]) == 1 and v != vertex]
    if not lone:
        return
    number, layer = next((i, layer) for i, layer in enumerate(layering.layers) if vertex in layer)
    block = [v for v in layer if v in lone]
    if not block:
        return
    count = crossings(layering)
    middle = len(block) // 2
    centered = iter([*block[:middle], vertex, *block[middle:]])
    layering.layers[number] = [next(centered) if v == vertex or v in block else v for v in layer]
    if crossings(layering) > count:
        layering.layers[number] = layer


def _pulls(layering: Layering, flow: Trunk) -> list[list[tuple[int, float]]]:
    """For each vertex its neighbours and how hard each pulls; all branches pull alike at what stands amid them."""
    pulls: list[list[tuple[int, float]]] = [[] for _ in layering.before]
    for a, targets in enumerate(layering.after):
        for b in targets:
            long = a >= layering.count or b >= layering.count
            pull = LONG_PULL if long else BACKBONE_PULL if (a, b) in flow.backbone else SHORT_PULL
            pulls[a].append((b, SHORT_PULL if a in flow.forks else pull))
            pulls[b].append((a, SHORT_PULL if b in flow.merges else pull))
    for (source, target), dummies in layering.chains.items():
        if _slants((source, target), flow):
            _pull_from_end(pulls[source], dummies[0], target)
            _pull_from_end(pulls[target], dummies[-1], source)
    return pulls


def _pull_from_end(pulls: list[tuple[int, float]], dummy: int, end: int) -> None:
    """Let a long edge pull as a short one would: from its other end, not from where it passes next."""
    pulls[:] = [(end, SHORT_PULL) if other == dummy else (other, pull) for other, pull in pulls]


def _slants(edge: Edge, flow: Trunk) -> bool:
    """Whether a long edge is the end of one branch among others, which leads aside to where they part or join."""
    return edge not in flow.skips and (edge[0] in flow.forks or edge[1] in flow.merges)


def _runs(layering: Layering, flow: Trunk) -> list[list[int]]:
    """Paths that should be straight: long edges with their ends, then each stretch of the backbone.

    Of an odd number of branches that in the middle goes straight on.
    """
    paths = {edge: [edge[0], *dummies, edge[1]] for edge, dummies in layering.chains.items()}
    runs = [path for edge, path in paths.items() if not _slants(edge, flow)]
    edge_of = {dummy: edge for edge, dummies in layering.chains.items() for dummy in dummies}
    following = {a: b for a, b in sorted(flow.backbone) if b in layering.after[a]}
    places = layering.index()
    amid: list[tuple[int | None, int | None]] = []
    amid += [(_middle(layering.before[vertex], places), vertex) for vertex in sorted(flow.merges)]
    amid += [(vertex, _middle(layering.after[vertex], places)) for vertex in sorted(flow.forks)]
    for a, b in amid:
        if a is None or b is None:
            continue
        source, target = edge_of.get(a) or edge_of.get(b) or (a, b)
        path = paths.get((source, target), [source, target])
        if source not in following and not any(path[1] == step or path[-1] == step for step in following.values()):
            following.update(pairwise(path))
    for start in sorted(following.keys() - set(following.values())):
        run = [start]
        while run[-1] in following:
            run.append(following[run[-1]])
        runs.append(run)
    return runs


def _middle(vertices: Sequence[int], places: Sequence[int]) -> int | None:
    """The vertex in the middle of an odd number."""
    if len(vertices) % 2 == 0:
        return None
    return sorted(vertices, key=lambda vertex: places[vertex])[len(vertices) // 2]


def _blocks(layering: Layering, runs: Sequence[Sequence[int]]) -> list[list[int]]:
    """All vertices in paths that will be straight: steps of the runs, in this order, unless they cross earlier ones."""
    layer_of = {vertex: i for i, layer in enumerate(layering.layers) for vertex in layer}
    places = layering.index()
    onward: dict[int, int] = {}
    reached: set[int] = set()
    taken: list[list[tuple[int, int]]] = [[] for _ in layering.layers]  # places of the steps from each layer
    for run in runs:
        for a, b in pairwise(run):
            step = places[a], places[b]
            steps = taken[layer_of[a]]
            if a in onward or b in reached or any((step[0] - c) * (step[1] - d) < 0 for c, d in steps):
                continue
            onward[a] = b
            reached.add(b)
            steps.append(step)
    blocks = []
    for layer in layering.layers:
        for vertex in layer:
            if vertex not in reached:
                block = [vertex]
                while block[-1] in onward:
                    block.append(onward[block[-1]])
                blocks.append(block)
    return blocks


def _straighten(
    layering: Layering,
    blocks: Sequence[Sequence[int]],
    pulls: list[list[tuple[int, float]]],
    at: list[float],
    spacing: Spacing,
) -> None:
    """Give the vertices of each block one coordinate: near to where they are, then where their edges pull the block."""
    block_of = {vertex: number for number, block in enumerate(blocks) for vertex in block}
    above: list[list[tuple[int, float]]] = [[] for _ in blocks]  # blocks next to each, and how far apart at least
    below: list[list[tuple[int, float]]] = [[] for _ in blocks]
    for layer in layering.layers:
        for a, b in pairwise(layer):
            apart = spacing.apart_px(a, b)
            above[block_of[b]].append((block_of[a], apart))
            below[block_of[a]].append((block_of[b], apart))
    wanted = [sum(at[vertex] for vertex in block) / len(block) for block in blocks]
    highest = _pushed(above, wanted)
    lowest = _pushed(below, [-place for place in wanted])
    places = [(high - low) / 2 for high, low in zip(highest, lowest, strict=True)]
    outside = [
        [(block_of[v], pull) for u in block for v, pull in pulls[u] if block_of[v] != number]
        for number, block in enumerate(blocks)
    ]
    totals = [sum(pull for _, pull in pulled) for pulled in outside]
    for sweep in range(BLOCK_SWEEPS):
        for number in range(len(blocks)) if sweep % 2 else reversed(range(len(blocks))):
            if totals[number]:
                goal = sum([places[other] * pull for other, pull in outside[number]]) / totals[number]
                low = max([places[other] + apart for other, apart in above[number]], default=-inf)
                high = min([places[other] - apart for other, apart in below[number]], default=inf)
                places[number] = min(max(goal, low), high)
    for block, place in zip(blocks, places, strict=True):
        _put(at, block, [place] * len(block))


def _pushed(before: Sequence[Sequence[tuple[int, float]]], wanted: Sequence[float]) -> list[float]:
    """The least places, from those wanted on, that are far enough from all that lies before."""
    places: dict[int, float] = {}
    for start in range(len(wanted)):
        stack = [start]
        while stack:
            block = stack[-1]
            waiting = [other for other, _ in before[block] if other not in places]
            if waiting:
                stack += waiting
            else:
                stack.pop()
                places[block] = max([wanted[block], *(places[other] + apart for other, apart in before[block])])
    return [places[block] for block in range(len(wanted))]


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
        wanted, weights = _pulled(layers[i], pulls, at)
        places = settle(offsets[i], wanted, weights) if len(wanted) > 1 else wanted
        for vertex, x in zip(layers[i], places, strict=True):
            furthest = max(furthest, abs(at[vertex] - x))
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
