"""Steps and questions whose outcome decides what comes next, in words, each with the body of its plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from diagram_core.synthesis.naming import outcome, question, step_names
from diagram_core.synthesis.paths import PAIR, Row, any_head, in_turn, led_up, path_lines, step_path
from diagram_core.synthesis.phrasing import and_last, chance, count_word, marked, pick
from diagram_core.synthesis.vocabulary import COMMON_NOUNS, COMMON_VERBS, OPPOSITES, QUESTIONS, STEPS, VERBS, WAYS

Side = list[str]  # steps on one side of a decision, one after the other


def decision(rng: Random) -> tuple[str, str]:
    """What decides between two or three ways, or twice: (prompt, body of the plan)."""
    form: Callable[[Random], tuple[str, str]] = pick(
        rng,
        *2 * (plain_decision,),
        *2 * (resumed_decision,),
        *4 * (question_decision,),
        numbered_question,
        *2 * (meeting_decision,),
        *3 * (second_decision,),
        *2 * (three_ways,),
        *6 * (story_decision,),
    )
    return form(rng)


def question_decision(rng: Random) -> tuple[str, str]:
    """A question as a step of its own: `varnish, then is it dry? if yes sand, if no back to varnish`."""
    names = step_names(rng, 7)
    before, fresh = names[: pick(rng, 0, 1, 1, 2, 2, 3)], names[3:]
    asked, sides = question(rng), _two_sides(rng, before, fresh)
    told, goes = _up_to(rng, before, asked, may_go=True)
    rows = _branching(before, asked, sides)
    told += _say_goes(rng, sides, before) if goes else _say_answers(rng, *_say_sides(rng, sides, before))
    end = ""
    if not any(side[-1] in before for side in sides) and sides[0][-1] != sides[1][-1] and chance(rng, 0.35):
        end = _say_end(rng, [side[-1] for side in sides], fresh[3])
        rows = _ended(rows, sides, fresh[3])
    return f"{any_head(rng)}{told}{end}", path_lines(rows)


def numbered_question(rng: Random) -> tuple[str, str]:
    """A question in a numbered list that sends to other numbers: `3. is it dry? if yes go on, if no back to 1`."""
    before = step_names(rng, rng.randint(2, 4))
    asked, back = question(rng), rng.randrange(len(before))
    rest = [step for step in step_names(rng, rng.randint(1, 3)) if step not in before] or ["stop"]
    mark = pick(rng, "{}. ", "{}. ", "{}) ", "step {}: ", "({}) ")
    yes, no = pick(rng, ("yes", "no"), ("no", "yes"), ("so", "not"), ("ok", "not ok"))
    number = f"{pick(rng, 'step ', 'step ', '', 'number ')}{back + 1}"
    onward = pick(rng, "go on", "continue", "go to the next step", f"go on with {len(before) + 2}")
    told = pick(
        rng,
        f"{asked} if {yes} {onward}, if {no} {pick(rng, 'back to', 'go back to', 'return to')} {number}",
        f"{asked} if {no} {pick(rng, 'back to', 'go back to', 'return to', 'go to')} {number}",
        f"{asked} yes: {onward}, no: back to {number}",
    )
    lines = marked(mark, [*before, told, *rest])
    rows = _branching(before, asked, [rest, [before[back]]])
    return any_head(rng) + pick(rng, "\n", "\n", " ", "; ").join(lines), path_lines(rows)


def meeting_decision(rng: Random) -> tuple[str, str]:
    """Sides that meet at a step named on both, or go back: `check stock, if there ship it, if not buy it, ship it`."""
    names = step_names(rng, 7)
    before, fresh = names[: pick(rng, 1, 1, 2, 3)], names[3:]
    sides = _two_sides(rng, before[:-1], fresh)
    one, other = _say_sides(rng, sides, before)
    when = outcome(rng, QUESTIONS)
    told = f"{led_up(rng, before)}{pick(rng, ', ', '; ', '. ', '. ', ' ')}{_say_if(rng, when, 'not', one, other)}"
    return f"{any_head(rng)}{told}", path_lines(_branching(before[:-1], before[-1], sides))


def second_decision(rng: Random) -> tuple[str, str]:
    """Two decisions, the second on one side of the first: `if no A. If yes B, then over 500? If yes C, if no D`."""
    names = step_names(rng, 9)
    before, first, between, fresh, last = names[:2], names[2], names[3:4], names[4:8], names[8]
    before, between = before[: rng.randint(1, 2)], between if chance(rng, 0.6) else []
    asks = chance(rng, 0.7)
    point = question(rng) if asks else before.pop()
    asked = fresh.pop()
    if asks or chance(rng, 0.3):
        asked = next(name for name in iter(lambda: question(rng), "") if name != point)
    sides = pick(rng, [fresh[:1], fresh[1:2]], [fresh[:2], fresh[1:2]], [fresh[:1], [first]], [fresh[:2], fresh[2:3]])
    if chance(rng, 0.5):
        sides.reverse()
    row: list[Row] = [*_branching(before, point, [[first], [*between, asked]]), *_branching([], asked, sides)]
    if between:  # its line ends with the second decision and goes on
        row = [row[0], [*row[1], *row[2][1:]], *row[3:]]
    told = _say_first(rng, before, point, first, [*between, asked])
    one, other = _say_sides(rng, sides, (), seen=[first])
    if asked.endswith("?"):
        told += f" {_say_answers(rng, one, other)}"
    else:
        told += pick(rng, ", ", "; ", ". ") + _say_if(rng, outcome(rng, QUESTIONS), "not", one, other)
    ends = list(dict.fromkeys([first, *(side[-1] for side in sides)]))
    if chance(rng, 0.4):
        told += _say_end(rng, ends, last)
        row.append([ends, [last]])
    return f"{any_head(rng)}{told}", path_lines(row)


def _say_first(rng: Random, before: list[str], point: str, first: str, onward: list[str]) -> str:
    """The first of two decisions up to the second: `check it, ok? If no, A. If yes, B, followed by: over 500?`."""
    if point.endswith("?"):
        told, _ = _up_to(rng, before, point)
        bad, good = pick(rng, ("no", "yes"), ("no", "yes"), ("yes", "no"), ("not", "so"), ("so", "not"))
    else:
        told = led_up(rng, [*before, point]) + pick(rng, "; ", ". ", ", ")
        bad, good = outcome(rng, QUESTIONS), "not"
    comma = pick(rng, ", ", " ")
    if_ = pick(rng, "If", "if") if point.endswith("?") else pick(rng, "if", "if", "when")
    then = pick(
        rng,
        f". {if_.capitalize()} {good}{comma}",
        f", if {good}{comma}",
        f"; if {good} ",
        ", otherwise ",
        ". Otherwise ",
    )
    *between, asked = onward
    steps = "".join(
        f"{step}{pick(rng, ', then ', ' and then ', ', followed by ', ', which is followed by ')}" for step in between
    )
    if asked.endswith("?"):
        lead = pick(
            rng, "a second question: ", "the second question: ", "the next question: ", "another question, ", "",
            "the question ", "comes another decision: ",
        )  # fmt: skip
        asked = f"{lead}{asked}"
    return f"{told}{if_} {bad}{comma}{first}{then}{steps}{asked}"


def three_ways(rng: Random) -> tuple[str, str]:
    """Three ways from one step or question: `sort mail; small goes to A, medium goes to B, large goes to C`."""
    names = step_names(rng, 8)
    before, fresh = names[: rng.randint(1, 3)], names[3:]
    sides = [[step] for step in fresh[:3]]
    ways = rng.sample(pick(rng, *WAYS), 3)
    which = f"which {pick(rng, 'kind', 'size', 'way', 'type', 'case', 'one', pick(rng, *COMMON_NOUNS))}?"
    asked = pick(rng, which, "", "", question(rng) if "maybe" in ways else "")
    told = _up_to(rng, before, asked)[0].rstrip() if asked else led_up(rng, before)
    opened = pick(rng, "", "", "There are three ways: ", "three outcomes: ")
    told += " " if asked else ". " if opened else pick(rng, ". ", ", ", "; ", ": ")
    told += opened
    earlier = before if asked else before[:-1]
    if earlier and chance(rng, 0.3):
        sides[rng.randrange(3)] = [pick(rng, *earlier)]
    elif chance(rng, 0.5):
        sides[pick(rng, 1, 2)].append(pick(rng, fresh[0], fresh[3]))
    rows = _branching(earlier, asked or before[-1], sides)
    told += _say_ways(rng, ways, _say_sides(rng, sides, before))
    ends = [side[-1] for side in sides]
    if len({*ends, *before}) == len(ends) + len(before) and chance(rng, 0.3):
        told += _say_end(rng, ends, fresh[4])
        rows = _ended(rows, sides, fresh[4])
    return f"{any_head(rng)}{told}", path_lines(rows)


def _say_ways(rng: Random, ways: Sequence[str], sides: Sequence[str]) -> str:
    link = pick(
        rng, "if {} {}", "{}: {}", "{} -> {}", "if it is {}, {}", "in case of {} {}", "when {} then {}", "{} - {}"
    )
    told = [link.format(way, side) for way, side in zip(ways, sides, strict=True)]
    comma = pick(rng, ", ", "; ", ". ")
    return comma.join([*told[:-1], pick(rng, "", "", "and ") + told[-1] if comma != ". " else told[-1]])


def _two_sides(rng: Random, before: Sequence[str], fresh: Sequence[str]) -> list[Side]:
    """Two sides: a step each, two on one, back to an earlier step, or both to the same step."""
    one, other, second, *_ = fresh
    options: list[list[Side]] = [[[one], [other]], [[one, second], [other]], [[one], [other, one]]]
    if before:
        back = pick(rng, *before)
        options += [[[one], [back]], [[one], [back]], [[one, second], [back]], [[one], [other, back]]]
    sides = pick(rng, *options)
    return sides[::-1] if chance(rng, 0.4) else sides


def _branching(before: Sequence[str], point: str, sides: Sequence[Side]) -> list[Row]:
    """The lines of a plan for what leads to a decision, and for its sides: one group if each is one step."""
    start: list[list[str]] = [*([step] for step in before), [point]]
    if all(len(side) == 1 for side in sides):
        return [[*start, [step for side in sides for step in side]]]
    first, *others = sides
    return [[*start, *([step] for step in first)], *([[point], *([step] for step in side)] for side in others)]


def _ended(rows: list[Row], sides: Sequence[Side], last: str) -> list[Row]:
    """The lines with a last step that all sides lead to."""
    if len(rows) == 1:
        return [[*rows[0], [last]]]
    return [*rows, [[side[-1] for side in sides], [last]]]


def _up_to(rng: Random, before: Sequence[str], asked: str, may_go: bool = False) -> tuple[str, bool]:
    """What is told up to the question, and whether a verb is to follow: `..., then a decision 'ok?' which goes`."""
    if chance(rng, 0.3):
        quote = pick(rng, "'", "'", '"')
        noun = pick(
            rng, "a decision", "a decision", "a diamond", "a question", "the question", "a check", "a decision box",
            "the decision", "a branch",
        )  # fmt: skip
        link = pick(rng, ", then ", ", then comes ", ". Then there is ", ", followed by ", " -> ", ". Next is ")
        lead = led_up(rng, before) + link if before else ""
        goes = may_go and chance(rng, 0.5)
        end = (
            pick(rng, " which goes ", " that goes ", ", which goes ", ", it goes ")
            if goes
            else pick(rng, ". ", ": ", ", ")
        )
        return f"{lead}{noun} {quote}{asked}{quote}{end}", goes
    if not before:
        return f"{pick(rng, '', '', 'first question: ', 'start with the question: ')}{asked} ", False
    if chance(rng, 0.25):
        return pick(rng, " -> ", " -> ", " > ", "->", " → ").join([*before, asked]) + " ", False
    link = pick(
        rng, ", then ", ", then ", ", ", ". ", ". ", ". Then ", "; ", " and then ", ", then there is the question: ",
        ". Then comes the question: ", ", then comes the question ", ". Now the question is: ", ", and now: ",
        ". Here we ask: ", " then ", ", followed by the question ", ". Then we have to decide: ", ", then a decision: ",
    )  # fmt: skip
    return f"{led_up(rng, before)}{link}{asked} ", False


def _say_sides(rng: Random, sides: Sequence[Side], before: Sequence[str], seen: Sequence[str] = ()) -> list[str]:
    """What is told of each side: `sand`, or `wait, then back to varnish`; some steps were seen on other sides."""
    told: list[str] = []
    named = set(seen)
    for side in sides:
        words = [
            _say_return(rng, step) if step in before else _say_again(rng, step) if step in named else step
            for step in side
        ]
        told.append(pick(rng, " and then ", ", then ", ", then ", " then ", " followed by ", " -> ").join(words))
        named.update(side)
    return told


def _say_return(rng: Random, step: str) -> str:
    return pick(
        rng, f"back to {step}", f"back to {step}", f"go back to {step}", f"return to {step}", f"{step} again",
        f"again {step}", f"it goes back to {step}", f"start again at {step}",
    )  # fmt: skip


def _say_again(rng: Random, step: str) -> str:
    return pick(
        rng, step, step, step, f"{step} as well", f"{step} too", f"{step} directly", f"also {step}",
        f"the same {step} box as before", f"the same {step} as before", f"straight to {step}", f"on to {step}",
    )  # fmt: skip


def _say_goes(rng: Random, sides: Sequence[Side], before: Sequence[str]) -> str:
    """What stands after `which goes`: `to A if yes and back to B if no`."""
    yes, no = pick(rng, ("yes", "no"), ("no", "yes"))
    told = [
        f"{'back to' if side[0] in before else 'to'} {side[0]}"
        + "".join(f"{pick(rng, ' and then ', ', then ')}{'back to ' if s in before else ''}{s}" for s in side[1:])
        for side in sides
    ]
    return pick(
        rng,
        f"{told[0]} if {yes} and {told[1]} if {no}",
        f"{told[0]} if {yes}, {told[1]} if {no}",
        f"{told[0]} for {yes} and {told[1]} for {no}",
        f"{told[0]} ({yes}) or {told[1]} ({no})",
        f"{told[0]} on {yes}, and {told[1]} on {no}",
        f"{told[0]} when the answer is {yes} and {told[1]} otherwise",
    )


def _say_answers(rng: Random, one: str, other: str) -> str:
    """What follows on a question: `if yes A, if no B`, `yes: A. no: B`."""
    yes, no = pick(rng, ("yes", "no"), ("yes", "no"), ("no", "yes"), ("Yes", "No"))
    if chance(rng, 0.45):
        return _say_if(rng, *pick(rng, (yes, no), (yes, no), ("so", "not"), ("not", "so")), one, other)
    return pick(
        rng,
        f"{yes}: {one}, {no}: {other}",
        f"{yes}: {one}. {no}: {other}",
        f"{yes} -> {one}, {no} -> {other}",
        f"{yes} -> {one}; {no} -> {other}",
        f"{yes} {one}, {no} {other}",
        f"{yes} {one} {no} {other}",
        f"{yes}, then {one}. {no}, then {other}",
        f"If the answer is {yes}, {one}. If it is {no}, {other}",
        f"in case of {yes} {one}, in case of {no} {other}",
        f"on {yes} {one}, on {no} {other}",
        f"{yes} means {one}, {no} means {other}",
        f"({yes}) {one} ({no}) {other}",
    )


def _say_if(rng: Random, when: str, unless: str, one: str, other: str) -> str:
    """Both sides behind a condition each: `if ok A, otherwise B`."""
    return pick(
        rng,
        f"if {when} {one}, if {unless} {other}",
        f"if {when}, {one}. If {unless}, {other}",
        f"If {when}, {one}, if {unless}, {other}",
        f"If {when}, {one}; if {unless}, {other}",
        f"if {when} then {one}, if {unless} then {other}",
        f"if {when} {one}, otherwise {other}",
        f"if {when} {one}, else {other}",
        f"if {when} {one} else {other}",
        f"If {when} then {one}. Otherwise {other}",
        f"if {when} {one} if {unless} {other}",
        f"if {when}: {one}, if {unless}: {other}",
        f"if {when} it is {one}, and if {unless} it is {other}",
    )


def _say_end(rng: Random, ends: Sequence[str], last: str) -> str:
    """What all sides lead to: `. In the end both A and D lead to E`."""
    count = "both" if len(ends) == PAIR else f"all {count_word(rng, len(ends))}"
    cases = "in both cases" if count == "both" else "in all cases"
    names = and_last(ends)
    return pick(
        rng,
        f". Either way, {last}" if count == "both" else f". In any case, {last}",
        f"; {cases} {last}",
        f". {cases.capitalize()} we end with {last}",
        f". In the end {count} lead to {last}",
        f". In the end {'both ' if count == 'both' else ''}{names} lead to {last}",
        f". {names} lead to {last}",
        f". After {' or '.join(ends)} comes {last}",
        f", and {count} end in {last}",
        f". Afterwards always {last}",
        f". Whatever happens, {last} comes last",
    )


def plain_decision(rng: Random) -> tuple[str, str]:
    """A step whose outcome decides between two: `check stock; if yes ship orders, otherwise send emails`."""
    actions = step_names(rng, rng.randint(3, 6))
    *before, one, other = actions
    when = outcome(rng, QUESTIONS)
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
        f"; {when} -> {one}, otherwise -> {other}",
    )
    either = pick(
        rng, ". Either way, ", "; in both cases ", ", and in the end ", ". in both cases ", ". Afterwards always "
    )
    end = f"{either}{last}" if last else ""
    row = f"{step_path(before)} > [{one}], [{other}]" + (f" > [{last}]" if last else "")
    return f"{any_head(rng)}{in_turn(rng, before)}{told}{end}", row


def _two_steps_if(rng: Random, before: list[str], when: str, one: str, other: str) -> tuple[str, str]:
    """A decision with two steps on one side: `if it passes deploy and then monitor, otherwise roll back`."""
    *before, second = before
    check = before[-1]
    then = pick(rng, " and then ", " and ", ", then ")
    otherwise = pick(rng, "; otherwise ", ", otherwise ", ", else ", ". If not, ")
    told = f"{pick(rng, '; ', ', ')}if {when} {one}{then}{second}{otherwise}{other}"
    return f"{any_head(rng)}{in_turn(rng, before)}{told}", f"{step_path([*before, one, second])}\n{check} > [{other}]"


def resumed_decision(rng: Random) -> tuple[str, str]:
    """A decision or a row, and then what follows on one of its steps, by that step's name."""
    actions = step_names(rng, rng.randint(4, 7))
    *before, one, other, after = actions
    when = outcome(rng, QUESTIONS)
    told = pick(
        rng,
        f"{in_turn(rng, before)}. If {when}, {one}, otherwise {other}",
        f"{in_turn(rng, before)}; if {when} {one}, else {other}",
        f"{in_turn(rng, before)}, and here the ways part: {one} or {other}",
        f"{in_turn(rng, before)}, then either {one} or {other}",
    )
    source = pick(rng, one, one, other)
    follows = pick(
        rng,
        f"After {source} comes {after}",
        f"after {source} {after}",
        f"{source} is followed by {after}",
        f"{source} leads to {after}",
        f"then {source} goes on to {after}",
    )
    body = f"{step_path(before)} > [{one}], [{other}]\n{source} > [{after}]"
    return f"{any_head(rng)}{told}{pick(rng, '. ', '. ', '; ', ', ')}{follows}", body


