"""From a drawing of any size to what the models see."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
from numpy.typing import NDArray

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX
from diagram_core.errors import InputError

MAX_PIXELS = 64_000_000  # with its margins, a hundred drawings at scale 1; a larger file is no drawing, or an attack

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
    """The RGB pixels [h, w, 3] of an image file, over white. Raises InputError where it is none, or far too large.

    With Pillow, because OpenCV prints its own lines about what is cut off.
    """
    try:
        with PIL.Image.open(path) as file:
            if math.prod(_canvas_size(file.height, file.width)) > MAX_PIXELS:
                raise InputError(f"{path} has {file.width} x {file.height} pixels: make it smaller")
            colored = _eight_bit(file).convert("RGBA")
    except FileNotFoundError:
        raise InputError(f"no file {path}: check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder: give an image file in it") from None
    except (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError):
        raise InputError(f"{path} is not an image that can be read, or is cut off: give a PNG or JPEG file") from None
    white = PIL.Image.new("RGBA", colored.size, "white")
    return np.asarray(PIL.Image.alpha_composite(white, colored).convert("RGB"), np.uint8)


def _eight_bit(image: PIL.Image.Image) -> PIL.Image.Image:
    """Grey values of 16 bits as 8 bits, which Pillow itself would cut off at 255."""
    if not image.mode.startswith("I"):
        return image
    return PIL.Image.fromarray((np.asarray(image) // 257).clip(0, 255).astype(np.uint8))


def _canvas_size(height_px: int, width_px: int) -> tuple[int, int]:
    """Height and width of the smallest canvas that holds an image of this size."""
    return (
        max(height_px, round(width_px * CANVAS_HEIGHT_PX / CANVAS_WIDTH_PX)),
        max(width_px, round(height_px * CANVAS_WIDTH_PX / CANVAS_HEIGHT_PX)),
    )


def _on_canvas(image: Image) -> Image:
    """The image with white margins that give it the canvas's aspect."""
    height, width = image.shape[:2]
    full_height, full_width = _canvas_size(height, width)
    if (full_height, full_width) == (height, width):
        return image
    top, left = (full_height - height) // 2, (full_width - width) // 2
    canvas = np.full((full_height, full_width, 3), 255, np.uint8)
    canvas[top : top + height, left : left + width] = image
    return canvas
