"""Whatever stands in a text, its reader reads or refuses it, soon; and what was read can be written and read again."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.fuzz import MEGABYTE, READERS, Reader, hostile_texts, seconds_to_read
from diagram_core.errors import InputError
from diagram_core.files import read_json, read_rows
from diagram_core.notation.compact import read_compact, write_compact
from diagram_core.notation.listing import MAX_TEXT_CHARS, read_list, write_list
from diagram_core.notation.plan import read_plan, write_plan
from diagram_core.synthesis import examples, make_example
from diagram_core.synthesis.spoil import spoil

MAX_RATIO = 10  # to the time for a usual text: linear time comes to 4, quadratic time to thousands

PLANS = [make_example(0, number).plan for number in range(60)]
pieces = st.sampled_from([*'()|[]>,"+~@#*:=x \n\\09é', " ( ", " | ", " )", " @a", " +a", "conv3", "*2", '"a b"', " > "])


@pytest.fixture(scope="module")
def usual_seconds() -> float:
    """Processor time for as much of a usual list as is read of any text."""
    usual = "\n".join(write_list(example.diagram()) for example in islice(examples(0, "test"), 120))[:MAX_TEXT_CHARS]
    assert len(usual) == MAX_TEXT_CHARS
    return least_seconds(read_list, usual)


def least_seconds(reader: Reader, text: str) -> float:
    return min(seconds_to_read(reader, text) for _ in range(3))


@pytest.mark.parametrize("name", [pytest.param("list", marks=pytest.mark.slow), "compact", "plan"])
@pytest.mark.parametrize("chars", ["limit", "megabyte"])
def test_no_text_keeps_a_reader_busy(name: str, chars: str, usual_seconds: float) -> None:
    reader, _, limit = READERS[name]
    max_seconds = MAX_RATIO * usual_seconds
    for text in hostile_texts(name, limit if chars == "limit" else MEGABYTE):
        if seconds_to_read(reader, text) > max_seconds:
            assert least_seconds(reader, text) < max_seconds, f"{text[:60]!r} ..."


def _read_or_refuse(text: str) -> None:
    try:
        plan = read_plan(text)
    except InputError as refusal:
        assert "\n" not in str(refusal)
        return
    assert read_plan(write_plan(plan.structure, plan.style)) == plan


@settings(max_examples=200)
@given(
    st.sampled_from(["network right sky soft full\n", "chart down sand box short\n", ""]),
    st.one_of(st.text(max_size=60), st.lists(pieces, max_size=30).map("".join)),
)
def test_any_plan_is_read_and_written_or_refused(header: str, body: str) -> None:
    _read_or_refuse(header + body)


@settings(max_examples=200)
@given(st.sampled_from(PLANS), st.integers(0, 200), st.integers(0, 8), st.lists(pieces, max_size=3).map("".join))
def test_a_plan_with_a_slip_is_read_and_written_or_refused(plan: str, at: int, lost: int, slip: str) -> None:
    start = min(at, len(plan))
    _read_or_refuse(plan[:start] + slip + plan[start + lost :])


@settings(max_examples=150)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_all_that_synthesis_makes_round_trips(seed: int, number: int) -> None:
    example = make_example(seed, number)
    placed = example.diagram()
    for diagram in (placed, spoil(placed, Random(number))):
        reading = read_list(write_list(diagram))
        assert (reading.diagram, reading.dropped) == (diagram, ())
        assert read_compact(write_compact(diagram)) == diagram
    plan = read_plan(write_plan(example.structure, example.style))
    assert (plan.structure, plan.style) == (example.structure, example.style)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": ' + b"1" * 5000 + b"}",
        b"{" * 1_000_000,
        b'"' * 1_000_000,
        b"\xff\x00",
    ],
)
def test_json_that_cannot_be_read_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    for reader in (read_rows, read_json):
        with pytest.raises(InputError, match=r"rows\.jsonl"):
            reader(path)
