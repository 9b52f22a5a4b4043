"""Steps by what they do, in words, each with the body of its plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from random import Random

from diagram_core.synthesis.decisions import decision
from diagram_core.synthesis.naming import coined_names, everyday_names, outcome, step_names, system_names
from diagram_core.synthesis.parallels import parallel
from diagram_core.synthesis.paths import Group, any_head, heading, in_turn, led_up, path_lines, step_path
from diagram_core.synthesis.phrasing import and_last, chance, marked, pick
from diagram_core.synthesis.vocabulary import COMMON_NOUNS, CONDITIONS, STEPS

MAX_STEPS = 12


def pipeline(rng: Random) -> tuple[str, str]:
    """Steps by what they do, in a row, side by side or in a loop: (prompt, body of the plan)."""
    form: Callable[[Random], tuple[str, str]] = pick(
        rng,
        *2 * (_arrow_pipeline, _told_pipeline, _listed_pipeline),
        *2 * (_loop_pipeline,),
        *2 * (_told_loop,),
        *4 * (parallel,),
        _numbered_loop,
        _sentences_pipeline,
        _unpunctuated_pipeline,
        _headed_pipeline,
        *2 * (_everyday_row, _ruled_row),
        _cycle_pipeline,
        *9 * (decision,),
        _reversed_pipeline,
        *6 * (_connected_pipeline,),
    )
    return form(rng)


def _row_length(rng: Random) -> int:
    return rng.randint(2, 7) if chance(rng, 0.8) else rng.randint(8, MAX_STEPS)


def _arrow_pipeline(rng: Random) -> tuple[str, str]:
    actions = step_names(rng, _row_length(rng))
    arrow = pick(
        rng,
        " -> ",
        " > ",
        " → ",
        " => ",
        "->",
        " --> ",
        " | ",
        "; ",
        ", then ",
        " then ",
        " followed by ",
        " and then ",
    )
    return any_head(rng) + arrow.join(actions), step_path(actions)


def _told_pipeline(rng: Random) -> tuple[str, str]:
    actions = step_names(rng, _row_length(rng))
    if chance(rng, 0.3):
        return any_head(rng) + led_up(rng, actions) + pick(rng, "", "."), step_path(actions)
    start = pick(rng, "first ", "First, ", "First ", "first we ", "First we ", "we ", "", "", "", "start with ")
    last = pick(rng, ", and finally ", ", then ", " and then ", ", and then ", " and ", ", finally ", " and last ")
    links = pick(
        rng, (", ",), (", then ",), (", ", ", then ", ", then ", "; "), (", then ", ", next ", ", after that ")
    )
    middle = "".join(f"{pick(rng, *links)}{action}" for action in actions[1:-1])
    return f"{any_head(rng)}{start}{actions[0]}{middle}{last}{actions[-1]}", step_path(actions)


def _listed_pipeline(rng: Random) -> tuple[str, str]:
    actions = step_names(rng, _row_length(rng))
    mark = pick(rng, "{}. ", "{}. ", "{}) ", "step {}: ", "- ", "* ", "")
    head = pick(rng, "", "steps:\n", "process that does the following:\n", "draw this pipeline:\n")
    joint = pick(rng, "\n", "\n", "\n", " " if "{}" in mark else "\n")
    return head + joint.join(marked(mark, actions)), step_path(actions)


def _headed_pipeline(rng: Random) -> tuple[str, str]:
    """A list, or a row, below a heading: `etl job`, and then a line for each step."""
    actions = step_names(rng, _row_length(rng))
    if chance(rng, 0.3):
        told = pick(rng, " -> ", ", ", " > ", ", then ").join(actions)
        return f"{heading(rng)}: {told}", step_path(actions)
    if chance(rng, 0.3):
        actions = [action[0].upper() + action[1:] for action in actions]
    mark = pick(rng, "• ", "- ", "* ", "{}. ", "{}) ", "({}) ", "\N{EN DASH} ", "")
    colon = pick(rng, "", "", ":") if mark else ":"  # or the heading would be a line as the others
    return "\n".join([heading(rng) + colon, *marked(mark, actions)]), step_path(actions)


def _sentences_pipeline(rng: Random) -> tuple[str, str]:
    """A sentence for each step: `First we load the data. Then we train a model. Finally we deploy it.`"""
    actions = step_names(rng, rng.randint(2, 7))
    if chance(rng, 0.3):
        actions = [action[0].upper() + action[1:] for action in actions]
        return ". ".join(actions) + pick(rng, ".", ""), step_path(actions)
    we = pick(rng, "we ", "we ", "you ", "they ", "", "", "I ")
    first = pick(rng, "First ", "first ", "First, ", "To begin with, ", "At the start ", "")
    links = pick(
        rng, ("Then ", "Next ", "After that "), ("Then ",), ("then ", "next ", "after that "), ("Next, ", "Then, ")
    )
    last = pick(rng, "Finally ", "finally ", "Finally, ", "In the end ", "At last ", "and last ")
    middle = [f"{pick(rng, *links)}{we}{action}" for action in actions[1:-1]]
    prompt = ". ".join([f"{first}{we}{actions[0]}", *middle, f"{last}{we}{actions[-1]}"])
    return prompt + pick(rng, ".", ""), step_path(actions)


def _unpunctuated_pipeline(rng: Random) -> tuple[str, str]:
    """Without a comma: `flowchart log in then enter code then check it if wrong back to enter code else go on`."""
    actions = step_names(rng, rng.randint(3, 6))
    link = pick(rng, " then ", " then ", " and then ", " next ", " after that ")
    head = pick(rng, "", "", "flowchart ", "process ", "flow chart ", "workflow ", "diagram ", "first ")
    if chance(rng, 0.3):
        return head + link.join(actions), step_path(actions)
    bad, good = pick(
        rng, ("wrong", "right"), ("no", "yes"), ("it fails", "it works"), ("not ok", "ok"), ("bad", "good"),
        ("rejected", "accepted"), ("invalid", "valid"), ("false", "true"), ("it is full", "it is free"),
        ("late", "on time"),
    )  # fmt: skip
    *before, last = actions
    if chance(rng, 0.5):
        back = rng.randrange(len(before) - 1)
        returned = pick(rng, "back to ", "go back to ", "return to ", "again ")
        otherwise = pick(rng, f"if {good} ", "else ", "otherwise ")
        told = f"{bad} {returned}{before[back]} {otherwise}{last}"
        body = f"{step_path(before)} > {before[back]}\n{before[-1]} > [{last}]"
        return f"{head}{link.join(before)} if {told}", body
    *before, one = before
    otherwise = pick(rng, f"if {bad} ", "else ", "otherwise ", "if not ")
    told = f"{head}{link.join(before)} if {good} {one} {otherwise}{last}"
    return told, f"{step_path(before)} > [{one}], [{last}]"


def _numbered_loop(rng: Random) -> tuple[str, str]:
    """A numbered list whose last line sends back to a number: `4. go back to step 2`."""
    actions = step_names(rng, rng.randint(3, 7))
    back = rng.randrange(len(actions) - 1)
    mark = pick(rng, "{}. ", "{}. ", "{}) ", "{}: ", "step {}: ", "({}) ")
    when = pick(rng, "", "", f"if {outcome(rng, CONDITIONS)} ", "if not ok ")
    step = pick(rng, f"step {back + 1}", f"step {back + 1}", f"{back + 1}", f"number {back + 1}")
    if back < len(actions) - 2 and chance(rng, 0.3):
        return _numbered_check(rng, actions, mark, back, step)
    told = f"{when}{pick(rng, 'back to', 'go back to', 'go to', 'return to', 'repeat from', 'jump to')} {step}"
    lines = marked(mark, [*actions, told])
    if chance(rng, 0.3):  # on the line of the last step
        lines = [*lines[:-2], f"{lines[-2]}, {told}"]
    return any_head(rng) + pick(rng, "\n", "\n", " ", ", ", "; ").join(lines), f"{step_path(actions)} > {actions[back]}"


def _numbered_check(rng: Random, actions: list[str], mark: str, back: int, step: str) -> tuple[str, str]:
    """A numbered list of which one step, told by its number, may send back: `If step 3 fails, return to step 1.`"""
    check = rng.randint(back + 1, len(actions) - 2)
    lines = marked(mark, actions)
    fails = pick(rng, f"if step {check + 1} fails", f"when {check + 1} fails", f"if {check + 1} goes wrong")
    told = f"{fails}{pick(rng, ', ', ' ')}{pick(rng, 'return to', 'go back to', 'back to', 'repeat')} {step}"
    body = f"{step_path(actions[: check + 1])} > {actions[back]}\n{actions[check]} > {step_path(actions[check + 1 :])}"
    return f"{pick(rng, chr(10), ' ', ', ').join(lines)}{pick(rng, '. ', '; ', chr(10))}{told}", body


def _everyday_row(rng: Random) -> tuple[str, str]:
    """Short steps with no more than commas, which end where they end: `tea, bath, story, lights off`."""
    actions = everyday_names(rng, rng.randint(3, 8))
    if chance(rng, 0.15):
        actions = [action.capitalize() for action in actions]
    joint = pick(rng, ", ", ", ", ", ", ", then ", " - ", " > ", "\n", ". ")
    *others, last = actions
    before_last = pick(rng, joint, joint, ", and ", " and ", " and then ", ", then ") if joint == ", " else joint
    head = any_head(rng) if chance(rng, 0.15) else ""
    return f"{head}{joint.join(others)}{before_last}{last}", step_path(actions)


def _ruled_row(rng: Random) -> tuple[str, str]:
    """A row, and a short rule that sends one of its steps back: `A -> B -> C -> D. if C fails back to B`."""
    actions = pick(rng, step_names, step_names, coined_names, everyday_names)(rng, rng.randint(3, 7))
    check = rng.randint(1, len(actions) - 1)
    back = rng.randrange(check)
    source, target = actions[check], actions[back]
    fails = pick(
        rng, "fails", "fails", "goes wrong", "is not ok", "is wrong", "does not work", "was bad", "says no", "crashes",
        "finds an error", "did not work", "has errors", "is rejected", "breaks", "is no good", "fails twice",
    )  # fmt: skip
    returns = pick(
        rng, "back to", "back to", "go back to", "return to", "goto", "go to", "->", "repeat", "redo", "jump back to",
        "again from", "it goes back to", "restart at", "we are back at", "it is back to",
    )  # fmt: skip
    if_ = pick(rng, "if", "if", "when", "in case", "If", "but if", "whenever")
    rule = pick(
        rng,
        f"{if_} {source} {fails}{pick(rng, ' ', ', ', ': ', ' then ')}{returns} {target}",
        f"{if_} {source} {fails}{pick(rng, ' ', ', ', ': ', ' then ')}{returns} {target}",
        f"{if_} {source} {fails}{pick(rng, ' ', ', ')}{target} again",
        f"{returns} {target} {if_.lower().removeprefix('but ')} {source} {fails}",
        f"{pick(rng, 'error', 'failure', 'problem')} in {source}{pick(rng, ': ', ' -> ', ', ')}{returns} {target}",
        f"{source} {fails} -> {target}",
        f"{pick(rng, 'on failure', 'on error', 'if not ok', 'if bad')} {source} goes back to {target}",
        f"{pick(rng, 'also an arrow', 'there is a loop', 'and a way back', 'plus a line')} from {source} to {target}",
    )
    row = pick(rng, " -> ", " -> ", "->", " > ", " => ", " → ", ", ", ", then ").join(actions)
    told = f"{row}{pick(rng, '. ', '. ', ', ', '; ', chr(10), ' (')}{rule}"
    rows = [[[step] for step in actions], [[source], [target]]]
    if check == len(actions) - 1:
        rows = [[*rows[0], [target]]]
    return f"{any_head(rng)}{told}{')' if f' ({rule}' in told else ''}", path_lines(rows)


def _reversed_pipeline(rng: Random) -> tuple[str, str]:
    """The last step first: `before ship the bike comes test brakes, and before test brakes comes attach wheels`."""
    actions = step_names(rng, rng.randint(2, 4))
    verb = pick(rng, "comes", "comes", "there is", "you have to", "we")
    links = [f"before {later} {verb} {earlier}" for earlier, later in pairwise(actions)]
    joint = pick(rng, ", and ", ", ", ". ", "; ")
    return joint.join(reversed(links)), step_path(actions)


def _loop_pipeline(rng: Random) -> tuple[str, str]:
    """A step back to an earlier one: `evaluate; if it is not good enough go back to train`."""
    actions = step_names(rng, rng.randint(3, 6))
    back = rng.randrange(len(actions) - 1)
    *_, check = first = actions[: rng.randint(back + 2, len(actions))]
    rest = actions[len(first) :]
    when = outcome(rng, CONDITIONS)
    told = pick(
        rng,
        f"; if it fails go back to {first[back]}",
        f", and if the result is not good enough return to {first[back]}",
        f", repeat from {first[back]} until it passes",
        f", if {when} go back to {first[back]}",
        f"; if {when}, back to {first[back]}",
        f"; when {when} return to {first[back]}",
    )
    otherwise = pick(rng, "; otherwise ", ", else ", ", then ") + in_turn(rng, rest) if rest else ""
    body = f"{step_path(first)} > {first[back]}" + (f"\n{check} > {step_path(rest)}" if rest else "")
    return f"{any_head(rng)}{in_turn(rng, first)}{told}{otherwise}", body


def _told_loop(rng: Random) -> tuple[str, str]:
    """A row, and then a sentence about the way back: `When monitoring finds drift, all starts again at train`."""
    actions = step_names(rng, rng.randint(3, 6))
    back = rng.randrange(len(actions) - 1)
    check = pick(rng, len(actions) - 1, rng.randint(back + 1, len(actions) - 1))
    source, target = actions[check], actions[back]
    noun = pick(rng, *COMMON_NOUNS)
    trouble = pick(
        rng, "a problem", "an error", "something wrong", f"a broken {noun}", f"a new {noun}", "drift", "a mistake"
    )
    told = pick(
        rng,
        f"after {source} it goes back to {target} again",
        f"after {source} it goes back to {target}",
        f"when {source} finds {trouble}, everything starts again at {target}",
        f"when {source} finds {trouble}, back to {target}",
        f"if {trouble} shows up in {source}, we return to {target}",
        f"if {source} fails, {target} is repeated",
        f"{source} can also send it back to {target}",
        f"{source} leads back to {target} if there is {trouble}",
        f"from {source} there is {pick(rng, 'also ', '')}an arrow back to {target}",
        f"and from {source} it loops back to {target}",
        f"should {source} fail, it all begins again with {target}",
        f"as long as {source} finds {trouble}, go back to {target}",
    )
    if pick(rng, True, False):
        told = told[0].upper() + told[1:] if not told.startswith(source) else told
        joint = ". "
    else:
        joint = pick(rng, ", ", "; ", " - ")
    row = pick(rng, in_turn(rng, actions), led_up(rng, actions), " -> ".join(actions))
    rows = [[[step] for step in actions], [[source], [target]]]
    if check == len(actions) - 1:
        rows = [[*rows[0], [target]]]
    return f"{any_head(rng)}{row}{joint}{told}", path_lines(rows)


def _cycle_pipeline(rng: Random) -> tuple[str, str]:
    """Steps that begin again: `forward pass, compute loss, backward pass, update weights, repeat`."""
    actions = pick(rng, step_names, everyday_names)(rng, rng.randint(2, 6))
    head = pick(rng, "", "", "loop: ", "training loop: ", "cycle: ", "show the loop: ", "life cycle: ")
    end = pick(rng, ", repeat", ", and repeat", ", then repeat", ", then start over", ", and back to the start")
    arrow = pick(rng, ", ", ", ", ", then ", " -> ")
    return f"{head}{arrow.join(actions)}{end}", f"{step_path(actions)} > {actions[0]}"


def _connected_pipeline(rng: Random) -> tuple[str, str]:
    """Any steps that lead to any later ones, arrow by arrow or step by step: `A -> B, A -> C; B and C go to D`."""
    groups = _linked_steps(rng)
    tell = _as_arrows if chance(rng, 0.4) else _as_needs if chance(rng, 0.15) else _as_sentences
    return tell(rng, groups)


def _linked_steps(rng: Random) -> list[Group]:
    """For each step but the first what leads to it."""
    count = rng.randint(3, 7)
    names = pick(rng, coined_names, coined_names, step_names, system_names, _nouns)(rng, count)
    reach, widths = pick(rng, (1, (1,)), (3, (1, 1, 1, 2)), (3, (1, 1, 1, 2)), (3, (1, 2)))
    groups: list[Group] = []
    for number in range(1, count):
        recent = names[max(0, number - reach) : number]
        sources = sorted(rng.sample(recent, min(len(recent), pick(rng, *widths))), key=names.index)
        groups.append((sources, [names[number]]))
    return groups


def _arrows_of(groups: Sequence[Group], as_they_leave: bool) -> list[tuple[str, str]]:
    """Each arrow by itself, as they come into a step or as they leave one."""
    arrows = [(source, name) for sources, (name,) in groups for source in sources]
    order = [groups[0][0][0], *(name for _, (name,) in groups)]
    return sorted(arrows, key=lambda arrow: order.index(arrow[0])) if as_they_leave else arrows


def _as_arrows(rng: Random, groups: list[Group]) -> tuple[str, str]:
    mark, comma = pick(rng, " -> ", " -> ", "->", " > ", " → "), pick(rng, ", ", ", ", "; ", "\n")
    if not any(" to " in name for group in groups for names in group for name in names):
        mark = pick(rng, mark, mark, mark, " to ")
    arrows = _arrows_of(groups, chance(rng, 0.5))
    return any_head(rng) + comma.join(map(mark.join, arrows)), path_lines([([a], [b]) for a, b in arrows])


def _as_needs(rng: Random, groups: list[Group]) -> tuple[str, str]:
    verb = pick(rng, "depends on", "comes after", "needs", "follows", "gets its input from")
    told = [f"{name} {verb} {and_last(sources)}" for sources, (name,) in groups]
    return any_head(rng) + pick(rng, ", ", "; ", ". ").join(told), path_lines(groups)


def _as_sentences(rng: Random, groups: list[Group]) -> tuple[str, str]:
    if chance(rng, 0.5):
        arrows = _arrows_of(groups, as_they_leave=True)
        groups = [([source], [name for _, name in left]) for source, left in groupby(arrows, key=itemgetter(0))]
    verb, plural_verb = pick(
        rng, ("goes to", "go to"), ("goes to", "go to"), ("leads to", "lead to"), ("feeds", "feed"), ("->", "->"),
        ("is connected to", "are connected to"), ("connects to", "connect to"), ("points to", "point to"),
        ("sends to", "send to"), ("calls", "call"), ("triggers", "trigger"), ("writes to", "write to"),
        ("branches into", "branch into"), ("goes into", "go into"), ("sends data to", "send data to"),
    )  # fmt: skip
    comma = pick(rng, ", ", "; ", ". ", ", then ", ", and ", "\n")
    told = [f"{and_last(a)} {verb if len(a) == 1 else plural_verb} {and_last(b)}" for a, b in groups]
    return any_head(rng) + comma.join(told), path_lines(groups)


def _nouns(rng: Random, count: int) -> list[str]:
    return rng.sample(STEPS, count)
