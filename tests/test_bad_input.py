"""Bad input: one line on stderr that says what and what to do, exit code 2 (usage) or 1, no traceback."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app import cli, failures
from diagram_core.errors import DiagramforgeError, InputError, UsageError

Refused = Callable[..., str]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing has been trained or rated, and a folder of its own to stand in."""
    from app.settings import machine_profile

    monkeypatch.setenv("DIAGRAMFORGE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.delenv("DIAGRAMFORGE_RATINGS", raising=False)
    monkeypatch.chdir(tmp_path)
    machine_profile.cache_clear()
    return tmp_path / "home"


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


# --- the machine


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
