"""The page of examples does what it shows."""

from __future__ import annotations

import doctest
import re

import pytest

from diagram_core.diagram import Diagram
from diagram_core.export.svg import to_svg
from diagram_core.notation import read
from diagram_core.render import draw, encode_png
from tests.conftest import ROOT

PAGE = ROOT / "docs" / "api.md"
EXAMPLES = re.findall(
    r"^## (.+?)$.*?^```python\n(.+?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


def test_the_page_has_its_ten_examples() -> None:
    assert [title.split(".")[0] for title, _ in EXAMPLES][:10] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize(("title", "code"), EXAMPLES, ids=[title for title, _ in EXAMPLES])
def test_an_example_prints_what_the_page_shows(title: str, code: str) -> None:
    said: list[str] = []
    example = doctest.DocTestParser().get_doctest(code, {}, title, str(PAGE), 0)
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=said.append)
    assert not said, "".join(said)


@pytest.mark.parametrize("diagram", [Diagram(()), read("network right sky soft full\n4 6 2", "plan")])
def test_a_diagram_shows_itself_in_a_notebook_as_it_is_exported(diagram: Diagram) -> None:
    assert diagram._repr_svg_() == to_svg(diagram)
    assert diagram._repr_png_() == encode_png(draw(diagram))
