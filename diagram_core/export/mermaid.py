"""Diagram to Mermaid: a flowchart that Markdown viewers draw, in a layout of their own."""

from __future__ import annotations

import re

from diagram_core.diagram import Diagram, LineName, Node, ShapeName
from diagram_core.export.marks import hex_color, plain_text
from diagram_core.geometry import reads_down
from diagram_core.scene import readable_on

_SHAPES: dict[ShapeName, tuple[str, str]] = {
    "rectangle": ("[", "]"),
    "round rectangle": ("(", ")"),
    "circle": ("([", "])"),
}
_LINES: dict[LineName, str] = {"solid arrow": "-->", "solid line": "---", "dashed line": "-.-"}
_SPECIAL = re.compile(r"""[^\w\s.,:;!?()/=+%'-]|[;_]""")  # what Mermaid or Markdown could take for more than text


def to_mermaid(diagram: Diagram) -> str:
    """The text of a Mermaid flowchart. Labels are quoted, with every sign of a meaning as its character code."""
    lines = [f"flowchart {'TD' if reads_down(diagram) else 'LR'}"]
    lines += [f"    {_node(i, node)}" for i, node in enumerate(diagram.nodes)]
    lines += [f"    n{a} {_LINES[diagram.nodes[a].line]} n{b}" for a, b in diagram.edges()]
    lines += [f"    style n{i} {_style(node)}" for i, node in enumerate(diagram.nodes)]
    return "\n".join(lines) + "\n"


def _node(index: int, node: Node) -> str:
    before, after = _SHAPES[node.shape]
    return f'n{index}{before}"{_text(node.label)}"{after}'


def _style(node: Node) -> str:
    return f"fill:{hex_color(node.fill)},stroke:#000000,color:{hex_color(readable_on(node.fill))}"


def _text(label: str) -> str:
    """Character codes are #NN; in Mermaid, and a line break is an HTML one; a label may not be empty."""
    coded = _SPECIAL.sub(lambda match: f"#{ord(match[0])};", plain_text(label))
    return "<br/>".join(coded.split("\n")) if label.strip() else " "
