"""One attempt at a stage: the work, its MLflow run, and what is left behind however it ends."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

from diagram_core.errors import DiagramforgeError
from diagram_core.files import read_json, write_json
from tasks import manifest
from tasks.child import Job, do
from tasks.failure import OutOfMemory, StageFailed, StageInterrupted, TransientError, classify
from tasks.isolation import do_in_child, last_lines
from tasks.log import StageDisplay
from tasks.retry import AttemptRecord, Outcome, describe_change, within_memory
from tasks.tracking import TrackedRun, public_settings, start_stage_run

if TYPE_CHECKING:
    from mlflow import MlflowClient

_LARGEST_UPLOAD_BYTES = 64 * 2**20  # larger weights stay in the artifact folder alone, which the run's tags name
_WEIGHTS = ".safetensors"

_OUTCOMES: dict[type[DiagramforgeError], Outcome] = {
    OutOfMemory: "out of memory",
    TransientError: "transient error",
    StageInterrupted: "interrupted",
}


@dataclass(frozen=True)
class Visit:
    """One call to run a stage: which, in which folder, and who is to be told."""

    stage: str
    module: str
    config: BaseModel
    inputs: dict[str, Path]
    fingerprint: str
    out_dir: Path
    timeout_seconds: float | None  # of a process of its own; None: the stage runs in this one
    client: MlflowClient
    parent_run_id: str
    display: StageDisplay

    def start_run(self, **tags: str) -> TrackedRun:
        """A new MLflow run for this call."""
        common = {"fingerprint": self.fingerprint, "out_dir": str(self.out_dir)}
        return start_stage_run(self.client, self.parent_run_id, self.stage, {**common, **tags}, self.display.info)

    def log_result(self, run: TrackedRun, metrics: Mapping[str, float]) -> None:
        """The metrics, on the stage's run and, so that pipeline runs can be compared, on its parent."""
        parent = TrackedRun(self.client, self.parent_run_id, self.display.info)
        for name, value in metrics.items():
            run.metric(name, value)
            parent.metric(f"{self.stage}.{name}", value)


def attempt(visit: Visit, lock: int) -> dict[str, float]:
    """Run the stage once, in as much less memory as earlier attempts have shown to be needed; returns its metrics.

    lock: descriptor of the folder's lock. Raises OutOfMemory, TransientError, StageFailed, StageInterrupted or the
    stage's own DiagramforgeError, and leaves interrupts as they are; the MLflow run has ended in any case.
    """
    record = AttemptRecord(visit.out_dir / manifest.ATTEMPTS)
    config = within_memory(visit.config, record.out_of_memory_count())
    change = describe_change(visit.config, config)
    run = visit.start_run(reused="false", attempt=str(len(record.attempts) + 1), changed=change)
    try:
        record.begin(config, change, run.run_id)
        run.params(config)
        metrics = _work(visit, config, run, lock)
        _finish(visit, config, metrics)
    except Exception as error:
        raise _failed(visit, config, record, run, classify(error)) from None
    except BaseException as error:  # Ctrl-C or a signal: it goes on to whoever started the pipeline
        _close(record, run, "interrupted", type(error).__name__)
        raise
    try:
        _note_end(record, "finished")
        manifest.remove_checkpoints(visit.out_dir)
        _publish(visit, run, metrics)
    finally:  # interrupted or not: the stage is done
        run.end("FINISHED")
    return metrics


class _Recorder:
    """The StageLog of one attempt: numbers and files to MLflow, words to the terminal and, if given, a log file."""

    def __init__(self, run: TrackedRun, display: StageDisplay, log_path: Path | None) -> None:
        self.metric = run.metric
        self.artifact = run.artifact
        self.progress = display.progress
        self._display = display
        self._log_path = log_path

    def info(self, text: str) -> None:
        self._display.info(text)
        if self._log_path is None:
            return
        with self._log_path.open("a", encoding="utf-8") as stream:
            stream.write(text + "\n")


def _work(visit: Visit, config: BaseModel, run: TrackedRun, lock: int) -> dict[str, float]:
    """Run the stage, here or in a child; returns its metrics."""
    for name in (manifest.CONFIG, manifest.METRICS):
        (visit.out_dir / name).unlink(missing_ok=True)
    log_path = visit.out_dir / manifest.LOG
    job = Job.of(visit.module, config, visit.inputs, visit.out_dir)
    with run.system_metrics():
        if visit.timeout_seconds is not None:
            recorder = _Recorder(run, visit.display, log_path=None)  # the child writes it, in order with its output
            return do_in_child(job, recorder, visit.timeout_seconds, lock)
        with _traceback_in(log_path):
            return do(job, _Recorder(run, visit.display, log_path))


