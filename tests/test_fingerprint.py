"""A fingerprint changes with what may change the result, and with nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagram_core.errors import InputError
from diagram_core.files import write_json, write_text
from tasks import manifest
from tasks.config import SftConfig, load_profile
from tasks.fingerprint import code_version, defines_function, fingerprint

SFT = load_profile("smoke").sft


def of(config: SftConfig = SFT, inputs: dict[str, str] | None = None, code: str = "c", outside: str = "") -> str:
    return fingerprint("sft", config, inputs or {"base": "b"}, code, outside)


def test_the_same_is_the_same() -> None:
    assert of() == of(SFT.model_copy())
    assert len(of()) == 16 and int(of(), 16)


@pytest.mark.parametrize(
    "update",
    [{"learning_rate": 0.5}, {"max_steps": 99}, {"seed": 1}, {"lora": SFT.lora.model_copy(update={"rank": 2})}],
)
def test_settings_that_change_the_result_count(update: dict) -> None:
    assert of(SFT.model_copy(update=update)) != of()


@pytest.mark.parametrize(
    "update", [{"micro_batch_size": 1}, {"gradient_checkpointing": True}, {"device": "cpu"}, {"save_steps": 77}]
)
def test_settings_for_survival_do_not(update: dict) -> None:
    assert of(SFT.model_copy(update=update)) == of()


def test_places_and_names_do_not() -> None:
    here = load_profile("smoke")
    there = load_profile(
        "smoke", ["pipeline.artifacts_dir=/elsewhere", "pipeline.ratings_url=sqlite:///x.db", "name=y"]
    )
    assert fingerprint("s", here, {}, "", "") == fingerprint("s", there, {}, "", "")
    assert fingerprint("s", here.rater, {}, "", "") == fingerprint("s", there.rater, {}, "", "")


@pytest.mark.parametrize(
    ("section", "setting"),
    [
        ("synthesize", "synthesize.conversations"),
        ("readability", "readability.scores"),
        ("candidate", "compare.prompts_file"),
    ],
)
def test_where_a_file_is_does_not(section: str, setting: str) -> None:
    here, there = (getattr(load_profile("smoke", [f"{setting}={folder}/a"]), section) for folder in ("here", "there"))
    assert here != there
    assert fingerprint("s", here, {}, "", "") == fingerprint("s", there, {}, "", "")


def test_inputs_code_and_the_world_count() -> None:
    assert len({of(), of(inputs={"base": "x"}), of(inputs={"other": "b"}), of(code="x"), of(outside="x")}) == 5


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A tree of source in small: the stage reaches four modules, each in another way, and the life of stages."""
    files = {
        "tasks/__init__.py": "",
        "tasks/stage.py": "import tasks.life\n",
        "tasks/life.py": "x = 1\n",
        "tasks/sft.py": "import numpy\nfrom tasks import helper\nimport tasks.stage\n",
        "tasks/helper.py": "def f():\n    from diagram_core.notation import plan\n",
        "tasks/other.py": "x = 1\n",
        "diagram_core/__init__.py": "",
        "diagram_core/notation/__init__.py": "",
        "diagram_core/notation/plan.py": "from .. import geometry\nfrom .words import vowels\n",
        "diagram_core/notation/words.py": "vowels = 'aeiou'\n",
        "diagram_core/notation/plans.txt": "4 8 2\n",
        "diagram_core/fonts/font.txt": "x\n",
        "diagram_core/geometry.py": "x = 1\n",
        "diagram_core/render.py": "x = 1\n",
    }
    for name, text in files.items():
        write_text(tmp_path / name, text)
    return tmp_path


@pytest.mark.parametrize(
    "changed",
    [
        "tasks/sft.py",
        "tasks/helper.py",
        "diagram_core/__init__.py",
        "diagram_core/notation/__init__.py",
        "diagram_core/notation/plan.py",
        "diagram_core/notation/words.py",
        "diagram_core/notation/plans.txt",
        "diagram_core/geometry.py",
    ],
)
def test_code_that_a_stage_reaches_counts(source: Path, changed: str) -> None:
    before = code_version("tasks.sft", source)
    with (source / changed).open("a") as stream:
        stream.write("y = 2\n")
    assert code_version("tasks.sft", source) != before


@pytest.mark.parametrize(
    "changed",
    ["tasks/other.py", "diagram_core/render.py", "diagram_core/fonts/font.txt", "tasks/stage.py", "tasks/life.py"],
)
def test_other_code_and_the_life_of_stages_do_not(source: Path, changed: str) -> None:
    before = code_version("tasks.sft", source)
    with (source / changed).open("a") as stream:
        stream.write("y = 2\n")
    assert code_version("tasks.sft", source) == before


def test_a_function_is_found_without_importing(source: Path) -> None:
    assert defines_function("tasks.helper", "f", source)
    assert not defines_function("tasks.helper", "g", source)
    assert not defines_function("tasks.sft", "f", source)


def finished(folder: Path, text: str = "text", seconds: float = 1.0) -> Path:
    write_text(folder / "model" / "a.txt", text)
    write_json(folder / "metrics.json", {"seconds": seconds})
    write_json(folder / "config.json", {"device": "cpu"})
    write_text(folder / "log.txt", f"took {seconds}")
    write_text(folder / "checkpoints" / "a.txt", f"{seconds}")
    manifest.write_manifest(folder, "toy", "f" * 16, {})
    return folder


def test_the_content_of_an_input_is_its_files_and_not_how_long_it_took(tmp_path: Path) -> None:
    first, slower = finished(tmp_path / "a"), finished(tmp_path / "b", seconds=9.0)
    other = finished(tmp_path / "c", text="other")
    assert manifest.content_digest(first) == manifest.content_digest(slower) != manifest.content_digest(other)


def test_a_folder_without_manifest_has_the_content_of_its_files(tmp_path: Path) -> None:
    write_text(tmp_path / "in" / "a.txt", "one")
    before = manifest.content_digest(tmp_path / "in")
    write_text(tmp_path / "in" / "a.txt", "two")
    assert manifest.content_digest(tmp_path / "in") != before
    with pytest.raises(InputError, match="has not run"):
        manifest.content_digest(tmp_path / "none")


def test_a_folder_is_complete_only_with_a_manifest_that_fits(tmp_path: Path) -> None:
    folder = finished(tmp_path / "a")
    assert manifest.is_complete(folder, "f" * 16)
    assert not manifest.is_complete(folder, "e" * 16)
    write_text(folder / "log.txt", "more")
    assert manifest.is_complete(folder, "f" * 16)
    write_text(folder / "model" / "a.txt", "texT")
    assert not manifest.is_complete(folder, "f" * 16)


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"fingerprint": "ffffffffffffffff"}'])
def test_a_broken_manifest_completes_nothing(tmp_path: Path, broken: str) -> None:
    folder = finished(tmp_path / "a")
    (folder / "manifest.json").write_text(broken)
    assert not manifest.is_complete(folder, "f" * 16)
    manifest.clear_altered(folder)
    assert [path.name for path in folder.iterdir()] == ["log.txt"]
