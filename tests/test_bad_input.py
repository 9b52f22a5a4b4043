"""Bad input: one line on stderr that says what and what to do, exit code 2 (usage) or 1, no traceback."""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app import cli, failures
from diagram_core.errors import DiagramforgeError, InputError, UsageError
from tests.toy_champion import ToyChampion

Refused = Callable[..., str]


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Refused:
    """Run a command that must be refused with this exit code; returns the one line that it says on stderr."""

    def run(code: int, *arguments: str) -> str:
        assert cli.run(arguments) == code
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 1, lines
        assert lines[0].startswith("diagramforge: ")
        assert "Traceback" not in lines[0]
        return lines[0]

    return run


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 100, 3), np.uint8)).save(path)
    return path


# --- usage


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["paint"], "No such command 'paint'"),
        (["draw"], "Missing argument 'PROMPT'"),
        (["draw", ""], "the prompt is empty"),
        (["draw", " \t\x00"], "the prompt is empty"),
        (["draw", "x" * 10_000], "the prompt has 10000 characters, more than"),
        (["draw", "x", "--user", " "], "a user's name has 1 to 200 characters"),
        (["draw", "x", "--user", "a\udcff"], "is not UTF-8"),
        (["evaluate", "prompts", "x", "--seed", "99999999999999999999"], "--seed"),
        (["draw", "x", "--format", "gif"], "no format 'gif'"),
        (["draw", "x", "--format", ","], "no format ','"),
        (["draw", "x", "--count", "0"], "--count"),
        (["draw", "x", "--count", "many"], "--count"),
        (["draw", "x", "--seed", "-1"], "--seed"),
        (["draw", "x", "--colour"], "No such option: --colour"),
        (["train", "--profile", "enormous"], "no profile 'enormous': choose one of"),
        (["train", "--set", "sft.max_stepz=3"], "sft.max_stepz is not a known key"),
        (["train", "--set", "sft.max_steps"], "not of the form key.path=value"),
        (["train", "--only", "paint"], "no stage 'paint': choose one of"),
        (["train", "--from", "paint"], "no stage 'paint': choose one of"),
        (["train", "--only", "sft", "--from", "sft"], "exclude each other"),
        (["rank", ".", "--user", "nobody", "--out", "sheet.gif"], "does not end in .png"),
        (["render", "x.txt", "-o", "x.gif"], "let it end in .png, .svg"),
        (["evaluate", "taste", "x"], "No such command 'taste'"),
        (["rate", "--colour"], "rate --help"),
        (["rate", "x.png", "3"], "Missing option '--user'"),
        (["rate", "x.png", "--user", "ann"], "give an image and a score"),
        (["rate", "x.png", "3", "--import", "d", "--user", "ann"], "not both"),
        (["rate", "x.png", "6", "--user", "ann"], "a number from 0 to 5, not '6'"),
        (["rate", "x.png", "-1", "--user", "ann"], "a number from 0 to 5, not '-1'"),
        (["rate", "x.png", "nan", "--user", "ann"], "a number from 0 to 5, not 'nan'"),
        (["rate", "x.png", "good", "--user", "ann"], "a number from 0 to 5, not 'good'"),
        (["rate", "x.png", "3", "--user", " "], "a user's name has 1 to 200 characters"),
    ],
)
def test_wrong_usage_is_2(refused: Refused, arguments: list[str], says: str) -> None:
    assert says in refused(2, *arguments)


# --- files


def test_an_image_that_is_not_there(refused: Refused) -> None:
    assert "no file gone.png" in refused(1, "rate", "gone.png", "3", "--user", "ann")


def test_an_image_that_is_none(refused: Refused, tmp_path: Path) -> None:
    for content in (b"", b"hello", b"\x89PNG\r\n\x1a\n" + b"\0" * 40):
        (tmp_path / "text.png").write_bytes(content)
        assert "text.png is not an image" in refused(1, "rate", "text.png", "3", "--user", "ann")


def test_an_image_that_is_cut_off(refused: Refused, image: Path) -> None:
    image.write_bytes(image.read_bytes()[:-2000])
    assert "cut off" in refused(1, "rate", str(image), "3", "--user", "ann")


def test_an_image_that_is_a_folder(refused: Refused, tmp_path: Path) -> None:
    assert "is a folder" in refused(1, "rate", str(tmp_path), "3", "--user", "ann")


def test_an_id_that_nobody_drew(refused: Refused) -> None:
    assert "no diagram 'abcd1234'" in refused(1, "rate", "abcd1234", "3", "--user", "ann")


def test_an_import_of_nothing(refused: Refused, tmp_path: Path) -> None:
    assert "no folder" in refused(1, "rate", "--import", "gone", "--user", "ann")
    (tmp_path / "empty").mkdir()
    assert "nothing imported" in refused(1, "rate", "--import", "empty", "--user", "ann")


