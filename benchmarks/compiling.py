"""How much compiled decoder blocks speed up SFT: the starter's settings, base and first examples, without and with.

speedup: the seconds of all steps but the first two, without over with. plain_step_seconds, compiled_step_seconds: of
one such step. compiling_seconds: what the first two steps of the compiled run take longer.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import mean
from typing import Any

import benchmarks
from benchmarks.readability import QuietLog
from diagram_core.errors import InputError
from tasks import base, sft, synthesize
from tasks.config import SftConfig, load_profile
from tasks.trainer import can_compile

VALIDATION_EXAMPLES = 16
WARM_UP_STEPS = 2


class _TimingLog(QuietLog):
    """Remembers how long each step took."""

    def __init__(self, stage: str) -> None:
        super().__init__(stage)
        self.step_seconds: list[float] = []

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        if name == "step_seconds":
            self.step_seconds.append(value)


def measure(steps: int) -> dict[str, float]:
    """All figures of one run. Raises InputError on a machine that cannot compile."""
    if not can_compile("cpu"):
        raise InputError("nothing can be compiled here: install a C++ compiler and Python's headers")
    profile = load_profile("starter")
    data = profile.synthesize.model_copy(
        update={"train_examples": steps * profile.sft.batch_size, "validation_examples": VALIDATION_EXAMPLES}
    )
    with tempfile.TemporaryDirectory() as name:
        inputs = {"synthesize": Path(name) / "synthesize", "base": Path(name) / "base"}
        with QuietLog("synthesize") as log:
            synthesize.run(data, {}, inputs["synthesize"], log)
        with QuietLog("base") as log:
            base.run(profile.base, {}, inputs["base"], log)
        shared: dict[str, Any] = {"max_steps": steps, "logging_steps": 1, "max_loss_increase": 9.0}
        plain, compiled = (
            _step_seconds(
                profile.sft.model_copy(update=shared | {"compile": compile}), inputs, Path(name) / str(compile)
            )
            for compile in (False, True)
        )
    plain_seconds, compiled_seconds = (mean(seconds[WARM_UP_STEPS:]) for seconds in (plain, compiled))
    return {
        "speedup": plain_seconds / compiled_seconds,
        "plain_step_seconds": plain_seconds,
        "compiled_step_seconds": compiled_seconds,
        "compiling_seconds": sum(compiled[:WARM_UP_STEPS]) - sum(plain[:WARM_UP_STEPS]),
    }


def _step_seconds(config: SftConfig, inputs: dict[str, Path], out_dir: Path) -> list[float]:
    """Of each step of a training."""
    out_dir.mkdir()
    with _TimingLog("compiled" if config.compile else "plain") as log:
        sft.run(config, inputs, out_dir, log)
    return log.step_seconds


if __name__ == "__main__":
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--steps", type=int, default=34, help="of training, without and with")
    benchmarks.main("Compiled decoder blocks", measure, options)
