"""Steps that take and give data, in words, each with the body of its plan, one line a step in the order of the prompt.

Prompts about data name one thing in several ways: `jpg file` and then `picture`. Their plans copy the names and mark,
by where a name stands alone, what it may mean: the first input of a step is `~`, earlier data if the name fits any;
so is what a step without inputs puts out; all other data is new, `+`. Reading the plan settles which data is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from diagram_core.notation.names import family_of
from diagram_core.synthesis.naming import any_data, any_thing
from diagram_core.synthesis.phrasing import chance, pick
from diagram_core.synthesis.vocabulary import OPERATIONS

MAX_DATA_STEPS = 12

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
