"""How a user would rate a diagram: kriging from the nearest ratings, the user's own and everybody's.

Kriging (Matheron, Principles of Geostatistics, 1963) weighs neighbours by their distance and by what they repeat of one
another, and knows how sure it is; leaving one out costs it one solution (Rasmussen and Williams, Gaussian Processes for
Machine Learning, 2006, 2.2 and 5.4.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from diagram_core.errors import InputError
from diagram_core.files import read_json, whole_file, write_json
from diagram_core.models import nearest

TENSORS_FILE = "neighbors.safetensors"
NAMES_FILE = "neighbors.json"

_RATING_VARIANCE = 25 / 12  # of a rating about which nothing is known: uniform on 0..5
_OFFSET = 1.0  # variance of how generous a user is, in units of that of what is liked more or less
_LIKING_VARIANCE = _RATING_VARIANCE / (1 + _OFFSET)
_SHARED = 0.5  # of what one user likes, that all users do
_REACHES = (1.0, 0.7, 1.4)  # the default first; an aspect of the space has a variance of 1
_WHIMS = (0.15, 0.3, 0.6)
_COUNTS = (40, 20, 10, 5)
_MIN_CHOICE = 12  # ratings from which leaving one out can tell a good weighting from a lucky one
_MAX_CHOICE = 100  # the newest ones decide for a user with more
_MIN_IMPROVEMENT = 0.05  # of the error, for a weighting other than the default
_MAX_OWN = 2000  # the newest ones of a user count: tastes change
_MAX_OTHERS = 10  # a few say what most would, and more take time
_TRUST_IN_SPREAD = 4  # ratings that say as much of a user's spread as is known before

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Rows = NDArray[np.intp]


class RatedNeighbor(NamedTuple):
    """A rating that an expectation rests on, and by how much it moved that up or down from what was expected before."""

    diagram_id: str
    score: float
    is_own: bool  # the user's, not another one's
    moved: float


class Expected(NamedTuple):
    """What to expect of n diagrams.

    ratings [n], 0..5; uncertainties [n], one standard deviation of the rating that the user would give; neighbors: for
    each, the ratings that decided, those that moved it most first.
    """

    ratings: Floats
    uncertainties: Floats
    neighbors: list[tuple[RatedNeighbor, ...]]


class Weighting(NamedTuple):
    """How a user's ratings count.

    neighbors: the most alike of them. reach: the distance in an aspect over which likeness falls to 0.6. whim: the
    share of a rating that another day, or a look at what the space does not hold, would change.
    """

    neighbors: int
    reach: float
    whim: float


@dataclass(frozen=True)
class _Own:
    """A user's newest ratings: their rows, how they count, what was expected of them without them.

    others' opinion of drawing i is opinions[i] + (1 - trusts[i]) * readability, for which that of the drawing that is
    asked about stands, because it is like drawing i where i counts. spread: the mean squared error of
    leaving one out, in units of the variance that was expected.
    """

    rows: Rows
    weighting: Weighting
    opinions: Doubles
    trusts: Doubles
    spread: float


class NeighborRater:
    """All ratings in the taste space: where the rated diagrams lie, the scores, whose they are and of what."""

    def __init__(
        self,
        latents: Floats,
        scores: Floats,
        users: Sequence[str],
        diagram_ids: Sequence[str],
        max_neighbors: int,
        aspect_sizes: Sequence[int],
    ) -> None:
        self.users, self.diagram_ids = list(users), list(diagram_ids)
        self.max_neighbors = max_neighbors
        self.aspect_sizes = tuple(aspect_sizes) or latents.shape[1:]
        self._latents, self._scores = _with_room(latents), _with_room(scores)
        self._rows: dict[str, list[int]] = {}
        for row, user in enumerate(users):
            self._rows.setdefault(user, []).append(row)
        self._index: nearest.ExactIndex | nearest.InvertedFile | None = None
        self._own: dict[str, _Own] = {}

    @property
    def latents(self) -> Floats:
        """Points [n, d] of the rated diagrams, a row a rating."""
        return self._latents[: len(self.users)]

    @property
    def scores(self) -> Floats:
        """The ratings [n], 0..5."""
        return self._scores[: len(self.users)]

    def add(self, user: str, latent: Floats, score: float, diagram_id: str) -> None:
        """Take one more rating, of a diagram at latent [d]; in place of the user's earlier one of the same diagram."""
        rows = self._rows.setdefault(user, [])
        self._own.pop(user, None)
        for row in rows:
            if self.diagram_ids[row] == diagram_id:
                self._scores[row] = score
                return
        row = len(self.users)
        if row == len(self._latents):
            self._grow()
        self._latents[row], self._scores[row] = latent, score
        self.users.append(user)
        self.diagram_ids.append(diagram_id)
        rows.append(row)
        if self._index is not None and not self._index.add(self._latents[row]):
            self._index = None  # made anew by the next search

    def expected_rating(self, user: str, latents: Floats, fallback: Floats) -> Expected:
        """What the user would say of diagrams at latents [m, d]; a user nobody knows is welcome.

        Each level is what the next starts from: `fallback` [m] (readability, or a neutral value), what the other users
        say of diagrams alike, what this user says. Raises InputError for latents of another space.
        """
        if self.users and latents.shape[1] != self._latents.shape[1]:
            sizes = f"{latents.shape[1]} numbers, the rated ones {self._latents.shape[1]}"
            raise InputError(f"the diagrams are encoded in {sizes}: run the neighbors stage again")
        if not self.users or not len(latents):
            unknown = np.full(len(latents), np.sqrt(_RATING_VARIANCE), np.float32)
            return Expected(np.array(fallback, np.float32), unknown, [()] * len(latents))
        rows, weights = self._others(user, latents)
        others_moved = weights * (self._scores[rows] - fallback[:, None])
        trusts = weights.sum(axis=1)
        before = fallback + others_moved.sum(axis=1)
        own = self._own_ratings(user)
        near, own_weights, variances = _nearest_own(self._latents[own.rows], latents, own.weighting, self.aspect_sizes)
        expected_of_own = own.opinions[near] + (1 - own.trusts[near]) * fallback[:, None]
        own_moved = own_weights * (self._scores[own.rows][near] - expected_of_own)
        variances = _LIKING_VARIANCE * variances * own.spread * (1 - _SHARED * np.clip(trusts, 0, 1))
        return Expected(
            np.clip(before + own_moved.sum(axis=1), 0, 5).astype(np.float32),
            np.sqrt(variances).astype(np.float32),
            [
                self._named(own.rows[near[i]], own_weights[i], own_moved[i], is_own=True)
                + self._named(rows[i], weights[i], others_moved[i], is_own=False)
                for i in range(len(latents))
            ],
        )

    def _own_ratings(self, user: str) -> _Own:
        """Chosen anew after each rating of the user."""
        if user not in self._own:
            rows = np.array(self._rows.get(user, ())[-_MAX_OWN:], np.intp)
            latents, scores = self._latents[rows], self._scores[rows]
            others, weights = self._others(user, latents)
            opinions, trusts = (weights * self._scores[others]).sum(axis=1), weights.sum(axis=1)
            residuals = scores - opinions - (1 - trusts) * scores.sum() / max(len(scores), 1)
            weighting, spread = choose_weighting(latents, residuals, self.max_neighbors, self.aspect_sizes)
            self._own[user] = _Own(rows, weighting, opinions, trusts, spread)
        return self._own[user]

    def _others(self, user: str, queries: Floats) -> tuple[Rows, Doubles]:
        """Rows [m, k] of other users' ratings of diagrams near to queries [m, d], and their weights, 0 for no rating.

        A user's own ratings are passed over; where they are all that is near, the others' do not matter.
        """
        own = self._rows.get(user, [])
        if len(own) == len(self.users) or not len(queries):
            return np.zeros((len(queries), 1), np.intp), np.zeros((len(queries), 1))
        self._index = self._index or nearest.build(self.latents)
        count = min(self.max_neighbors, _MAX_OTHERS, len(self.users) - len(own))
        found = self._index.search(queries, count + min(count, len(own)))
        is_other = (found >= 0) & ~np.isin(found, own)
        others_first = np.argsort(~is_other, axis=1, kind="stable")[:, :count]
        found, is_other = np.take_along_axis(found, others_first, 1), np.take_along_axis(is_other, others_first, 1)
        weighting = Weighting(count, _REACHES[0], 1 - _SHARED)
        weights, _ = _krige(self._latents[found], queries, is_other, weighting, self.aspect_sizes)
        return np.where(is_other, found, 0), weights

    def _named(self, rows: Rows, weights: Doubles, moved: Doubles, is_own: bool) -> tuple[RatedNeighbor, ...]:
        strongest = sorted(np.flatnonzero(weights), key=lambda i: -abs(moved[i]))
        return tuple(
            RatedNeighbor(self.diagram_ids[rows[i]], float(self._scores[rows[i]]), is_own, float(moved[i]))
            for i in strongest
        )

    def _grow(self) -> None:
        self._latents, self._scores = _with_room(self._latents), _with_room(self._scores)
        self._index = self._index if isinstance(self._index, nearest.InvertedFile) else None


