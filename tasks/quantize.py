"""Stage: the adapters merged into the base, and the result quantized with GPTQ (Frantar et al. 2023)."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.models.language import Placement, answer_loss, load_language_model, load_model
from diagram_core.prompting import EncodedExample
from tasks.base import save_whole
from tasks.config import QuantizeConfig
from tasks.log import StageLog
from tasks.sft import encode_rows, trained_model
from tasks.trainer import ADAPTER_DIR

MERGED_DIR = "merged"
GPTQ_DIR = "gptq"
_MAX_LENGTH = 1024  # tokens of a text to calibrate on or to check with
_MEGABYTE = 1e6

# Read by GPTQModel when it is imported. Two workers is what a machine with two cores can give it, and its own
# packing extension would have to be compiled first.
_GPTQMODEL_SETTINGS = {"GPTQMODEL_CPU_WORKERS": "2", "GPTQMODEL_DISABLE_PACK_EXT": "1"}


def run(config: QuantizeConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Write merged/ and gptq/, Hugging Face folders that plain `from_pretrained` loads.

    Calibrates on training answers and checks on validation answers. Raises DiagramforgeError where these got less
    likely than the profile allows, and InputError for data that cannot be used.
    """
    merged, tokenizer = _merge(inputs)
    save_whole(merged, tokenizer, out_dir / MERGED_DIR)
    checks = _examples(inputs["synthesize"] / "validation.jsonl", tokenizer, config.check_examples)
    loss_before = answer_loss(merged, checks)
    del merged  # GPTQModel loads its own copy
    calibration = _examples(inputs["synthesize"] / "train.jsonl", tokenizer, config.calibration_examples)
    _quantize(config, out_dir / MERGED_DIR, out_dir / GPTQ_DIR, tokenizer, calibration)
    loss_after = answer_loss(_load_quantized(config, out_dir / GPTQ_DIR), checks)
    _check_kept(config, loss_before, loss_after)
    return {
        "answer_loss_merged": loss_before,
        "answer_loss_quantized": loss_after,
        "merged_mb": _size_mb(out_dir / MERGED_DIR),
        "quantized_mb": _size_mb(out_dir / GPTQ_DIR),
    }


def _merge(inputs: dict[str, Path]) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The base with what SFT and ORPO made of it."""
    folder, adapters = trained_model(inputs)
    return load_language_model(folder, [*adapters, inputs["orpo"] / ADAPTER_DIR], dtype="float32", device="cpu")


def _examples(path: Path, tokenizer: PreTrainedTokenizerBase, count: int) -> list[EncodedExample]:
    """The first `count` examples of a file of rows that are not too long; fewer where it has no more."""
    fitting = (example for example in encode_rows(path, tokenizer) if len(example.input_ids) <= _MAX_LENGTH)
    examples = list(islice(fitting, count))
    if not examples:
        raise InputError(f"{path}: none of its examples has at most {_MAX_LENGTH} tokens: quantizing needs some")
    return examples


def _quantize(
    config: QuantizeConfig,
    source: Path,
    target: Path,
    tokenizer: PreTrainedTokenizerBase,
    calibration: Sequence[EncodedExample],
) -> None:
    os.environ.update(_GPTQMODEL_SETTINGS)
    from gptqmodel import GPTQModel
    from gptqmodel import QuantizeConfig as GptqConfig

    settings = GptqConfig(bits=config.bits, group_size=config.group_size)
    source, target = source.absolute(), target.absolute()
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):  # it keeps a log where it is called
        model = GPTQModel.load(str(source), settings, device=_device(config))
        model.quantize([example.input_ids for example in calibration], tokenizer=tokenizer, batch_size=1)
        model.save(str(target))
    tokenizer.save_pretrained(target)


def _load_quantized(config: QuantizeConfig, folder: Path) -> PreTrainedModel:
    device = _device(config)
    dtype = torch.float16 if device == "cuda" else torch.float32
    return load_model(folder, Placement(device, dtype, "sdpa"))


def _device(config: QuantizeConfig) -> str:
    if config.device != "auto":
        return config.device
    return "cuda" if torch.cuda.is_available() else "cpu"


def _check_kept(config: QuantizeConfig, before: float, after: float) -> None:
    if not after - before <= config.max_loss_increase:
        raise DiagramforgeError(
            f"quantizing to {config.bits} bits raised the loss on held-out answers from {before:.3f} to {after:.3f}, "
            f"more than quantize.max_loss_increase={config.max_loss_increase}: raise calibration_examples or bits"
        )


def _size_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.glob("*.safetensors")) / _MEGABYTE
