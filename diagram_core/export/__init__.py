"""Diagram to the formats that people go on working with."""

from __future__ import annotations

from typing import Literal, get_args

from diagram_core.diagram import Diagram

ExportFormat = Literal["png", "svg", "pptx", "drawio", "mmd", "dot"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)


def export(diagram: Diagram, file_format: ExportFormat) -> bytes:
    """The bytes of a file: PNG, SVG, PowerPoint, draw.io, Mermaid or Graphviz DOT.

    The same diagram gives the same bytes. Libraries are imported by the format that needs them.
    """
    match file_format:
        case "png":
            from diagram_core.render import draw, encode_png

            return encode_png(draw(diagram))
        case "svg":
            from diagram_core.export.svg import to_svg

            return to_svg(diagram).encode()
        case "pptx":
            from diagram_core.export.pptx import to_pptx

            return to_pptx(diagram)
        case "drawio":
            from diagram_core.export.drawio import to_drawio

            return to_drawio(diagram).encode()
        case "mmd":
            from diagram_core.export.mermaid import to_mermaid

            return to_mermaid(diagram).encode()
        case "dot":
            from diagram_core.export.dot import to_dot

            return to_dot(diagram).encode()
