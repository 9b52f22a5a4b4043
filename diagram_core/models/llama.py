"""A Llama (Touvron et al. 2023) read from its files and decoded without transformers' model code.

At a batch of five and a hundred million parameters, much of what transformers spends beyond reading the weights is the
Python around many small operations, growing caches, and scoring tokens that the grammar forbids; and its model code
takes longer to import than a small model takes to answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # the field's name for it

from diagram_core.errors import InputError, one_line
from diagram_core.files import read_json

_CONFIG_FILE, _WEIGHTS_FILE, _SHARDS_FILE = "config.json", "model.safetensors", "model.safetensors.index.json"
_GATHER_BELOW = 1 / 8  # of the vocabulary: copying the weights of more tokens costs more than scoring all of them
_SPARE_SLOTS = 64  # that a full cache grows by
_FIXED_ROPE_TYPES = ("default", "linear", "llama3", "yarn")  # their angles do not depend on how long the text is


def read_llama(folder: Path, device: str, dtype: torch.dtype) -> LlamaWeights | None:
    """The weights in a Hugging Face folder; None where they are not there, or not all that the model computes.

    More than weights is computed by other architectures, biases, quantized weights, and angles that change with the
    length. Raises InputError for weights that cannot be read.
    """
    has_weights = (folder / _WEIGHTS_FILE).is_file() or (folder / _SHARDS_FILE).is_file()
    if not has_weights or not (folder / _CONFIG_FILE).is_file():
        return None
    config = read_json(folder / _CONFIG_FILE)
    if not _is_plain(config):
        return None
    try:
        tensors = {name: tensor.to(device, dtype) for name, tensor in _read_tensors(folder).items()}
        return LlamaWeights(config, tensors)
    except (OSError, KeyError, ValueError, RuntimeError, SafetensorError) as error:
        raise InputError(f"the language model in {folder} cannot be loaded: {one_line(error)}") from None


def _is_plain(config: Mapping[str, Any]) -> bool:
    return (
        config.get("architectures") == ["LlamaForCausalLM"]
        and config.get("hidden_act", "silu") == "silu"
        and not any(config.get(name) for name in ("attention_bias", "mlp_bias", "quantization_config"))
        and _rope(config)["rope_type"] in _FIXED_ROPE_TYPES
    )


def _rope(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a config says of the rotary embedding; before transformers 5 it stood in two places."""
    said = config.get("rope_parameters") or config.get("rope_scaling") or {}
    theta = config.get("rope_theta", 10_000.0)
    return {"rope_type": said.get("type", "default"), "rope_theta": theta, **said}


def _read_tensors(folder: Path) -> dict[str, Tensor]:
    if (folder / _WEIGHTS_FILE).is_file():
        return load_file(folder / _WEIGHTS_FILE)
    shards = sorted(set(read_json(folder / _SHARDS_FILE)["weight_map"].values()))
    return {name: tensor for shard in shards for name, tensor in load_file(folder / shard).items()}


