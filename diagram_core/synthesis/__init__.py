"""An endless, seeded stream of prompts, each with the plan, structure and diagram that it asks for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from random import Random
from typing import Literal, get_args

from diagram_core.diagram import Diagram
from diagram_core.layout import lay_out
from diagram_core.notation.plan import read_plan
from diagram_core.structure import (
    DETAILS,
    DIRECTIONS,
    PALETTES,
    SHAPE_STYLES,
    Direction,
    Structure,
    Style,
    fingerprint,
)
from diagram_core.synthesis import (
    architectures,
    convolutional,
    data_flows,
    data_processes,
    dense,
    famous,
    korean,
    pipelines,
    sequences,
    written,
)
from diagram_core.synthesis.chatter import surrounded
from diagram_core.synthesis.phrasing import chance, mistype, pick

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
TEST_SHARE = 0.1
VALIDATION_SHARE = 0.05

_ADDRESSES = (
    "draw me ", "Draw ", "please draw ", "show ", "I want ", "a diagram of ", "diagram of ", "Create ", "draw: ",
    "can you draw ", "could you make a diagram of ", "plz draw ", "i need a picture of ", "make a figure of ",
    "draw this: ", "sketch ", "visualize ", "I'd like to see ", "please make a chart of ", "Generate a diagram for ",
)  # fmt: skip
_MISTYPED = (*15 * (0,), 1, 1, 2, 3, 6)  # words of a prompt
_IN_CAPITALS = ("pipeline", "data flow")  # now and then: plans of theirs consist of names alone
_TELLS_DIRECTION: dict[Direction, re.Pattern[str]] = {
    "right": re.compile(r"left[ -]to[ -]right|left[ -]right|\bhorizontal|sideways|가로|왼쪽에서 오른쪽", re.I),
    "down": re.compile(r"top[ -]to[ -]bottom|top[ -]down|\bvertical|downwards?\b|세로|위에서 아래", re.I),
}
_ENDS = (" please", " pls", "?", "!", " thanks", " thx")

Family = Callable[[Random], tuple[str, str]]

# How often each family of prompts occurs, by name.
FAMILIES: dict[str, tuple[Literal["network", "chart"], Family, float]] = {
    "dense": ("network", dense.dense, 0.14),
    "cnn": ("network", convolutional.cnn, 0.155),
    "sequence": ("network", sequences.sequence, 0.06),
    "architecture": ("network", architectures.architecture, 0.245),
    "famous": ("network", famous.famous, 0.02),
    "korean network": ("network", korean.network, 0.045),
    "data process": ("chart", data_processes.data_process, 0.095),
    "pipeline": ("chart", pipelines.pipeline, 0.165),
    "data flow": ("chart", data_flows.data_flow, 0.12),
    "korean pipeline": ("chart", korean.pipeline, 0.05),
    "written network": ("network", written.network, 0.32),
    "written chart": ("chart", written.chart, 0.24),
    "written korean network": ("network", written.korean_network, 0.05),
    "written korean chart": ("chart", written.korean_chart, 0.05),
}


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt and what it asks for.

    by_chance: the words of the plan's first line that the prompt leaves open; they are drawn by lot.
    """

    id: str
    family: str
    prompt: str
    plan: str
    structure: Structure
    style: Style
    by_chance: str

    def diagram(self) -> Diagram:
        """The structure, placed in the style of the plan."""
        return lay_out(self.structure, self.style)


def examples(seed: int, split: Split, start: int = 0) -> Iterator[Example]:
    """Endless examples of a split; a structure is in one split only, whatever the seed, so none of training is in test.

    The example of a seed and number is the same on every machine; `start` is the number to begin with.
    """
    for number in count(start):
        example = make_example(seed, number)
        if split_of(example.structure) == split:
            yield example