def story_decision(rng: Random) -> tuple[str, str]:
    """Both sides in sentences, each of several steps: `If it is new we A and B. If it is used we C and then D.`"""
    names = step_names(rng, 9)
    before, fresh = names[: pick(rng, 0, 1, 1, 2, 2, 3)], names[3:]
    asked = question(rng) if chance(rng, 0.65) or not before else ""
    earlier = before if asked else before[:-1]
    is_verb = names[0].split()[0] in (*VERBS, *COMMON_VERBS)
    we = pick(rng, "", "we ", "we ", "you ", "they ", "I ") if is_verb else ""
    sides = _long_sides(rng, earlier, fresh)
    told = _told_up_to(rng, before, asked, we) + _say_conditions(
        rng, bool(asked), *_tell_sides(rng, sides, earlier, we)
    )
    rows = _branching(earlier, asked or before[-1], sides)
    if not any(side[-1] in earlier for side in sides) and chance(rng, 0.6):
        told = told.rstrip(".") + _say_last(rng, fresh[5], we)
        ends = list(dict.fromkeys(side[-1] for side in sides))
        rows = [*rows[:-1], [*rows[-1], [fresh[5]]]] if len(ends) == 1 else _ended(rows, sides, fresh[5])
    return f"{any_head(rng) if chance(rng, 0.5) else ''}{told}", path_lines(rows)


