"""Where drawings that a person would rate alike lie close together: codes of the auto-encoder, and looks.

An auto-encoder rebuilds where the ink is, and so tells little of what taste turns on beside it: palettes and outlines
cost it next to nothing. Those looks are computed from the pixels, so that an image without its text has them too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from diagram_core.models import autoencoder
from diagram_core.models.autoencoder import Encoder
from diagram_core.models.images import Image, prepare
from diagram_core.ratings import RatingStore

Floats = NDArray[np.float32]

LOOK_SIZES = {"colours": 4, "outlines": 3, "flow": 3, "sizes": 3, "density": 3}
# The standard deviation of each look among the drawings of diagram_core.synthesis; of a colour's, of all four together.
_SPREADS = (10, 10, 10, 10, 0.08, 0.34, 0.39, 0.35, 1.04, 2.2, 0.3, 1.04, 0.23, 0.57, 0.1, 0.75)
_HEIGHT_PX = 300  # outlines still tell circles from rounded corners, at a tenth of the pixels
_DARK, _WHITE, _LINE = (
    62.0,
    98.5,
    85.0,
)  # CIELAB lightness below which borders, above which paper, below which lines lie
_MIN_SIDE_PX = 5
_CHUNK = 64  # images that are in memory at the same time
_DARK_FILL_PX = 9  # no border and no letter is as thick
_MIN_WHITE_EXTENT = 0.7  # of its box that a white area fills: less lies between crossing edges
_ROUND_EXTENT, _SQUARE_EXTENT = 0.86, 0.985  # an ellipse fills 0.79 of its box, a rectangle all of it
_NO_BOX = np.array([[_HEIGHT_PX / 1.2, _HEIGHT_PX / 2, 30.0, 30.0]])  # where no shape is seen


@dataclass(frozen=True)
class TasteSpace:
    """The space that the rater works in: an encoder's codes, then the looks."""

    encoder: Encoder

    @property
    def aspect_sizes(self) -> tuple[int, ...]:
        """How many numbers each aspect has; each aspect has a variance of about 1 and weighs as much as another."""
        return self.encoder.model.latent_size, *LOOK_SIZES.values()

    def latents(self, images: Sequence[Image]) -> Floats:
        """Points [n, sum of aspect_sizes] of RGB images of any size."""
        return np.concatenate([self.encoder.latents(images), looks(images)], axis=1)


def load(autoencoder_folder: Path) -> TasteSpace:
    """The space of a saved auto-encoder. Raises InputError where that cannot be read."""
    return TasteSpace(autoencoder.load(autoencoder_folder))


def encode_kept(
    space: TasteSpace,
    store: RatingStore,
    diagram_ids: Sequence[str],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Floats]:
    """Points of the diagrams with these ids, from the images that the ratings database keeps, few in memory at once.

    progress: called with how many are done, of how many.
    """
    wanted = list(dict.fromkeys(diagram_ids))
    found: dict[str, Floats] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        images = store.images(chunk)
        found.update(zip(chunk, space.latents([images[number] for number in chunk]), strict=True))
        progress(start + len(chunk), len(wanted))
    return found


def looks(images: Sequence[Image]) -> Floats:
    """Looks [n, 16] of RGB images of any size, in the order of LOOK_SIZES, each aspect with a variance of about 1.

    colours: CIELAB a, b of the fills and of the lines. outlines: extent (area over box), share of round shapes, of
    rectangles. flow: whether lines run across or down, width over height of the shapes, of their arrangement. sizes:
    spread of areas, width over height, its spread. density: number of shapes, ink, mean area.
    """
    sizes = list(LOOK_SIZES.values())
    scales = np.array(_SPREADS) * np.sqrt(np.repeat(sizes, sizes))
    rows = [_looks(prepare(image, _HEIGHT_PX)) for image in images]
    return np.asarray(np.reshape(rows, (len(images), sum(sizes))) / scales, np.float32)


