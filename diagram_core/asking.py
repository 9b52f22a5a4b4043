"""Any causal language model, asked for a diagram in words, with examples to imitate and no grammar around its answer.

This is how models are compared before one is trained; drawing goes through `generate.py`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from diagram_core.diagram import Diagram
from diagram_core.errors import InputError
from diagram_core.notation import Notation, read
from diagram_core.notation.listing import read_list

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_FORMS: Mapping[Notation, str] = {
    "list": (
        "one node a line, as [number, x, y, 'rectangle' | 'round rectangle' | 'circle', width, height, "
        "'solid arrow' | 'solid line' | 'dashed line', (r, g, b) of the fill, (r, g, b) of the line, "
        "[numbers of the nodes that it points to]]; x, y is the centre, on a canvas of 1000 x 600"
    ),
    "compact": "one node a line, in the short form of the examples",
    "plan": "a first line that says how it looks, and below it what it shows, in the form of the examples",
}
_PROMPT_MARK, _ANSWER_MARK = "Description:", "Diagram:"  # for models without a chat template


@dataclass(frozen=True, slots=True)
class Shot:
    """An example to imitate."""

    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model wrote. stopped: it ended by itself rather than at a limit. seconds: of reading and writing."""

    text: str
    tokens: int
    stopped: bool
    seconds: float


def ask(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompt: str,
    shots: Sequence[Shot],
    notation: Notation,
    max_new_tokens: int,
    max_seconds: float,
) -> Answer:
    """The model's greedy answer, in its own chat template where it has one.

    Raises InputError for a prompt that with its examples leaves the model no room to answer.
    """
    started = time.perf_counter()
    inputs = _encode(tokenizer, prompt, shots, notation).to(model.device)
    prompt_tokens = inputs["input_ids"].shape[1]
    context = int(getattr(model.config, "max_position_embeddings", None) or sys.maxsize)
    if prompt_tokens >= context:
        raise InputError(f"prompt and examples are {prompt_tokens} tokens for this model, which reads {context}")
    written = cast(
        Any, model
    ).generate(  # a mixin that PreTrainedModel's types do not show
        **inputs,
        do_sample=False,
        max_new_tokens=min(max_new_tokens, context - prompt_tokens),
        max_time=max_seconds,
        pad_token_id=tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id,
        stop_strings=[_PROMPT_MARK],
        tokenizer=tokenizer,
    )[0, prompt_tokens:]
    decoded: Any = tokenizer.decode(written, skip_special_tokens=True)
    text, mark, _ = decoded.partition(_PROMPT_MARK)
    stopped = bool(mark) or int(written[-1]) in _end_tokens(model, tokenizer)
    return Answer(text.strip(), len(written), stopped, time.perf_counter() - started)


def read_answer(text: str, notation: Notation) -> tuple[Diagram, bool]:
    """The diagram in an answer, with no nodes where there is none, and whether the answer keeps the notation's form.

    Of a list every node that can be read counts; it keeps the form where nothing had to be dropped.
    """
    if notation == "list":
        reading = read_list(text)
        return reading.diagram, bool(reading.diagram.nodes) and not reading.dropped
    try:
        return read(text, notation), True
    except InputError:
        return Diagram(()), False


def _encode(tokenizer: PreTrainedTokenizerBase, prompt: str, shots: Sequence[Shot], notation: Notation) -> Any:
    instruction = f"Draw a diagram of what is described. Answer with its text alone: {_FORMS[notation]}."
    if tokenizer.chat_template is None:
        parts = [instruction]
        for shot in (*shots, Shot(prompt, "")):
            parts.append(f"{_PROMPT_MARK} {shot.prompt}\n{_ANSWER_MARK}\n{shot.answer}")
        return tokenizer("\n\n".join(parts), return_tensors="pt", return_token_type_ids=False)
    prompts = [shot.prompt for shot in shots] + [prompt]
    prompts[0] = f"{instruction}\n\n{prompts[0]}"  # not every template has a place for a system's message
    messages = [{"role": "user", "content": prompts[0]}]
    for shot, following in zip(shots, prompts[1:], strict=True):
        messages += [{"role": "assistant", "content": shot.answer}, {"role": "user", "content": following}]
    return tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=True, return_tensors="pt")


def _end_tokens(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> set[int | None]:
    """A model may end with other tokens than its tokenizer's."""
    ends = model.generation_config.eos_token_id
    return {tokenizer.eos_token_id, *(ends if isinstance(ends, list) else [ends])}
