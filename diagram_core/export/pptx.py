"""Diagram to PowerPoint: one slide of native shapes, joined by connectors that follow them when they are moved."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, Color, Diagram, Node, ShapeName
from diagram_core.export.marks import plain_text
from diagram_core.scene import BORDER_PX, EDGE_PX, Text, compose, readable_on

EMU_PER_PX = 9525  # 96 pixels an inch
_POINTS_PER_PX = 0.75
_BLANK_LAYOUT = 6
_SHAPES: dict[ShapeName, MSO_SHAPE] = {
    "rectangle": MSO_SHAPE.RECTANGLE,
    "round rectangle": MSO_SHAPE.ROUNDED_RECTANGLE,
    "circle": MSO_SHAPE.OVAL,
}
_TOP, _LEFT, _BOTTOM, _RIGHT = range(4)
_LOOP_PX = 24  # how far an arrow from a shape to itself leads away from it
_OVAL_SITES = (0, 2, 4, 6)  # an oval has eight connection sites, the four above among them
_WRITTEN = datetime(2000, 1, 1)  # the same bytes for the same diagram


def to_pptx(diagram: Diagram) -> bytes:
    """A presentation with one slide the size of the canvas. Each shape's alternative text is its whole label."""
    presentation: Any = Presentation()
    presentation.slide_width, presentation.slide_height = _emu(CANVAS_WIDTH_PX), _emu(CANVAS_HEIGHT_PX)
    presentation.core_properties.created = presentation.core_properties.modified = _WRITTEN
    shapes = presentation.slides.add_slide(presentation.slide_layouts[_BLANK_LAYOUT]).shapes
    lines = [(shapes.add_connector(MSO_CONNECTOR.STRAIGHT, 0, 0, 0, 0), a, b) for a, b in diagram.edges()]
    texts = compose(diagram).texts
    drawn = [_add_node(shapes, node, text) for node, text in zip(diagram.nodes, texts, strict=True)]
    for line, a, b in lines:
        _join(line, diagram.nodes[a], diagram.nodes[b], drawn[a], drawn[b])
    file = BytesIO()
    presentation.save(file)
    return _without_times(file)


def _without_times(file: BytesIO) -> bytes:
    """The archive with its members as of 1980, the first time that a zip archive can tell."""
    packed = BytesIO()
    with ZipFile(file) as before, ZipFile(packed, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            after.writestr(ZipInfo(name), before.read(name), ZIP_DEFLATED)
    return packed.getvalue()


def _emu(px: float) -> Emu:
    return Emu(round(px * EMU_PER_PX))


def _add_node(shapes: Any, node: Node, text: Text | None) -> Any:
    left, top = node.x - node.width / 2, node.y - node.height / 2
    shape = shapes.add_shape(_SHAPES[node.shape], _emu(left), _emu(top), _emu(node.width), _emu(node.height))
    shape.fill.solid()
    shape.fill.fore_color.rgb = RGBColor(*node.fill)
    shape.line.color.rgb = RGBColor(0, 0, 0)
    shape.line.width = _emu(BORDER_PX)
    shape.shadow.inherit = False
    label = plain_text(node.label)
    shape._element._nvXxPr.cNvPr.set("descr", label)
    if text is None:
        return shape
    if text.is_outside:
        x, y = text.center
        width, height = text.block.width_px + 8, text.block.height_px
        box = shapes.add_textbox(_emu(x - width / 2), _emu(y - height / 2), _emu(width), _emu(height))
        _write(box.text_frame, "\n".join(text.block.lines), text.block.size_px, text.color)
    else:
        written = "\n".join(text.block.lines) if text.is_turned else label
        _write(shape.text_frame, written, text.block.size_px, readable_on(node.fill))
        if text.is_turned:
            shape.text_frame._bodyPr.set("vert", "vert270")
    return shape


def _write(frame: Any, label: str, size_px: int, color: Color) -> None:
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.text = label
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.CENTER
        paragraph.font.size = Pt(round(size_px * _POINTS_PER_PX))
        paragraph.font.color.rgb = RGBColor(*color)


def _join(line: Any, source: Node, target: Node, source_shape: Any, target_shape: Any) -> None:
    begin, end = (_RIGHT, _TOP) if source is target else _sides(source, target)
    # begin_connect and end_connect would also place the ends, but know the four sites of a rectangle only.
    line._connect_begin_to(source_shape, _site(source, begin))
    line._connect_end_to(target_shape, _site(target, end))
    (line.begin_x, line.begin_y), (line.end_x, line.end_y) = _middle(source, begin), _middle(target, end)
    if source is target:
        _curve_outside(line, source)
    line.line.color.rgb = RGBColor(*source.stroke)
    line.line.width = _emu(EDGE_PX)
    if source.line == "dashed line":
        line.line.dash_style = MSO_LINE.DASH
    if source.line == "solid arrow":
        outline = line.line._get_or_add_ln()
        outline.append(outline.makeelement(qn("a:tailEnd"), {"type": "triangle"}))


def _curve_outside(line: Any, node: Node) -> None:
    """Lead a connector from the right side of a shape around its corner to its top.

    The two guides of this preset say where it turns: how far along the box between its ends, in 100,000ths, from the
    first of them (ECMA-376, 20.1.10.56).
    """
    across, up = -2 * _LOOP_PX / node.width, 1 + 2 * _LOOP_PX / node.height
    geometry = line._element.spPr.prstGeom
    geometry.set("prst", "curvedConnector4")
    guides = geometry.get_or_add_avLst()
    for name, share in (("adj1", across), ("adj2", up)):
        guides.append(guides.makeelement(qn("a:gd"), {"name": name, "fmla": f"val {round(share * 100_000)}"}))


def _sides(source: Node, target: Node) -> tuple[int, int]:
    """The sides that face each other: along the axis on which the shapes stand further apart."""
    gap_x = abs(target.x - source.x) - (source.width + target.width) / 2
    gap_y = abs(target.y - source.y) - (source.height + target.height) / 2
    if gap_x >= gap_y:
        return (_RIGHT, _LEFT) if target.x >= source.x else (_LEFT, _RIGHT)
    return (_BOTTOM, _TOP) if target.y >= source.y else (_TOP, _BOTTOM)


def _site(node: Node, side: int) -> int:
    return _OVAL_SITES[side] if node.shape == "circle" else side


def _middle(node: Node, side: int) -> tuple[Emu, Emu]:
    dx, dy = {_TOP: (0, -1), _LEFT: (-1, 0), _BOTTOM: (0, 1), _RIGHT: (1, 0)}[side]
    return _emu(node.x + dx * node.width / 2), _emu(node.y + dy * node.height / 2)
