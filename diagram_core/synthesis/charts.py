"""Process charts in words, each with the body of its plan, one line a step in the order of the prompt.

Identity is what makes charts hard to read: `jpg file` and then `picture` may be one thing. The rule here, so that the
prompt alone settles it: the first input of a step is what the step before put out, if its family fits; else the first
data of its family, if there is any; else new. Its other inputs, and what it puts out, are new. What a step without
inputs puts out goes into the first data of its family, if there is any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random

from diagram_core.synthesis.phrasing import chance, enumeration, pick

MAX_DATA_STEPS = 12

# Names of one family mean the same kind of data, and one may stand for another.
DATA_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("text", "string", "sentence", "tokens", "pandas dataframe"),
    ("tensor", "tensors", "matrix", "matrices", "numpy array", "numeric values", "pytorch tensor",
     "tensorflow tensor", "buffer", "buffers"),
    ("picture", "png file", "jpg file", "figure"),
    ("database", "DB", "data store", "data storage"),
    ("chart", "line chart", "graph", "histogram", "experiment result", "table"),
)  # fmt: skip
OPERATIONS = (
    "model", "AI model", "machine learning model", "deep learning model", "neural network", "NN", "CNN model",
    "LLM", "language model", "process", "processing", "pre-processing", "PCA", "feature engineering",
    "function", "python code", "python file", "code file",
)  # fmt: skip
_HEADS = (
    "process", "LLM process", "RAG process", "Langchain process", "algorithm", "deep learning algorithm",
    "machine learning model", "data pre-processing algorithm", "workflow", "data pipeline",
)  # fmt: skip
_VERBS = (
    "load", "clean", "validate", "split", "tokenize", "embed", "train", "evaluate", "deploy", "monitor",
    "collect", "label", "normalize", "augment", "filter", "merge", "index", "retrieve", "rank", "summarize",
    "translate", "store", "export", "plot", "compress", "sample", "review", "publish", "parse", "encrypt",
    "resize", "query", "aggregate", "test", "package", "register", "schedule", "score",
)  # fmt: skip
_OBJECTS = (
    "data", "the data", "documents", "images", "the model", "csv files", "user query", "logs", "audio",
    "embeddings", "features", "labels", "results", "answers", "videos", "sensor readings", "the report",
    "predictions", "metrics", "orders", "invoices", "tweets", "chunks", "the dataset", "passages", "emails",
    "transactions", "records", "weights", "the API", "candidates", "test cases",
)  # fmt: skip
_THINGS = (
    "raw text", "user question", "vector store", "customer data", "knowledge base", "web page", "pdf document",
    "audio clip", "csv file", "training set", "test set", "feature vector", "prediction", "report", "summary",
    "dashboard", "image", "caption", "query", "answer", "embedding", "search results", "log file",
    "model weights", "sales table", "email", "video", "transcript", "json file", "alert",
)  # fmt: skip
_SYSTEMS = (
    "retriever", "embedding model", "LLM", "classifier", "tokenizer", "OCR engine", "speech recognizer",
    "ranker", "data cleaner", "feature extractor", "random forest", "transformer", "web crawler", "parser",
    "detector", "recommender", "autoencoder", "SQL query", "preprocessing", "summarizer", "encoder", "decoder",
    "anomaly detector", "translator", "scheduler", "API server", "validator",
)  # fmt: skip


def data_process(rng: Random) -> tuple[str, str]:
    """Steps that take and give data under changing names: (prompt, body of the plan)."""
    known = _Known(rng)
    count = rng.randint(1, 3) if chance(rng, 0.3) else rng.randint(3, MAX_DATA_STEPS)
    steps = [_step(rng, known) for _ in range(count)]
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
    """Steps by what they do, in a row or side by side: (prompt, body of the plan)."""
    form: Callable[[Random], tuple[str, str]] = pick(
        rng, _arrow_pipeline, _told_pipeline, _listed_pipeline, _parallel_pipeline
    )
    return form(rng)


def data_flow(rng: Random) -> tuple[str, str]:
    """Named things that go through named systems: (prompt, body of the plan)."""
    form: Callable[[Random], tuple[str, str]] = pick(rng, _told_flow, _merging_flow, _passing_flow, _arrow_flow)
    return form(rng)


# Steps that take and give data


class _Known:
    """The data named so far, by the names that the plan uses, in order."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._names: list[str] = []
        self.last_output: str | None = None

    def mention(self, name: str) -> str:
        """What the plan calls data that the prompt calls `name`: what it may already stand for, else itself."""
        family = family_of(name)
        if self.last_output and family_of(self.last_output) == family:
            return self.last_output
        return next((earlier for earlier in self._names if family_of(earlier) == family), None) or self.create(name)

    def create(self, name: str) -> str:
        """The plan's words for new data of this name."""
        if name in self._names:
            return f"+ {name}"
        self._names.append(name)
        return name

    def input_name(self) -> str:
        """A name for an input, most often of what the step before put out."""
        if self.last_output and chance(self._rng, 0.75):
            return self.last_output if chance(self._rng, 0.6) else pick(self._rng, *family_of(self.last_output))
        return any_data(self._rng)


