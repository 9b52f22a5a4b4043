"""Palettes survive greyscale, colour blindness and text on them, measured on the colours themselves."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from diagram_core.diagram import Color
from diagram_core.palettes import PALETTE, cie_lightness, contrast
from diagram_core.scene import readable_on
from diagram_core.structure import PALETTES, ElementKind, PaletteName

# Kinds that meet in one drawing.
NETWORK = [kind for kind in PALETTE["sky"].fills if kind not in ("data", "operation")]
CHART: list[ElementKind] = ["data", "operation"]

JUST_NOTICEABLE = 2.3  # distance in CIELAB (Mahy et al., Evaluation of Uniform Color Differences, 1994)
LEAST_DIFFERENCE = 2 * JUST_NOTICEABLE
LEAST_TEXT_CONTRAST = 4.5  # WCAG 2.2, level AA, for text of any size
LEAST_LINE_CONTRAST = 7.0

# Linear RGB as seen without one kind of cone (Machado et al., A Physiologically-based Model for Simulation of Color
# Vision Deficiency, 2009, severity 1.0).
SEEN_WITHOUT = {
    "red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "green cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def linear(color: Color) -> NDArray[np.float64]:
    shares = np.array(color) / 255
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIELAB, D65, of linear RGB."""
    xyz = XYZ @ np.clip(rgb, 0, 1) / (0.95047, 1.0, 1.08883)
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("kinds", [NETWORK, CHART])
@pytest.mark.parametrize("palette", PALETTES)
def test_kinds_stay_apart_in_greyscale(palette: PaletteName, kinds: list[ElementKind]) -> None:
    greys = [cie_lightness(PALETTE[palette].fills[kind]) for kind in kinds]
    assert min(abs(a - b) for a, b in combinations(greys, 2)) >= LEAST_DIFFERENCE


@pytest.mark.parametrize("missing", SEEN_WITHOUT)
@pytest.mark.parametrize("kinds", [NETWORK, CHART])
@pytest.mark.parametrize("palette", PALETTES)
def test_kinds_stay_apart_for_colour_blind_readers(
    palette: PaletteName, kinds: list[ElementKind], missing: str
) -> None:
    seen = [lab(np.array(SEEN_WITHOUT[missing]) @ linear(PALETTE[palette].fills[kind])) for kind in kinds]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(seen, 2)) >= LEAST_DIFFERENCE


@pytest.mark.parametrize("palette", PALETTES)
def test_text_on_fills_and_lines_on_white_can_be_read(palette: PaletteName) -> None:
    for fill in PALETTE[palette].fills.values():
        assert contrast(readable_on(fill), fill) >= LEAST_TEXT_CONTRAST
    assert contrast(PALETTE[palette].stroke, (255, 255, 255)) >= LEAST_LINE_CONTRAST


def test_lightness_is_that_of_cielab() -> None:
    for color in ((0, 0, 0), (8, 3, 5), (40, 90, 200), (255, 255, 255)):
        assert cie_lightness(color) == pytest.approx(lab(linear(color))[0], abs=0.05)
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
