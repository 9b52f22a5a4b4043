"""MLflow's model registry: every bundle is a version; the alias `champion` is on the one that draws.

The alias is the truth: set it to another version in MLflow's page, and the next drawing uses that one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from diagram_core.errors import InputError
from diagram_core.ratings import Rating, RatingStore
from tasks import bundle
from tasks.config import Profile
from tasks.tracking import connect

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION = "champion"
PREVIOUS = "previous"  # what was champion before: to go back, set `champion` to its version
FOLDER_TAG = "bundle.folder"  # relative to the artifacts folder where it is inside
IDENTITY_TAG = "bundle.sha256"
RATINGS_TAG = "ratings.until"  # ratings made later than this are new to the bundle
NO_CHAMPION = "there is no champion to draw with yet: run `diagramforge train` (or `make demo`)"


def register(profile: Profile, folder: Path, run_id: str, ratings_until: datetime, tags: dict[str, str]) -> str:
    """Make the bundle a version of the model, or find the version that it already is; returns its number.

    run_id: the pipeline's MLflow run, which keeps bundle.json and links the version to all that led to it.
    """
    client = connect(profile.tracking_uri())
    name, identity = profile.pipeline.model_name, bundle.identity(folder)
    _ensure_model(client, name)
    found = client.search_model_versions(f"name = '{name}' and tags.`{IDENTITY_TAG}` = '{identity}'")
    if found:
        version = str(found[0].version)
    else:
        client.log_artifact(run_id, str(folder / bundle.BUNDLE_FILE), "bundle")
        source = f"runs:/{run_id}/bundle"
        version = str(client.create_model_version(name, source, run_id, await_creation_for=0).version)
    own = {
        IDENTITY_TAG: identity,
        FOLDER_TAG: str(_relative(folder, profile.artifacts_dir())),
        RATINGS_TAG: ratings_until.astimezone(UTC).isoformat(),
    }
    for key, value in {**own, **tags}.items():
        client.set_model_version_tag(name, version, key, value)
    return version


def promote(profile: Profile, version: str) -> None:
    """Make the version the champion, and the champion there was the previous one."""
    client = connect(profile.tracking_uri())
    name = profile.pipeline.model_name
    before = _version_with_alias(client, name, CHAMPION)
    if before == version:
        return
    if before is not None:
        client.set_registered_model_alias(name, PREVIOUS, before)
    client.set_registered_model_alias(name, CHAMPION, version)


def champion(profile: Profile) -> Path:
    """The folder of the champion's bundle, with every file verified.

    Raises InputError where there is no champion yet, or where a file of its bundle is missing or altered.
    """
    uri, name = profile.tracking_uri(), profile.pipeline.model_name
    try:
        tags = _champion_tags_in_database(uri, name)
    except LookupError:
        tags = _champion_tags(connect(uri), name)
    if not {FOLDER_TAG, IDENTITY_TAG} <= tags.keys():
        raise InputError(NO_CHAMPION)
    folder = profile.artifacts_dir() / tags[FOLDER_TAG]
    bundle.verify(folder, tags[IDENTITY_TAG])
    return folder


def new_ratings(profile: Profile) -> list[Rating]:
    """The ratings that no version knows, neither the champion nor one that the gate refused."""
    store = RatingStore(profile.ratings_url())
    if not store.users():
        return []
    seen = _ratings_seen_until(profile)
    return store.all() if seen is None else store.since(seen)


def _ratings_seen_until(profile: Profile) -> datetime | None:
    client = connect(profile.tracking_uri())
    versions = client.search_model_versions(f"name = '{profile.pipeline.model_name}'")
    moments = [version.tags[RATINGS_TAG] for version in versions if RATINGS_TAG in version.tags]
    return max(map(datetime.fromisoformat, moments), default=None)


def _champion_tags_in_database(tracking_uri: str, name: str) -> dict[str, str]:
    """The same as `_champion_tags` in milliseconds: MLflow itself takes seconds to import.

    Raises LookupError where the store is no database, or one with other tables.
    """
    import sqlalchemy
    from sqlalchemy.exc import SQLAlchemyError

    query = sqlalchemy.text(
        "SELECT tags.key, tags.value FROM registered_model_aliases AS aliases"
        " JOIN model_version_tags AS tags ON tags.name = aliases.name AND tags.version = aliases.version"
        " WHERE aliases.name = :name AND aliases.alias = :alias"
    )
    try:
        url = sqlalchemy.make_url(tracking_uri)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            return {}  # connecting would make an empty one
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            rows = connection.execute(query, {"name": name, "alias": CHAMPION}).all()
        engine.dispose()
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        raise LookupError(tracking_uri) from error
    return {row.key: row.value for row in rows}


def _champion_tags(client: MlflowClient, name: str) -> dict[str, str]:
    """The tags of the champion's version; none where there is no champion."""
    version = _version_with_alias(client, name, CHAMPION)
    return {} if version is None else dict(client.get_model_version(name, version).tags)


def _version_with_alias(client: MlflowClient, name: str, alias: str) -> str | None:
    from mlflow.exceptions import MlflowException

    try:
        return str(client.get_model_version_by_alias(name, alias).version)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):  # no such model, no such alias
            return None
        raise


def _ensure_model(client: MlflowClient, name: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _relative(folder: Path, parent: Path) -> Path:
    return folder.relative_to(parent) if folder.is_relative_to(parent) else folder
