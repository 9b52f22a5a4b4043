"""Readability from geometry where it is known, else from pixels: a small ensemble of networks that see flaws."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from diagram_core.diagram import Diagram
from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.files import read_json, whole_file, write_json
from diagram_core.flaws import FLAWS, MAX_READABILITY, PLACES, WEIGHTS, readability, survey
from diagram_core.models.images import Image, prepare
from diagram_core.models.layers import (
    Downsample,
    Residual,
    anywhere,
    channels_first,
    channels_last,
    ink_of,
    with_positions,
)
from diagram_core.models.precision import mixed_precision
from diagram_core.models.training import Epoch, Settings, train
from diagram_core.people import Rated
from diagram_core.render import draw

CONFIG_FILE = "readability.json"
MIN_SPREAD = 0.05
MAX_CHANCE = 0.001  # few held-out drawings can agree with any score by luck

_CHANNELS = (16, 32, 48, 64)
_MAX_FLAW = 2.5  # no drawing gets any worse for readers, and rare giants would rule the loss
_PLACES_WEIGHT = 20.0  # of the maps' loss, beside 1 for the flaws' and 1 for the score's
_RAREST = 1e-4  # the least share of cells that a place is taken to have
_PALEST = 8.0  # over the ink of the palest fill
_ROOT_FLOOR = 1e-4  # keeps the slope of a square root finite
_PREDICT_BATCH = 64
_SEEN_STEP = 0.25  # of a score by the picture alone: networks see no finer, and people rate in whole points
_RATED_SHARE = 0.25  # of what is trained on, at least: people rate few drawings, so each of these comes several times
_RATINGS_WEIGHT = 3.0  # of people's scores in the loss

Floats = NDArray[np.float32]


class ReadabilityNet(nn.Module):
    """Prepared images, uint8 [n, 3, h, w] -> flaws [n, len(FLAWS)] and place logits [n, len(PLACES), h/4, w/4].

    What it says below 0 counts as 0: there is nothing better than no flaw. The places are where `survey` sees shapes
    and flaws. A score alone is too weak a teacher: with it the network stays at the mean for hundreds of steps; a map
    tells it at once what to look for, and where. Two position channels tell the border of the canvas from its middle.
    Starts out as the constant `mean` of the flaws.
    """

    def __init__(self, mean: float | Floats) -> None:
        super().__init__()
        stem, quarter, eighth, sixteenth = _CHANNELS  # of the resolution: the stem's is half
        self.stem = nn.Conv2d(7, stem, 5, stride=2, padding=2)
        self.near = nn.Sequential(Downsample(stem, quarter), Residual(quarter), Residual(quarter))
        self.far = nn.Sequential(Downsample(quarter, eighth), Downsample(eighth, sixteenth))
        self.norms = nn.ModuleList([nn.BatchNorm2d(quarter), nn.BatchNorm2d(sixteenth)])
        self.places = nn.Conv2d(quarter, len(PLACES), 1)
        pooled = 3 * len(PLACES) + 2 * (quarter + sixteenth)
        # pooled shares are tiny and of very different size: without the norm flaws are learned long after the places
        self.head = nn.Sequential(nn.BatchNorm1d(pooled), nn.Linear(pooled, 64), nn.ReLU())
        self.flaws = nn.Linear(64, len(FLAWS))
        nn.init.zeros_(self.flaws.weight)
        with torch.no_grad():
            self.flaws.bias.copy_(torch.as_tensor(mean))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        near = self.near(self.stem(with_positions(_contrasts(ink_of(images)))))
        far = functional.relu(self.norms[1](self.far(near)))
        near = functional.relu(self.norms[0](near))
        logits: Tensor = self.places(near).float()
        pooled = [anywhere(part.float()) for part in (logits.sigmoid(), near, far)]
        shares = pooled[0][:, : len(PLACES)]
        pooled.append((shares + _ROOT_FLOOR).sqrt())  # as flaws are roots of shares
        return self.flaws(self.head(torch.cat(pooled, dim=1))).float(), logits


@dataclass(frozen=True)
class Ensemble:
    """Networks whose mean is what the picture shows, and how much each flaw costs that is measured.

    image_height_px: of the images that they were trained on. The weights [len(FLAWS)] are those of `readability`.
    """

    networks: tuple[ReadabilityNet, ...]
    image_height_px: int
    measured_weights: Floats = field(default_factory=lambda: WEIGHTS)

    def score(self, images: Sequence[Image], diagrams: Sequence[Diagram | None] = ()) -> Floats:
        """Scores [n], 0..5, of RGB images of any size.

        Those whose diagram is given, too, are scored by their geometry alone: what the networks see adds nothing to it
        (docs/readability.md). diagrams: () or one for each image.
        """
        known = list(diagrams) or [None] * len(images)
        scores = np.zeros(len(images), np.float32)
        unknown = [i for i, diagram in enumerate(known) if diagram is None]
        if unknown:
            prepared = [prepare(images[i], self.image_height_px) for i in unknown]
            scores[unknown] = seen_scores(self.networks, np.stack(prepared))
        for i, diagram in enumerate(known):
            if diagram is not None:
                scores[i] = readability(survey(diagram).flaws, self.measured_weights)
        return scores


class SurveyedImages(NamedTuple):
    """What to learn from: prepared images [n, h, w, 3], and their `survey`: flaws [n, ...] and places [n, ...].

    ratings: people's scores [n], NaN for what nobody has rated.
    """

    images: Image
    flaws: Floats
    places: NDArray[np.uint8]
    ratings: Floats

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> SurveyedImages:
        """Those of the rows, which may be named more than once."""
        return SurveyedImages(self.images[rows], self.flaws[rows], self.places[rows], self.ratings[rows])

    def and_rated(self, rated: SurveyedImages) -> SurveyedImages:
        """All of these, with rated ones as often as it takes to make up a share that counts."""
        if not len(rated.images):
            return self
        wanted = math.ceil(len(self.images) * _RATED_SHARE / (1 - _RATED_SHARE))
        more = rated.select(np.arange(max(wanted, len(rated.images))) % len(rated.images))
        return SurveyedImages(
            np.concatenate([self.images, more.images]),
            np.concatenate([self.flaws, more.flaws]),
            np.concatenate([self.places, more.places]),
            np.concatenate([self.ratings, more.ratings]),
        )


def surveyed(rated: Sequence[Rated], height_px: int) -> SurveyedImages:
    """Drawings that people rated, in the look in which they saw them."""
    images = [prepare(draw(diagram, classic=True), height_px) for diagram, _ in rated]
    flaws, places = zip(*(survey(diagram) for diagram, _ in rated), strict=True)
    ratings = np.array([score for _, score in rated], np.float32)
    return SurveyedImages(np.stack(images), np.stack(flaws), np.stack(places), ratings)


def train_fold(
    training: SurveyedImages,
    validation: SurveyedImages,
    settings: Settings,
    device: torch.device,
    checkpoint: Path,
    on_epoch: Callable[[int, Epoch], None],
    start: ReadabilityNet | None = None,
) -> tuple[ReadabilityNet, list[Epoch]]:
    """Train one network, on from `start` if there is one; the curve has the squared error of the validation scores.

    Mirrored and recoloured copies have the same flaws as the original, so each epoch sees others.
    """
    pixels, places = channels_first(training.images), torch.from_numpy(training.places)
    flaws, ratings = torch.from_numpy(training.flaws).clamp_max(_MAX_FLAW), torch.from_numpy(training.ratings)
    shares = (training.places / np.float32(255)).mean((0, 2, 3)).clip(_RAREST, 1 - _RAREST)
    network = deepcopy(start) if start else _untrained(flaws.mean(dim=0).numpy(), shares, settings.seed)
    channels_last(network.to(device))
    wanted_scores = readability(validation.flaws)

    def loss_of(rows: Tensor, generator: torch.Generator) -> Tensor:
        images, wanted_places = _mirror(pixels[rows], places[rows], generator)
        images = images[:, torch.randperm(3, generator=generator)]
        with mixed_precision(device.type):
            seen, logits = network(images.to(device))
        places_loss = _places_loss(logits, wanted_places.to(device), shares)
        flaws_loss = _flaws_loss(seen, flaws[rows].to(device))
        return flaws_loss + _PLACES_WEIGHT * places_loss + _RATINGS_WEIGHT * _ratings_loss(seen, ratings[rows])

    def validate() -> float:
        return float(((readability(seen_flaws((network,), validation.images)) - wanted_scores) ** 2).mean())

    curve = train(network, loss_of, validate, len(flaws), settings, checkpoint, on_epoch)
    return network, curve


def _untrained(mean_flaws: Floats, shares: Floats, seed: int) -> ReadabilityNet:
    """A random network that says the mean of the flaws, and of each place its share of cells."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = ReadabilityNet(mean_flaws)
    with torch.no_grad():
        network.get_parameter("places.bias").copy_(torch.logit(torch.from_numpy(shares)))
    return network