def _looks(image: Image) -> list[float]:
    lab = np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    shapes = _shapes(lab)
    covered = np.zeros(lab.shape[:2], np.uint8)
    cv2.drawContours(covered, shapes, -1, 1, cv2.FILLED)
    beside = cv2.dilate(covered, np.ones((7, 7), np.uint8)) == 0  # further than a border from each shape
    boxes = np.array([_box(shape) for shape in shapes]) if shapes else _NO_BOX
    extents = np.array([_extent(shape) for shape in shapes]) if shapes else np.ones(1)
    log_areas, log_aspects = np.log(boxes[:, 2] * boxes[:, 3]), np.log(boxes[:, 2] / boxes[:, 3])
    log_arrangement = np.log((boxes[:, 0].std() + _MIN_SIDE_PX) / (boxes[:, 1].std() + _MIN_SIDE_PX))
    return [
        *_mean_color(lab, (covered > 0) & (lab[..., 0] >= _DARK)),
        *_mean_color(lab, beside & (lab[..., 0] < _LINE)),
        *(extents.mean(), (extents < _ROUND_EXTENT).mean(), (extents > _SQUARE_EXTENT).mean()),
        *(_across(lab[..., 0], beside), log_aspects.mean(), log_arrangement),
        *(log_areas.std(), log_aspects.mean(), log_aspects.std()),
        *(np.log1p(len(shapes)), covered.mean(), log_areas.mean()),
    ]


def _shapes(lab: Floats) -> list[NDArray[Any]]:
    """Outlines of the nodes: coloured areas, white ones with a border around them, and dark blobs."""
    lightness, chroma = lab[..., 0], np.abs(lab[..., 1:]).max(axis=2)
    is_dark = lightness < _DARK
    is_paper = (lightness > _WHITE) & (chroma < 1.5)
    coloured = cv2.morphologyEx((~is_dark & ~is_paper).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    blobs = cv2.morphologyEx(is_dark.astype(np.uint8), cv2.MORPH_OPEN, np.ones((_DARK_FILL_PX,) * 2, np.uint8))
    return [*_outlines(coloured), *_outlines(blobs), *_white_outlines(is_paper.astype(np.uint8))]


def _outlines(mask: NDArray[Any]) -> list[NDArray[Any]]:
    """Of each connected area, without those of its holes."""
    found, hierarchy = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    outer = [outline for outline, links in zip(found, hierarchy[0], strict=True) if links[3] < 0] if found else []
    return [outline for outline in outer if min(_box(outline)[2:]) >= _MIN_SIDE_PX]


def _white_outlines(is_paper: NDArray[np.uint8]) -> list[NDArray[Any]]:
    height, width = is_paper.shape
    inside = []
    for outline in _outlines(is_paper):
        x, y, w, h = cv2.boundingRect(outline)
        is_enclosed = x > 0 and y > 0 and x + w < width and y + h < height
        if is_enclosed and _extent(outline) > _MIN_WHITE_EXTENT:
            inside.append(outline)
    return inside


def _box(outline: NDArray[Any]) -> tuple[float, float, float, float]:
    x, y, width, height = cv2.boundingRect(outline)
    return x + width / 2, y + height / 2, width, height


def _extent(outline: NDArray[Any]) -> float:
    *_, width, height = cv2.boundingRect(outline)
    return cv2.contourArea(outline) / max((width - 1) * (height - 1), 1)


def _mean_color(lab: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """CIELAB a and b, 0 where nothing is chosen."""
    return np.asarray(lab[chosen][:, 1:].mean(axis=0) if chosen.any() else np.zeros(2), np.float32)


def _across(lightness: Floats, beside: NDArray[np.bool_]) -> float:
    """1 where all lines beside the shapes are horizontal, -1 where all are vertical."""
    ink = cv2.GaussianBlur(np.where(beside & (lightness < 90), 1 - lightness / 100, 0).astype(np.float32), (0, 0), 1)
    down, across = (float((cv2.Sobel(ink, cv2.CV_32F, *order) ** 2).sum()) for order in ((1, 0), (0, 1)))
    return (across - down) / (across + down + 1e-6)
