"""Structure: what a prompt asks for, before anybody decides where it stands on the canvas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

MAX_NEURON_EDGES = 45  # between neighbouring layers: more than this and single neurons are an unreadable mesh

StructureKind = Literal["network", "chart"]
ElementKind = Literal["image", "input", "dense", "conv", "pool", "block", "data", "operation"]
Direction = Literal["right", "down"]
PaletteName = Literal["sky", "sand", "mint", "rose", "slate", "iris"]
ShapeStyle = Literal["box", "soft", "round"]
Detail = Literal["short", "full"]

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
    edges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Style:
    """How a structure looks: the part of a plan in which taste lives."""

    direction: Direction = "right"
    palette: PaletteName = "sky"
    shapes: ShapeStyle = "soft"  # box: rectangles; soft: rounded corners; round: circles where the label fits
    detail: Detail = "full"  # full labels say sizes and kernels, short ones only what a thing is


def draws_neurons(structure: Structure) -> bool:
    """Whether every neuron gets a circle of its own: dense layers in a chain, MAX_NEURON_EDGES at most between two."""
    if structure.kind != "network" or not is_chain(structure):
        return False
    sizes = [element.size for element in structure.elements if element.kind in ("input", "dense")]
    if len(sizes) != len(structure.elements) or any(size is None for size in sizes):
        return False
    counts = [size for size in sizes if size is not None]
    return all(a * b <= MAX_NEURON_EDGES for a, b in zip(counts, counts[1:], strict=False))


def is_chain(structure: Structure) -> bool:
    """Whether each element points to the next one and to nothing else."""
    return structure.edges == tuple((i, i + 1) for i in range(len(structure.elements) - 1))
