"""Process charts in words, each with the body of its plan, one line a step in the order of the prompt.

Prompts about data name one thing in several ways: `jpg file` and then `picture`. Their plans copy the names and mark,
by where a name stands alone, what it may mean: the first input of a step is `~`, earlier data if the name fits any;
so is what a step without inputs puts out; all other data is new, `+`. Reading the plan settles which data is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, pairwise
from operator import itemgetter
from random import Random

from diagram_core.notation.names import family_of
from diagram_core.synthesis.naming import (
    any_data,
    any_thing,
    coined_names,
    side_steps,
    step_names,
    system_names,
    thing_names,
)
from diagram_core.synthesis.phrasing import and_last, chance, count_word, pick
from diagram_core.synthesis.vocabulary import (
    COMMON_NOUNS,
    COMMON_VERBS,
    CONDITIONS,
    FATES,
    OPERATIONS,
    QUESTIONS,
    STEPS,
    STORES,
)

MAX_DATA_STEPS = 12
MAX_STEPS = 12
MAX_WIRES = 5

Group = tuple[list[str], list[str]]  # steps, and those that each of them leads to

_HEADS = (
    "process", "LLM process", "RAG process", "Langchain process", "algorithm", "deep learning algorithm",
    "machine learning model", "data pre-processing algorithm", "workflow", "data pipeline",
)  # fmt: skip


def data_process(rng: Random) -> tuple[str, str]:
    """Steps that take and give data under changing names: (prompt, body of the plan)."""
    count = rng.randint(1, 3) if chance(rng, 0.3) else rng.randint(3, MAX_DATA_STEPS)
    name = any_thing if chance(rng, 0.15) else any_data
    steps = []
    last_output: str | None = None
    for _ in range(count):
        phrase, line, last_output = _step(rng, name, last_output)
        steps.append((phrase, line))
    phrases = [phrase for phrase, _ in steps]
    head = f"{pick(rng, *_HEADS)} that {pick(rng, 'consists of', 'includes', 'contains')}"
    comma = "," if not head.endswith("of") else ""
    if chance(rng, 0.5):
        bullet = pick(rng, "* ", "- ")
        prompt = f"{head}{comma} \n" + "\n".join(bullet + phrase for phrase in phrases)
    else:
        first = pick(rng, "", " first,")
        prompt = (
            f"{head}{comma}{first} "
            + phrases[0]
            + "".join(f"{pick(rng, ', and then ', ', and ')}{p}" for p in phrases[1:])
        )
    return prompt + pick(rng, "", "", "."), "\n".join(line for _, line in steps)


def pipeline(rng: Random) -> tuple[str, str]:
    """Steps by what they do, in a row, side by side or in a loop: (prompt, body of the plan)."""
    form: Callable[[Random], tuple[str, str]] = pick(
        rng,
        *2 * (_arrow_pipeline, _told_pipeline, _listed_pipeline),
        *3 * (_parallel_pipeline, _loop_pipeline),
        _numbered_loop,
        _sentences_pipeline,
        _unpunctuated_pipeline,
        _headed_pipeline,
        _cycle_pipeline,
        *2 * (_decision_pipeline,),
        *4 * (_connected_pipeline,),
    )
    return form(rng)


def data_flow(rng: Random) -> tuple[str, str]:
    """Named things that go through named systems: (prompt, body of the plan)."""
    form: Callable[[Random], tuple[str, str]] = pick(
        rng,
        *2 * (_told_flow, _merging_flow, _passing_flow, _arrow_flow, _fated_flow),
        *3 * (_woven_flow,),
        *2 * (_wired_flow,),
        _relay_flow,
        _stored_flow,
        _fan_flow,
        _two_flows,
        _split_flow,
        _training_flow,
        _retrieval_flow,
    )
    return form(rng)


# Steps that take and give data


def _step(rng: Random, name: Callable[[Random], str], last_output: str | None) -> tuple[str, str, str | None]:
    """(phrase, line of the plan, the first thing that it puts out)."""
    operation = pick(rng, *OPERATIONS)
    kind = pick(rng, "in-out", "in-out", "in-out", "in", "out", "convert")
    outputs = [name(rng) for _ in range(_few(rng))]
    if kind == "out":
        line = f"[{operation}] > {', '.join(f'~ {output}' for output in outputs)}"
        return _say_output(rng, operation, outputs), line, outputs[0]
    inputs = [_input_name(rng, name, last_output), *(name(rng) for _ in range(_few(rng) - 1))]
    taken = ", ".join([f"~ {inputs[0]}", *(f"+ {other}" for other in inputs[1:])])
    if kind == "in":
        return _say_input(rng, operation, inputs), f"{taken} > [{operation}]", None
    if kind == "convert":
        phrase = f"{pick(rng, 'a', 'a', 'the')} {operation} converts {_listed(rng, inputs)} into {outputs[0]}"
        return phrase, f"{taken} > + {outputs[0]}", outputs[0]
    line = f"{taken} > [{operation}] > {', '.join(f'+ {output}' for output in outputs)}"
    return _say_both(rng, operation, inputs, outputs), line, outputs[0]


def _input_name(rng: Random, name: Callable[[Random], str], last_output: str | None) -> str:
    """Most often a name for what the step before put out."""
    if last_output and chance(rng, 0.7):
        return last_output if chance(rng, 0.5) else pick(rng, *family_of(last_output))
    return name(rng)


def _few(rng: Random) -> int:
    return 1 if chance(rng, 0.75) else rng.randint(2, 3)


def _listed(rng: Random, names: Sequence[str]) -> str:
    return pick(rng, ", ", " and ").join(names)


def _say_input(rng: Random, operation: str, inputs: list[str]) -> str:
    data = _listed(rng, inputs)
    return pick(
        rng,
        f"{operation} that {pick(rng, 'inputs', 'handle', 'process', 'takes')} {data}",
        f"{operation} that, with {data} as input",
        f"inputs {data} and process {'it' if len(inputs) == 1 else 'them'} with {operation}",
    )


def _say_output(rng: Random, operation: str, outputs: list[str]) -> str:
    data = _listed(rng, outputs)
    return pick(
        rng,
        f"{operation} that {pick(rng, 'outputs', 'outputs', 'produces')} {data}",
        f"{operation} that with {data} as output",
        f"outputs {data} and process {'it' if len(outputs) == 1 else 'them'} with {operation}",
    )


def _say_both(rng: Random, operation: str, inputs: list[str], outputs: list[str]) -> str:
    taken, given = _listed(rng, inputs), _listed(rng, outputs)
    return pick(
        rng,
        f"{operation} that {pick(rng, 'inputs', 'handle', 'process', 'takes')} {taken}, and outputs {given}",
        f"{operation} that takes {taken} and {pick(rng, 'outputs', 'returns', 'gives')} {given}",
        f"{operation} that, with {taken} as input, and {given} as output",
        f"inputs {taken}, and outputs {given} and process them with {operation}",
    )


# Steps by what they do


def _row(actions: list[str]) -> str:
    return " > ".join(f"[{action}]" for action in actions)


def _head(rng: Random) -> str:
    return pick(
        rng,
        "",
        "",
        "pipeline: ",
        "workflow: ",
        "flowchart: ",
        "process: ",
        "a process that does: ",
        "steps: ",
    )


def _heading(rng: Random) -> str:
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
    return _head(rng) + arrow.join(actions), _row(actions)


def _told_pipeline(rng: Random) -> tuple[str, str]:
    actions = step_names(rng, _row_length(rng))
    start = pick(rng, "first ", "First, ", "First ", "first we ", "First we ", "we ", "", "", "", "start with ")
    last = pick(rng, ", and finally ", ", then ", " and then ", ", and then ", " and ", ", finally ", " and last ")
    links = pick(
        rng, (", ",), (", then ",), (", ", ", then ", ", then ", "; "), (", then ", ", next ", ", after that ")
    )
    middle = "".join(f"{pick(rng, *links)}{action}" for action in actions[1:-1])
    return f"{_head(rng)}{start}{actions[0]}{middle}{last}{actions[-1]}", _row(actions)


def _listed_pipeline(rng: Random) -> tuple[str, str]:
    actions = step_names(rng, _row_length(rng))
    mark: Callable[[int], str] = pick(
        rng, "{}. ".format, "{}. ".format, "{}) ".format, "step {}: ".format, "- ".format, "* ".format, "".format
    )
    lines = [mark(i) + action for i, action in enumerate(actions, start=1)]
    head = pick(rng, "", "steps:\n", "process that does the following:\n", "draw this pipeline:\n")
    numbered = any(character.isdigit() for character in mark(1))
    return head + pick(rng, "\n", "\n", "\n", " " if numbered else "\n").join(lines), _row(actions)


def _headed_pipeline(rng: Random) -> tuple[str, str]:
    """A list, or a row, below a heading: `etl job`, and then a line for each step."""
    actions = step_names(rng, _row_length(rng))
    if chance(rng, 0.3):
        told = pick(rng, " -> ", ", ", " > ", ", then ").join(actions)
        return f"{_heading(rng)}: {told}", _row(actions)
    if chance(rng, 0.3):
        actions = [action[0].upper() + action[1:] for action in actions]
    mark = pick(rng, "• ", "- ", "* ", "{}. ", "{}) ", "({}) ", "\N{EN DASH} ", "")
    lines = [mark.format(i) + action for i, action in enumerate(actions, start=1)]
    colon = pick(rng, "", "", ":") if mark else ":"  # or the heading would be a line as the others
    return "\n".join([_heading(rng) + colon, *lines]), _row(actions)


def _sentences_pipeline(rng: Random) -> tuple[str, str]:
    """A sentence for each step: `First we load the data. Then we train a model. Finally we deploy it.`"""
    actions = step_names(rng, rng.randint(2, 7))
    if chance(rng, 0.3):
        actions = [action[0].upper() + action[1:] for action in actions]
        return ". ".join(actions) + pick(rng, ".", ""), _row(actions)
    we = pick(rng, "we ", "we ", "you ", "they ", "", "", "I ")
    first = pick(rng, "First ", "first ", "First, ", "To begin with, ", "At the start ", "")
    links = pick(
        rng, ("Then ", "Next ", "After that "), ("Then ",), ("then ", "next ", "after that "), ("Next, ", "Then, ")
    )
    last = pick(rng, "Finally ", "finally ", "Finally, ", "In the end ", "At last ", "and last ")
    middle = [f"{pick(rng, *links)}{we}{action}" for action in actions[1:-1]]
    prompt = ". ".join([f"{first}{we}{actions[0]}", *middle, f"{last}{we}{actions[-1]}"])
    return prompt + pick(rng, ".", ""), _row(actions)


def _unpunctuated_pipeline(rng: Random) -> tuple[str, str]:
    """Without a comma: `flowchart log in then enter code then check it if wrong back to enter code else go on`."""
    actions = step_names(rng, rng.randint(3, 6))
    link = pick(rng, " then ", " then ", " and then ", " next ", " after that ")
    head = pick(rng, "", "", "flowchart ", "process ", "flow chart ", "workflow ", "diagram ", "first ")
    if chance(rng, 0.3):
        return head + link.join(actions), _row(actions)
    bad, good = pick(
        rng, ("wrong", "right"), ("no", "yes"), ("it fails", "it works"), ("not ok", "ok"), ("bad", "good"),
        ("rejected", "accepted"), ("invalid", "valid"), ("false", "true"), ("it is full", "it is free"),
        ("late", "on time"),
    )  # fmt: skip
    *before, last = actions
    told = f"{head}{link.join(before)} if "
    if chance(rng, 0.5):
        back = rng.randrange(len(before) - 1)
        returned = pick(rng, "back to ", "go back to ", "return to ", "again ")
        otherwise = pick(rng, f"if {good} ", "else ", "otherwise ")
        return f"{told}{bad} {returned}{before[back]} {otherwise}{last}", (
            f"{_row(before)} > {before[back]}\n{before[-1]} > [{last}]"
        )
    *before, one = before
    told = f"{head}{link.join(before)} if "
    otherwise = pick(rng, f"if {bad} ", "else ", "otherwise ", "if not ")
    return f"{told}{good} {one} {otherwise}{last}", f"{_row(before)} > [{one}], [{last}]"


def _numbered_loop(rng: Random) -> tuple[str, str]:
    """A numbered list whose last line sends back to a number: `4. go back to step 2`."""
    actions = step_names(rng, rng.randint(3, 7))
    back = rng.randrange(len(actions) - 1)
    mark = pick(rng, "{}. ", "{}. ", "{}) ", "{}: ", "step {}: ", "({}) ").format
    when = pick(rng, "", "", f"if {_outcome(rng, CONDITIONS)} ", "if not ok ")
    step = pick(rng, f"step {back + 1}", f"step {back + 1}", f"{back + 1}", f"number {back + 1}")
    told = f"{when}{pick(rng, 'back to', 'go back to', 'go to', 'return to', 'repeat from', 'jump to')} {step}"
    lines = [mark(i) + action for i, action in enumerate([*actions, told], start=1)]
    if chance(rng, 0.3):  # on the line of the last step
        lines = [*lines[:-2], f"{lines[-2]}, {told}"]
    return _head(rng) + pick(rng, "\n", "\n", " ", ", ", "; ").join(lines), f"{_row(actions)} > {actions[back]}"


def _parallel_pipeline(rng: Random) -> tuple[str, str]:
    before, width, after = rng.randint(0, 3), pick(rng, 2, 2, 2, 3, 4), rng.randint(0, 2)
    after = max(after, not before)
    actions = step_names(rng, before + after)
    first, side, rest = actions[:before], side_steps(rng, width), actions[before:]
    together = and_last(side)  # commas alone would not say where it begins
    at_once = pick(rng, "in parallel", "in parallel", "at the same time", "side by side", "simultaneously")
    if first:
        told = pick(
            rng,
            f"{_in_turn(rng, first)}, then {together} {at_once}",
            f"{_in_turn(rng, first)}, then {at_once} {together}",
            f"{_in_turn(rng, first)}; {together} {at_once}",
            f"after {_in_turn(rng, first)}, do {together} {at_once}",
        )
    else:
        told = pick(rng, f"{together} {at_once}", f"{at_once} {together}", f"do {together} {at_once}")
    prompt = _head(rng) + told + "".join(f"{pick(rng, ', then ', ', then ', ', and finally ')}{step}" for step in rest)
    groups = [_row(first), ", ".join(f"[{action}]" for action in side), _row(rest)]
    row = [group for group in groups if group]
    return prompt, " > ".join(row)


def _in_turn(rng: Random, actions: list[str]) -> str:
    return actions[0] + "".join(f"{pick(rng, ', ', ', then ')}{action}" for action in actions[1:])


def _loop_pipeline(rng: Random) -> tuple[str, str]:
    """A step back to an earlier one: `evaluate; if it is not good enough go back to train`."""
    actions = step_names(rng, rng.randint(3, 6))
    back = rng.randrange(len(actions) - 1)
    *_, check = first = actions[: rng.randint(back + 2, len(actions))]
    rest = actions[len(first) :]
    when = _outcome(rng, CONDITIONS)
    told = pick(
        rng,
        f"; if it fails go back to {first[back]}",
        f", and if the result is not good enough return to {first[back]}",
        f", repeat from {first[back]} until it passes",
        f", if {when} go back to {first[back]}",
        f"; if {when}, back to {first[back]}",
        f"; when {when} return to {first[back]}",
    )
    otherwise = pick(rng, "; otherwise ", ", else ", ", then ") + _in_turn(rng, rest) if rest else ""
    body = f"{_row(first)} > {first[back]}" + (f"\n{check} > {_row(rest)}" if rest else "")
    return f"{_head(rng)}{_in_turn(rng, first)}{told}{otherwise}", body


def _cycle_pipeline(rng: Random) -> tuple[str, str]:
    """Steps that begin again: `forward pass, compute loss, backward pass, update weights, repeat`."""
    actions = step_names(rng, rng.randint(2, 6))
    head = pick(rng, "", "", "loop: ", "training loop: ", "cycle: ", "show the loop: ", "life cycle: ")
    end = pick(rng, ", repeat", ", and repeat", ", then repeat", ", then start over", ", and back to the start")
    arrow = pick(rng, ", ", ", ", ", then ", " -> ")
    return f"{head}{arrow.join(actions)}{end}", f"{_row(actions)} > {actions[0]}"


def _decision_pipeline(rng: Random) -> tuple[str, str]:
    """A step whose outcome decides between two: `check stock; if yes ship orders, otherwise send emails`."""
    actions = step_names(rng, rng.randint(3, 6))
    *before, one, other = actions
    when = _outcome(rng, QUESTIONS)
    if len(before) > 1 and chance(rng, 0.25):
        return _two_steps_if(rng, before, when, one, other)
    last = pick(rng, *(step for step in STEPS if step not in actions)) if chance(rng, 0.25) else ""
    told = pick(
        rng,
        f"; if {when} {one}, otherwise {other}",
        f", if {when} {one}, else {other}",
        f", if {when} then {one}, otherwise {other}",
        f". If {when}, {one}, if not, {other}",
        f", then either {one} or {other}",
        f", if {when} {one}, if not {other}",
        f" - {when}? {one}, otherwise {other}",
        f"; {when} -> {one}, otherwise -> {other}",
    )
    either = pick(
        rng, ". Either way, ", "; in both cases ", ", and in the end ", ". in both cases ", ". Afterwards always "
    )
    end = f"{either}{last}" if last else ""
    row = f"{_row(before)} > [{one}], [{other}]" + (f" > [{last}]" if last else "")
    return f"{_head(rng)}{_in_turn(rng, before)}{told}{end}", row


def _two_steps_if(rng: Random, before: list[str], when: str, one: str, other: str) -> tuple[str, str]:
    """A decision with two steps on one side: `if it passes deploy and then monitor, otherwise roll back`."""
    *before, second = before
    check = before[-1]
    then = pick(rng, " and then ", " and ", ", then ")
    otherwise = pick(rng, "; otherwise ", ", otherwise ", ", else ", ". If not, ")
    told = f"{pick(rng, '; ', ', ')}if {when} {one}{then}{second}{otherwise}{other}"
    return f"{_head(rng)}{_in_turn(rng, before)}{told}", f"{_row([*before, one, second])}\n{check} > [{other}]"


def _outcome(rng: Random, outcomes: Sequence[str]) -> str:
    """What a decision is about: one of these, or something about a thing that no list of words foresees."""
    if chance(rng, 0.7):
        return pick(rng, *outcomes)
    noun, states = pick(rng, *COMMON_NOUNS), ("ok", "wrong", "ready", "empty", "too high", "too low", "free", "valid")
    return f"the {noun} {pick(rng, 'is', 'is', 'is not')} {pick(rng, *states)}"


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
    return _head(rng) + comma.join(map(mark.join, arrows)), _lines([([a], [b]) for a, b in arrows])


def _as_needs(rng: Random, groups: list[Group]) -> tuple[str, str]:
    verb = pick(rng, "depends on", "comes after", "needs", "follows", "gets its input from")
    told = [f"{name} {verb} {and_last(sources)}" for sources, (name,) in groups]
    return _head(rng) + pick(rng, ", ", "; ", ". ").join(told), _lines(groups)


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
    return _head(rng) + comma.join(told), _lines(groups)


def _nouns(rng: Random, count: int) -> list[str]:
    return rng.sample(STEPS, count)


def _lines(groups: Sequence[Group], is_step: Mapping[str, bool] | None = None) -> str:
    """A line of the plan for each, in which a step is new where it is first named; what is no step is data."""
    known: set[str] = set()

    def step(name: str) -> str:
        is_new = name not in known and (is_step is None or is_step[name])
        known.add(name)
        return f"[{name}]" if is_new else name

    return "\n".join(f"{', '.join(map(step, before))} > {', '.join(map(step, after))}" for before, after in groups)


# Things that go through systems


def _told_flow(rng: Random) -> tuple[str, str]:
    count = rng.randint(1, 3)
    things, systems = thing_names(rng, count + 1), system_names(rng, count)
    phrases = [
        pick(
            rng,
            f"the {systems[0]} turns {things[0]} into {things[1]}",
            f"{things[0]} goes into the {systems[0]}, which gives {things[1]}",
            f"take {things[0]} and run the {systems[0]} to get {things[1]}",
        )
    ]
    for i in range(1, count):
        phrases.append(
            pick(
                rng,
                f"then the {systems[i]} turns it into {things[i + 1]}",
                f"the {systems[i]} takes the {things[i]} and produces {things[i + 1]}",
                f"the {things[i]} goes into the {systems[i]}, which gives {things[i + 1]}",
            )
        )
    body = things[0] + "".join(f" > [{system}] > {thing}" for system, thing in zip(systems, things[1:], strict=True))
    return ", ".join(phrases), body


def _merging_flow(rng: Random) -> tuple[str, str]:
    sources = thing_names(rng, rng.randint(3, 4))
    result = sources.pop()
    (system,) = system_names(rng, 1)
    names = and_last(sources)
    prompt = pick(
        rng,
        f"{names} are fed into a {system} that produces {result}",
        f"a {system} takes {names} and outputs {result}",
        f"{result} {_are(result)} made by the {system} from {names}",
        f"{names} feed the {system}, which {pick(rng, 'sends', 'gives', 'returns')} {result}",
        f"{names} go into {pick(rng, 'a', 'the')} {system} {pick(rng, 'which', 'that')} outputs {result}",
        f"{names} go into the {system}, {pick(rng, 'and ', 'and then ')}{result} comes out",
    )
    return prompt, f"{', '.join(sources)} > [{system}] > {result}"


def _woven_flow(rng: Random) -> tuple[str, str]:
    """Systems that each take something, new or made before, and make something: `A takes b and c and makes d`."""
    systems = system_names(rng, rng.randint(2, 4))
    things = thing_names(rng, 3 * len(systems) + 1)
    made: list[str] = []
    told, lines = [], []
    for number, system in enumerate(systems):
        taken = [made[-1] if made and chance(rng, 0.8) else things.pop()]
        if chance(rng, 0.4):
            older = [thing for thing in made if thing not in taken]
            taken.append(pick(rng, *older) if older and chance(rng, 0.4) else things.pop())
        given = [things.pop() for _ in range(2 if number == len(systems) - 1 and chance(rng, 0.2) else 1)]
        told.append(_say_work(rng, system, taken, given))
        lines.append(f"{', '.join(taken)} > [{system}] > {', '.join(given)}")
        made += given
    comma = pick(rng, ", ", ", ", ". ", "; ", ", and ", ", then ", "\n")
    if comma == ". " and chance(rng, 0.5):
        told = [phrase[0].upper() + phrase[1:] if phrase.startswith("the ") else phrase for phrase in told]
    if comma == ", " and chance(rng, 0.5):
        told[-1] = f"and {told[-1]}"
    return comma.join(told), "\n".join(lines)


def _say_work(rng: Random, system: str, taken: list[str], given: list[str]) -> str:
    article, other = pick(rng, ("", ""), ("the ", ""), ("the ", "the "), ("the ", "a "))
    inputs = and_last([_with_article(name, other) if chance(rng, 0.7) else name for name in taken])
    outputs = and_last([_with_article(name, pick(rng, other, "", "a ") if other else "") for name in given])
    makes = pick(rng, "makes", "gives", "returns", "outputs", "produces", "creates", "writes", "generates")
    go = "goes" if len(taken) == 1 and not taken[0].endswith("s") else "go"
    are = _are(taken[0]) if len(taken) == 1 else "are"
    return pick(
        rng,
        f"{article}{system} {pick(rng, 'takes', 'receives', 'gets', 'reads')} {inputs} and {makes} {outputs}",
        f"{article}{system} turns {inputs} into {outputs}",
        f"{inputs} {go} {pick(rng, 'to', 'into')} {article}{system}, which {makes} {outputs}",
        f"{inputs} {go} {pick(rng, 'to', 'into')} {article}{system} and {outputs} {pick(rng, 'comes', 'come')} out",
        f"{inputs} {are} turned into {outputs} by {article}{system}",
        f"{article}{system} uses {inputs} to make {outputs}",
        f"from {inputs} {article}{system} {makes} {outputs}",
        f"{outputs} {'are' if len(given) > 1 else _are(given[0])} made from {inputs} by {article}{system}",
    )


def _with_article(name: str, article: str) -> str:
    if article != "a ":
        return article + name
    return name if name.endswith("s") else f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _wired_flow(rng: Random) -> tuple[str, str]:
    """What each system gives and where each thing goes, one after the other; both may fork."""
    systems, things = system_names(rng, 7), thing_names(rng, 9)
    start_with_thing = chance(rng, 0.5)
    waiting = [(things.pop(), False) if start_with_thing else (systems.pop(), True)]
    told: list[str] = []
    groups: list[Group] = []
    is_system = dict(waiting)
    while waiting and len(groups) < MAX_WIRES:
        name, makes_things = waiting.pop(0)
        pool = things if makes_things else systems
        next_names = [pool.pop() for _ in range(min(len(pool), pick(rng, 1, 1, 2)))]
        if not next_names:
            continue
        groups.append(([name], next_names))
        waiting += [(other, not makes_things) for other in next_names]
        is_system |= dict(waiting)
        told.append(_say_wire(rng, name, makes_things, next_names))
    comma = pick(rng, ", ", ", ", ". ", "; ", ", and ")
    return comma.join(told), _lines(groups, is_system)


def _say_wire(rng: Random, name: str, makes_things: bool, next_names: list[str]) -> str:
    article, other = pick(rng, ("", ""), ("the ", ""), ("the ", "the "))
    if makes_things:
        verb = pick(rng, "outputs", "produces", "gives", "returns", "makes", "emits")
        return f"{article}{name} {verb} {and_last([f'{other}{thing}' for thing in next_names])}"
    to = pick(rng, "to", "to", "into")
    go = f"go {to}" if name.endswith("s") else f"goes {to}"
    again = f" and {to} {article}" if chance(rng, 0.5) else f" and {article}"
    return f"{article}{name} {go} {article}{again.join(next_names)}"


def _are(name: str) -> str:
    return "are" if name.endswith("s") else "is"


def _stored_flow(rng: Random) -> tuple[str, str]:
    """What comes from a system, is worked on, and is kept: `the crawler outputs web pages, ..., to a database`."""
    first, *others = system_names(rng, rng.randint(1, 3))
    things = thing_names(rng, len(others) + 1, but=STORES)
    read = chance(rng, 0.3)  # something goes into the first system
    store = pick(rng, *STORES)
    (source,) = thing_names(rng, 1, but=(*things, *STORES))
    article = pick(rng, "", "the ")
    phrases = [
        f"{source} {_are(source)} {pick(rng, 'read', 'processed', 'handled')} by {article}{first}, "
        f"{article}{first} gives {things[0]}"
        if read
        else f"the {first} {pick(rng, 'outputs', 'produces', 'delivers')} {things[0]}"
    ]
    for system, taken, given in zip(others, things, things[1:], strict=False):
        phrases.append(
            pick(
                rng,
                f"the {system} turns {taken} into {given}",
                f"{system} {pick(rng, 'summarizes', 'converts', 'maps')} {taken} into {given}",
                f"and a {system} turns the {taken} into {given}",
                f"{taken} goes to the {system}, the {system} gives {given}",
            )
        )
    kept = chance(rng, 0.6)
    if kept:
        phrases.append(f"{pick(rng, '', 'and ', 'then ')}{things[-1]} {pick(rng, 'goes to', 'is stored in')} a {store}")
    steps = [*([source] if read else []), f"[{first}]", things[0]]
    for system, thing in zip(others, things[1:], strict=True):
        steps += [f"[{system}]", thing]
    return ", ".join(phrases), " > ".join([*steps, *([store] if kept else [])])


def _fan_flow(rng: Random) -> tuple[str, str]:
    """One thing for several systems whose results come together: an ensemble."""
    *systems, joint = system_names(rng, rng.randint(3, 5))
    source, result = thing_names(rng, 2)
    names = and_last(systems)
    prompt = pick(
        rng,
        f"{source} {_are(source)} sent to {names}, and the {joint} combines their outputs into {result}",
        f"ensemble: {source} goes into {names}, whose outputs go into the {joint}, which gives {result}",
        f"{source} -> {' + '.join(systems)} -> {joint} -> {result}",
        f"{names} all take {source}, and the {joint} turns what they give into {result}",
    )
    return prompt, f"{source} > {', '.join(f'[{system}]' for system in systems)} > [{joint}] > {result}"


def _two_flows(rng: Random) -> tuple[str, str]:
    """Two things that go through systems of their own and meet in one."""
    one, other, result = thing_names(rng, 3)
    systems = system_names(rng, rng.randint(3, 4))
    *first, second, joint = systems
    through = " and then the ".join(first)
    prompt = pick(
        rng,
        f"{one} goes through the {through}, {other} goes through the {second}, "
        f"and both go into the {joint}, which gives {result}",
        f"the {' and then the '.join(first)} {pick(rng, 'processes', 'handles')} {one}, "
        f"the {second} {pick(rng, 'processes', 'handles')} {other}, and the {joint} combines both into {result}",
        f"two branches: {' -> '.join([one, *first])} and {other} -> {second}, joined by the {joint} to get {result}",
    )
    row = " > ".join([one, *(f"[{system}]" for system in first)])
    return prompt, f"{row}\n{other} > [{second}]\n{first[-1]}, {second} > [{joint}] > {result}"


def _split_flow(rng: Random) -> tuple[str, str]:
    """One thing that becomes several."""
    source, *parts = thing_names(rng, rng.randint(3, 4))
    verb = pick(rng, "split", "divide", "separate")
    names = and_last(parts)
    plain = f"{verb} {pick(rng, 'the ', '')}{source} into {names}", f"{source} > [{verb}] > {', '.join(parts)}"
    (system,) = system_names(rng, 1)
    told = f"the {system} {verb}s {source} into {names}", f"{source} > [{system}] > {', '.join(parts)}"
    two = system_names(rng, 2)
    forked = (
        f"{source} goes to the {two[0]}, which gives {parts[0]}, and to the {two[1]}, which gives {parts[1]}",
        f"{source} > [{two[0]}] > {parts[0]}\n{source} > [{two[1]}] > {parts[1]}",
    )
    return pick(rng, plain, told, forked)


def _training_flow(rng: Random) -> tuple[str, str]:
    """Train, validate, deploy."""
    data = pick(rng, "data", "the dataset", "labelled data", "customer data", "images", "records")
    train, held_out = pick(
        rng, ("training set", "validation set"), ("train set", "test set"), ("training data", "test data")
    )
    model = pick(rng, "model", "classifier", "weights", "network")
    system = pick(rng, "trainer", "training", "SGD", "learner", "fit")
    judge = pick(rng, "evaluator", "evaluation", "validation", "tester")
    last = pick(rng, "deployment", "registry", "API server", "report")
    prompt = pick(
        rng,
        f"split {data} into {train} and {held_out}, the {train} goes to {system} which gives a {model}, "
        f"the {model} and the {held_out} go into {judge}, then {last}",
        f"{data} is split into {train} and {held_out}. {system} turns the {train} into a {model}. "
        f"{judge} takes the {model} and the {held_out}, then comes {last}",
    )
    body = f"{data} > [split] > {train}, {held_out}\n{train} > [{system}] > {model}\n"
    return prompt, f"{body}{model}, {held_out} > [{judge}] > [{last}]"


def _retrieval_flow(rng: Random) -> tuple[str, str]:
    """Retrieval-augmented generation: documents are stored, a question finds them, a language model answers."""
    documents = pick(rng, "documents", "pdfs", "web pages", "manuals", "wiki pages")
    store = pick(rng, "vector store", "vector database", "index", "knowledge base")
    question = pick(rng, "question", "user question", "query", "user query")
    steps = rng.sample(("chunker", "embedding model", "parser", "cleaner"), rng.randint(1, 2))
    retriever, reader = (
        pick(rng, "retriever", "search", "reranker"),
        pick(rng, "LLM", "language model", "GPT", "reader"),
    )
    answer = pick(rng, "answer", "response", "reply")
    if chance(rng, 0.4):
        found, embedder = pick(rng, "retrieved docs", "passages", "chunks", "context"), pick(rng, "embedder", "encoder")
        prompt = pick(
            rng,
            f"RAG: the {question} goes to the {embedder}, then the {store} is searched and gives {found}, "
            f"{found} and {question} go to the {reader}, which gives the {answer}",
            f"RAG: {question} -> {embedder} -> {store} -> {found}; {found} + {question} -> {reader} -> {answer}",
            f"{question} goes to the {embedder}, {embedder} to {store}, {store} gives {found}, "
            f"{found} and {question} go to the {reader}, {reader} gives {answer}",
        )
        return prompt, f"{question} > [{embedder}] > {store} > {found}\n{found}, {question} > [{reader}] > {answer}"
    prompt = pick(
        rng,
        f"RAG: {documents} go through the {' and the '.join(steps)} into a {store}, "
        f"the {question} and the {store} go to the {retriever}, then the {reader} gives the {answer}",
        f"{documents} -> {' -> '.join(steps)} -> {store}; {question} + {store} -> {retriever} -> {reader} -> {answer}",
    )
    row = " > ".join([documents, *(f"[{step}]" for step in steps), store])
    return prompt, f"{row}\n{question}, {store} > [{retriever}] > [{reader}] > {answer}"


def _passing_flow(rng: Random) -> tuple[str, str]:
    systems = system_names(rng, rng.randint(2, 4))
    start, end = thing_names(rng, 2)
    told = pick(rng, " passes it to the ", " sends its output to the ", " feeds the ")
    prompt = f"{start} {'enter' if start.endswith('s') else 'enters'} the {systems[0]}"
    for before, after in pairwise(systems):
        prompt += f", the {before}{told}{after}"
    prompt += f", and the {systems[-1]} {pick(rng, 'returns', 'produces', 'outputs')} {end}"
    return prompt, " > ".join([start, *(f"[{system}]" for system in systems), end])


def _relay_flow(rng: Random) -> tuple[str, str]:
    """The verb said once: `audio goes to the parser, the parser to the LLM, and the LLM gives notes`."""
    systems = system_names(rng, rng.randint(2, 4))
    start, end = thing_names(rng, 2)
    article = pick(rng, "the ", "the ", "")
    hops = "".join(f", {article}{a} to {article}{b}" for a, b in pairwise(systems))
    last = f"{pick(rng, ', and ', ', ')}{article}{systems[-1]} {pick(rng, 'gives', 'returns', 'outputs')} {end}"
    verb = "go" if start.endswith("s") else "goes"
    prompt = f"{start} {verb} to {article}{systems[0]}{hops}{last}"
    return prompt, " > ".join([start, *(f"[{system}]" for system in systems), end])


def _fated_flow(rng: Random) -> tuple[str, str]:
    """What happens to data, in the passive: `logs and orders are merged, then cleaned, then stored in a warehouse`."""
    sources = thing_names(rng, pick(rng, 1, 2, 2, 3), but=STORES)
    fates = rng.sample(FATES, rng.randint(1, 4))
    if len(sources) > 1:
        fates[0] = pick(rng, "merged", "joined", "combined")
    store = pick(rng, *STORES) if chance(rng, 0.7) else ""
    kept = [f"{pick(rng, 'stored', 'saved', 'kept')} in {pick(rng, 'a', 'the')} {store}"] if store else []
    told = [*fates, *kept]
    if len(told) == 1:
        events = told[0]
    elif chance(rng, 0.5):
        events = ", then ".join(told)
    else:
        events = and_last(told)
    names = and_last(sources)
    verb = "are" if len(sources) > 1 else _are(sources[0])
    lead = f"{names} "
    if len(sources) > 1 and chance(rng, 0.35):
        noun = pick(rng, "sources", "data sources", "inputs", "files", "streams")
        lead = f"{count_word(rng, len(sources))} {noun}, {names}, "
    row = [", ".join(sources), *(f"[{fate}]" for fate in fates), *([store] if store else [])]
    return f"{lead}{verb} {events}", " > ".join(row)


def _arrow_flow(rng: Random) -> tuple[str, str]:
    """Things and systems in turn: `pdf document -> parser -> chunks`."""
    count = rng.randint(2, 7)
    things, systems = thing_names(rng, count), system_names(rng, count)
    first = rng.randrange(2)  # 0: a thing comes first
    names = [(systems if (first + i) % 2 else things)[i] for i in range(count)]
    steps = [f"[{name}]" if (first + i) % 2 else name for i, name in enumerate(names)]
    return _head(rng) + pick(rng, " -> ", " > ", " → ", " => ", "->").join(names), " > ".join(steps)