def _long_sides(rng: Random, earlier: Sequence[str], fresh: Sequence[str]) -> list[Side]:
    """Two sides of up to three steps, which may meet or, one of them, go back to an earlier step."""
    a, b, c, d, e, *_ = fresh
    options: list[list[Side]] = [
        [[a], [b]], [[a, b], [c]], [[a, b], [c, d]], [[a, b], [c, d]], [[a, b, c], [d, e]], [[a], [b, c]],
        [[a], [b, a]], [[a], [b, c, a]], [[a, b], [c, b]],
    ]  # fmt: skip
    if earlier:
        back = pick(rng, *earlier)
        options += 2 * [[[a], [back]], [[a, b], [back]], [[a], [b, back]], [[a], [b, back]], [[a, b], [c, back]]]
    sides = pick(rng, *options)
    return sides[::-1] if chance(rng, 0.25) else sides


def _told_up_to(rng: Random, before: Sequence[str], asked: str, we: str) -> str:
    """The steps before in sentences of their own, and the question: `First we A. Then we B. Is it dry? `."""
    if not before:
        return f"{asked} "
    if not we or chance(rng, 0.3):
        told = led_up(rng, before)
    else:
        first, *others = before
        told = f"{pick(rng, 'First ', 'first ', 'To begin with ', 'At the start ', 'In the morning ', '')}{we}{first}"
        for step in others:
            told += f"{pick(rng, '. Then ', ', then ', '. After that ', ' and ', '. Next ')}{we}{step}"
    if not asked:
        return told + pick(rng, ". ", ". ", "; ", ", ", ". Now ")
    return f"{told}{pick(rng, '. ', '. ', ', ', '; ', '. Now: ', '. The question then is: ', ', then ')}{asked} "


