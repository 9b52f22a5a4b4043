"""The champion's models in memory, with every rating that there is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.settings import machine_profile

if TYPE_CHECKING:
    from diagram_core.drawing import Judge, Parts
    from diagram_core.ratings import RatingStore
    from tasks.bundle import Bundle


def champion_bundle() -> Bundle:
    """The champion's bundle, verified. Raises InputError where there is none, or where a file is missing or altered."""
    from tasks import bundle, registry

    return bundle.read(registry.champion(machine_profile()))


def load_parts(bundle: Bundle, store: RatingStore) -> Parts:
    """All that drawing needs. Raises InputError that names the part that cannot be loaded."""
    from diagram_core import drawing

    parts = drawing.load_parts(bundle)
    return replace(parts, judge=with_ratings(parts.judge, store))


def load_judge(bundle: Bundle, store: RatingStore) -> Judge:
    """What ranking needs. Raises InputError that names the part that cannot be loaded."""
    from diagram_core import drawing

    return with_ratings(drawing.load_judge(bundle), store)


def with_ratings(judge: Judge, store: RatingStore) -> Judge:
    """The judge with the ratings of this moment: a rating should count in the next drawing, not after the next night.

    Drawings that the bundle's index knows are not encoded again.
    """
    import numpy as np

    from diagram_core.models import neighbors
    from diagram_core.models.taste_space import encode_kept

    ratings = store.all()
    latents = dict(zip(judge.rater.diagram_ids, judge.rater.latents, strict=True))
    latents |= encode_kept(judge.taste_space, store, [r.diagram_id for r in ratings if r.diagram_id not in latents])
    rater = neighbors.fit(
        np.stack([latents[rating.diagram_id] for rating in ratings]) if ratings else judge.rater.latents[:0],
        [rating.score for rating in ratings],
        [rating.user for rating in ratings],
        [rating.diagram_id for rating in ratings],
        judge.rater.max_neighbors,
        judge.rater.aspect_sizes,
    )
    return replace(judge, rater=rater)
