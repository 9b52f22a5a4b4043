"""How much of a prompt's own numbers and names a structure keeps: a check of an answer that needs no model."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby

from diagram_core.structure import NAMED_KINDS, ElementKind, Structure

NUMERALS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)

_WORD = re.compile(r"\d+|[^\W\d_]+")
_FIGURES = {numeral: str(number) for number, numeral in enumerate(NUMERALS)}
_SIZES_TOLD: tuple[ElementKind, ...] = ("image", "input", "dense")  # other sizes follow from what comes before
_LAYERS_TOLD: tuple[ElementKind, ...] = ("conv", "pool")  # alike whatever their size


def words_of(text: str) -> Counter[str]:
    """The numbers, in figures, and the words of a text, without capitals, and how often each occurs.

    The words for a convolution, and those for pooling, count as one.
    """
    return Counter(map(_one_word_for, _WORD.findall(text.casefold())))


def names_of(structure: Structure) -> list[str]:
    """The labels that a prompt can have told: names of steps, data and blocks."""
    return [element.label for element in structure.elements if element.kind in NAMED_KINDS]


def kept_words(structure: Structure, prompt: str) -> int:
    """How many of the prompt's numbers and words the structure says, less those that it adds.

    A word of a name counts once: a prompt says it wherever the named is used. A number that is no size may say how many
    there are of something. Only good to compare structures for the same prompt: a prompt has words that belong in no
    structure.
    """
    asked, said = words_of(prompt), Counter(set(words_of(" ".join(names_of(structure)))))
    for element in structure.elements:
        if element.kind in _SIZES_TOLD and element.size:
            said[str(element.size)] += 1
        if element.kind in _LAYERS_TOLD and asked[element.kind]:  # a network may be told without naming its layers
            said[element.kind] += 1
        if element.kind not in NAMED_KINDS:
            said.update(re.findall(r"\d+", element.label))  # of kernels and windows
    counted = (asked - said).keys() & {str(count) for count in _counts_of(structure)}
    return (said & asked).total() + len(counted) - len(said.keys() - asked.keys())


def _one_word_for(word: str) -> str:
    if word.startswith("conv"):
        return "conv"
    return "pool" if "pool" in word else _FIGURES.get(word, word)


def _counts_of(structure: Structure) -> set[int]:
    """How many there are of what can be told by number: layers alike, in a row or in all, branches, inputs, heads."""
    keys = [(e.kind, e.label, None if e.kind in _LAYERS_TOLD else e.size) for e in structure.elements]
    kinds = Counter((e.kind, e.label) for e in structure.elements)
    out, into = (Counter(edge[side] for edge in structure.edges) for side in (0, 1))
    starts, ends = (sum(i not in degrees for i in range(len(keys))) for degrees in (into, out))
    in_a_row = {len(list(group)) for _, group in groupby(keys)}
    counts = in_a_row | {*kinds.values(), *out.values(), *into.values(), starts, ends}
    return {count for count in counts if count > 1}
