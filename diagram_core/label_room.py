"""How much room a label needs, estimated from typical widths of sans-serif letters: fast, and free of any font.

Lines break where drawings break them: at blanks and after hyphens, slashes and underscores.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import east_asian_width

LATIN_EM, WIDE_EM, LINE_EM = 0.57, 1.0, 1.25  # of a letter, of a Korean or Chinese one, from line to line
BLANK_EM = 0.28

_PIECE = re.compile(r"(\s*)([^\s\-/_]*[\-/_]+|[^\s\-/_]+)")


def text_size_px(label: str, font_px: float, width_px: float) -> tuple[float, float]:
    """Width and height of a label wrapped to a width; a piece that is wider still sticks out."""
    widest, lines = _wrapped(label, width_px / font_px)
    return widest * font_px, lines * LINE_EM * font_px


def fits(label: str, font_px: float, width_px: float, height_px: float) -> bool:
    """Whether a label, wrapped, fits into a rectangle."""
    width, height = text_size_px(label, font_px, width_px)
    return width <= width_px and height <= height_px


@lru_cache(maxsize=4096)
def _pieces_em(label: str) -> tuple[tuple[tuple[float, float], ...], ...]:
    """For each line its pieces that stay whole: the blank before and the width."""
    return tuple(
        tuple((BLANK_EM if blank else 0.0, _width_em(piece)) for blank, piece in _PIECE.findall(line))
        for line in label.split("\n")
    )


def _width_em(piece: str) -> float:
    wide = 0 if piece.isascii() else sum(east_asian_width(letter) in "WF" for letter in piece)
    return wide * WIDE_EM + (len(piece) - wide) * LATIN_EM


def _wrapped(label: str, width_em: float) -> tuple[float, int]:
    """The widest line and the number of lines after greedy wrapping."""
    widest, lines = 0.0, 0
    for pieces in _pieces_em(label):
        line = 0.0
        for blank, piece in pieces:
            longer = line + blank + piece if line else piece
            if line and longer > width_em:
                lines += 1
                line = piece
            else:
                line = longer
            if line > widest:
                widest = line
        lines += 1
    return widest, lines