def family_of(name: str) -> tuple[str, ...]:
    """The names that may stand for this one."""
    return next(family for family in DATA_FAMILIES if name in family)


def any_data(rng: Random) -> str:
    """A data name of any family."""
    return pick(rng, *pick(rng, *DATA_FAMILIES))


def _step(rng: Random, known: _Known) -> tuple[str, str]:
    operation = pick(rng, *OPERATIONS)
    kind = pick(rng, "in-out", "in-out", "in-out", "in", "out", "convert")
    if kind == "out":
        outputs = _distinct(rng, [any_data(rng) for _ in range(_few(rng))])
        known.last_output = None
        targets = [known.mention(name) for name in outputs]
        known.last_output = targets[0]
        line = f"[{operation}] > {', '.join(targets)}"
        return _say_output(rng, operation, outputs), line
    inputs = _distinct(rng, [known.input_name(), *(any_data(rng) for _ in range(_few(rng) - 1))])
    sources = ", ".join([known.mention(inputs[0]), *(known.create(name) for name in inputs[1:])])
    known.last_output = None
    if kind == "in":
        return _say_input(rng, operation, inputs), f"{sources} > [{operation}]"
    if kind == "convert":
        output = any_data(rng)
        line = f"{sources} > {known.create(output)}"
        known.last_output = output
        return f"{pick(rng, 'a', 'a', 'the')} {operation} converts {_listed(rng, inputs)} into {output}", line
    outputs = _distinct(rng, [any_data(rng) for _ in range(_few(rng))])
    line = f"{sources} > [{operation}] > {', '.join([known.create(name) for name in outputs])}"
    known.last_output = outputs[0]
    return _say_both(rng, operation, inputs, outputs), line


def _few(rng: Random) -> int:
    return 1 if chance(rng, 0.75) else rng.randint(2, 3)


def _distinct(rng: Random, names: list[str]) -> list[str]:
    """The names, no two of one family: `text and string` would leave open whether one thing or two is meant."""
    kept: list[str] = []
    for name in names:
        if not any(family_of(name) == family_of(other) for other in kept):
            kept.append(name)
    return kept


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
        f"{operation} that, with {taken} as input, and {given} as output",
        f"inputs {taken}, and outputs {given} and process them with {operation}",
    )


# Steps by what they do


def _actions(rng: Random, count: int) -> list[str]:
    verbs = rng.sample(_VERBS, count)
    return [f"{verb} {pick(rng, *_OBJECTS)}" if chance(rng, 0.85) else verb for verb in verbs]


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