def fit(
    latents: Floats,
    scores: Sequence[float] | Floats,
    users: Sequence[str],
    diagram_ids: Sequence[str],
    max_neighbors: int,
    aspect_sizes: Sequence[int] = (),
) -> NeighborRater:
    """A rater that knows these n ratings of diagrams at latents [n, d]; n may be 0.

    aspect_sizes: how many of the d numbers belong to each aspect of the space; () for a space of one.
    """
    values = np.asarray(scores, np.float32)
    if not len(latents) == len(values) == len(users) == len(diagram_ids):
        raise ValueError("one latent, score, user and diagram id for each rating")
    if aspect_sizes and sum(aspect_sizes) != latents.shape[1]:
        raise ValueError("the aspects do not add up to the latents")
    return NeighborRater(np.asarray(latents, np.float32), values, users, diagram_ids, max_neighbors, aspect_sizes)


def choose_weighting(
    latents: Floats, residuals: Doubles, max_neighbors: int, aspect_sizes: Sequence[int]
) -> tuple[Weighting, float]:
    """The weighting that predicts each of these ratings best from the others (leave-one-out), and the spread of that.

    residuals [n]: the ratings, less what was expected without them. The spread is the mean squared error in units of
    the expected one, drawn to 1 where ratings are few.
    """
    counts = sorted({min(count, max_neighbors) for count in _COUNTS}, reverse=True)
    choices = [Weighting(*choice) for choice in product(counts, _REACHES, _WHIMS)]
    latents, residuals = latents[-_MAX_CHOICE:], residuals[-_MAX_CHOICE:]
    if len(residuals) < 2:
        return choices[0], 1.0
    best, errors, variances = choices[0], *_leave_one_out(latents, residuals, choices[0], aspect_sizes)
    least = (errors**2).mean() * (1 - _MIN_IMPROVEMENT)
    for choice in choices[1:] if len(residuals) >= _MIN_CHOICE else ():
        tried, expected = _leave_one_out(latents, residuals, choice, aspect_sizes)
        if (tried**2).mean() < least:
            best, errors, variances, least = choice, tried, expected, (tried**2).mean()
    squares = float((errors**2 / (_LIKING_VARIANCE * variances)).sum())
    return best, (_TRUST_IN_SPREAD + squares) / (_TRUST_IN_SPREAD + len(residuals))


