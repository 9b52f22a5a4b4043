"""Answers that say something else than was asked, as a half-trained model writes them."""

from __future__ import annotations

import re
from random import Random

from diagram_core.errors import InputError
from diagram_core.notation.plan import read_plan
from diagram_core.structure import same_structure
from diagram_core.synthesis.phrasing import pick

_MAX_TRIES = 20


def is_faulty(answer: str, right: str) -> bool:
    """Whether an answer means something else than the right one: another structure, or nothing that can be read.

    The style is left to taste. Answers in other notations than plans are compared as texts.
    """
    try:
        wanted = read_plan(right).structure
    except InputError:
        return answer.strip() != right.strip()
    try:
        return not same_structure(wanted, read_plan(answer).structure)
    except InputError:
        return True


def corrupt(answer: str, rng: Random) -> str:
    """The answer with one plausible fault in its body: a count off by one, a part left out, or two parts swapped.

    Its first line, the style of a plan, stays. An answer that no fault changes comes back cut off in the middle.
    """
    header, _, body = answer.partition("\n")
    separator = "\n" if "\n" in body else " > " if " > " in body else " "
    for _ in range(_MAX_TRIES):
        parts = pick(rng, _miscount, _leave_out, _swap)(body.split(separator), rng)
        faulty = f"{header}\n{separator.join(parts)}"
        if parts and is_faulty(faulty, answer):
            return faulty
    return answer[: len(answer) // 2]


def _miscount(parts: list[str], rng: Random) -> list[str]:
    numbered = [i for i, part in enumerate(parts) if re.search(r"\d", part)]
    if not numbered:
        return parts
    i = pick(rng, *numbered)
    number = pick(rng, *re.finditer(r"\d+", parts[i]))
    wrong = max(1, int(number[0]) + pick(rng, -1, 1))
    return [*parts[:i], f"{parts[i][: number.start()]}{wrong}{parts[i][number.end() :]}", *parts[i + 1 :]]


def _leave_out(parts: list[str], rng: Random) -> list[str]:
    i = rng.randrange(len(parts))
    return [*parts[:i], *parts[i + 1 :]]


def _swap(parts: list[str], rng: Random) -> list[str]:
    if len(parts) < 2:
        return parts
    i = rng.randrange(len(parts) - 1)
    return [*parts[:i], parts[i + 1], parts[i], *parts[i + 2 :]]
