"""The life of a stage, on a toy one: reused, run in a child, killed, retried, interrupted."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from diagram_core.errors import InputError, UnavailableError
from diagram_core.files import read_json, write_text
from tasks.attempt import _traceback_in
from tasks.config import Profile
from tasks.isolation import stop_children
from tasks.lock import open_lock, try_lock
from tasks.pipeline_run import pipeline_run
from tasks.stage import (
    OutOfMemory,
    StageFailed,
    StageInterrupted,
    StageSpec,
    TransientError,
    finished_stage,
    is_retryable,
    run_stage,
)
from tests.conftest import background, wait_until
from tests.toys import ISOLATED_TOY, TOY, pipeline_runs, run_toy, stage_runs, toy_profile

MakeProfile = Callable[..., Profile]


@pytest.fixture
def profile(tmp_path: Path, empty_mlflow_store: Path) -> Profile:
    return toy_profile(tmp_path, empty_mlflow_store)


@pytest.fixture
def make_profile(tmp_path: Path, empty_mlflow_store: Path) -> MakeProfile:
    return lambda *overrides: toy_profile(tmp_path, empty_mlflow_store, *overrides)


def attempts(out_dir: Path) -> list[dict]:
    return read_json(out_dir / "attempts.json")


def the_folder(profile: Profile) -> Path:
    (folder,) = (profile.artifacts_dir() / "toy").iterdir()
    return folder


def children() -> list[psutil.Process]:
    """The processes of stages; other tests may have left helpers of Python's own."""
    living = [process for process in psutil.Process().children() if process.status() != psutil.STATUS_ZOMBIE]
    return [process for process in living if "tasks.child" in process.cmdline()]


def test_a_finished_stage_is_complete_and_reused(profile: Profile) -> None:
    first = run_toy(profile)
    again = run_toy(profile)
    assert (first.reused, again.reused) == (False, True)
    assert (first.out_dir, first.metrics) == (again.out_dir, again.metrics)
    manifest = read_json(first.out_dir / "manifest.json")
    assert set(manifest["files"]) == {"config.json", "metrics.json", "model/weights.safetensors", "plot.txt"}
    assert manifest["fingerprint"] == first.out_dir.name
    assert read_json(first.out_dir / "metrics.json") == first.metrics
    assert not (first.out_dir / "checkpoints").exists()


def test_checkpoints_that_an_interrupt_left_in_a_finished_stage_are_removed(profile: Profile) -> None:
    made = run_toy(profile)
    write_text(made.out_dir / "checkpoints" / "step.json", "9")
    assert run_toy(profile).reused
    assert not (made.out_dir / "checkpoints").exists()


def test_a_finished_stage_can_be_looked_up_without_running_it(profile: Profile) -> None:
    assert finished_stage(TOY, profile, {}) is None
    made = run_toy(profile)
    found = finished_stage(TOY, profile, {})
    assert found is not None and found.out_dir == made.out_dir


def test_a_changed_setting_makes_the_stage_run_again(make_profile: MakeProfile) -> None:
    first = run_toy(make_profile())
    second = run_toy(make_profile("sft.learning_rate=0.5"))
    assert not second.reused and second.out_dir != first.out_dir


def test_an_altered_file_makes_the_stage_run_again_from_the_start(profile: Profile) -> None:
    made = run_toy(profile)
    weights = made.out_dir / "model" / "weights.safetensors"
    right = weights.read_text()
    weights.write_text("something else")
    write_text(made.out_dir / "checkpoints" / "step.json", "9")
    again = run_toy(profile)
    assert not again.reused and again.metrics["first_step"] == 0
    assert weights.read_text() == right
    assert len(attempts(made.out_dir)) == 2


def test_a_missing_file_makes_the_stage_run_again(profile: Profile) -> None:
    made = run_toy(profile)
    (made.out_dir / "plot.txt").unlink()
    assert not run_toy(profile).reused


