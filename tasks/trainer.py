"""What SFT and ORPO share: the arguments of TRL's trainers, checkpoints that are whole, and adapters."""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import mean
from sysconfig import get_paths
from typing import Any, NamedTuple

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from peft.helpers import disable_input_dtype_casting
from safetensors.torch import save_file
from torch import nn
from transformers import (
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.modeling_layers import GradientCheckpointingLayer

from diagram_core.errors import InputError
from diagram_core.files import read_json, whole_file, write_json
from diagram_core.models.language import Placement
from tasks.config import LoraSection, TrainerSection
from tasks.figures import loss_curve
from tasks.log import StageLog

ADAPTER_DIR = "adapter"
CURVE_FILE = "loss.png"
CHECKPOINTS_DIR = "checkpoints"
KEPT_CHECKPOINTS = 2

_COMPLETE = "complete.json"  # written into a checkpoint when all else of it is: what `_Reporter` goes on from
_EVALUATIONS = 4  # in the course of a training
_GROUPED_BATCHES = 32  # batches that are made of examples sorted by length together


def arguments(config: TrainerSection, placement: Placement, out_dir: Path, log: StageLog) -> dict[str, Any]:
    """Keyword arguments for any of TRL's configs. The data comes in the order of training (`training_order`)."""
    on_cpu = placement.device == "cpu"
    warmup_steps = int(config.warmup_ratio * config.max_steps)
    decay_steps = config.max_steps - warmup_steps
    if config.decay_ratio is not None:
        decay_steps = int(config.decay_ratio * config.max_steps)
    return {
        "output_dir": str(out_dir / CHECKPOINTS_DIR),
        "max_steps": config.max_steps,
        "per_device_train_batch_size": config.micro_batch_size,
        "per_device_eval_batch_size": config.micro_batch_size,
        "gradient_accumulation_steps": config.batch_size // config.micro_batch_size,
        "gradient_checkpointing": config.gradient_checkpointing,
        "learning_rate": config.learning_rate,
        "lr_scheduler_type": "warmup_stable_decay",
        "warmup_steps": warmup_steps,
        "lr_scheduler_kwargs": {"num_decay_steps": decay_steps},
        "optim": _optimizer(config.optimizer, on_cpu, log),
        "bf16": placement.dtype is torch.bfloat16,
        "fp16": placement.dtype is torch.float16,
        "use_cpu": on_cpu,
        "dataloader_pin_memory": not on_cpu,
        "train_sampling_strategy": "sequential",
        "eval_strategy": "steps",
        "eval_steps": max(1, config.max_steps // _EVALUATIONS),
        "logging_steps": config.logging_steps,
        "save_strategy": "steps",
        "save_steps": config.save_steps,
        "save_total_limit": KEPT_CHECKPOINTS,
        "seed": config.seed,
        "report_to": "none",
        "disable_tqdm": True,
    }


def training_order(lengths: list[int], batch_size: int, batches: int, seed: int) -> list[int]:
    """Indices of examples, batch after batch: epochs in random order, with examples of like length in one batch.

    Within a batch the longest comes first, so micro-batches of any size waste little on padding.
    """
    random = Random(seed)
    order: list[int] = []
    while len(order) < batches * batch_size:
        order += random.sample(range(len(lengths)), len(lengths))
    order = order[: batches * batch_size]
    grouped: list[int] = []
    for start in range(0, len(order), batch_size * _GROUPED_BATCHES):
        window = order[start : start + batch_size * _GROUPED_BATCHES]
        window.sort(key=lambda index: lengths[index], reverse=True)
        window_batches = [window[first : first + batch_size] for first in range(0, len(window), batch_size)]
        random.shuffle(window_batches)
        grouped += [index for batch in window_batches for index in batch]
    return grouped


def with_lora(model: PreTrainedModel, lora: LoraSection) -> PeftModel:
    """The model with a fresh, trainable LoRA adapter (Hu et al. 2021), and everything else frozen.

    Raises InputError for a module that the model does not have.
    """
    linear = {name.rpartition(".")[2] for name, module in model.named_modules() if hasattr(module, "weight")}
    missing = [name for name in lora.target_modules if name not in linear]
    if missing:
        raise InputError(
            f"lora.target_modules: the model has no {', '.join(missing)}; it has {', '.join(sorted(linear - {''}))}"
        )
    config = LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=list(lora.target_modules),
        task_type="CAUSAL_LM",
    )
    return get_peft_model(model, config)


def compile_blocks(model: nn.Module, device: str, log: StageLog) -> None:
    """Have TorchInductor fuse what each decoder block does between its matrix products, in place.

    A machine that cannot trains without it, and is told.
    """
    if not can_compile(device):
        log.info("sft.compile needs a C++ compiler and Python's headers, or Triton on a GPU: training without it")
        return
    for block in model.modules():
        if isinstance(block, GradientCheckpointingLayer):
            block.compile(dynamic=True)


def can_compile(device: str) -> bool:
    """Whether TorchInductor finds what it makes its kernels with."""
    if device != "cpu":
        return importlib.util.find_spec("triton") is not None
    headers = Path(get_paths()["include"]) / "Python.h"
    return shutil.which(os.environ.get("CXX", "g++")) is not None and headers.is_file()


def save_adapter(model: PeftModel, folder: Path) -> None:
    """Write the adapter as plain PEFT loads it, in float32. The config comes last: a folder with it is whole."""
    weights = {name: weight.float().contiguous() for name, weight in get_peft_model_state_dict(model).items()}
    with whole_file(folder / "adapter_model.safetensors") as temporary:
        save_file(weights, temporary, metadata={"format": "pt"})
    config = model.peft_config["default"].to_dict()
    config["inference_mode"] = True
    config["target_modules"] = sorted(config["target_modules"])
    write_json(folder / "adapter_config.json", config)


class Training(NamedTuple):
    """What a training came to. seconds: of its optimizer steps, those before an interruption included."""

    before: dict[str, float]
    after: dict[str, float]
    seconds: float


def train(trainer: Trainer, out_dir: Path, log: StageLog) -> Training:
    """Train, going on from the last complete checkpoint, and evaluate before and after.

    Writes the curve of the losses. Checkpoints that a killed run left half-written are removed.
    """
    checkpoint = _last_complete_checkpoint(out_dir / CHECKPOINTS_DIR)
    if checkpoint is not None:
        log.info(f"going on from {checkpoint.name}")
    reporter = _Reporter(log, read_json(checkpoint / _COMPLETE)["training_seconds"] if checkpoint else 0.0)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(reporter)
    with disable_input_dtype_casting(_model(trainer)):  # autocast does it already: twice costs 15 % of a step
        before = _evaluation_before(trainer, out_dir / CHECKPOINTS_DIR / "before.json")
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        after = _last_evaluation(trainer)
    _draw_losses(trainer.state.log_history, before["eval_loss"], out_dir / CURVE_FILE)
    log.artifact(out_dir / CURVE_FILE)
    return Training(before, after, reporter.seconds)


class _Reporter(TrainerCallback):
    """Times the steps, passes curves and progress to the stage's log, and marks each checkpoint when it is whole."""

    def __init__(self, log: StageLog, seconds: float) -> None:
        self._log = log
        self.seconds = seconds  # of the steps so far, without what is evaluated and written between them
        self._step_started = 0.0
        self._step_seconds: list[float] = []  # since the last curves

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        for name, value in (logs or {}).items():
            if name in _CURVES:
                self._log.metric(_CURVES[name], value, state.global_step)
        if "loss" in (logs or {}):
            self._log.metric("step_seconds", mean(self._step_seconds), state.global_step)
            self._step_seconds.clear()

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._step_started = time.perf_counter()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        self._step_seconds.append(time.perf_counter() - self._step_started)
        self.seconds += self._step_seconds[-1]
        self._log.progress(state.global_step, state.max_steps, "steps")

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        checkpoint = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
        (checkpoint / "training_args.bin").unlink(missing_ok=True)  # a pickle that nothing reads
        write_json(checkpoint / _COMPLETE, {"training_seconds": self.seconds})


_CURVES = {
    "loss": "loss",
    "eval_loss": "eval_loss",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
    "rewards/accuracies": "reward_accuracy",
    "rewards/margins": "reward_margin",
    "eval_rewards/accuracies": "eval_reward_accuracy",
    "eval_rewards/margins": "eval_reward_margin",
}


def _evaluation_before(trainer: Trainer, path: Path) -> dict[str, float]:
    """What the untrained model reached: measured once, for a resumed run begins with a trained one."""
    if not path.is_file():
        write_json(path, trainer.evaluate())
    evaluation: dict[str, float] = read_json(path)
    return evaluation


def _model(trainer: Trainer) -> nn.Module:
    assert isinstance(trainer.model, nn.Module)
    return trainer.model


def _last_evaluation(trainer: Trainer) -> dict[str, float]:
    """Of the trained model; measured now unless training ended with it."""
    for entry in trainer.state.log_history:
        if entry["step"] == trainer.state.global_step and "eval_loss" in entry:
            return dict(entry)
    return dict(trainer.evaluate())


def _draw_losses(history: Sequence[Mapping[str, float]], loss_before: float, path: Path) -> None:
    """The whole history, which a resumed run has from its checkpoint."""
    training = [(int(entry["step"]), entry["loss"]) for entry in history if "loss" in entry]
    validation = [(int(entry["step"]), entry["eval_loss"]) for entry in history if "eval_loss" in entry]
    loss_curve(path, training, [(0, loss_before), *validation])


def _last_complete_checkpoint(folder: Path) -> Path | None:
    complete = []
    for checkpoint in folder.glob("checkpoint-*"):
        if (checkpoint / _COMPLETE).exists():
            complete.append(checkpoint)
        else:
            shutil.rmtree(checkpoint)
    return max(complete, key=_step, default=None)


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.rpartition("-")[2])


def _optimizer(wanted: str, on_cpu: bool, log: StageLog) -> str:
    if wanted == "adamw_8bit" and (on_cpu or importlib.util.find_spec("bitsandbytes") is None):
        log.info("8-bit AdamW needs a CUDA device and bitsandbytes: using AdamW in 32 bits")
        wanted = "adamw"
    return {"adamw": "adamw_torch", "adamw_8bit": "adamw_8bit"}[wanted]