def test_a_text_that_cannot_be_drawn(refused: Refused, tmp_path: Path) -> None:
    for command in (["check", "x.txt"], ["render", "x.txt", "-o", "x.png"]):
        assert "no file x.txt" in refused(1, *command)
    for content, says in (
        (b"", "no node in x.txt"),
        (b"no diagram at all", "no node in x.txt"),
        (b"\xff\xfe\x00[1, 2", "not a text in UTF-8"),
        (b"network right sky soft", "x.txt: line 1 of the plan"),
        (b"x" * 3_000_000, "more than 2000000 bytes"),
    ):
        (tmp_path / "x.txt").write_bytes(content)
        assert says in refused(1, "render", "x.txt", "-o", "x.png")
    assert "is a folder" in refused(1, "check", str(tmp_path))
    assert not (tmp_path / "x.png").exists()


def test_rows_that_cannot_be_measured(refused: Refused, tmp_path: Path) -> None:
    assert "no file x.jsonl" in refused(1, "evaluate", "parser", "x.jsonl")
    for content, says in (
        (b"", "no rows"),
        (b"hello\n", "line 1: not JSON"),
        (b"[1]\n", "line 1: a JSON object is expected"),
        (b'{"question": 1}\n', "'answer' should be a text"),
        (b"\xff\xfe", "cannot be read as JSON lines"),
    ):
        (tmp_path / "x.jsonl").write_bytes(content)
        assert says in refused(1, "evaluate", "parser", "x.jsonl")
    for prompt, says in (("", "row 2"), ("x" * 4001, "row 2: the prompt has 4001 characters")):
        plan = "network right sky soft full\n1 1"
        rows = [json.dumps({"prompt": text, "plan": plan}) for text in ("a", prompt)]
        (tmp_path / "x.jsonl").write_text("\n".join(rows))
        assert says in refused(1, "evaluate", "prompts", "x.jsonl")
    packed = gzip.compress(b'{"answer": "1"}\n' * 1000)
    (tmp_path / "x.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    assert "cannot be read as JSON lines" in refused(1, "evaluate", "parser", "x.jsonl.gz")


def test_a_folder_without_images(refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ToyChampion().install(monkeypatch)
    assert "no folder gone" in refused(1, "rank", "gone", "--user", "ann")
    (tmp_path / "images").mkdir()
    assert "no image in images" in refused(1, "rank", "images", "--user", "ann")
    (tmp_path / "images" / "a.png").write_bytes(b"none")
    assert "a.png is not an image" in refused(1, "evaluate", "ranking", "images")


# --- the champion


@pytest.fixture
def bundle(tmp_path: Path, home: Path) -> Path:
    """The folder of a champion's bundle; an MLflow store that knows it, as far as drawing looks."""
    from tasks import bundle as bundles
    from tasks.config import load_profile
    from tasks.registry import FOLDER_TAG, IDENTITY_TAG
    from tests.test_register import make_artifacts, make_bundle

    profile = load_profile("cpu")
    folder = make_bundle(profile, make_artifacts(tmp_path / "stages"), "0123")
    name = profile.pipeline.model_name
    with sqlite3.connect(home / "mlflow.db") as store:
        store.execute("CREATE TABLE registered_model_aliases (name, alias, version)")
        store.execute("CREATE TABLE model_version_tags (name, version, key, value)")
        store.execute("INSERT INTO registered_model_aliases VALUES (?, 'champion', 1)", [name])
        for tag, value in ((FOLDER_TAG, folder.relative_to(home)), (IDENTITY_TAG, bundles.identity(folder))):
            store.execute("INSERT INTO model_version_tags VALUES (?, 1, ?, ?)", [name, tag, str(value)])
    return folder


CHAMPION_COMMANDS = (["draw", "x"], ["evaluate", "ranking", "."], ["evaluate", "readability", "x.jsonl"])


@pytest.mark.parametrize("command", CHAMPION_COMMANDS)
def test_no_champion_yet(refused: Refused, command: list[str]) -> None:
    assert "there is no champion to draw with yet: run `diagramforge train`" in refused(1, *command)


def test_a_bundle_with_a_missing_file(refused: Refused, bundle: Path) -> None:
    (bundle / "readability" / "ensemble.safetensors").unlink()
    line = refused(1, "draw", "x")
    assert "ensemble.safetensors" in line
    assert "diagramforge train" in line


def test_a_bundle_with_an_altered_file(refused: Refused, bundle: Path) -> None:
    (bundle / "neighbors" / "neighbors.json").write_text("{}")
    assert "neighbors.json was altered" in refused(1, "draw", "x")


def test_a_bundle_that_is_gone(refused: Refused, bundle: Path) -> None:
    shutil.rmtree(bundle)
    assert "no bundle in" in refused(1, "draw", "x")


def test_a_broken_tracking_store(refused: Refused, home: Path) -> None:
    home.mkdir()
    (home / "mlflow.db").write_bytes(b"this is no database" * 100)
    assert "mlflow.db cannot be used" in refused(1, "draw", "x")


def test_a_tracking_server_that_does_not_answer(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.settings import machine_profile

    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1")
    machine_profile.cache_clear()
    assert "no MLflow server answers at http://127.0.0.1:1" in refused(1, "draw", "x")


@pytest.mark.slow
def test_a_prefect_server_that_does_not_answer(tmp_path: Path) -> None:
    """In a process of its own: Prefect reads its settings when it is imported."""
    environment = {**os.environ, "PREFECT_API_URL": "http://127.0.0.1:1/api", "PREFECT_HOME": str(tmp_path / "prefect")}
    command = [sys.executable, "-c", "from app.cli import main; main()", "train", "--profile", "smoke"]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("diagramforge: no Prefect server answers at http://127.0.0.1:1/api")
    assert "Traceback" not in ended.stderr


# --- the machine


@pytest.mark.parametrize(("code", "says"), [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "is read-only")])
def test_a_disk_that_takes_nothing(refused: Refused, monkeypatch: pytest.MonkeyPatch, code: int, says: str) -> None:
    def mkstemp(**_: object) -> None:
        raise OSError(code, os.strerror(code))

    ToyChampion().install(monkeypatch)
    monkeypatch.setattr("diagram_core.files.tempfile.mkstemp", mkstemp)
    line = refused(1, "draw", "x", "--out", "mine")
    assert "mine/1-" in line
    assert says in line


def test_a_folder_below_a_file(refused: Refused, image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ToyChampion().install(monkeypatch)
    assert "a file stands where a folder is needed" in refused(1, "draw", "x", "--out", str(image / "mine"))
    Path("plan.txt").write_text("network right sky soft full\n4 6 1")
    assert "a file stands where" in refused(1, "render", "plan.txt", "-o", str(image / "mine" / "x.png"))


def test_a_home_where_nothing_can_be_written(refused: Refused, image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIAGRAMFORGE_HOME", str(image / "below-a-file"))
    assert "ratings database" in refused(1, "rate", str(image), "3", "--user", "ann")


def test_a_broken_database(refused: Refused, image: Path, home: Path) -> None:
    home.mkdir()
    (home / "ratings.db").write_bytes(b"this is no database" * 100)
    assert "not a database" in refused(1, "rate", str(image), "3", "--user", "ann")


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (UsageError("no stage 'x'"), 2, "no stage 'x'"),
        (InputError("no file x"), 1, "no file x"),
        (DiagramforgeError("no champion"), 1, "no champion"),
        (
            OSError(errno.ENOSPC, "No space left", "out/1.png"),
            1,
            "out/1.png: the disk is full: free some space",
        ),
        (OSError(errno.EROFS, "Read-only", "out/1.png"), 1, "out/1.png: the file system is read-only"),
        (PermissionError(errno.EACCES, "denied", "out"), 1, "out: permission denied"),
        (OSError(errno.EADDRINUSE, "in use"), 1, "the port is in use: stop the program"),
        (MemoryError(), 1, "out of memory"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (BrokenPipeError(errno.EPIPE, "broken"), 1, ""),
    ],
)
def test_every_failure_has_a_line_and_a_code(error: BaseException, code: int, says: str) -> None:
    got_code, line = failures.explain(error)
    assert got_code == code
    assert line.startswith(says)
    assert bool(line) == bool(says)


def test_a_full_disk_names_the_file() -> None:
    from diagram_core.files import whole_file

    with pytest.raises(OSError, match=r"No space left") as error, whole_file(Path("out/sheet.png")):
        Path("/dev/full").write_bytes(b"x" * 10_000_000)
    assert "out/sheet.png: the disk is full" in failures.explain(error.value)[1]
    assert not list(Path("out").iterdir())


def test_an_unexpected_error_leaves_its_traceback_in_a_file(
    refused: Refused, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path) -> None:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr("diagram_core.models.images.read_image", broken)
    line = refused(1, "rate", str(image), "3", "--user", "ann")
    assert "unexpected ZeroDivisionError: two lines" in line
    log = Path(re.search(r"crash log (\S+)$", line)[1])  # type: ignore[index]
    assert "in broken" in log.read_text(encoding="utf-8")
    log.unlink()


def test_ctrl_c_ends_with_130(refused: Refused, image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diagram_core.models.images.read_image", lambda path: signal.raise_signal(signal.SIGINT))
    assert "interrupted" in refused(130, "rate", str(image), "3", "--user", "ann")


def test_a_reader_that_went_away_hears_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", "from app.cli import main; main()", "--help"]
    ended = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (1, "")
