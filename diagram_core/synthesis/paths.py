"""What the charts of all families have in common: the lines of their plans, and a word for what is asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from random import Random

from diagram_core.synthesis.chatter import aside
from diagram_core.synthesis.phrasing import chance, pick
from diagram_core.synthesis.vocabulary import COMMON_NOUNS, COMMON_VERBS

PAIR = 2  # steps or ways of which one says `both`

Group = tuple[list[str], list[str]]  # steps, and those that each of them leads to
Row = Sequence[Sequence[str]]  # groups of steps, each of which leads to the next


def step_path(actions: Sequence[str]) -> str:
    """Steps one after the other, as a plan has them."""
    return " > ".join(f"[{action}]" for action in actions)


def path_lines(rows: Sequence[Row], data: Collection[str] = ()) -> str:
    """A line of the plan for each, in which a step is new where it is first named; some names are data, not steps."""
    known: set[str] = set()

    def step(name: str) -> str:
        is_new = name not in known and name not in data
        known.add(name)
        return f"[{name}]" if is_new else name

    return "\n".join(" > ".join(", ".join(map(step, group)) for group in row if group) for row in rows)


def in_turn(rng: Random, actions: Sequence[str]) -> str:
    """`a, then b, c`."""
    return actions[0] + "".join(f"{pick(rng, ', ', ', then ')}{action}" for action in actions[1:])


def led_up(rng: Random, actions: Sequence[str]) -> str:
    """What happens first, in one sentence or several: `It starts with a. After that b`."""
    if chance(rng, 0.6):
        return in_turn(rng, actions)
    first, *others = actions
    told = pick(rng, "first ", "First, ", "it starts with ", "we start with ", "It begins with ", "At first there is ")
    told += first
    for step in others:
        if chance(rng, 0.1):
            told += aside(rng)
        told += pick(
            rng, f", then {step}", f". Then {step}", f", after that {step}", f". Next comes {step}",
            f". After that {step}", f". Once that is done, {step}", f", which is followed by {step}",
            f", and the next thing is {step}", f". What comes next is {step}", f". Then it is on to {step}",
            f", and then {step}", f". The next step is {step}", f", next {step}",
        )  # fmt: skip
    return told


def any_head(rng: Random) -> str:
    """A word for what is asked for, or none."""
    if chance(rng, 0.06):
        return heading(rng) + pick(rng, ": ", ": ", " - ", ". ")
    return pick(rng, "", "", "pipeline: ", "workflow: ", "flowchart: ", "process: ", "a process that does: ", "steps: ")


def heading(rng: Random) -> str:
    """What a chart is about, which is no step of it."""
    noun, other = pick(rng, *COMMON_NOUNS), pick(rng, *COMMON_NOUNS)
    kind = pick(
        rng, "process", "workflow", "pipeline", "flow", "procedure", "job", "chart", "steps", "routine", "cycle"
    )
    return pick(
        rng, f"{noun} {kind}", f"{noun} {kind}", f"{noun} {other} {kind}",
        f"how to {pick(rng, *COMMON_VERBS)} a {noun}", f"{kind} for {noun}s", noun, "flowchart",
        f"how our {noun} works", f"our {noun} {kind}", f"{kind} of a {noun}",
    )  # fmt: skip