def make_example(seed: int, number: int) -> Example:
    """The example of this seed and number, of whatever split."""
    rng = Random(f"{seed}:{number}")  # a string is hashed with SHA-512: the same everywhere
    name = rng.choices(list(FAMILIES), weights=[weight for _, _, weight in FAMILIES.values()])[0]
    kind, family, _ = FAMILIES[name]
    prompt, body = family(rng)
    if name in _IN_CAPITALS and chance(rng, 0.03):
        prompt, body = prompt.upper(), body.upper()
    told = _direction_told(prompt)
    direction = pick(rng, *DIRECTIONS) if told is None else told
    asks_for_direction = told is not None or chance(rng, 0.12)
    if asks_for_direction and told is None:
        prompt = _ask_for_direction(rng, prompt, direction, in_korean="korean" in name)
    if not name.startswith("written"):
        prompt = _address(rng, prompt, has_names=name not in ("dense", "cnn"))
    if name != "famous":  # a name misspelt is another name
        prompt = _mistyped(rng, prompt, body)
    style = Style(direction, pick(rng, *PALETTES), pick(rng, *SHAPE_STYLES), pick(rng, *DETAILS))
    look = f"{style.palette} {style.shapes} {style.detail}"
    plan = f"{kind} {direction} {look}\n{body}"
    by_chance = look if asks_for_direction else f"{direction} {look}"
    return Example(f"{seed}-{number}", name, prompt, plan, read_plan(plan).structure, style, by_chance)


def split_of(structure: Structure) -> Split:
    """The split that a structure belongs to, by a hash of what it is; the order in which it is told does not count.

    Famous networks are always of training: nothing in their prompts tells their structure.
    """
    identity = fingerprint(structure)
    if identity in _famous_fingerprints():
        return "train"
    digest = hashlib.sha256(identity.encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    if share < TEST_SHARE:
        return "test"
    return "validation" if share < TEST_SHARE + VALIDATION_SHARE else "train"


@lru_cache(maxsize=1)
def _famous_fingerprints() -> frozenset[str]:
    header = f"network {DIRECTIONS[0]} {next(iter(PALETTES))} {SHAPE_STYLES[0]} {DETAILS[0]}"
    return frozenset(fingerprint(read_plan(f"{header}\n{body}").structure) for _, body in famous.FAMOUS)


def _direction_told(prompt: str) -> Direction | None:
    """Which of the directions a prompt asks for already."""
    return next((direction for direction, told in _TELLS_DIRECTION.items() if told.search(prompt)), None)


def _ask_for_direction(rng: Random, prompt: str, direction: Direction, in_korean: bool) -> str:
    if in_korean:
        return f"{prompt}, {pick(rng, *korean.DIRECTION_WORDS[direction])}"
    words = {
        "right": ("from left to right", "left to right", "horizontal", "horizontally", "(horizontal)"),
        "down": ("from top to bottom", "top down", "vertical", "vertically", "(vertical)", "top to bottom"),
    }[direction]
    return f"{prompt.rstrip('. ')}{pick(rng, ', ', ', drawn ', ' - ')}{pick(rng, *words)}"


def _address(rng: Random, prompt: str, has_names: bool) -> str:
    """Politeness, stories, capitals and full stops, which change nothing; names stay as they are."""
    if "\n" not in prompt and prompt.isascii():
        if chance(rng, 0.2):
            prompt = pick(rng, *_ADDRESSES) + prompt
        if chance(rng, 0.06):
            prompt = prompt.rstrip(".") + pick(rng, *_ENDS)
    if not has_names and chance(rng, 0.2):
        prompt = prompt.upper() if chance(rng, 0.1) and "x" not in prompt else prompt.lower()
    if prompt.isascii() and chance(rng, 0.15):
        return surrounded(rng, prompt)
    return prompt + "." if chance(rng, 0.05) and prompt[-1] not in ".\n" else prompt


def _mistyped(rng: Random, prompt: str, body: str) -> str:
    """Some words misspelt, none of those that the plan repeats."""
    names = set(re.findall(r"[a-z]+", body.lower()))
    for _ in range(pick(rng, *_MISTYPED)):
        prompt = mistype(rng, prompt, but=names)
    return prompt