def _tell_sides(rng: Random, sides: Sequence[Side], earlier: Sequence[str], we: str) -> list[str]:
    """What is done on each side: `sand it and then varnish it`, `go back to wash and go on from there as before`."""
    told = []
    link = pick(rng, " and ", " and then ", ", then ", " and after that ", ", and then ")
    for side in sides:
        *through, last = side
        if last in earlier:
            words = [*through, _say_repeated(rng, last)]
            told.append(f"{we}{pick(rng, link, ' and then ', ', then ').join(words)}")
        elif len(side) == PAIR and chance(rng, 0.2):
            told.append(f"{we}{through[0]} and {last} {pick(rng, 'after that', 'afterwards', 'right after it')}")
        elif len(side) > PAIR:
            told.append(f"{we}{', '.join(through)}{link}{last}")
        else:
            told.append(f"{we}{link.join(side)}")
    return told


def _say_repeated(rng: Random, step: str) -> str:
    """An earlier step that is done again, and all that follows it."""
    goes = pick(rng, "go back to", "return to", "go back to", "start over with", "start again with", "repeat")
    onward = pick(
        rng, "", "", " and go on from there", " and go on from there as before", " and carry on as before",
        " and continue from that point", " and take it from there",
    )  # fmt: skip
    return pick(
        rng, f"{goes} {step}{onward}", f"{goes} {step}{onward}", f"{step} again", f"{step} again", f"{step} once more",
        f"{step} another time", f"{step} one more time", f"again {step}",
    )  # fmt: skip