def save(rater: NeighborRater, folder: Path) -> None:
    """Write the rater's two files into a folder, each whole or not at all."""
    with whole_file(folder / TENSORS_FILE) as temporary:
        save_file({"latents": rater.latents, "scores": rater.scores}, temporary)
    names = {
        "users": rater.users,
        "diagram_ids": rater.diagram_ids,
        "max_neighbors": rater.max_neighbors,
        "aspect_sizes": rater.aspect_sizes,
    }
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
            names["aspect_sizes"],
        )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"the ratings' index in {folder} cannot be read ({error}): run the neighbors stage again"
        ) from None


def _with_room(rows: Floats) -> Floats:
    """A copy with room for an eighth more rows: memory that is not written to costs nothing."""
    roomy = np.empty((len(rows) + max(64, len(rows) // 8), *rows.shape[1:]), np.float32)
    roomy[: len(rows)] = rows
    return roomy


def _nearest_own(
    rated: Floats, queries: Floats, weighting: Weighting, aspect_sizes: Sequence[int]
) -> tuple[Rows, Doubles, Doubles]:
    """Which of the points rated [n, d] are most like queries [m, d], [m, k]; their weights; variances [m]."""
    if len(rated) <= weighting.neighbors:
        near = np.tile(np.arange(len(rated)), (len(queries), 1))
    else:
        near = _most_alike(_likeness(queries, rated, aspect_sizes, weighting.reach), weighting.neighbors)
    return near, *_krige(rated[near], queries, np.ones(near.shape, bool), weighting, aspect_sizes)


def _leave_one_out(
    latents: Floats, residuals: Doubles, weighting: Weighting, aspect_sizes: Sequence[int]
) -> tuple[Doubles, Doubles]:
    """Errors [n] of predicting each residual from the others, and the variances [n] that were expected of them."""
    likeness = _likeness(latents, latents, aspect_sizes, weighting.reach)
    if weighting.neighbors >= len(latents) - 1:  # all others: one solution serves them all
        covariance = _OFFSET + (1 - weighting.whim) * likeness + weighting.whim * np.eye(len(latents))
        precision = np.linalg.inv(covariance)
        return precision @ residuals / precision.diagonal(), 1 / precision.diagonal()
    np.fill_diagonal(likeness, -1)
    near = _most_alike(likeness, weighting.neighbors)
    weights, variances = _krige(latents[near], latents, np.ones(near.shape, bool), weighting, aspect_sizes)
    return residuals - (weights * residuals[near]).sum(axis=1), variances


def _krige(
    points: Floats, queries: Floats, chosen: NDArray[np.bool_], weighting: Weighting, aspect_sizes: Sequence[int]
) -> tuple[Doubles, Doubles]:
    """Weights [m, k] of those chosen [m, k] of the points [m, k, d] for the rating at queries [m, d]; variances [m].

    The weights are 0 for the rest; the variances are of a rating, in units of _LIKING_VARIANCE.
    """
    all_points = np.concatenate([points, queries[:, None]], axis=1)
    likeness = _likeness(all_points, all_points, aspect_sizes, weighting.reach)
    like_one_another, like_query = likeness[:, :-1, :-1], likeness[:, -1, :-1]
    both = chosen[:, :, None] & chosen[:, None]
    covariance = np.where(both, _OFFSET + (1 - weighting.whim) * like_one_another, 0)
    covariance = covariance + np.eye(points.shape[1]) * np.where(chosen, weighting.whim, 1)[:, None]
    to_query = np.where(chosen, _OFFSET + (1 - weighting.whim) * like_query, 0)
    weights = np.linalg.solve(covariance, to_query[..., None])[..., 0]
    return weights, 1 + _OFFSET - (weights * to_query).sum(axis=1)


def _likeness(a: Floats, b: Floats, aspect_sizes: Sequence[int], reach: float) -> Doubles:
    """Of points [..., p, d] and [..., q, d], [..., p, q]: 1 for the same point, 0 for one that is far in every aspect.

    The mean over the aspects: who likes red circles likes red boxes, too, and blue circles, half as much.
    """
    left, right = a.astype(np.float64), b.astype(np.float64)
    shares = [np.exp(_squares(left[..., part], right[..., part]) / (-2 * reach**2)) for part in _parts(aspect_sizes)]
    return np.asarray(sum(shares) / len(shares))


def _squares(a: Doubles, b: Doubles) -> Doubles:
    """Squared distances [..., p, q] of points [..., p, d] and [..., q, d]."""
    norms = (a**2).sum(axis=-1)[..., :, None] + (b**2).sum(axis=-1)[..., None, :]
    return np.maximum(norms - 2 * a @ b.swapaxes(-1, -2), 0)


def _parts(aspect_sizes: Sequence[int]) -> Iterator[slice]:
    yield from (slice(start, end) for start, end in pairwise(accumulate(aspect_sizes, initial=0)))


def _most_alike(likeness: Doubles, count: int) -> Rows:
    """Columns of the `count` greatest in each row [m, n], [m, min(count, n)], greatest first."""
    return np.asarray(np.argsort(-likeness, axis=1, kind="stable")[:, :count], np.intp)
