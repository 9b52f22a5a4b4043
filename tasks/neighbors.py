"""Stage: the index of all ratings in the taste space, for each user's expected rating."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from diagram_core.ratings import RatingStore
from tasks.config import Profile, RaterConfig
from tasks.log import StageLog

if TYPE_CHECKING:
    from diagram_core.models.taste_space import TasteSpace

_CHUNK = 64  # images that are in memory at the same time


def run(config: RaterConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Encode every rated diagram and save the index. Without ratings it is empty, and valid."""
    from diagram_core.models.neighbors import fit, save
    from diagram_core.models.taste_space import load

    space = load(inputs["autoencoder"])
    ratings = RatingStore(config.ratings_url).all()
    ids = sorted({rating.diagram_id for rating in ratings})
    latents = _encode(ids, config.ratings_url, space, log)
    place = {number: i for i, number in enumerate(ids)}
    rows = [place[rating.diagram_id] for rating in ratings]
    users = [rating.user for rating in ratings]
    scores = [rating.score for rating in ratings]
    rated_ids = [rating.diagram_id for rating in ratings]
    rater = fit(latents[rows], scores, users, rated_ids, config.max_neighbors, space.aspect_sizes)
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


def _encode(ids: list[str], ratings_url: str, space: TasteSpace, log: StageLog) -> NDArray[np.float32]:
    """Points [n, d] of the diagrams with these ids, from the images that the database keeps."""
    store = RatingStore(ratings_url)
    chunks: list[NDArray[np.float32]] = [space.latents([])]
    for start in range(0, len(ids), _CHUNK):
        wanted = ids[start : start + _CHUNK]
        images = store.images(wanted)
        chunks.append(space.latents([images[number] for number in wanted]))
        log.progress(start + len(wanted), len(ids), "diagrams")
    return np.concatenate(chunks)
