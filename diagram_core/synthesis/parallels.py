"""Steps side by side, in words, each with the body of its plan."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from diagram_core.synthesis.naming import side_steps, step_names
from diagram_core.synthesis.paths import PAIR, any_head, in_turn, led_up, path_lines, step_path
from diagram_core.synthesis.phrasing import and_last, chance, count_word, pick
from diagram_core.synthesis.vocabulary import ACTORS


def parallel(rng: Random) -> tuple[str, str]:
    """Steps side by side, and what comes before and after them: (prompt, body of the plan)."""
    form: Callable[[Random], tuple[str, str]] = pick(rng, *2 * (told_at_once, independent_steps), *3 * (teams,))
    return form(rng)


def independent_steps(rng: Random) -> tuple[str, str]:
    """Told in sentences: `Then two things happen at the same time, first A and second B. Both lead to C`."""
    names = step_names(rng, 4)
    before = names[: pick(rng, 0, 1, 1, 2)]
    after = names[2 : pick(rng, 2, 3, 3, 4) if before else 3]
    width = pick(rng, 2, 2, 2, 3, 3, 4)
    side = side_steps(rng, width)
    while not set(side).isdisjoint(names):
        side = side_steps(rng, width)
    told = f"{_lead(rng, before)}{_say_independent(rng, side)}"
    if after:
        told += f"{_say_met(rng, side)}{after[0]}" + "".join(
            f"{pick(rng, ', then ', '. After that ', ' and then ')}{step}" for step in after[1:]
        )
    rows = [[*([step] for step in before), side, *([step] for step in after)]]
    return f"{any_head(rng)}{told}", path_lines(rows)


def _lead(rng: Random, before: list[str]) -> str:
    return led_up(rng, before) + pick(rng, ". Then ", ", then ", ". After that ", "; then ", ". Now ") if before else ""


def _say_independent(rng: Random, side: list[str]) -> str:
    many = count_word(rng, len(side))
    noun = pick(rng, "things", "steps", "jobs", "tasks", "activities", "branches")
    at_once = pick(
        rng, "at the same time", "in parallel", "side by side", "independently of each other", "at once",
        "simultaneously", "next to each other", "independently", "without waiting for each other",
    )  # fmt: skip
    verb = pick(rng, "happen", "run", "start", "are done", "go on", "take place")
    ordinals = pick(rng, ("first", "second", "third", "fourth"), ("one is", "one is", "one is", "one is"))
    ordered = [f"{number} {step}" for number, step in zip(ordinals, side, strict=False)]
    names = and_last(ordered) if chance(rng, 0.35) else and_last(side)
    return pick(
        rng,
        f"{many} {noun} {verb} {at_once}{pick(rng, ': ', ', ', ' - ', ', namely ')}{names}",
        f"{many} {noun} {verb} {at_once}: {names}",
        f"{at_once} {many} {noun} {verb}: {names}",
        f"{and_last(side)} {verb} {at_once}",
        f"it splits into {many} {noun}: {names}",
        f"the work is divided: {and_last(side)}, {at_once}",
        f"{side[0]} and, while that is running, {' and '.join(side[1:])}",
    )


def _say_met(rng: Random, side: list[str]) -> str:
    """That all of them lead to what follows: `. Both lead to`."""
    count = "both" if len(side) == PAIR else pick(rng, "all", f"all {count_word(rng, len(side))}")
    return pick(
        rng,
        f". {count.capitalize()} lead to ",
        f". {count.capitalize()} of them lead to ",
        f", and {count} go into ",
        f". When {count} are done comes ",
        f". When {count} are finished, ",
        f"; only when {count} are ready, ",
        f". Once {count} are through we do ",
        ". Then they come together again at ",
        ". They meet in ",
        f". The results of {count} go into ",
        f", and when {count} have finished it goes on with ",
    )


def teams(rng: Random) -> tuple[str, str]:
    """Rows side by side: `team one: A, then B. team two: C, then D. when B and D are both ready, E`."""
    width = pick(rng, 2, 2, 2, 3)
    names = step_names(rng, 3 * width + 6)
    lanes = [names[3 * i : 3 * i + pick(rng, 1, 2, 2, 3)] for i in range(width)]
    before, after = names[-6 : -6 + pick(rng, 0, 0, 0, 1, 1, 2, 3)], names[-3 : pick(rng, -2, -2, -1, None)]
    ends = [lane[-1] for lane in lanes]
    told = _say_lanes(rng, lanes)
    if before:
        told = f"{led_up(rng, before)}{_say_opened(rng, width)}{told}"
    names_told = and_last(ends)
    told += pick(
        rng,
        f". when {names_told} are {'both ' if width == PAIR else 'all '}ready, ",
        f". {names_told} lead to ",
        f". {'Both' if width == PAIR else 'All'} lead to ",
        f". After {names_told} comes ",
        f"; as soon as {names_told} are done: ",
        ". In the end everything comes together in ",
        f". {pick(rng, 'when', 'When', 'once', 'As soon as')} {_all_lanes(rng, width)} are "
        f"{pick(rng, 'finished', 'done', 'ready', 'through')}{pick(rng, ', ', ' ', ' we do ', ' comes ', ': ')}",
        f". {pick(rng, 'Only after', 'After', 'after')} {_all_lanes(rng, width)}"
        f"{pick(rng, ', ', ' comes ', ' we do ')}",
        f". {pick(rng, 'They meet at', 'All of it leads to', 'Then it is one row again:', 'these come together in')} ",
    ) + in_turn(rng, after)
    first, *others = lanes
    rows = [[[step] for step in (*before, *first)], *([[step] for step in (*before[-1:], *lane)] for lane in others)]
    return f"{any_head(rng)}{told}", path_lines([*rows, [ends, *([step] for step in after)]])


def _say_opened(rng: Random, width: int) -> str:
    """What stands between the steps before and the rows: `. After that two things go on in parallel: `."""
    if chance(rng, 0.35):
        return pick(rng, ". ", ". ", "; ", ". Then ", ". After that ")
    many, noun = count_word(rng, width), pick(rng, "things", "rows", "strands", "branches", "lines of work", "tracks")
    at_once = pick(rng, "in parallel", "at the same time", "side by side", "at once", "independently", "simultaneously")
    then = pick(rng, "after that", "then", "now", "from there", "next")
    verb = pick(rng, "go on", "run", "happen", "continue", "start", "are going on")
    told = pick(rng, f"{then} {many} {noun} {verb} {at_once}", f"{then} it splits into {many} {noun}")
    opened = f". {told[0].upper()}{told[1:]}" if chance(rng, 0.5) else f"{pick(rng, '. ', ', ', '; ')}{told}"
    return opened + pick(rng, ": ", ", ", ". ", " - ")


def _all_lanes(rng: Random, width: int) -> str:
    noun = pick(rng, "sides", "branches", "of them", "lines", "rows", "strands")
    return f"both {noun}" if width == PAIR else f"all {count_word(rng, width)} {noun.removeprefix('of ')}"


def _say_lanes(rng: Random, lanes: list[list[str]]) -> str:
    one = pick(rng, "team", "branch", "lane", "group", "line", "track", "thread", "person")
    words = pick(rng, ("one", "two", "three"), ("1", "2", "3"), ("A", "B", "C"))
    if chance(rng, 0.25):
        actors = rng.sample(ACTORS, len(lanes))
        marks = [pick(rng, f"the {actor}s: ", f"the {actor} does ") for actor in actors]
    elif chance(rng, 0.3):
        sides = pick(
            rng, ("on one side ", "on the other side "), ("on the one hand ", "on the other hand "),
            ("one group does ", "the other group does "), ("one of us does ", "the other one does "),
            ("left: ", "right: "), ("on the left ", "on the right "), ("one branch is ", "the other branch is "),
        )  # fmt: skip
        marks = list(sides) if len(lanes) == PAIR else ["", "", ""]
        marks = marks if marks[0] else [f"{number}) " for number in "abc"]
    else:
        colon = pick(rng, ": ", ": ", " - ", " does ")
        marks = [f"{one} {word}{colon}" for word in words]
    comma = pick(rng, ". ", ". ", "; ", "\n", ", ")
    link = pick(rng, ", then ", " -> ", " and then ", ", then ")
    return comma.join(mark + link.join(lane) for mark, lane in zip(marks, lanes, strict=False))


def told_at_once(rng: Random) -> tuple[str, str]:
    before, width, after = rng.randint(0, 3), pick(rng, 2, 2, 2, 3, 4), rng.randint(0, 2)
    after = max(after, not before)
    actions = step_names(rng, before + after)
    first, side, rest = actions[:before], side_steps(rng, width), actions[before:]
    together = and_last(side)  # commas alone would not say where it begins
    at_once = pick(rng, "in parallel", "in parallel", "at the same time", "side by side", "simultaneously")
    if chance(rng, 0.3):
        return _joined(rng, first, side, rest)
    if first:
        told = pick(
            rng,
            f"{in_turn(rng, first)}, then {together} {at_once}",
            f"{in_turn(rng, first)}, then {at_once} {together}",
            f"{in_turn(rng, first)}; {together} {at_once}",
            f"after {in_turn(rng, first)}, do {together} {at_once}",
        )
    else:
        told = pick(rng, f"{together} {at_once}", f"{at_once} {together}", f"do {together} {at_once}")
    prompt = (
        any_head(rng) + told + "".join(f"{pick(rng, ', then ', ', then ', ', and finally ')}{step}" for step in rest)
    )
    groups = [step_path(first), ", ".join(f"[{action}]" for action in side), step_path(rest)]
    row = [group for group in groups if group]
    return prompt, " > ".join(row)


def _joined(rng: Random, first: list[str], side: list[str], rest: list[str]) -> tuple[str, str]:
    """Steps side by side whose end is waited for: `chop onions and, meanwhile, boil water; when both are done, eat`."""
    at_once = pick(rng, "at the same time", "in parallel", "meanwhile", "at once", "simultaneously")
    count = "both" if len(side) == PAIR else pick(rng, "all", f"all {count_word(rng, len(side))}")
    told = pick(
        rng,
        f"{count_word(rng, len(side))} things {at_once}: {', '.join(side)}",
        f"{', '.join(side[:-1])} and, {at_once}, {side[-1]}",
        f"{at_once}: {' and '.join(side)}",
        f"do {and_last(side)} {at_once}",
    )
    before = f"{in_turn(rng, first)}{pick(rng, ', then ', '; then ', '. then ')}" if first else ""
    if rest:
        link = pick(rng, "; ", ". ", ", ")
        done = pick(
            rng, f"once {count} are done", f"when {count} are ready", f"{count} finished", f"after {count} are done"
        )
        told += f"{link}{done}{pick(rng, ', ', ' -> ', ', then ')}{in_turn(rng, rest)}"
    row = [step_path(first), ", ".join(f"[{step}]" for step in side), step_path(rest)]
    return f"{any_head(rng)}{before}{told}", " > ".join(group for group in row if group)
