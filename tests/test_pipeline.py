"""The order of the stages, and the flows around them, on toy stages in one process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prefect.testing.utilities import prefect_test_harness

from diagram_core.errors import InputError, UsageError
from diagram_core.ratings import RatingStore
from flows.nightly import ANOTHER_CHAMPION, NOTHING_NEW, nightly
from flows.stages import _as_task
from flows.train_all import train_all
from tasks import bundle, gate, pipeline, registry
from tasks.config import Profile, load_profile
from tasks.machine import GIB, Machine, fitting_profile, machine
from tasks.stage import OutOfMemory, StageFailed
from tasks.tracking import connect
from tests.toy_pipeline import ToyPipeline

OVERRIDES = ["pipeline.retry_delay_seconds=[0]"]


@pytest.fixture(scope="module")
def prefect_server() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=300):
        yield


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow database without runs: making one takes seconds."""
    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    connect(f"sqlite:///{path}")
    return path


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefect_server: None, empty_store: Path) -> ToyPipeline:
    (tmp_path / "home").mkdir()
    shutil.copy(empty_store, tmp_path / "home" / "mlflow.db")
    monkeypatch.setenv("DIAGRAMFORGE_HOME", str(tmp_path / "home"))
    for name in ("MLFLOW_TRACKING_URI", "DIAGRAMFORGE_RATINGS"):
        monkeypatch.delenv(name, raising=False)
    toys = ToyPipeline()
    toys.install(monkeypatch)
    return toys


@pytest.fixture
def profile(toys: ToyPipeline) -> Profile:
    return load_profile("smoke", OVERRIDES)


def rate(profile: Profile, scores: list[float], user: str = "ann", seed: int = 0) -> None:
    """Ratings of random drawings."""
    store, rng = RatingStore(profile.ratings_url()), np.random.default_rng(seed)
    for score in scores:
        image = rng.integers(0, 255, (60, 100, 3), dtype=np.uint8)
        store.add(user, store.add_diagram(image), score)


def test_every_stage_comes_after_those_it_reads() -> None:
    names = pipeline.stage_names()
    for place, spec in enumerate(pipeline.STAGES):
        assert set(spec.inputs) <= set(names[:place]), spec.name
        assert hasattr(Profile, spec.section) or spec.section in Profile.model_fields


def test_stages_are_chosen_by_name() -> None:
    assert pipeline.chosen_stages(None, None) == set(pipeline.stage_names())
    assert pipeline.chosen_stages("sft", None) == {"sft"}
    assert pipeline.chosen_stages(None, "evaluate") == {"evaluate", "register"}
    for only, from_stage in (("stf", None), (None, "stf"), ("sft", "orpo")):
        with pytest.raises(UsageError, match="sft"):
            pipeline.chosen_stages(only, from_stage)


@pytest.mark.parametrize(("gibibytes", "profile"), [(0, "cpu"), (8, "cpu"), (11.7, "gpu-12gb"), (79, "gpu-80gb")])
def test_the_profile_fits_the_memory_of_the_gpu(gibibytes: float, profile: str) -> None:
    facts = Machine(2, 8 * GIB, "a GPU", int(gibibytes * GIB), True, False, True, "2.13")
    assert fitting_profile(facts) == profile


def test_the_machine_is_looked_at() -> None:
    facts = machine()
    assert facts.cores >= 1
    assert facts.memory_bytes > GIB / 2
    assert (facts.gpu is None) == (facts.gpu_memory_bytes == 0)


