"""The compact notation says all that a diagram holds, in a fraction of the list notation's characters."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import xgrammar
from hypothesis import given, settings
from hypothesis import strategies as st

from diagram_core import notation
from diagram_core.diagram import Diagram, Node
from diagram_core.errors import InputError
from diagram_core.notation.compact import COMPACT_GRAMMAR, read_compact, write_compact
from diagram_core.notation.listing import MAX_NODES, read_list, write_list
from tests.test_listing import any_diagrams

NODE = Node(0, 100, 300, "rectangle", 55, 180, "solid arrow", (224, 224, 240), (64, 32, 48), (1, 2, 3), "input")
NEURON = replace(NODE, shape="circle", width=40, height=40, x=220, targets=(4, 6), label="")


def chain() -> Diagram:
    neurons = (replace(NEURON, number=i, y=150 * i) for i in (1, 2, 3))
    return Diagram((NODE, *neurons, replace(NODE, number=4, x=340, targets=(5,), label="")))


def test_what_repeats_is_left_out() -> None:
    assert write_compact(chain()) == (
        'A=ra e0e0f0 402030\nB=ca e0e0f0 402030\nA100,300 55x180 1-3|input\nB220,150 40x40 4 6\n,300"\n,450"\nA340,300>'
    )


@pytest.mark.parametrize("numbers", [(0, 1, 2), (1, 2, 3), (5, 3, 99), (2, 1, 0), (-4, -3, 7)])
def test_numbers_need_not_be_consecutive(numbers: tuple[int, ...]) -> None:
    diagram = Diagram(tuple(replace(NODE, number=number, targets=numbers[::-1]) for number in numbers))
    assert read_compact(write_compact(diagram)) == diagram


def test_many_styles_have_names() -> None:
    diagram = Diagram(tuple(replace(NODE, number=i, fill=(i % 256, i // 256, 0)) for i in range(MAX_NODES)))
    assert read_compact(write_compact(diagram)) == diagram


@settings(max_examples=150)
@given(any_diagrams.filter(lambda diagram: diagram.nodes))
def test_every_diagram_round_trips(diagram: Diagram) -> None:
    assert read_compact(write_compact(diagram)) == diagram


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1 of the compact notation: neither a style nor a node: ''"),
        ("A=ra e0e0f0 402030", "holds styles but no node"),
        ("A=ra e0e0f0 402030\n100,300 55x180", "line 2 of the compact notation: the first node needs a style"),
        ("A=ra e0e0f0 402030\nA100, 55x180", "line 2 of the compact notation: the first node needs a y"),
        ("A=ra e0e0f0 402030\nA100,300", "line 2 of the compact notation: the first node needs a width"),
        ("A=ra e0e0f0 402030\nB100,300 55x180", "line 2 of the compact notation: no style B"),
        ("A=ra e0e0f0 402030\nA99999,300 5x5", "x is beyond 10000"),
        ("A=ra e0e0f0 402030\nA9,300 5x5\n0=A10,10", "line 3 of the compact notation: a second node 0"),
        ("A=ra e0e0f0 402030\nA9,300 5x5 0-999999", "more than 2000"),
        ("Sure! Here it is.", "neither a style nor a node: 'Sure! Here it is.'"),
        ("x" * 200_000, "longer than"),
    ],
)
def test_what_cannot_be_read_is_refused_with_line_and_reason(text: str, problem: str) -> None:
    with pytest.raises(InputError) as error:
        read_compact(text)
    assert problem in str(error.value)
    assert "\n" not in str(error.value)


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=60), st.text('A=ra0123,x- |\\\n>"', max_size=60)))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InputError):
        read_compact("A=ra e0e0f0 402030\nA100,300 55x180\n" + text)


def _matcher(grammar: str) -> xgrammar.GrammarMatcher:
    byte_tokens = [chr(i) if i < 128 else f"<0x{i:02X}>" for i in range(256)]
    vocabulary = xgrammar.TokenizerInfo([*byte_tokens, "</s>"], xgrammar.VocabType.BYTE_FALLBACK, stop_token_ids=[256])
    return xgrammar.GrammarMatcher(xgrammar.GrammarCompiler(vocabulary).compile_grammar(grammar))


def test_the_grammar_takes_what_the_writer_writes() -> None:
    matcher = _matcher(COMPACT_GRAMMAR)
    assert matcher.accept_string(write_compact(chain()))
    assert matcher.accept_token(256)


@pytest.mark.parametrize(
    ("nodes", "is_taken"),
    [("A9,9 5x5 3-1\nB,300", True), ('B9,9 5x5>\nA,300"', True), ("C9,9 5x5", False), ("A9,9 5x5\nC,300", False)],
)
def test_the_grammar_takes_the_styles_that_were_named(nodes: str, is_taken: bool) -> None:
    text = f"A=ra e0e0f0 402030\nB=cl e0e0f0 402030\n{nodes}"
    assert _matcher(COMPACT_GRAMMAR).accept_string(text) == is_taken
    if is_taken:
        read_compact(text)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_grammar_allows_can_be_read(seed: int) -> None:
    matcher, random, text = _matcher(COMPACT_GRAMMAR), Random(seed), bytearray()
    bitmask = xgrammar.allocate_token_bitmask(1, 257)
    while not matcher.is_terminated():
        matcher.fill_next_token_bitmask(bitmask)
        allowed = [token for token in range(257) if bitmask[0, token // 32] >> token % 32 & 1]
        token = 256 if 256 in allowed and len(text) > 300 else random.choice(allowed)
        assert matcher.accept_token(token)
        text += bytes([token]) if token < 256 else b""
    read_compact(text.decode())


def test_a_range_of_targets_may_run_backwards() -> None:
    assert read_compact("A=ra e0e0f0 402030\nA9,300 5x5 7-5 1-2").nodes[0].targets == (7, 6, 5, 1, 2)


@pytest.mark.parametrize("name", notation.NOTATIONS)
def test_every_notation_has_a_grammar_that_ends_where_the_answer_ends(name: notation.Notation) -> None:
    assert not _matcher(notation.answer_grammar(name)).accept_token(256)


def test_any_notation_is_read_by_its_name() -> None:
    assert notation.read(write_compact(chain()), "compact") == chain()
    assert notation.read(write_list(chain()), "list") == chain()
    with pytest.raises(InputError, match="too few elements"):
        notation.read("[1, 2, 'circle']", "list")


@pytest.mark.data
def test_real_diagrams_shrink_to_less_than_a_third(real_data: Path) -> None:
    with gzip.open(real_data / "prompts_and_diagrams.jsonl.gz", "rt", encoding="utf-8") as file:
        diagrams = [read_list(json.loads(line)["diagram"]).diagram for line in file]
    texts = [write_compact(diagram) for diagram in diagrams]
    assert [read_compact(text) for text in texts] == diagrams
    assert sum(map(len, texts)) * 3 < sum(len(write_list(diagram)) for diagram in diagrams)
