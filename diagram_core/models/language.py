"""Causal language models: where they run and in what precision, how adapters are merged, how well they know a text."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors import SafetensorError
from torch import Tensor, nn
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from diagram_core.errors import InputError, one_line
from diagram_core.files import read_json
from diagram_core.models.precision import has_bfloat16
from diagram_core.models.training import pick_device
from diagram_core.prompting import IGNORED_LABEL, EncodedExample

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_FLASH_ATTENTION_CAPABILITY = (8, 0)  # Ampere
_GENERIC_TOKENIZERS = ("PreTrainedTokenizerFast", "TokenizersBackend")  # their name in transformers 4, and in 5
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a model runs, the precision of its arithmetic, and its attention kernel."""

    device: str
    dtype: torch.dtype
    attention: str


CPU_FLOAT32 = Placement("cpu", torch.float32, "eager")  # what adapters are merged and models written in


def place(
    device: str = "auto", dtype: str = "auto", attention: str = "auto", say: Callable[[str], None] = _LOG.warning
) -> Placement:
    """The nearest this machine has to what is asked; `say` hears once of each thing that it lacks.

    Raises InputError where CUDA is asked for and there is none.
    """
    chosen = pick_device(device).type
    precision = _dtype(dtype, chosen, say)
    return Placement(chosen, precision, _attention(attention, chosen, precision, say))


def load_language_model(
    base_dir: Path,
    adapter_dirs: Sequence[Path],
    device: str = "auto",
    dtype: str = "auto",
    attention: str = "auto",
    say: Callable[[str], None] = _LOG.warning,
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """A model for inference, its adapters merged in the given order in float32, and its tokenizer.

    Raises InputError for a folder that holds no such model or adapter.
    """
    placement = place(device, dtype, attention, say)
    model = load_model(base_dir, replace(placement, dtype=torch.float32) if adapter_dirs else placement)
    for adapter_dir in adapter_dirs:
        model = merge_adapter(model, adapter_dir)
    nn.Module.to(model, dtype=placement.dtype)
    return model.eval().requires_grad_(False), load_tokenizer(base_dir)


def load_model(folder: Path, placement: Placement = CPU_FLOAT32, **settings: object) -> PreTrainedModel:
    """The causal language model in a folder. Raises InputError where there is none that can be read."""
    if not (folder / "config.json").is_file():
        raise InputError(f"no language model in {folder}: it has no config.json")
    from transformers import AutoModelForCausalLM  # seconds to import, which a model that `llama` reads does without

    try:
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=placement.dtype,
            attn_implementation=placement.attention,
            device_map=placement.device,
            use_safetensors=True,
            local_files_only=True,
            **settings,
        )
    except (OSError, ValueError, SafetensorError) as error:
        raise InputError(f"the language model in {folder} cannot be loaded: {one_line(error)}") from None
    return model


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """The tokenizer in a folder. Raises InputError where there is none that can be read."""
    try:
        return _tokenizer_class(folder).from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise InputError(f"the tokenizer in {folder} cannot be loaded: {one_line(error)}") from None


def _tokenizer_class(folder: Path) -> type[PreTrainedTokenizerBase] | type[AutoTokenizer]:
    """The one that only reads tokenizer.json where that says all: for the other to look further takes seconds."""
    config = folder / "tokenizer_config.json"
    generic = config.is_file() and read_json(config).get("tokenizer_class") in _GENERIC_TOKENIZERS
    return PreTrainedTokenizerFast if generic else AutoTokenizer


def merge_adapter(model: PreTrainedModel, adapter_dir: Path) -> PreTrainedModel:
    """The model with a PEFT adapter folded into its weights. Raises InputError where there is no adapter."""
    if not (adapter_dir / "adapter_model.safetensors").is_file():
        raise InputError(f"no adapter in {adapter_dir}: it has no adapter_model.safetensors")
    from peft import PeftModel  # takes seconds to import, and a model without adapters needs none of it

    try:
        return PeftModel.from_pretrained(model, adapter_dir).merge_and_unload()
    except (RuntimeError, ValueError, OSError, SafetensorError) as error:
        raise InputError(f"the adapter in {adapter_dir} does not fit the model: {one_line(error)}") from None


def answer_log_probs(model: PreTrainedModel, input_ids: Tensor, attention_mask: Tensor, labels: Tensor) -> Tensor:
    """Natural log-probabilities of the labelled tokens, in row order: [number of labels that are not ignored].

    input_ids, attention_mask, labels: [batch, length]. Only positions before a labelled token go through the output
    layer, which for a small model with a large vocabulary is a quarter of all arithmetic.
    """
    hidden = model.base_model(input_ids=input_ids, attention_mask=attention_mask, use_cache=False).last_hidden_state
    answered = labels[:, 1:] != IGNORED_LABEL
    logits = model.get_output_embeddings()(hidden[:, :-1][answered])
    return -nn.functional.cross_entropy(logits.float(), labels[:, 1:][answered], reduction="none")


@torch.inference_mode()
def answer_loss(model: PreTrainedModel, examples: Iterable[EncodedExample]) -> float:
    """Mean negative log-likelihood of the answers, in nats a token."""
    total, tokens = 0.0, 0
    for example in examples:
        input_ids = torch.tensor([example.input_ids], device=model.device)
        labels = torch.tensor([example.labels], device=model.device)
        log_probs = answer_log_probs(model, input_ids, torch.ones_like(input_ids), labels)
        total -= log_probs.sum().item()
        tokens += log_probs.numel()
    return total / tokens


def _dtype(wanted: str, device: str, say: Callable[[str], None]) -> torch.dtype:
    best = _best_dtype(device)
    if wanted == "auto":
        return best
    if (wanted == "float16" and device == "cpu") or (wanted == "bfloat16" and not has_bfloat16(device)):
        say(f"{wanted} is not in the hardware of this {device} device: using {_name(best)}")
        return best
    return _DTYPES[wanted]


def _best_dtype(device: str) -> torch.dtype:
    if has_bfloat16(device):
        return torch.bfloat16
    return torch.float16 if device == "cuda" else torch.float32


def _attention(wanted: str, device: str, dtype: torch.dtype, say: Callable[[str], None]) -> str:
    if wanted not in ("auto", "flash_attention_2"):
        return wanted
    if wanted == "auto" and device == "cpu":
        return "eager"  # over short texts; the backward pass of sdpa's CPU kernel takes a quarter of a training step
    if _has_flash_attention(device, dtype):
        return "flash_attention_2"
    if wanted == "flash_attention_2":
        say(f"flash attention is not available for {_name(dtype)} on this {device} device: using sdpa")
    return "sdpa"


def _has_flash_attention(device: str, dtype: torch.dtype) -> bool:
    return (
        device == "cuda"
        and dtype in (torch.bfloat16, torch.float16)
        and torch.cuda.get_device_capability() >= _FLASH_ATTENTION_CAPABILITY
        and importlib.util.find_spec("flash_attn") is not None
    )


def _name(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")
