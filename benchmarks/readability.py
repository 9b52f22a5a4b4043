"""How well readability scores agree with people, and how fast the networks learn.

On the rated answers in the folder that DIAGRAM_DATA names, and CORRECT of its correct diagrams, which are rated 5.
The ensemble of the profile cpu is trained on fresh synthesis, first alone, then with people's scores in five folds.
With --picture FILE, scores by geometry are drawn against people's.

NAME is `picture` (the networks alone), `geometry` (measured flaws alone) or `both` (their mean); _fitted: with people's
scores, in five folds: no drawing is scored by a network or by weights that have seen it. forest: TREES trees on
node count, share of a shape that others overlap, share of shapes off the canvas, and edge count, in the same folds.
NAME_spearman_all, NAME_spearman_rated, NAME_mse_rated: of all drawings, or of the rated answers alone; each with a 95
% interval (_low, _high; percentile bootstrap over drawings). mse_of_mean: of always answering the answers' mean.
seen_FLAW: the rank correlation of how much of it the networks see in the rated answers with how much is measured.
training_seconds, training_cpu_seconds: of the stage; fitted_training_seconds: with people's scores, all five folds.
synthetic_spearman: on held-out synthesis.
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
from diagram_core.files import read_rows, write_rows
from diagram_core.flaws import FLAWS, fit_weights, readability
from diagram_core.geometry import measure as measure_geometry
from diagram_core.models.readability import (
    Ensemble,
    SurveyedImages,
    held_out_scores,
    load,
    seen_flaws,
    seen_scores,
    surveyed,
)
from diagram_core.notation.listing import read_list, write_list
from diagram_core.people import Rated, read_rated
from tasks import readability as readability_stage
from tasks import render
from tasks.config import ReadabilityConfig, load_profile
from tasks.figures import predicted_against_wanted
from tasks.log import StageDisplay
from tasks.readability import people_folds

RATED_ANSWERS, CORRECT_DIAGRAMS = "model_answers_rated.jsonl.gz", "prompts_and_diagrams.jsonl.gz"
SCORES_FILE = "scores.jsonl"
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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with QuietLog("render") as log:
            render.run(profile.render, {}, folder / "render", log)
        ensemble, figures = _train(profile.readability, folder, "readability")
        write_rows(folder / SCORES_FILE, ({"diagram": write_list(d), "readability": score} for d, score in rated))
        by_people = profile.readability.model_copy(update={"scores": folder / SCORES_FILE, "folds": FOLDS})
        fitted, more = _train(by_people, folder, "fitted")
        figures["fitted_training_seconds"] = more["training_seconds"]
    people = surveyed(rated, ensemble.image_height_px)
    predictions = _predictions(ensemble, fitted, people, people_folds(rated, by_people), rated)
    figures["mse_of_mean"] = float(people.ratings[:answers].var())
    for name, predicted in predictions.items():
        figures |= _agreement(name, predicted, people.ratings, answers)
    seen = seen_flaws(ensemble.networks, people.images[:answers])
    for flaw, looked, measured in zip(FLAWS, seen.T, people.flaws[:answers].T, strict=True):
        figures[f"seen_{flaw}"] = float(spearmanr(looked, measured).statistic)
    if picture is not None:
        title = "geometry against people's scores"
        predicted_against_wanted(picture, predictions["geometry"], people.ratings, title)
    return figures


def _train(config: ReadabilityConfig, folder: Path, name: str) -> tuple[Ensemble, dict[str, float]]:
    wall, cpu = time.perf_counter(), time.process_time()
    with QuietLog(name) as log:
        learned = readability_stage.run(config, {"render": folder / "render"}, folder / name, log)
    return load(folder / name), {
        "training_seconds": time.perf_counter() - wall,
        "training_cpu_seconds": time.process_time() - cpu,
        "synthetic_spearman": learned["spearman"],
        "synthetic_gain": learned["gain"],
    }


def _people() -> tuple[list[Rated], int]:
    """Rated answers, then correct diagrams; and how many answers there are."""
    folder = os.environ.get("DIAGRAM_DATA")
    if not folder:
        raise InputError("DIAGRAM_DATA is not set: let it name the folder of real data")
    answers = read_rated(Path(folder) / RATED_ANSWERS)
    correct = read_rows(Path(folder) / CORRECT_DIAGRAMS)[:CORRECT]
    return answers + [Rated(read_list(row["diagram"]).diagram, 5.0) for row in correct], len(answers)


def _predictions(
    ensemble: Ensemble, fitted: Ensemble, people: SurveyedImages, fold_of: NDArray[np.int64], rated: Sequence[Rated]
) -> dict[str, Floats]:
    """The scores by each way of scoring."""
    picture, geometry = seen_scores(ensemble.networks, people.images), readability(people.flaws)
    picture_fitted = held_out_scores(fitted.networks, people, fold_of)
    geometry_fitted = _geometry_fitted(people, fold_of)
    return {
        "picture": picture,
        "geometry": geometry,
        "both": _mean(picture, geometry),
        "picture_fitted": picture_fitted,
        "geometry_fitted": geometry_fitted,
        "both_fitted": _mean(picture_fitted, geometry_fitted),
        "forest_fitted": _forest_scores(rated, people.ratings, fold_of),
    }


def _mean(first: Floats, second: Floats) -> Floats:
    return np.asarray((first + second) / 2, np.float32)


def _geometry_fitted(people: SurveyedImages, fold_of: NDArray[np.int64]) -> Floats:
    scores = np.zeros_like(people.ratings)
    for fold in range(FOLDS):
        own = fold_of == fold
        scores[own] = readability(people.flaws[own], fit_weights(people.flaws[~own], people.ratings[~own]))
    return scores


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
