"""One token at a time for several rows at once: a causal language model with a key-value cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeGuard, cast

import torch
from torch import LongTensor, Tensor, nn
from torch.nn import functional as F  # noqa: N812  # the field's name for it
from transformers import DynamicCache, LlamaForCausalLM, PreTrainedModel
from transformers.models.llama.modeling_llama import LlamaDecoderLayer

_GATHER_BELOW = 1 / 8  # of the vocabulary: copying the weights of more tokens costs more than scoring all of them
_SPARE_SLOTS = 64  # that a full cache grows by
_FIXED_ROPE_TYPES = ("default", "linear", "llama3", "yarn")  # their angles do not depend on how long the text is


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


def decoder_factory(model: PreTrainedModel) -> Callable[[], Decoder]:
    """What makes decoders of a model: the leanest that compute what it computes, sharing its weights."""
    if LlamaWeights.fit(model):
        weights = LlamaWeights(model)
        return lambda: LlamaDecoder(weights)
    return lambda: CausalDecoder(model)


class CausalDecoder:
    """Any causal model of transformers, through its own forward function."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._model = model
        self._device = model.device
        self._last: Tensor  # logits [rows, vocabulary]

    def prefill(self, prompt_ids: Sequence[int]) -> None:
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


class LlamaWeights:
    """The weights of a plain Llama (Touvron et al. 2023), those that read the same input side by side in one matrix."""

    def __init__(self, model: LlamaForCausalLM) -> None:
        """The model's own parameters become views of these matrices, so that nothing is in memory twice."""
        self.config = model.config
        self.embedding = model.model.embed_tokens.weight
        self.rotary = model.model.rotary_emb
        self.layers = [LayerWeights.of(layer) for layer in cast("list[LlamaDecoderLayer]", list(model.model.layers))]
        self.norm = model.model.norm.weight
        self.head = model.lm_head.weight

    @staticmethod
    def fit(model: PreTrainedModel) -> TypeGuard[LlamaForCausalLM]:
        """Whether these weights say all that the model computes: no bias, adapter, quantization or changing angles."""
        if not isinstance(model, LlamaForCausalLM):
            return False
        rope = dict(model.config.rope_parameters or {})
        linears = [module for name, module in model.named_modules() if name.endswith(("_proj", "lm_head"))]
        return (
            model.config.hidden_act == "silu"
            and rope.get("rope_type") in _FIXED_ROPE_TYPES
            and all(type(linear) is nn.Linear and linear.bias is None for linear in linears)
        )


class LayerWeights(NamedTuple):
    """Of one layer; matrices are [out, in]."""

    input_norm: Tensor
    query_key_value: Tensor
    output: Tensor
    mlp_norm: Tensor
    gate_up: Tensor
    down: Tensor

    @classmethod
    def of(cls, layer: LlamaDecoderLayer) -> LayerWeights:
        attention, mlp = layer.self_attn, layer.mlp
        return cls(
            layer.input_layernorm.weight,
            _side_by_side([attention.q_proj, attention.k_proj, attention.v_proj]),
            attention.o_proj.weight,
            layer.post_attention_layernorm.weight,
            _side_by_side([mlp.gate_proj, mlp.up_proj]),
            mlp.down_proj.weight,
        )


