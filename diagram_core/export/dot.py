"""Diagram to Graphviz DOT: shapes, colours and positions, for `neato -n` as drawn or `dot` in a layout of its own."""

from __future__ import annotations

from diagram_core.diagram import CANVAS_HEIGHT_PX, Diagram, LineName, Node, ShapeName
from diagram_core.export.marks import hex_color, plain_text
from diagram_core.geometry import reads_down
from diagram_core.scene import readable_on

POINTS_PER_PX = 0.75  # 96 pixels an inch, 72 points
_PX_PER_INCH = 96
_SHAPES: dict[ShapeName, str] = {
    "rectangle": 'shape=box style="filled"',
    "round rectangle": 'shape=box style="filled,rounded"',
    "circle": 'shape=ellipse style="filled"',
}
_LINES: dict[LineName, str] = {
    "solid arrow": "dir=forward",
    "solid line": "dir=none",
    "dashed line": "dir=none style=dashed",
}


def to_dot(diagram: Diagram) -> str:
    """A DOT graph. Labels are quoted strings in which nothing is an escape or an entity."""
    lines = [
        "digraph diagram {",
        f"  rankdir={'TB' if reads_down(diagram) else 'LR'};",
        '  node [fontname="Rubik,Helvetica,Arial,sans-serif" fontsize=10 fixedsize=true];',
        *(f"  n{i} [{_node(node)}];" for i, node in enumerate(diagram.nodes)),
        *(f"  n{a} -> n{b} [{_edge(diagram.nodes[a])}];" for a, b in diagram.edges()),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _node(node: Node) -> str:
    x, y = node.x * POINTS_PER_PX, (CANVAS_HEIGHT_PX - node.y) * POINTS_PER_PX  # y grows upward
    size = f"width={node.width / _PX_PER_INCH:.3f} height={node.height / _PX_PER_INCH:.3f}"
    colors = f'fillcolor="{hex_color(node.fill)}" fontcolor="{hex_color(readable_on(node.fill))}"'
    return f'label="{_text(node.label)}" pos="{x:.2f},{y:.2f}!" {size} {_SHAPES[node.shape]} {colors}'


def _edge(source: Node) -> str:
    return f'{_LINES[source.line]} color="{hex_color(source.stroke)}"'


def _text(label: str) -> str:
    """Ampersands begin entities there too, and a backslash would be an escape or end the string's quote."""
    coded = plain_text(label).replace("&", "&amp;").replace("\\", "&#92;").replace('"', "&quot;")
    return coded.replace("\n", "\\n")
