"""Fill and line colours: one fill a kind of element, told apart by lightness first and by hue second."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

from diagram_core.diagram import Color
from diagram_core.structure import PALETTES, ElementKind, PaletteName

# OKLab lightness of each fill. Kinds that meet in one drawing lie at least 0.04 apart, so that they stay apart in
# greyscale and for colour-blind readers; none is so dark that black text on it becomes hard to read.
LIGHTNESS: dict[ElementKind, float] = {
    "input": 0.97,
    "pool": 0.93,
    "dense": 0.88,
    "image": 0.84,
    "conv": 0.79,
    "block": 0.74,
    "data": 0.95,
    "operation": 0.83,
}
# Two hues a palette, in degrees, that a red-green blind reader tells apart too; the second marks what carries data.
HUES: dict[PaletteName, tuple[float, float]] = {
    "sky": (245, 85),
    "sand": (75, 250),
    "mint": (170, 70),
    "rose": (10, 230),
    "slate": (255, 255),
    "iris": (295, 95),
}
CHROMA: dict[PaletteName, float] = {
    "sky": 0.07,
    "sand": 0.07,
    "mint": 0.07,
    "rose": 0.07,
    "slate": 0.018,
    "iris": 0.07,
}
SECOND_HUE_KINDS: frozenset[ElementKind] = frozenset({"input", "pool", "image", "data"})
STROKE_LIGHTNESS = 0.38


@dataclass(frozen=True, slots=True)
class Palette:
    """The fill of each kind of element, and the colour of all lines."""

    fills: dict[ElementKind, Color]
    stroke: Color


def oklch(lightness: float, chroma: float, hue_degrees: float) -> Color:
    """An OKLab colour in polar form as 8-bit sRGB, clipped (Ottosson, A perceptual color space, 2020)."""
    a, b = chroma * cos(radians(hue_degrees)), chroma * sin(radians(hue_degrees))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _srgb(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _srgb(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _srgb(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _srgb(linear: float) -> int:
    clipped = min(max(linear, 0.0), 1.0)
    encoded = 12.92 * clipped if clipped <= 0.0031308 else 1.055 * clipped ** (1 / 2.4) - 0.055
    return round(255 * encoded)


def _palette(name: PaletteName) -> Palette:
    first, second = HUES[name]
    fills: dict[ElementKind, Color] = {}
    for kind, lightness in LIGHTNESS.items():
        # the sRGB gamut narrows towards white
        chroma = CHROMA[name] * min(1.0, (1 - lightness) / 0.12)
        fills[kind] = oklch(lightness, chroma, second if kind in SECOND_HUE_KINDS else first)
    return Palette(fills, oklch(STROKE_LIGHTNESS, CHROMA[name], first))


PALETTE: dict[PaletteName, Palette] = {name: _palette(name) for name in PALETTES}
