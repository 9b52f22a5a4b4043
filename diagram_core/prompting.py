"""The one template that a language model is trained and asked with.

A prompt is a line of its own and the answer follows it: each token of a chat template would be read anew for every
example and every drawing. Prompt and answer are tokenized apart and joined, so that the boundary between them is the
same in training, where the answer is known, and in generation, where it is not.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from diagram_core.errors import UsageError

if TYPE_CHECKING:  # a prompt can be checked without the seconds that transformers takes to import
    from transformers import PreTrainedTokenizerBase

MAX_PROMPT_CHARS = 4_000  # the largest diagram that can be drawn is described in fewer
IGNORED_LABEL = -100  # what the losses of torch and transformers leave out


class EncodedExample(NamedTuple):
    """Token ids of a prompt and its answer, and what is to be learned: IGNORED_LABEL where nothing is."""

    input_ids: list[int]
    labels: list[int]


def check_prompt(prompt: str) -> str:
    """The prompt as a model should see it: composed characters (NFC), single spaces, no control characters.

    Raises UsageError where nothing is left, or more than MAX_PROMPT_CHARS.
    """
    if len(prompt) > MAX_PROMPT_CHARS:
        raise UsageError(f"the prompt has {len(prompt)} characters, more than {MAX_PROMPT_CHARS}: shorten it")
    composed = unicodedata.normalize("NFC", prompt)
    words = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in composed).split()
    if not words:
        raise UsageError('the prompt is empty: say what to draw, for example "a network with layers of 4, 6 and 1"')
    return " ".join(words)


def prompt_text(prompt: str) -> str:
    """The prompt as the model reads it: one line."""
    return " ".join(prompt.split()) + "\n"


def answer_text(answer: str) -> str:
    """The answer as the model writes it, before its end token."""
    return answer.strip()


def encode_prompt(tokenizer: PreTrainedTokenizerBase, prompt: str) -> list[int]:
    """Token ids that an answer follows."""
    return list(tokenizer(prompt_text(prompt), add_special_tokens=False)["input_ids"])


def encode_answer(tokenizer: PreTrainedTokenizerBase, answer: str) -> list[int]:
    """Token ids of an answer, its end token last."""
    return [*tokenizer(answer_text(answer), add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]


def encode_example(tokenizer: PreTrainedTokenizerBase, prompt: str, answer: str, by_chance: str = "") -> EncodedExample:
    """A prompt with its answer, of which all is to be learned, its end token too, but for the words `by_chance`."""
    prompt_ids, answer_ids = encode_prompt(tokenizer, prompt), encode_answer(tokenizer, answer)
    labels = [IGNORED_LABEL] * len(prompt_ids) + answer_ids
    if by_chance:
        text = answer_text(answer)
        low = text.index(by_chance)
        offsets = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        for i, (start, end) in enumerate(offsets, start=len(prompt_ids)):
            if start < low + len(by_chance) and end > low:
                labels[i] = IGNORED_LABEL
    return EncodedExample(prompt_ids + answer_ids, labels)
