"""Stage: the readability ensemble, trained on drawings whose flaws are known, and on what people rated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagram_core.errors import InputError
from diagram_core.files import sha256
from diagram_core.flaws import WEIGHTS, fit_weights
from diagram_core.models.readability import (
    Agreement,
    Ensemble,
    ReadabilityNet,
    SurveyedImages,
    agreement,
    check_learned,
    held_out_scores,
    load,
    save,
    seen_scores,
    surveyed,
    train_fold,
)
from diagram_core.models.training import Epoch, Settings, pick_device
from diagram_core.people import Rated, read_rated
from tasks.config import STARTER_DIR, Profile, ReadabilityConfig
from tasks.figures import learning_curves, predicted_against_wanted
from tasks.log import StageLog
from tasks.render import Drawings, read_drawings

CURVES_FILE = "learning_curves.png"
SCATTER_FILE = "predicted_against_wanted.png"
PEOPLE_FILE = "predicted_against_people.png"
SHIPPED_DIR = STARTER_DIR / "readability"


def run(config: ReadabilityConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Train a network a fold and save them. Held-out groups choose nothing: they only measure.

    Raises DiagramforgeError when the ensemble learned nothing, and InputError where there are no scores in the file, or
    no shipped networks for images of this height.
    """
    rated = read_rated(config.scores) if config.scores is not None else []
    drawings = read_drawings(inputs["render"])
    training, held_out = drawings.select(~drawings.held_out), drawings.select(drawings.held_out)
    height_px = training.images.shape[1]
    people = surveyed(rated, height_px) if rated else None
    people_fold_of = people_folds(rated, config)
    networks, curves = _train_folds(config, training, people, people_fold_of, out_dir, log)
    learning_curves(out_dir / CURVES_FILE, curves, "squared error of the score")
    log.artifact(out_dir / CURVES_FILE, "figures")
    predicted = seen_scores(networks, held_out.images)
    measured = _compare(predicted, held_out.scores, "held-out drawings", out_dir / SCATTER_FILE, log)
    check_learned(measured, config.min_gain)
    metrics, weights = _metrics(measured), WEIGHTS
    if people:
        weights = fit_weights(people.flaws, people.ratings)
        predicted = held_out_scores(networks, people, people_fold_of)
        by_people = _compare(predicted, people.ratings, "held-out ratings by people", out_dir / PEOPLE_FILE, log)
        metrics |= {f"people_{name}": value for name, value in _metrics(by_people).items()}
    save(Ensemble(tuple(networks), height_px, weights), out_dir)
    return metrics


def outside_state(profile: Profile) -> str:
    """A hash of the scores that people gave, and of the shipped networks: with others, the stage is run again."""
    scores = profile.readability.scores
    if scores is not None and not scores.is_file():
        raise InputError(f"readability.scores: no file {scores}")
    read = [scores] if scores is not None else []
    if profile.readability.start:
        read += sorted(SHIPPED_DIR.glob("*.safetensors"))
    return " ".join(map(sha256, read))


def assign_folds(groups: NDArray[np.int32], folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each drawing [n]: that of its group, drawn at random, folds of even size."""
    names, places = np.unique(groups, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(names)) % folds
    return np.asarray(shuffled[places], np.int64)


def people_folds(rated: Sequence[Rated], config: ReadabilityConfig) -> NDArray[np.int64]:
    """The fold of each rated drawing [n], in which its network has not seen it: equal drawings share one."""
    groups = {diagram: number for number, diagram in enumerate({diagram: None for diagram, _ in rated})}
    return assign_folds(np.array([groups[diagram] for diagram, _ in rated], np.int32), config.folds, config.seed)


def _train_folds(
    config: ReadabilityConfig,
    training: Drawings,
    people: SurveyedImages | None,
    people_fold_of: NDArray[np.int64],
    out_dir: Path,
    log: StageLog,
) -> tuple[list[ReadabilityNet], dict[str, list[Epoch]]]:
    """A network and its learning curve for each fold, of whose drawings it has seen none, rated or not."""
    starts = _shipped_networks(training.images.shape[1]) if config.start else (None,)
    fold_of = assign_folds(training.groups, config.folds, config.seed)
    networks: list[ReadabilityNet] = []
    curves: dict[str, list[Epoch]] = {}
    for fold in range(config.folds):
        rest, own = _unrated(training.select(fold_of != fold)), _unrated(training.select(fold_of == fold))
        if people:
            rest = rest.and_rated(people.select(people_fold_of != fold))
        start = starts[fold % len(starts)]
        network, curves[f"fold {fold}"] = _train(config, rest, own, fold, start, out_dir, log)
        networks.append(network)
    return networks, curves


def _unrated(drawings: Drawings) -> SurveyedImages:
    nobody = np.full(len(drawings.images), np.nan, np.float32)
    return SurveyedImages(drawings.images, drawings.flaws, drawings.places, nobody)


def _train(
    config: ReadabilityConfig,
    rest: SurveyedImages,
    own: SurveyedImages,
    fold: int,
    start: ReadabilityNet | None,
    out_dir: Path,
    log: StageLog,
) -> tuple[ReadabilityNet, list[Epoch]]:
    def on_epoch(number: int, epoch: Epoch) -> None:
        log.metric(f"fold{fold}.loss", epoch.loss, number)
        log.metric(f"fold{fold}.validation_mse", epoch.validation, number)
        log.progress(fold * config.epochs + number + 1, config.folds * config.epochs, "epochs")

    return train_fold(
        rest,
        own,
        Settings(config.epochs, config.batch_size, config.learning_rate, config.seed * config.folds + fold),
        pick_device(config.device),
        out_dir / "checkpoints" / f"fold{fold}.safetensors",
        on_epoch,
        start,
    )


def _shipped_networks(image_height_px: int) -> tuple[ReadabilityNet, ...]:
    shipped = load(SHIPPED_DIR)
    if shipped.image_height_px != image_height_px:
        raise InputError(
            f"the shipped networks see images {shipped.image_height_px} px high, not {image_height_px}: "
            f"set render.image_height_px={shipped.image_height_px}, or readability.start=null to train from nothing"
        )
    return shipped.networks


def _metrics(measured: Agreement) -> dict[str, float]:
    return asdict(measured) | {"gain": measured.gain}


def _compare(
    predicted: NDArray[np.float32], wanted: NDArray[np.float32], what: str, path: Path, log: StageLog
) -> Agreement:
    """How well scores agree with those wanted, and a picture of it."""
    measured = agreement(predicted, wanted)
    title = f"{what}: Spearman {measured.spearman:.2f}, MSE {measured.mse:.2f}"
    predicted_against_wanted(path, predicted, wanted, title)
    log.artifact(path, "figures")
    return measured
