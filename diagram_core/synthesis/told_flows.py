"""Data that goes through systems, told in full sentences or below headings, each with the body of its plan."""

from __future__ import annotations

from random import Random

from diagram_core.notation.names import family_of
from diagram_core.synthesis.naming import file_names, script_names, step_names, system_names, thing_names
from diagram_core.synthesis.paths import PAIR, Row, any_head, path_lines
from diagram_core.synthesis.phrasing import and_last, chance, pick, with_article
from diagram_core.synthesis.vocabulary import STORES

_MAKES = ("produces", "gives", "returns", "makes", "spits out", "writes", "outputs", "hands out", "creates", "delivers")


def told_flow(rng: Random) -> tuple[str, str]:
    """Data that goes through systems, in sentences: (prompt, body of the plan)."""
    return pick(rng, _reused, _reused, _joining, _joining, _stored_and_read, _found, _headed, _called, *4 * (_files,))(
        rng
    )


def _is(name: str, verb: str) -> str:
    """The verb behind this name: `notes go`, `a note goes`."""
    return verb.removesuffix("es") if name.endswith("s") else verb


def _reused(rng: Random) -> tuple[str, str]:
    """Data that goes into one system and, once more, into a later one: `then passages and, again, the question`."""
    first, second, *more = system_names(rng, pick(rng, 2, 2, 3))
    question, source, found, answer, end = thing_names(rng, 5)
    the = pick(rng, "the ", "the ", "")
    into = pick(rng, "into", "into", "to")
    told = pick(
        rng,
        f"{the}{question} {_is(question, 'goes')} {into} the {first}, and {the}{source} "
        f"{_is(source, 'goes')} {into} the {first} {pick(rng, 'too', 'as well', 'also')}",
        f"{the}{question} and {the}{source} both go {into} the {first}",
        f"the {first} gets {the}{question} and also {the}{source}",
        f"the {first} takes two things, {the}{question} and {the}{source}",
    )
    gives = pick(
        rng,
        f"what the {first} gives out is {found}",
        f"out of the {first} {pick(rng, 'comes', 'we get')} {found}",
        f"the {first} {pick(rng, *_MAKES)} {found}",
        f"the {first} answers with {found}",
    )
    again = pick(rng, "once more", "again", "also", "for a second time")
    then = pick(
        rng,
        f"then {the}{found} and, {again}, {the}{question} go {into} the {second}",
        f"{the}{found} go {into} the {second} together with {the}{question}"
        if found.endswith("s")
        else f"{the}{found} goes {into} the {second} together with {the}{question}",
        f"the {second} then takes {the}{found} and {again} {the}{question}",
        f"after that {the}{found} and {the}{question} {again} go {into} the {second}",
    )
    last = more[-1] if more else second
    then += pick(rng, f", which passes it on to the {last}", f", and from there it goes to the {last}") if more else ""
    result = pick(rng, f"the {last} {pick(rng, *_MAKES)} {answer}", f"out of the {last} comes {answer}")
    rows: list[Row] = [[[question, source], [first], [found]]]
    rows.append([[found, question], [second], *([last] for last in more), [answer]])
    sentences = [told, gives, then, result]
    if chance(rng, 0.3):
        sentences.append(f"{the}{answer} and {the}{question} are {pick(rng, 'put', 'stored', 'saved')} in {the}{end}")
        rows.append([[answer, question], [end]])
    data = (question, source, found, answer, end)
    return any_head(rng) + _joined(rng, sentences), path_lines(rows, data)


def _joined(rng: Random, sentences: list[str]) -> str:
    """Sentences, most of them each with a full stop; those that begin with a name keep its letters."""
    comma = pick(rng, ". ", ". ", ". ", ", ", "; ", "\n")
    if comma == ". " and chance(rng, 0.6):
        words = ("the ", "then ", "after ", "out of ", "what ", "next is ", "both ")
        sentences = [text[0].upper() + text[1:] if text.startswith(words) else text for text in sentences]
    return comma.join(sentences) + (pick(rng, ".", "") if comma == ". " else "")


