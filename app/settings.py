"""Where this machine keeps its models, runs and ratings."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diagram_core.ratings import RatingStore
    from tasks.config import Profile


@functools.cache
def machine_profile() -> Profile:
    """The profile that says where things live. Any shipped one does: they differ in how they train only."""
    from tasks.config import load_profile

    return load_profile("cpu")


def rating_store() -> RatingStore:
    """The ratings database. Raises DiagramforgeError where it cannot be used."""
    from diagram_core.ratings import RatingStore

    return RatingStore(machine_profile().ratings_url())


def known_user(store: RatingStore, name: str) -> str:
    """The user's name as it was rated under. Raises UsageError for a user who rated nothing."""
    from diagram_core.errors import UsageError
    from diagram_core.ratings import checked_user

    user, users = checked_user(name), store.users()
    if user in users:
        return user
    known = f"known: {', '.join(users[:10])}" if users else "nobody has rated anything yet"
    raise UsageError(f"no user {user!r} ({known}): rate a drawing first, as in `diagramforge rate ID 4 --user {user}`")
