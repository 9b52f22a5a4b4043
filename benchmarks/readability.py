"""How well readability scores agree with people, and how fast the networks learn.

On the rated answers in the folder that DIAGRAM_DATA names, and CORRECT of its correct diagrams, which are rated 5.
First the ensemble of the profile cpu is trained on fresh synthesis. With --picture FILE, scores by geometry are drawn
against people's.

NAME is `picture` (the networks alone), `geometry` (measured flaws alone) or `both` (their mean); _fitted: with flaws
weighed by people's scores, in five folds: no drawing is scored by weights that have seen it. forest: TREES trees on
node count, share of a shape that others overlap, share of shapes off the canvas, and edge count, in the same folds.
NAME_spearman_all, NAME_spearman_rated, NAME_mse_rated: of all drawings, or of the rated answers alone; each with a 95
% interval (_low, _high; percentile bootstrap over drawings). mse_of_mean: of always answering the answers' mean.
seen_FLAW: the rank correlation of how much of it the networks see in the rated answers with how much is measured.
training_seconds, training_cpu_seconds: of the stage. synthetic_spearman: on held-out synthesis.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.ensemble import RandomForestRegressor

import benchmarks
from diagram_core.errors import InputError
from diagram_core.files import read_rows
from diagram_core.flaws import FLAWS
from diagram_core.geometry import measure as measure_geometry
from diagram_core.models.readability import (
    Ensemble,
    RatedDrawings,
    held_out_scores,
    load,
    look_at,
    scores_of,
)
from diagram_core.notation.listing import read_list
from diagram_core.people import Rated, read_rated
from tasks import readability as readability_stage
from tasks import render
from tasks.config import load_profile
from tasks.figures import predicted_against_wanted
from tasks.log import StageDisplay

RATED_ANSWERS, CORRECT_DIAGRAMS = "model_answers_rated.jsonl.gz", "prompts_and_diagrams.jsonl.gz"
CORRECT = 140
FOLDS, RESAMPLES, SEED = 5, 2000, 0
TREES = 300

Floats = NDArray[np.float32]


class QuietLog(StageDisplay):
    """Shows progress, and keeps nothing."""

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        """Nothing is kept."""

    def artifact(self, path: Path, folder: str = "") -> None:
        """Nothing is kept."""

    def info(self, text: str) -> None:
        """Nothing is said."""


def measure(picture: Path | None) -> dict[str, float]:
    """All figures of one run. Raises InputError where there is no folder of real data."""
    rated, answers = _people()
    profile = load_profile("cpu")
    with tempfile.TemporaryDirectory() as folder:
        drawings, trained = Path(folder) / "render", Path(folder) / "readability"
        log = QuietLog("render")
        with log:
            render.run(profile.render, {}, drawings, log)
        wall, cpu = time.perf_counter(), time.process_time()
        log = QuietLog("readability")
        with log:
            learned = readability_stage.run(profile.readability, {"render": drawings}, trained, log)
        figures = {
            "training_seconds": time.perf_counter() - wall,
            "training_cpu_seconds": time.process_time() - cpu,
            "synthetic_spearman": learned["spearman"],
            "synthetic_gain": learned["gain"],
        }
        ensemble = load(trained)
    seen = look_at(ensemble, rated)
    predictions = _predictions(ensemble, seen, rated, answers)
    figures["mse_of_mean"] = float(seen.scores[:answers].var())
    for name, predicted in predictions.items():
        figures |= _agreement(name, predicted, seen.scores, answers)
    for flaw, looked, measured in zip(FLAWS, seen.seen[:answers].T, seen.measured[:answers].T, strict=True):
        figures[f"seen_{flaw}"] = float(spearmanr(looked, measured).statistic)
    if picture is not None:
        title = "geometry against people's scores"
        predicted_against_wanted(picture, predictions["geometry"], seen.scores, title)
    return figures


def _people() -> tuple[list[Rated], int]:
    """Rated answers, then correct diagrams; and how many answers there are."""
    folder = os.environ.get("DIAGRAM_DATA")
    if not folder:
        raise InputError("DIAGRAM_DATA is not set: let it name the folder of real data")
    answers = read_rated(Path(folder) / RATED_ANSWERS)
    correct = read_rows(Path(folder) / CORRECT_DIAGRAMS)[:CORRECT]
    return answers + [Rated(read_list(row["diagram"]).diagram, 5.0) for row in correct], len(answers)


def _predictions(ensemble: Ensemble, seen: RatedDrawings, rated: Sequence[Rated], answers: int) -> dict[str, Floats]:
    """The scores by each way of scoring. Folds hold as many answers, and as many correct diagrams, as one another."""
    rng = np.random.default_rng(SEED)
    fold_of = np.concatenate([rng.permutation(count) % FOLDS for count in (answers, len(rated) - answers)])
    plain, fitted = scores_of(ensemble, seen), held_out_scores(ensemble, seen, fold_of)
    return {
        "picture": plain.picture,
        "geometry": plain.geometry,
        "both": plain.both,
        "picture_fitted": fitted.picture,
        "geometry_fitted": fitted.geometry,
        "both_fitted": fitted.both,
        "forest_fitted": _forest_scores(rated, seen.scores, fold_of),
    }


def _forest_scores(rated: Sequence[Rated], scores: Floats, fold_of: NDArray[np.int64]) -> Floats:
    measures = [measure_geometry(diagram) for diagram, _ in rated]
    features = np.array([(m.node_count, m.overlap_area_share, m.off_canvas_share, m.edge_count) for m in measures])
    predicted = np.zeros_like(scores)
    for fold in range(FOLDS):
        own = fold_of == fold
        forest = RandomForestRegressor(TREES, random_state=SEED).fit(features[~own], scores[~own])
        predicted[own] = forest.predict(features[own])
    return predicted


def _agreement(name: str, predicted: Floats, wanted: Floats, answers: int) -> dict[str, float]:
    def spearman(rows: NDArray[np.intp]) -> float:
        return float(spearmanr(predicted[rows], wanted[rows]).statistic)

    def mse(rows: NDArray[np.intp]) -> float:
        return float(((predicted[rows] - wanted[rows]) ** 2).mean())

    every, rated = np.arange(len(wanted)), np.arange(answers)
    return (
        _with_interval(f"{name}_spearman_all", spearman, every)
        | _with_interval(f"{name}_spearman_rated", spearman, rated)
        | _with_interval(f"{name}_mse_rated", mse, rated)
    )


def _with_interval(
    name: str, statistic: Callable[[NDArray[np.intp]], float], rows: NDArray[np.intp]
) -> dict[str, float]:
    rng = np.random.default_rng(SEED)
    resampled = [statistic(rng.choice(rows, len(rows))) for _ in range(RESAMPLES)]
    low, high = np.quantile(resampled, [0.025, 0.975])
    return {name: statistic(rows), f"{name}_low": float(low), f"{name}_high": float(high)}


if __name__ == "__main__":
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--picture", type=Path)
    benchmarks.main("Readability", measure, options)
