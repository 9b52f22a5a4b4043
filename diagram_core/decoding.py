"""One token at a time for several rows at once: a causal language model with a key-value cache."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import torch
from torch import LongTensor, Tensor

from diagram_core.models.language import load_model, place
from diagram_core.models.llama import LlamaDecoder, read_llama

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class Decoder(Protocol):
    """Rows of tokens that share a prompt. All rows fill a slot of the cache together; one that waits masks its own."""

    def prefill(self, prompt_ids: Sequence[int]) -> None:
        """Read the prompt into one row, and forget what there was."""

    def select(self, rows: Sequence[int]) -> None:
        """Go on with these rows, in this order; a row may be named twice or not at all."""

    def feed(self, tokens: Sequence[int | None]) -> None:
        """Add a token to each row; a row that waits gets None."""

    def logits(self, token_ids: Tensor) -> Tensor:
        """Scores [rows, n] of the n tokens as the next one, float32, on the CPU."""


@dataclass(frozen=True)
class Engine:
    """A model in memory: what makes its decoders, which share its weights, and its sizes in tokens."""

    new_decoder: Callable[[], Decoder]
    vocabulary_size: int  # that it scores; a tokenizer may have fewer
    context_size: int  # of a prompt and its answer


def load_engine(folder: Path) -> Engine:
    """The model in a Hugging Face folder, with the leanest decoder that computes what it computes.

    Raises InputError for a folder that holds no causal language model.
    """
    placement = place()
    weights = read_llama(folder, placement.device, placement.dtype)
    if weights is None:
        return causal_engine(load_model(folder, placement).eval().requires_grad_(False))
    return Engine(lambda: LlamaDecoder(weights), len(weights.head), weights.context_size)


def causal_engine(model: PreTrainedModel) -> Engine:
    """Any causal model of transformers, through its own forward function."""
    context = int(getattr(model.config, "max_position_embeddings", None) or sys.maxsize)
    return Engine(lambda: CausalDecoder(model), model.get_output_embeddings().weight.shape[0], context)


class CausalDecoder:
    """Calls a model of transformers token by token."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model
        self._device = model.device
        self._last: Tensor  # logits [rows, vocabulary]

    def prefill(self, prompt_ids: Sequence[int]) -> None:
        from transformers import DynamicCache  # seconds to import, which a model that `llama` can decode does without

        self._cache = DynamicCache(config=self._model.config)
        self._filled = torch.ones(1, 0, dtype=torch.long, device=self._device)
        self._lengths = torch.zeros(1, dtype=torch.long, device=self._device)
        self._forward(torch.tensor([prompt_ids]), torch.ones(1, len(prompt_ids), dtype=torch.long))

    def select(self, rows: Sequence[int]) -> None:
        index = torch.tensor(rows, device=self._device)
        self._cache.reorder_cache(cast(LongTensor, index))
        self._filled, self._lengths, self._last = self._filled[index], self._lengths[index], self._last[index]

    def feed(self, tokens: Sequence[int | None]) -> None:
        ids = torch.tensor([[token or 0] for token in tokens])
        self._forward(ids, torch.tensor([[token is not None] for token in tokens], dtype=torch.long))

    def logits(self, token_ids: Tensor) -> Tensor:
        return self._last[:, token_ids.to(self._device)].float().cpu()

    def _forward(self, ids: Tensor, real: Tensor) -> None:
        ids, real = ids.to(self._device), real.to(self._device)
        positions = self._lengths[:, None] + real.cumsum(dim=1) - 1
        self._filled = torch.cat([self._filled, real], dim=1)
        output = self._model(
            input_ids=ids,
            attention_mask=self._filled,
            position_ids=positions.clamp(min=0),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self._last = output.logits[:, -1]
        self._lengths = self._lengths + real.sum(dim=1)
