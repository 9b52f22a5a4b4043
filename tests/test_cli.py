"""The commands: what they print, what they write, and that a program can read it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app import cli


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing has been trained or rated, and a folder of its own to stand in."""
    from app.settings import machine_profile

    monkeypatch.setenv("DIAGRAMFORGE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("DIAGRAMFORGE_RATINGS", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)
    machine_profile.cache_clear()
    return tmp_path / "home"


def write_image(path: Path, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (60, 100, 3), np.uint8)).save(path)
    return path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    """The JSON object that a command answers, and nothing else on stdout."""
    assert cli.run(arguments) == 0
    value = json.loads(capsys.readouterr().out)
    assert isinstance(value, dict)
    return value


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command prints for a person."""
    assert cli.run(arguments) == 0
    return capsys.readouterr().out


# --- help


def test_help_names_every_command_and_teaches_by_example(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "--help")
    for command in ("check", "doctor", "draw", "evaluate", "rank", "rate", "render", "train"):
        assert f"\n  {command} " in text
        own = shown(capsys, command, "--help")
        assert f"  diagramforge {command} " in own
    assert shown(capsys) == text


def test_help_imports_nothing_heavy() -> None:
    program = "import sys; from app.cli import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in ended.stderr.split()}
    assert not loaded & {"torch", "transformers", "mlflow", "prefect", "cv2", "numpy", "sqlalchemy", "pydantic", "PIL"}


# --- rate


def test_an_image_is_rated_by_path_and_then_by_id(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.png", 0)
    first = answer(capsys, "rate", str(path), "3.5", "--user", "ann", "--json")
    assert (first["user"], first["score"]) == ("ann", 3.5)
    short = str(first["diagram_id"])[:8]
    assert shown(capsys, "rate", short, "5", "--user", "앤") == f"앤 rated {short} 5 of 5.\n"
    from app.settings import rating_store

    assert [(r.user, r.score) for r in rating_store().all()] == [("ann", 3.5), ("앤", 5.0)]


def test_a_folder_is_imported_and_what_is_skipped_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for score in (0, 3, 5):
        write_image(tmp_path / "mine" / str(score) / "a.png", score)
    write_image(tmp_path / "mine" / "7" / "a.png", 7)
    (tmp_path / "mine" / "5" / "broken.png").write_bytes(b"no image")
    (tmp_path / "mine" / "5" / "notes.txt").write_text("hello")
    (tmp_path / "mine" / "readme.md").write_text("hello")
    found = answer(capsys, "rate", "--import", "mine", "--user", "ann", "--json")
    assert found["imported"] == 3
    reasons = {Path(item["path"]).name: item["reason"] for item in found["skipped"]}  # type: ignore[attr-defined]
    assert set(reasons) == {"7", "broken.png", "notes.txt", "readme.md"}
    assert "not an image" in reasons["broken.png"]
    text = shown(capsys, "rate", "--import", "mine", "--user", "ann")
    assert "3 images imported for ann: 1 rated 0, 1 rated 3, 1 rated 5." in text
    assert "4 skipped:" in text


@pytest.mark.data
def test_the_real_ratings_are_imported(capsys: pytest.CaptureFixture[str], real_data: Path) -> None:
    found = answer(capsys, "rate", "--import", str(real_data / "one_user" / "rated"), "--user", "ann", "--json")
    assert (found["imported"], found["skipped"]) == (16, [])