class LlamaDecoder:
    """A Llama with a cache that is allocated ahead, and with no more operations a layer than it takes.

    At a batch of five and a hundred million parameters, much of what `transformers` spends beyond reading the weights
    is the Python around many small operations, growing caches, and scoring tokens that the grammar forbids.
    """

    def __init__(self, weights: LlamaWeights) -> None:
        config = weights.config
        self._weights = weights
        self._device, self._dtype = weights.embedding.device, weights.embedding.dtype
        self._last: Tensor  # hidden states [rows, hidden size]
        self._eps = config.rms_norm_eps
        self._kv_heads = int(config.num_key_value_heads or config.num_attention_heads)
        self._heads = int(config.num_attention_heads)
        self._head_size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads

    def prefill(self, prompt_ids: Sequence[int]) -> None:
        shape = (len(self._weights.layers), 2, 1, self._kv_heads, 0, self._head_size)
        self._cache = torch.empty(shape, dtype=self._dtype, device=self._device)
        self._filled = 0  # slots of the cache, which has some to spare
        self._blocked = torch.empty(1, 0, dtype=self._dtype, device=self._device)  # 0 or -inf for each filled slot
        self._lengths = torch.zeros(1, dtype=torch.long, device=self._device)
        self._forward([prompt_ids], waiting=[False])

    def select(self, rows: Sequence[int]) -> None:
        if list(rows) == list(range(len(self._last))):
            return
        index = torch.tensor(rows, device=self._device)
        self._copy_cache(index, self._cache.shape[4])
        self._blocked, self._lengths, self._last = self._blocked[index], self._lengths[index], self._last[index]

    def feed(self, tokens: Sequence[int | None]) -> None:
        self._forward([[token or 0] for token in tokens], waiting=[token is None for token in tokens])

    def logits(self, token_ids: Tensor) -> Tensor:
        token_ids = token_ids.to(self._device)
        weight = self._weights.head
        if len(token_ids) < _GATHER_BELOW * len(weight):
            return F.linear(self._last, weight[token_ids]).float().cpu()
        return F.linear(self._last, weight)[:, token_ids].float().cpu()

    def _forward(self, tokens: Sequence[Sequence[int]], waiting: Sequence[bool]) -> None:
        """Run tokens [rows, count] through the layers; those of a row that waits leave no trace."""
        ids = torch.tensor(tokens, device=self._device)
        waits = torch.tensor(waiting, device=self._device)[:, None]
        count = ids.shape[1]
        if self._filled + count > self._cache.shape[4]:
            self._copy_cache(torch.arange(len(ids), device=self._device), self._filled + count + _SPARE_SLOTS)
        blocked = self._blocked.new_zeros(ids.shape).masked_fill(waits, -torch.inf)
        self._blocked = torch.cat([self._blocked, blocked], dim=1)
        hidden = F.embedding(ids, self._weights.embedding)
        cos, sin = self._angles(hidden, count)
        mask = self._mask(count)
        for layer, cache in zip(self._weights.layers, self._cache, strict=True):
            normed = self._norm(hidden, layer.input_norm)
            hidden = hidden + F.linear(self._attend(layer, normed, cache, cos, sin, mask), layer.output)
            gate, up = F.linear(self._norm(hidden, layer.mlp_norm), layer.gate_up).chunk(2, dim=-1)
            hidden = hidden + F.linear(F.silu(gate) * up, layer.down)
        self._last = self._norm(hidden[:, -1], self._weights.norm)
        self._lengths = self._lengths + count * ~waits[:, 0]
        self._filled += count

    def _copy_cache(self, rows: Tensor, slots: int) -> None:
        """Make these the cache's rows, with this many slots; what is not filled is not copied."""
        layers, pair, _, heads, _, size = self._cache.shape
        cache = self._cache.new_empty(layers, pair, len(rows), heads, slots, size)
        cache[..., : self._filled, :] = self._cache[..., : self._filled, :].index_select(2, rows)
        self._cache = cache

    def _angles(self, hidden: Tensor, count: int) -> tuple[Tensor, Tensor]:
        """Cosines and signed sines [rows, count, 1, head size] of the rotary position embedding."""
        positions = self._lengths[:, None] + torch.arange(count, device=self._device)
        cos, sin = self._weights.rotary(hidden, positions)
        low, high = sin.chunk(2, dim=-1)
        return cos[:, :, None], torch.cat((-low, high), dim=-1)[:, :, None]

    def _attend(
        self, layer: LayerWeights, normed: Tensor, cache: Tensor, cos: Tensor, sin: Tensor, mask: Tensor
    ) -> Tensor:
        """What the heads [rows, count, heads * head size] gather from all slots for the new tokens."""
        rows, count, _ = normed.shape
        start, end = self._filled, self._filled + count
        joint = F.linear(normed, layer.query_key_value).view(rows, count, -1, self._head_size)
        turned = joint[:, :, : self._heads + self._kv_heads]
        turned = torch.addcmul(turned * cos, turned.roll(self._head_size // 2, dims=-1), sin)
        query, key = turned[:, :, : self._heads], turned[:, :, self._heads :]
        cache[0, :, :, start:end] = key.transpose(1, 2)
        cache[1, :, :, start:end] = joint[:, :, self._heads + self._kv_heads :].transpose(1, 2)
        # The queries that share a key head stand below each other, as if they were tokens: keys need no copies.
        grouped = query.reshape(rows, count, self._kv_heads, -1, self._head_size).permute(0, 2, 3, 1, 4)
        stacked = grouped.reshape(rows, self._kv_heads, -1, self._head_size)
        mixed = F.scaled_dot_product_attention(stacked, cache[0, :, :, :end], cache[1, :, :, :end], attn_mask=mask)
        return mixed.view(grouped.shape).permute(0, 3, 1, 2, 4).reshape(rows, count, -1)

    def _mask(self, count: int) -> Tensor:
        """What is added to attention scores, [rows, 1, 1 or group * count, slots]."""
        blocked = self._blocked[:, None, None]
        if count == 1:
            return blocked
        ahead = torch.full((count, count), -torch.inf, dtype=self._dtype, device=self._device).triu(1)
        return blocked + F.pad(ahead, (self._filled, 0)).repeat(self._heads // self._kv_heads, 1)

    def _norm(self, hidden: Tensor, weight: Tensor) -> Tensor:
        return F.rms_norm(hidden, (hidden.shape[-1],), weight, self._eps)


def _side_by_side(linears: Sequence[nn.Linear]) -> Tensor:
    """One matrix of all their weights, of which theirs become views."""
    joint = torch.cat([linear.weight.data for linear in linears])
    parts = joint.split([linear.out_features for linear in linears])
    for linear, part in zip(linears, parts, strict=True):
        linear.weight.data = part
    return joint
