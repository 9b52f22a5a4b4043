"""Lines of text onto images. OpenCV sets small letters on whole pixels, which crowds some and spreads others; here they
are drawn several times as large and reduced, so that they stand where the font wants them."""

from __future__ import annotations

from functools import lru_cache
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from diagram_core.diagram import Color
from diagram_core.typeset import CAP_HEIGHT_EM, FONT_NAME, FONT_WEIGHT, width_em

Image = NDArray[np.uint8]

SAMPLES = 3  # a pixel, in each direction
MAX_REDUCED_PX = 40  # larger letters stand well enough on whole pixels
_ABOVE_EM, _BELOW_EM = 1.25, 0.5  # room for accents and descenders
_SIDE_PX = 2  # for letters that reach beyond their advance
_REMEMBERED_LINES = 2048


def write(
    image: Image, line: str, center: tuple[float, float], size_px: float, color: Color, is_turned: bool = False
) -> None:
    """Paint one line of text onto an RGB image, its capitals centred on a point in pixels of the image.

    is_turned: a quarter to the left, so that it reads upwards.
    """
    if size_px > MAX_REDUCED_PX and not is_turned:
        left, baseline = center[0] - width_em(line) * size_px / 2, center[1] + CAP_HEIGHT_EM / 2 * size_px
        font = cv2.FontFace(FONT_NAME)
        cv2.putText(image, line, (round(left), round(baseline)), color, font, round(size_px), FONT_WEIGHT)
        return
    cover, tint, baseline_px = _ink(line, round(size_px * SAMPLES), color)
    along_px, down_px = cover.shape[1] / 2, baseline_px - CAP_HEIGHT_EM / 2 * size_px  # to the middle of the capitals
    left, top = round(center[0] - along_px), round(center[1] - down_px)
    if is_turned:
        cover, tint = np.rot90(cover), np.rot90(tint)
        left, top = round(center[0] - down_px), round(center[1] - along_px)
    region = image[max(top, 0) : max(top + cover.shape[0], 0), max(left, 0) : max(left + cover.shape[1], 0)]
    if region.size:
        rows, columns = max(-top, 0), max(-left, 0)
        inside = slice(rows, rows + region.shape[0]), slice(columns, columns + region.shape[1])
        cv2.add(cv2.multiply(region, cover[inside], scale=1 / 255), tint[inside], dst=region)


@lru_cache(maxsize=_REMEMBERED_LINES)
def _ink(line: str, sampled_px: int, color: Color) -> tuple[Image, Image, int]:
    """How much a line of text leaves of each pixel's own colour, what it adds to it, and how far down its baseline is.

    sampled_px: the size of the letters, SAMPLES times as large as they are to be. Images [height, width, 3]; 255 leaves
    all.
    """
    above, below = ceil(_ABOVE_EM * sampled_px / SAMPLES), ceil(_BELOW_EM * sampled_px / SAMPLES)
    text_px = width_em(line) * sampled_px
    width = ceil(text_px / SAMPLES) + 2 * _SIDE_PX
    drawn = np.zeros(((above + below) * SAMPLES, width * SAMPLES), np.uint8)
    origin = (round((width * SAMPLES - text_px) / 2), above * SAMPLES)
    cv2.putText(drawn, line, origin, (255,), cv2.FontFace(FONT_NAME), sampled_px, FONT_WEIGHT)
    share = cv2.resize(drawn, (width, above + below), interpolation=cv2.INTER_AREA)
    tint = cv2.merge([cv2.convertScaleAbs(share, alpha=part / 255) for part in color])
    return np.asarray(cv2.merge([255 - share] * 3), np.uint8), np.asarray(tint, np.uint8), above
