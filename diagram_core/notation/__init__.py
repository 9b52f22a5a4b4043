"""Text that says diagrams: one way in for all notations, by name."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from diagram_core.diagram import Diagram
from diagram_core.errors import InputError
from diagram_core.layout import lay_out
from diagram_core.notation.compact import COMPACT_GRAMMAR, read_compact
from diagram_core.notation.listing import LIST_GRAMMAR, read_list
from diagram_core.notation.plan import PLAN_GRAMMAR, read_plan
from diagram_core.structure import Structure

Notation = Literal["plan", "compact", "list"]

NOTATIONS: tuple[Notation, ...] = get_args(Notation)

_GRAMMARS: dict[Notation, str] = {"plan": PLAN_GRAMMAR, "compact": COMPACT_GRAMMAR, "list": LIST_GRAMMAR}


class Answer(NamedTuple):
    """What a text says. structure: None in notations that place shapes and say no more."""

    diagram: Diagram
    structure: Structure | None


def read(text: str, notation: Notation) -> Diagram:
    """The diagram that a text in this notation says; raises InputError where it says none."""
    return read_answer(text, notation).diagram


def read_answer(text: str, notation: Notation) -> Answer:
    """What a text in this notation says; raises InputError where it says no diagram."""
    if notation == "plan":
        plan = read_plan(text)
        return Answer(lay_out(plan.structure, plan.style), plan.structure)
    return Answer(read_compact(text) if notation == "compact" else _read_nodes(text), None)


def _read_nodes(text: str) -> Diagram:
    reading = read_list(text)
    if not reading.diagram.nodes:
        reason = f": line {reading.dropped[0].line}, {reading.dropped[0].reason}" if reading.dropped else ""
        raise InputError(f"no node can be read from the text{reason}")
    return reading.diagram


def answer_grammar(notation: Notation) -> str:
    """The EBNF, in xgrammar's form, that an answer in this notation keeps from its first to its last character."""
    return _GRAMMARS[notation]


def copies_names(notation: Notation) -> bool:
    """Whether an answer in this notation repeats names of the prompt: the other notations have none."""
    return notation == "plan"
