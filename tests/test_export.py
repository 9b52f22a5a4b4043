"""Every export is read back by another reader of its format, and hostile labels arrive as text."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pydot
import pytest
from hypothesis import given, settings
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.presentation import Presentation as Slides

from diagram_core.diagram import Diagram, Node
from diagram_core.export import EXPORT_FORMATS, export
from diagram_core.export.marks import plain_text
from tests.test_listing import any_diagrams

BOX = Node(
    0, 200, 150, "round rectangle", 160, 80, "solid arrow", (224, 240, 232), (64, 64, 128), (1, 2), "conv\n3 x 3"
)
CIRCLE = Node(1, 700, 150, "circle", 160, 120, "dashed line", (40, 60, 120), (0, 0, 0), (2,), "합성곱 층")
PLAIN = Node(2, 700, 450, "rectangle", 120, 60, "solid line", (255, 255, 255), (0, 0, 0), (), "")
DIAGRAM = Diagram((BOX, CIRCLE, PLAIN))
HOSTILE = (
    '</text><script>alert("1")</script> & &amp; \'"#quot; `**b**` \\N\\l [x](y) {a|b} -->end%%\x00\x0b\x1b\uffff'
    " \u202eright to left\u200f" + "x" * 10_000
)
LABELLED = Diagram((replace(BOX, label=HOSTILE), CIRCLE, PLAIN))


def slides(diagram: Diagram) -> Slides:
    return Presentation(BytesIO(export(diagram, "pptx")))


def dot_graph(diagram: Diagram) -> pydot.Dot:
    (graph,) = pydot.graph_from_dot_data(export(diagram, "dot").decode()) or ()
    return graph


def mermaid_labels(diagram: Diagram) -> list[str]:
    """The labels of a flowchart with the character codes read as Mermaid reads them."""
    text = export(diagram, "mmd").decode()
    labels = re.findall(r'^    n\d+[\[(]+"(.*)"[\])]+$', text, re.MULTILINE)
    return [html.unescape(re.sub(r"#(\d+);", r"&#\1;", label.replace("<br/>", "\n"))) for label in labels]


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_the_same_diagram_gives_the_same_bytes(file_format: str) -> None:
    assert file_format in EXPORT_FORMATS
    assert export(DIAGRAM, file_format) == export(DIAGRAM, file_format)
    assert export(Diagram(()), file_format)


def test_powerpoint_tells_no_time_that_depends_on_the_clock() -> None:
    with ZipFile(BytesIO(export(DIAGRAM, "pptx"))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = slides(DIAGRAM).core_properties
    assert properties.created == properties.modified == datetime(2000, 1, 1)


def test_powerpoint_has_native_shapes_and_glued_connectors() -> None:
    presentation = slides(DIAGRAM)
    (slide,) = presentation.slides
    boxes = [shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.AUTO_SHAPE]
    lines = [shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.LINE]
    assert [shape.text_frame.text for shape in boxes] == ["conv\n3 x 3", "합성곱 층", ""]
    assert (boxes[0].left, boxes[0].top, boxes[0].width) == tuple(9525 * px for px in (120, 110, 160))
    glued = [(begin.get("id"), end.get("id")) for begin, end in (_ends(line) for line in lines)]
    ids = [str(shape.shape_id) for shape in boxes]
    assert glued == [(ids[0], ids[1]), (ids[0], ids[2]), (ids[1], ids[2])]
    arrow, _, dashed = lines
    assert b"tailEnd" in _xml(arrow) and b"tailEnd" not in _xml(dashed)
    assert b"prstDash" in _xml(dashed)
    # The left side of an ellipse is another site than that of a rectangle.
    assert _ends(arrow)[1].get("idx") == "2"
    assert (arrow.end_x, arrow.end_y) == (9525 * 620, 9525 * 150)


def test_powerpoint_leads_an_arrow_from_a_shape_to_itself_around_its_corner() -> None:
    (slide,) = slides(Diagram((replace(PLAIN, targets=(2,)),))).slides
    connector = next(shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.LINE)
    xml = connector._element.xml
    assert "curvedConnector4" in xml
    turns = [int(value) for value in re.findall(r'fmla="val (-?\d+)"', xml)]
    assert turns[0] < 0
    assert turns[1] > 100_000
    assert len(set(re.findall(r'<a:(?:st|end)Cxn id="(\d+)"', xml))) == 1


def test_drawio_has_a_cell_for_every_shape_and_edge() -> None:
    root = ET.fromstring(export(DIAGRAM, "drawio"))
    vertices = [cell for cell in root.iter("mxCell") if cell.get("vertex")]
    edges = [cell for cell in root.iter("mxCell") if cell.get("edge")]
    assert [cell.get("value") for cell in vertices] == ["conv\n3 x 3", "합성곱 층", ""]
    assert [(cell.get("source"), cell.get("target")) for cell in edges] == [("n0", "n1"), ("n0", "n2"), ("n1", "n2")]
    geometry = vertices[0].find("mxGeometry")
    assert geometry is not None
    assert geometry.attrib == {"x": "120", "y": "110", "width": "160", "height": "80", "as": "geometry"}
    assert all("html=0" in str(cell.get("style")) for cell in vertices)


def test_dot_has_every_node_with_its_place_and_every_edge() -> None:
    graph = dot_graph(DIAGRAM)
    nodes = {node.get_name(): node for node in graph.get_nodes() if node.get_name() != "node"}
    assert list(nodes) == ["n0", "n1", "n2"]
    assert nodes["n0"].get("pos") == '"150.00,337.50!"'
    assert nodes["n0"].get("label") == '"conv\\n3 x 3"'
    assert [(edge.get_source(), edge.get_destination()) for edge in graph.get_edges()] == [
        ("n0", "n1"),
        ("n0", "n2"),
        ("n1", "n2"),
    ]


def test_mermaid_has_every_node_and_edge() -> None:
    text = export(DIAGRAM, "mmd").decode()
    assert mermaid_labels(DIAGRAM) == ["conv\n3 x 3", "합성곱 층", " "]
    assert re.findall(r"n\d (?:-->|---|-\.-) n\d", text) == ["n0 --> n1", "n0 --> n2", "n1 -.- n2"]


def test_diagrams_that_go_down_say_so() -> None:
    upright = Diagram((replace(BOX, targets=(2,)), replace(PLAIN, x=200)))
    assert export(upright, "mmd").startswith(b"flowchart TD")
    assert b"rankdir=TB" in export(upright, "dot")
    assert export(DIAGRAM, "mmd").startswith(b"flowchart LR")


def test_a_hostile_label_arrives_as_text() -> None:
    kept = plain_text(HOSTILE)
    assert "<script>" in kept and "\x1b" not in kept
    (slide,) = slides(LABELLED).slides
    shape = next(shape for shape in slide.shapes if shape.shape_type == MSO_SHAPE_TYPE.AUTO_SHAPE)
    assert shape._element._nvXxPr.cNvPr.get("descr") == kept
    assert shape.text_frame.text == kept
    cell = next(cell for cell in ET.fromstring(export(LABELLED, "drawio")).iter("mxCell") if cell.get("vertex"))
    assert cell.get("value") == kept
    assert mermaid_labels(LABELLED)[0] == kept
    label = dot_graph(LABELLED).get_node("n0")[0].get("label")
    assert html.unescape(label[1:-1].replace("\\n", "\n")) == kept
    assert not re.search(
        r'[<>"`|{}\[\]]', export(LABELLED, "mmd").decode().splitlines()[1][len('    n0("') : -len('")')]
    )


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize("diagram", [DIAGRAM, LABELLED])
def test_graphviz_draws_it_where_it_stood(diagram: Diagram, tmp_path: Path) -> None:
    file = tmp_path / "diagram.dot"
    file.write_bytes(export(diagram, "dot"))
    drawn = subprocess.run(["neato", "-n", "-Tplain", str(file)], capture_output=True, text=True, check=True).stdout
    places = re.findall(r"^node n\d+ (\S+) (\S+)", drawn, re.MULTILINE)  # inches, from a corner of its choice
    x, y = ([float(place[axis]) for place in places] for axis in (0, 1))
    assert [across - x[0] for across in x] == pytest.approx([0, 500 / 96, 500 / 96], abs=0.01)
    assert [up - y[0] for up in y] == pytest.approx([0, 0, -300 / 96], abs=0.01)


@settings(max_examples=30)
@given(any_diagrams)
def test_any_diagram_can_be_exported_and_read(diagram: Diagram) -> None:
    count, edges = len(diagram.nodes), len(diagram.edges())
    root = ET.fromstring(export(diagram, "drawio"))
    assert sum(cell.get("vertex") is not None for cell in root.iter("mxCell")) == count
    assert len(mermaid_labels(diagram)) == count
    assert len(dot_graph(diagram).get_edges()) == edges
    shapes = slides(diagram).slides[0].shapes
    assert sum(shape.shape_type == MSO_SHAPE_TYPE.LINE for shape in shapes) == edges


def _xml(shape: object) -> bytes:
    return ET.tostring(ET.fromstring(shape._element.xml))  # type: ignore[attr-defined]


def _ends(line: object) -> tuple[ET.Element, ET.Element]:
    root = ET.fromstring(line._element.xml)  # type: ignore[attr-defined]
    space = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    begin, end = root.find(f".//{space}stCxn"), root.find(f".//{space}endCxn")
    assert begin is not None and end is not None
    return begin, end


def test_a_label_that_reads_upwards_does_so_in_every_format_that_places_text() -> None:
    bar = Diagram((Node(0, 300, 200, "rectangle", 22, 160, "solid arrow", (90, 140, 220), (0, 0, 0), (), "conv 3x3"),))
    (turned,) = ET.fromstring(export(bar, "svg")).iter("{http://www.w3.org/2000/svg}text")
    assert turned.get("transform") == "rotate(-90 300 200)"
    (shape,) = Presentation(BytesIO(export(bar, "pptx"))).slides[0].shapes
    assert (shape.text_frame.text, shape.text_frame._bodyPr.get("vert")) == ("conv 3x3", "vert270")
    assert b"horizontal=0;" in export(bar, "drawio")
