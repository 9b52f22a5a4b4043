"""The flows on a real Prefect server and worker, started with the commands that the README shows."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from tzlocal import get_localzone_name

from diagram_core.files import read_json
from tasks import pipeline, registry
from tasks.config import load_profile
from tasks.manifest import ATTEMPTS, MANIFEST
from tasks.tracking import connect
from tests.conftest import ROOT, answers, background, serving, wait_until

PREFECT = Path(sys.executable).parent / "prefect"
KILLED_STAGE = "sft"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@dataclass(frozen=True)
class Prefect:
    """A running server with a worker and all deployments."""

    api: str
    environment: dict[str, str]
    worker: subprocess.Popen[bytes]
    folder: Path  # of everything that the server, the worker and the flows write

    def command(self, *arguments: str) -> str:
        """Run a prefect command; returns what it printed."""
        done = subprocess.run(
            [PREFECT, "--no-prompt", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, deployment: str, *arguments: str) -> str:
        """`prefect deployment run`; returns the id of the flow run."""
        printed = self.command("deployment", "run", deployment, *arguments)
        return next(line.split("UUID:")[1].strip() for line in printed.splitlines() if "UUID:" in line)

    def flow_run(self, flow_run_id: str) -> dict[str, Any]:
        return httpx.get(f"{self.api}/flow_runs/{flow_run_id}").json()

    def state_after(self, flow_run_id: str, seconds: float) -> dict[str, Any]:
        """The state that the flow run ends in."""
        final = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
        wait_until(lambda: self.flow_run(flow_run_id)["state_type"] in final, seconds, self.log)
        return self.flow_run(flow_run_id)["state"]

    def task_runs(self, flow_run_id: str) -> dict[str, str]:
        """The state type of each task run, by name."""
        wanted = {"flow_runs": {"id": {"any_": [flow_run_id]}}, "sort": "EXPECTED_START_TIME_ASC"}
        rows = httpx.post(f"{self.api}/task_runs/filter", json=wanted).json()
        return {row["name"]: row["state_type"] for row in rows}

    def flow_process(self) -> psutil.Process:
        """The process in which the worker runs the flow, above those of the stages."""
        children = psutil.Process(self.worker.pid).children(recursive=True)
        return next(child for child in children if "prefect.engine" in child.cmdline())

    def log(self) -> str:
        return (self.folder / "worker.log").read_text()[-3000:]


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prefect]:
    folder = tmp_path_factory.mktemp("prefect")
    log = folder / "server.log"
    unset = ("MLFLOW_TRACKING_URI", "DIAGRAMFORGE_RATINGS", "PREFECT_PROFILE")
    environment = {name: value for name, value in os.environ.items() if name not in unset} | {
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "true",
        "DIAGRAMFORGE_HOME": str(folder / "home"),
        "PWD": str(ROOT),
    }

    def start_server(port: int) -> AbstractContextManager[subprocess.Popen[bytes]]:
        environment["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        return background([PREFECT, "server", "start", "--port", str(port)], environment, log)

    with ExitStack() as stack:
        stack.enter_context(serving(start_server, "/api/health", log))
        api = environment["PREFECT_API_URL"]
        start = [PREFECT, "worker", "start", "--pool", "local", "--type", "process"]
        worker = stack.enter_context(background(start, environment, folder / "worker.log"))
        server = Prefect(api, environment, worker, folder)
        wait_until(lambda: answers(f"{api}/work_pools/local"), 300, server.log)
        server.command("deploy", "--all")
        yield server


def attempts(home: Path, stage: str) -> list[str]:
    """How each attempt at the stage ended."""
    return [row["outcome"] for path in home.glob(f"{stage}/*/{ATTEMPTS}") for row in read_json(path)]


def test_a_killed_flow_goes_on_where_it_was_and_every_stage_is_a_task_run(
    prefect: Prefect, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = prefect.folder / "home"
    first = prefect.run("train-all/train-all", "-p", "profile=smoke")
    checkpoints = f"{KILLED_STAGE}/*/checkpoints/*"
    wait_until(lambda: any(home.glob(checkpoints)), 600, prefect.log)
    prefect.flow_process().send_signal(signal.SIGKILL)
    assert prefect.state_after(first, 120)["type"] == "CRASHED"
    names = pipeline.stage_names()
    finished = names[: names.index(KILLED_STAGE)]
    assert not list(home.glob(f"{KILLED_STAGE}/*/{MANIFEST}"))

    second = prefect.run("train-all/train-all", "-p", "profile=smoke")
    state = prefect.state_after(second, 1200)
    assert state["type"] == "COMPLETED", state["message"] + prefect.log()
    assert list(prefect.task_runs(second)) == [*names, "promote"]
    assert set(prefect.task_runs(second).values()) == {"COMPLETED"}
    for stage in finished:
        assert attempts(home, stage) == ["finished"], stage
    assert attempts(home, KILLED_STAGE) == ["interrupted", "finished"]

    monkeypatch.setenv("DIAGRAMFORGE_HOME", str(home))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    profile = load_profile("smoke")
    assert registry.champion(profile).is_dir()
    client = connect(profile.tracking_uri())
    experiment = client.get_experiment_by_name(profile.pipeline.experiment)
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], max_results=1000)
    assert "RUNNING" not in {run.info.status for run in runs}
    stages = [run for run in runs if run.data.tags.get("prefect.flow_run_id") == second and "stage" in run.data.tags]
    assert {run.data.tags["stage"] for run in stages} == set(names)
    assert {run.data.tags["stage"] for run in stages if run.data.tags["reused"] == "true"} == set(finished)


def test_the_demo_draws_with_what_is_trained(prefect: Prefect, tmp_path: Path) -> None:
    """Alone, it trains first; after the flow above, no stage is run again."""
    home = prefect.folder / "home"
    trained = {path: path.stat().st_mtime_ns for path in home.glob(f"*/*/{MANIFEST}")}
    program = "import sys; from app import demo, failures; demo.PROFILE = 'smoke'; "
    program += "sys.exit(failures.guard(demo.demo))"
    environment = {**prefect.environment, "PREFECT_HOME": str(tmp_path / "prefect"), "PYTHONPATH": str(ROOT)}
    del environment["PREFECT_API_URL"]
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=1700
    )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    sheets = re.findall(r"^  (\S+sheet\.png)$", ended.stdout, re.MULTILINE)
    assert len(sheets) == 3
    assert all(Path(sheet).is_file() for sheet in sheets)
    assert (home / "mlflow.db").is_file()
    assert (tmp_path / "prefect" / "prefect.db").is_file()
    assert {path: path.stat().st_mtime_ns for path in trained} == trained


def test_the_night_without_ratings_ends_at_once(prefect: Prefect) -> None:
    night = prefect.run("nightly/nightly", "-p", "profile=smoke")
    state = prefect.state_after(night, 300)
    assert (state["type"], state["message"]) == ("COMPLETED", "no new ratings: nothing to do")
    assert prefect.task_runs(night) == {}


def test_all_deployments_run_one_at_a_time_and_the_night_begins_at_three_here(prefect: Prefect) -> None:
    deployments = {row["name"]: row for row in httpx.post(f"{prefect.api}/deployments/filter", json={}).json()}
    assert set(deployments) == {"train-all", "nightly", "compare-models"}
    for deployment in deployments.values():
        assert deployment["work_pool_name"] == "local"
        assert deployment["global_concurrency_limit"]["limit"] == 1
        assert deployment["concurrency_options"]["collision_strategy"] == "ENQUEUE"
    (schedule,) = deployments["nightly"]["schedules"]
    assert schedule["schedule"]["cron"] == "0 3 * * *"
    assert schedule["schedule"]["timezone"] == get_localzone_name()
    assert deployments["train-all"]["schedules"] == []
