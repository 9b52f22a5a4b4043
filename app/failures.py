"""What a failure means to a person: one line on stderr and an exit code. Decided here and nowhere else."""

from __future__ import annotations

import errno
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

import typer

from diagram_core.errors import DiagramforgeError, UsageError

EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 128 + 2  # as a shell reports a program that SIGINT ended

_ELSEWHERE = "choose another place with --out or DIAGRAMFORGE_HOME"
_ADVICE = {
    errno.ENOSPC: f"the disk is full: free some space, or {_ELSEWHERE}",
    errno.EDQUOT: f"your disk quota is used up: free some space, or {_ELSEWHERE}",
    errno.EROFS: f"the file system is read-only: {_ELSEWHERE}",
    errno.EACCES: "permission denied: change the permissions, or choose another place",
    errno.EPERM: "permission denied: change the permissions, or choose another place",
    errno.ENOENT: "no such file or folder: check the path",
    errno.ENOTDIR: "a file stands where a folder is needed: choose another place",
    errno.EEXIST: "a file stands where a folder is needed: choose another place",
    errno.EISDIR: "is a folder, a file is expected: check the path",
    errno.ENAMETOOLONG: "the name is too long: choose a shorter one",
    errno.EADDRINUSE: "the port is in use: stop the program that listens on it, or choose another port",
}


def explain(error: BaseException) -> tuple[int, str]:
    """The exit code, and the line that says what went wrong and what to do (empty where silence is right)."""
    match error:
        case typer.Abort() if error.__cause__ is not None:
            return explain(error.__cause__)  # an EOFError that typer took for an answer not given
        case KeyboardInterrupt():
            return EXIT_INTERRUPTED, "interrupted; what was finished is kept"
        case BrokenPipeError():
            return EXIT_FAILURE, ""  # the reader of our output has seen enough
        case typer.TyperException():
            return EXIT_USAGE, _usage_line(error)
        case UsageError():
            return EXIT_USAGE, str(error)
        case DiagramforgeError():
            return EXIT_FAILURE, str(error)
        case OSError() if error.errno in _ADVICE:
            place = f"{error.filename}: " if error.filename is not None else ""
            return EXIT_FAILURE, place + _ADVICE[error.errno]
        case MemoryError():
            return EXIT_FAILURE, "out of memory: close other programs, or ask for less at once"
    if _is_database_error(error):
        reason = str(getattr(error, "orig", None) or error)
        return EXIT_FAILURE, f"a database cannot be used ({reason}): `diagramforge doctor` says where it is"
    return EXIT_FAILURE, f"unexpected {type(error).__name__}: {error or 'no message'}; {_crash_log(error)}"


def report(error: BaseException) -> int:
    """Say on stderr what went wrong; returns the exit code."""
    code, line = explain(error)
    if line:
        print(f"diagramforge: {' '.join(line.split())}", file=sys.stderr)
    return code


def guard(action: Callable[[], int | None]) -> int:
    """Do it, and turn any failure into its line on stderr; returns the exit code."""
    try:
        code = action()
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:
        return report(error)
    return code or 0


def _usage_line(error: typer.TyperException) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "diagramforge"
    return f"{error.format_message().rstrip('.')}; see {command} --help"


def _is_database_error(error: BaseException) -> bool:
    """By name: importing the database packages here would slow every command down."""
    return any(kind.__module__.partition(".")[0] in ("sqlalchemy", "sqlite3") for kind in type(error).__mro__)


def _crash_log(error: BaseException) -> str:
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", prefix="diagramforge-crash-", suffix=".log", delete=False
        ) as stream:
            traceback.print_exception(error, file=stream)
    except OSError as log_error:
        return f"no crash log could be written ({log_error.strerror})"
    return f"please report it with the crash log {Path(stream.name)}"
