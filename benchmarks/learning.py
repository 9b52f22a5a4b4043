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

import benchmarks
from benchmarks.readability import QuietLog
from diagram_core.errors import DiagramforgeError
from tasks import autoencoder, readability, render
from tasks.config import load_profile

SEEDS = 20

Training = Callable[[int, Path], dict[str, float]]  # seed, folder to write to -> metrics


def measure(profile_name: str, seeds: int) -> dict[str, float]:
    """All figures of one run."""
    profile = load_profile(profile_name)
    with tempfile.TemporaryDirectory() as folder:
        drawings = Path(folder) / "render"
        with QuietLog("render") as log:
            render.run(profile.render, {}, drawings, log)
        inputs = {"render": drawings}

        def train_readability(seed: int, out_dir: Path) -> dict[str, float]:
            config = profile.readability.model_copy(update={"seed": seed})
            with QuietLog(f"readability, seed {seed}") as log:
                return readability.run(config, inputs, out_dir, log)

        def train_autoencoder(seed: int, out_dir: Path) -> dict[str, float]:
            config = profile.autoencoder.model_copy(update={"seed": seed})
            with QuietLog(f"autoencoder, seed {seed}") as log:
                return autoencoder.run(config, inputs, out_dir, log)

        return (
            {"seeds": float(seeds)}
            | _figures("readability", train_readability, seeds, Path(folder))
            | _figures("autoencoder", train_autoencoder, seeds, Path(folder))
        )


def _figures(stage: str, training: Training, seeds: int, folder: Path) -> dict[str, float]:
    gains, seconds = [], []
    for seed in range(seeds):
        started = time.perf_counter()
        try:
            gains.append(training(seed, folder / f"{stage}-{seed}")["gain"])
        except DiagramforgeError as error:
            print(f"seed {seed}: {error}", file=sys.stderr)
        seconds.append(time.perf_counter() - started)
    return {
        f"{stage}_learned": float(len(gains)),
        f"{stage}_least_gain": min(gains, default=0.0),
        f"{stage}_median_gain": median(gains) if gains else 0.0,
        f"{stage}_seconds": mean(seconds),
    }


if __name__ == "__main__":
    own = argparse.ArgumentParser(add_help=False)
    own.add_argument("--profile", default="smoke")
    own.add_argument("--seeds", type=int, default=SEEDS)
    options, sys.argv[1:] = own.parse_known_args()
    benchmarks.main("Learning", lambda: measure(options.profile, options.seeds))
