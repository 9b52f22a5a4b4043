"""A browser, the strictest reader of SVG, shows the exported drawings as they are drawn."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest

from diagram_core.diagram import Diagram, Node
from diagram_core.export.marks import xml_text
from diagram_core.export.svg import to_svg
from diagram_core.layout import lay_out
from diagram_core.notation.plan import read_plan
from diagram_core.render import Image, draw

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAX_DIFFERENCE = 3.0  # of 255: letters differ where the machine lacks the font, all else by its anti-aliasing
MAX_DIFFERENCE_WITHOUT_TEXT = 1.5  # of 255: pixels have their middles at whole coordinates here, at halves in SVG
DARK = 140  # of 255, in the darkest channel: borders and edges, and no fill of this network
SLACK_PX = 2.0  # how far another font's letters may reach out of their room
LOADING_MS = 5000  # of the page's own clock, which does not wait
START_SECONDS = 240  # a browser's first start on a busy machine

HOSTILE = (
    '</text><script>document.title="hacked"</script><image href="x" onerror="alert(1)"/> & &amp; \'"\x0b \u202eleft'
)
BOX = Node(0, 180, 120, "round rectangle", 200, 90, "solid arrow", (224, 240, 232), (64, 64, 128), (1, 2), HOSTILE)
CIRCLE = Node(1, 700, 120, "circle", 180, 120, "dashed line", (40, 60, 120), (0, 0, 0), (2,), "합성곱 층\n3 x 3")
SMALL = Node(2, 700, 450, "rectangle", 20, 20, "solid line", (255, 255, 255), (0, 0, 0), (0,), "pandas dataframe")
HOSTILE_DIAGRAM = Diagram((BOX, CIRCLE, SMALL))

# What the page's own script says of the drawing in it, as JSON in the page's text.
PAGE = """<!doctype html><meta charset="utf-8"><title>page</title>
<object data="drawing.svg" width="1000" height="600"></object><pre></pre><script>
onload = () => {
  const svg = document.querySelector("object").contentDocument.documentElement;
  const box = (shape) => { const b = shape.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; };
  const all = (name) => [...svg.querySelectorAll(name)];
  const found = {
    root: svg.nodeName, view: svg.getAttribute("viewBox"), title: document.title,
    strange: all("script, image, foreignObject, a").length,
    boxes: all("path, polygon, rect, ellipse, text").map(box),
    titles: all("title").map((title) => title.textContent),
    texts: all("text").map((text) => [...text.children].map((line) => line.textContent)),
    rooms: all("g > text").filter((text) => text.parentNode.querySelector("title"))
      .map((text) => [box(text), box(text.parentNode.querySelector("ellipse, rect"))]),
  };
  document.querySelector("pre").textContent = JSON.stringify(found);
};
</script>"""


class Shown(NamedTuple):
    """What a browser makes of a drawing."""

    found: dict[str, Any]
    image: Image


def run_browser(browser: str, folder: Path, *arguments: str) -> str:
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,600"]
    command += ["--allow-file-access-from-files", f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=START_SECONDS).stdout


def show(diagram: Diagram, folder: Path) -> Shown:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no browser here: apt-get install chromium-headless-shell fonts-nanum")
    drawing, page, picture = folder / "drawing.svg", folder / "page.html", folder / "picture.png"
    drawing.write_text(to_svg(diagram), encoding="utf-8")
    page.write_text(PAGE, encoding="utf-8")
    dom = run_browser(browser, folder, f"--virtual-time-budget={LOADING_MS}", "--dump-dom", page.as_uri())
    said = re.search(r"<pre>(.*)</pre>", dom, re.DOTALL)
    assert said, f"the page did not load: {dom[:500]}"
    run_browser(browser, folder, f"--screenshot={picture}", drawing.as_uri())
    image = cv2.imread(str(picture), cv2.IMREAD_COLOR_RGB)
    assert image is not None
    return Shown(json.loads(unescape(said[1])), image.astype(np.uint8))


def difference(image: Image, other: Image) -> float:
    return float(np.abs(image.astype(np.float64) - other).mean())


def common_lines(image: Image, other: Image) -> float:
    """Of what is dark in either image, the share that is dark in the other, too, a pixel aside at most."""
    dark = [(picture.min(axis=2) < DARK).astype(np.uint8) for picture in (image, other)]
    near = [cv2.dilate(mask, np.ones((3, 3), np.uint8)) for mask in dark]
    return min(float((dark[i] & near[1 - i]).sum() / max(dark[i].sum(), 1)) for i in (0, 1))


def without_shapes(image: Image, diagram: Diagram) -> Image:
    """The image, white where the shapes of the diagram and their borders are: what is left are its edges."""
    shapes = draw(Diagram(tuple(replace(node, targets=()) for node in diagram.nodes)))
    covered = cv2.dilate((shapes.min(axis=2) < 255).astype(np.uint8), np.ones((5, 5), np.uint8))
    return np.where(covered[..., None], 255, image).astype(np.uint8)


def assert_within(inner: list[float], outer: list[float], slack: float = SLACK_PX) -> None:
    assert inner[0] >= outer[0] - slack and inner[1] >= outer[1] - slack
    assert inner[2] <= outer[2] + slack and inner[3] <= outer[3] + slack


@pytest.mark.slow
def test_hostile_labels_are_text_and_nothing_is_out_of_view(tmp_path: Path) -> None:
    shown = show(HOSTILE_DIAGRAM, tmp_path)
    assert (shown.found["root"], shown.found["view"], shown.found["strange"]) == ("svg", "0 0 1000 600", 0)
    assert shown.found["title"] == "page"
    assert shown.found["titles"] == [xml_text(node.label) for node in HOSTILE_DIAGRAM.nodes]
    assert "".join(shown.found["texts"][0]).startswith("</text>")
    assert ["합성곱 층", "3 x 3"] in shown.found["texts"]
    assert len(shown.found["rooms"]) == 2
    for box in shown.found["boxes"]:
        assert_within(box, [0, 0, 1000, 600])
    assert difference(shown.image, draw(HOSTILE_DIAGRAM)) <= MAX_DIFFERENCE


@pytest.mark.slow
def test_a_network_looks_as_in_pixels_and_its_labels_fit_their_shapes(tmp_path: Path) -> None:
    plan = read_plan("network right mint soft full\n64x64 conv3:16 pool2 conv3:32 maxpool2 1024 256 10")
    diagram = lay_out(plan.structure, plan.style)
    plain = Diagram(tuple(replace(node, label="") for node in diagram.nodes))
    (tmp_path / "plain").mkdir()
    shown = show(diagram, tmp_path)
    assert len(shown.found["rooms"]) == len(diagram.nodes)
    for text, room in shown.found["rooms"]:
        assert_within(text, room)
    assert difference(shown.image, draw(diagram)) <= MAX_DIFFERENCE
    seen = show(plain, tmp_path / "plain").image
    assert difference(seen, draw(plain)) <= MAX_DIFFERENCE_WITHOUT_TEXT
    assert common_lines(seen, draw(plain)) > 0.95
    assert common_lines(without_shapes(seen, plain), without_shapes(draw(plain), plain)) > 0.95  # an edge less, 0.86
