"""What MLflow knows afterwards, read back from a real store."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from mlflow import MlflowClient

from diagram_core.errors import InputError
from diagram_core.files import read_json, write_text
from tasks.config import Profile, SftConfig, load_profile
from tasks.lock import open_lock, try_lock
from tasks.log import StageLog
from tasks.pipeline_run import pipeline_run
from tasks.stage import OutOfMemory, StageFailed, TransientError, run_stage
from tasks.tracking import FLOW_RUN_TAG, TrackedRun, connect, public_settings
from tests import toy_stage
from tests.conftest import background, free_port, serving
from tests.toys import ISOLATED_TOY, TOY, pipeline_runs, run_toy, stage_runs, toy_profile


@pytest.fixture
def profile(tmp_path: Path, empty_mlflow_store: Path) -> Profile:
    return toy_profile(tmp_path, empty_mlflow_store)


def artifact_names(client: MlflowClient, run_id: str, folder: str | None = None) -> set[str]:
    found = client.list_artifacts(run_id, folder)
    inner = [artifact_names(client, run_id, item.path) for item in found if item.is_dir]
    return {item.path for item in found if not item.is_dir}.union(*inner)


def check_a_finished_run(profile: Profile) -> None:
    """That everything about one run of the isolated toy can be read back."""
    client = connect(profile.tracking_uri())
    result = run_toy(profile, ISOLATED_TOY)
    (parent,), (run,) = pipeline_runs(profile), stage_runs(profile)
    assert (parent.info.status, run.info.status) == ("FINISHED", "FINISHED")
    assert run.data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert run.data.params["learning_rate"] == "0.01" and run.data.params["lora.rank"] == "16"
    assert parent.data.params["sft.learning_rate"] == "0.01" and parent.data.params["quantize.bits"] == "4"
    curve = client.get_metric_history(run.info.run_id, "loss")
    steps = profile.sft.max_steps
    assert [(m.step, m.value) for m in curve[:steps]] == [(step, 1 / (step + 1)) for step in range(steps)]
    assert run.data.metrics["loss"] == result.metrics["loss"] == parent.data.metrics["toy.loss"]
    assert artifact_names(client, run.info.run_id) == {
        *("manifest.json", "config.json", "metrics.json", "attempts.json", "log.txt"),
        *("plots/plot.txt", "model/model/weights.safetensors"),
    }
    tags = run.data.tags
    assert tags["stage"] == "toy" and tags["attempt"] == "1" and tags["reused"] == "false"
    assert tags["fingerprint"] == result.out_dir.name and tags["out_dir"] == str(result.out_dir)


def test_a_run_can_be_read_back(profile: Profile) -> None:
    check_a_finished_run(profile)


def test_only_files_of_a_model_that_are_too_large_are_not_uploaded(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = toy_stage.run

    def run_with_a_model(config: SftConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
        for name, size_bytes in {"small.safetensors": 100, "large.safetensors": 101, "tokenizer.json": 10}.items():
            write_text(out_dir / "whole" / name, "x" * size_bytes)
        return run(config, inputs, out_dir, log)

    monkeypatch.setattr(toy_stage, "run", run_with_a_model)
    monkeypatch.setattr("tasks.attempt._LARGEST_UPLOAD_BYTES", 100)
    folder = run_toy(profile).out_dir
    uploaded = artifact_names(connect(profile.tracking_uri()), stage_runs(profile)[0].info.run_id, "model/whole")
    assert uploaded == {"model/whole/small.safetensors", "model/whole/tokenizer.json"}
    assert (folder / "whole" / "large.safetensors").is_file()


def test_runs_know_their_flow_run_and_their_commit(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.pipeline_run._git_commit", lambda: "c0ffee")
    with pipeline_run(profile, "toys", {FLOW_RUN_TAG: "flow-1"}) as parent_run_id:
        run_stage(TOY, profile, {}, parent_run_id)
    for run in [*pipeline_runs(profile), *stage_runs(profile)]:
        assert run.data.tags["prefect.flow_run_id"] == "flow-1"
        assert run.data.tags["mlflow.source.git.commit"] == "c0ffee"


def test_the_machines_load_is_logged(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "0.1")
    run_toy(profile, ISOLATED_TOY)
    assert {"system/cpu_utilization_percentage", "system/system_memory_usage_megabytes"} <= set(
        stage_runs(profile)[0].data.metrics
    )


def test_a_reused_stage_has_a_run_that_points_to_the_one_that_made_it(profile: Profile) -> None:
    metrics = run_toy(profile).metrics
    run_toy(profile)
    made, reused = stage_runs(profile)
    assert reused.info.status == "FINISHED"
    assert reused.data.tags["reused"] == "true" and reused.data.tags["reused_from"] == made.info.run_id
    assert reused.data.metrics == metrics


def test_an_interrupt_once_a_stage_is_done_leaves_it_finished(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tasks.attempt._publish", interrupt)
    monkeypatch.setattr("tasks.attempt.Visit.log_result", interrupt)
    for _ in ("made", "reused"):
        with pytest.raises(KeyboardInterrupt):
            run_toy(profile)
    assert [run.data.tags["reused"] for run in stage_runs(profile)] == ["false", "true"]
    assert {run.info.status for run in stage_runs(profile)} == {"FINISHED"}
    assert {run.info.status for run in pipeline_runs(profile)} == {"KILLED"}
    (folder,) = (profile.artifacts_dir() / "toy").iterdir()
    assert not (folder / "checkpoints").exists()
    assert [attempt["outcome"] for attempt in read_json(folder / "attempts.json")] == ["finished"]


def test_a_killed_stage_is_failed_and_its_retry_says_what_it_changed(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_FAULT", "killed")
    with pytest.raises(OutOfMemory):
        run_toy(profile, ISOLATED_TOY)
    run_toy(profile, ISOLATED_TOY)
    failed, retried = stage_runs(profile)
    change = "micro-batch 4 -> 2, accumulation 1 -> 2"
    assert (failed.info.status, retried.info.status) == ("FAILED", "FINISHED")
    assert failed.data.tags["error_class"] == "OutOfMemory" and "exit code -9" in failed.data.tags["error"]
    assert failed.data.tags["next_attempt_changes"] == retried.data.tags["changed"] == change
    assert (failed.data.tags["attempt"], retried.data.tags["attempt"]) == ("1", "2")
    assert (failed.data.params["micro_batch_size"], retried.data.params["micro_batch_size"]) == ("4", "2")
    assert [run.info.status for run in pipeline_runs(profile)] == ["FAILED", "FINISHED"]


def test_a_bug_leaves_its_last_lines_and_its_log(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_FAULT", "bug")
    with pytest.raises(StageFailed):
        run_toy(profile, ISOLATED_TOY)
    (run,) = stage_runs(profile)
    assert run.info.status == "FAILED" and run.data.tags["next_attempt_changes"] == "not retried"
    assert run.data.tags["last_lines"].endswith("KeyError: 'no such layer'")
    assert artifact_names(connect(profile.tracking_uri()), run.info.run_id) == {"log.txt"}


def marks(profile: Profile) -> list[str]:
    """The pipeline runs that others take for alive, or for abandoned if nobody holds their lock."""
    return [path.name for path in (profile.artifacts_dir() / "running").glob("[!.]*")]


@pytest.mark.parametrize(("left", "closed"), [("RUNNING", "KILLED"), ("FINISHED", "FINISHED")])
def test_of_a_killed_pipeline_only_what_still_runs_is_closed(profile: Profile, left: str, closed: str) -> None:
    with pipeline_run(profile, "killed") as run_id:
        pass
    client = connect(profile.tracking_uri())
    client.update_run(run_id, left)
    (profile.artifacts_dir() / "running" / run_id).touch()
    with pipeline_run(profile, "next") as next_id:
        assert marks(profile) == [next_id]
    assert client.get_run(run_id).info.status == closed
    assert marks(profile) == []


def test_a_mark_that_goes_away_meanwhile_is_not_made_anew(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    (profile.artifacts_dir() / "running").mkdir()
    monkeypatch.setattr(Path, "glob", lambda folder, pattern: [folder / "just-ended"])
    monkeypatch.setattr("tasks.pipeline_run._close_runs", lambda client, run_id: pytest.fail(f"closed {run_id}"))
    with pipeline_run(profile, "next"):
        pass


def test_no_mark_is_seen_before_it_is_locked(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    seen_unlocked = []

    def look_and_lock(descriptor: int) -> bool:
        seen_unlocked.extend(marks(profile))
        return try_lock(descriptor)

    monkeypatch.setattr("tasks.pipeline_run.try_lock", look_and_lock)
    with pipeline_run(profile, "toys") as run_id:
        assert (marks(profile), seen_unlocked) == ([run_id], [])
        with open_lock(profile.artifacts_dir() / "running" / run_id) as lock:
            assert not try_lock(lock)


def test_a_server_that_does_not_answer_is_said_in_one_line(profile: Profile) -> None:
    uri = f"http://127.0.0.1:{free_port()}"
    pipeline = profile.pipeline.model_copy(update={"tracking_uri": uri})
    with pytest.raises(TransientError, match=f"no MLflow server answers at {uri} .*: start it, or") as caught:
        run_toy(profile.model_copy(update={"pipeline": pipeline}))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "uri", ["nonsense://x", "file:///tmp/mlruns", "sqlite:////proc/none/mlflow.db", "sqlite:////proc/cpuinfo"]
)
def test_a_store_that_cannot_be_used_is_said_in_one_line(uri: str) -> None:
    with pytest.raises(InputError, match=f"the tracking store {uri} cannot be used: ") as caught:
        connect(uri)
    assert "\n" not in str(caught.value)


class AbsentStore:
    """A client whose server went away."""

    def __init__(self) -> None:
        self.is_away = True
        self.metrics: list[tuple[str, float, int]] = []

    def log_batch(self, run_id: str, metrics: list) -> None:
        if self.is_away:
            raise ConnectionError("nobody there")
        self.metrics += [(metric.key, metric.value, metric.step) for metric in metrics]

    def set_terminated(self, run_id: str, status: str) -> None:
        if self.is_away:
            raise ConnectionError("nobody there")


def test_a_store_that_goes_away_costs_one_warning_and_no_metric() -> None:
    store, warnings = AbsentStore(), list[str]()
    run = TrackedRun(store, "run-1", warnings.append)  # type: ignore[arg-type]
    for step in range(3):
        run.metric("loss", 1.0 - step / 10, step)
    assert len(warnings) == 1 and "nobody there" in warnings[0]
    store.is_away = False
    run.end("FINISHED")
    assert store.metrics == [("loss", 1.0, 0), ("loss", 0.9, 1), ("loss", 0.8, 2)]


def test_passwords_are_not_for_all_to_see() -> None:
    profile = load_profile(
        "smoke",
        ["pipeline.ratings_url=postgresql://me:secret@host/db", "pipeline.tracking_uri=http://u:secret@host:5000"],
    )
    shown = public_settings(profile)["pipeline"]
    assert shown["ratings_url"] == "postgresql://me:***@host/db"
    assert shown["tracking_uri"] == "http://u:***@host:5000"


@pytest.fixture
def mlflow_server(tmp_path: Path, empty_mlflow_store: Path) -> Iterator[str]:
    """The address of a real server, with a database and a place for artifacts of its own."""
    (tmp_path / "server.db").write_bytes(empty_mlflow_store.read_bytes())
    places = ["--backend-store-uri", f"sqlite:///{tmp_path}/server.db", "--artifacts-destination", f"{tmp_path}/kept"]
    command, log = [sys.executable, "-m", "mlflow", "server", "--workers", "1", *places], tmp_path / "server.log"
    with serving(
        lambda port: background([*command, "--port", str(port)], dict(os.environ), log), "/health", log
    ) as port:
        yield f"http://127.0.0.1:{port}"


def test_a_server_whose_port_is_taken_before_it_starts_on_another(tmp_path: Path) -> None:
    commands, log = [["-c", "exit('taken')"], ["-m", "http.server", "--bind", "127.0.0.1"]], tmp_path / "server.log"
    ports = []

    def start(port: int) -> AbstractContextManager[subprocess.Popen[bytes]]:
        ports.append(port)
        return background([sys.executable, *commands[len(ports) - 1], str(port)], dict(os.environ), log)

    with serving(start, "/", log) as port:
        assert port == ports[1]
    commands[1:], ports[:] = commands[:1], []
    with pytest.raises(pytest.fail.Exception, match="taken"), serving(start, "/", log):
        pass


@pytest.mark.slow
def test_a_run_can_be_read_back_from_a_server(profile: Profile, mlflow_server: str) -> None:
    pipeline = profile.pipeline.model_copy(update={"tracking_uri": mlflow_server})
    check_a_finished_run(profile.model_copy(update={"pipeline": pipeline}))
