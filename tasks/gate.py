"""The gate: whether a challenger draws at least as well as the champion, on cases that neither was trained on.

Both are measured on the same cases: the held-out prompts of the evaluate stage, and the users' ratings, each of which
is left out of the index that is asked for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagram_core.errors import DiagramforgeError
from diagram_core.ratings import MAX_SCORE, Rating, RatingStore
from tasks import bundle
from tasks.config import Profile, RegistryConfig
from tasks.tracking import TrackedRun, connect, warn_on_stderr

if TYPE_CHECKING:
    from diagram_core.drawing import Judge
    from diagram_core.models.neighbors import NeighborRater

RATING_ACCURACY = "rating_accuracy"
MEASURES = (  # shares from 0 to 1, more is better
    "valid_rate",
    "exact_rate_first",
    "exact_rate_recommended",
    "structural_score",
    "overlap_free_rate",
    "on_canvas_rate",
    RATING_ACCURACY,
)
MAX_RATINGS = 300  # the newest ones: each costs a fit of the index


@dataclass(frozen=True)
class Verdict:
    """The gate's decision in one line, and the measures it rests on."""

    promotes: bool
    reason: str
    challenger: dict[str, float]
    champion: dict[str, float]


def check_minimum(config: RegistryConfig, folder: Path) -> None:
    """Raise DiagramforgeError for a bundle that too rarely answers with a drawing to become champion."""
    valid_rate = bundle.read(folder).metrics["valid_rate"]
    if valid_rate < config.min_valid_rate:
        raise DiagramforgeError(
            f"the new bundle is no champion: its valid_rate is {valid_rate:.2f}, less than registry.min_valid_rate "
            f"({config.min_valid_rate:.2f}); train longer, or lower the limit"
        )


def compare(challenger: dict[str, float], champion: dict[str, float], tolerance: float) -> Verdict:
    """Promote unless a measure is worse than the champion's by more than the tolerance.

    Raises DiagramforgeError where one of them lacks a measure: a gate that looks at less lets more through.
    """
    for name in MEASURES:
        if name not in challenger or name not in champion:
            raise DiagramforgeError(f"the gate cannot compare {name}: the evaluate stage did not measure it for both")
    worse = [name for name in MEASURES if challenger[name] < champion[name] - tolerance]
    told = [f"{name} {champion[name]:.3f} -> {challenger[name]:.3f}" for name in worse or MEASURES]
    return Verdict(
        promotes=not worse,
        reason=f"{'worse' if worse else 'at least as good'} (tolerance {tolerance:g}): {', '.join(told)}",
        challenger={name: challenger[name] for name in MEASURES},
        champion={name: champion[name] for name in MEASURES},
    )


def rating_accuracy(folder: Path, ratings_url: str) -> float:
    """1 - mean absolute error / 5 of the ratings that the bundle expects, each one left out of its index.

    The error of the newest ratings there are, those that the bundle has never seen among them.
    """
    from diagram_core.drawing import load_judge

    store = RatingStore(ratings_url)
    cases = store.all()[-MAX_RATINGS:]
    if not cases:
        raise DiagramforgeError("the gate needs ratings to compare bundles by, and there are none")
    images = store.images([case.diagram_id for case in cases])
    judge = load_judge(bundle.read(folder))
    expected = _expected_ratings(judge, cases, [images[case.diagram_id] for case in cases])
    errors = np.abs(expected - np.array([case.score for case in cases]))
    return float(1 - errors.mean() / MAX_SCORE)


def record(profile: Profile, run_id: str, verdict: Verdict) -> None:
    """Log both sides' measures and the decision on the pipeline's MLflow run."""
    run = TrackedRun(connect(profile.tracking_uri()), run_id, warn_on_stderr)
    for side, measures in (("challenger", verdict.challenger), ("champion", verdict.champion)):
        for name, value in measures.items():
            run.metric(f"gate.{side}.{name}", value)
    run.tags(tags_of(verdict))


def tags_of(verdict: Verdict) -> dict[str, str]:
    """The decision as MLflow tags."""
    return {"gate": "promoted" if verdict.promotes else "refused", "gate.reason": verdict.reason}


def _expected_ratings(
    judge: Judge, cases: Sequence[Rating], images: Sequence[NDArray[np.uint8]]
) -> NDArray[np.float32]:
    scores, latents = judge.readability.score(images), judge.taste_space.latents(images)
    return np.concatenate(
        [
            _without(judge.rater, case).expected_rating(case.user, latents[i : i + 1], scores[i : i + 1]).ratings
            for i, case in enumerate(cases)
        ]
    )


def _without(rater: NeighborRater, case: Rating) -> NeighborRater:
    from diagram_core.models.neighbors import fit

    rated = zip(rater.users, rater.diagram_ids, strict=True)
    kept = [i for i, (user, number) in enumerate(rated) if (user, number) != (case.user, case.diagram_id)]
    users, numbers = [rater.users[i] for i in kept], [rater.diagram_ids[i] for i in kept]
    return fit(rater.latents[kept], rater.scores[kept], users, numbers, rater.max_neighbors, rater.aspect_sizes)
