"""Stage: supervised fine-tuning of a causal language model on prompts and answers, with TRL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import torch
from datasets import Dataset
from peft import PeftModel, prepare_model_for_kbit_training
from torch import Tensor, nn
from transformers import BitsAndBytesConfig, PreTrainedModel, PreTrainedTokenizerBase, set_seed
from trl import SFTConfig as TrlConfig
from trl import SFTTrainer

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.files import read_rows
from diagram_core.models.language import Placement, answer_log_probs, load_model, load_tokenizer, place
from diagram_core.prompting import EncodedExample, encode_example
from tasks.base import MODEL_DIR, save_whole
from tasks.config import SftConfig
from tasks.log import StageLog
from tasks.trainer import ADAPTER_DIR, arguments, compile_blocks, save_adapter, train, training_order, with_lora


class Encoded(NamedTuple):
    """The examples of a file that fit, and how many did not."""

    examples: list[EncodedExample]
    dropped: int


def run(config: SftConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Train on synthesize/train.jsonl from base/model; write adapter/, or model/ where all weights are trained.

    Raises InputError for data that cannot be used, and DiagramforgeError where nothing was learned.
    """
    placement = place(config.device, config.dtype, config.attention, log.info)
    tokenizer = load_tokenizer(inputs["base"] / MODEL_DIR)
    set_seed(config.seed)
    model = _trainable(config, placement, inputs["base"] / MODEL_DIR)
    if config.compile:
        compile_blocks(model, placement.device, log)
    max_length = _max_length(config, model, tokenizer, log)
    training = encode_file(inputs["synthesize"] / "train.jsonl", tokenizer, max_length, log)
    validation = encode_file(inputs["synthesize"] / "validation.jsonl", tokenizer, max_length, log)
    trainer = _trainer(config, placement, model, tokenizer, training.examples, validation.examples, out_dir, log)
    before, after, seconds = train(trainer, out_dir, log)
    _check_learned(before["eval_loss"], after["eval_loss"], config.max_loss_increase)
    if isinstance(model, PeftModel):
        save_adapter(model, out_dir / ADAPTER_DIR)
    else:
        save_whole(model, tokenizer, out_dir / MODEL_DIR)
    return {
        "eval_loss_before": before["eval_loss"],
        "eval_loss": after["eval_loss"],
        "dropped_examples": float(training.dropped + validation.dropped),
        "trained_parameters": float(sum(p.numel() for p in model.parameters() if p.requires_grad)),
        "training_seconds": seconds,
    }


def trained_model(inputs: dict[str, Path]) -> tuple[Path, list[Path]]:
    """Where what SFT made is: a model's folder and the adapters that belong on it."""
    full = inputs["sft"] / MODEL_DIR
    return (full, []) if full.is_dir() else (inputs["base"] / MODEL_DIR, [inputs["sft"] / ADAPTER_DIR])


def encode_rows(path: Path, tokenizer: PreTrainedTokenizerBase) -> Iterator[EncodedExample]:
    """The examples of a file of rows, encoded one by one as they are asked for.

    A row has a `prompt` and an `answer`. It may have `earlier` turns of the same form before them, and name the words
    of its answer that stand there `by_chance` and are not to be learned. Raises InputError for a row without them.
    """
    for number, row in enumerate(read_rows(path), 1):
        yield _encode_row(row, tokenizer, f"{path}, row {number}")


def encode_file(path: Path, tokenizer: PreTrainedTokenizerBase, max_length: int, log: StageLog) -> Encoded:
    """The examples of a file of rows that are at most `max_length` tokens long.

    Raises InputError as `encode_rows` does, and where no example is short enough.
    """
    examples = list(encode_rows(path, tokenizer))
    fitting = [example for example in examples if len(example.input_ids) <= max_length]
    dropped = len(examples) - len(fitting)
    if not fitting:
        raise InputError(
            f"{path}: none of its {len(examples)} examples has at most {max_length} tokens; raise max_length"
        )
    if dropped:
        log.info(
            f"{path.name}: {dropped} of {len(examples)} examples have more than {max_length} tokens and are dropped"
        )
    return Encoded(fitting, dropped)


class _AnswerTrainer(SFTTrainer):
    """SFTTrainer that, where TRL's own kernel has no Triton, puts only the answers through the output layer."""

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        if inputs["input_ids"].device.type != "cpu":
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        causal = self.accelerator.unwrap_model(model)
        causal = causal.get_base_model() if hasattr(causal, "get_base_model") else causal
        with self.accelerator.autocast():
            log_probs = answer_log_probs(causal, inputs["input_ids"], inputs["attention_mask"], inputs["labels"])
        tokens = log_probs.numel() if num_items_in_batch is None else num_items_in_batch
        return -log_probs.sum() / tokens


