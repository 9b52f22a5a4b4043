"""Models side by side: each measured by itself and only once, and whatever fails is a row that says so."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
import torch
from mlflow import MlflowClient
from prefect.testing.utilities import prefect_test_harness

from app import cli
from diagram_core.errors import InputError, UsageError
from diagram_core.files import read_json, read_rows, write_rows
from diagram_core.models.language import load_model, load_tokenizer
from tasks import candidate, compare
from tasks.base import save_whole
from tasks.candidate import AskedPrompt
from tasks.compare import Candidate
from tasks.config import CandidateConfig, Profile, load_profile
from tasks.failure import OutOfMemory, StageInterrupted
from tasks.manifest import ATTEMPTS
from tasks.pipeline_run import pipeline_run
from tasks.stage import StageResult
from tasks.tracking import connect
from tests.toys import toy_profile
from tests.training import MemoryLog

QUICK = ["compare.prompts=3", "compare.shots=1", "compare.notation=plan", "compare.max_new_tokens=8"]
METRICS = {
    "format_kept_rate",
    "structural_score",
    "exact_rate",
    "stopped_rate",
    "seconds_per_prompt",
    "tokens_per_second",
    "errors",
    "peak_memory_mb",
}


@pytest.fixture
def config(tiny_base: Path) -> CandidateConfig:
    return load_profile("smoke", [*QUICK, f"base.model={tiny_base / 'model'}"]).candidate


@pytest.fixture
def profile(tmp_path: Path, empty_mlflow_store: Path) -> Profile:
    return toy_profile(tmp_path, empty_mlflow_store, *QUICK)


# --- one model


def test_a_model_is_asked_each_prompt(config: CandidateConfig, tmp_path: Path) -> None:
    log = MemoryLog()
    metrics = candidate.run(config, {}, tmp_path, log)
    rows = [AskedPrompt(**row) for row in read_rows(tmp_path / candidate.ANSWERS_FILE)]
    assert metrics.keys() == METRICS
    assert log.steps == [1, 2, 3]
    assert len({row.prompt for row in rows}) == 3
    assert all(1 <= row.tokens <= 8 and row.seconds > 0 and not row.error for row in rows)
    assert metrics["structural_score"] == metrics["format_kept_rate"] == 0  # a random model draws nothing
    assert metrics["peak_memory_mb"] > 100


def test_right_answers_are_worth_all_there_is(
    config: CandidateConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from diagram_core.asking import Answer
    from diagram_core.synthesis import examples

    right = {made.prompt: made.plan for made, _ in zip(examples(config.seed, "test"), range(3), strict=False)}
    monkeypatch.setattr(candidate, "ask", lambda model, tokenizer, prompt, *_: Answer(right[prompt], 5, True, 0.5))
    metrics = candidate.run(config, {}, tmp_path, MemoryLog())
    worth = ("format_kept_rate", "structural_score", "exact_rate", "stopped_rate")
    assert [metrics[name] for name in worth] == [1, 1, 1, 1]
    assert (metrics["seconds_per_prompt"], metrics["tokens_per_second"]) == (0.5, 10)


def test_the_prompts_of_a_file_are_asked(config: CandidateConfig, tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    write_rows(path, [{"prompt": f"a net of {i} and 1", "plan": f"network right sky soft full\n{i} 1"} for i in "456"])
    mine = config.model_copy(update={"prompts_file": path, "prompts": 2})
    candidate.run(mine, {}, tmp_path / "out", MemoryLog())
    asked = [row["prompt"] for row in read_rows(tmp_path / "out" / candidate.ANSWERS_FILE)]
    assert asked == ["a net of 4 and 1", "a net of 5 and 1"]


class _InterruptedError(Exception):
    pass


class _InterruptingLog(MemoryLog):
    def progress(self, done: int, total: int, unit: str) -> None:
        if done == 2:
            raise _InterruptedError


def test_an_interrupted_measurement_goes_on_where_it_was(config: CandidateConfig, tmp_path: Path) -> None:
    with pytest.raises(_InterruptedError):
        candidate.run(config, {}, tmp_path, _InterruptingLog())
    log = MemoryLog()
    candidate.run(config, {}, tmp_path, log)
    assert log.steps == [3]
    assert len(read_rows(tmp_path / candidate.ANSWERS_FILE)) == 3


def test_a_prompt_that_does_not_fit_is_an_error_of_its_own(config: CandidateConfig, tmp_path: Path) -> None:
    metrics = candidate.run(config.model_copy(update={"shots": 30}), {}, tmp_path, MemoryLog())
    assert (metrics["errors"], metrics["tokens_per_second"]) == (3, 0)
    (row, *_) = read_rows(tmp_path / candidate.ANSWERS_FILE)
    assert "which reads 1024" in row["error"]


def test_out_of_memory_ends_the_measurement(
    config: CandidateConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_out(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(candidate, "ask", run_out)
    with pytest.raises(torch.OutOfMemoryError):
        candidate.run(config, {}, tmp_path, MemoryLog())
    assert not (tmp_path / candidate.ANSWERS_FILE).exists()


def test_what_is_asked_and_who_is_asked_count(tiny_base: Path, tmp_path: Path) -> None:
    model, prompts = tmp_path / "model", tmp_path / "mine.jsonl"
    shutil.copytree(tiny_base / "model", model)
    prompts.write_text("{}")

    def state(*overrides: str) -> str:
        return candidate.outside_state(load_profile("smoke", list(overrides)))

    here, asked = f"base.model={model}", f"compare.prompts_file={prompts}"
    states = [state(), state(here), state(asked), state(here, asked)]
    (model / "config.json").write_text("{}")
    states.append(state(here))
    prompts.write_text("[]")
    states.append(state(asked))
    assert len(set(states)) == 6


# --- side by side


def test_what_fails_becomes_a_row(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_stage(spec: object, settings: Profile, inputs: object, run_id: str) -> StageResult:
        if settings.candidate.model == "stopped":
            raise StageInterrupted("stopped with its pipeline")
        if settings.candidate.model == "huge":
            raise OutOfMemory("stage compared/huge ran out of memory")
        return StageResult("any", Path(), {"structural_score": 0.5}, reused=False)

    monkeypatch.setattr(compare, "run_stage", run_stage)
    assert compare.measure(profile, "a/b", "run") == Candidate("a/b", {"structural_score": 0.5})
    assert compare.measure(profile, "huge", "run").failure == "stage compared/huge ran out of memory"
    with pytest.raises(StageInterrupted):
        compare.measure(profile, "stopped", "run")


def test_table_and_figure_are_in_mlflow(profile: Profile) -> None:
    good = Candidate("a/good", dict.fromkeys(METRICS, 0.25))
    with pipeline_run(profile, "compare-models") as run_id:
        made = compare.report(profile, run_id, [good, Candidate("a|bad", {}, "out of memory")])
    assert made.folder == profile.artifacts_dir() / "compared" / run_id
    table = (made.folder / compare.TABLE_FILE).read_text().splitlines()
    assert table[0].startswith("| model | format kept | structural score |")
    assert table[2] == "| a/good | 0.25 | 0.25 | 0.25 | 0.25 | 0.25 | 0.25 |"
    assert table[3] == "| a\\|bad |  |  |  |  |  | out of memory |"
    with (made.folder / compare.CSV_FILE).open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["failure"] for row in rows] == ["", "out of memory"]
    assert rows[0]["tokens_per_second"] == "0.25"
    assert {item.path for item in connect(profile.tracking_uri()).list_artifacts(run_id, "compared")} == {
        "compared/table.md",
        "compared/table.csv",
        "compared/measures.png",
    }


def test_what_is_wrong_with_a_comparison_is_said_before_anything_is_started(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    monkeypatch.setattr("app.compare.start_services", lambda settings: pytest.fail("started"))
    assert cli.run(["compare", "starter", "--prompts", "set #2.jsonl"]) == 1
    assert "no file set #2.jsonl" in capsys.readouterr().err


def test_nothing_is_compared_without_models_or_prompts(profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="name some"):
        compare.check(profile, [])
    missing = toy_profile(tmp_path, Path(), f"compare.prompts_file={tmp_path / 'no.jsonl'}")
    with pytest.raises(InputError, match=r"no file .*no\.jsonl"):
        compare.check(missing, ["starter"])


@pytest.mark.parametrize(
    ("model", "slug"),
    [("org/name-1.3b", "org-name-1.3b"), ("/home/me/models/mine/", "models-mine"), ("../a b", "a-b"), ("tiny", "tiny")],
)
def test_a_models_name_becomes_a_folders(model: str, slug: str) -> None:
    assert compare.slug(model) == slug


@pytest.mark.slow
def test_two_models_and_one_that_cannot_be_loaded(
    home: Path, tiny_base: Path, tmp_path: Path, empty_mlflow_store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command as a person gives it: each model in a process of its own, and the run goes to its end."""
    home.mkdir()
    shutil.copy(empty_mlflow_store, home / "mlflow.db")
    other, broken = tmp_path / "other", tmp_path / "broken"
    model = load_model(tiny_base / "model")
    torch.nn.init.normal_(model.get_input_embeddings().weight)
    save_whole(model, load_tokenizer(tiny_base / "model"), other)
    shutil.copytree(tiny_base / "model", broken)
    (broken / "model.safetensors").write_bytes(b"damaged")
    models = [str(tiny_base / "model"), str(broken), str(other)]
    command = ["compare", *models, "--json", "--profile", "smoke", *(f"--set={change}" for change in QUICK)]

    def compared() -> list[dict]:
        assert cli.run(command) == 0
        found = json.loads(capsys.readouterr().out)
        assert (Path(found["folder"]) / compare.FIGURE_FILE).is_file()
        return found["models"]

    with prefect_test_harness(server_startup_timeout=300):
        first = compared()
        again = compared()
    assert [row["model"] for row in first] == models
    assert [bool(row["failure"]) for row in first] == [False, True, False]
    assert "cannot be loaded" in first[1]["failure"]
    assert all(row["metrics"].keys() == METRICS for row in (first[0], first[2]))
    assert again == first
    attempts = {
        path.parents[1].name: [row["outcome"] for row in read_json(path)]
        for path in (home / "compared").glob(f"*/*/{ATTEMPTS}")
    }
    assert attempts == {
        compare.slug(models[0]): ["finished"],
        compare.slug(models[1]): ["failed", "failed"],
        compare.slug(models[2]): ["finished"],
    }
    assert statuses(load_profile("smoke")) == {"FINISHED": 2 + 2 * 2, "FAILED": 2}


def statuses(profile: Profile) -> dict[str, int]:
    """How many runs of the experiment have ended how."""
    client: MlflowClient = connect(profile.tracking_uri())
    experiment = client.get_experiment_by_name(profile.pipeline.experiment)
    ends = [run.info.status for run in client.search_runs([experiment.experiment_id])]
    return {status: ends.count(status) for status in set(ends)}


def test_help_shows_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["compare", "--help"]) == 0
    assert "  diagramforge compare starter my-model --prompts held-out.jsonl.gz --limit 20" in capsys.readouterr().out