class LlamaWeights:
    """The weights of a plain Llama, those that read the same input side by side in one matrix, and its constants."""

    def __init__(self, config: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
        """config: as in config.json. tensors: by their names in a checkpoint. Raises KeyError for a missing one."""
        self.heads: int = config["num_attention_heads"]
        self.kv_heads: int = config.get("num_key_value_heads") or self.heads
        self.head_size: int = config.get("head_dim") or config["hidden_size"] // self.heads
        self.norm_eps: float = config["rms_norm_eps"]
        self.context_size: int = config["max_position_embeddings"]
        self.embedding = tensors["model.embed_tokens.weight"]
        self.layers = [LayerWeights.of(tensors, f"model.layers.{i}.") for i in range(config["num_hidden_layers"])]
        self.norm = tensors["model.norm.weight"]
        self.head = self.embedding if config.get("tie_word_embeddings") else tensors["lm_head.weight"]
        self.rotary_frequencies, self.rotary_scale = _rotary(config, self.head_size, self.embedding.device)


class LayerWeights(NamedTuple):
    """Of one layer; matrices are [out, in]."""

    input_norm: Tensor
    query_key_value: Tensor
    output: Tensor
    mlp_norm: Tensor
    gate_up: Tensor
    down: Tensor

    @classmethod
    def of(cls, tensors: Mapping[str, Tensor], layer: str) -> LayerWeights:
        """The layer whose tensors' names begin with `layer`."""

        def weight(name: str) -> Tensor:
            return tensors[f"{layer}{name}.weight"]

        return cls(
            weight("input_layernorm"),
            torch.cat([weight(f"self_attn.{name}_proj") for name in "qkv"]),
            weight("self_attn.o_proj"),
            weight("post_attention_layernorm"),
            torch.cat([weight("mlp.gate_proj"), weight("mlp.up_proj")]),
            weight("mlp.down_proj"),
        )


def _rotary(config: Mapping[str, Any], head_size: int, device: torch.device) -> tuple[Tensor, float]:
    """Angles a position [head size / 2] of the rotary position embedding (Su et al. 2021), and what scales it."""
    rope = _rope(config)
    if rope["rope_type"] == "default":
        exponents = torch.arange(0, head_size, 2, dtype=torch.float32, device=device) / head_size
        return 1.0 / rope["rope_theta"] ** exponents, 1.0
    from transformers import LlamaConfig  # seconds to import
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    return ROPE_INIT_FUNCTIONS[rope["rope_type"]](LlamaConfig(**config), device)


class LlamaDecoder:
    """A `Decoder` with a cache that is allocated ahead, and with no more operations a layer than it takes."""

    def __init__(self, weights: LlamaWeights) -> None:
        self._weights = weights
        self._device, self._dtype = weights.embedding.device, weights.embedding.dtype
        self._last: Tensor  # hidden states [rows, hidden size]

    def prefill(self, prompt_ids: Sequence[int]) -> None:
        shape = (len(self._weights.layers), 2, 1, self._weights.kv_heads, 0, self._weights.head_size)
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
        angles = positions[:, :, None, None] * self._weights.rotary_frequencies
        cos = (angles.cos() * self._weights.rotary_scale).to(hidden.dtype)
        sin = (angles.sin() * self._weights.rotary_scale).to(hidden.dtype)
        return torch.cat((cos, cos), dim=-1), torch.cat((-sin, sin), dim=-1)

    def _attend(
        self, layer: LayerWeights, normed: Tensor, cache: Tensor, cos: Tensor, sin: Tensor, mask: Tensor
    ) -> Tensor:
        """What the heads [rows, count, heads * head size] gather from all slots for the new tokens."""
        rows, count, _ = normed.shape
        start, end = self._filled, self._filled + count
        joint = F.linear(normed, layer.query_key_value).view(rows, count, -1, self._weights.head_size)
        turned = joint[:, :, : self._weights.heads + self._weights.kv_heads]
        turned = torch.addcmul(turned * cos, turned.roll(self._weights.head_size // 2, dims=-1), sin)
        query, key = turned[:, :, : self._weights.heads], turned[:, :, self._weights.heads :]
        cache[0, :, :, start:end] = key.transpose(1, 2)
        cache[1, :, :, start:end] = joint[:, :, self._weights.heads + self._weights.kv_heads :].transpose(1, 2)
        # The queries that share a key head stand below each other, as if they were tokens: keys need no copies.
        grouped = query.reshape(rows, count, self._weights.kv_heads, -1, self._weights.head_size).permute(0, 2, 3, 1, 4)
        stacked = grouped.reshape(rows, self._weights.kv_heads, -1, self._weights.head_size)
        mixed = F.scaled_dot_product_attention(stacked, cache[0, :, :, :end], cache[1, :, :, :end], attn_mask=mask)
        return mixed.view(grouped.shape).permute(0, 3, 1, 2, 4).reshape(rows, count, -1)

    def _mask(self, count: int) -> Tensor:
        """What is added to attention scores, [rows, 1, 1 or group * count, slots]."""
        blocked = self._blocked[:, None, None]
        if count == 1:
            return blocked
        ahead = torch.full((count, count), -torch.inf, dtype=self._dtype, device=self._device).triu(1)
        return blocked + F.pad(ahead, (self._filled, 0)).repeat(self._weights.heads // self._weights.kv_heads, 1)

    def _norm(self, hidden: Tensor, weight: Tensor) -> Tensor:
        return F.rms_norm(hidden, (hidden.shape[-1],), weight, self._weights.norm_eps)
