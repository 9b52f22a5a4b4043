"""Asking a model as it is: what it is shown, what counts as its answer, and when the answer keeps its form."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import PreTrainedTokenizerBase

from diagram_core.asking import Shot, ask, read_answer
from diagram_core.errors import InputError
from diagram_core.models.language import load_model, load_tokenizer

SHOTS = [Shot("a net of 2 and 1", "network right\n2 1"), Shot("a net of 3 and 1", "network right\n3 1")]
TURNS = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<assistant>"
NODE = "[1, 100, 300, 'circle', 40, 40, 'solid arrow', (200, 220, 255), (0, 0, 0), []]"


@pytest.fixture
def tokenizer(tiny_base: Path) -> PreTrainedTokenizerBase:
    return load_tokenizer(tiny_base / "model")


class Parrot:
    """A model that writes one text, whatever it is asked; `prompt` is what it was shown last."""

    device = "cpu"
    config = SimpleNamespace(max_position_embeddings=4096)
    generation_config = SimpleNamespace(eos_token_id=None)

    def __init__(self, tokenizer: PreTrainedTokenizerBase, text: str) -> None:
        self.tokenizer, self.text = tokenizer, text
        self.prompt = ""

    def generate(self, input_ids: torch.Tensor, **_: Any) -> torch.Tensor:
        self.prompt = self.tokenizer.decode(input_ids[0])
        return torch.cat([input_ids, self.tokenizer(self.text, return_tensors="pt")["input_ids"]], dim=1)


def asked(tokenizer: PreTrainedTokenizerBase, text: str, **limits: Any) -> tuple[Any, str]:
    """The answer of a parrot, and what it was shown."""
    parrot: Any = Parrot(tokenizer, text)
    answer = ask(parrot, tokenizer, "a net of 4 and 1", SHOTS, "plan", 100, 10.0)
    return answer, parrot.prompt


def test_a_model_with_a_chat_template_is_asked_in_turns(tokenizer: PreTrainedTokenizerBase) -> None:
    tokenizer.chat_template = TURNS
    answer, prompt = asked(tokenizer, "network right\n4 1<end>")
    assert prompt.startswith("<user>Draw a diagram")
    assert prompt.endswith(
        "a net of 2 and 1<assistant>network right\n2 1"
        "<user>a net of 3 and 1<assistant>network right\n3 1"
        "<user>a net of 4 and 1<assistant>"
    )
    assert (answer.text, answer.stopped) == ("network right\n4 1", True)


def test_a_model_without_one_goes_on_with_a_text_until_it_makes_up_a_prompt(tokenizer: PreTrainedTokenizerBase) -> None:
    answer, prompt = asked(tokenizer, "network right\n4 1\n\nDescription: a net of 9")
    assert prompt.endswith(
        "Description: a net of 3 and 1\nDiagram:\nnetwork right\n3 1\n\nDescription: a net of 4 and 1\nDiagram:\n"
    )
    assert (answer.text, answer.stopped) == ("network right\n4 1", True)


def test_an_answer_that_is_cut_has_not_stopped(tokenizer: PreTrainedTokenizerBase) -> None:
    answer, _ = asked(tokenizer, "network right\n4")
    assert not answer.stopped
    assert answer.tokens == len(tokenizer("network right\n4")["input_ids"])


def test_a_real_model_answers_within_its_limits(tiny_base: Path, tokenizer: PreTrainedTokenizerBase) -> None:
    model = load_model(tiny_base / "model").eval()
    answer = ask(model, tokenizer, "4-8-1", SHOTS, "plan", max_new_tokens=6, max_seconds=60)
    assert 1 <= answer.tokens <= 6
    assert answer.seconds > 0
    with pytest.raises(InputError, match=r"tokens for this model, which reads 1024"):
        ask(model, tokenizer, "4-8-1", SHOTS * 40, "plan", max_new_tokens=6, max_seconds=60)


@pytest.mark.parametrize(
    ("text", "nodes", "format_kept"),
    [
        (f"Here it is:\n{NODE}", 1, True),
        (f"{NODE}\n[2, 100, 'circle']", 1, False),
        ("I cannot draw.", 0, False),
        ("", 0, False),
    ],
)
def test_what_can_be_read_of_a_list_counts_and_what_is_dropped_breaks_the_form(
    text: str, nodes: int, format_kept: bool
) -> None:
    diagram, kept = read_answer(text, "list")
    assert (len(diagram.nodes), kept) == (nodes, format_kept)


def test_a_plan_is_kept_or_not() -> None:
    diagram, kept = read_answer("network right sky soft full\n4 1", "plan")
    assert (len(diagram.nodes), kept) == (5, True)
    assert read_answer("sure! network right", "plan")[1] is False
