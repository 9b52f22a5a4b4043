"""The manifest of an artifact folder: its files with their hashes, written last: the mark of a finished stage."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from diagram_core.errors import InputError
from diagram_core.files import read_json, sha256, write_json

MANIFEST = "manifest.json"
CONFIG = "config.json"
METRICS = "metrics.json"
ATTEMPTS = "attempts.json"
LOG = "log.txt"
LOCK = "stage.lock"
CHECKPOINTS = "checkpoints"

_LASTING = {ATTEMPTS, LOG, LOCK}  # outlive a fresh start
_NOT_LISTED = _LASTING | {MANIFEST, CHECKPOINTS}
_NOT_CONTENT = {
    CONFIG,
    METRICS,
}  # they hold settings without effect and timings, which make no input a different one


def write_manifest(folder: Path, stage: str, fingerprint: str, inputs: Mapping[str, Path]) -> None:
    """List the folder's files and thereby declare the stage done.

    inputs: the folders that it read, by name; of those that are artifacts the fingerprint is written down.
    """
    manifests = {name: _read_manifest(path) for name, path in inputs.items()}
    manifest = {
        "stage": stage,
        "fingerprint": fingerprint,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "inputs": {name: found["fingerprint"] for name, found in manifests.items() if found is not None},
        "files": {path.relative_to(folder).as_posix(): sha256(path) for path in _listed(folder)},
    }
    write_json(folder / MANIFEST, manifest)


def is_complete(folder: Path, fingerprint: str) -> bool:
    """Whether the stage finished here and every file is still what it was."""
    manifest = _read_manifest(folder)
    if manifest is None or manifest.get("fingerprint") != fingerprint:
        return False
    return all(_is_unaltered(folder / name, digest) for name, digest in manifest["files"].items())


def content_digest(folder: Path) -> str:
    """Hash of what a folder gives to the stages after it; from its manifest, or its files where it has none.

    Raises InputError where there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"no folder {folder}: the stage that makes it has not run, or it was removed")
    manifest = _read_manifest(folder)
    if manifest is None:
        files = {path.relative_to(folder).as_posix(): sha256(path) for path in _listed(folder)}
    else:
        files = {name: digest for name, digest in manifest["files"].items() if name not in _NOT_CONTENT}
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def clear_altered(folder: Path) -> None:
    """Empty a folder that is not what its manifest says: no attempt may build on altered files."""
    if not (folder / MANIFEST).exists():
        return
    (folder / MANIFEST).unlink()
    for path in folder.iterdir():
        if path.name in _LASTING:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def remove_checkpoints(folder: Path) -> None:
    """Drop what only a stage that is not done needs."""
    shutil.rmtree(folder / CHECKPOINTS, ignore_errors=True)


def _read_manifest(folder: Path) -> dict | None:
    try:
        manifest = read_json(folder / MANIFEST)
    except InputError:
        return None
    return manifest if isinstance(manifest, dict) and isinstance(manifest.get("files"), dict) else None


def _is_unaltered(path: Path, digest: str) -> bool:
    try:
        return sha256(path) == digest
    except OSError:
        return False


def _listed(folder: Path) -> Iterator[Path]:
    """The files of a stage, sorted; hidden ones are leftovers of writes that did not end."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and parts[0] not in _NOT_LISTED and not any(part.startswith(".") for part in parts):
            yield path
