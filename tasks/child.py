"""The process of an isolated stage, which reads its job from stdin. It knows neither MLflow nor Prefect.

What the stage says goes to the parent through a pipe, one JSON object a line; its result, in the end, through another:
MLflow may hold up who listens to the first, and a file would need room on the disk.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import importlib
import json
import os
import signal
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from diagram_core.errors import DiagramforgeError
from tasks.failure import classify
from tasks.log import StageLog

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(frozen=True)
class Job:
    """All that running a stage takes, in plain values. config_class is `module:name`."""

    module: str
    config_class: str
    config: dict
    inputs: dict[str, str]
    out_dir: str

    @classmethod
    def of(cls, module: str, config: BaseModel, inputs: dict[str, Path], out_dir: Path) -> Job:
        """The job of running this stage."""
        kind = type(config)
        return cls(
            module=module,
            config_class=f"{kind.__module__}:{kind.__qualname__}",
            config=config.model_dump(mode="json"),
            inputs={name: str(folder) for name, folder in inputs.items()},
            out_dir=str(out_dir),
        )


def do(job: Job, log: StageLog) -> dict[str, float]:
    """Run the stage here and now; returns its metrics."""
    module_name, class_name = job.config_class.split(":")
    config = getattr(importlib.import_module(module_name), class_name).model_validate(job.config)
    inputs = {name: Path(folder) for name, folder in job.inputs.items()}
    metrics = importlib.import_module(job.module).run(config, inputs, Path(job.out_dir), log)
    return {name: float(value) for name, value in metrics.items()}


class PipeLog:
    """A StageLog that passes everything on to the parent process."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        self._say("metric", name=name, value=float(value), step=step)

    def artifact(self, path: Path, folder: str = "") -> None:
        self._say("artifact", path=str(Path(path).absolute()), folder=folder)

    def progress(self, done: int, total: int, unit: str) -> None:
        self._say("progress", done=done, total=total, unit=unit)

    def info(self, text: str) -> None:
        print(text, flush=True)
        self._say("info", text=text)

    def _say(self, what: str, **values: object) -> None:
        line = json.dumps({"what": what, **values}) + "\n"
        with contextlib.suppress(BrokenPipeError):  # nobody listens any more: the end of this process is near
            os.write(self._descriptor, line.encode())


def replay(line: str, log: StageLog) -> None:
    """Say to `log` what a line of a PipeLog says."""
    values = json.loads(line)
    match values.pop("what"):
        case "metric":
            log.metric(**values)
        case "artifact":
            log.artifact(Path(values["path"]), values["folder"])
        case "progress":
            log.progress(**values)
        case "info":
            log.info(**values)


def main(pipe: int, result_pipe: int, parent_pid: int) -> int:
    """Run the job from stdin and tell {"metrics": ...} or {"error": ...}; returns the exit code."""
    _die_with(parent_pid)
    _volunteer_for_the_oom_killer()
    faulthandler.enable()
    try:
        result: dict[str, dict] = {"metrics": do(Job(**json.load(sys.stdin)), PipeLog(pipe))}
    except Exception as error:
        with contextlib.suppress(OSError):  # a full disk: the parent is told even so
            traceback.print_exc()
        result = {"error": _described(classify(error))}
    with os.fdopen(result_pipe, "w", encoding="utf-8") as stream:
        json.dump(result, stream)
    return 0 if "metrics" in result else 1


def _described(error: DiagramforgeError) -> dict[str, str]:
    kind = type(error)
    return {"module": kind.__module__, "class": kind.__qualname__, "message": str(error)}


def _die_with(parent_pid: int) -> None:
    """Be killed when the parent ends, however it ends: nobody would want the result any more."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it ended before the line above
        sys.exit(1)


def _volunteer_for_the_oom_killer() -> None:
    """Where the kernel runs out of memory it shall end this stage, not the pipeline around it."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