def _arrow_pipeline(rng: Random) -> tuple[str, str]:
    actions = _actions(rng, rng.randint(2, 8))
    arrow = pick(rng, " -> ", " > ", " → ", " => ", "->")
    return _head(rng) + arrow.join(actions), _row(actions)


def _told_pipeline(rng: Random) -> tuple[str, str]:
    actions = _actions(rng, rng.randint(2, 7))
    start = pick(rng, "first ", "First, ", "we ", "", "")
    last = pick(rng, ", and finally ", ", then ", " and then ", ", and then ", " and ")
    middle = "".join(f"{pick(rng, ', ', ', then ', ', then ', '; ')}{action}" for action in actions[1:-1])
    return f"{_head(rng)}{start}{actions[0]}{middle}{last}{actions[-1]}", _row(actions)


def _listed_pipeline(rng: Random) -> tuple[str, str]:
    actions = _actions(rng, rng.randint(2, 8))
    numbered = chance(rng, 0.6)
    lines = [f"{f'{i}. ' if numbered else '- '}{action}" for i, action in enumerate(actions, start=1)]
    head = pick(rng, "", "steps:\n", "process that does the following:\n", "draw this pipeline:\n")
    return head + "\n".join(lines), _row(actions)


def _parallel_pipeline(rng: Random) -> tuple[str, str]:
    actions = _actions(rng, rng.randint(4, 7))
    width = rng.randint(2, min(3, len(actions) - 2))
    first, side, rest = actions[0], actions[1 : 1 + width], actions[1 + width :]
    told = pick(
        rng,
        f"{first}, then {enumeration(rng, side)} in parallel",
        f"{first}, then in parallel {enumeration(rng, side)}",
        f"after {first}, {enumeration(rng, side)} at the same time",
    )
    return f"{_head(rng)}{told}, then {', then '.join(rest)}", " > ".join(
        [f"[{first}]", ", ".join(f"[{action}]" for action in side), _row(rest)]
    )


# Things that go through systems


def _told_flow(rng: Random) -> tuple[str, str]:
    count = rng.randint(1, 3)
    things, systems = rng.sample(_THINGS, count + 1), rng.sample(_SYSTEMS, count)
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
    sources = rng.sample(_THINGS, rng.randint(3, 4))
    result = sources.pop()
    system = pick(rng, *_SYSTEMS)
    names = enumeration(rng, sources) if len(sources) == 2 else ", ".join(sources[:-1]) + f" and {sources[-1]}"
    prompt = pick(
        rng,
        f"{names} are fed into a {system} that produces {result}",
        f"a {system} takes {names} and outputs {result}",
        f"{result} is made by the {system} from {names}",
    )
    return prompt, f"{', '.join(sources)} > [{system}] > {result}"


def _passing_flow(rng: Random) -> tuple[str, str]:
    systems = rng.sample(_SYSTEMS, rng.randint(2, 4))
    start, end = rng.sample(_THINGS, 2)
    told = pick(rng, " passes it to the ", " sends its output to the ", " feeds the ")
    prompt = f"{start} enters the {systems[0]}"
    for before, after in pairwise(systems):
        prompt += f", the {before}{told}{after}"
    prompt += f", and the {systems[-1]} {pick(rng, 'returns', 'produces', 'outputs')} {end}"
    return prompt, " > ".join([start, *(f"[{system}]" for system in systems), end])


def _arrow_flow(rng: Random) -> tuple[str, str]:
    """Things and systems in turn: `pdf document -> parser -> chunks`."""
    count = rng.randint(2, 7)
    things, systems = rng.sample(_THINGS, count), rng.sample(_SYSTEMS, count)
    first = rng.randrange(2)  # 0: a thing comes first
    names = [(systems if (first + i) % 2 else things)[i] for i in range(count)]
    steps = [f"[{name}]" if (first + i) % 2 else name for i, name in enumerate(names)]
    return _head(rng) + pick(rng, " -> ", " > ", " → ", " => ", "->").join(names), " > ".join(steps)
