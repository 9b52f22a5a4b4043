"""The record of a stage's attempts, and what an attempt changes after those before it ran out of memory."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from diagram_core.errors import InputError
from diagram_core.files import read_json, write_json
from tasks.config import TrainerSection

Outcome = Literal["running", "finished", "out of memory", "transient error", "failed", "interrupted"]
AS_IT_WAS = "nothing"


@dataclass(frozen=True)
class MemoryPlan:
    """How a training stage spends memory; any plan does the same arithmetic an optimizer step."""

    micro_batch_size: int
    gradient_checkpointing: bool


@dataclass(frozen=True)
class Attempt:
    """One attempt of a stage. `change`: what it did differently from the profile; `run_id`: its MLflow run."""

    number: int
    started: str
    memory_plan: dict[str, Any] | None
    change: str
    run_id: str
    outcome: Outcome = "running"
    ended: str | None = None
    error: str | None = None


class AttemptRecord:
    """The attempts of one artifact folder, in a file that outlives the process. For the holder of its lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.attempts = [_as_left(attempt) for attempt in _read(path)]

    def out_of_memory_count(self) -> int:
        """How many attempts ran out of memory."""
        return sum(attempt.outcome == "out of memory" for attempt in self.attempts)

    def finished_run_id(self) -> str | None:
        """The MLflow run of the last attempt that finished."""
        return next((a.run_id for a in reversed(self.attempts) if a.outcome == "finished"), None)

    def begin(self, config: BaseModel, change: str, run_id: str) -> None:
        """Write down that an attempt with this config runs now."""
        number = len(self.attempts) + 1
        self.attempts.append(Attempt(number, _now(), _plan_in(config), change, run_id))
        self._write()

    def end(self, outcome: Outcome, error: str | None = None) -> None:
        """Write down how the running attempt ended."""
        self.attempts[-1] = replace(self.attempts[-1], outcome=outcome, ended=_now(), error=error)
        self._write()

    def _write(self) -> None:
        write_json(self._path, [asdict(attempt) for attempt in self.attempts])


def memory_plan(config: TrainerSection, out_of_memory_count: int) -> MemoryPlan:
    """The plan after so many attempts without enough memory.

    Each is smaller than the one before: half the micro-batch, then gradient checkpointing too, then one
    example at a time. What the profile already asks for is passed over.
    """
    half = _largest_divisor(config.batch_size, config.micro_batch_size // 2)
    steps = [
        MemoryPlan(config.micro_batch_size, config.gradient_checkpointing),
        MemoryPlan(half, config.gradient_checkpointing),
        MemoryPlan(half, True),
        MemoryPlan(1, True),
    ]
    distinct = list(dict.fromkeys(steps))
    return distinct[min(out_of_memory_count, len(distinct) - 1)]


def apply_memory_plan(config: TrainerSection, plan: MemoryPlan) -> TrainerSection:
    """The same training in less memory: the examples an optimizer step, so the arithmetic, stay."""
    return config.model_copy(update=asdict(plan))


def within_memory(config: BaseModel, out_of_memory_count: int) -> BaseModel:
    """The config an attempt runs with; stages that do not train have no plan and run as they are."""
    if not isinstance(config, TrainerSection):
        return config
    return apply_memory_plan(config, memory_plan(config, out_of_memory_count))


def describe_change(before: BaseModel, after: BaseModel) -> str:
    """What a memory plan changed, in words for a person."""
    if not (isinstance(before, TrainerSection) and isinstance(after, TrainerSection)):
        return AS_IT_WAS
    changes = []
    if after.micro_batch_size != before.micro_batch_size:
        accumulation = (
            before.batch_size // before.micro_batch_size,
            after.batch_size // after.micro_batch_size,
        )
        changes.append(
            f"micro-batch {before.micro_batch_size} -> {after.micro_batch_size}, "
            f"accumulation {accumulation[0]} -> {accumulation[1]}"
        )
    if after.gradient_checkpointing != before.gradient_checkpointing:
        changes.append("gradient checkpointing on")
    return ", ".join(changes) or AS_IT_WAS


def _plan_in(config: BaseModel) -> dict[str, Any] | None:
    return asdict(memory_plan(config, 0)) if isinstance(config, TrainerSection) else None


def _largest_divisor(number: int, limit: int) -> int:
    return next((size for size in range(limit, 0, -1) if number % size == 0), 1)


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    rows = read_json(path)
    if not isinstance(rows, list):
        raise InputError(f"{path} is not a record of attempts: remove it")
    return rows


def _as_left(row: dict[str, Any]) -> Attempt:
    """Whoever holds the lock is the only one alive: an attempt still marked running died with its process."""
    attempt = Attempt(**row)
    return attempt if attempt.outcome != "running" else replace(attempt, outcome="interrupted")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
