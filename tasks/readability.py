"""Stage: the readability ensemble, trained on drawings that the oracle scored and measured on held-out ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagram_core.models.readability import (
    Agreement,
    Ensemble,
    ReadabilityNet,
    ScoredImages,
    agreement,
    check_learned,
    predict,
    save,
    train_fold,
)
from diagram_core.models.training import Epoch, Settings, pick_device
from tasks.config import ReadabilityConfig
from tasks.figures import learning_curves, predicted_against_wanted
from tasks.log import StageLog
from tasks.render import Drawings, read_drawings

CURVES_FILE = "learning_curves.png"
SCATTER_FILE = "predicted_against_wanted.png"


def run(config: ReadabilityConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Train a network a fold and save them. Held-out groups choose nothing: they only measure.

    Raises DiagramforgeError when the ensemble learned nothing.
    """
    drawings = read_drawings(inputs["render"])
    training, held_out = drawings.select(~drawings.held_out), drawings.select(drawings.held_out)
    fold_of = assign_folds(training.groups, config.folds, config.seed)
    networks: list[ReadabilityNet] = []
    curves: dict[str, list[Epoch]] = {}
    for fold in range(config.folds):
        network, curves[f"fold {fold}"] = _train(config, training, fold_of, fold, out_dir, log)
        networks.append(network)
    ensemble = Ensemble(tuple(networks), training.images.shape[1])
    predicted = predict(ensemble, held_out.images)
    measured = agreement(predicted, held_out.scores)
    _show(out_dir, log, curves, predicted, held_out.scores, measured)
    check_learned(measured, config.min_gain)
    save(ensemble, out_dir)
    return {
        "mse": measured.mse,
        "mae": measured.mae,
        "spearman": measured.spearman,
        "mse_of_predicting_mean": measured.mse_of_predicting_mean,
        "spread": measured.spread,
        "gain": measured.gain,
    }


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
    out_dir: Path,
    log: StageLog,
) -> tuple[ReadabilityNet, list[Epoch]]:
    rest, own = drawings.select(fold_of != fold), drawings.select(fold_of == fold)

    def on_epoch(number: int, epoch: Epoch) -> None:
        log.metric(f"fold{fold}.loss", epoch.loss, number)
        log.metric(f"fold{fold}.validation_mse", epoch.validation, number)
        log.progress(fold * config.epochs + number + 1, config.folds * config.epochs, "epochs")

    return train_fold(
        ScoredImages(rest.images, rest.scores, rest.maps),
        ScoredImages(own.images, own.scores, own.maps),
        Settings(config.epochs, config.batch_size, config.learning_rate, config.seed * config.folds + fold),
        pick_device(config.device),
        out_dir / "checkpoints" / f"fold{fold}.safetensors",
        on_epoch,
    )


def _show(
    out_dir: Path,
    log: StageLog,
    curves: dict[str, list[Epoch]],
    predicted: NDArray[np.float32],
    wanted: NDArray[np.float32],
    measured: Agreement,
) -> None:
    learning_curves(out_dir / CURVES_FILE, curves, "squared error of the score")
    title = f"held-out drawings: Spearman {measured.spearman:.2f}, MSE {measured.mse:.2f}"
    predicted_against_wanted(out_dir / SCATTER_FILE, predicted, wanted, title)
    for name in (CURVES_FILE, SCATTER_FILE):
        log.artifact(out_dir / name, "figures")
