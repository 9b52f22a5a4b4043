"""Drawings are deterministic, show what the diagram says, and in their classic form what people rated."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagram_core import typeset
from diagram_core.diagram import Color, Diagram, Node
from diagram_core.errors import InputError
from diagram_core.layout import lay_out
from diagram_core.notation.listing import read_list
from diagram_core.notation.plan import read_plan
from diagram_core.render import FRAME, Image, draw, draw_all, encode_png, sheet
from diagram_core.scene import COVER_PX2, Scene, Text, compose, readable_on
from diagram_core.synthesis.skips import u_net_levels
from tests.test_listing import any_diagrams

MAX_DIFFERENCE = 1.5  # of 255: the rated drawings were painted over several times, which darkens their thin lines

FILL: Color = (224, 240, 232)
LEFT = Node(0, 200, 300, "round rectangle", 160, 80, "solid arrow", FILL, (64, 64, 128), (1,), "input image")
RIGHT = Node(1, 700, 300, "circle", 160, 160, "solid line", (40, 60, 120), (0, 0, 0), (), "dense\n64")
PAIR = Diagram((LEFT, RIGHT))


def text_of(scene: Scene, i: int) -> Text:
    text = scene.texts[i]
    assert text is not None
    return text


@pytest.mark.parametrize("classic", [False, True])
@pytest.mark.parametrize("scale", [0.1, 1.0, 1.7])
def test_size_and_type_follow_the_scale(scale: float, classic: bool) -> None:
    image = draw(PAIR, scale, classic)
    assert image.shape == (round(600 * scale), round(1000 * scale), 3)
    assert image.dtype == np.uint8


@pytest.mark.parametrize("scale", [0.0, -1.0, 1000.0, float("nan")])
def test_a_scale_that_makes_no_image_is_refused(scale: float) -> None:
    with pytest.raises(InputError, match="scale"):
        draw(PAIR, scale)


@pytest.mark.parametrize("classic", [False, True])
def test_the_same_diagram_gives_the_same_bytes_whatever_was_drawn_before(classic: bool) -> None:
    first = encode_png(draw(PAIR, classic=classic))
    draw(Diagram((replace(LEFT, x=333, label="another"),)), classic=classic)
    assert encode_png(draw(PAIR, classic=classic)) == first


def test_letters_stand_in_the_middle_of_their_shapes_at_any_scale() -> None:
    for scale in (0.8, 1.0, 1.3, 4.0):
        for label in ("transformer decoder", "package candidates", "합성곱 신경망"):
            box = replace(LEFT, x=500, width=300, label=label, targets=())
            inked = np.flatnonzero(
                (draw(Diagram((box,)), scale)[round(280 * scale) : round(320 * scale)] < 100).any((0, 2))
            )
            assert (inked[0] + inked[-1] + 1) / 2 == pytest.approx(500 * scale, abs=1 + 2 * scale)


def test_text_beyond_the_canvas_is_left_out() -> None:
    for x, y in ((-300, 300), (1300, 300), (500, -200), (500, 800)):
        assert (draw(Diagram((replace(LEFT, x=x, y=y, targets=()),))) == 255).all()
    for x, y in ((-20, -5), (1010, 604)):
        cut = replace(LEFT, x=x, y=y, targets=())
        inked = np.argwhere(draw(Diagram((cut,))) != draw(Diagram((replace(cut, label=""),))))
        assert len(inked)
        assert (abs(inked[:, :2] - (y, x)) < (cut.height / 2, cut.width / 2)).all()


def test_many_drawings_are_those_drawn_one_by_one() -> None:
    diagrams = [replace(PAIR, nodes=(replace(LEFT, label=f"layer {i}"), RIGHT)) for i in range(5)]
    images = draw_all(diagrams, 0.5)
    assert all(np.array_equal(image, draw(d, 0.5)) for image, d in zip(images, diagrams, strict=True))
    assert draw_all([]).shape == (0, 600, 1000, 3)
    with pytest.raises(InputError, match="scale"):
        draw_all(diagrams, 0)


BATCH_SCRIPT = """
from diagram_core import render
from diagram_core.diagram import Diagram, Node
nodes = [Node(0, i, 300, "circle", 60, 60, "solid line", (i % 256, 0, 0), (0, 0, 0)) for i in range(500)]
images = render.draw_all([Diagram((node,)) for node in nodes], scale=0.1, classic=True)
assert images.shape == (500, 60, 100, 3)
assert all((image == render.draw(Diagram((node,)), 0.1, True)).all() for image, node in zip(images, nodes))
print("in order")
"""


@pytest.mark.slow
def test_a_large_batch_is_drawn_by_all_cores_in_order_from_a_script_without_a_main_guard(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(BATCH_SCRIPT, encoding="utf-8")
    ended = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert (ended.stdout, ended.returncode) == ("in order\n", 0), ended.stderr


def test_a_diagram_without_nodes_is_a_white_canvas() -> None:
    assert (draw(Diagram(())) == 255).all()


def test_shapes_are_filled_with_their_colours_in_rgb() -> None:
    image = draw(PAIR)
    assert tuple(image[270, 150]) == LEFT.fill
    assert tuple(image[250, 700]) == RIGHT.fill
    assert tuple(image[100, 100]) == (255, 255, 255)


def test_png_holds_the_image_as_it_is() -> None:
    image = draw(PAIR)
    decoded = cv2.imdecode(np.frombuffer(encode_png(image), np.uint8), cv2.IMREAD_COLOR_RGB)
    assert decoded is not None and np.array_equal(decoded, image)


def test_an_arrowhead_meets_the_border_it_points_at() -> None:
    for target in (RIGHT, replace(RIGHT, shape="rectangle", width=60), replace(RIGHT, x=600, y=550)):
        (edge,) = compose(Diagram((LEFT, target))).edges
        assert edge.head is not None
        x, y = edge.head[0]
        half_width, half_height = target.width / 2, target.height / 2
        across, up = abs(x - target.x) / half_width, abs(y - target.y) / half_height
        reach = np.hypot(across, up) if target.shape == "circle" else max(across, up)
        assert 1.0 < reach < 1.05


def test_an_arrowhead_meets_a_rounded_corner_where_the_corner_is() -> None:
    target = replace(RIGHT, shape="round rectangle", x=400, y=420, width=200, height=80)
    (edge,) = compose(Diagram((replace(LEFT, x=150, y=320), target))).edges
    assert edge.head is not None
    x, y = edge.head[0]
    middle = np.array((400 - 100 + 14, 420 - 40 + 14))  # of the arc of the upper left corner, 14 px in radius
    assert (x, y) < tuple(middle)
    assert 14 < np.hypot(*(np.array((x, y)) - middle)) < 15.5


def test_a_large_chart_is_no_mesh() -> None:
    chain = [replace(LEFT, number=i, x=20 + 24 * i, width=10, height=10, targets=(i + 1,)) for i in range(40)]
    layers = [
        replace(LEFT, number=i, x=100 + 700 * (i // 8), y=40 + 70 * (i % 8), width=30, height=30) for i in range(16)
    ]
    mesh = [replace(node, targets=tuple(range(8, 16)) if node.number < 8 else ()) for node in layers]
    assert {edge.pen.color for edge in compose(Diagram(tuple(chain))).edges} == {LEFT.stroke}
    assert LEFT.stroke not in {edge.pen.color for edge in compose(Diagram(tuple(mesh))).edges}


def test_only_solid_arrows_have_heads_and_only_dashed_lines_dashes() -> None:
    for line in ("solid arrow", "solid line", "dashed line"):
        (edge,) = compose(Diagram((replace(LEFT, line=line), RIGHT))).edges
        assert (edge.head is not None, edge.is_dashed) == (line == "solid arrow", line == "dashed line")


def test_an_edge_bends_around_a_node_in_its_way() -> None:
    between = replace(LEFT, number=2, x=450, targets=())
    (edge,) = compose(Diagram((LEFT, between, RIGHT))).edges
    assert edge.control is not None
    t = np.linspace(0, 1, 50)[:, None]
    start, control, end = (np.array(point) for point in (edge.start, edge.control, edge.end))
    curve = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    is_inside = (np.abs(curve - (450, 300)) < (80, 40)).all(axis=1)
    assert not is_inside.any()
    assert compose(PAIR).edges[0].control is None


def test_edges_there_and_back_and_to_itself_are_told_apart() -> None:
    there, back, loop = compose(Diagram((LEFT, replace(RIGHT, targets=(0, 1))))).edges
    assert there.control and back.control and loop.control
    assert (there.control[1] - 300) * (back.control[1] - 300) < 0


def test_labels_stand_inside_their_shapes_when_they_fit() -> None:
    scene = compose(PAIR)
    assert text_of(scene, 0).block.lines == ("input image",)
    assert text_of(scene, 1).block.lines == ("dense", "64")
    for node, text in zip(PAIR.nodes, scene.texts, strict=True):
        assert text is not None and not text.is_outside
        assert text.center == (node.x, node.y)
        assert text.block.width_px < node.width and text.block.height_px < node.height


def test_long_labels_are_wrapped_then_shrunk_then_cut() -> None:
    label = "convolution 3x3 with stride 2, batch normalisation and ReLU"
    wrapped = text_of(compose(Diagram((replace(LEFT, height=200, label=label),))), 0).block
    shrunk = text_of(compose(Diagram((replace(LEFT, height=60, label=label),))), 0).block
    short = text_of(compose(Diagram((replace(LEFT, height=22, label=label),))), 0).block
    assert " ".join(wrapped.lines) == " ".join(shrunk.lines) == label
    assert typeset.MIN_TEXT_PX <= shrunk.size_px < wrapped.size_px
    assert short.lines[-1].endswith(typeset.ELLIPSIS)


@pytest.mark.parametrize("label", ["Donaudampfschifffahrtsgesellschaftskapitän", "卷积神经网络提取图像特征并进行分类"])
def test_a_word_wider_than_its_shape_is_broken_before_it_is_cut(label: str) -> None:
    block = text_of(compose(Diagram((replace(LEFT, width=130, label=label),))), 0).block
    assert "".join(block.lines) == label
    assert block.width_px <= 130


def test_a_label_too_large_for_its_shape_stands_beside_it_clear_of_others() -> None:
    box = replace(LEFT, width=16, height=16, label="pandas dataframe")
    small = [replace(box, number=i, x=200 + 150 * (i % 4), y=300 + 30 * (i // 4)) for i in range(8)]
    scene = compose(Diagram(tuple(small)))
    for i in range(8):
        text = text_of(scene, i)
        assert text.is_outside
        assert " ".join(text.block.lines) == "pandas dataframe"
        away = np.abs(np.subtract(text.center, [(node.x, node.y) for node in small]))
        assert (away - (text.block.width_px / 2, text.block.height_px / 2) > 8).any(axis=1).all()


def test_a_label_reads_upwards_in_a_tall_and_narrow_shape() -> None:
    bar = replace(LEFT, width=22, height=160, label="conv 3x3, 64\n570 x 570", targets=())
    scene = compose(Diagram((bar,)))
    text = text_of(scene, 0)
    assert text.is_turned and not text.is_outside
    assert text.block.lines == ("conv 3x3, 64, 570 x 570",)
    blank = draw(Diagram((replace(bar, label=""),)))
    turned = np.argwhere(draw(Diagram((bar,))) != blank)
    (top, left, _), (bottom, right, _) = turned.min(0), turned.max(0)
    assert bottom - top > text.block.width_px * 0.8 > 5 * (right - left)
    assert abs((top + bottom) / 2 - bar.y) < 4
    assert abs((left + right) / 2 - bar.x) < 4


def test_a_label_stands_on_one_line_in_a_flat_shape() -> None:
    bar = replace(LEFT, width=300, height=11, label="conv 3x3\n570 x 570", targets=())
    text = text_of(compose(Diagram((bar,))), 0)
    assert not text.is_outside
    assert text.block.lines == ("conv 3x3, 570 x 570",)
    inked = np.argwhere(draw(Diagram((bar,))) != draw(Diagram((replace(bar, label=""),))))
    assert abs(inked[:, :2] - (bar.y, bar.x)).max(0)[0] <= bar.height / 2
    assert text_of(compose(Diagram((replace(bar, height=8),))), 0).is_outside


def test_a_u_net_down_the_page_keeps_its_labels_in_its_bars() -> None:
    plan = read_plan(f"network down sky soft full\n256x256 {u_net_levels(4, 'conv*2')} conv1")
    texts = compose(lay_out(plan.structure, plan.style)).texts
    assert not any(text is None or text.is_outside for text in texts)


def test_a_label_is_rather_cut_in_its_tall_shape_than_put_upon_others() -> None:
    bars = [
        replace(LEFT, number=i, x=100 + 24 * i, width=18, height=150, label="conv 3x3, 1024 channels\n1030 x 1030")
        for i in range(20)
    ]
    texts = [text_of(compose(Diagram(tuple(bars))), i) for i in range(20)]
    assert any(text.is_turned and text.block.lines[0].endswith(typeset.ELLIPSIS) for text in texts)
    for text in (text for text in texts if text.is_outside):
        half_width, half_height = text.block.width_px / 2, text.block.height_px / 2
        covered = 0.0
        for bar in bars:
            wide = min(text.center[0] + half_width, bar.x + 9) - max(text.center[0] - half_width, bar.x - 9)
            tall = min(text.center[1] + half_height, bar.y + 75) - max(text.center[1] - half_height, bar.y - 75)
            covered += max(wide, 0) * max(tall, 0)
        assert covered <= COVER_PX2


def test_a_label_beside_its_shape_stays_on_the_canvas() -> None:
    for x, y in ((8, 8), (992, 592), (8, 592)):
        text = text_of(compose(Diagram((replace(LEFT, x=x, y=y, width=16, height=16, targets=()),))), 0)
        assert text.block.width_px / 2 <= text.center[0] <= 1000 - text.block.width_px / 2
        assert text.block.height_px / 2 <= text.center[1] <= 600 - text.block.height_px / 2


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_text_contrasts_with_any_fill(fill: Color) -> None:
    def luminance(color: Color) -> float:
        channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.array(color) / 255]
        return float(np.dot(channels, (0.2126, 0.7152, 0.0722)))

    lighter, darker = sorted((luminance(fill), luminance(readable_on(fill))), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) > 3.7  # 3 is the least that WCAG 2.2 asks of graphics


@pytest.mark.parametrize("text", ["conv 3x3", "합성곱 신경망 층", "784 → 256", "卷积", "ReLU β±π"])
def test_every_letter_has_a_glyph_of_its_own(text: str) -> None:
    def painted(letter: str) -> Image:
        return draw(Diagram((replace(LEFT, label=letter),)))

    letters = sorted({letter for letter in text if not letter.isspace()})
    images = {encode_png(painted(letter)) for letter in [*letters, "?", ""]}
    assert len(images) == len(letters) + 2


def test_labels_lose_what_cannot_be_drawn() -> None:
    assert typeset.drawable("a\x00b\u202e c\t d\n\n \n e") == "ab c d\ne"
    assert len(typeset.drawable("x" * 10_000)) == typeset.MAX_DRAWN_CHARS


@settings(max_examples=60)
@given(any_diagrams)
def test_any_diagram_can_be_drawn(diagram: Diagram) -> None:
    for classic in (False, True):
        assert draw(diagram, 0.3, classic).shape == (180, 300, 3)


def test_a_sheet_shows_every_image_and_frames_the_recommended() -> None:
    images = [draw(PAIR, 0.2), draw(Diagram((LEFT,)), 0.2), draw(Diagram(()), 0.2)]
    plain = sheet(images, ["one", "둘", "a caption that is far too long for a picture as small as this one"], columns=2)
    framed = sheet(images, ["one", "둘", "three"], columns=2, highlighted={1})
    assert plain.shape == framed.shape
    assert not (plain == FRAME).all(axis=2).any()
    assert (framed == FRAME).all(axis=2).any()
    places = cv2.matchTemplate(plain, images[0], cv2.TM_SQDIFF)
    top, left = np.unravel_index(places.argmin(), places.shape)
    assert np.array_equal(plain[top : top + 120, left : left + 200], images[0])


def test_a_sheet_of_thumbnails_has_readable_captions() -> None:
    thumbnails = [np.full((24, 40, 3), 128, np.uint8)] * 3
    assert sheet(thumbnails, ["4.2", "3.1", "0.4"], columns=3).shape[1] > 3 * 140


def test_a_sheet_of_nothing_or_of_unequal_images_is_refused() -> None:
    with pytest.raises(InputError, match="images of one size"):
        sheet([], [])
    with pytest.raises(InputError, match="images of one size"):
        sheet([draw(PAIR, 0.1), draw(PAIR, 0.2)], ["", ""])


@pytest.mark.data
def test_classic_drawings_look_like_those_that_people_rated(real_data: Path) -> None:
    with gzip.open(real_data / "prompts_and_diagrams.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = {row["id"]: row["diagram"] for row in map(json.loads, file)}
    differences = []
    for path in sorted((real_data / "one_user" / "rated").glob("*/diagram_*.png")):
        rated = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        assert rated is not None
        drawn = draw(read_list(texts[int(path.stem.removeprefix("diagram_"))]).diagram, classic=True)
        differences.append(np.abs(drawn.astype(np.float64) - rated).mean())
    assert len(differences) == 16
    assert np.mean(differences) <= MAX_DIFFERENCE
