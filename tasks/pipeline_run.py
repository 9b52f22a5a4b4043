"""The MLflow run of a whole pipeline, which always ends: also when the pipeline is interrupted or killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from tasks.config import Profile
from tasks.isolation import accept_children, stop_children
from tasks.lock import open_lock, try_lock
from tasks.tracking import COMMIT_TAG, PARENT_TAG, TrackedRun, connect, store_at_work, warn_on_stderr

if TYPE_CHECKING:
    from mlflow import MlflowClient

_MARKS = "running"  # folder of a file for each run that is alive


@contextmanager
def pipeline_run(profile: Profile, name: str, tags: Mapping[str, str] | None = None) -> Iterator[str]:
    """The MLflow run that the stages of one pipeline run are children of; gives its id.

    It ends FINISHED, FAILED on an error, KILLED on an interrupt, which also ends the stages' processes.
    Runs that a killed pipeline left open are closed first.
    """
    client = connect(profile.tracking_uri())
    with store_at_work(profile.tracking_uri()):
        _close_abandoned_runs(client, profile)
        made = client.create_run(
            _experiment_id(client, profile), run_name=name, tags=_pipeline_tags(name, profile, tags or {})
        )
    run = TrackedRun(client, made.info.run_id, warn_on_stderr)
    with _marked_alive(profile, run.run_id), unwound_by_sigterm():
        accept_children()
        try:
            run.params(profile)
            yield run.run_id
        except Exception:
            run.end("FAILED")
            raise
        except BaseException:
            stop_children()
            run.end("KILLED")
            raise
        else:
            run.end("FINISHED")


def _experiment_id(client: MlflowClient, profile: Profile) -> str:
    from mlflow.exceptions import MlflowException

    name = profile.pipeline.experiment
    found = client.get_experiment_by_name(name)
    if found is not None:
        return found.experiment_id
    # A server has a place for artifacts; a database has not, and MLflow would take the current folder.
    is_server = profile.tracking_uri().startswith(("http://", "https://"))
    location = None if is_server else (profile.artifacts_dir() / "mlartifacts").as_uri()
    try:
        return client.create_experiment(name, artifact_location=location)
    except MlflowException:  # another pipeline was quicker
        found = client.get_experiment_by_name(name)
        if found is None:
            raise
        return found.experiment_id


def _pipeline_tags(name: str, profile: Profile, tags: Mapping[str, str]) -> dict[str, str]:
    found = {"pipeline": name, "profile": profile.name}
    if commit := _git_commit():
        found[COMMIT_TAG] = commit
    return {**found, **tags}


def _git_commit() -> str | None:
    """The commit of the source; None where it was installed without its repository."""
    command = ["git", "-C", str(Path(__file__).resolve().parent), "rev-parse", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


@contextmanager
def _marked_alive(profile: Profile, run_id: str) -> Iterator[None]:
    """Hold a lock that tells other pipelines that this run has not been abandoned."""
    marks = profile.artifacts_dir() / _MARKS
    marks.mkdir(parents=True, exist_ok=True)
    mark, hidden = marks / run_id, marks / f".{run_id}"
    with open_lock(hidden) as lock:
        try_lock(lock)
        hidden.rename(mark)  # nobody finds it before it is locked, and takes the run for abandoned
        try:
            yield
        finally:
            mark.unlink(missing_ok=True)


def _close_abandoned_runs(client: MlflowClient, profile: Profile) -> None:
    """End the runs of pipelines whose process is gone: nobody else would, and they would stay RUNNING."""
    for mark in (profile.artifacts_dir() / _MARKS).glob("[!.]*"):
        try:
            stream = mark.open("r+b")
        except FileNotFoundError:  # its pipeline has just ended
            continue
        with stream:
            if try_lock(stream.fileno()):
                _close_runs(client, mark.name)
                mark.unlink(missing_ok=True)


def _close_runs(client: MlflowClient, pipeline_run_id: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        pipeline = client.get_run(pipeline_run_id)
    except MlflowException:  # another store, or removed in the UI
        return
    children = client.search_runs(
        [pipeline.info.experiment_id],
        f"tags.`{PARENT_TAG}` = '{pipeline_run_id}' and attributes.status = 'RUNNING'",
    )
    for run in [run for run in (*children, pipeline) if run.info.status == "RUNNING"]:
        client.set_terminated(run.info.run_id, "KILLED")


@contextmanager
def unwound_by_sigterm() -> Iterator[None]:
    """Let SIGTERM unwind the stack as Ctrl-C does, unless somebody (Prefect) already handles it."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    if not in_main_thread or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _exit_on_signal)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _exit_on_signal(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
