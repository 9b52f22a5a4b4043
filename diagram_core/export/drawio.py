"""Diagram to draw.io (diagrams.net): shapes that can be moved, with edges that follow them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, Diagram, LineName, Node, ShapeName
from diagram_core.export.marks import hex_color, xml_text
from diagram_core.scene import Text, compose, readable_on

_SHAPES: dict[ShapeName, str] = {"rectangle": "rounded=0", "round rectangle": "rounded=1", "circle": "ellipse"}
_LINES: dict[LineName, str] = {
    "solid arrow": "endArrow=block;endFill=1",
    "solid line": "endArrow=none",
    "dashed line": "endArrow=none;dashed=1",
}


def to_drawio(diagram: Diagram) -> str:
    """An uncompressed draw.io document with one page. Labels are plain text: no markup in them is read."""
    document = ET.Element("mxfile", host="diagramforge")
    page = ET.SubElement(document, "diagram", id="page", name="diagram")
    size = {"pageWidth": str(CANVAS_WIDTH_PX), "pageHeight": str(CANVAS_HEIGHT_PX)}
    root = ET.SubElement(ET.SubElement(page, "mxGraphModel", size, grid="0", page="1"), "root")
    ET.SubElement(root, "mxCell", id="0")
    ET.SubElement(root, "mxCell", {"id": "1", "parent": "0"})
    for i, (node, text) in enumerate(zip(diagram.nodes, compose(diagram).texts, strict=True)):
        _add_node(root, f"n{i}", node, text)
    for i, (a, b) in enumerate(diagram.edges()):
        node = diagram.nodes[a]
        style = f"{_LINES[node.line]};strokeColor={hex_color(node.stroke)};html=0;"
        ends = {"source": f"n{a}", "target": f"n{b}"}
        edge = ET.SubElement(root, "mxCell", {"id": f"e{i}", "style": style, "edge": "1", "parent": "1", **ends})
        ET.SubElement(edge, "mxGeometry", {"relative": "1", "as": "geometry"})
    ET.indent(document)
    return ET.tostring(document, encoding="unicode") + "\n"


def _add_node(parent: ET.Element, name: str, node: Node, text: Text | None) -> None:
    style = f"{_SHAPES[node.shape]};whiteSpace=wrap;html=0;fillColor={hex_color(node.fill)};strokeColor=#000000;"
    style += f"fontColor={hex_color(readable_on(node.fill))};"
    if text:
        style += f"fontSize={text.block.size_px};" + ("horizontal=0;" if text.is_turned else "")
    value = xml_text(node.label)
    cell = ET.SubElement(parent, "mxCell", {"id": name, "value": value, "style": style, "vertex": "1", "parent": "1"})
    at = {"x": node.x - node.width / 2, "y": node.y - node.height / 2, "width": node.width, "height": node.height}
    ET.SubElement(cell, "mxGeometry", {key: f"{value:g}" for key, value in at.items()} | {"as": "geometry"})
