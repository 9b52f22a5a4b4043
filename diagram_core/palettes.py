"""Fill and line colours: one fill a kind of element, told apart by lightness first and by hue second."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

from diagram_core.diagram import Color
from diagram_core.structure import PALETTES, ElementKind, PaletteName

# CIE lightness of each fill, 0 to 100. Kinds that meet in one drawing lie some 6 apart (a reader sees 2 side by side),
# so that they stay apart in greyscale and for colour-blind readers; none is so dark that black text on it is hard to
# read.
LIGHTNESS: dict[ElementKind, float] = {
    "input": 97,
    "pool": 91,
    "dense": 85,
    "image": 79,
    "conv": 73,
    "block": 67,
    "data": 94,
    "operation": 78,
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
STROKE_LIGHTNESS = 27

_HALVINGS = 12  # finer than 8 bits a channel


@dataclass(frozen=True, slots=True)
class Palette:
    """The fill of each kind of element, and the colour of all lines."""

    fills: dict[ElementKind, Color]
    stroke: Color


def color_of(lightness: float, chroma: float, hue_degrees: float) -> Color:
    """The 8-bit sRGB colour of a CIE lightness, 0 to 100, with an OKLab chroma and hue.

    OKLab (Ottosson, A perceptual color space, 2020) keeps hues steady from light to dark, but its lightness is not that
    of greyscale, so that the OKLab lightness which gives the wanted one is searched for.
    """
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if cie_lightness(_oklch(middle, chroma, hue_degrees)) < lightness else (low, middle)
    return _oklch(high, chroma, hue_degrees)


def relative_luminance(color: Color) -> float:
    """How bright a colour is, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def cie_lightness(color: Color) -> float:
    """How light a colour looks, and its grey in a greyscale print: CIE 1976 L*, 0 to 100."""
    luminance = relative_luminance(color)
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


def contrast(color: Color, other: Color) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((relative_luminance(color), relative_luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _oklch(lightness: float, chroma: float, hue_degrees: float) -> Color:
    """An OKLab colour in polar form as 8-bit sRGB, clipped."""
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
        chroma = CHROMA[name] * min(1.0, (100 - lightness) / 15)
        fills[kind] = color_of(lightness, chroma, second if kind in SECOND_HUE_KINDS else first)
    return Palette(fills, color_of(STROKE_LIGHTNESS, CHROMA[name], first))


PALETTE: dict[PaletteName, Palette] = {name: _palette(name) for name in PALETTES}