def held_out_scores(networks: Sequence[ReadabilityNet], rated: SurveyedImages, fold_of: NDArray[np.int64]) -> Floats:
    """What each fold's network says of the rated drawings that it was not trained on. [n]"""
    scores = np.zeros_like(rated.ratings)
    for fold, network in enumerate(networks):
        scores[fold_of == fold] = seen_scores((network,), rated.images[fold_of == fold])
    return scores


def seen_scores(networks: Sequence[ReadabilityNet], images: Image) -> Floats:
    """Readability [n] by what the networks see in prepared images [n, h, w, 3]."""
    scores = readability(seen_flaws(networks, images)) / _SEEN_STEP
    return np.asarray(scores.round() * _SEEN_STEP, np.float32)


def seen_flaws(networks: Sequence[ReadabilityNet], images: Image) -> Floats:
    """The flaws [n, len(FLAWS)], 0 or more, that the networks see on average in prepared images [n, h, w, 3]."""
    outputs = np.mean([_outputs(network, images) for network in networks], axis=0, dtype=np.float32)
    return np.maximum(outputs, 0)


def save(ensemble: Ensemble, folder: Path) -> None:
    """Write a folder that `load` reads: weights as safetensors, the rest as JSON."""
    for number, network in enumerate(ensemble.networks):
        with whole_file(folder / f"fold{number}.safetensors") as temporary:
            save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, temporary)
    config = {
        "folds": len(ensemble.networks),
        "image_height_px": ensemble.image_height_px,
        "flaws": FLAWS,
        "measured_weights": ensemble.measured_weights.tolist(),
    }
    write_json(folder / CONFIG_FILE, config)