def _trainer(
    config: SftConfig,
    placement: Placement,
    model: PreTrainedModel | PeftModel,
    tokenizer: PreTrainedTokenizerBase,
    training: list[EncodedExample],
    validation: list[EncodedExample],
    out_dir: Path,
    log: StageLog,
) -> SFTTrainer:
    lengths = [len(example.input_ids) for example in training]
    order = training_order(lengths, config.batch_size, config.max_steps, config.seed)
    by_length = sorted(validation, key=lambda example: len(example.input_ids))
    settings = TrlConfig(
        **arguments(config, placement, out_dir, log),
        max_length=None,
        pad_to_multiple_of=None,
        dataset_kwargs={"skip_prepare_dataset": True},
    )
    trainer = _AnswerTrainer(
        model=model,
        args=settings,
        train_dataset=_dataset([training[index] for index in order]),
        eval_dataset=_dataset(by_length),
        processing_class=tokenizer,
    )
    for weight in model.parameters():
        if weight.requires_grad:  # TRL has made QLoRA's bfloat16, in which small updates are lost
            weight.data = weight.data.float()
    return trainer


def _trainable(config: SftConfig, placement: Placement, folder: Path) -> PreTrainedModel | PeftModel:
    """The model with the weights that are trained in float32, and frozen ones in the precision of the arithmetic."""
    if config.method == "full":
        return load_model(folder, replace(placement, dtype=torch.float32))
    if config.method == "lora":
        return with_lora(load_model(folder, placement), config.lora)
    return with_lora(_load_in_4_bits(folder, placement), config.lora)


def _load_in_4_bits(folder: Path, placement: Placement) -> PreTrainedModel:
    """QLoRA's frozen base (Dettmers et al. 2023): NF4 with doubly quantized scales."""
    quantization = BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=placement.dtype,
    )
    try:
        from bitsandbytes.nn import Linear4bit

        model = load_model(folder, placement, quantization_config=quantization)
    except ImportError as error:
        raise InputError(f"sft.method qlora needs bitsandbytes ({error}): install it, or set sft.method=lora") from None
    for module in model.modules():
        if isinstance(module, Linear4bit):  # on a CPU the first evaluation would repack its weights for inference,
            module.support_avx512bf16_for_cpu = False  # and no gradient comes through those
    return prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)


def _max_length(
    config: SftConfig, model: PreTrainedModel | PeftModel, tokenizer: PreTrainedTokenizerBase, log: StageLog
) -> int:
    """Tokens an example may have: what the profile allows, and what model and tokenizer say that they can read."""
    context = int(getattr(model.config, "max_position_embeddings", config.max_length))
    context = min(context, tokenizer.model_max_length)
    if context < config.max_length:
        log.info(f"max_length {config.max_length} is more than the model reads: using {context}")
    return min(context, config.max_length)


def _encode_row(row: dict[str, Any], tokenizer: PreTrainedTokenizerBase, place: str) -> EncodedExample:
    """The turns of a conversation one after the other: each answer is learned, in the light of all before it."""
    turns = [_encode_turn(turn, tokenizer, place) for turn in (*row.get("earlier", ()), row)]
    input_ids = [token for turn in turns for token in turn.input_ids]
    return EncodedExample(input_ids, [label for turn in turns for label in turn.labels])


def _encode_turn(turn: dict[str, Any], tokenizer: PreTrainedTokenizerBase, place: str) -> EncodedExample:
    prompt, answer = turn.get("prompt"), turn.get("answer")
    if not isinstance(prompt, str) or not isinstance(answer, str) or not prompt.strip() or not answer.strip():
        raise InputError(f"{place}: `prompt` and `answer` have to be texts that are not empty")
    by_chance = turn.get("by_chance", "")
    if not isinstance(by_chance, str) or by_chance not in answer:
        raise InputError(f"{place}: `by_chance` has to be words of the answer")
    return encode_example(tokenizer, prompt, answer, by_chance)


def _dataset(examples: Sequence[EncodedExample]) -> Dataset:
    return Dataset.from_dict(
        {
            "input_ids": [example.input_ids for example in examples],
            "labels": [example.labels for example in examples],
        }
    )


def _check_learned(before: float, after: float, max_loss_increase: float) -> None:
    if not after < before + max_loss_increase:
        raise DiagramforgeError(
            f"SFT learned nothing: the loss on validation answers went from {before:.4f} to {after:.4f}; "
            "raise sft.max_steps, or lower sft.learning_rate if it rose"
        )
