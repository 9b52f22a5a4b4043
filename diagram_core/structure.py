"""Structure: what a prompt asks for, before anybody decides where it stands on the canvas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Hashable, Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal, get_args

from diagram_core.diagram import Diagram
from diagram_core.isomorphism import ColoredGraph, isomorphic, stable_colors

MAX_NEURON_LAYERS = 60  # more would be circles of less than 5 px where the flow goes down
MAX_NEURON_EDGES = 45  # between neighbouring layers: more than this and single neurons are an unreadable mesh

StructureKind = Literal["network", "chart"]
ElementKind = Literal["image", "input", "dense", "conv", "pool", "block", "data", "operation"]
Direction = Literal["right", "down"]
PaletteName = Literal["sky", "sand", "mint", "rose", "slate", "iris"]
ShapeStyle = Literal["box", "soft", "round"]
Detail = Literal["short", "full"]

NAMED_KINDS: tuple[ElementKind, ...] = ("block", "data", "operation")  # what they are is in their label
_IMAGE_KINDS: tuple[ElementKind, ...] = ("image", "conv", "pool")

DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
PALETTES: tuple[PaletteName, ...] = get_args(PaletteName)
SHAPE_STYLES: tuple[ShapeStyle, ...] = get_args(ShapeStyle)
DETAILS: tuple[Detail, ...] = get_args(Detail)


@dataclass(frozen=True, slots=True)
class Element:
    """A layer of a network or a step of a chart.

    size: neurons of a dense layer or of an input vector; side in pixels of an image or feature map; None in charts.
    """

    kind: ElementKind
    label: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """Elements and the arrows between them, as pairs of indices into `elements`."""

    kind: StructureKind
    elements: tuple[Element, ...]
    edges: tuple[tuple[int, int], ...]  # sorted

    def _repr_svg_(self) -> str:
        """How notebooks show it: placed in the default style."""
        from diagram_core.layout import lay_out

        return lay_out(self, Style())._repr_svg_()


@dataclass(frozen=True, slots=True)
class Style:
    """How a structure looks: the part of a plan in which taste lives."""

    direction: Direction = "right"
    palette: PaletteName = "sky"
    shapes: ShapeStyle = "soft"  # box: rectangles; soft: rounded corners; round: circles where the label fits
    detail: Detail = "full"  # full labels say what a thing is and its size, short ones one of them


def draws_neurons(structure: Structure) -> bool:
    """Whether every neuron gets a circle of its own: dense layers in a chain, few of them.

    At most MAX_NEURON_LAYERS, and MAX_NEURON_EDGES between two.
    """
    if structure.kind != "network" or not is_chain(structure):
        return False
    sizes = [element.size for element in structure.elements if element.kind in ("input", "dense")]
    if len(sizes) != len(structure.elements) or any(size is None for size in sizes):
        return False
    counts = [size for size in sizes if size is not None]
    if len(counts) > MAX_NEURON_LAYERS or not all(1 <= size <= MAX_NEURON_EDGES for size in counts):
        return False
    return all(a * b <= MAX_NEURON_EDGES for a, b in pairwise(counts))


def is_chain(structure: Structure) -> bool:
    """Whether each element points to the next one and to nothing else."""
    return structure.edges == tuple((i, i + 1) for i in range(len(structure.elements) - 1))


def same_graph(a: Diagram, b: Diagram) -> bool:
    """Whether two diagrams show the same directed graph up to renumbering.

    Exact; where, how and how large nodes are drawn is not compared. Arrows to nodes that are not there do not count.
    """
    return isomorphic(_graph_of(a), _graph_of(b))


def same_structure(a: Structure, b: Structure) -> bool:
    """Whether two structures have the same elements (kind and size) and arrows up to renumbering; labels may differ."""
    return a.kind == b.kind and isomorphic(_graph_of_structure(a), _graph_of_structure(b))


def fingerprint(structure: Structure) -> str:
    """A text that is the same for the same structure, labels included but for capitals, however it is numbered.

    Different structures share one only where colour refinement cannot tell them apart.
    """
    steps = _most_steps_from_start(structure)
    keys = [(at, e.kind, e.label.lower(), str(e.size)) for at, e in zip(steps, structure.elements, strict=True)]
    graph = ColoredGraph(tuple(keys), frozenset(structure.edges))
    colors = range(len(keys)) if is_chain(structure) else stable_colors(graph)
    elements = ";".join(",".join(key[1:]) for _, key in sorted(zip(colors, keys, strict=True)))
    return f"{structure.kind}|{elements}|{tuple(sorted((colors[a], colors[b]) for a, b in structure.edges))}"


def differences(wanted: Structure, got: Structure) -> tuple[str, ...]:
    """What `got` lacks, adds or changes against `wanted`, one phrase each; empty exactly where both are the same.

    The names of steps and blocks are compared too, but for their capitals. Elements are paired in the order of the
    flow, by common runs of kinds, sizes and names (difflib); what stands between two pairs in both structures counts
    as changed. An arrow that only leads past what is missing or extra is not worth a phrase of its own.
    """
    if wanted.kind == got.kind and isomorphic(_named_graph(wanted), _named_graph(got)):
        return ()
    if wanted.kind != got.kind:
        return (f"a {wanted.kind} is wanted, not a {got.kind}",)
    partner, changes = _pair_elements(wanted, got)
    return (*changes, *_arrow_differences(wanted, got, partner))


def structural_score(wanted: Diagram, got: Diagram, network: bool) -> float:
    """How near `got` comes to `wanted`, 0 to 1, as the system before this one counted it.

    Each node counts as the numbers of targets of the nodes it points to, sorted. The score is the size of the
    intersection of these two multisets over that of their union. For networks it is averaged with 1 - |difference of
    the mean numbers of targets| / the larger mean. 1 for the same graph; a diagram without nodes against one with
    nodes has 0.
    """
    if not wanted.nodes or not got.nodes:
        return float(len(wanted.nodes) == len(got.nodes))
    a, b = _connection_counts(wanted), _connection_counts(got)
    overlap = (a & b).total() / (a | b).total()
    if not network:
        return overlap
    degrees = sorted(_mean_targets(diagram) for diagram in (wanted, got))
    closeness = degrees[0] / degrees[1] if degrees[1] else 1.0
    return (overlap + closeness) / 2


def _graph_of(diagram: Diagram) -> ColoredGraph:
    return ColoredGraph((None,) * len(diagram.nodes), frozenset(diagram.edges()))


def _graph_of_structure(structure: Structure) -> ColoredGraph:
    return ColoredGraph(tuple((e.kind, e.size) for e in structure.elements), frozenset(structure.edges))


def _named_graph(structure: Structure) -> ColoredGraph:
    return ColoredGraph(tuple(_named_keys(structure, range(len(structure.elements)))), frozenset(structure.edges))


def _named_keys(structure: Structure, indices: Iterable[int]) -> list[tuple[ElementKind, int | None, str]]:
    """What is compared of elements in words: the labels of other layers follow from their kind and size."""
    elements = [structure.elements[i] for i in indices]
    return [(e.kind, e.size, e.label.casefold() if e.kind in NAMED_KINDS else "") for e in elements]


def _most_steps_from_start(structure: Structure) -> list[int]:
    """The longest way to each element in arrows; the number of elements on loops and behind them."""
    count = len(structure.elements)
    out, into = ColoredGraph((None,) * count, frozenset(structure.edges)).neighbors()
    steps = [count] * count
    waits_for = [len(sources) for sources in into]
    ready = [i for i in range(count) if not into[i]]
    for i in ready:
        steps[i] = max((steps[source] + 1 for source in into[i]), default=0)
        for target in out[i]:
            waits_for[target] -= 1
            if not waits_for[target]:
                ready.append(target)
    return steps


def _connection_counts(diagram: Diagram) -> Counter[tuple[int, ...]]:
    count = {node.number: len(node.targets) for node in diagram.nodes}
    return Counter(tuple(sorted(count[t] for t in node.targets if t in count)) for node in diagram.nodes)


def _mean_targets(diagram: Diagram) -> float:
    return sum(len(node.targets) for node in diagram.nodes) / len(diagram.nodes)


def _pair_elements(wanted: Structure, got: Structure) -> tuple[dict[int, int], list[str]]:
    """Indices in `got` by indices in `wanted`, and what the elements differ in."""
    ours, theirs = _in_flow_order(wanted), _in_flow_order(got)
    our_keys, their_keys = _named_keys(wanted, ours), _named_keys(got, theirs)
    partner: dict[int, int] = {}
    gaps: list[tuple[list[int], list[int]]] = []  # what stands between two common runs, in `wanted` and in `got`
    for what, a, b, c, d in SequenceMatcher(None, our_keys, their_keys, autojunk=False).get_opcodes():
        if what == "equal":
            partner.update(zip(ours[a:b], theirs[c:d], strict=True))
        else:
            gaps.append((ours[a:b], theirs[c:d]))
    partner |= _moved(wanted, got, gaps)
    changes: list[str] = []
    for our_gap, their_gap in gaps:
        missing = [i for i in our_gap if i not in partner]
        extra = [j for j in their_gap if j not in partner.values()]
        changed = list(zip(missing, extra, strict=False))
        changes += [f"{_name(wanted, i)} is wanted, not {_name(got, j)}" for i, j in changed]
        changes += [f"{_name(wanted, i)} is missing" for i in missing[len(changed) :]]
        changes += [f"{_name(got, j)} is extra" for j in extra[len(changed) :]]
        partner.update(changed)
    return partner, changes


def _moved(wanted: Structure, got: Structure, gaps: list[tuple[list[int], list[int]]]) -> dict[int, int]:
    """Elements that only stand elsewhere in the order: their arrows say what is different."""
    places: dict[Hashable, list[int]] = {}
    theirs = [j for _, their_gap in gaps for j in their_gap]
    for j, key in zip(reversed(theirs), reversed(_named_keys(got, theirs)), strict=True):
        places.setdefault(key, []).append(j)
    ours = [i for our_gap, _ in gaps for i in our_gap]
    return {i: places[key].pop() for i, key in zip(ours, _named_keys(wanted, ours), strict=True) if places.get(key)}


def _arrow_differences(wanted: Structure, got: Structure, partner: dict[int, int]) -> list[str]:
    """Arrows between paired elements that only one of the two structures has."""
    back = {j: i for i, j in partner.items()}
    ours, ours_past = _arrows_between(wanted, partner)
    theirs, theirs_past = ({(back[a], back[b]) for a, b in arrows} for arrows in _arrows_between(got, back))
    return [
        f"the arrow from {_name(wanted, a)} to {_name(wanted, b)} is {what}"
        for what, arrows in (("missing", ours - theirs - theirs_past), ("extra", theirs - ours - ours_past))
        for a, b in sorted(arrows)
    ]


def _arrows_between(structure: Structure, paired: Container[int]) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Arrows from one paired element to another, and the ways from one to another through unpaired ones only."""
    targets: dict[int, list[int]] = {}
    for source, target in structure.edges:
        targets.setdefault(source, []).append(target)
    arrows = {(a, b) for a, b in structure.edges if a in paired and b in paired}
    ways: set[tuple[int, int]] = set()
    for start in range(len(structure.elements)):
        if start not in paired:
            continue
        passed = [target for target in targets.get(start, ()) if target not in paired]
        for unpaired in passed:
            fresh = dict.fromkeys(targets.get(unpaired, ()))
            ways.update((start, target) for target in fresh if target in paired)
            passed += [target for target in fresh if target not in paired and target not in passed]
    return arrows, ways


def _name(structure: Structure, index: int) -> str:
    """An element in words: `conv 3x3, 30x30 (layer 2)`, `operation 'clean' (step 3)`."""
    element = structure.elements[index]
    if structure.kind == "chart":
        return f"{element.kind} '{element.label}' (step {index + 1})"
    name = element.label or element.kind
    if element.size is not None:
        name += f", {element.size}x{element.size}" if element.kind in _IMAGE_KINDS else f", {element.size}"
    return f"{name} (layer {index + 1})"


def _in_flow_order(structure: Structure) -> list[int]:
    """Indices such that arrows point forward wherever they can: depth first, in the order of the elements."""
    targets: list[list[int]] = [[] for _ in structure.elements]
    for source, target in sorted(set(structure.edges), reverse=True):
        targets[source].append(target)
    seen: set[int] = set()
    finished: list[int] = []
    for start in reversed(range(len(targets))):
        stack = [start]
        while stack:
            index = stack.pop()
            if index < 0:
                finished.append(~index)
            elif index not in seen:
                seen.add(index)
                stack += [~index, *reversed(targets[index])]
    return finished[::-1]
