"""Diagram to pixels, with OpenCV: pure, deterministic and anti-aliased."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from diagram_core.classic import paint_classic
from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, Color, Diagram
from diagram_core.errors import InputError
from diagram_core.lettering import Image, write
from diagram_core.scene import (
    BORDER_PX,
    DASH_GAP_PX,
    DASH_PX,
    INK,
    WHITE,
    Edge,
    Pen,
    Point,
    Scene,
    Shape,
    Text,
    compose,
)
from diagram_core.typeset import LINE_EM, cut, drawable, width_em

MAX_SCALE = 16.0  # 16,000 x 9,600 pixels: larger pictures take gigabytes
MIN_DRAWN_TEXT_PX = 4  # smaller than this is a grey smear, not text
PNG_COMPRESSION = 3  # of 9: drawings are flat colour, and more effort saves little
FEWEST_FOR_WORKERS = 400  # with less to draw, starting processes costs more than it saves

_PART = 16  # drawings a worker takes at a time
_SHIFT = 4  # fractional bits of coordinates
_CURVE_STEPS = 25
_QUARTER = np.linspace(0, np.pi / 2, 13)
_CIRCLE = np.concatenate([_QUARTER + turn * np.pi / 2 for turn in range(4)])
_UNIT = np.stack([np.cos(_CIRCLE), np.sin(_CIRCLE)], axis=1)
_CORNER = np.repeat([(1, 1), (-1, 1), (-1, -1), (1, -1)], len(_QUARTER), axis=0).astype(np.float64)

_Floats = NDArray[np.float64]


def draw(diagram: Diagram, scale: float = 1.0, classic: bool = False) -> Image:
    """The drawing of a diagram, RGB uint8 [600 * scale, 1000 * scale, 3]. Raises InputError for a scale out of range.

    classic: the look of the drawings that people have rated, without labels.
    """
    image = np.empty(_shape_of(scale), np.uint8)
    _draw_into(image, diagram, scale, classic)
    return image


def draw_all(diagrams: Sequence[Diagram], scale: float = 1.0, classic: bool = False) -> Image:
    """The drawings of many diagrams, in their order, drawn on all cores: RGB uint8 [diagrams, height, width, 3].

    Works in notebooks and scripts alike. The pixels, 1.8 MB a diagram at scale 1, lie in a temporary file mapped into
    memory, so that no drawing is copied between processes: draw more than the disk holds in parts. Raises InputError
    for a scale out of range.
    """
    shape = (len(diagrams), *_shape_of(scale))
    if len(diagrams) < FEWEST_FOR_WORKERS:
        images = np.empty(shape, np.uint8)
        _draw_part(images, diagrams, scale, classic)
        return images
    import joblib

    with TemporaryDirectory() as folder:
        pixels = np.memmap(Path(folder) / "pixels", np.uint8, "w+", shape=shape)
        parts = range(0, len(diagrams), _PART)
        joblib.Parallel(n_jobs=-1)(
            joblib.delayed(_draw_part)(pixels[i : i + _PART], diagrams[i : i + _PART], scale, classic) for i in parts
        )
    return pixels.view(np.ndarray)


def encode_png(image: Image) -> bytes:
    """An RGB image [height, width, 3] as PNG: the same bytes for the same image."""
    done, data = cv2.imencode(
        ".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, PNG_COMPRESSION]
    )
    if not done:
        raise InputError(f"an image of shape {image.shape} and type {image.dtype} cannot be written as PNG")
    return data.tobytes()


def _shape_of(scale: float) -> tuple[int, int, int]:
    if not 0 < scale <= MAX_SCALE:
        raise InputError(f"scale {scale} is not above 0 and at most {MAX_SCALE:g}")
    return max(1, round(CANVAS_HEIGHT_PX * scale)), max(1, round(CANVAS_WIDTH_PX * scale)), 3


def _draw_part(images: Image, diagrams: Sequence[Diagram], scale: float, classic: bool) -> None:
    for image, diagram in zip(images, diagrams, strict=True):
        _draw_into(image, diagram, scale, classic)


def _draw_into(image: Image, diagram: Diagram, scale: float, classic: bool) -> None:
    image.fill(255)
    if classic:
        paint_classic(image, diagram, scale)
    else:
        _paint(image, compose(diagram), scale)


# The default drawing


def _paint(image: Image, scene: Scene, scale: float) -> None:
    _paint_edges(image, scene.edges, scale)
    if scene.shapes:
        _paint_shapes(image, scene.shapes, scale)
    for text in scene.texts:
        if text and text.block.size_px * scale >= MIN_DRAWN_TEXT_PX:
            _paint_text(image, text, scale)


def _pixel(px: float, scale: float) -> float:
    """A canvas coordinate as a pixel of the image; a pixel's centre is a whole number there."""
    return px * scale + (scale - 1) / 2


