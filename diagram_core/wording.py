"""How much of a prompt's own numbers and names a structure keeps: a check of an answer that needs no model."""

from __future__ import annotations

import re

from diagram_core.structure import NAMED_KINDS, ElementKind, Structure

_WORD = re.compile(r"\d+|[^\W\d_]+")
_SIZES_TOLD: tuple[ElementKind, ...] = ("image", "input", "dense")  # other sizes follow from what comes before


def words_of(text: str) -> frozenset[str]:
    """The numbers and words of a text, each once, without capitals."""
    return frozenset(_WORD.findall(text.casefold()))


def names_of(structure: Structure) -> list[str]:
    """The labels that a prompt can have told: names of steps, data and blocks."""
    return [element.label for element in structure.elements if element.kind in NAMED_KINDS]


def kept_words(structure: Structure, prompt: str) -> int:
    """How many of the prompt's numbers and words the structure says, less those that it adds.

    Only good to compare structures for the same prompt: a prompt has words that belong in no structure.
    """
    sizes = {str(element.size) for element in structure.elements if element.kind in _SIZES_TOLD and element.size}
    kernels = {number for element in structure.elements for number in re.findall(r"\d+", element.label)}
    said = words_of(" ".join(names_of(structure))) | sizes | kernels
    asked = words_of(prompt)
    return len(said & asked) - len(said - asked)
