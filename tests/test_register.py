"""The bundle and the registry: what drawing loads, and how it is found."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from diagram_core.errors import InputError
from diagram_core.files import write_json, write_text
from tasks import bundle, register, registry
from tasks.config import BundleConfig, LanguageModelForm, Profile, load_profile
from tasks.manifest import MANIFEST, METRICS, write_manifest
from tasks.pipeline_run import pipeline_run
from tasks.tracking import connect

CONTENTS = {
    "quantize": ("merged/model.safetensors", "gptq/model.safetensors"),
    "readability": ("ensemble.safetensors",),
    "autoencoder": ("autoencoder.safetensors",),
    "neighbors": ("neighbors.safetensors", "neighbors.json"),
    "evaluate": (METRICS,),
}
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class SilentLog:
    """A StageLog that nobody reads."""

    def metric(self, name: str, value: float, step: int | None = None) -> None: ...
    def artifact(self, path: Path, folder: str = "") -> None: ...
    def progress(self, done: int, total: int, unit: str) -> None: ...
    def info(self, text: str) -> None: ...


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    monkeypatch.setenv("DIAGRAMFORGE_HOME", str(tmp_path / "home"))
    for name in ("MLFLOW_TRACKING_URI", "DIAGRAMFORGE_RATINGS"):
        monkeypatch.delenv(name, raising=False)
    return load_profile("smoke")


@pytest.fixture
def artifacts(tmp_path: Path) -> dict[str, Path]:
    return make_artifacts(tmp_path / "artifacts")


def make_artifacts(root: Path, valid_rate: float = 1.0) -> dict[str, Path]:
    folders = {}
    for stage, names in CONTENTS.items():
        folder = folders[stage] = root / stage
        for name in names:
            write_text(folder / name, f"{stage} {name}")
        write_json(folder / METRICS, {"valid_rate": valid_rate})
        write_text(folder / "checkpoints/3/state.safetensors", "of no use to drawing")
        write_text(folder / "log.txt", "training")
        write_manifest(folder, stage, "0123", {})
    return folders


def make_bundle(profile: Profile, artifacts: dict[str, Path], name: str) -> Path:
    out_dir = profile.artifacts_dir() / "register" / name
    register.run(profile.bundle, artifacts, out_dir, SilentLog())
    return out_dir / register.BUNDLE_FOLDER


def with_form(config: BundleConfig, form: LanguageModelForm) -> BundleConfig:
    return config.model_copy(update={"language_model": form})


@pytest.mark.parametrize(("form", "folder"), [("merged", "quantize/merged"), ("quantized", "quantize/gptq")])
def test_each_form_of_the_language_model_is_found_again(
    form: LanguageModelForm, folder: str, profile: Profile, artifacts: dict[str, Path], tmp_path: Path
) -> None:
    made = bundle.build(with_form(profile.bundle, form), artifacts, tmp_path / "bundle")
    assert made == bundle.verify(tmp_path / "bundle")
    assert made.language_model == tmp_path / "bundle" / folder
    assert made.language_model == bundle.language_model(bundle.stage_artifacts(tmp_path / "bundle"), form)


def test_a_bundle_holds_settings_and_metrics_but_no_checkpoints(
    profile: Profile, artifacts: dict[str, Path], tmp_path: Path
) -> None:
    made = bundle.build(profile.bundle, artifacts, tmp_path / "bundle")
    assert (made.generate, made.recommend, made.notation) == (profile.generate, profile.recommend, "plan")
    assert made.metrics == {"valid_rate": 1.0}
    names = {path.relative_to(made.folder).as_posix() for path in made.folder.rglob("*") if path.is_file()}
    assert {"bundle.json", "neighbors/neighbors.json", f"quantize/{MANIFEST}"} < names
    assert not [name for name in names if "checkpoint" in name or name.endswith("log.txt")]


def test_a_bundle_outlives_the_artifacts_and_can_be_moved(
    profile: Profile, artifacts: dict[str, Path], tmp_path: Path
) -> None:
    bundle.build(profile.bundle, artifacts, tmp_path / "bundle")
    shutil.rmtree(tmp_path / "artifacts")
    (tmp_path / "bundle").rename(tmp_path / "elsewhere")
    assert bundle.verify(tmp_path / "elsewhere").readability == tmp_path / "elsewhere/readability"


def test_files_are_copied_where_they_cannot_be_linked(
    profile: Profile, artifacts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked = bundle.build(profile.bundle, artifacts, tmp_path / "linked")
    monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError("cross-device link")))
    copied = bundle.build(profile.bundle, artifacts, tmp_path / "copied")
    name = "quantize/merged/model.safetensors"
    assert (linked.folder / name).samefile(artifacts["quantize"] / "merged/model.safetensors")
    assert not (copied.folder / name).samefile(linked.folder / name)
    assert bundle.identity(linked.folder) == bundle.identity(copied.folder)


def test_an_interrupted_build_is_taken_up_again(profile: Profile, artifacts: dict[str, Path], tmp_path: Path) -> None:
    write_text(tmp_path / "bundle/neighbors/neighbors.json", "cut o")
    bundle.build(profile.bundle, artifacts, tmp_path / "bundle")
    assert (tmp_path / "bundle/neighbors/neighbors.json").read_text() == "neighbors neighbors.json"


def test_a_missing_language_model_is_named(profile: Profile, artifacts: dict[str, Path], tmp_path: Path) -> None:
    shutil.rmtree(artifacts["quantize"] / "gptq")
    write_manifest(artifacts["quantize"], "quantize", "0123", {})
    with pytest.raises(InputError, match=r"quantize/gptq"):
        bundle.build(with_form(profile.bundle, "quantized"), artifacts, tmp_path / "bundle")


def damage_missing(folder: Path) -> str:
    (folder / "readability/ensemble.safetensors").unlink()
    return "readability/ensemble.safetensors"


def damage_altered(folder: Path) -> str:
    path = folder / "quantize/merged/model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    return "merged/model.safetensors"


def damage_folder(folder: Path) -> str:
    shutil.rmtree(folder / "neighbors")
    return "neighbors"


def damage_description(folder: Path) -> str:
    write_text(folder / "bundle.json", "{")
    return "bundle.json"


def damage_settings(folder: Path) -> str:
    path = folder / "bundle.json"
    write_json(path, {**json.loads(path.read_text()), "notation": "runes"})
    return "notation"


def damage_everything(folder: Path) -> str:
    shutil.rmtree(folder)
    return str(folder)


DAMAGES = [damage_missing, damage_altered, damage_folder, damage_description, damage_settings, damage_everything]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_bundle_is_told_in_one_line(
    damage, profile: Profile, artifacts: dict[str, Path], tmp_path: Path
) -> None:
    bundle.build(profile.bundle, artifacts, tmp_path / "bundle")
    shutil.rmtree(tmp_path / "artifacts")
    named = damage(tmp_path / "bundle")
    with pytest.raises(InputError) as failure:
        bundle.verify(tmp_path / "bundle")
    assert named in str(failure.value)
    assert "\n" not in str(failure.value)
    assert "diagramforge train" in str(failure.value)


def test_without_a_champion_the_command_that_makes_one_is_named(profile: Profile) -> None:
    with pytest.raises(InputError, match="diagramforge train"):
        registry.champion(profile)
    assert not profile.artifacts_dir().exists()  # looking makes no empty database


def test_the_champion_is_found_as_mlflow_has_it(profile: Profile, tmp_path: Path) -> None:
    """Promotion, the way back in MLflow itself, and a home that was moved."""
    first = make_bundle(profile, make_artifacts(tmp_path / "first"), "1")
    second = make_bundle(profile, make_artifacts(tmp_path / "second", valid_rate=0.5), "2")
    with pipeline_run(profile, "train-all") as run_id:
        one = registry.register(profile, first, run_id, NOON, {"gate": "first"})
        with pytest.raises(InputError, match="diagramforge train"):
            registry.champion(profile)  # a version without the alias draws nothing
        registry.promote(profile, one)
        assert registry.champion(profile) == first
        two = registry.register(profile, second, run_id, NOON.replace(hour=13), {})
        registry.promote(profile, two)
    assert registry.champion(profile) == second
    assert registry.register(profile, second, run_id, NOON, {}) == two  # known already
    assert registry._ratings_seen_until(profile) == NOON

    client = connect(profile.tracking_uri())
    model = profile.pipeline.model_name
    assert client.get_model_version_by_alias(model, registry.PREVIOUS).tags["gate"] == "first"
    version = client.get_model_version(model, two)
    assert version.run_id == run_id
    assert [file.path for file in client.list_artifacts(run_id, "bundle")] == ["bundle/bundle.json"]
    client.set_registered_model_alias(model, registry.CHAMPION, one)  # what the button in MLflow's page does
    assert registry.champion(profile) == first
    tags = registry._champion_tags_in_database(profile.tracking_uri(), model)
    assert tags == registry._champion_tags(client, model)
    write_json(first / "bundle.json", {**json.loads((first / "bundle.json").read_text()), "metrics": {}})
    with pytest.raises(InputError, match=r"bundle\.json was altered"):
        registry.champion(profile)
    client.delete_registered_model_alias(model, registry.CHAMPION)
    with pytest.raises(InputError, match="diagramforge train"):
        registry.champion(profile)


def test_a_bundle_is_found_after_its_home_was_moved(
    profile: Profile, artifacts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_bundle(profile, artifacts, "1")
    with pipeline_run(profile, "train-all") as run_id:
        registry.promote(profile, registry.register(profile, folder, run_id, NOON, {}))
    (tmp_path / "home").rename(tmp_path / "new home")
    monkeypatch.setenv("DIAGRAMFORGE_HOME", str(tmp_path / "new home"))
    assert registry.champion(load_profile("smoke")) == tmp_path / "new home/register/1/bundle"


def test_a_store_that_is_no_database_is_left_to_mlflow(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    for uri in ("http://127.0.0.1:9", f"sqlite:///{tmp_path / 'empty.db'}", "databricks"):
        with pytest.raises(LookupError):
            registry._champion_tags_in_database(uri, "diagramforge")
