"""A drawing as a few numbers: a convolutional auto-encoder whose latent space the k-NN rater works in."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.files import read_json, whole_file, write_json
from diagram_core.models.images import Image, prepare
from diagram_core.models.layers import Downsample, anywhere, channels_first, channels_last, ink_of, with_positions
from diagram_core.models.precision import mixed_precision
from diagram_core.models.training import Epoch, Settings, train

CONFIG_FILE = "autoencoder.json"
WEIGHTS_FILE = "autoencoder.safetensors"
MIN_DIMENSIONS = 1.5

_CHANNELS = (24, 32, 48, 64)
_GRID = (6, 10)  # what the encoder's features are pooled to, and the decoder starts from
_TARGET = (48, 80)  # what the decoder draws
_LINE_WEIGHT = 20.0  # how much more a pixel beside a border or on a line counts than one of an even area
_ATTRIBUTES_WEIGHT = 2.0  # of telling each attribute apart better than by guessing, beside rebuilding the ink
_BATCH = 64
_LEAK = 0.1  # of the decoder's units below zero: without it all may die at once, and it draws the mean image for good

Floats = NDArray[np.float32]


class Autoencoder(nn.Module):
    """Prepared images, uint8 [n, 3, h, w] -> latents [n, latent_size] -> the square root of the ink,
    [n, 3, 48, 80].

    Latents tell where the ink is, by the last features in their places, and of what look it is, by the features of all
    resolutions wherever they are. `center` and `scale` bring latents of training drawings to a mean of 0 and a total
    variance of 1.
    """

    center: Tensor
    scale: Tensor

    def __init__(self, latent_size: int, mean_ink: float = 0.05) -> None:
        super().__init__()
        cells = _CHANNELS[-1] * _GRID[0] * _GRID[1]
        self.latent_size = latent_size
        self.stem = nn.Conv2d(5, _CHANNELS[0], 5, stride=2, padding=2)
        self.down = nn.Sequential(*(Downsample(a, b) for a, b in pairwise(_CHANNELS)))
        self.to_latent = nn.Linear(cells, latent_size)
        pooled = 2 * sum(_CHANNELS)
        self.look = nn.Sequential(nn.BatchNorm1d(pooled), nn.Linear(pooled, latent_size))
        self.from_latent = nn.Linear(latent_size, cells)
        self.up = nn.Sequential(_Upsample(64, 32), _Upsample(32, 24), _Upsample(24, 16))
        self.draw = nn.Conv2d(16, 3, 3, padding=1)
        if self.draw.bias is not None:
            nn.init.constant_(self.draw.bias, mean_ink)
        self.register_buffer("center", torch.zeros(latent_size))
        self.register_buffer("scale", torch.ones(()))

    def encode(self, images: Tensor) -> Tensor:
        """Latents [n, latent_size] before centring and scaling."""
        stages = [self.stem(with_positions(ink_of(images).sqrt()))]
        for halve in self.down:
            stages.append(halve(stages[-1]))
        seen = [functional.relu(stage).float() for stage in stages]
        cells = functional.adaptive_avg_pool2d(seen[-1], _GRID).flatten(1)
        look = self.look(torch.cat([anywhere(stage) for stage in seen], dim=1))
        latents: Tensor = (self.to_latent(cells) + look).float()
        return latents

    def decode(self, latents: Tensor) -> Tensor:
        """The square root of the ink, [n, 3, 48, 80]: 0 is white, 1 is black."""
        cells = self.from_latent(latents).view(-1, _CHANNELS[-1], *_GRID)
        ink: Tensor = self.draw(functional.leaky_relu(self.up(cells), _LEAK))
        return ink

    def forward(self, images: Tensor) -> Tensor:
        return self.decode(self.encode(images))


class _Upsample(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(8, before)
        self.convolution = nn.Conv2d(before, after, 3, padding=1)

    def forward(self, features: Tensor) -> Tensor:
        larger = functional.interpolate(functional.leaky_relu(self.norm(features), _LEAK), scale_factor=2)
        wider: Tensor = self.convolution(larger)
        return wider


@dataclass(frozen=True)
class Encoder:
    """A trained auto-encoder and the height of the images that it was trained on."""

    model: Autoencoder
    image_height_px: int

    def latents(self, images: Sequence[Image]) -> Floats:
        """Latents [n, latent_size] of RGB images of any size."""
        if not images:
            return np.zeros((0, self.model.latent_size), np.float32)
        return encode(self.model, np.stack([prepare(image, self.image_height_px) for image in images]))


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """How well drawings come back. Errors are weighted as in training; ink is 0 to 1."""

    error: float
    error_of_mean_image: float

    @property
    def gain(self) -> float:
        """The share of the mean image's error that is gone: 0 for a collapsed model, 1 for a perfect one."""
        return 1 - self.error / self.error_of_mean_image if self.error_of_mean_image else 0.0


