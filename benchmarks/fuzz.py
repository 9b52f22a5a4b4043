"""How the readers' time grows on texts that are made to hurt: a megabyte of brackets, quotes, digits, arrows ...

A reader in linear time takes twice as long for twice the text; `worst_growth` is the largest such ratio, among texts
that take long enough to be timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import benchmarks
from diagram_core.errors import InputError
from diagram_core.notation.compact import read_compact
from diagram_core.notation.listing import MAX_TEXT_CHARS, read_list
from diagram_core.notation.plan import MAX_PLAN_CHARS, read_plan

MEGABYTE = 1_000_000
MIN_TIMED_SECONDS = 0.05
REPEATED = (
    "[", "]", "(", "[]", "[(]", "([{", "{a:", "[[1,", '["', "['a ", "[1,'", "[ '", '"', "'", "''", '\\"', '"\\',
    "\\", '"a" ', '" ', '"a"', "`", "1", "0", "-", "1 ", "1,", "1*9 ", "1x", "9=", "1-9 ", " 0-1999", ",", ",'a",
    ", ", '","', ">", "->", "<", "a>", "a > ", "[a] > ", "[a", "a,", "a, ", "a ", "a\n", "a", "+ ", "~ a\n", "+a ",
    "@a ", "a#1 ", "( ", "( a | ", "( 1 | ", "( 1 &9 | ", " )*9 ", "( 1 )*9 ", " &9", " | ", " )", "conv3*99 ",
    "#", ",#", ":", "|", "|a", "=", "\n", "\n,",
    '\n,"', "\t", " ", "\x00", "é", "[1, 2, 'circle', 3, ",
)  # fmt: skip
Reader = Callable[[str], object]

# What each reader's text begins with, so that it reads on, and how much of it the reader looks at.
READERS: dict[str, tuple[Reader, tuple[str, ...], int]] = {
    "list": (read_list, ("", '["'), MAX_TEXT_CHARS),
    "compact": (read_compact, ("A=ra e0e0f0 402030\nA100,300 55x180", "A="), MAX_TEXT_CHARS),
    "plan": (
        read_plan,
        ("network right sky soft full\n", "chart down sand box short\n", 'chart down sand box short\n"'),
        MAX_PLAN_CHARS,
    ),
}


def hostile_texts(name: str, chars: int) -> Iterator[str]:
    """Texts of so many characters for the reader of this name, also such that only their last character is wrong."""
    for opening in READERS[name][1]:
        for unit in REPEATED:
            text = (opening + unit * (chars // len(unit)))[:chars]
            yield text
            yield text[:-1] + '"'


def seconds_to_read(reader: Reader, text: str) -> float:
    """Processor time until the text is read or refused."""
    started = time.process_time()
    with suppress(InputError):
        reader(text)
    return time.process_time() - started


def measure() -> dict[str, float]:
    """For each reader the slowest megabyte in seconds, the slowest text that it looks at whole, and the growth."""
    figures: dict[str, float] = {}
    for name, (reader, _, limit) in READERS.items():
        texts, halves = list(hostile_texts(name, limit)), list(hostile_texts(name, limit // 2))
        whole = [seconds_to_read(reader, text) for text in texts]
        slow = [i for i, seconds in enumerate(whole) if seconds > MIN_TIMED_SECONDS]
        figures[f"{name}_worst_growth"] = max((_growth(reader, texts[i], halves[i]) for i in slow), default=0.0)
        figures[f"{name}_megabyte_seconds"] = max(
            seconds_to_read(reader, text) for text in hostile_texts(name, MEGABYTE)
        )
        figures[f"{name}_limit_seconds"] = max(whole)
    return figures


def _growth(reader: Reader, text: str, half: str) -> float:
    """Time for a text over that for its half, each the best of three."""
    long, short = (min(seconds_to_read(reader, part) for _ in range(3)) for part in (text, half))
    return long / short


if __name__ == "__main__":
    benchmarks.main("Hostile texts", measure)
