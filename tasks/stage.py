"""The life that every stage shares: reused or run, alone in its folder, recorded in MLflow, safe to retry."""

from __future__ import annotations

import importlib
import shutil
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from diagram_core.errors import DiagramforgeError
from diagram_core.files import read_json, write_json
from tasks import manifest
from tasks.attempts import AttemptRecord, Outcome, describe_change, within_memory
from tasks.child import Job, do
from tasks.config import Profile
from tasks.failure import (
    OutOfMemory,
    StageFailed,
    StageInterrupted,
    TransientError,
    classify,
    is_retryable,
)
from tasks.fingerprint import code_version, fingerprint
from tasks.isolation import do_in_child, last_lines
from tasks.lock import locked
from tasks.log import StageDisplay
from tasks.pipeline_run import pipeline_run
from tasks.tracking import TrackedRun, connect, start_stage_run

if TYPE_CHECKING:
    from mlflow import MlflowClient

__all__ = [
    "OutOfMemory",
    "StageFailed",
    "StageInterrupted",
    "StageResult",
    "StageSpec",
    "TransientError",
    "is_retryable",
    "pipeline_run",
    "run_stage",
]

_LARGEST_UPLOAD_BYTES = 64 * 2**20  # larger weights stay in the artifact folder alone, which the run's tags name
_WEIGHTS = ".safetensors"


@dataclass(frozen=True)
class StageSpec:
    """A stage: its name, the section of the profile that it sees, and the stages whose folders it reads.

    Without a section it sees the whole profile. Isolated, it runs in a process of its own.
    """

    name: str
    section: str | None = None
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
    if missing := set(spec.inputs) - inputs.keys():
        raise ValueError(f"stage {spec.name} needs the folders of {', '.join(sorted(missing))}")
    config = getattr(profile, spec.section) if spec.section else profile
    key = _fingerprint(spec, profile, config, inputs)
    out_dir = profile.artifacts_dir() / spec.name / key
    out_dir.mkdir(parents=True, exist_ok=True)
    client = connect(profile.tracking_uri())
    with StageDisplay(spec.name) as display:
        visit = _Visit(spec, profile, config, dict(inputs), key, out_dir, client, parent_run_id, display)
        with locked(out_dir / manifest.LOCK, on_wait=visit.say_that_it_waits) as lock:
            if manifest.is_complete(out_dir, key):
                return _reuse(visit)
            manifest.clear_altered(out_dir)
            return _attempt(visit, lock)


@dataclass(frozen=True)
class _Visit:
    """One call of `run_stage`: what its steps share."""

    spec: StageSpec
    profile: Profile
    config: BaseModel
    inputs: dict[str, Path]
    key: str
    out_dir: Path
    client: MlflowClient
    parent_run_id: str
    display: StageDisplay

    def say_that_it_waits(self) -> None:
        self.display.info("another process is at this stage; waiting for it")

    def start_run(self, **tags: str) -> TrackedRun:
        common = {"fingerprint": self.key, "out_dir": str(self.out_dir)}
        warn = self.display.info
        return start_stage_run(self.client, self.parent_run_id, self.spec.name, {**common, **tags}, warn)

    def log_result(self, run: TrackedRun, metrics: Mapping[str, float]) -> None:
        """The metrics, on the stage's run and, so that pipeline runs can be compared, on its parent."""
        parent = TrackedRun(self.client, self.parent_run_id, self.display.info)
        for name, value in metrics.items():
            run.metric(name, value)
            parent.metric(f"{self.spec.name}.{name}", value)


class _Recorder:
    """The StageLog of one attempt: numbers and files to MLflow, words to the terminal and the log file."""

    def __init__(self, run: TrackedRun, display: StageDisplay, log_path: Path) -> None:
        self.metric = run.metric
        self.artifact = run.artifact
        self.progress = display.progress
        self._display = display
        self._log_path = log_path

    def info(self, text: str) -> None:
        self._display.info(text)
        with self._log_path.open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")


def _fingerprint(spec: StageSpec, profile: Profile, config: BaseModel, inputs: Mapping[str, Path]) -> str:
    outside_state = getattr(importlib.import_module(spec.module), "outside_state", None)
    return fingerprint(
        spec.name,
        config,
        {name: manifest.content_digest(folder) for name, folder in inputs.items()},
        code_version(spec.module),
        outside_state(profile) if outside_state else "",
    )


def _reuse(visit: _Visit) -> StageResult:
    metrics = read_json(visit.out_dir / manifest.METRICS)
    record = AttemptRecord(visit.out_dir / manifest.ATTEMPTS)
    run = visit.start_run(reused="true", reused_from=record.finished_run_id() or "")
    run.params(visit.config)
    visit.log_result(run, metrics)
    run.end("FINISHED")
    return StageResult(visit.spec.name, visit.out_dir, metrics, reused=True)


