"""Steps that take and give data, in words, each with the body of its plan, one line a step in the order of the prompt.

Prompts about data name one thing in several ways: `jpg file` and then `picture`. Their plans copy the names and mark,
by where a name stands alone, what it may mean: the first input of a step is `~`, earlier data if the name fits any;
so is what a step without inputs puts out; all other data is new, `+`. Reading the plan settles which data is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from diagram_core.notation.names import DATA_FAMILIES, family_of
from diagram_core.synthesis.naming import any_data, any_thing, system_names, thing_names
from diagram_core.synthesis.phrasing import chance, pick, with_article
from diagram_core.synthesis.vocabulary import OPERATIONS

MAX_DATA_STEPS = 12

_HEADS = (
    "process", "LLM process", "RAG process", "Langchain process", "algorithm", "deep learning algorithm",
    "machine learning model", "data pre-processing algorithm", "workflow", "data pipeline",
)  # fmt: skip


def data_process(rng: Random) -> tuple[str, str]:
    """Steps that take and give data under changing names: (prompt, body of the plan)."""
    if chance(rng, 0.2):
        return _retold(rng)
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


def _retold(rng: Random) -> tuple[str, str]:
    """Systems whose data is named again by another word: `an app saves a photo, then a detector reads the image`."""
    systems = system_names(rng, rng.randint(2, 5))
    data = _data_of_kinds(rng, len(systems) + 1)
    source, *given = data
    article = pick(rng, "the ", "a ", "a ", "")
    told: list[str] = []
    lines: list[str] = []
    last = source if chance(rng, 0.4) else ""
    for system, output in zip(systems, given, strict=True):
        named = pick(rng, last, *(2 * _other_names(last))) if told else last
        name = with_article(system) if article == "a " and system.islower() else article.replace("a ", "") + system
        told.append(_say_retold(rng, name, named, output, is_first=not told))
        same = named.casefold() == last.casefold()
        taken = f"{named if same else f'~ {named}'} > " if named else ""
        lines.append(f"{taken}[{system}] > {output}")
        last = output
    joint = pick(rng, ", then ", ", ", ". ", ". ", "; ", ", and then ", ". Then ")
    if joint == ". " and chance(rng, 0.6):
        told = [text[0].upper() + text[1:] if text.startswith(("the ", "a ", "an ")) else text for text in told]
    return joint.join(told) + pick(rng, "", "."), "\n".join(lines)


def _data_of_kinds(rng: Random, count: int) -> list[str]:
    """Names of data of which no two may mean the same, most with other words for it."""
    names: list[str] = []
    families = rng.sample(DATA_FAMILIES, len(DATA_FAMILIES))
    while len(names) < count:
        name = pick(rng, *families.pop()) if families and chance(rng, 0.6) else thing_names(rng, 1)[0]
        if family_of(name) not in map(family_of, names):
            families = [family for family in families if name not in family]
            names.append(_cased(rng, name))
    return names


def _cased(rng: Random, name: str) -> str:
    """The kind of a file in capitals, now and then: `PNG file`."""
    kind, *rest = name.split(" ")
    return " ".join([kind.upper(), *rest]) if kind in ("png", "jpg") and chance(rng, 0.5) else name


def _other_names(name: str) -> tuple[str, ...]:
    family = family_of(name)
    return () if len(family) == 1 else tuple(other for other in family if other != name.casefold())


def _say_retold(rng: Random, system: str, taken: str, given: str, is_first: bool) -> str:
    """What a system takes, if anything, and gives: `the tracker reads the image and returns boxes`."""
    makes = pick(rng, "makes", "saves", "returns", "gives", "writes", "outputs", "produces", "creates", "delivers")
    output = pick(rng, given, with_article(given))
    if not taken:
        return f"{system} {makes} {output}"
    the = pick(rng, "", "a ", "the ") if is_first else pick(rng, "the ", "the ", "this ", "that ", "")
    if the in ("a ", "this ", "that ") and taken.endswith("s"):
        the = "the "
    inputs = with_article(taken) if the == "a " else the + taken
    goes = "go" if taken.endswith("s") else "goes"
    reads = pick(rng, "reads", "takes", "gets", "uses", "looks at", "receives", "opens")
    return pick(
        rng,
        f"{system} {reads} {inputs} and {makes} {output}",
        f"{system} {reads} {inputs} and {makes} {output}",
        f"{system} turns {inputs} into {output}",
        f"{inputs} {goes} {pick(rng, 'to', 'into', 'through')} {system}, which {makes} {output}",
        f"from {inputs} {system} {makes} {output}",
        f"{system} {makes} {output} from {inputs}",
    )
