"""A stage that trains nothing: it counts steps, keeps a checkpoint, and fails as TOY_FAULT tells it to."""

from __future__ import annotations

import errno
import os
import signal
import time
from pathlib import Path

from diagram_core.errors import InputError
from diagram_core.files import read_json, write_json, write_text
from tasks.config import Profile, SftConfig
from tasks.log import StageLog

CUDA_MESSAGE = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 11.76 GiB"


def outside_state(profile: Profile) -> str:
    """What the test says that the world is like."""
    return os.environ.get("TOY_WORLD", "")


def run(config: SftConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Count to max_steps, from the last checkpoint on; a fault strikes half-way, after the first checkpoint."""
    checkpoint = out_dir / "checkpoints" / "step.json"
    first = read_json(checkpoint) if checkpoint.exists() else 0
    log.info(f"starts at step {first} with micro-batches of {config.micro_batch_size}")
    for step in range(first, config.max_steps):
        if step == config.max_steps // 2 and not checkpoint.exists():
            write_json(checkpoint, step)
            _fail(out_dir)
        log.metric("loss", 1.0 / (step + 1), step)
        log.progress(step + 1, config.max_steps, "steps")
    write_text(out_dir / "plot.txt", "a plot")
    log.artifact(out_dir / "plot.txt", "plots")
    write_text(out_dir / "model" / "weights.safetensors", f"{config.learning_rate} {sorted(inputs)}")
    return {"loss": 0.125, "first_step": first, "micro_batch_size": config.micro_batch_size}


def _fail(out_dir: Path) -> None:
    match os.environ.get("TOY_FAULT"):
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "cuda":
            import torch

            raise torch.OutOfMemoryError(CUDA_MESSAGE)
        case "bug":
            print("about to look it up")
            raise KeyError("no such layer")
        case "input":
            raise InputError("prompts.jsonl, line 3: no prompt; add one")
        case "network":
            raise ConnectionResetError("the hub hung up")
        case "kept name":
            write_json(out_dir / "config.json", {})
        case "full disk":
            full = os.open("/dev/full", os.O_WRONLY)
            os.dup2(full, 1)
            os.dup2(full, 2)
            raise OSError(errno.ENOSPC, "No space left on device")
        case "hang":
            time.sleep(600)