def _attempt(visit: _Visit, lock: int) -> StageResult:
    record = AttemptRecord(visit.out_dir / manifest.ATTEMPTS)
    config = within_memory(visit.config, record.out_of_memory_count())
    change = describe_change(visit.config, config)
    run = visit.start_run(reused="false", attempt=str(len(record.attempts) + 1), changed=change)
    try:
        record.begin(config, change, run.run_id)
        run.params(config)
        metrics = _work(visit, config, run, lock)
        _finish(visit, config, metrics)
        record.end("finished")
    except Exception as error:
        raise _failed(visit, config, record, run, classify(error)) from None
    except BaseException as error:  # Ctrl-C or a signal: it goes on to whoever started the pipeline
        _close(record, run, "interrupted", type(error).__name__)
        raise
    _publish(visit, run, metrics)
    return StageResult(visit.spec.name, visit.out_dir, metrics, reused=False)


def _work(visit: _Visit, config: BaseModel, run: TrackedRun, lock: int) -> dict[str, float]:
    """Run the stage, here or in a child; returns its metrics."""
    for name in (manifest.CONFIG, manifest.METRICS):
        (visit.out_dir / name).unlink(missing_ok=True)
    log_path = visit.out_dir / manifest.LOG
    recorder = _Recorder(run, visit.display, log_path)
    job = Job.of(visit.spec.module, config, visit.inputs, visit.out_dir)
    with run.system_metrics():
        if visit.spec.isolated:
            return do_in_child(job, recorder, visit.profile.pipeline.stage_timeout_seconds, lock)
        with _traceback_in(log_path):
            return do(job, recorder)


@contextmanager
def _traceback_in(log_path: Path) -> Iterator[None]:
    try:
        yield
    except Exception:
        with log_path.open("a", encoding="utf-8") as stream:
            traceback.print_exc(file=stream)
        raise


def _finish(visit: _Visit, config: BaseModel, metrics: dict[str, float]) -> None:
    """Complete the folder; with its last line the stage is done."""
    for name in (manifest.CONFIG, manifest.METRICS):
        if (visit.out_dir / name).exists():
            raise StageFailed(f"it wrote {name}, a name that every stage's folder keeps; a subfolder may have one")
    write_json(visit.out_dir / manifest.CONFIG, config.model_dump(mode="json"))
    write_json(visit.out_dir / manifest.METRICS, metrics)
    manifest.write_manifest(visit.out_dir, visit.spec.name, visit.key)


def _failed(
    visit: _Visit, config: BaseModel, record: AttemptRecord, run: TrackedRun, error: DiagramforgeError
) -> DiagramforgeError:
    """Close the attempt; returns the error as the user shall see it."""
    name, log_path = visit.spec.name, visit.out_dir / manifest.LOG
    next_change = "not retried"
    explained = error
    match error:
        case OutOfMemory():
            next_config = within_memory(visit.config, record.out_of_memory_count() + 1)
            next_change = describe_change(config, next_config)
            explained = OutOfMemory(f"stage {name} ran out of memory: {error}; a retry changes: {next_change}")
        case TransientError():
            next_change = describe_change(config, config)
            explained = TransientError(f"stage {name}: {error}")
        case StageFailed():
            lines = error.last_lines or (last_lines(log_path) if log_path.exists() else ())
            explained = StageFailed(f"stage {name} failed: {error}; its log is {log_path}", lines)
            run.tags({"last_lines": "\n".join(lines)})
    run.tags(
        {
            "error": str(explained),
            "error_class": type(explained).__name__,
            "next_attempt_changes": next_change,
        }
    )
    if log_path.exists():
        run.artifact(log_path)
    _close(record, run, _OUTCOMES.get(type(error), "failed"), str(explained))
    return explained


_OUTCOMES: dict[type[DiagramforgeError], Outcome] = {
    OutOfMemory: "out of memory",
    TransientError: "transient error",
    StageInterrupted: "interrupted",
}


def _close(record: AttemptRecord, run: TrackedRun, outcome: Outcome, error: str) -> None:
    run.end("KILLED" if outcome == "interrupted" else "FAILED")
    record.end(outcome, error)


def _publish(visit: _Visit, run: TrackedRun, metrics: Mapping[str, float]) -> None:
    """Give MLflow what the stage made, and drop what only an unfinished stage needs."""
    out_dir = visit.out_dir
    visit.log_result(run, metrics)
    records = (manifest.MANIFEST, manifest.CONFIG, manifest.METRICS, manifest.ATTEMPTS, manifest.LOG)
    for path in [out_dir / name for name in records if (out_dir / name).exists()]:
        run.artifact(path)
    for path in _model_files(out_dir):
        run.artifact(path, f"model/{path.parent.relative_to(out_dir).as_posix()}")
    run.end("FINISHED")
    shutil.rmtree(out_dir / manifest.CHECKPOINTS, ignore_errors=True)
    for name in (manifest.JOB, manifest.RESULT):
        (out_dir / name).unlink(missing_ok=True)


def _model_files(out_dir: Path) -> Iterator[Path]:
    """Weights and the files beside them, but for the largest."""
    listed = [out_dir / name for name in read_json(out_dir / manifest.MANIFEST)["files"]]
    folders = {path.parent for path in listed if path.suffix == _WEIGHTS}
    for path in listed:
        is_record = path.parent == out_dir and path.name in (manifest.CONFIG, manifest.METRICS)
        if path.parent in folders and not is_record and path.stat().st_size <= _LARGEST_UPLOAD_BYTES:
            yield path
