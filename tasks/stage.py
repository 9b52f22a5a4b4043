"""The life that every stage shares: reused or run, alone in its folder, recorded in MLflow, safe to retry."""

from __future__ import annotations

import importlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from diagram_core.errors import UnavailableError
from diagram_core.files import read_json
from tasks import manifest
from tasks.attempt import Visit, attempt
from tasks.config import Profile
from tasks.failure import OutOfMemory, StageFailed, StageInterrupted, TransientError, is_retryable
from tasks.fingerprint import code_version, defines_function, fingerprint
from tasks.isolation import check_not_stopping
from tasks.lock import open_lock, try_lock
from tasks.log import StageDisplay
from tasks.retry import AttemptRecord
from tasks.tracking import connect

__all__ = [
    "OutOfMemory",
    "StageFailed",
    "StageInterrupted",
    "StageResult",
    "StageSpec",
    "TransientError",
    "finished_stage",
    "is_retryable",
    "run_stage",
]

_LOCK_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class StageSpec:
    """A stage: its name, the section of the profile that it sees, and the stages whose folders it reads.

    Isolated, it runs in a process of its own.
    """

    name: str
    section: str
    inputs: tuple[str, ...] = ()
    isolated: bool = False
    module: str = ""  # tasks.<name> unless told

    def __post_init__(self) -> None:
        if not self.module:
            object.__setattr__(self, "module", f"tasks.{self.name}")


@dataclass(frozen=True)
class StageResult:
    """What a finished stage left, and whether it was finished already."""

    name: str
    out_dir: Path
    metrics: dict[str, float]
    reused: bool


def run_stage(spec: StageSpec, profile: Profile, inputs: Mapping[str, Path], parent_run_id: str) -> StageResult:
    """Reuse the finished stage, or make one attempt at it, going on from what earlier ones left.

    inputs: the artifact folders of spec.inputs, and any other folder that the stage reads, by name.
    Raises OutOfMemory and TransientError, which calling again may cure (`is_retryable`); StageFailed;
    StageInterrupted; or the stage's own DiagramforgeError.
    """
    key = _fingerprint(spec, profile, inputs)
    out_dir = _folder(spec, profile, key)
    out_dir.mkdir(parents=True, exist_ok=True)
    with StageDisplay(spec.name) as display:
        visit = Visit(
            stage=spec.name,
            module=spec.module,
            config=_config(spec, profile),
            inputs=dict(inputs),
            fingerprint=key,
            out_dir=out_dir,
            timeout_seconds=profile.pipeline.stage_timeout_seconds if spec.isolated else None,
            client=connect(profile.tracking_uri()),
            parent_run_id=parent_run_id,
            display=display,
        )
        with _alone(visit) as lock:
            if manifest.is_complete(out_dir, key):
                result = _reuse(visit)
            else:
                manifest.clear_altered(out_dir)
                result = StageResult(spec.name, out_dir, attempt(visit, lock), reused=False)
        display.finished(result.metrics, result.reused)
        return result


def finished_stage(spec: StageSpec, profile: Profile, inputs: Mapping[str, Path]) -> StageResult | None:
    """What the stage has left, if it has finished with these settings, inputs and this code; it is not run."""
    key = _fingerprint(spec, profile, inputs)
    out_dir = _folder(spec, profile, key)
    if not manifest.is_complete(out_dir, key):
        return None
    return StageResult(spec.name, out_dir, read_json(out_dir / manifest.METRICS), reused=True)


def _config(spec: StageSpec, profile: Profile) -> BaseModel:
    config: BaseModel = getattr(profile, spec.section)
    return config


def _folder(spec: StageSpec, profile: Profile, key: str) -> Path:
    return profile.artifacts_dir() / spec.name / key


def _fingerprint(spec: StageSpec, profile: Profile, inputs: Mapping[str, Path]) -> str:
    if missing := set(spec.inputs) - inputs.keys():
        raise ValueError(f"stage {spec.name} needs the folders of {', '.join(sorted(missing))}")
    return fingerprint(
        spec.name,
        _config(spec, profile),
        {name: manifest.content_digest(folder) for name, folder in inputs.items()},
        code_version(spec.module),
        _outside_state(spec, profile),
    )


def _outside_state(spec: StageSpec, profile: Profile) -> str:
    """What the stage's `outside_state` says, if it has one."""
    if not defines_function(spec.module, "outside_state"):
        return ""
    try:
        return importlib.import_module(spec.module).outside_state(profile)
    except UnavailableError as error:
        raise TransientError(f"stage {spec.name}: {error}") from None


@contextmanager
def _alone(visit: Visit) -> Iterator[int]:
    """Hold the lock of the stage's folder, after anybody else; gives its descriptor."""
    with open_lock(visit.out_dir / manifest.LOCK) as lock:
        if not try_lock(lock):
            visit.display.info("another process is at this stage; waiting for it")
            while not try_lock(lock):  # a blocking call could not be interrupted in a worker thread
                check_not_stopping()
                time.sleep(_LOCK_POLL_SECONDS)
        yield lock


def _reuse(visit: Visit) -> StageResult:
    manifest.remove_checkpoints(visit.out_dir)  # an interrupt at the end may have left them
    metrics = read_json(visit.out_dir / manifest.METRICS)
    record = AttemptRecord(visit.out_dir / manifest.ATTEMPTS)
    run = visit.start_run(reused="true", reused_from=record.finished_run_id() or "")
    try:
        run.params(visit.config)
        visit.log_result(run, metrics)
    finally:
        run.end("FINISHED")
    return StageResult(visit.stage, visit.out_dir, metrics, reused=True)
