"""The training loop that both image models share: it can be killed after any epoch and goes on from there."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.files import whole_file

_WARMUP_SHARE = 0.25
_WEIGHT_DECAY = 0.01
_MAX_GRADIENT_NORM = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how fast a model trains. learning_rate: the peak of the one-cycle schedule."""

    epochs: int
    batch_size: int
    learning_rate: float
    seed: int


@dataclass(frozen=True, slots=True)
class Epoch:
    """The mean training loss of an epoch, and what the validation function said after it."""

    loss: float
    validation: float


def train(
    model: nn.Module,
    loss_of: Callable[[Tensor, torch.Generator], Tensor],
    validate: Callable[[], float],
    examples: int,
    settings: Settings,
    checkpoint: Path,
    on_epoch: Callable[[int, Epoch], None],
) -> list[Epoch]:
    """Train with AdamW and a one-cycle learning rate (Smith & Topin 2018), and return the learning curve.

    loss_of(rows [batch], generator) is the loss on those examples; the generator is for augmentation. After
    each epoch, `checkpoint` is written and on_epoch(epoch, curve point) is called, from an earlier run's
    epochs on, too. An epoch's randomness depends on the seed and its number alone, so a resumed training
    ends as an unbroken one. Raises DiagramforgeError when the loss is no longer a number.
    """
    optimizer = torch.optim.AdamW(model.parameters(), settings.learning_rate, weight_decay=_WEIGHT_DECAY)
    curve = _resume(checkpoint, model, optimizer)
    for number, epoch in enumerate(curve):
        on_epoch(number, epoch)
    steps = max(1, examples // settings.batch_size)  # even batches: none is left with a single example
    for number in range(len(curve), settings.epochs):
        generator = torch.Generator().manual_seed(settings.seed * 100_003 + number)
        model.train()
        total = 0.0
        for step, rows in enumerate(torch.randperm(examples, generator=generator).tensor_split(steps)):
            progress = (number * steps + step) / (settings.epochs * steps)
            _set_learning_rate(optimizer, settings.learning_rate * _one_cycle(progress))
            total += _step(model, optimizer, loss_of(rows, generator)) * len(rows)
        model.eval()
        epoch = Epoch(total / examples, validate())
        if not math.isfinite(epoch.loss):
            raise DiagramforgeError(f"the loss of epoch {number + 1} is no number: lower the learning rate")
        curve.append(epoch)
        _save(checkpoint, model, optimizer, curve)
        on_epoch(number, epoch)
    model.eval()
    return curve


def pick_device(name: str) -> torch.device:
    """auto: CUDA where there is one. Raises InputError for CUDA where there is none."""
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("device cuda: torch sees no CUDA device here; set device to auto or cpu")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")


def _step(model: nn.Module, optimizer: torch.optim.Optimizer, loss: Tensor) -> float:
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), _MAX_GRADIENT_NORM)
    optimizer.step()
    return float(loss.detach())


def _one_cycle(progress: float) -> float:
    """The share of the peak learning rate: up linearly, down by a cosine."""
    if progress < _WARMUP_SHARE:
        return 0.04 + 0.96 * progress / _WARMUP_SHARE
    return 0.5 * (1 + math.cos(math.pi * (progress - _WARMUP_SHARE) / (1 - _WARMUP_SHARE)))


def _set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate


def _save(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer, curve: list[Epoch]) -> None:
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    for number, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{number}.{name}": tensor for name, tensor in state.items()}
    points = json.dumps([[epoch.loss, epoch.validation] for epoch in curve])
    with whole_file(path) as temporary:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, temporary, {"curve": points})


def _resume(path: Path, model: nn.Module, optimizer: torch.optim.Optimizer) -> list[Epoch]:
    """Put the checkpoint, if there is one, into model and optimizer; returns its learning curve."""
    if not path.exists():
        return []
    try:
        with safe_open(path, "pt") as file:
            curve = [Epoch(*point) for point in json.loads(file.metadata()["curve"])]
        tensors = load_file(path)
        _restore(tensors, model, optimizer)
    except (SafetensorError, KeyError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise DiagramforgeError(f"the checkpoint {path} does not fit this model ({reason}): delete it") from None
    return curve


def _restore(tensors: dict[str, Tensor], model: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    weights = {name.removeprefix("model."): value for name, value in tensors.items() if name.startswith("model.")}
    model.load_state_dict(weights)
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            _, number, key = name.split(".")
            moments.setdefault(int(number), {})[key] = value
    state: dict[str, Any] = optimizer.state_dict()
    optimizer.load_state_dict({**state, "state": moments})
