"""Stage: the auto-encoder, whose latent space the neighbours of a drawing are looked up in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diagram_core.files import write_bytes
from diagram_core.models.autoencoder import (
    Autoencoder,
    Encoder,
    check_learned,
    effective_dimensions,
    encode,
    reconstruct,
    reconstruction,
    save,
    train_autoencoder,
)
from diagram_core.models.images import Image
from diagram_core.models.training import Epoch, Settings, pick_device
from diagram_core.render import encode_png, sheet
from tasks.config import AutoencoderConfig
from tasks.figures import learning_curves, thumbnail_map
from tasks.log import StageLog
from tasks.render import Drawings, read_drawings

CURVES_FILE = "learning_curves.png"
MAP_FILE = "latent_map.png"
SAMPLES_FILE = "reconstructions.png"

_MAP_SIZE = 150  # thumbnails; more hide each other
_SAMPLES = 8


def run(config: AutoencoderConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Train the auto-encoder and save it; measured on held-out drawings.

    Raises DiagramforgeError when its latent space has collapsed.
    """
    drawings = read_drawings(inputs["render"])
    training, held_out = drawings.select(~drawings.held_out), drawings.images[drawings.held_out]

    def on_epoch(number: int, epoch: Epoch) -> None:
        log.metric("loss", epoch.loss, number)
        log.metric("validation_error", epoch.validation, number)
        log.progress(number + 1, config.epochs, "epochs")

    model, curve = train_autoencoder(
        training.images,
        _attributes(training),
        held_out,
        config.latent_size,
        Settings(config.epochs, config.batch_size, config.learning_rate, config.seed),
        pick_device(config.device),
        out_dir / "checkpoints" / "autoencoder.safetensors",
        on_epoch,
    )
    latents = encode(model, held_out)
    _show(out_dir, log, model, curve, held_out, latents)
    measured, dimensions = reconstruction(model, held_out), effective_dimensions(latents)
    check_learned(measured, dimensions, config.min_gain)
    save(Encoder(model, training.images.shape[1]), out_dir)
    return {
        "error": measured.error,
        "error_of_mean_image": measured.error_of_mean_image,
        "gain": measured.gain,
        "effective_dimensions": dimensions,
    }


def _attributes(drawings: Drawings) -> NDArray[np.int64]:
    """What the latents have to tell apart [n, 4]: -1 where it is not known."""
    columns = (drawings.kinds, drawings.directions, drawings.palettes, drawings.shapes)
    return np.stack([_classes(names) for names in columns], axis=1)


def _classes(names: NDArray[np.str_]) -> NDArray[np.int64]:
    """The place of each name among all of them in order, -1 for an empty one."""
    known = np.unique(names[names != ""])
    return np.where(names == "", -1, np.searchsorted(known, names))


def _show(
    out_dir: Path,
    log: StageLog,
    model: Autoencoder,
    curve: list[Epoch],
    images: Image,
    latents: NDArray[np.float32],
) -> None:
    learning_curves(out_dir / CURVES_FILE, {"auto-encoder": curve}, "weighted squared error of the ink")
    axes, share = principal_plane(latents)
    title = f"held-out drawings by the first two principal components of the latent space ({share:.0%} of its variance)"
    thumbnail_map(out_dir / MAP_FILE, images[:_MAP_SIZE], axes[:_MAP_SIZE], title)
    pairs = [
        image for both in zip(images[:_SAMPLES], reconstruct(model, images[:_SAMPLES]), strict=True) for image in both
    ]
    captions = ["drawn", "from its latent"] * (len(pairs) // 2)
    write_bytes(out_dir / SAMPLES_FILE, encode_png(sheet(pairs, captions, 4)))
    for name in (CURVES_FILE, MAP_FILE, SAMPLES_FILE):
        log.artifact(out_dir / name, "figures")


def principal_plane(latents: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """Latents [n, d] on their first two principal components [n, 2], and the share of the variance that shows."""
    left, values, _ = np.linalg.svd(latents - latents.mean(axis=0), full_matrices=False)
    total = float((values**2).sum())
    share = float((values[:2] ** 2).sum()) / total if total else 0.0
    return np.asarray(left[:, :2] * values[:2], np.float32), share
