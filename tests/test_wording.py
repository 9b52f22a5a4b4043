"""What of a prompt an answer keeps."""

from __future__ import annotations

import pytest

from diagram_core.notation.plan import read_plan
from diagram_core.wording import kept_words, words_of


def kept(body: str, prompt: str, kind: str = "network") -> int:
    return kept_words(read_plan(f"{kind} right sky soft full\n{body}").structure, prompt)


def test_numbers_are_read_in_words_and_figures_and_capitals_make_no_difference() -> None:
    assert words_of("4-8-eight-1, 3x3 Conv. Conv") == {"4": 1, "8": 2, "1": 1, "3": 2, "x": 1, "conv": 2}
    assert words_of("신경망 4개") == {"신경망": 1, "4": 1, "개": 1}


@pytest.mark.parametrize(
    ("kind", "right", "wrong", "prompt"),
    [
        ("network", "4 6 6 1", "1 6 6 1", "4-6-6-1 please"),
        ("network", "32x32 conv5 pool2 10", "32x32 conv3 pool2 10", "32*32 image, 5x5 conv, 2x2 pooling, 10 classes"),
        ("chart", "[user asks question] > [call LLM]", "[user asks] > [call LLM]", "User asks question, call LLM"),
        ("chart", "[plan] > [code]", "[schedule] > [code]", "plan, then code"),
        ("network", "9x9 conv conv pool 2", "9x9 conv pool 2", "9x9, conv layer, convolution, then max pooling, 2"),
        ("network", "9x9 conv pool pool 2", "9x9 conv pool 2", "9x9, a conv layer, maxpool, pooling, 2"),
        ("network", "5 6 2", "6 6 2", "net with five inputs, six hidden, two outputs"),
        ("network", "10 64*3 2", "10 64*2 2", "three hidden layers of 64 units, 10 inputs, 2 outputs"),
        ("network", "8 16 16 4", "8 16 4", "8 inputs, 16 and 16 hidden nodes, 4 outputs"),
        ("network", "32x32 ( conv pool )*3 10", "32x32 ( conv pool )*2 10", "32x32, 3 blocks of conv and pool, 10"),
        ("network", "22 ( 9 &5 ) 1", "22 ( 9 &4 ) 1", "22 inputs, five experts of 9 nodes, 1 output"),
    ],
)
def test_what_keeps_closer_to_the_prompt_counts_more(kind: str, right: str, wrong: str, prompt: str) -> None:
    assert kept(right, prompt, kind) > kept(wrong, prompt, kind)


def test_what_is_used_twice_is_not_to_be_there_twice() -> None:
    prompt = "clean the text, split the text, then store the text"
    steps = "[clean] > ~ text > [split]\n~ text > [store]"
    again = f"{steps}\n[split] > + text"
    assert kept(again, prompt, "chart") == kept(steps, prompt, "chart")


def test_the_kinds_of_layers_and_sizes_that_follow_from_others_count_for_nothing() -> None:
    prompt = "28 x 28, conv 3, 10 classes"
    assert kept("28x28 conv3=26 10", prompt) == kept("28x28 conv3 10", prompt)