class _WithHeads(nn.Module):
    """The model while it is trained: from its latents, a linear layer each tells the classes of an attribute."""

    def __init__(self, model: Autoencoder, classes: Sequence[int]) -> None:
        super().__init__()
        self.model = model
        self.heads = nn.ModuleList(nn.Linear(model.latent_size, count) for count in classes)

    def forward(self, images: Tensor) -> tuple[Tensor, list[Tensor]]:
        latents = self.model.encode(images)
        return self.model.decode(latents), [head(latents) for head in self.heads]


def train_autoencoder(
    images: Image,
    attributes: NDArray[np.int64],
    validation: Image,
    latent_size: int,
    settings: Settings,
    device: torch.device,
    checkpoint: Path,
    on_epoch: Callable[[int, Epoch], None],
) -> tuple[Autoencoder, list[Epoch]]:
    """Train on prepared images [n, h, w, 3]; the curve has the validation's error.

    attributes [n, k]: the class of each image in k respects, -1 where it is not known. Ink alone teaches a latent space
    next to nothing of a palette or an outline, which cost it little; so the latents have to tell these classes, too.
    """
    pixels, classes = channels_first(images), torch.from_numpy(attributes)
    counts = np.maximum(attributes.max(axis=0) + 1, 2)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        model = Autoencoder(latent_size, float(1 - images.mean() / 255))
        whole = _WithHeads(model, counts.tolist())
    channels_last(whole.to(device))

    def loss_of(rows: Tensor, generator: torch.Generator) -> Tensor:
        batch, wanted = pixels[rows].to(device), classes[rows].to(device)
        with mixed_precision(device.type):
            ink, told = whole(batch)
        error = drawing_error(ink.float(), target(batch))
        for column, logits in enumerate(told):
            each = functional.cross_entropy(logits.float(), wanted[:, column], ignore_index=-1, reduction="sum")
            error = error + _ATTRIBUTES_WEIGHT * each / math.log(counts[column]) / len(rows)
        return error

    def validate() -> float:
        return reconstruction(model, validation).error

    curve = train(whole, loss_of, validate, len(images), settings, checkpoint, on_epoch)
    _standardize(model, images)
    return model, curve


def encode(model: Autoencoder, images: Image) -> Floats:
    """Latents [n, latent_size], centred and scaled, of prepared images [n, h, w, 3]."""
    device = next(model.parameters()).device
    with torch.inference_mode():
        batches = [model.encode(batch.to(device)) for batch in channels_first(images).split(_BATCH)]
        raw = torch.cat(batches) if batches else torch.zeros(0, model.latent_size, device=device)
        return ((raw - model.center) / model.scale).cpu().numpy().astype(np.float32)


def reconstruct(model: Autoencoder, images: Image) -> Image:
    """What is left of prepared images [n, h, w, 3] after the latent space: uint8 of the same shape."""
    device = next(model.parameters()).device
    with torch.inference_mode():
        batches = [model(batch.to(device)).cpu() for batch in channels_first(images).split(_BATCH)]
    ink = functional.interpolate(torch.cat(batches), images.shape[1:3], mode="bilinear")
    return np.asarray((255 * (1 - ink.clip(0, 1) ** 2)).round().permute(0, 2, 3, 1), np.uint8)


