"""Files and folders that are whole or absent, and that their readers may read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from diagram_core import files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_folder_is_whole_or_as_it_was(tmp_path: Path) -> None:
    files.write_text(tmp_path / "model" / "old.txt", "old")
    with pytest.raises(RuntimeError), files.whole_folder(tmp_path / "model") as temporary:
        (temporary / "half.txt").touch()
        raise RuntimeError
    assert [path.name for path in tmp_path.rglob("*")] == ["model", "old.txt"]
    with files.whole_folder(tmp_path / "model") as temporary:
        files.write_text(temporary / "templates" / "chat.txt", "new")
    assert [path.name for path in tmp_path.rglob("*")] == ["model", "templates", "chat.txt"]


def test_folders_in_a_folder_can_be_entered(tmp_path: Path) -> None:
    with files.whole_folder(tmp_path / "model") as temporary:
        (temporary / "templates").mkdir(mode=0o755)
    assert mode(tmp_path / "model" / "templates") & 0o500 == 0o500


def test_a_file_keeps_its_mode_and_a_new_one_follows_the_umask(tmp_path: Path) -> None:
    new, shared = tmp_path / "new.txt", tmp_path / "shared.txt"
    files.write_text(new, "a")
    umask = os.umask(0)
    os.umask(umask)
    assert mode(new) == 0o666 & ~umask
    shared.touch()
    shared.chmod(0o660)
    files.write_text(shared, "a")
    assert mode(shared) == 0o660
