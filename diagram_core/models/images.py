"""From a drawing of any size to what the models see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX
from diagram_core.errors import InputError

Image = NDArray[np.uint8]


def prepare(image: Image, height_px: int) -> Image:
    """An RGB image [h, w, 3] of any size as [height_px, height_px * 5/3, 3], with white margins if need be.

    Pixels are pooled by the root mean square of their ink (what is missing to white): a fill keeps its
    colour, and a line of one pixel stays darker than under the plain mean.
    """
    width_px = prepared_width(height_px)
    ink = 255 - _on_canvas(image).astype(np.float32)
    squares = cv2.resize(ink * ink, (width_px, height_px), interpolation=cv2.INTER_AREA)
    return np.asarray(255 - np.sqrt(squares).round(), np.uint8)


def prepared_width(height_px: int) -> int:
    """The width of prepared images of this height: the canvas's aspect."""
    return round(height_px * CANVAS_WIDTH_PX / CANVAS_HEIGHT_PX)


def read_image(path: Path) -> Image:
    """The RGB pixels [h, w, 3] of an image file, over white. Raises InputError where it is none."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise InputError(f"cannot read the image {path}: {error.strerror}") from None
    pixels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    if pixels is None or not np.issubdtype(pixels.dtype, np.integer):
        raise InputError(f"{path} is not an image that can be read, or is cut off: give a PNG or JPEG file")
    return _rgb(pixels)


def _rgb(pixels: NDArray[Any]) -> Image:
    if pixels.dtype == np.uint16:
        pixels = (pixels // 257).astype(np.uint8)
    if pixels.ndim == 2:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8)
    if pixels.shape[2] == 3:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8)
    opacity = pixels[:, :, 3:].astype(np.float32) / 255
    color = pixels[:, :, 2::-1].astype(np.float32)
    return np.asarray((color * opacity + 255 * (1 - opacity)).round(), np.uint8)


def _on_canvas(image: Image) -> Image:
    """The image with white margins that give it the canvas's aspect."""
    height, width = image.shape[:2]
    full_width = max(width, round(height * CANVAS_WIDTH_PX / CANVAS_HEIGHT_PX))
    full_height = max(height, round(width * CANVAS_HEIGHT_PX / CANVAS_WIDTH_PX))
    if (full_height, full_width) == (height, width):
        return image
    top, left = (full_height - height) // 2, (full_width - width) // 2
    canvas = np.full((full_height, full_width, 3), 255, np.uint8)
    canvas[top : top + height, left : left + width] = image
    return canvas