def _fixed(points: _Floats, scale: float) -> NDArray[np.int32]:
    """Canvas coordinates as OpenCV's fixed-point pixels."""
    return np.round((points * scale + (scale - 1) / 2) * (1 << _SHIFT)).astype(np.int32)


def _paint_edges(image: Image, edges: Sequence[Edge], scale: float) -> None:
    straight: dict[Pen, list[tuple[Point, Point]]] = {}
    lines: dict[Pen, list[NDArray[np.int32]]] = {}
    for edge in edges:
        if edge.control is None and not edge.is_dashed:
            straight.setdefault(edge.pen, []).append((edge.start, edge.end))
        else:
            parts = _dashes(_path(edge)) if edge.is_dashed else [_path(edge)]
            lines.setdefault(edge.pen, []).extend(_fixed(part, scale) for part in parts)
    for pen, segments in straight.items():
        lines.setdefault(pen, []).extend(_fixed(np.array(segments), scale))
    for pen, paths in lines.items():
        width = max(1, round(pen.width_px * scale - 0.4))  # the soft rim of an anti-aliased line adds to it
        cv2.polylines(image, paths, False, pen.color, width, cv2.LINE_AA, _SHIFT)
    heads = [(edge.head, edge.pen.color) for edge in edges if edge.head]
    for points, (_, color) in zip(_fixed(np.array([head for head, _ in heads]), scale), heads, strict=True):
        cv2.fillConvexPoly(image, points, color, cv2.LINE_AA, _SHIFT)


