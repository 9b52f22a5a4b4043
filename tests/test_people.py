"""Drawings that people rated: rows are read, and what is wrong with one is said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from diagram_core.errors import InputError
from diagram_core.people import read_rated

NODE = "[0, 100, 200, 'circle', 40, 40, 'solid arrow', (1, 2, 3), (4, 5, 6), []]"


def rows_file(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "scores.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_answers_and_diagrams_are_read(tmp_path: Path) -> None:
    rows = (
        {"answer": NODE, "readability": 3},
        {"diagram": f"{NODE}\n[1, 5", "readability": 4.5},
        {"answer": "", "readability": 0},
    )
    rated = read_rated(rows_file(tmp_path, *rows))
    assert [score for _, score in rated] == [3, 4.5, 0]
    assert [len(diagram.nodes) for diagram, _ in rated] == [1, 1, 0]


@pytest.mark.parametrize(
    "row",
    [
        {"answer": NODE},
        {"answer": NODE, "readability": "3"},
        {"answer": NODE, "readability": 6},
        {"answer": NODE, "readability": True},
        {"readability": 3},
        {"answer": 3, "readability": 3},
    ],
)
def test_a_row_that_is_no_rating_is_named(tmp_path: Path, row: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"scores\.jsonl, row 2: '"):
        read_rated(rows_file(tmp_path, {"answer": NODE, "readability": 1}, row))


def test_a_file_without_rows_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no rows"):
        read_rated(rows_file(tmp_path))
    with pytest.raises(InputError, match="no file"):
        read_rated(tmp_path / "missing.jsonl")
