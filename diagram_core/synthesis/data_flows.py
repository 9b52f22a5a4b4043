"""Named things that go through named systems, in words, each with the body of its plan."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from random import Random

from diagram_core.synthesis.naming import system_names, thing_names
from diagram_core.synthesis.paths import Group, any_head, path_lines
from diagram_core.synthesis.phrasing import and_last, chance, count_word, pick, with_article
from diagram_core.synthesis.told_flows import told_flow
from diagram_core.synthesis.vocabulary import FATES, STORES

MAX_WIRES = 5
_GIVES = ("delivers", "gives", "returns", "writes", "spits out", "hands out")


def data_flow(rng: Random) -> tuple[str, str]:
    """Named things that go through named systems: (prompt, body of the plan)."""
    form: Callable[[Random], tuple[str, str]] = pick(
        rng,
        *2 * (_told_flow, _merging_flow, _passing_flow, _arrow_flow, _fated_flow),
        *3 * (_woven_flow,),
        *2 * (_wired_flow,),
        *7 * (told_flow,),
        _asking_flow,
        _relay_flow,
        _stored_flow,
        _fan_flow,
        _two_flows,
        _split_flow,
        _training_flow,
        _retrieval_flow,
    )
    return form(rng)


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
    inputs = and_last([_behind(other, name) if chance(rng, 0.7) else name for name in taken])
    outputs = and_last([_behind(pick(rng, other, "", "a ") if other else "", name) for name in given])
    makes = pick(rng, "makes", "gives", "returns", "outputs", "produces", "creates", "writes", "generates", "spits out")
    go = "goes" if len(taken) == 1 and not taken[0].endswith("s") else "go"
    are = _are(taken[0]) if len(taken) == 1 else "are"
    return pick(
        rng,
        f"{article}{system} {pick(rng, 'takes', 'receives', 'gets', 'reads')} {inputs} and {makes} {outputs}",
        f"{article}{system} turns {inputs} into {outputs}",
        f"{inputs} {go} {pick(rng, 'to', 'into')} {article}{system}, which {makes} {outputs}",
        f"{inputs} {go} {pick(rng, 'to', 'into')} {article}{system}, and that {makes} {outputs}",
        f"{inputs} {go} into {article}{system}. Out of {article}{system} comes {outputs}",
        f"{inputs} {'enters' if go == 'goes' else 'enter'} {article}{system}, out comes {outputs}",
        f"{inputs} into {article}{system}, out comes {outputs}",
        f"{inputs} {go} {pick(rng, 'to', 'into')} {article}{system} and {outputs} {pick(rng, 'comes', 'come')} out",
        f"{inputs} {are} turned into {outputs} by {article}{system}",
        f"{article}{system} uses {inputs} to make {outputs}",
        f"from {inputs} {article}{system} {makes} {outputs}",
        f"{outputs} {'are' if len(given) > 1 else _are(given[0])} made from {inputs} by {article}{system}",
    )


def _behind(article: str, name: str) -> str:
    return with_article(name) if article == "a " else article + name


def _asking_flow(rng: Random) -> tuple[str, str]:
    """A system that asks another, which answers it: `The planner calls web search, and web search hands back to it`."""
    asking, asked, *others = system_names(rng, rng.randint(2, 4))
    start, end = thing_names(rng, 2)
    come_in = ("enter", "go to", "go into") if start.endswith("s") else ("enters", "goes to", "goes into")
    article = pick(rng, "", "the ", "the ")
    told = [
        f"{_behind(pick(rng, '', 'a ', 'the '), start)} {pick(rng, *come_in)} {article}{asking}",
        f"{article}{asking} {pick(rng, 'calls', 'asks', 'queries', 'sends to')} {article}{asked}",
        f"{article}{asked} {pick(rng, 'hands back to', 'answers', 'returns to', 'sends back to')} {article}{asking}",
    ]
    lines = [f"{start} > [{asking}] > [{asked}] > {asking}"]
    last = asking
    for system in others:
        told.append(f"{article}{last} {pick(rng, 'passes on to', 'goes on to', 'hands over to')} {article}{system}")
        lines.append(f"{last} > [{system}]")
        last = system
    told.append(f"{article}{last} {pick(rng, *_GIVES)} {_behind(pick(rng, '', 'a '), end)}")
    lines.append(f"{last} > {end}")
    return pick(rng, ", ", ". ", "; ").join(told), "\n".join(lines)


def _wired_flow(rng: Random) -> tuple[str, str]:
    """What each system gives and where each thing goes, one after the other; both may fork."""
    systems, things = system_names(rng, 7), thing_names(rng, 9)
    data = frozenset(things)
    waiting = [things.pop() if chance(rng, 0.5) else systems.pop()]
    told: list[str] = []
    groups: list[Group] = []
    while waiting and len(groups) < MAX_WIRES:
        name = waiting.pop(0)
        pool = systems if name in data else things
        next_names = [pool.pop() for _ in range(min(len(pool), pick(rng, 1, 1, 2)))]
        if not next_names:
            continue
        groups.append(([name], next_names))
        waiting += next_names
        told.append(_say_wire(rng, name, name not in data, next_names))
    comma = pick(rng, ", ", ", ", ". ", "; ", ", and ")
    return comma.join(told), path_lines(groups, data)


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
    return any_head(rng) + pick(rng, " -> ", " > ", " → ", " => ", "->").join(names), " > ".join(steps)