def _path(edge: Edge) -> _Floats:
    """The points of an edge's line. [points, 2]"""
    if edge.control is None:
        return np.array([edge.start, edge.end])
    t = np.linspace(0, 1, _CURVE_STEPS)[:, None]
    start, control, end = np.array([edge.start, edge.control, edge.end])
    return np.asarray((1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end)


def _dashes(path: _Floats) -> list[_Floats]:
    """A line cut into dashes of equal length; each is straight, as dashes are short."""
    lengths = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    starts = np.arange(0, max(lengths[-1], 1e-3), DASH_PX + DASH_GAP_PX)
    stops = np.minimum(starts + DASH_PX, lengths[-1])
    along = np.stack([starts, stops], axis=1)
    return list(np.stack([np.interp(along, lengths, path[:, axis]) for axis in (0, 1)], axis=2))


def _paint_shapes(image: Image, shapes: Sequence[Shape], scale: float) -> None:
    outer, inner = (_fixed(_outlines(shapes, grow), scale) for grow in (BORDER_PX / 2, -BORDER_PX / 2))
    for shape, border, fill in zip(shapes, outer, inner, strict=True):
        cv2.fillConvexPoly(image, border, shape.border, cv2.LINE_AA, _SHIFT)
        cv2.fillConvexPoly(image, fill, shape.fill, cv2.LINE_AA, _SHIFT)


def _outlines(shapes: Sequence[Shape], grow_px: float) -> _Floats:
    """Polygons around all shapes, larger by grow_px on each side. [shapes, points, 2]"""
    numbers = np.array([(*shape.center, shape.half_width, shape.half_height, *shape.radius) for shape in shapes])
    center, half, radius = numbers[:, None, 0:2], numbers[:, None, 2:4] + grow_px, numbers[:, None, 4:6] + grow_px
    half, radius = np.maximum(half, 0), np.clip(radius, 0, np.maximum(half, 0))
    return np.asarray(center + _CORNER * (half - radius) + _UNIT * radius)


def _paint_text(image: Image, text: Text, scale: float) -> None:
    for i, line in enumerate(text.block.lines):
        (x, y), offset_px = text.center, text.block.offset_px(i)
        x, y = (x + offset_px, y) if text.is_turned else (x, y + offset_px)
        if text.is_outside:
            _paint_plate(image, (x, y), text.block.size_px, line, scale)
        center, size_px = (_pixel(x, scale), _pixel(y, scale)), text.block.size_px * scale
        write(image, line, center, size_px, text.color, text.is_turned)


def _paint_plate(image: Image, center: Point, size_px: float, line: str, scale: float) -> None:
    half = np.array([width_em(line) * size_px / 2 + 2, LINE_EM * size_px / 2])
    low, high = _fixed(np.array([center - half, center + half]), scale).tolist()
    cv2.rectangle(image, low, high, WHITE, cv2.FILLED, cv2.LINE_AA, _SHIFT)


# Contact sheets

GUTTER_SHARE = 0.03  # of a cell's width
CAPTION_SHARE = 0.05
FRAME: Color = (46, 125, 82)
QUIET_FRAME: Color = (214, 218, 224)
MIN_CAPTION_PX = 10
MIN_CELL_PX = 140  # thumbnails grow to this, so that their captions can be read


def sheet(
    images: Sequence[Image], captions: Sequence[str], columns: int = 2, highlighted: Collection[int] = ()
) -> Image:
    """A contact sheet of equally large images with a caption under each; those highlighted by index get a bold frame.

    Raises InputError where there is nothing to show, or the images or captions do not match.
    """
    if not images or len(images) != len(captions) or len({image.shape for image in images}) > 1 or columns < 1:
        raise InputError("a sheet needs images of one size, a caption for each, and at least one column")
    enlarge = max(1, -(-MIN_CELL_PX // images[0].shape[1]))
    height, width = images[0].shape[0] * enlarge, images[0].shape[1] * enlarge
    gutter, caption_px = max(8, round(width * GUTTER_SHARE)), max(MIN_CAPTION_PX, min(28, round(width * CAPTION_SHARE)))
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    step_x, step_y = width + gutter, height + gutter + 2 * caption_px
    canvas = np.full((rows * step_y + gutter, columns * step_x + gutter, 3), 255, np.uint8)
    for i, (image, caption) in enumerate(zip(images, captions, strict=True)):
        left, top = gutter + i % columns * step_x, gutter + i // columns * step_y
        canvas[top : top + height, left : left + width] = image.repeat(enlarge, axis=0).repeat(enlarge, axis=1)
        _paint_frame(canvas, (left, top), (left + width, top + height), i in highlighted)
        _paint_caption(
            canvas, caption, (left + width / 2, top + height + caption_px * 1.1), width, caption_px, i in highlighted
        )
    return canvas


def _paint_frame(canvas: Image, low: Point, high: Point, is_bold: bool) -> None:
    thick = 4 if is_bold else 1
    low_px, high_px = (int(low[0]) - thick, int(low[1]) - thick), (int(high[0]) + thick - 1, int(high[1]) + thick - 1)
    for i in range(thick):
        corner, opposite = (low_px[0] + i, low_px[1] + i), (high_px[0] - i, high_px[1] - i)
        cv2.rectangle(canvas, corner, opposite, FRAME if is_bold else QUIET_FRAME, 1)


def _paint_caption(canvas: Image, caption: str, center: Point, width: int, size: int, is_bold: bool) -> None:
    (line,) = cut(drawable(caption).replace("\n", " "), width, size, size).lines
    write(canvas, line, center, size, FRAME if is_bold else INK)