def load(folder: Path, device: torch.device | str = "cpu") -> Ensemble:
    """Read an ensemble back. Raises InputError where a file is missing or cannot be read."""
    config = read_json(folder / CONFIG_FILE)
    networks = []
    try:
        for number in range(config["folds"]):
            network = ReadabilityNet(mean=0)
            network.load_state_dict(load_file(folder / f"fold{number}.safetensors"))
            networks.append(network.to(device).eval())
        weights = np.array(config["measured_weights"], np.float32)
        if config["flaws"] != list(FLAWS) or weights.shape != (len(FLAWS),):
            raise ValueError("it sees other flaws than are known")
        return Ensemble(tuple(networks), config["image_height_px"], weights)
    except (OSError, SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"the readability model in {folder} cannot be read ({reason}): train it again") from None


def _outputs(network: ReadabilityNet, images: Image) -> Floats:
    device = next(network.parameters()).device
    with torch.inference_mode():
        batches = [network(batch.to(device))[0].cpu() for batch in channels_first(images).split(_PREDICT_BATCH)]
    return np.concatenate([batch.numpy() for batch in batches]) if batches else np.zeros((0, len(FLAWS)), np.float32)


def _contrasts(ink: Tensor) -> Tensor:
    """Ink [n, 3, h, w] as what tells the parts of a drawing apart [n, 5, h, w].

    The square root of the ink, in which pale fills are as visible as borders; whether there is any, as on no paper; and
    how much there is of all colours together, as in borders and letters alone.
    """
    is_inked = (_PALEST * ink.amax(dim=1, keepdim=True)).clamp_max(1)
    return torch.cat([ink.sqrt(), is_inked, ink.amin(dim=1, keepdim=True)], dim=1)


