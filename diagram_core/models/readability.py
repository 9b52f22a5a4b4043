"""Readability from pixels: a small ensemble of convolutional networks, image -> 0..5."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from scipy.stats import spearmanr
from torch import Tensor, nn
from torch.nn import functional

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.files import read_json, whole_file, write_json
from diagram_core.models.images import Image, prepare
from diagram_core.models.layers import Downsample, Residual, channels_first, channels_last, ink_of, with_positions
from diagram_core.models.training import Epoch, Settings, train

CONFIG_FILE = "readability.json"
MAX_SCORE = 5.0
MIN_SPREAD = 0.05

_CHANNELS = (16, 32, 48, 64)
_COVER_WEIGHT, _FAULT_WEIGHT = 0.5, 2.0  # of the two maps' losses, beside 1 for the score's
_RARE_LOGIT = -2.0  # most cells are empty
_FAULT_ODDS = 3.0  # cells with faults are few
_PREDICT_BATCH = 64

Floats = NDArray[np.float32]


class ReadabilityNet(nn.Module):
    """Prepared images, uint8 [n, 3, h, w] -> scores [n] and map logits [n, 2, h/4, w/4].

    The map says where shapes are and where they are in each other's way. A score alone is too weak a teacher: with it
    the network stays at the mean for hundreds of steps; a map tells it at once what to look for, and where. Two
    position channels tell the border of the canvas from its middle, and the square root of the ink makes pale fills
    as visible as borders. The mean and the maximum over the canvas tell many small faults and a single bad one.
    Starts out as the constant `mean`.
    """

    def __init__(self, mean: float) -> None:
        super().__init__()
        stem, quarter, eighth, sixteenth = _CHANNELS  # of the resolution: the stem's is half
        self.stem = nn.Conv2d(5, stem, 5, stride=2, padding=2)
        self.near = nn.Sequential(Downsample(stem, quarter), Residual(quarter), Residual(quarter))
        self.far = nn.Sequential(Downsample(quarter, eighth), Downsample(eighth, sixteenth))
        self.norms = nn.ModuleList([nn.BatchNorm2d(quarter), nn.BatchNorm2d(sixteenth)])
        self.map = nn.Conv2d(quarter, 2, 1)
        pooled = 2 * (2 + quarter + sixteenth)
        # pooled shares are tiny and of very different size: without the norm the score learns long after the map
        self.head = nn.Sequential(nn.BatchNorm1d(pooled), nn.Linear(pooled, 64), nn.ReLU())
        self.score = nn.Linear(64, 1)
        if self.map.bias is not None:
            nn.init.constant_(self.map.bias, _RARE_LOGIT)
        nn.init.zeros_(self.score.weight)
        nn.init.constant_(self.score.bias, mean)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        near = self.near(self.stem(with_positions(ink_of(images).sqrt())))
        far = functional.relu(self.norms[1](self.far(near)))
        near = functional.relu(self.norms[0](near))
        map_logits: Tensor = self.map(near)
        pooled = [pool(part) for part in (map_logits.sigmoid(), near, far) for pool in (_mean, _maximum)]
        return self.score(self.head(torch.cat(pooled, dim=1))).squeeze(1), map_logits


@dataclass(frozen=True)
class Ensemble:
    """Networks whose mean is the score, and the height of the images that they were trained on."""

    networks: tuple[ReadabilityNet, ...]
    image_height_px: int

    def score(self, images: Sequence[Image]) -> Floats:
        """Scores [n], 0..5, of RGB images of any size."""
        if not images:
            return np.zeros(0, np.float32)
        return predict(self, np.stack([prepare(image, self.image_height_px) for image in images]))


class ScoredImages(NamedTuple):
    """What to learn from: prepared images [n, h, w, 3], their scores [n], and maps [n, 2, rows, columns], 0 to 255."""

    images: Image
    scores: Floats
    maps: NDArray[np.uint8]


def train_fold(
    training: ScoredImages,
    validation: ScoredImages,
    settings: Settings,
    device: torch.device,
    checkpoint: Path,
    on_epoch: Callable[[int, Epoch], None],
) -> tuple[ReadabilityNet, list[Epoch]]:
    """Train one network; the curve has the squared error of the validation scores.

    Mirrored and recoloured copies are as readable as the original, so each epoch sees others.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        network = channels_last(ReadabilityNet(float(training.scores.mean())).to(device))
    pixels, scores = channels_first(training.images), torch.from_numpy(training.scores)
    maps = torch.from_numpy(training.maps)

    def loss_of(rows: Tensor, generator: torch.Generator) -> Tensor:
        images, wanted_maps = _mirror(pixels[rows], maps[rows], generator)
        images = images[:, torch.randperm(3, generator=generator)]
        guesses, map_logits = network(images.to(device))
        wanted_maps = functional.interpolate(wanted_maps.to(device) / 255, map_logits.shape[2:], mode="area")
        cover_loss, fault_loss = _map_losses(map_logits, wanted_maps)
        score_loss = functional.huber_loss(guesses, scores[rows].to(device))
        return score_loss + _COVER_WEIGHT * cover_loss + _FAULT_WEIGHT * fault_loss

    def validate() -> float:
        return float(((_outputs(network, validation.images) - validation.scores) ** 2).mean())

    curve = train(network, loss_of, validate, len(scores), settings, checkpoint, on_epoch)
    return network, curve


