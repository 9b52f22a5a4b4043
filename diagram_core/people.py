"""Drawings that people rated for readability, from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from diagram_core.diagram import Diagram
from diagram_core.errors import InputError
from diagram_core.files import read_rows
from diagram_core.flaws import MAX_READABILITY
from diagram_core.notation.listing import read_list

_TEXTS = ("answer", "diagram")


class Rated(NamedTuple):
    """A diagram, and how readable people say that its drawing is: 0 to 5."""

    diagram: Diagram
    score: float


def read_rated(path: Path) -> list[Rated]:
    """Rows of `answer` or `diagram` (list notation, as a model wrote it) and `readability`.

    Raises InputError that names the file and the row.
    """
    rows = read_rows(path)
    if not rows:
        raise InputError(f"{path} has no rows: one JSON object a line is expected")
    return [_rated(row, f"{path}, row {number}") for number, row in enumerate(rows, start=1)]


def _rated(row: dict[str, Any], place: str) -> Rated:
    text = next((row[key] for key in _TEXTS if key in row), None)
    if not isinstance(text, str):
        raise InputError(f"{place}: 'answer' or 'diagram' should be a text, and is {text!r:.60}")
    score = row.get("readability")
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 <= score <= MAX_READABILITY:
        raise InputError(
            f"{place}: 'readability' should be a number from 0 to {MAX_READABILITY:g}, and is {score!r:.60}"
        )
    return Rated(read_list(text).diagram, float(score))
