"""Names of steps, data and systems, most of them ordinary words, some that no list of words foresees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from string import ascii_lowercase, ascii_uppercase

from diagram_core.notation.names import DATA_FAMILIES
from diagram_core.synthesis.phrasing import chance, pick
from diagram_core.synthesis.vocabulary import (
    ACTORS,
    ADJECTIVES,
    COMMON_NOUNS,
    COMMON_VERBS,
    EVENTS,
    EVERYDAY,
    FILE_TYPES,
    GRADES,
    JUDGEMENTS,
    LONG_STEPS,
    METRICS,
    OBJECTS,
    PERFECTS,
    PRODUCTS,
    SCRIPT_TYPES,
    STATES,
    STEPS,
    SYLLABLES,
    SYSTEMS,
    TAILS,
    THINGS,
    TOOLS,
    VERBS,
)

LAST_SHORT_QUESTION = 4  # of the forms of questions, behind which the full sentences come


def any_data(rng: Random) -> str:
    """A data name of any family."""
    return pick(rng, *pick(rng, *DATA_FAMILIES))


def any_thing(rng: Random) -> str:
    """A data name that stands for itself alone."""
    return pick(rng, *THINGS)


def step_names(rng: Random, count: int) -> list[str]:
    """Different steps: most a verb and its object, some a noun or more words; now and then all are of one kind."""
    if chance(rng, 0.08):
        return rng.sample(STEPS, count)
    if chance(rng, 0.12):
        return coined_names(rng, count)
    if chance(rng, 0.1):
        return _different(rng, _clause, count)
    if chance(rng, 0.06):
        return rng.sample((*VERBS, *COMMON_VERBS), count)
    return _different(rng, pick(rng, _step, _step, _common_step), count)


def side_steps(rng: Random, count: int) -> list[str]:
    """Different steps to be done side by side, which may be one verb with several objects."""
    if chance(rng, 0.6):
        return step_names(rng, count)
    verb = pick(rng, *VERBS, *COMMON_VERBS)
    return [f"{verb} {thing}" for thing in _different(rng, pick(rng, _object, _common_object), count)]


def coined_names(rng: Random, count: int) -> list[str]:
    """Different names that no list of words foresees: letters, numbers, identifiers, products, invented words."""
    form = rng.randrange(6)
    if form == 0:
        first = rng.randrange(len(ascii_uppercase) - count)
        letters = pick(rng, ascii_uppercase, ascii_uppercase, ascii_lowercase)[first : first + count]
        prefix = pick(rng, "", "", "", "", "step ", "service ", "module ", "node ", "stage ", "team ")
        return [prefix + letter for letter in letters]
    if form == 1:
        prefix = pick(rng, "step", "stage", "task", "job", "module", "server", "layer", "phase")
        return [f"{prefix} {number}" for number in range(1, count + 1)]
    if form == 2:
        joint = pick(rng, "_", "_", "-")
        pairs = zip(rng.sample(VERBS, count), (pick(rng, *OBJECTS) for _ in range(count)), strict=True)
        return [joint.join([verb, *thing.removeprefix("the ").split()]) for verb, thing in pairs]
    if form == 3:
        return rng.sample(PRODUCTS, count)
    words = _different(rng, invented_word, count)
    return [word.capitalize() for word in words] if chance(rng, 0.5) else words


def question(rng: Random) -> str:
    """A question that is a step by itself, with its question mark: `is the oven hot?`, `approved?`."""
    noun, nouns, actor = pick(rng, *COMMON_NOUNS), _with_s(pick(rng, *COMMON_NOUNS)), pick(rng, *ACTORS)
    state, verb, event = pick(rng, *STATES), pick(rng, *VERBS, *COMMON_VERBS), pick(rng, *EVENTS)
    number = pick(rng, rng.randint(2, 9), 10 * rng.randint(1, 9), 50 * rng.randint(2, 40))
    form = rng.randrange(LAST_SHORT_QUESTION + 3)
    if form > LAST_SHORT_QUESTION:
        words = _full_question(rng)
    elif form == 0:
        words = pick(rng, state, state, f"{noun} {state}", f"{noun} {state}", f"is it {state}")
    elif form == 1:
        it = pick(rng, "it", f"the {noun}", f"the {actor}", f"this {noun}", f"every {noun}")
        words = pick(rng, f"is {it} {state}", f"is {it} {state}", f"was {it} {state}", f"{it} {state}")
    elif form == 2:
        it = pick(rng, "it", f"the {noun}", f"the {actor}", f"the {noun} {pick(rng, *TOOLS)}")
        words = pick(rng, f"did {it} {event}", f"does {it} {event}", f"will {it} {event}")
    elif form == 3:
        words = pick(
            rng, f"enough {nouns}", f"any {nouns} left", f"more {nouns}", f"are there {nouns}", f"do we have {nouns}",
            f"over {number}", f"under {number} {pick(rng, 'days', 'euros', 'kg', nouns)}",
            f"more than {number} {nouns}",
            f"{noun} over {number}", f"at least {number} {nouns}", f"score above 0.{rng.randint(1, 9)}",
        )  # fmt: skip
    else:
        words = pick(
            rng, verb, f"{verb} it", f"{verb} the {noun}", f"should we {verb} it", f"can we {verb} the {noun}",
            f"does the {actor} {verb} it", f"do {nouns} match", f"is there a {noun}", f"{noun} found", f"new {noun}",
        )  # fmt: skip
    return (words[0].upper() + words[1:] if chance(rng, 0.1) else words) + "?"


def _full_question(rng: Random) -> str:
    """A question of a whole sentence, without its mark: `have all the guests arrived`, `do the numbers add up`."""
    noun, actor = pick(rng, *COMMON_NOUNS), pick(rng, *ACTORS)
    nouns, others = _with_s(pick(rng, *COMMON_NOUNS)), _with_s(pick(rng, *COMMON_NOUNS))
    perfect, judgement, state = pick(rng, *PERFECTS), pick(rng, *JUDGEMENTS), pick(rng, *STATES)
    it = pick(rng, "it", f"the {noun}", f"the {noun}", f"our {noun}", f"the {noun} of the {actor}")
    many = pick(rng, "they", f"the {nouns}", f"all {nouns}", f"all the {nouns}", f"both {nouns}", f"the {noun} {nouns}")
    return pick(
        rng,
        f"has {it} {perfect}",
        f"has {it} {perfect}",
        f"have {many} {perfect}",
        f"do {many} {judgement}",
        f"do {many} {judgement}",
        f"do the {nouns} {pick(rng, 'match', 'agree with', 'support', 'confirm', 'fit')} the {noun}",
        f"are {many} {state}",
        f"were {many} {state}",
        f"did {many} {judgement}",
        f"did the {actor} {pick(rng, *COMMON_VERBS)} the {noun}",
        f"is {pick(rng, *METRICS)} {pick(rng, *GRADES)}",
        f"can the {actor} {pick(rng, *COMMON_VERBS)} {pick(rng, 'it', 'them', f'the {noun}')}",
        f"is there {pick(rng, 'still ', '')}{pick(rng, 'any', 'a', 'another')} {noun}",
        f"does {it} {pick(rng, 'look', 'seem', 'smell', 'feel')} {state}",
        f"are there {pick(rng, 'enough', 'any', 'more', 'too many')} {nouns}",
        f"are the {nouns} {pick(rng, 'and', 'of')} the {others} {state}",
    )


def outcome(rng: Random, outcomes: Sequence[str]) -> str:
    """What a decision is about: one of these, or something about a thing that no list of words foresees."""
    if chance(rng, 0.5):
        return pick(rng, *outcomes)
    if chance(rng, 0.15):
        return f"{pick(rng, *METRICS)} is {pick(rng, *GRADES)}"
    it = pick(rng, "it", f"the {pick(rng, *COMMON_NOUNS)}", f"the {pick(rng, *COMMON_NOUNS)}")
    return f"{it} {pick(rng, 'is', 'is', 'is', 'is not')} {pick(rng, *STATES)}"


def invented_word(rng: Random) -> str:
    """A word that there is not."""
    return "".join(rng.sample(SYLLABLES, rng.randint(2, 3)))


def thing_names(rng: Random, count: int, but: Sequence[str] = ()) -> list[str]:
    """Different names of data, none of which is among those to leave out."""
    if chance(rng, 0.05):
        return _different(rng, _file, count, but)
    return _different(rng, lambda rng: pick(rng, any_thing, any_thing, _common_thing)(rng), count, but)


def everyday_names(rng: Random, count: int) -> list[str]:
    """Different short steps of everyday life, nouns and verbs: `lunch`, `walk the dog`."""
    words = pick(rng, EVERYDAY, EVERYDAY, (*EVERYDAY, *COMMON_VERBS), (*EVERYDAY, *COMMON_NOUNS), COMMON_NOUNS)
    return _different(rng, lambda rng: pick(rng, *words), count)


def file_names(rng: Random, count: int) -> list[str]:
    """Different names of files that are data: `sensor_log.csv`, `chart.png`."""
    return _different(rng, _file, count)


def script_names(rng: Random, count: int) -> list[str]:
    """Different names of programs in files: `clean.py`, `merge_orders.sh`."""
    return _different(rng, _script, count)


def system_names(rng: Random, count: int) -> list[str]:
    """Different names of what works on data."""
    if chance(rng, 0.06):
        return rng.sample(PRODUCTS, count)
    if chance(rng, 0.04):
        return script_names(rng, count)
    return _different(rng, lambda rng: pick(rng, _system, _system, _system, _tool)(rng), count)


def _different(rng: Random, name: Callable[[Random], str], count: int, but: Sequence[str] = ()) -> list[str]:
    found: dict[str, None] = {}  # in the order of drawing
    while len(found) < count:
        drawn = name(rng)
        if drawn not in but:
            found[drawn] = None
    return list(found)


def _step(rng: Random) -> str:
    if chance(rng, 0.25):
        return pick(rng, *pick(rng, STEPS, LONG_STEPS, LONG_STEPS))
    verb = pick(rng, *VERBS)
    return f"{verb} {_object(rng)}{_tail(rng)}" if chance(rng, 0.85) else verb


def _common_step(rng: Random) -> str:
    verb = pick(rng, *COMMON_VERBS)
    return f"{verb} {_common_object(rng)}{_tail(rng)}" if chance(rng, 0.85) else verb


def _object(rng: Random) -> str:
    return pick(rng, *OBJECTS)


def _common_object(rng: Random) -> str:
    noun = pick(rng, *COMMON_NOUNS)
    adjective = f"{pick(rng, *ADJECTIVES)} " if chance(rng, 0.15) else ""
    if chance(rng, 0.05):
        noun = invented_word(rng)
    return pick(rng, f"{adjective}{_with_s(noun)}", f"the {adjective}{noun}", f"{adjective}{noun}", f"each {noun}")


def _tail(rng: Random) -> str:
    return f" {pick(rng, *TAILS)}" if chance(rng, 0.08) else ""


def _clause(rng: Random) -> str:
    """Who does what: `customer pays the bill`."""
    actor, verb = pick(rng, *ACTORS), pick(rng, *COMMON_VERBS)
    return f"{pick(rng, '', '', 'the ')}{actor} {_with_s(verb)} {_common_object(rng)}"


def _common_thing(rng: Random) -> str:
    noun = pick(rng, *COMMON_NOUNS)
    if chance(rng, 0.3):
        return _with_s(noun)
    if chance(rng, 0.1):
        return invented_word(rng)
    return f"{pick(rng, *ADJECTIVES)} {pick(rng, noun, _with_s(noun))}"


def _system(rng: Random) -> str:
    return pick(rng, *SYSTEMS)


def _tool(rng: Random) -> str:
    return f"{pick(rng, *COMMON_NOUNS)} {pick(rng, *TOOLS)}"


def _file(rng: Random) -> str:
    noun, joint = pick(rng, *COMMON_NOUNS), pick(rng, "_", "_", "-")
    first = pick(rng, *COMMON_NOUNS, *ADJECTIVES)
    stem = pick(
        rng, noun, noun, _with_s(noun), _with_s(noun), f"{first}{joint}{noun}", f"{first}{joint}{_with_s(noun)}"
    )
    number = f"{joint}{rng.randint(1, 2025)}" if chance(rng, 0.05) else ""
    return f"{stem}{number}.{pick(rng, *FILE_TYPES)}"


def _script(rng: Random) -> str:
    verb = pick(rng, *VERBS, *COMMON_VERBS)
    thing = f"{pick(rng, '_', '_', '-')}{pick(rng, *COMMON_NOUNS)}" if chance(rng, 0.3) else ""
    return f"{verb}{thing}.{pick(rng, *SCRIPT_TYPES)}"


def _with_s(word: str) -> str:
    """The plural of a regular noun, or the third person of a verb."""
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")
