"""How surely the image models learn: the stages `readability` and `autoencoder`, trained anew on each of N seeds.

--profile NAME gives the settings and the drawings (smoke unless told: the fewest drawings, so the hardest), --seeds N.
STAGE_learned: trainings that the stage itself found to have learned; it fails where they have not. STAGE_least_gain and
_median_gain: of what a held-out score's variance, or the mean image's error, is explained by those. STAGE_seconds: the
mean time of a training.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median
from typing import Any

import benchmarks
from benchmarks.readability import QuietLog
from diagram_core.errors import DiagramforgeError
from tasks import autoencoder, readability, render
from tasks.config import AutoencoderConfig, ReadabilityConfig, load_profile
from tasks.log import StageLog

SEEDS = 20

Stage = Callable[[Any, dict[str, Path], Path, StageLog], dict[str, float]]


def measure(profile: str, seeds: int) -> dict[str, float]:
    """All figures of one run."""
    settings = load_profile(profile)
    figures = {"seeds": float(seeds)}
    with tempfile.TemporaryDirectory() as folder:
        drawings = Path(folder) / "render"
        with QuietLog("render") as log:
            render.run(settings.render, {}, drawings, log)
        figures |= _figures("readability", readability.run, settings.readability, drawings, seeds)
        figures |= _figures("autoencoder", autoencoder.run, settings.autoencoder, drawings, seeds)
    return figures


def _figures(
    name: str, stage: Stage, config: ReadabilityConfig | AutoencoderConfig, drawings: Path, seeds: int
) -> dict[str, float]:
    gains, seconds = [], []
    for seed in range(seeds):
        started = time.perf_counter()
        try:
            with tempfile.TemporaryDirectory() as out_dir, QuietLog(f"{name}, seed {seed}") as log:
                metrics = stage(config.model_copy(update={"seed": seed}), {"render": drawings}, Path(out_dir), log)
            gains.append(metrics["gain"])
        except DiagramforgeError as error:
            print(f"seed {seed}: {error}", file=sys.stderr)
        seconds.append(time.perf_counter() - started)
    return {
        f"{name}_learned": float(len(gains)),
        f"{name}_least_gain": min(gains, default=0.0),
        f"{name}_median_gain": median(gains) if gains else 0.0,
        f"{name}_seconds": mean(seconds),
    }


if __name__ == "__main__":
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--profile", default="smoke")
    options.add_argument("--seeds", type=int, default=SEEDS)
    benchmarks.main("Learning", measure, options)