def _flaws_loss(seen: Tensor, wanted: Tensor) -> Tensor:
    """Each flaw by what it costs, and the score. Less than none is no miss where there is none (a Tobit model)."""
    costs = torch.from_numpy(WEIGHTS).to(seen.device)
    misses = torch.where(wanted > 0, seen - wanted, seen.clamp_min(0)) * costs
    scores, wanted_scores = (MAX_READABILITY * torch.exp(-(flaws.clamp_min(0) @ costs)) for flaws in (seen, wanted))
    each = functional.huber_loss(misses, torch.zeros_like(misses), reduction="none", delta=0.5).sum(dim=1).mean()
    return 2 * each + functional.huber_loss(scores, wanted_scores)


def _ratings_loss(seen: Tensor, ratings: Tensor) -> Tensor:
    """People's scores against those of the flaws that are seen; unrated drawings have none to miss."""
    is_rated = ~ratings.isnan()
    costs, wanted = torch.from_numpy(WEIGHTS).to(seen.device), ratings[is_rated].to(seen.device)
    scores = MAX_READABILITY * torch.exp(-(seen[is_rated].clamp_min(0) @ costs))
    return functional.huber_loss(scores, wanted, reduction="sum") / len(ratings)


def _places_loss(logits: Tensor, wanted: Tensor, shares: Floats) -> Tensor:
    """Cross-entropy of each map over that of always answering its share of cells, so that rare places count as much."""
    wanted = functional.interpolate(wanted / 255, logits.shape[2:], mode="area")
    losses = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none").mean(dim=(0, 2, 3))
    constant = -(shares * np.log(shares) + (1 - shares) * np.log(1 - shares))
    return (losses / torch.from_numpy(constant).to(logits.device)).mean()


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
    chance: float  # the probability of such a Spearman correlation, or a higher one, between unrelated scores
    mse_of_predicting_mean: float
    spread: float  # standard deviation of the predictions

    @property
    def gain(self) -> float:
        """The share of the wanted scores' variance that is explained; 0 or less for a model that learned nothing."""
        return 1 - self.mse / self.mse_of_predicting_mean if self.mse_of_predicting_mean else 0.0


def agreement(predicted: Floats, wanted: Floats) -> Agreement:
    """Compare scores [n] with those wanted [n]; n is at least 1."""
    from scipy.stats import spearmanr  # a second, for nothing where only images are scored

    errors = predicted.astype(np.float64) - wanted
    constant = len(set(predicted.tolist())) < 2 or len(set(wanted.tolist())) < 2
    ranks = None if constant else spearmanr(predicted, wanted, alternative="greater")
    return Agreement(
        mse=float((errors**2).mean()),
        mae=float(np.abs(errors).mean()),
        spearman=float(ranks.statistic) if ranks else 0.0,
        chance=float(ranks.pvalue) if ranks else 1.0,
        mse_of_predicting_mean=float(wanted.astype(np.float64).var()),
        spread=float(predicted.std()),
    )


def check_learned(measured: Agreement, min_gain: float) -> None:
    """Raise DiagramforgeError, with what to try, if held-out predictions show that nothing was learned."""
    if measured.spread < MIN_SPREAD or measured.gain < min_gain or measured.chance > MAX_CHANCE:
        raise DiagramforgeError(
            f"the readability model learned nothing: it explains {measured.gain:.0%} of the variance of held-out "
            f"scores ({min_gain:.0%} are asked for), its answers spread by {measured.spread:.2f} and would rank "
            f"as well by chance with a probability of {measured.chance:.2g}; "
            "train on more drawings or epochs, or try another learning rate"
        )