def test_all_stages_run_in_order_and_make_a_champion(toys: ToyPipeline, profile: Profile) -> None:
    training = train_all("smoke", OVERRIDES)
    assert list(training.results) == pipeline.stage_names()
    assert toys.ran == [name for name in pipeline.stage_names() if name in toys.runs]
    assert registry.champion(profile) == training.bundle
    again = train_all("smoke", OVERRIDES)
    assert all(result.reused for result in again.results.values())
    assert (again.version, again.bundle) == (training.version, training.bundle)
    run = connect(profile.tracking_uri()).get_run(training.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.tags["prefect.flow_run_id"]


def test_after_a_failure_only_what_has_not_finished_is_run(toys: ToyPipeline) -> None:
    working = toys.runs["readability"]

    def fail(*_: Any) -> dict[str, float]:
        raise ZeroDivisionError("a bug")

    toys.runs["readability"] = fail
    with pytest.raises(StageFailed, match="readability"):
        train_all("smoke", OVERRIDES)
    assert toys.ran.count("readability") == 1  # a bug is not tried again
    toys.runs["readability"], toys.ran = working, []
    train_all("smoke", OVERRIDES)
    assert toys.ran == ["readability", "autoencoder", "evaluate"]


def test_each_retry_waits_longer_so_that_a_server_can_start_anew() -> None:
    task = _as_task(pipeline.stage("sft"), load_profile("smoke"))
    assert (task.retries, task.retry_delay_seconds) == (3, [2, 30, 120])


def test_out_of_memory_is_tried_again_by_itself(toys: ToyPipeline, capsys: pytest.CaptureFixture[str]) -> None:
    working = toys.runs["sft"]

    def run_out_twice(config: Any, *rest: Any) -> dict[str, float]:
        if toys.ran.count("sft") < 3:
            raise OutOfMemory("CUDA out of memory")
        assert (config.micro_batch_size, config.gradient_checkpointing) == (2, True)
        return working(config, *rest)

    toys.runs["sft"] = run_out_twice
    train_all("smoke", OVERRIDES)
    assert toys.ran.count("sft") == 3
    assert toys.ran.count("base") == 1
    assert capsys.readouterr().err.count("; trying again\n") == 2


def test_attempts_end(toys: ToyPipeline) -> None:
    def run_out(*_: Any) -> dict[str, float]:
        raise OutOfMemory("CUDA out of memory")

    toys.runs["sft"] = run_out
    with pytest.raises(OutOfMemory, match="sft"):
        train_all("smoke", [*OVERRIDES, "pipeline.max_attempts=2"])
    assert toys.ran.count("sft") == 2


def test_chosen_stages_take_the_rest_from_what_has_finished(toys: ToyPipeline) -> None:
    with pytest.raises(InputError, match=r"orpo needs synthesize.* the same command with `--from synthesize`"):
        train_all("smoke", OVERRIDES, only="orpo")
    train_all("smoke", OVERRIDES)
    toys.ran.clear()
    changed = [*OVERRIDES, "evaluate.prompts=2"]
    training = train_all("smoke", changed, from_stage="evaluate")
    assert toys.ran == ["evaluate"]
    assert list(training.results) == ["evaluate", "register"]
    toys.ran.clear()
    training = train_all("smoke", [*changed, "sft.max_steps=7"], only="sft")
    assert (toys.ran, training.bundle) == (["sft"], None)
    with pytest.raises(InputError, match=r"quantize needs orpo"):
        train_all("smoke", [*changed, "sft.max_steps=7"], only="quantize")


def test_a_bundle_below_the_limit_is_no_champion(toys: ToyPipeline, profile: Profile) -> None:
    with pytest.raises(Exception, match=r"valid_rate is 0\.50"):
        train_all("smoke", [*OVERRIDES, "registry.min_valid_rate=0.9"])
    with pytest.raises(InputError, match="no champion"):
        registry.champion(profile)


def test_without_new_ratings_the_night_is_quiet(toys: ToyPipeline, profile: Profile) -> None:
    assert nightly("smoke", OVERRIDES) == NOTHING_NEW
    rate(profile, [4.0])
    with pytest.raises(InputError, match="diagramforge train"):  # nothing to rebuild yet
        nightly("smoke", OVERRIDES)
    train_all("smoke", OVERRIDES)
    toys.ran.clear()
    assert nightly("smoke", OVERRIDES) == NOTHING_NEW
    assert toys.ran == []


def test_new_ratings_make_a_new_champion_and_keep_the_old(toys: ToyPipeline, profile: Profile) -> None:
    before = train_all("smoke", OVERRIDES)
    toys.ran.clear()
    rate(profile, [5.0, 5.0, 4.5, 5.0])
    outcome = nightly("smoke", OVERRIDES)
    assert "is champion now" in outcome
    assert toys.ran == ["evaluate"]  # neighbors is real; what ratings do not touch is taken as it is
    assert registry.champion(profile) != before.bundle
    client = connect(profile.tracking_uri())
    previous = client.get_model_version_by_alias("diagramforge", registry.PREVIOUS)
    assert previous.run_id == before.run_id
    assert nightly("smoke", OVERRIDES) == NOTHING_NEW


def test_the_night_draws_with_the_settings_of_the_champion(toys: ToyPipeline, profile: Profile) -> None:
    own = ["recommend.readability_weight=0.3", "generate.temperature=0.2"]
    before = train_all("smoke", [*OVERRIDES, *own])
    rate(profile, [5.0, 5.0, 4.5, 5.0])
    assert "is champion now" in nightly("smoke", OVERRIDES)
    champion = bundle.read(registry.champion(profile))
    assert champion.folder != before.bundle
    assert (champion.recommend.readability_weight, champion.generate.temperature) == (0.3, 0.2)


def test_the_night_does_not_undo_a_training_that_ended_meanwhile(toys: ToyPipeline, profile: Profile) -> None:
    train_all("smoke", OVERRIDES)
    rate(profile, [5.0, 5.0, 4.5, 5.0])
    trained: list[Path | None] = []

    def train_meanwhile(*_: Any) -> dict[str, float]:
        if not trained:
            trained.append(None)
            trained[0] = train_all("smoke", [*OVERRIDES, "evaluate.prompts=2"]).bundle
        return dict.fromkeys(gate.MEASURES, 0.5)

    toys.runs["evaluate"] = train_meanwhile
    assert nightly("smoke", OVERRIDES) == ANOTHER_CHAMPION
    assert registry.champion(profile) == trained[0]
    assert len(connect(profile.tracking_uri()).search_model_versions("name = 'diagramforge'")) == 2


def test_a_worse_challenger_is_refused(toys: ToyPipeline, profile: Profile) -> None:
    before = train_all("smoke", OVERRIDES)
    champions = before.results["neighbors"].out_dir

    def worse_with_another_index(config: Any, inputs: dict[str, Path], out_dir: Path, log: Any) -> dict[str, float]:
        same = (inputs["neighbors"] / "neighbors.json").read_bytes() == (champions / "neighbors.json").read_bytes()
        return dict.fromkeys(gate.MEASURES, 0.5) | {"exact_rate_recommended": 0.5 if same else 0.4}

    toys.runs["evaluate"] = worse_with_another_index
    rate(profile, [5.0, 5.0, 4.5, 5.0])
    outcome = nightly("smoke", OVERRIDES)
    assert "was refused" in outcome
    assert "exact_rate_recommended 0.500 -> 0.400" in outcome
    assert registry.champion(profile) == before.bundle
    versions = connect(profile.tracking_uri()).search_model_versions("name = 'diagramforge'")
    assert {version.tags.get("gate") for version in versions} == {None, "refused"}
    assert nightly("smoke", OVERRIDES) == NOTHING_NEW  # not every night again


def test_the_gate_compares_every_measure() -> None:
    champion = dict.fromkeys(gate.MEASURES, 0.5)
    assert gate.compare(champion, champion, 0.0).promotes
    for name in gate.MEASURES:
        assert not gate.compare(champion | {name: 0.47}, champion, 0.02).promotes
        assert gate.compare(champion | {name: 0.49}, champion, 0.02).promotes
        with pytest.raises(Exception, match=name):
            gate.compare({key: value for key, value in champion.items() if key != name}, champion, 0.02)


def test_a_rating_says_nothing_about_itself(toys: ToyPipeline, profile: Profile) -> None:
    """With each rating left out, a user's one odd rating is not foreseen, however well the index knows it."""
    rate(profile, [5.0, 5.0, 5.0, 5.0, 5.0, 5.0])
    agreeing = train_all("smoke", OVERRIDES)
    assert agreeing.bundle is not None
    high = gate.rating_accuracy(agreeing.bundle, profile.ratings_url())
    assert high > 0.85
    rate(profile, [0.0], seed=1)
    odd = train_all("smoke", OVERRIDES)
    assert odd.bundle is not None
    assert gate.rating_accuracy(odd.bundle, profile.ratings_url()) < high - 0.05
