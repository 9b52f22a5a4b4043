"""Names of a chart can only be copied from its prompt, and everything that the synthesis writes can be written."""

from __future__ import annotations

from itertools import islice
from random import Random

import numpy as np
import pytest
import xgrammar

from diagram_core.copying import NameCopier, Place, token_trie
from diagram_core.notation.plan import PLAN_GRAMMAR
from diagram_core.prompting import check_prompt
from diagram_core.synthesis import examples

END = 256
BYTES = tuple(bytes([byte]) for byte in range(256))
TOKENS = xgrammar.TokenizerInfo([*BYTES, b"<end>"], vocab_type=xgrammar.VocabType.RAW, stop_token_ids=[END])
HEADER = b"chart right sky soft full\n"


def copier(prompt: str, extra: tuple[bytes, ...] = ()) -> NameCopier:
    """Every byte is a token, then comes the end token, then longer ones."""
    vocabulary = (*BYTES, b"<end>", *extra)
    writable = np.ones(len(vocabulary), bool)
    writable[END] = False
    trie = token_trie(vocabulary, writable)
    return NameCopier(check_prompt(prompt), lambda: trie, len(vocabulary), END)


def can_write(prompt: str, body: str) -> bool:
    """Whether a chart with this body can be written for the prompt, byte by byte, and end there."""
    names = copier(prompt)
    place = names.begin(HEADER)
    for byte in body.encode():
        if place is None or not names.mask(place)[byte]:
            return False
        place = names.after(place, bytes([byte]))
    return place is not None and bool(names.mask(place)[END])


def test_every_chart_of_the_synthesis_can_be_written() -> None:
    charts = [e for e in islice(examples(8, "train"), 400) if e.structure.kind == "chart"]
    assert len(charts) > 100
    for example in charts:
        assert can_write(example.prompt, example.plan.split("\n", 1)[1]), example


@pytest.mark.parametrize(
    "body",
    [
        "[load data] > [train]",
        "[Load data] > [train a model] > load data",
        "data > [train] > + a model, ~ data\ntrain > model",
        '"data" > [train]',
    ],
)
def test_names_are_words_of_the_prompt_in_its_order(body: str) -> None:
    assert can_write("Load data, then train a model.", body)


@pytest.mark.parametrize("body", ["[loa]", "[oad data]", "[load dat]", "[data load]", "[save]", "dat", "[load  data]"])
def test_anything_else_cannot_be_written(body: str) -> None:
    assert not can_write("Load data, then train a model.", body)


def test_a_particle_may_follow_a_name_in_korean_but_no_name_is_cut_in_front() -> None:
    prompt = "서류 심사 다음은 면접이고, 통과하면 입사입니다."
    assert can_write(prompt, "[서류 심사] > [면접] > [입사]")
    assert not can_write(prompt, "[류 심사]")
    assert not can_write(prompt, "[서류 심리]")


def test_a_name_in_code_is_not_cut_at_its_underscores() -> None:
    prompt = "load_data -> train_model"
    assert can_write(prompt, "[load_data] > [train_model]")
    assert not can_write(prompt, "[load] > [train_model]")
    assert not can_write(prompt, "[data] > [train_model]")


def test_quoted_names_may_have_what_others_may_not() -> None:
    prompt = 'first "a > b", then c [d] and the \\ key'
    assert can_write(prompt, r'["\"a > b"] > ["c [d]"] > ["the \\ key"]')
    assert not can_write(prompt, r'["\"a > c"]')


def test_tokens_that_end_one_name_and_begin_the_next_are_allowed_only_where_both_fit() -> None:
    names = copier("load data then train", extra=(b"data] > [train", b"data] > [tra", b"dat] > [train", b" data"))
    place = names.after(names.begin(HEADER) or Place("between"), b"[load ")
    assert place is not None
    assert names.mask(place)[END + 1 :].tolist() == [True, True, False, False]


@pytest.mark.parametrize("prompt", ["a [b", "f(x) > 0", 'x "y" z', "+ 3 ~ 4", ">>>", "나 는", "a,b"])
@pytest.mark.parametrize("seed", range(5))
def test_there_is_always_a_way_on_that_the_grammar_allows(prompt: str, seed: int) -> None:
    names, random = copier(prompt), Random(seed)
    grammar = PLAN_GRAMMAR.replace("network | chart", "chart", 1)
    matcher = xgrammar.GrammarMatcher(xgrammar.GrammarCompiler(TOKENS).compile_grammar(grammar))
    assert matcher.accept_string(HEADER)
    place = names.begin(HEADER)
    for _ in range(80):
        assert place is not None
        bitmask = xgrammar.allocate_token_bitmask(1, END + 1)
        matcher.fill_next_token_bitmask(bitmask)
        allowed = np.unpackbits(bitmask.numpy().view(np.uint8), bitorder="little")[: END + 1].astype(bool)
        token = random.choice(np.flatnonzero(allowed & names.mask(place)).tolist())
        assert matcher.accept_token(token)
        if token == END:
            return
        place = names.after(place, bytes([token]))


def test_networks_are_free() -> None:
    assert copier("an MLP").begin(b'network right sky soft full\n"') is None


def test_what_is_no_copy_has_no_place() -> None:
    names = copier("load data")
    assert names.after(Place("between"), b"[x") is None
