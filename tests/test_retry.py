"""What a failure is taken for, and what the next attempt changes."""

from __future__ import annotations

import errno
from pathlib import Path

import httpx2
import pytest
import requests

from diagram_core.errors import DiagramforgeError, InputError, UnavailableError
from tasks.config import OrpoConfig, SftConfig, load_profile
from tasks.failure import OutOfMemory, StageFailed, TransientError, classify, is_retryable
from tasks.retry import AttemptRecord, MemoryPlan, apply_memory_plan, describe_change, memory_plan, within_memory

SFT = load_profile("smoke", ["sft.batch_size=12", "sft.micro_batch_size=6"]).sft


class TorchLikeError(RuntimeError):
    """As torch.OutOfMemoryError is: a RuntimeError known by what it says."""


def wrapped(cause: Exception) -> Exception:
    error = ValueError("could not train")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MemoryError(), OutOfMemory),
        (TorchLikeError("CUDA out of memory. Tried to allocate 20 MiB"), OutOfMemory),
        (RuntimeError("CUDA error: out of memory"), OutOfMemory),
        (RuntimeError("cudaErrorMemoryAllocation"), OutOfMemory),
        (RuntimeError("[enforce fail] . DefaultCPUAllocator: can't allocate memory: you tried 9 bytes"), OutOfMemory),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), OutOfMemory),
        (wrapped(MemoryError()), OutOfMemory),
        (ConnectionResetError("gone"), TransientError),
        (TimeoutError("slow"), TransientError),
        (OSError(errno.ENOSPC, "No space left on device"), TransientError),
        (requests.exceptions.ConnectionError("no route"), TransientError),
        (requests.exceptions.ReadTimeout("slow"), TransientError),
        (httpx2.ConnectError("no route"), TransientError),
        (httpx2.ReadTimeout("slow"), TransientError),
        (ValueError("the memory of this is out of reach"), StageFailed),
        (RuntimeError("size mismatch"), StageFailed),
        (FileNotFoundError(errno.ENOENT, "no such file"), StageFailed),
        (UnavailableError("the ratings database is locked"), TransientError),
        (InputError("a line"), InputError),
    ],
)
def test_errors_are_taken_for_what_they_are(error: Exception, kind: type[DiagramforgeError]) -> None:
    classified = classify(error)
    assert type(classified) is kind
    assert "\n" not in str(classified)
    assert is_retryable(classified) is (kind in (OutOfMemory, TransientError))


def test_each_plan_takes_less_memory_than_the_one_before() -> None:
    plans = [memory_plan(SFT, count) for count in range(5)]
    assert plans == [
        MemoryPlan(6, False),
        MemoryPlan(3, False),
        MemoryPlan(3, True),
        MemoryPlan(1, True),
        MemoryPlan(1, True),
    ]


def test_a_plan_that_changes_nothing_is_passed_over() -> None:
    smallest = SFT.model_copy(update={"micro_batch_size": 1})
    assert memory_plan(smallest, 1) == MemoryPlan(1, True)
    checkpointed = SFT.model_copy(update={"gradient_checkpointing": True})
    assert [memory_plan(checkpointed, count) for count in (1, 2)] == [MemoryPlan(3, True), MemoryPlan(1, True)]


@pytest.mark.parametrize("count", range(4))
@pytest.mark.parametrize(("batch", "micro"), [(8, 8), (12, 4), (9, 9), (7, 7), (1, 1)])
def test_the_arithmetic_of_a_step_stays(batch: int, micro: int, count: int) -> None:
    config = load_profile("smoke", [f"sft.batch_size={batch}", f"sft.micro_batch_size={micro}"]).sft
    planned = apply_memory_plan(config, memory_plan(config, count))
    assert isinstance(planned, SftConfig)
    SftConfig.model_validate(planned.model_dump())  # micro-batches still fill the batch
    ours = {"micro_batch_size", "gradient_checkpointing"}
    assert planned.model_dump(exclude=ours) == config.model_dump(exclude=ours)


def test_a_stage_that_does_not_train_is_retried_as_it_was() -> None:
    render = load_profile("smoke").render
    assert within_memory(render, 3) is render
    assert describe_change(render, render) == "nothing"


def test_a_change_is_described_for_a_person() -> None:
    assert describe_change(SFT, within_memory(SFT, 1)) == "micro-batch 6 -> 3, accumulation 2 -> 4"
    assert describe_change(SFT, within_memory(SFT, 2)).endswith("2 -> 4, gradient checkpointing on")
    orpo: OrpoConfig = load_profile("smoke").orpo
    assert describe_change(orpo, orpo) == "nothing"


def test_the_record_outlives_the_process(tmp_path: Path) -> None:
    path = tmp_path / "attempts.json"
    record = AttemptRecord(path)
    record.begin(SFT, "nothing", "run-1")
    record.end("out of memory", "no memory")
    record.begin(SFT, "nothing", "run-2")
    left = AttemptRecord(path)  # what the next process finds when this one was killed
    assert [attempt.outcome for attempt in left.attempts] == ["out of memory", "interrupted"]
    assert left.out_of_memory_count() == 1 and left.finished_run_id() is None
    left.begin(SFT, "nothing", "run-3")
    left.end("finished")
    assert AttemptRecord(path).finished_run_id() == "run-3"
