"""How a user would rate a diagram: distance-weighted nearest neighbours among the ratings there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from sklearn.neighbors import NearestNeighbors

from diagram_core.errors import InputError
from diagram_core.files import read_json, whole_file, write_json

TENSORS_FILE = "neighbors.safetensors"
NAMES_FILE = "neighbors.json"

_PRIOR_VARIANCE = 25 / 12  # of a rating about which nothing is known: uniform on 0..5
_COUNTS = (1, 2, 3, 5, 8, 13, 21)
_REACHES = (0.1, 0.2, 0.4, 0.8)  # in units of the latent space, whose drawings have a total variance of 1
_DEFAULT_REACH = 0.4
_DISTANCE_FLOOR = 0.1  # the same drawing, rated before, counts as ten
_MEAN_WEIGHT = 4.0  # how many ratings of a user say as much of the unknown as all other users do
_MIN_CHOICE = 4  # ratings from which leaving one out can tell a good weighting from a bad one
_MAX_CHOICE = 2000  # the newest ones decide for a user with more

Floats = NDArray[np.float32]


class Expected(NamedTuple):
    """What to expect of n diagrams.

    ratings [n], 0..5; uncertainties [n], one standard deviation of them; neighbor_ids: for each, the rated
    diagrams that decided, the user's before the others', nearest first.
    """

    ratings: Floats
    uncertainties: Floats
    neighbor_ids: list[tuple[str, ...]]


class Weighting(NamedTuple):
    """How ratings count: the nearest `neighbors`, each by 1 / (0.1 + (distance / reach) ** 2)."""

    neighbors: int
    reach: float


@dataclass(frozen=True)
class NeighborRater:
    """All ratings in the latent space: latents [n, d], scores [n], whose they are and of what."""

    latents: Floats
    scores: Floats
    users: tuple[str, ...]
    diagram_ids: tuple[str, ...]
    max_neighbors: int

    def expected_rating(self, user: str, latents: Floats, fallback: Floats) -> Expected:
        """What the user would say of diagrams at latents [m, d]; a user nobody knows is welcome.

        Each level is the prior of the next and weighs as much as one near rating: `fallback` [m]
        (readability, or a neutral value), what the other users say, what this user says. The more ratings
        the user has, the more the prior of what lies far from all of them is the user's mean instead of the
        others' opinion. Raises InputError for latents of another space.
        """
        if self.scores.size and latents.shape[1] != self.latents.shape[1]:
            sizes = f"{latents.shape[1]} numbers, the rated ones {self.latents.shape[1]}"
            raise InputError(f"the diagrams are encoded in {sizes}: run the neighbors stage again")
        own: NDArray[np.bool_] = np.array([name == user for name in self.users], dtype=bool)
        variance: Floats = np.full(len(latents), _PRIOR_VARIANCE, np.float32)
        everybody = Weighting(self.max_neighbors, _DEFAULT_REACH)
        ratings, variance, others = self._blend(~own, latents, everybody, fallback, variance)
        prior = _towards_mean(ratings, self.scores[own])
        weighting = choose_weighting(self.latents[own], self.scores[own], self.max_neighbors)
        ratings, variance, mine = self._blend(own, latents, weighting, prior, variance)
        ids = [a + b for a, b in zip(mine, others, strict=True)]
        return Expected(np.clip(ratings, 0, 5), np.sqrt(variance), ids)

    def _blend(
        self,
        chosen: NDArray[np.bool_],
        queries: Floats,
        weighting: Weighting,
        prior: Floats,
        variance: Floats,
    ) -> tuple[Floats, Floats, list[tuple[str, ...]]]:
        """Ratings and variances [m] of the prior and the nearest chosen ratings together; their ids."""
        rows = np.flatnonzero(chosen)
        if not rows.size or not len(queries):
            return prior, variance, [()] * len(queries)
        index = NearestNeighbors(n_neighbors=min(weighting.neighbors, rows.size)).fit(self.latents[rows])
        distances, places = index.kneighbors(queries)
        weights = _weights(distances, weighting.reach)
        scores = self.scores[rows][places]
        ratings = _weighted(weights, scores, prior)
        spread = (weights * (scores - ratings[:, None]) ** 2).sum(axis=1) + (prior - ratings) ** 2 + variance
        ids = [tuple(self.diagram_ids[rows[place]] for place in row) for row in places]
        return ratings, (spread / (weights.sum(axis=1) + 1)).astype(np.float32), ids


def fit(
    latents: Floats,
    scores: Sequence[float] | Floats,
    users: Sequence[str],
    diagram_ids: Sequence[str],
    max_neighbors: int,
) -> NeighborRater:
    """A rater that knows these n ratings of diagrams at latents [n, d]; n may be 0."""
    values = np.asarray(scores, np.float32)
    if not len(latents) == len(values) == len(users) == len(diagram_ids):
        raise ValueError("one latent, score, user and diagram id for each rating")
    return NeighborRater(np.asarray(latents, np.float32), values, tuple(users), tuple(diagram_ids), max_neighbors)


def choose_weighting(latents: Floats, scores: Floats, max_neighbors: int) -> Weighting:
    """The weighting that predicts each of these ratings best from the others (leave-one-out)."""
    if len(scores) < _MIN_CHOICE:
        return Weighting(max_neighbors, _DEFAULT_REACH)
    latents, scores = latents[-_MAX_CHOICE:], scores[-_MAX_CHOICE:]
    largest = min(max_neighbors, len(scores) - 1)
    distances, places = NearestNeighbors(n_neighbors=largest).fit(latents).kneighbors()  # never a point itself
    prior = (scores.sum() - scores) / (len(scores) - 1)

    def error(weighting: Weighting) -> float:
        weights = _weights(distances[:, : weighting.neighbors], weighting.reach)
        guesses = _weighted(weights, scores[places[:, : weighting.neighbors]], prior)
        return float(((guesses - scores) ** 2).mean())

    counts = sorted({min(count, largest) for count in (*_COUNTS, max_neighbors)}, reverse=True)
    return min((Weighting(*choice) for choice in product(counts, sorted(_REACHES, reverse=True))), key=error)


def save(rater: NeighborRater, folder: Path) -> None:
    """Write the rater's two files into a folder, each whole or not at all."""
    with whole_file(folder / TENSORS_FILE) as temporary:
        save_file({"latents": rater.latents, "scores": rater.scores}, temporary)
    names = {"users": rater.users, "diagram_ids": rater.diagram_ids, "max_neighbors": rater.max_neighbors}
    write_json(folder / NAMES_FILE, names)


def load(folder: Path) -> NeighborRater:
    """Read a rater back. Raises InputError where its files are missing or cannot be read."""
    names = read_json(folder / NAMES_FILE)
    try:
        tensors = load_file(folder / TENSORS_FILE)
        return fit(
            tensors["latents"],
            tensors["scores"],
            names["users"],
            names["diagram_ids"],
            names["max_neighbors"],
        )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"the ratings' index in {folder} cannot be read ({error}): run the neighbors stage again"
        ) from None


def _weights(distances: NDArray[np.floating], reach: float) -> Floats:
    return (1 / (_DISTANCE_FLOOR + (distances / reach) ** 2)).astype(np.float32)


def _weighted(weights: Floats, scores: Floats, prior: Floats) -> Floats:
    """Means [m] of scores [m, k] under weights [m, k], and of a prior [m] of weight 1."""
    return np.asarray(((weights * scores).sum(axis=1) + prior) / (weights.sum(axis=1) + 1), np.float32)


def _towards_mean(prior: Floats, scores: Floats) -> Floats:
    return np.asarray((_MEAN_WEIGHT * prior + scores.sum()) / (_MEAN_WEIGHT + len(scores)), np.float32)