@contextmanager
def _traceback_in(log_path: Path) -> Iterator[None]:
    try:
        yield
    except Exception:
        with suppress(OSError), log_path.open("a", encoding="utf-8") as stream:  # a full disk: the error matters more
            traceback.print_exc(file=stream)
        raise


def _finish(visit: Visit, config: BaseModel, metrics: dict[str, float]) -> None:
    """Complete the folder; with its last line the stage is done."""
    for name in (manifest.CONFIG, manifest.METRICS):
        if (visit.out_dir / name).exists():
            raise StageFailed(f"it wrote {name}, a name that every stage's folder keeps; a subfolder may have one")
    write_json(visit.out_dir / manifest.CONFIG, public_settings(config))
    write_json(visit.out_dir / manifest.METRICS, metrics)
    manifest.write_manifest(visit.out_dir, visit.stage, visit.fingerprint, visit.inputs)


def _failed(
    visit: Visit, config: BaseModel, record: AttemptRecord, run: TrackedRun, error: DiagramforgeError
) -> DiagramforgeError:
    """Close the attempt; returns the error as the user shall see it."""
    next_change = _next_change(visit, config, record, error)
    explained = _explain(visit, error, next_change)
    run.tags({"error": str(explained), "error_class": type(explained).__name__, "next_attempt_changes": next_change})
    if isinstance(explained, StageFailed):
        run.tags({"last_lines": "\n".join(explained.last_lines)})
    log_path = visit.out_dir / manifest.LOG
    if log_path.exists():
        run.artifact(log_path)
    _close(record, run, _OUTCOMES.get(type(error), "failed"), str(explained))
    return explained


def _next_change(visit: Visit, config: BaseModel, record: AttemptRecord, error: DiagramforgeError) -> str:
    match error:
        case OutOfMemory():
            return describe_change(config, within_memory(visit.config, record.out_of_memory_count() + 1))
        case TransientError():
            return describe_change(config, config)
    return "not retried"


def _explain(visit: Visit, error: DiagramforgeError, next_change: str) -> DiagramforgeError:
    """The same error, after the name of its stage and before that of its log."""
    stage, log_path = f"stage {visit.stage}", visit.out_dir / manifest.LOG
    its_log = f"; its log is {log_path}" if log_path.exists() else ""
    match error:
        case OutOfMemory():
            return OutOfMemory(f"{stage} ran out of memory: {error}; a retry changes: {next_change}{its_log}")
        case StageFailed():
            return StageFailed(f"{stage} failed: {error}{its_log}", error.last_lines or last_lines(log_path))
    return type(error)(f"{stage}: {error}{its_log}")


def _close(record: AttemptRecord, run: TrackedRun, outcome: Outcome, error: str) -> None:
    run.end("KILLED" if outcome == "interrupted" else "FAILED")
    _note_end(record, outcome, error)


def _note_end(record: AttemptRecord, outcome: Outcome, error: str | None = None) -> None:
    with suppress(OSError):  # a full disk: how the attempt ended matters more
        record.end(outcome, error)


def _publish(visit: Visit, run: TrackedRun, metrics: Mapping[str, float]) -> None:
    """Give MLflow what the stage made."""
    out_dir = visit.out_dir
    visit.log_result(run, metrics)
    records = (manifest.MANIFEST, manifest.CONFIG, manifest.METRICS, manifest.ATTEMPTS, manifest.LOG)
    for path in [out_dir / name for name in records if (out_dir / name).exists()]:
        run.artifact(path)
    for path in _model_files(out_dir):
        run.artifact(path, (Path("model") / path.parent.relative_to(out_dir)).as_posix())


def _model_files(out_dir: Path) -> Iterator[Path]:
    """Weights and the files beside them, but for the largest."""
    listed = [out_dir / name for name in read_json(out_dir / manifest.MANIFEST)["files"]]
    folders = {path.parent for path in listed if path.suffix == _WEIGHTS}
    for path in listed:
        is_record = path.parent == out_dir and path.name in (manifest.CONFIG, manifest.METRICS)
        if path.parent in folders and not is_record and path.stat().st_size <= _LARGEST_UPLOAD_BYTES:
            yield path
