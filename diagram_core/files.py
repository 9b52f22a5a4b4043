"""Files and folders that are whole or absent, and rows of JSON, plain or gzipped."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import stat
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from diagram_core.errors import InputError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` to write to; it takes the place of `path` if the block ends well."""
    with _naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
        os.close(handle)
    temporary = Path(name)
    try:
        with _naming(path):
            yield temporary
            temporary.chmod(_mode(path))  # mkstemp makes files that only their owner can read
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A temporary folder beside `folder` to write to; it takes the place of `folder` if the block ends well."""
    folder = folder.resolve()
    temporary = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        for path in temporary.rglob("*"):
            if path.is_file():
                path.chmod(_NEW_FILE_MODE)  # safetensors makes files that only their owner can read
        shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _mode(path: Path) -> int:
    """As the file has it, or as new ones get it."""
    return stat.S_IMODE(path.stat().st_mode) if path.is_file() else _NEW_FILE_MODE


def _new_file_mode() -> int:
    """What the process's umask leaves. It can only be read by being set."""
    umask = os.umask(0o077)
    os.umask(umask)
    return 0o666 & ~umask


_NEW_FILE_MODE = _new_file_mode()


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """An OSError names the file that was wanted: a full disk names none, a temporary name helps nobody."""
    try:
        yield
    except OSError as error:
        if error.filename is None or str(error.filename).startswith(str(path.parent / f".{path.name}.")):
            error.filename = str(path)
        raise


def write_bytes(path: Path, data: bytes) -> None:
    """Write the file whole or not at all."""
    with whole_file(path) as temporary:
        temporary.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write the file whole or not at all, as UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """The value in a JSON file. Raises InputError where there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"no file {path}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read as JSON: {error}") from None


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write one JSON object a line, whole or not at all; returns how many."""
    count = 0
    with whole_file(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        for row in rows:
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The JSON objects of a .jsonl or .jsonl.gz file. Raises InputError that names the file and the line."""
    rows: list[dict[str, Any]] = []
    try:
        with _open_text(path) as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    rows.append(_row(line, f"{path}, line {number}"))
    except FileNotFoundError:
        raise InputError(f"no file {path}") from None
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InputError(f"{path} cannot be read as JSON lines (.jsonl, or .jsonl.gz if gzipped): {error}") from None
    return rows


def _open_text(path: Path) -> IO[str]:
    return gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8")


def _row(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{place}: not JSON ({error.msg})") from None
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, thousands of brackets
        raise InputError(f"{place}: cannot be read as JSON ({error})") from None
    if not isinstance(row, dict):
        raise InputError(f"{place}: a JSON object is expected, one a line")
    return row


def sha256(path: Path) -> str:
    """The hex digest of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