def test_other_inputs_and_another_world_make_the_stage_run_again(
    profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    write_text(data / "rows.txt", "one")
    first = run_toy(profile, data=data)
    assert run_toy(profile, data=data).reused
    write_text(data / "rows.txt", "two")
    second = run_toy(profile, data=data)
    monkeypatch.setenv("TOY_WORLD", "new ratings")
    third = run_toy(profile, data=data)
    assert len({first.out_dir, second.out_dir, third.out_dir}) == 3


def test_a_world_that_does_not_answer_is_asked_again(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    def be_away(_: Profile) -> str:
        raise UnavailableError("the ratings database does not answer")

    monkeypatch.setattr("tests.toy_stage.outside_state", be_away)
    with pytest.raises(TransientError, match=r"^stage toy: the ratings database does not answer$") as caught:
        run_toy(profile)
    assert is_retryable(caught.value)


def test_the_manifest_says_which_artifacts_a_stage_was_made_from(profile: Profile, tmp_path: Path) -> None:
    write_text(tmp_path / "data" / "rows.txt", "one")
    first = run_toy(profile)
    second = run_toy(profile, base=first.out_dir, data=tmp_path / "data")
    assert read_json(second.out_dir / "manifest.json")["inputs"] == {"base": first.out_dir.name}


def test_an_input_that_is_not_there_is_said_in_one_line(profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no folder .*nowhere"):
        run_toy(profile, data=tmp_path / "nowhere")
    with pytest.raises(ValueError, match="needs the folders of base"):
        run_stage(StageSpec("toy", "sft", ("base",), module="tests.toy_stage"), profile, {}, "")


def test_a_killed_child_is_out_of_memory_and_goes_on_from_its_checkpoint_with_less(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_FAULT", "killed")
    with pytest.raises(OutOfMemory, match=r"exit code -9.*4 -> 2, accumulation 1 -> 2; its log is .*log.txt") as caught:
        run_toy(profile, ISOLATED_TOY)
    assert is_retryable(caught.value)
    assert not (the_folder(profile) / "manifest.json").exists()
    result = run_toy(profile, ISOLATED_TOY)
    assert result.metrics["first_step"] == profile.sft.max_steps // 2
    assert result.metrics["micro_batch_size"] == 2
    assert [attempt["outcome"] for attempt in attempts(result.out_dir)] == ["out of memory", "finished"]
    assert attempts(result.out_dir)[1]["memory_plan"] == {"micro_batch_size": 2, "gradient_checkpointing": False}
    assert run_toy(profile, ISOLATED_TOY).reused


def test_cuda_out_of_memory_halves_the_micro_batch(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_FAULT", "cuda")
    with pytest.raises(OutOfMemory, match="CUDA out of memory"):
        run_toy(profile, ISOLATED_TOY)
    assert run_toy(profile, ISOLATED_TOY).metrics["micro_batch_size"] == 2


@pytest.mark.parametrize("spec", [TOY, ISOLATED_TOY], ids=["here", "isolated"])
def test_a_bug_is_not_retried_and_shows_its_last_lines(
    profile: Profile, monkeypatch: pytest.MonkeyPatch, spec: StageSpec
) -> None:
    monkeypatch.setenv("TOY_FAULT", "bug")
    with pytest.raises(StageFailed) as caught:
        run_toy(profile, spec)
    log_path = the_folder(profile) / "log.txt"
    assert str(caught.value) == f"stage toy failed: KeyError: 'no such layer'; its log is {log_path}"
    assert caught.value.last_lines[-1] == "KeyError: 'no such layer'"
    assert not is_retryable(caught.value)
    assert 'raise KeyError("no such layer")' in log_path.read_text()
    assert attempts(log_path.parent)[0]["outcome"] == "failed"


def test_what_a_child_prints_is_in_its_log_and_not_in_ours(
    profile: Profile, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOY_FAULT", "bug")
    with pytest.raises(StageFailed):
        run_toy(profile, ISOLATED_TOY)
    shown = capfd.readouterr()
    assert "about to look it up" in (the_folder(profile) / "log.txt").read_text()
    assert shown.out == "" and "about to look it up" not in shown.err
    assert "toy: starts at step 0" in shown.err and "toy: 1/12 steps" in shown.err


@pytest.mark.parametrize("spec", [TOY, ISOLATED_TOY], ids=["here", "isolated"])
def test_the_users_mistake_keeps_its_kind_and_names_stage_and_log(
    profile: Profile, monkeypatch: pytest.MonkeyPatch, spec: StageSpec
) -> None:
    monkeypatch.setenv("TOY_FAULT", "input")
    with pytest.raises(InputError) as caught:
        run_toy(profile, spec)
    log_path = the_folder(profile) / "log.txt"
    assert str(caught.value) == f"stage toy: prompts.jsonl, line 3: no prompt; add one; its log is {log_path}"
    assert not is_retryable(caught.value)


def test_a_lost_connection_is_retried_as_it_was(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_FAULT", "network")
    with pytest.raises(TransientError) as caught:
        run_toy(profile, ISOLATED_TOY)
    log_path = the_folder(profile) / "log.txt"
    assert str(caught.value) == f"stage toy: ConnectionResetError: the hub hung up; its log is {log_path}"
    assert is_retryable(caught.value)
    assert run_toy(profile, ISOLATED_TOY).metrics["micro_batch_size"] == 4


def test_a_full_disk_is_retried_though_the_child_cannot_write_why(
    profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOY_FAULT", "full disk")
    with pytest.raises(TransientError, match="No space left on device"):
        run_toy(profile, ISOLATED_TOY)


def test_a_log_that_cannot_be_written_does_not_hide_the_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError), _traceback_in(tmp_path):
        raise KeyError("no such layer")


def test_a_crash_says_which(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_FAULT", "segfault")
    with pytest.raises(StageFailed, match="SIGSEGV") as caught:
        run_toy(profile, ISOLATED_TOY)
    assert any("Segmentation fault" in line for line in caught.value.last_lines)


def test_a_stage_that_takes_too_long_is_ended(make_profile: MakeProfile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_FAULT", "hang")
    with pytest.raises(TransientError, match="not finished after 3 s"):
        run_toy(make_profile("pipeline.stage_timeout_seconds=3"), ISOLATED_TOY)
    assert children() == []


def test_a_stage_may_not_take_the_names_of_its_folder(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_FAULT", "kept name")
    with pytest.raises(StageFailed, match=r"it wrote config\.json"):
        run_toy(profile)


def test_a_stage_waits_for_another_process_at_the_same_folder(
    profile: Profile, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = run_toy(profile).out_dir
    results = []
    with open_lock(folder / "stage.lock") as lock:
        assert try_lock(lock)
        second = threading.Thread(target=lambda: results.append(run_toy(profile)))
        second.start()
        wait_until(lambda: "waiting" in capfd.readouterr().err)
        assert results == []
    second.join(60)
    assert results[0].reused


def test_stopping_the_pipeline_ends_stages_in_other_threads(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOY_FAULT", "hang")
    errors = []

    def work(parent_run_id: str) -> None:
        try:
            run_stage(ISOLATED_TOY, profile, {}, parent_run_id)
        except StageInterrupted as error:
            errors.append(error)

    with pytest.raises(KeyboardInterrupt), pipeline_run(profile, "toys") as parent_run_id:
        thread = threading.Thread(target=work, args=(parent_run_id,))
        thread.start()
        wait_until(lambda: has_checkpoint(profile))
        raise KeyboardInterrupt
    thread.join(60)
    assert len(errors) == 1 and not is_retryable(errors[0])
    assert stage_runs(profile)[0].info.status == pipeline_runs(profile)[0].info.status == "KILLED"
    assert children() == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whoever_ends_the_pipeline_ends_its_stage(profile: Profile, tmp_path: Path, number: signal.Signals) -> None:
    script = (
        "import sys; from tasks.config import load_profile; from tests.toys import ISOLATED_TOY, run_toy\n"
        "run_toy(load_profile('smoke', [f'pipeline.artifacts_dir={sys.argv[1]}']), ISOLATED_TOY)"
    )
    command = [sys.executable, "-c", script, str(profile.artifacts_dir())]
    log = tmp_path / "pipeline.log"
    with background(command, {**os.environ, "TOY_FAULT": "hang"}, log) as pipeline:
        wait_until(lambda: pipeline.poll() is not None or has_checkpoint(profile), log=log.read_text)
        assert pipeline.poll() is None, log.read_text()
        (stage,) = [p for p in psutil.Process(pipeline.pid).children() if "tasks.child" in p.cmdline()]
        pipeline.send_signal(number)
        assert pipeline.wait(60) != 0
        stage.wait(60)
    assert not (the_folder(profile) / "manifest.json").exists()
    if number != signal.SIGKILL:  # nobody could write anything down then
        assert attempts(the_folder(profile))[0]["outcome"] == "interrupted"
        assert {run.info.status for run in [*stage_runs(profile), *pipeline_runs(profile)]} == {"KILLED"}
    result = run_toy(profile, ISOLATED_TOY)
    assert result.metrics["first_step"] == profile.sft.max_steps // 2
    assert result.metrics["micro_batch_size"] == 4
    assert [run.info.status for run in stage_runs(profile)] == ["KILLED", "FINISHED"]
    assert [run.info.status for run in pipeline_runs(profile)] == ["KILLED", "FINISHED"]
    assert [attempt["outcome"] for attempt in attempts(result.out_dir)] == ["interrupted", "finished"]


def has_checkpoint(profile: Profile) -> bool:
    return any((profile.artifacts_dir() / "toy").glob("*/checkpoints/step.json"))


def test_no_child_starts_once_the_pipeline_is_being_stopped(profile: Profile) -> None:
    with pipeline_run(profile, "toys") as parent_run_id:
        stop_children()
        with pytest.raises(StageInterrupted):
            run_stage(ISOLATED_TOY, profile, {}, parent_run_id)
    assert run_toy(profile, ISOLATED_TOY).metrics["first_step"] == 0


def test_the_record_of_attempts_is_plain_json(profile: Profile) -> None:
    (attempt,) = json.loads((run_toy(profile).out_dir / "attempts.json").read_text())
    assert attempt["number"] == 1 and attempt["outcome"] == "finished" and attempt["change"] == "nothing"
    assert attempt["run_id"] == stage_runs(profile)[0].info.run_id
    assert attempt["started"] <= attempt["ended"]