def _joining(rng: Random) -> tuple[str, str]:
    """Several sources, each with its own system: `X goes through smoothing, ... Both of these lead to alignment`."""
    width = pick(rng, 2, 2, 2, 3)
    sources = thing_names(rng, width)
    (result,) = thing_names(rng, 1, but=sources)
    systems = system_names(rng, width + 2)
    lanes, (joint, later) = systems[:width], systems[width:]
    the = pick(rng, "", "the ")
    verb = pick(rng, "goes through", "goes to", "goes into", "runs through", "passes through", "is fed to")
    told = []
    for source, system in zip(sources, lanes, strict=True):
        phrase = verb
        if source.endswith("s"):
            phrase = verb.replace("goes", "go").replace("runs", "run").replace("passes", "pass").replace("is", "are", 1)
        told.append(f"{the}{source} {phrase} {the}{system}")
    count = "both" if width == PAIR else "all three"
    met = pick(
        rng,
        f"{count} of these lead to {the}{joint}",
        f"{count} lead to {the}{joint}",
        f"{count} results go into {the}{joint}",
        f"{the}{and_last(lanes)} both feed {the}{joint}" if count == "both" else f"{and_last(lanes)} feed {the}{joint}",
        f"what {count} of them make goes into {the}{joint}",
        f"then it all comes together in {the}{joint}",
    )
    row = [lanes, [joint]]
    sentences = [pick(rng, ", ", ", and ").join(told) if chance(rng, 0.6) else ". ".join(told), met]
    last = joint
    if chance(rng, 0.6):
        sentences.append(pick(rng, f"after {joint} comes {with_article(later)}", f"next is {the}{later}"))
        row, last = [*row, [later]], later
    if chance(rng, 0.7):
        its = pick(rng, "its output is", "what it gives is", "it returns", "it makes", f"{the}{last} outputs")
        sentences[-1] += f"{pick(rng, ', and ', '. and ', '; ')}{its} {with_article(result)}"
        row = [*row, [result]]
    rows = [*([[source], [system]] for source, system in zip(sources, lanes, strict=True)), row]
    return any_head(rng) + _joined(rng, sentences), path_lines(rows, (*sources, result))


def _stored_and_read(rng: Random) -> tuple[str, str]:
    """What is written into a store, and read from it, maybe by another word: `... Next, a script reads the DB`."""
    first, second = system_names(rng, 2)
    taken = thing_names(rng, pick(rng, 1, 1, 2), but=STORES)
    (result,) = thing_names(rng, 1, but=(*taken, *STORES))
    store = pick(rng, "database", "database", "DB", *STORES)
    other = pick(rng, store, *family_of(store)) if store in ("database", "DB") else store
    a, the = pick(rng, ("a ", "the "), ("the ", "the "), ("", "the "))
    inputs = and_last([with_article(name) if chance(rng, 0.7) else name for name in taken])
    opening = pick(
        rng,
        f"{a}{first} takes {inputs} and {pick(rng, 'writes into', 'writes to', 'fills', 'saves to')} a {store}",
        f"{a}{first} reads {inputs} and puts the result into a {store}",
        f"{inputs} go to {a}{first}, which writes into a {store}"
        if len(taken) > 1 or taken[0].endswith("s")
        else f"{inputs} goes to {a}{first}, which writes into a {store}",
    )
    then = pick(rng, "next, ", "then ", "after that ", "later ", "")
    makes = pick(rng, *_MAKES)
    reads = pick(
        rng,
        f"{then}{a}{second} reads {the}{other} and {makes} {with_article(result)}",
        f"{then}{a}{second} takes what is in {the}{other} and {makes} {with_article(result)}",
        f"{then}{the}{other} is read by {a}{second}, which {makes} {with_article(result)}",
        f"from {the}{other} {a}{second} {makes} {with_article(result)}",
    )
    joint = pick(rng, ". ", ". ", ", ", "; ")
    if joint == ". " and then and reads.startswith(then):
        reads = reads[0].upper() + reads[1:]
    start = store if other == store else f"~ {other}"
    body = f"{', '.join(taken)} > [{first}] > {store}\n{start} > [{second}] > {result}"
    return f"{opening}{joint}{reads}{pick(rng, '.', '')}", body