def predict(ensemble: Ensemble, images: Image) -> Floats:
    """The ensemble's mean scores [n], clipped to 0..5, of prepared images [n, h, w, 3]."""
    outputs = np.mean([_outputs(network, images) for network in ensemble.networks], axis=0)
    return np.clip(outputs, 0, MAX_SCORE).astype(np.float32)


def save(ensemble: Ensemble, folder: Path) -> None:
    """Write a folder that `load` reads: weights as safetensors, the rest as JSON."""
    for number, network in enumerate(ensemble.networks):
        with whole_file(folder / f"fold{number}.safetensors") as temporary:
            save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, temporary)
    write_json(folder / CONFIG_FILE, {"folds": len(ensemble.networks), "image_height_px": ensemble.image_height_px})


def load(folder: Path, device: torch.device | str = "cpu") -> Ensemble:
    """Read an ensemble back. Raises InputError where a file is missing or cannot be read."""
    config = read_json(folder / CONFIG_FILE)
    networks = []
    try:
        for number in range(config["folds"]):
            network = ReadabilityNet(mean=0)
            network.load_state_dict(load_file(folder / f"fold{number}.safetensors"))
            networks.append(network.to(device).eval())
        return Ensemble(tuple(networks), config["image_height_px"])
    except (OSError, SafetensorError, RuntimeError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"the readability model in {folder} cannot be read ({reason}): train it again") from None


def _outputs(network: ReadabilityNet, images: Image) -> Floats:
    device = next(network.parameters()).device
    with torch.inference_mode():
        batches = [network(batch.to(device))[0].cpu() for batch in channels_first(images).split(_PREDICT_BATCH)]
    return np.concatenate([batch.numpy() for batch in batches]) if batches else np.zeros(0, np.float32)


def _mean(features: Tensor) -> Tensor:
    return features.mean(dim=(2, 3))


def _maximum(features: Tensor) -> Tensor:
    return features.amax(dim=(2, 3))


def _map_losses(logits: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    odds = torch.tensor([1.0, _FAULT_ODDS], device=logits.device).view(2, 1, 1)
    losses = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none", pos_weight=odds)
    cover, fault = losses.mean(dim=(0, 2, 3))
    return cover, fault


def _mirror(images: Tensor, maps: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Half of the images with their maps upside down, and half left to right."""
    for axis in (2, 3):
        mirrored = (torch.rand(len(images), generator=generator) < 0.5)[:, None, None, None]
        images = torch.where(mirrored, images.flip(axis), images)
        maps = torch.where(mirrored, maps.flip(axis), maps)
    return images, maps


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well predicted scores agree with wanted ones."""

    mse: float
    mae: float
    spearman: float  # 0 where either side is constant
    mse_of_predicting_mean: float
    spread: float  # standard deviation of the predictions

    @property
    def gain(self) -> float:
        """The share of the wanted scores' variance that is explained; 0 or less for a model that learned nothing."""
        return 1 - self.mse / self.mse_of_predicting_mean if self.mse_of_predicting_mean else 0.0


def agreement(predicted: Floats, wanted: Floats) -> Agreement:
    """Compare scores [n] with those wanted [n]; n is at least 1."""
    errors = predicted.astype(np.float64) - wanted
    constant = len(set(predicted.tolist())) < 2 or len(set(wanted.tolist())) < 2
    return Agreement(
        mse=float((errors**2).mean()),
        mae=float(np.abs(errors).mean()),
        spearman=0.0 if constant else float(spearmanr(predicted, wanted).statistic),
        mse_of_predicting_mean=float(wanted.astype(np.float64).var()),
        spread=float(predicted.std()),
    )


def check_learned(measured: Agreement, min_gain: float) -> None:
    """Raise DiagramforgeError, with what to try, if held-out predictions show that nothing was learned."""
    if measured.spread < MIN_SPREAD or measured.gain < min_gain:
        raise DiagramforgeError(
            f"the readability model learned nothing: it explains {measured.gain:.0%} of the variance of held-out "
            f"scores ({min_gain:.0%} are asked for) and its answers spread by {measured.spread:.2f}; "
            "train on more drawings or epochs, or try another learning rate"
        )
