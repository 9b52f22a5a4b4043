"""How surely the image models learn: the stages `readability` and `autoencoder`, trained anew on each of N seeds.

--profile NAME gives the settings and the drawings (smoke unless told: the fewest drawings, so the hardest), --seeds N.
STAGE_learned: trainings that the stage itself found to have learned; it fails where they have not. STAGE_least_gain and
_median_gain: of what a held-out score's variance, or the mean image's error, is explained by those. STAGE_seconds: the
mean time of a training. With --picture FILE, the gain of each seed is drawn.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import benchmarks
from benchmarks.readability import QuietLog
from diagram_core.errors import DiagramforgeError, InputError
from tasks import autoencoder, readability, render
from tasks.config import AutoencoderConfig, ReadabilityConfig, load_profile
from tasks.figures import gains_by_seed
from tasks.log import StageLog

SEEDS = 20

Stage = Callable[[Any, dict[str, Path], Path, StageLog], dict[str, float]]


def measure(profile: str, seeds: int, picture: Path | None) -> dict[str, float]:
    """All figures of one run."""
    settings = load_profile(profile)
    figures = {"seeds": float(seeds)}
    gains: dict[str, list[float | None]] = {}
    with tempfile.TemporaryDirectory() as folder:
        drawings = Path(folder) / "render"
        with QuietLog("render") as log:
            render.run(settings.render, {}, drawings, log)
        stages: dict[str, tuple[Stage, ReadabilityConfig | AutoencoderConfig]] = {
            "readability": (readability.run, settings.readability),
            "autoencoder": (autoencoder.run, settings.autoencoder),
        }
        for name, (stage, config) in stages.items():
            started = time.perf_counter()
            gains[name] = [_gain(name, stage, config, drawings, seed) for seed in range(seeds)]
            seconds = (time.perf_counter() - started) / seeds
            figures |= _figures(name, gains[name]) | {f"{name}_seconds": seconds}
    if picture is not None:
        gains_by_seed(picture, gains)
    return figures


def _gain(
    name: str, stage: Stage, config: ReadabilityConfig | AutoencoderConfig, drawings: Path, seed: int
) -> float | None:
    """What a training from this seed gained; None where the stage found that it had learned nothing."""
    try:
        with tempfile.TemporaryDirectory() as out_dir, QuietLog(f"{name}, seed {seed}") as log:
            return stage(config.model_copy(update={"seed": seed}), {"render": drawings}, Path(out_dir), log)["gain"]
    except InputError:
        raise
    except DiagramforgeError as error:
        print(f"seed {seed}: {error}", file=sys.stderr)
        return None


def _figures(name: str, gains: Sequence[float | None]) -> dict[str, float]:
    return {
        f"{name}_learned": float(sum(gain is not None for gain in gains)),
        f"{name}_least_gain": min(gain or 0.0 for gain in gains),
        f"{name}_median_gain": median(gain or 0.0 for gain in gains),
    }


if __name__ == "__main__":
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--profile", default="smoke")
    options.add_argument("--seeds", type=int, default=SEEDS)
    options.add_argument("--picture", type=Path)
    benchmarks.main("Learning", measure, options)