def _found(rng: Random) -> tuple[str, str]:
    """Systems that find things, each in what came before: `a photo comes in, face detector finds faces`."""
    count = rng.randint(2, 4)
    things, systems = thing_names(rng, count + 1), system_names(rng, count)
    start = things[0]
    opening = pick(
        rng,
        f"{with_article(start)} {_is(start, 'comes')} in",
        f"we start with {with_article(start)}",
        f"the input is {start}",
        f"at the beginning there {'are' if start.endswith('s') else 'is'} {with_article(start)}",
        f"we have {with_article(start)}",
    )
    article = pick(rng, "", "the ", "a ")
    verbs = pick(rng, ("finds", "gives", "makes"), ("extracts", "computes", "returns"), _MAKES)
    links = pick(rng, ("", "", "then "), ("from that ", "from this ", "then "), ("",))
    told = [opening]
    for number, (system, given) in enumerate(zip(systems, things[1:], strict=True)):
        link = pick(rng, *links) if number else pick(rng, "", "from it ")
        name = with_article(system) if article == "a " else article + system
        told.append(f"{link}{name} {pick(rng, *verbs)} {pick(rng, '', '', 'the ')}{given}")
    row: Row = [[start], *(group for s, t in zip(systems, things[1:], strict=True) for group in ([s], [t]))]
    return any_head(rng) + _joined(rng, told), path_lines([row], things)


def _headed(rng: Random) -> tuple[str, str]:
    """Headings for what goes in, what is done, what comes out: `Input: question. Steps: embed. Output: answer`."""
    *sources, result = thing_names(rng, pick(rng, 2, 2, 2, 3))
    count = rng.randint(1, 5)
    actions = (step_names if chance(rng, 0.6) else system_names)(rng, count)
    comma = pick(rng, ", ", ", ", " -> ", " > ", ", then ")
    heads = pick(
        rng, ("Input", "Steps", "Output"), ("input", "steps", "output"), ("In", "Process", "Out"),
        ("INPUT", "STEPS", "OUTPUT"),
        ("Inputs", "Stages", "Outputs"), ("Given", "Do", "Result"), ("Source", "Processing", "Result"),
        ("what goes in", "what happens", "what comes out"), ("Start", "Middle", "End"),
    )  # fmt: skip
    told = [and_last(sources), comma.join(actions), result]
    mark = pick(rng, "{}: {}", "{}: {}", "{} = {}", "- {}: {}", "{} - {}")
    joint = pick(rng, ". ", ". ", "; ", "\n", "\n") if not mark.startswith("-") else "\n"
    lines = [mark.format(head, text) for head, text in zip(heads, told, strict=True)]
    if chance(rng, 0.15):  # what comes out is told before what is done
        lines = [lines[0], lines[2], lines[1]]
    end = "." if joint == ". " and chance(rng, 0.6) else ""
    body = " > ".join([", ".join(sources), *(f"[{action}]" for action in actions), result])
    return joint.join(lines) + end, body


def _called(rng: Random) -> tuple[str, str]:
    """A system that several others help, each of which hands back to it: `The planner calls search; it hands back`."""
    main, *helpers = system_names(rng, pick(rng, 2, 3, 3, 4))
    the = pick(rng, "the ", "The ", "")
    rows: list[Row] = []
    told = []
    calls = pick(rng, "calls", "asks", "queries", "uses", "sends a request to", "consults")
    back = pick(rng, "hands back to", "answers", "returns to", "replies to", "sends its result back to", "reports to")
    low = the.lower()
    for helper in helpers:
        told.append(f"{the}{main} {calls} {low}{helper}, and {low}{helper} {back} {low}{main}")
        rows.append([[main], [helper], [main]])
    data: list[str] = []
    if chance(rng, 0.5):
        data = thing_names(rng, 1)
        told.append(f"{pick(rng, 'in the end', 'finally', 'at last')} {low}{main} {pick(rng, *_MAKES)} {data[0]}")
        rows.append([[main], data])
    return any_head(rng) + pick(rng, ". ", "; ", ". ").join(told), path_lines(rows, data)


