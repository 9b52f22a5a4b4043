"""What of a prompt an answer keeps."""

from __future__ import annotations

import pytest

from diagram_core.notation.plan import read_plan
from diagram_core.wording import kept_words, words_of


def kept(body: str, prompt: str, kind: str = "network") -> int:
    return kept_words(read_plan(f"{kind} right sky soft full\n{body}").structure, prompt)


def test_numbers_and_words_count_once_and_without_capitals() -> None:
    assert words_of("4-8-8-1, 3x3 Conv. Conv") == {"4", "8", "1", "3", "x", "conv"}
    assert words_of("신경망 4개") == {"신경망", "4", "개"}


@pytest.mark.parametrize(
    ("kind", "right", "wrong", "prompt"),
    [
        ("network", "4 6 6 1", "1 6 6 1", "4-6-6-1 please"),
        ("network", "32x32 conv5 pool2 10", "32x32 conv3 pool2 10", "32*32 image, 5x5 conv, 2x2 pooling, 10 classes"),
        ("chart", "[user asks question] > [call LLM]", "[user asks] > [call LLM]", "User asks question, call LLM"),
        ("chart", "[plan] > [code]", "[schedule] > [code]", "plan, then code"),
    ],
)
def test_what_keeps_closer_to_the_prompt_counts_more(kind: str, right: str, wrong: str, prompt: str) -> None:
    assert kept(right, prompt, kind) > kept(wrong, prompt, kind)


def test_the_kinds_of_layers_and_sizes_that_follow_from_others_count_for_nothing() -> None:
    prompt = "28 x 28, conv 3, 10 classes"
    assert kept("28x28 conv3=26 10", prompt) == kept("28x28 conv3 10", prompt)
