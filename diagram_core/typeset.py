"""Labels to lines of text that fit a room: measured in the font that drawings use, wrapped, shrunk, then cut.

The font is OpenCV's built-in "sans" (Rubik, SIL Open Font License), which falls back to its "uni" (WenQuanYi Micro Hei,
Apache-2.0) for Korean, Chinese, Japanese and other scripts; both come inside OpenCV.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2

FONT_NAME = "sans"
FONT_WEIGHT = 400
MAX_TEXT_PX = 17  # titles are larger; labels beyond this look like shouting next to their shapes
MIN_TEXT_PX = 10  # on a canvas of 1000 px: 7 pt on a slide, the least that the last row can read
LINE_EM = 1.25
CAP_HEIGHT_EM = 0.75  # of the font's capital letters, to centre a line on them
ELLIPSIS = "…"
MAX_DRAWN_CHARS = 200  # more fits no shape; keeps the cost of a label of a million characters at that of a long one

_MEASURED_PX = 100  # the font measures in whole pixels: large enough for one percent
_BLANK_EM = 0.28
_CHUNK = re.compile(r"[^\s\-/_]*[\-/_]+|[^\s\-/_]+")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of text of one size, to be centred on one another."""

    lines: tuple[str, ...]
    size_px: int

    @property
    def width_px(self) -> float:
        return max(map(width_em, self.lines), default=0.0) * self.size_px

    @property
    def height_px(self) -> float:
        return len(self.lines) * LINE_EM * self.size_px

    def offset_px(self, i: int) -> float:
        """How far below the block's middle the middle of its line i is."""
        return (i - (len(self.lines) - 1) / 2) * LINE_EM * self.size_px


Room = Callable[[float], float]  # the width that is free for a block of some height, both in pixels


def drawable(label: str) -> str:
    """What of a label can be drawn: no control or format characters, blanks as single ones, line breaks kept."""
    return _visible(label if len(label) <= MAX_DRAWN_CHARS else label[: MAX_DRAWN_CHARS - 1] + ELLIPSIS)


@lru_cache(maxsize=8192)
def _visible(label: str) -> str:
    visible = "".join(char if char in "\n\t" or unicodedata.category(char)[0] != "C" else "" for char in label)
    return "\n".join(" ".join(line.split()) for line in visible.split("\n") if line.strip())


@lru_cache(maxsize=8192)
def width_em(text: str) -> float:
    """Width of one line of text in units of its size."""
    if not text:
        return 0.0
    _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), cv2.FontFace(FONT_NAME), _MEASURED_PX, FONT_WEIGHT)
    return float(width) / _MEASURED_PX


def widest_word_em(label: str) -> float:
    """Width of the widest piece of a label that is not broken as long as there is room, in units of its size."""
    return max((word_em for paragraph in label.split("\n") for _, _, word_em in _chunks(paragraph)), default=0.0)


def fit(label: str, room: Room, height_px: float, max_px: int = MAX_TEXT_PX) -> Block | None:
    """The label as large as it fits, wrapped between words; None where it would have to be unreadably small."""
    block = _at_size(label, room, height_px, max_px)
    if block:
        return block
    low, high = MIN_TEXT_PX, max_px - 1
    while low <= high:  # what fits in one size fits in every smaller one
        middle = (low + high + 1) // 2
        smaller = _at_size(label, room, height_px, middle)
        if smaller:
            block, low = smaller, middle + 1
        else:
            high = middle - 1
    return block


def cut(label: str, width_px: float, height_px: float, size_px: int = MIN_TEXT_PX) -> Block:
    """As much of the label as fits, in as many lines as there is room for, with an ellipsis where some is missing.

    Words wider than the room are broken anywhere, as are sentences in scripts without blanks.
    """
    max_lines = max(1, int(height_px / (LINE_EM * size_px)))
    lines = [piece for line in _wrap(label, width_px / size_px) for piece in _broken(line, width_px / size_px)]
    kept = [_shorten(line, width_px / size_px) for line in lines[:max_lines]]
    if len(lines) > max_lines and not kept[-1].endswith(ELLIPSIS):
        kept[-1] = _shorten(kept[-1] + ELLIPSIS, width_px / size_px)
    return Block(tuple(kept), size_px)


def _at_size(label: str, room: Room, height_px: float, size_px: int) -> Block | None:
    line_count = 1
    while line_count * LINE_EM * size_px <= height_px:
        width_px = room(line_count * LINE_EM * size_px)
        block = Block(tuple(_wrap(label, width_px / size_px)), size_px)
        if len(block.lines) <= line_count:
            return block if block.width_px <= width_px else None
        line_count = len(block.lines)
    return None


def _wrap(label: str, max_em: float) -> list[str]:
    """Lines broken at blanks and after hyphens, slashes and underscores; a wider word stays whole."""
    lines = []
    for paragraph in label.split("\n"):
        line, line_em = "", 0.0
        for blank, word, word_em in _chunks(paragraph):
            longer_em = line_em + (_BLANK_EM if blank else 0.0) + word_em
            if line and longer_em > max_em:
                lines.append(line)
                line, line_em = word, word_em
            elif line:
                line, line_em = line + blank + word, longer_em
            else:
                line, line_em = word, word_em
        lines.append(line)
    return lines


def _broken(line: str, max_em: float) -> list[str]:
    """A line in pieces that fit, at least a letter each."""
    pieces = []
    while width_em(line) > max_em and len(line) > 1:
        end = max(1, bisect_right(range(len(line)), max_em, key=lambda count: width_em(line[:count])) - 1)
        pieces.append(line[:end])
        line = line[end:]
    return [*pieces, line]


@lru_cache(maxsize=4096)
def _chunks(paragraph: str) -> tuple[tuple[str, str, float], ...]:
    """Pieces that a line may end after: the blank before each or "", the piece, and its width."""
    return tuple(
        ("" if match.start() == 0 or not paragraph[match.start() - 1].isspace() else " ", match[0], width_em(match[0]))
        for match in _CHUNK.finditer(paragraph)
    )


def _shorten(line: str, max_em: float) -> str:
    """The longest beginning of a line that fits, with an ellipsis where it is not the whole."""
    if width_em(line) <= max_em:
        return line
    line = line.removesuffix(ELLIPSIS)
    while line and width_em(line.rstrip() + ELLIPSIS) > max_em:
        line = line[:-1]
    return line.rstrip() + ELLIPSIS