def reconstruction(model: Autoencoder, images: Image) -> Reconstruction:
    """The model's error on prepared images [n, h, w, 3], beside that of answering their mean image."""
    device = next(model.parameters()).device
    batches = channels_first(images).split(_BATCH)
    with torch.inference_mode():
        mean = torch.cat([target(batch) for batch in batches]).mean(dim=0).to(device)
        errors = torch.zeros(2)
        for batch in batches:
            wanted = target(batch.to(device))
            both = [drawing_error(model(batch.to(device)), wanted), drawing_error(mean.expand_as(wanted), wanted)]
            errors += torch.stack(both).cpu() * len(batch)
    return Reconstruction(*(errors / len(images)).tolist())


def effective_dimensions(latents: Floats) -> float:
    """How many directions the latents [n, d] really spread in: the participation ratio of their covariance;
    0 if they are all alike."""
    values = np.linalg.eigvalsh(np.cov(latents.astype(np.float64), rowvar=False).reshape(latents.shape[1], -1))
    squares = float((values**2).sum())
    return float(values.sum() ** 2 / squares) if squares > 1e-24 else 0.0


def target(images: Tensor) -> Tensor:
    """What to draw, [n, 3, 48, 80]: the square root of the ink, in which pale fills and thin lines are strong.

    Pooled by the root mean square, so that lines survive.
    """
    return functional.adaptive_avg_pool2d(ink_of(images) ** 2, _TARGET).sqrt().sqrt()


def save(encoder: Encoder, folder: Path) -> None:
    """Write a folder that `load` reads: weights as safetensors, the rest as JSON."""
    with whole_file(folder / WEIGHTS_FILE) as temporary:
        save_file({name: tensor.contiguous() for name, tensor in encoder.model.state_dict().items()}, temporary)
    config = {"latent_size": encoder.model.latent_size, "image_height_px": encoder.image_height_px}
    write_json(folder / CONFIG_FILE, config)


def load(folder: Path, device: torch.device | str = "cpu") -> Encoder:
    """Read an encoder back. Raises InputError where a file is missing or cannot be read."""
    config = read_json(folder / CONFIG_FILE)
    try:
        model = Autoencoder(config["latent_size"])
        model.load_state_dict(load_file(folder / WEIGHTS_FILE))
        return Encoder(model.to(device).eval(), config["image_height_px"])
    except (OSError, SafetensorError, RuntimeError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"the auto-encoder in {folder} cannot be read ({reason}): train it again") from None


def drawing_error(ink: Tensor, wanted: Tensor) -> Tensor:
    """The squared error, in which borders and lines count by their contrast rather than by their area."""
    around = functional.avg_pool2d(wanted, 5, stride=1, padding=2, count_include_pad=False)
    weights = 1 + _LINE_WEIGHT * (wanted - around).abs()
    return (weights * (ink - wanted) ** 2).mean()


def _standardize(model: Autoencoder, images: Image) -> None:
    latents = torch.from_numpy(encode(model, images))
    center = latents.mean(dim=0)
    model.center.copy_(center)
    model.scale.copy_((latents - center).square().sum(dim=1).mean().sqrt().clamp_min(1e-12))


def check_learned(measured: Reconstruction, dimensions: float, min_gain: float) -> None:
    """Raise DiagramforgeError, with what to try, if held-out drawings show that the latent space has collapsed.

    dimensions: by `effective_dimensions`.
    """
    if measured.gain < min_gain or dimensions < MIN_DIMENSIONS:
        raise DiagramforgeError(
            f"the auto-encoder learned nothing: {measured.gain:.0%} of the mean image's error is gone "
            f"({min_gain:.0%} are asked for) and its latents spread in {dimensions:.1f} directions; "
            "train on more drawings or epochs, or try another learning rate"
        )
