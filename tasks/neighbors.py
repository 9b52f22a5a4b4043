"""Stage: the index of all ratings in the taste space, for each user's expected rating."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from diagram_core.ratings import RatingStore
from tasks.config import Profile, RaterConfig
from tasks.log import StageLog


def run(config: RaterConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Encode every rated diagram and save the index. Without ratings it is empty, and valid."""
    from diagram_core.models.neighbors import fit, save
    from diagram_core.models.taste_space import encode_kept, load

    space = load(inputs["autoencoder"])
    store = RatingStore(config.ratings_url)
    ratings = store.all()
    ids = sorted({rating.diagram_id for rating in ratings})
    latents = encode_kept(space, store, ids, lambda done, total: log.progress(done, total, "diagrams"))
    rows = [latents[rating.diagram_id] for rating in ratings]
    users = [rating.user for rating in ratings]
    scores = [rating.score for rating in ratings]
    rated_ids = [rating.diagram_id for rating in ratings]
    points = np.stack(rows) if rows else space.latents([])
    rater = fit(points, scores, users, rated_ids, config.max_neighbors, space.aspect_sizes)
    save(rater, out_dir)
    if not ratings:
        log.info("no ratings yet: expected ratings will follow readability")
    return {"ratings": float(len(ratings)), "users": float(len(set(users))), "rated_diagrams": float(len(ids))}


def outside_state(profile: Profile) -> str:
    """A hash of all ratings: the stage is run again when one is added or changed."""
    digest = hashlib.sha256()
    for rating in RatingStore(profile.ratings_url()).all():
        digest.update(f"{rating.user}\0{rating.diagram_id}\0{rating.score}\0{rating.created_at}\n".encode())
    return digest.hexdigest()
