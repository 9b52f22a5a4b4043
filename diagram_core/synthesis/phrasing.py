"""Ways in which people write the same thing."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from random import Random
from typing import TypeVar

from diagram_core.wording import NUMERALS

T = TypeVar("T")


def pick(rng: Random, *options: T) -> T:
    """One of the options, each as likely."""
    return options[rng.randrange(len(options))]


def chance(rng: Random, probability: float) -> bool:
    """True with this probability."""
    return rng.random() < probability


def count_word(rng: Random, count: int) -> str:
    """A small number as a numeral or as a word."""
    return NUMERALS[count] if count < len(NUMERALS) and chance(rng, 0.5) else str(count)


def enumeration(rng: Random, items: Sequence[str]) -> str:
    """`a, b and c` in the punctuations that people use, the careless ones too."""
    if len(items) == 1:
        return items[0]
    comma = pick(rng, ", ", ", ", " ")
    last = pick(rng, " and ", ", and ", ", ", comma)
    return comma.join(items[:-1]) + last + items[-1]


def and_last(items: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else items[0]


def marked(mark: str, items: Sequence[str]) -> list[str]:
    """Each item behind a mark, in which `{}` is its number: `- a`, or `1. a`."""
    return [mark.format(number) + item for number, item in enumerate(items, start=1)]


def with_article(noun: str) -> str:
    """`a noun`, or `an element`; a plural as it is."""
    if noun.endswith("s"):
        return noun
    return f"an {noun}" if noun[0] in "aeiou" or noun.startswith(("LSTM", "RNN")) else f"a {noun}"


def by(rng: Random, a: int, b: int) -> str:
    """`3 x 3` in its spellings."""
    return f"{a}{pick(rng, 'x', ' x ', '*', ' * ')}{b}"


def mistype(rng: Random, text: str, but: Container[str]) -> str:
    """The text with one of its longer words of plain letters misspelt: two letters swapped, one lost or one doubled.

    Numerals are spared, for `three` would become `there`, and so are the words (in small letters) of `but`.
    """
    words = [
        word
        for word in re.finditer(r"\b[A-Za-z]{4,}\b", text)
        if word[0].lower() not in NUMERALS and word[0].lower() not in but
    ]
    if not words:
        return text
    word = pick(rng, *words)
    at = word.start() + rng.randint(1, len(word[0]) - 3)
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return pick(rng, swapped, text[:at] + text[at + 1 :], text[: at + 1] + text[at:])
