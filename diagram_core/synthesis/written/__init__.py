"""Prompts written one by one, as people type them, with other numbers and names now and then.

The text files beside this module hold them: a prompt, its plan on lines that begin with `= `, an empty line. What
stands in braces is exchanged alike in both: `{64}` for another number, `{thing:raw logs}` and `{step:clean the data}`
for what another prompt calls data, or what is done.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import NamedTuple

from diagram_core.synthesis.phrasing import chance, pick

NETWORKS = (
    "dense", "cnn", "sequence", "branches", "typed_networks", "mixed_networks", "short_networks", "long_networks",
    "notes_networks",
)  # fmt: skip
CHARTS = ("data_charts", "life_charts", "typed_charts", "mixed_charts", "short_charts", "long_charts", "notes_charts")
KOREAN_NETWORKS, KOREAN_CHARTS = ("korean_networks",), ("korean_charts",)

_SLOT = re.compile(r"\{(?:(?P<kind>thing|step):)?(?P<text>[^{}]+)\}")
_PLAN_MARK = "= "
_TRIES = 20  # to find a number or name that is free
_COMMON_NUMBERS = (
    *(2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 25, 30, 32, 40, 48, 50, 60, 64, 80, 96, 100, 120, 128, 150, 200, 224, 250),
    *(256, 300, 384, 400, 500, 512, 600, 640, 768, 784, 1000, 1024, 1200, 1500, 2000, 2048, 3000, 4096, 5000, 10000),
)


class Written(NamedTuple):
    """A prompt and the body of its plan, with slots in both."""

    prompt: str
    body: str


def network(rng: Random) -> tuple[str, str]:
    """A network, in English: (prompt, body of the plan)."""
    return _written(rng, NETWORKS)


def chart(rng: Random) -> tuple[str, str]:
    """A chart, in English: (prompt, body of the plan)."""
    return _written(rng, CHARTS)


def korean_network(rng: Random) -> tuple[str, str]:
    """A network, in Korean: (prompt, body of the plan)."""
    return _written(rng, KOREAN_NETWORKS)


def korean_chart(rng: Random) -> tuple[str, str]:
    """A chart, in Korean: (prompt, body of the plan)."""
    return _written(rng, KOREAN_CHARTS)


@lru_cache
def entries(names: tuple[str, ...]) -> tuple[Written, ...]:
    """All prompts of these files."""
    texts = (files(__name__).joinpath(f"{name}.txt").read_text(encoding="utf-8") for name in names)
    return tuple(_entry(block) for text in texts for block in text.strip().split("\n\n"))


def _entry(block: str) -> Written:
    lines = block.split("\n")
    plan = [line.removeprefix(_PLAN_MARK) for line in lines if line.startswith(_PLAN_MARK)]
    return Written("\n".join(lines[: -len(plan)]), "\n".join(plan))


def _written(rng: Random, names: tuple[str, ...]) -> tuple[str, str]:
    chosen = pick(rng, *entries(names))
    exchanged = _exchanged(rng, chosen)
    prompt, body = (_SLOT.sub(lambda match: exchanged[match[0]], text) for text in chosen)
    return prompt, body


def _exchanged(rng: Random, chosen: Written) -> dict[str, str]:
    """What stands in the place of each slot: mostly other numbers, and other names as often as not."""
    other_numbers, other_names = chance(rng, 0.8), chance(rng, 0.5)
    exchanged: dict[str, str] = {}
    for slot in _SLOT.finditer(chosen.prompt):
        kind, text = slot["kind"], slot["text"]
        if slot[0] in exchanged:
            continue
        if other_names if kind else other_numbers:
            others = (_other_name(rng, kind, text) if kind else _other_number(rng, int(text)) for _ in range(_TRIES))
            text = next((other for other in others if _is_free(other, chosen.body, exchanged.values())), text)
        exchanged[slot[0]] = text
    return exchanged


def _is_free(text: str, body: str, taken: Iterable[str]) -> bool:
    """Whether nothing else in the plan is called so, or is so many."""
    if text.isdigit():
        return text not in taken
    return not any(text in other or other in text for other in taken) and text.casefold() not in body.casefold()


def _other_number(rng: Random, number: int) -> str:
    """A number with as many digits, a common one as often as not."""
    low, high = max(2, 10 ** (len(str(number)) - 1)), 10 ** len(str(number)) - 1
    common = [one for one in _COMMON_NUMBERS if low <= one <= high]
    return str(pick(rng, *common) if common and chance(rng, 0.5) else rng.randint(low, high))


def _other_name(rng: Random, kind: str, text: str) -> str:
    other = pick(rng, *_names(kind))
    return other[0].upper() + other[1:] if text[0].isupper() else other


@lru_cache
def _names(kind: str) -> tuple[str, ...]:
    """All names of a kind in the charts, in a fixed order."""
    slots = [slot for entry in entries(CHARTS) for slot in _SLOT.finditer(entry.prompt)]
    return tuple(sorted({slot["text"] for slot in slots if slot["kind"] == kind}))
