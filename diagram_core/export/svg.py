"""Diagram to SVG: the default drawing as vectors, its labels as real text."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, Diagram
from diagram_core.export.marks import hex_color, xml_text
from diagram_core.scene import BORDER_PX, DASH_GAP_PX, DASH_PX, WHITE, Edge, Point, Shape, Text, compose
from diagram_core.typeset import CAP_HEIGHT_EM, LINE_EM, width_em

FONTS = (
    "Rubik, 'Segoe UI', 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans KR', 'Apple SD Gothic Neo', "
    "'Malgun Gothic', sans-serif"
)


def to_svg(diagram: Diagram) -> str:
    """An SVG document. All text is escaped; each node carries its whole label as title, also where it is drawn cut."""
    scene = compose(diagram)
    size = {"width": str(CANVAS_WIDTH_PX), "height": str(CANVAS_HEIGHT_PX)}
    view_box = f"0 0 {CANVAS_WIDTH_PX} {CANVAS_HEIGHT_PX}"
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, "viewBox": view_box, "role": "img"})
    root.set("font-family", FONTS)
    ET.SubElement(root, "rect", {**size, "fill": hex_color(WHITE)})
    edges = ET.SubElement(root, "g", {"fill": "none"})
    for edge in scene.edges:
        _add_edge(edges, edge)
    nodes = ET.SubElement(root, "g", {"stroke-width": _number(BORDER_PX), "text-anchor": "middle"})
    beside = ET.SubElement(root, "g", {"text-anchor": "middle"})
    for node, shape, label in zip(diagram.nodes, scene.shapes, scene.texts, strict=True):
        group = ET.SubElement(nodes, "g")
        if node.label:
            ET.SubElement(group, "title").text = xml_text(node.label)
        _add_shape(group, shape)
        if label:
            _add_text(beside if label.is_outside else group, label)
    ET.indent(root)
    for text in root.iter("text"):  # a blank after a line would push it off its centre
        text.text = None
        for line in text:
            line.tail = None
    return ET.tostring(root, encoding="unicode") + "\n"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _pair(point: Point) -> str:
    return f"{_number(point[0])} {_number(point[1])}"


def _add_edge(parent: ET.Element, edge: Edge) -> None:
    curve = f"L{_pair(edge.end)}" if edge.control is None else f"Q{_pair(edge.control)} {_pair(edge.end)}"
    pen = {"stroke": hex_color(edge.pen.color), "stroke-width": _number(edge.pen.width_px)}
    line = ET.SubElement(parent, "path", {"d": f"M{_pair(edge.start)}{curve}", **pen})
    if edge.is_dashed:
        line.set("stroke-dasharray", f"{_number(DASH_PX)} {_number(DASH_GAP_PX)}")
    if edge.head:
        ET.SubElement(parent, "polygon", {"points": " ".join(map(_pair, edge.head)), "fill": hex_color(edge.pen.color)})


def _add_shape(parent: ET.Element, shape: Shape) -> None:
    colors = {"fill": hex_color(shape.fill), "stroke": hex_color(shape.border)}
    x, y = shape.center
    if shape.radius == (shape.half_width, shape.half_height):
        at = {"cx": x, "cy": y, "rx": shape.half_width, "ry": shape.half_height}
        ET.SubElement(parent, "ellipse", {name: _number(value) for name, value in at.items()} | colors)
    else:
        at = {"x": x - shape.half_width, "y": y - shape.half_height}
        at |= {"width": 2 * shape.half_width, "height": 2 * shape.half_height, "rx": shape.radius[0]}
        ET.SubElement(parent, "rect", {name: _number(value) for name, value in at.items()} | colors)


def _add_text(parent: ET.Element, text: Text) -> None:
    x, size_px = text.center[0], text.block.size_px
    middles = [text.center[1] + text.block.offset_px(i) for i in range(len(text.block.lines))]
    if text.is_outside:
        for line, middle in zip(text.block.lines, middles, strict=True):
            width, height = width_em(line) * size_px + 4, LINE_EM * size_px
            at = {"x": x - width / 2, "y": middle - height / 2, "width": width, "height": height}
            ET.SubElement(
                parent, "rect", {key: _number(value) for key, value in at.items()} | {"fill": hex_color(WHITE)}
            )
    element = ET.SubElement(parent, "text", {"font-size": _number(size_px), "fill": hex_color(text.color)})
    if text.is_turned:
        element.set("transform", f"rotate(-90 {_pair(text.center)})")
    for line, middle in zip(text.block.lines, middles, strict=True):
        at = {"x": x, "y": middle + CAP_HEIGHT_EM / 2 * size_px, "textLength": width_em(line) * size_px}
        tspan = ET.SubElement(element, "tspan", {key: _number(value) for key, value in at.items()})
        tspan.set("lengthAdjust", "spacingAndGlyphs")  # other fonts have other widths, and would leave the shape
        tspan.text = xml_text(line)
