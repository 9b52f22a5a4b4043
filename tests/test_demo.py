"""`make demo` and `train`: what they run, and that their last lines lead to what they made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from itertools import takewhile
from pathlib import Path

import psutil
import pytest

from app import cli, demo, failures, train
from tests.toy_champion import ToyChampion

ROOT = Path(__file__).resolve().parent.parent


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What the train-all flow was asked to do, in place of doing it."""
    from flows import train_all

    asked: list[tuple[object, ...]] = []

    def run(profile: str, overrides: list[str] | None, only: str | None, from_stage: str | None) -> train_all.Training:
        asked.append((profile, overrides, only, from_stage))
        return train_all.Training(profile, "run", {}, Path("the-bundle"), "7")

    monkeypatch.setattr(train_all, "train_all", run)
    monkeypatch.setattr(train, "start_services", lambda settings: None)
    return asked


def test_train_hands_its_options_to_the_flow(
    runs: list[tuple[object, ...]], capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    command = ["train", "--profile", "smoke", "--set", "sft.max_steps=3", "--set", "sft.seed=1", "--from", "render"]
    assert cli.run(command) == 0
    assert runs == [("smoke", ["sft.max_steps=3", "sft.seed=1"], None, "render")]
    text = capsys.readouterr().out
    assert "Version 7 of diagramforge draws from now on" in text
    assert f"ui --backend-store-uri sqlite:///{home}/mlflow.db" in text
    assert "prefect server start" in text
    assert "export" not in text


def test_train_says_how_to_draw_with_what_lies_elsewhere(
    runs: list[tuple[object, ...]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "a disk"
    places = ["--set", f"pipeline.artifacts_dir={elsewhere}", "--set", "pipeline.model_name=mine"]
    assert cli.run(["train", "--profile", "smoke", *places]) == 0
    assert f"export DIAGRAMFORGE_HOME='{elsewhere}' DIAGRAMFORGE_MODEL=mine\n" in capsys.readouterr().out


def test_peoples_scores_are_read_before_anything_starts(
    runs: list[tuple[object, ...]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "scores.jsonl"
    path.write_text('{"answer": "", "readability": 9}')
    assert cli.run(["train", "--profile", "smoke", "--scores", str(path)]) != 0
    assert "scores.jsonl, row 1: 'readability' should be a number from 0 to 5" in capsys.readouterr().err
    assert cli.run(["train", "--profile", "smoke", "--set", f"readability.scores={path}"]) != 0
    assert "scores.jsonl, row 1" in capsys.readouterr().err
    assert runs == []
    path.write_text('{"answer": "", "readability": 4}')
    assert cli.run(["train", "--profile", "smoke", "--scores", str(path)]) == 0
    path = path.rename(tmp_path / "scores of 3: #2.jsonl")
    assert cli.run(["train", "--profile", "smoke", "--scores", str(path)]) == 0
    assert runs[1:] == [("smoke", [f'readability.scores="{path}"'], None, None)]


def test_train_takes_the_profile_that_fits(runs: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(train, "fitting_profile_name", lambda: "gpu-12gb")
    assert cli.run(["train"]) == 0
    assert runs == [("gpu-12gb", None, None, None)]


def test_the_demo_trains_draws_and_says_where_everything_is(
    runs: list[tuple[object, ...]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    champion = ToyChampion()
    champion.install(monkeypatch)
    assert failures.guard(demo.demo) == 0
    assert len(runs) == 1
    assert champion.prompts == list(demo.PROMPTS.values())
    text = capsys.readouterr().out
    ending = text[text.index("Done. The ranked sheets") :]
    sheets = [Path(line.strip()) for line in ending.splitlines() if line.strip().endswith("sheet.png")]
    assert len(sheets) == 3
    assert all(sheet.is_file() for sheet in sheets)
    assert f"sqlite:///{home}/mlflow.db" in ending
    assert "prefect.db" in ending


def test_the_demo_fails_in_one_line(runs: list[tuple[object, ...]], capsys: pytest.CaptureFixture[str]) -> None:
    assert failures.guard(demo.demo) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("diagramforge: there is no champion")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_ending_a_training_ends_the_servers_and_the_stage_that_it_started(tmp_path: Path) -> None:
    ends = {signal.SIGINT: failures.EXIT_INTERRUPTED, signal.SIGTERM: 143}
    trainings = {number: _start_training(tmp_path / number.name) for number in ends}
    for number, training in trainings.items():
        assert training.stderr is not None
        lines = [*takewhile(lambda line: not line.startswith("base "), training.stderr)]  # sft begins
        started = _children_with_a_stage(training)
        assert any("prefect.server" in _command(process) for process in started)
        training.send_signal(number)
        rest = training.stderr.read()
        assert training.wait() == ends[number], [*lines, rest]
        assert "Traceback" not in rest
        _, alive = psutil.wait_procs(started, timeout=30)
        assert alive == []


def _children_with_a_stage(training: subprocess.Popen[str]) -> list[psutil.Process]:
    """All processes that the training has started, as soon as one of them is a stage's."""
    while training.poll() is None:
        children = psutil.Process(training.pid).children(recursive=True)
        if any("tasks.child" in _command(process) for process in children):
            return children
        time.sleep(0.02)
    raise AssertionError("the training ended before a stage was seen")


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it has ended meanwhile
        return ""


def _start_training(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "train", "--profile", "smoke"],
        env={**os.environ, "PREFECT_HOME": str(folder / "prefect"), "DIAGRAMFORGE_HOME": str(folder / "home")},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
