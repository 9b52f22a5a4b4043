"""What every test may use."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import psutil
import pytest

hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("DO_NOT_TRACK", "true")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background starts with it ignored

ROOT = Path(__file__).resolve().parent.parent
SERVER_SECONDS = 300  # a first start on a busy machine, with its database to be made


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answers(address: str) -> bool:
    """Whether a server answers there."""
    try:
        urllib.request.urlopen(address, timeout=1).close()
    except OSError:
        return False
    return True


def wait_until(condition: Callable[[], bool], seconds: float = 60, log: Callable[[], str] = str) -> None:
    """Fail, with the log, where it does not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"nothing after {seconds:g} s:\n{log()}"
        time.sleep(0.05)


@contextmanager
def background(command: list[Any], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own; it and all that it started are gone afterwards."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        for child in family:
            if child.is_running():
                child.kill()
        process.wait()


@contextmanager
def serving(
    start: Callable[[int], AbstractContextManager[subprocess.Popen[bytes]]], health: str, log: Path
) -> Iterator[int]:
    """A server that answers at the path `health`: its port, free when it was started. log: what `start` writes."""
    with ExitStack() as stack:
        for _ in range(2):  # somebody else may have taken the port before the server did
            port = free_port()
            process = stack.enter_context(start(port))
            if _comes_up(process, f"http://127.0.0.1:{port}{health}", log):
                break
        else:
            pytest.fail(f"the server ended with exit code {process.returncode}:\n{log.read_text()}")
        yield port


def _comes_up(process: subprocess.Popen[bytes], address: str, log: Path) -> bool:
    """Whether the server answers rather than ends."""
    wait_until(lambda: process.poll() is not None or answers(address), SERVER_SECONDS, log.read_text)
    return process.poll() is None


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data; the test is skipped where it is absent."""
    folder = Path(os.environ.get("DIAGRAM_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no real data in {folder}; set DIAGRAM_DATA to its folder")
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine on which nothing has been trained or rated, and a folder of its own to stand in."""
    from app.settings import machine_profile

    monkeypatch.setenv("DIAGRAMFORGE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("MLFLOW_TRACKING_URI", "DIAGRAMFORGE_RATINGS", "DIAGRAMFORGE_MODEL", "PREFECT_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    machine_profile.cache_clear()
    return tmp_path / "home"


@pytest.fixture(scope="session")
def empty_mlflow_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow database without runs, to copy: making one takes seconds."""
    from tasks.tracking import connect

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    connect(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def starter_package() -> None:
    """The real base model is here; the test is skipped where it is not, for no test fetches one."""
    from tasks.model_source import STARTER_REQUIREMENT, starter_file

    if starter_file() is None:
        pytest.skip(f"{STARTER_REQUIREMENT} is not installed: `make test` installs it")


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifact of the base stage with the tiny random model."""
    from tasks import base
    from tasks.config import BaseConfig
    from tests.training import MemoryLog

    folder = tmp_path_factory.mktemp("base")
    base.run(BaseConfig(model="tiny"), {}, folder, MemoryLog())
    return folder


@pytest.fixture(scope="session")
def tiny_examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact of the synthesize stage, with 24 examples to train on."""
    from tests.training import write_examples

    return write_examples(tmp_path_factory.mktemp("synthesize"))


@pytest.fixture(scope="session")
def tiny_sft(tiny_base: Path, tiny_examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifact of the SFT stage: a LoRA adapter of the tiny model, trained for six steps."""
    from tasks import sft
    from tests.training import MemoryLog, sft_config

    folder = tmp_path_factory.mktemp("sft")
    sft.run(sft_config(), {"base": tiny_base, "synthesize": tiny_examples}, folder, MemoryLog())
    return folder
