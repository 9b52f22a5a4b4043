"""How well the rater learns a taste: 200 simulated users, each with 20 ratings of drawings of our own synthesis.

A user likes or dislikes kinds, directions, palettes and shapes, and few, many or a certain number of nodes; how much
each of the five counts differs from user to user. A rating is that, and a whim. The drawings are of the test split,
which no model was trained on, and the rater sees their images alone.

mae_ratio: the mean absolute error on further ratings, over that of always answering the mean of the user's 20.
top3_hit_rate: how often the best three of ten by the rater hold one of the two that the user likes best; 0.53 by
chance. Each has a 95 % interval (_low, _high; bootstrap over users), and stands beside that of the auto-encoder's
codes without the looks (codes_alone_).
within_one_deviation: the share of ratings no further from the expected one than the uncertainty; 0.68 is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

import benchmarks
from app.champion import champion_bundle
from benchmarks.latent_space import ATTRIBUTES
from diagram_core.models.neighbors import fit
from diagram_core.models.taste_space import TasteSpace, load
from diagram_core.render import draw
from diagram_core.synthesis import examples
from tasks.config import NeighborsConfig

SEED = 2026
USERS, DRAWINGS, RATINGS = 200, 800, 20
SETS, SET_SIZE, RECOMMENDED, BEST = 5, 10, 3, 2
MEAN_RATING, SPREAD, WHIM = 3.0, 1.25, 0.5  # of what users like on average, and how far likes and whims go from it
MEAN_SPREAD = 0.5  # some are more generous than others
MAX_NEIGHBORS = NeighborsConfig().max_neighbors
_CHUNK = 64

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Drawings:
    """n drawings: where they lie [n, d], and of each attribute that taste turns on, its values [n, values]."""

    latents: NDArray[np.float32]
    attributes: tuple[Doubles, ...]
    log_nodes: Doubles


@dataclass(frozen=True)
class Errors:
    """Of each user: mean absolute errors, the share of sets of ten with a hit, of ratings within the uncertainty."""

    of_rater: Doubles
    of_mean: Doubles
    hits: Doubles
    within: Doubles


def measure() -> dict[str, float]:
    """All figures of one run. Raises InputError where no bundle is the champion yet."""
    space = load(champion_bundle().autoencoder)
    drawings = make_drawings(space)
    code_size = space.aspect_sizes[0]
    joined = errors_of(drawings, space.aspect_sizes)
    codes = errors_of(Drawings(drawings.latents[:, :code_size], drawings.attributes, drawings.log_nodes), (code_size,))
    return {
        "seed": float(SEED),
        "users": float(USERS),
        "ratings": float(RATINGS),
        **_summary(joined, ""),
        **_summary(codes, "codes_alone_"),
    }


def make_drawings(space: TasteSpace) -> Drawings:
    """Held-out drawings, seen as images alone by the space."""
    made = list(islice(examples(SEED, "test"), DRAWINGS))
    chunks = [made[start : start + _CHUNK] for start in range(0, len(made), _CHUNK)]
    latents = [space.latents([draw(example.diagram()) for example in chunk]) for chunk in chunks]
    named = (np.array([name(example) for example in made]) for name in ATTRIBUTES.values())
    attributes = tuple(np.equal.outer(names, sorted(set(names))).astype(np.float64) for names in named)
    log_nodes = np.log([len(example.diagram().nodes) for example in made])
    return Drawings(np.concatenate(latents), attributes, log_nodes)


def errors_of(drawings: Drawings, aspect_sizes: Sequence[int]) -> Errors:
    """Let every user rate some drawings, and compare what the rater expects of others with what the user says."""
    return Errors(*np.array([_errors_of_user(drawings, aspect_sizes, user) for user in range(USERS)]).T)


def _errors_of_user(drawings: Drawings, aspect_sizes: Sequence[int], user: int) -> tuple[float, float, float, float]:
    rng = np.random.default_rng((SEED, user))
    liked = _liking(drawings, rng)
    rated = np.clip(liked + rng.normal(0, WHIM, len(liked)), 0, 5).astype(np.float32)
    order = rng.permutation(len(liked))
    known, asked = order[:RATINGS], order[RATINGS : RATINGS + SETS * SET_SIZE]
    ids = [str(number) for number in known]
    rater = fit(drawings.latents[known], rated[known], [str(user)] * RATINGS, ids, MAX_NEIGHBORS, aspect_sizes)
    expected = rater.expected_rating(str(user), drawings.latents[asked], np.full(len(asked), MEAN_RATING, np.float32))
    errors = np.abs(expected.ratings - rated[asked])
    return (
        float(errors.mean()),
        float(np.abs(rated[known].mean() - rated[asked]).mean()),
        _hit_share(expected.ratings, liked[asked]),
        float((errors <= expected.uncertainties).mean()),
    )


def _liking(drawings: Drawings, rng: np.random.Generator) -> Doubles:
    """How much a user likes each drawing, 0 to 5."""
    likings = [values @ rng.normal(size=values.shape[1]) for values in drawings.attributes]
    nodes = (drawings.log_nodes - drawings.log_nodes.mean()) / drawings.log_nodes.std()
    likings.append((nodes, -nodes, -np.abs(nodes - rng.normal()))[rng.integers(3)])
    importance = np.sqrt(rng.dirichlet(np.ones(len(likings))))
    total = sum(weight * _standardized(liking) for weight, liking in zip(importance, likings, strict=True))
    return np.clip(rng.normal(MEAN_RATING, MEAN_SPREAD) + SPREAD * _standardized(np.asarray(total)), 0, 5)


def _standardized(values: Doubles) -> Doubles:
    return np.asarray((values - values.mean()) / values.std())


def _hit_share(expected: NDArray[np.float32], liked: Doubles) -> float:
    hits = 0
    for start in range(0, len(liked), SET_SIZE):
        part = slice(start, start + SET_SIZE)
        best = np.argsort(-liked[part], kind="stable")[:BEST]
        recommended = np.argsort(-expected[part], kind="stable")[:RECOMMENDED]
        hits += bool(set(best) & set(recommended))
    return hits * SET_SIZE / len(liked)


def _summary(errors: Errors, prefix: str) -> dict[str, float]:
    rng = np.random.default_rng(SEED)
    samples = rng.integers(USERS, size=(2000, USERS))
    ratios = errors.of_rater[samples].mean(axis=1) / errors.of_mean[samples].mean(axis=1)
    hits = errors.hits[samples].mean(axis=1)
    return {
        f"{prefix}mae": float(errors.of_rater.mean()),
        f"{prefix}mae_ratio": float(errors.of_rater.mean() / errors.of_mean.mean()),
        f"{prefix}mae_ratio_low": float(np.quantile(ratios, 0.025)),
        f"{prefix}mae_ratio_high": float(np.quantile(ratios, 0.975)),
        f"{prefix}top3_hit_rate": float(errors.hits.mean()),
        f"{prefix}top3_hit_rate_low": float(np.quantile(hits, 0.025)),
        f"{prefix}top3_hit_rate_high": float(np.quantile(hits, 0.975)),
        f"{prefix}within_one_deviation": float(errors.within.mean()),
    }


if __name__ == "__main__":
    benchmarks.main("Simulated users", measure)
