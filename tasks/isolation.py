"""A stage in a process of its own, from the parent's side: start it, listen to it, end it, see how it ended."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from diagram_core.errors import DiagramforgeError
from tasks.child import Job, replay
from tasks.failure import OutOfMemory, StageFailed, StageInterrupted, TransientError
from tasks.fingerprint import SOURCE_ROOT
from tasks.log import StageLog
from tasks.manifest import LOG

_KILLED_CODES = (-signal.SIGKILL, 128 + signal.SIGKILL)  # the second as a shell in between reports it
_LAST_LINES = 20
_LAST_BYTES = 16_384
_DRAIN_SECONDS = 30.0  # for what the child said last

_running: set[subprocess.Popen[bytes]] = set()
_stopping = threading.Event()


def do_in_child(job: Job, log: StageLog, timeout_seconds: float, lock: int) -> dict[str, float]:
    """Run the stage in a child process: what it prints goes to log.txt of its folder, what it says to `log`.

    The child inherits the lock of its folder, which is free only when the child is gone, too.
    Raises OutOfMemory, TransientError (also when its time is up), StageInterrupted, StageFailed, or the
    stage's own DiagramforgeError.
    """
    log_path, result = Path(job.out_dir) / LOG, list[str]()
    log_start = _size(log_path)
    with _child(job, log, result, lock) as process:
        try:
            process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            raise TransientError(
                f"not finished after {timeout_seconds:g} s: the next attempt goes on from the last checkpoint; "
                "pipeline.stage_timeout_seconds gives it longer"
            ) from None
    check_not_stopping()
    return _metrics("".join(result), process.returncode, log_path, log_start)


def stop_children() -> None:
    """End every stage that runs in a child of this process, in whichever thread, and let no other start."""
    _stopping.set()
    for process in list(_running):
        _kill_group(process)


def accept_children() -> None:
    """Let stages start again after `stop_children`."""
    _stopping.clear()


def check_not_stopping() -> None:
    """Raise StageInterrupted after `stop_children`."""
    if _stopping.is_set():
        raise StageInterrupted("stopped with its pipeline")


def last_lines(log_path: Path, start: int = 0) -> tuple[str, ...]:
    """The end of a log, but nothing from before the byte `start`; nothing where there is no log."""
    if not log_path.exists():
        return ()
    with log_path.open("rb") as stream:
        stream.seek(max(start, _size(log_path) - _LAST_BYTES))
        lines = stream.read().decode("utf-8", errors="replace").splitlines()
    return tuple(line.rstrip() for line in lines if line.strip())[-_LAST_LINES:]


@contextmanager
def _child(job: Job, log: StageLog, result: list[str], lock: int) -> Iterator[subprocess.Popen[bytes]]:
    """The child, which adds its result to `result`; it, what it started and its listeners are gone afterwards."""
    with _pipe_to(lambda line: _repeat(line, log)) as pipe, _pipe_to(result.append) as result_pipe:
        try:
            process = _start(job, pipe, result_pipe, lock)
        finally:
            os.close(pipe)
            os.close(result_pipe)
        _running.add(process)
        try:
            check_not_stopping()  # after it can be found by stop_children: none slips through between the two
            _hand_over(job, process)
            yield process
        finally:
            _kill_group(process)
            process.wait()
            _running.discard(process)


@contextmanager
def _pipe_to(take: Callable[[str], None]) -> Iterator[int]:
    """The end of a pipe to write to, and to close; a thread takes the lines that come out of the other."""
    reading, writing = os.pipe()
    listener = threading.Thread(target=_listen, args=(reading, take), daemon=True)
    listener.start()
    try:
        yield writing
    finally:
        listener.join(_DRAIN_SECONDS)


def _start(job: Job, pipe: int, result_pipe: int, lock: int) -> subprocess.Popen[bytes]:
    paths = [str(SOURCE_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    arguments = [str(pipe), str(result_pipe), str(os.getpid())]
    with (Path(job.out_dir) / LOG).open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "tasks.child", *arguments],  # -P: a folder called tasks may be here, too
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=(pipe, result_pipe, lock),
            start_new_session=True,  # a process group of its own, which can be ended as a whole
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"},
        )


def _hand_over(job: Job, process: subprocess.Popen[bytes]) -> None:
    """Through a pipe rather than a file: settings may hold the password of a database."""
    assert process.stdin is not None
    with suppress(BrokenPipeError), process.stdin:  # broken: the child is gone already, and its exit code says why
        process.stdin.write(json.dumps(asdict(job)).encode())


def _listen(reading: int, take: Callable[[str], None]) -> None:
    with os.fdopen(reading, encoding="utf-8") as stream:
        for line in stream:
            take(line)


def _repeat(line: str, log: StageLog) -> None:
    try:
        replay(line, log)
    except Exception as error:  # the pipe must be read on: full, it would stop the stage
        log.info(f"lost something the stage said ({type(error).__name__}: {error})")


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _metrics(result: str, exit_code: int, log_path: Path, log_start: int) -> dict[str, float]:
    """The metrics the child told, or the error that its end amounts to.

    Metrics count whatever the exit code: they are told when the work is done, and native libraries
    are known to crash while a process shuts down.
    """
    told = json.loads(result) if result else {}
    if "metrics" in told:
        return told["metrics"]
    if "error" in told:
        raise _error(told["error"], last_lines(log_path, log_start))
    if exit_code in _KILLED_CODES:
        raise OutOfMemory("its process was killed (exit code -9), as the kernel does when memory runs out")
    raise StageFailed(_how_it_ended(exit_code), last_lines(log_path, log_start))


def _error(described: dict[str, str], lines: tuple[str, ...]) -> DiagramforgeError:
    kind = getattr(importlib.import_module(described["module"]), described["class"])
    error = kind(described["message"])
    if isinstance(error, StageFailed):
        error.last_lines = lines
    return error


def _how_it_ended(exit_code: int) -> str:
    if exit_code < 0:
        return f"its process was ended by {signal.Signals(-exit_code).name}"
    return f"its process ended with exit code {exit_code} and no result"


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