def _say_conditions(rng: Random, is_asked: bool, one: str, other: str) -> str:
    """A sentence for each side: `If it is new, A. If it is used, B.`"""
    if is_asked:
        when, unless = pick(
            rng, ("yes", "no"), ("yes", "no"), ("so", "not"), ("the answer is yes", "the answer is no"),
            ("that is the case", "it is not"), ("it is", "it is not"),
        )  # fmt: skip
        if chance(rng, 0.2):
            when, unless = unless, when
    elif chance(rng, 0.6):
        noun = pick(rng, "it", f"the {pick(rng, *COMMON_NOUNS)}")
        states = pick(rng, *OPPOSITES)
        first, second = states if chance(rng, 0.6) else states[::-1]
        when, unless = f"{noun} is {first}", f"{pick(rng, noun, 'it')} is {second}"
    else:
        when, unless = outcome(rng, QUESTIONS), "not"
    comma = pick(rng, ", ", ", ", " ", " then ", ": ")
    if_ = pick(rng, "If", "If", "if", "when") if is_asked else "if"
    second_if = pick(rng, "if", "if", "if", "when", "but if")
    otherwise = pick(rng, "otherwise ", "or else ", "else ")
    return pick(
        rng,
        f"{if_} {when}{comma}{one}. {second_if.capitalize()} {unless}{comma}{other}.",
        f"{if_} {when}{comma}{one}. {second_if.capitalize()} {unless}{comma}{other}.",
        f"{if_} {when}{comma}{one}. {otherwise.capitalize()}{other}.",
        f"{if_} {when}{comma}{one}, {second_if} {unless}{comma}{other}",
        f"{if_} {when}{comma}{one}, {otherwise}{other}",
        f"{if_} {when}{comma}{one}; {second_if} {unless}{comma}{other}",
    )


def _say_last(rng: Random, last: str, we: str) -> str:
    """The step that both sides end with: `. In both cases the last thing is that we C`."""
    return pick(
        rng,
        f". In both cases the last {pick(rng, 'thing', 'step')} is {f'that {we}' if we else ''}{last}",
        f". In both cases {we}{last} {pick(rng, 'at the end', 'in the end', 'last')}",
        f". Either way {we}{last}",
        f". Either way, the end is {f'that {we}' if we else ''}{last}",
        f". {pick(rng, 'Finally', 'At last', 'In the end', 'At the very end')}{pick(rng, ' ', ', ')}{we}{last}",
        f". {pick(rng, 'No matter which', 'Whichever way it went', 'Whatever the answer')}, {we}{last} at the end",
        f". Both end the same way: {we}{last}",
        f", and {pick(rng, 'in the end', 'in both cases', 'either way', 'finally')} {we}{last}",
        f". After that{pick(rng, ', in both cases, ', ', either way, ')}{we}{last}",
    ) + pick(rng, "", ".")