def _files(rng: Random) -> tuple[str, str]:
    """Files that programs read and write: `clean.py takes raw.csv and writes train.csv and test.csv`."""
    count = rng.randint(1, 4)
    files = file_names(rng, 5 * count)
    workers = _programs(rng, count)
    made: list[str] = []
    told, lines = [], []
    for number, (worker, name) in enumerate(workers):
        taken = [pick(rng, made[-1], made[-1], *made)] if made and chance(rng, 0.85) else [files.pop()]
        for _ in range(pick(rng, 0, 0, 0, 1, 1, 2)):
            older = [file for file in made if file not in taken]
            taken.append(pick(rng, *older) if older and chance(rng, 0.5) else files.pop())
        taken = taken[:PAIR] if number else taken
        given = [files.pop()] if chance(rng, 0.65) else [files.pop(), files.pop()]
        if not number and chance(rng, 0.15):
            taken = []
        if number and number == count - 1 and chance(rng, 0.15):
            given = []
        told.append(_say_program(rng, name, taken, given))
        lines.append(" > ".join(group for group in (", ".join(taken), f"[{worker}]", ", ".join(given)) if group))
        made += given
    return any_head(rng) + _in_order(rng, told), "\n".join(lines)


def _programs(rng: Random, count: int) -> list[tuple[str, str]]:
    """Programs, each as the chart has it and as it is told: `script` and `another script`."""
    kind = rng.randrange(4)
    if kind == 0:
        noun = pick(rng, "script", "script", "python script", "program", "notebook", "tool", "job", "shell script")
        ordinals = pick(rng, ("a", "another", "a third", "a fourth"), ("one", "a second", "a third", "a last"))
        return [(noun, f"{ordinal} {noun}") for ordinal in ordinals[:count]]
    names = system_names(rng, count) if kind == 1 else script_names(rng, count)
    if kind == 1:
        article = pick(rng, "", "", "the ", "a ") if names[0].islower() else ""
    else:
        article = pick(rng, "", "", "", "the ", "the script ")
    return [(name, with_article(name) if article == "a " else article + name) for name in names]


def _say_program(rng: Random, name: str, taken: list[str], given: list[str]) -> str:
    """What a program reads and writes: `fit.py makes model.pkl out of train.csv`."""
    link = pick(rng, " and ", " and ", " and also ", " plus ")
    inputs = link.join(taken) if len(taken) == PAIR else and_last(taken) if taken else ""
    outputs = link.join(given)
    reads = pick(rng, "reads", "reads", "takes", "loads", "opens", "gets", "needs", "uses")
    writes = pick(rng, "writes", "writes", "makes", "produces", "saves", "creates", "outputs", "gives", "exports")
    if not taken:
        return pick(rng, f"{name} {writes} {outputs}", f"{name} runs and {writes} {outputs}")
    if not given:
        return pick(rng, f"{name} {reads} {inputs}", f"{inputs} {'is' if len(taken) == 1 else 'are'} read by {name}")
    go = "goes" if len(taken) == 1 else "go"
    are, made = ("is" if len(given) == 1 else "are"), pick(rng, "made", "written", "created", "produced")
    return pick(
        rng,
        f"{name} {reads} {inputs} and {writes} {outputs}",
        f"{name} {reads} {inputs} and {writes} {outputs}",
        f"{name} {reads} {inputs}, {writes} {outputs}",
        f"{name} {writes} {outputs} {pick(rng, 'out of', 'from', 'from', 'based on')} {inputs}",
        f"{name} uses {inputs} to {pick(rng, 'make', 'write', 'create', 'produce')} {outputs}",
        f"{name} turns {inputs} into {outputs}",
        f"{inputs} {go} {pick(rng, 'into', 'to', 'through')} {name}, which {writes} {outputs}",
        f"from {inputs} {name} {writes} {outputs}",
        f"{outputs} {are} {made} by {name} from {inputs}",
        f"{name}: {inputs} -> {outputs}",
        f"{inputs} -> {name} -> {outputs}",
        f"{name} with {inputs} as input {writes} {outputs}",
    )


def _in_order(rng: Random, phrases: list[str]) -> str:
    """Phrases in one sentence or several, with a word of order before some: `A, then B. Finally C`."""
    joint = pick(rng, ". ", ". ", "\n", ", ", "; ", ", and ")
    told = phrases[:1]
    for number, phrase in enumerate(phrases[1:], start=PAIR):
        link = pick(rng, "", "", "then ", "after that ", "next, ", "later ")
        if number == len(phrases) and chance(rng, 0.4):
            link = pick(rng, "finally ", "finally, ", "at last ", "in the end ", "and finally ")
        if joint in (". ", "\n") and chance(rng, 0.8):
            link = link.capitalize()
        told.append(link + phrase)
    return joint.join(told) + (pick(rng, "", ".") if joint == ". " else "")
