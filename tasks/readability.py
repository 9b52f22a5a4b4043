"""Stage: the readability ensemble, trained on drawings whose flaws are known, and weighed by what people rated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagram_core.errors import InputError
from diagram_core.files import sha256
from diagram_core.flaws import readability
from diagram_core.models.readability import (
    Agreement,
    Ensemble,
    ReadabilityNet,
    SurveyedImages,
    agreement,
    check_learned,
    fit_to_people,
    held_out_scores,
    load,
    look_at,
    save,
    seen_flaws,
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
PEOPLE_FOLDS = 5
SHIPPED_DIR = STARTER_DIR / "readability"


def run(config: ReadabilityConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Train a network a fold and save them. Held-out groups choose nothing: they only measure.

    Raises DiagramforgeError when the ensemble learned nothing, and InputError where there are no scores in the file, or
    no shipped networks for images of this height.
    """
    rated = read_rated(config.scores) if config.scores is not None else []
    drawings = read_drawings(inputs["render"])
    starts = _shipped_networks(drawings.images.shape[1]) if config.start else (None,)
    training, held_out = drawings.select(~drawings.held_out), drawings.select(drawings.held_out)
    fold_of = assign_folds(training.groups, config.folds, config.seed)
    networks: list[ReadabilityNet] = []
    curves: dict[str, list[Epoch]] = {}
    for fold in range(config.folds):
        start = starts[fold % len(starts)]
        network, curves[f"fold {fold}"] = _train(config, training, fold_of, fold, start, out_dir, log)
        networks.append(network)
    ensemble = Ensemble(tuple(networks), training.images.shape[1])
    predicted = readability(seen_flaws(ensemble.networks, held_out.images))
    measured = agreement(predicted, held_out.scores)
    learning_curves(out_dir / CURVES_FILE, curves, "squared error of the score")
    log.artifact(out_dir / CURVES_FILE, "figures")
    _show(out_dir / SCATTER_FILE, log, predicted, held_out.scores, "held-out drawings", measured)
    check_learned(measured, config.min_gain)
    metrics = _metrics(measured)
    if rated:
        ensemble, by_people = _weigh(ensemble, rated, config.seed, out_dir, log)
        metrics |= {f"people_{name}": value for name, value in by_people.items()}
    save(ensemble, out_dir)
    return metrics


def outside_state(profile: Profile) -> str:
    """A hash of the scores that people gave, and of the shipped networks: with others, the stage is run again."""
    read = [profile.readability.scores] if profile.readability.scores else []
    if profile.readability.start:
        read += sorted(SHIPPED_DIR.glob("*.safetensors"))
    return " ".join(sha256(path) for path in read if path.is_file())


def assign_folds(groups: NDArray[np.int32], folds: int, seed: int) -> NDArray[np.int64]:
    """The fold of each drawing [n]: that of its group, drawn at random, folds of even size."""
    names, places = np.unique(groups, return_inverse=True)
    shuffled = np.random.default_rng(seed).permutation(len(names)) % folds
    return np.asarray(shuffled[places], np.int64)


def _train(
    config: ReadabilityConfig,
    drawings: Drawings,
    fold_of: NDArray[np.int64],
    fold: int,
    start: ReadabilityNet | None,
    out_dir: Path,
    log: StageLog,
) -> tuple[ReadabilityNet, list[Epoch]]:
    rest, own = drawings.select(fold_of != fold), drawings.select(fold_of == fold)

    def on_epoch(number: int, epoch: Epoch) -> None:
        log.metric(f"fold{fold}.loss", epoch.loss, number)
        log.metric(f"fold{fold}.validation_mse", epoch.validation, number)
        log.progress(fold * config.epochs + number + 1, config.folds * config.epochs, "epochs")

    return train_fold(
        SurveyedImages(rest.images, rest.flaws, rest.places),
        SurveyedImages(own.images, own.flaws, own.places),
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


def _weigh(
    ensemble: Ensemble, rated: Sequence[Rated], seed: int, out_dir: Path, log: StageLog
) -> tuple[Ensemble, dict[str, float]]:
    """The ensemble with flaws weighed as people do, and how well that agrees with those it was not fitted to."""
    drawings = look_at(ensemble, rated)
    groups = {diagram: number for number, diagram in enumerate({diagram: None for diagram, _ in rated})}
    fold_of = assign_folds(np.array([groups[diagram] for diagram, _ in rated], np.int32), PEOPLE_FOLDS, seed)
    predicted = held_out_scores(ensemble, drawings, fold_of).picture
    measured = agreement(predicted, drawings.scores)
    _show(out_dir / PEOPLE_FILE, log, predicted, drawings.scores, "held-out ratings by people", measured)
    return fit_to_people(ensemble, drawings), _metrics(measured)


def _metrics(measured: Agreement) -> dict[str, float]:
    return asdict(measured) | {"gain": measured.gain}


def _show(
    path: Path,
    log: StageLog,
    predicted: NDArray[np.float32],
    wanted: NDArray[np.float32],
    what: str,
    measured: Agreement,
) -> None:
    title = f"{what}: Spearman {measured.spearman:.2f}, MSE {measured.mse:.2f}"
    predicted_against_wanted(path, predicted, wanted, title)
    log.artifact(path, "figures")
