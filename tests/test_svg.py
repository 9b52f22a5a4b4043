"""An exported SVG is valid XML that holds the drawing as vectors and every label as text."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given, settings

from diagram_core.diagram import Diagram, Node
from diagram_core.export.svg import to_svg
from tests.test_listing import any_diagrams

SVG = "{http://www.w3.org/2000/svg}"
BOX = Node(0, 200, 300, "round rectangle", 160, 80, "solid arrow", (224, 240, 232), (64, 64, 128), (1,), "conv\n3 x 3")
CIRCLE = Node(1, 700, 300, "circle", 160, 120, "dashed line", (40, 60, 120), (0, 0, 0), (), "합성곱 층")


def texts(root: ET.Element) -> list[str]:
    return ["\n".join(line.text or "" for line in text) for text in root.iter(f"{SVG}text")]


def test_labels_are_text_and_shapes_are_vectors() -> None:
    root = ET.fromstring(to_svg(Diagram((BOX, CIRCLE))))
    assert root.get("viewBox") == "0 0 1000 600"
    assert texts(root) == ["conv\n3 x 3", "합성곱 층"]
    assert [title.text for title in root.iter(f"{SVG}title")] == ["conv\n3 x 3", "합성곱 층"]
    (ellipse,) = root.iter(f"{SVG}ellipse")
    assert ellipse.attrib | {"fill": "#283c78", "cx": "700", "rx": "80", "ry": "60"} == ellipse.attrib
    assert not list(root.iter(f"{SVG}image"))


def test_edges_keep_their_kind() -> None:
    root = ET.fromstring(to_svg(Diagram((BOX, replace(CIRCLE, y=100, targets=(2,)), replace(CIRCLE, number=2, y=500)))))
    arrow, dashed = root.iter(f"{SVG}path")
    assert (arrow.get("stroke"), arrow.get("stroke-dasharray")) == ("#404080", None)
    assert dashed.get("stroke-dasharray")
    assert len(list(root.iter(f"{SVG}polygon"))) == 1


def test_the_same_diagram_gives_the_same_document() -> None:
    assert to_svg(Diagram((BOX, CIRCLE))) == to_svg(Diagram((BOX, CIRCLE)))


def test_a_hostile_label_arrives_as_text() -> None:
    hostile = (
        '</text><script>alert("1")</script> & \'"\x00\x0b\x1b\ud800\uffff \u202eright to left\u200f' + "x" * 10_000
    )
    svg = to_svg(Diagram((replace(BOX, label=hostile), replace(CIRCLE, width=12, height=12, label=hostile))))
    root = ET.fromstring(svg)
    assert not list(root.iter(f"{SVG}script"))
    kept = hostile
    for char in "\x00\x0b\x1b\ud800\uffff":
        kept = kept.replace(char, "")
    assert [title.text for title in root.iter(f"{SVG}title")] == [kept, kept]
    assert all(text.replace("\n", "").startswith("</text>") for text in texts(root))
    svg.encode("utf-8")


@settings(max_examples=100)
@given(any_diagrams)
def test_any_diagram_becomes_valid_xml(diagram: Diagram) -> None:
    root = ET.fromstring(to_svg(diagram))
    shapes = len(list(root.iter(f"{SVG}ellipse"))) + len(list(root.iter(f"{SVG}rect")))
    assert shapes >= len(diagram.nodes) + 1
