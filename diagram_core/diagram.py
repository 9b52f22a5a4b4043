"""Node and Diagram: what every notation says, every renderer draws and every score measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

CANVAS_WIDTH_PX = 1000
CANVAS_HEIGHT_PX = 600

Color = tuple[int, int, int]  # red, green, blue: 0 to 255 each
ShapeName = Literal["rectangle", "round rectangle", "circle"]
LineName = Literal["solid arrow", "solid line", "dashed line"]

SHAPES: tuple[ShapeName, ...] = get_args(ShapeName)
LINES: tuple[LineName, ...] = get_args(LineName)


@dataclass(frozen=True, slots=True)
class Node:
    """One shape and the lines that leave it. x, y is its centre; x, y, width and height are in pixels."""

    number: int
    x: int
    y: int
    shape: ShapeName
    width: int
    height: int
    line: LineName
    fill: Color
    stroke: Color  # of the lines that leave the node; its border is always black
    targets: tuple[int, ...] = ()  # numbers of the nodes pointed to
    label: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """Nodes on a canvas of CANVAS_WIDTH_PX x CANVAS_HEIGHT_PX, in drawing order."""

    nodes: tuple[Node, ...]

    def edges(self) -> list[tuple[int, int]]:
        """Pairs of indices into `nodes`; a target that names no node is left out."""
        index = {node.number: i for i, node in enumerate(self.nodes)}
        return [(i, index[t]) for i, node in enumerate(self.nodes) for t in node.targets if t in index]

    def _repr_svg_(self) -> str:
        """How notebooks show it."""
        from diagram_core.export.svg import to_svg

        return to_svg(self)

    def _repr_png_(self) -> bytes:
        """How notebooks show it where vectors cannot be: a PDF or a web page made of one."""
        from diagram_core.render import draw, encode_png

        return encode_png(draw(self))
