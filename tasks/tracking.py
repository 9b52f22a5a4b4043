"""MLflow: a run a pipeline run, below it a run an attempt of a stage, each written to by its id.

The active run of MLflow's fluent interface belongs to a thread, and stages run in many: it is not used here.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from diagram_core.errors import InputError
from tasks.failure import TransientError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric

RunStatus = Literal["FINISHED", "FAILED", "KILLED"]

PARENT_TAG = "mlflow.parentRunId"
COMMIT_TAG = "mlflow.source.git.commit"  # the one that MLflow's own page shows
FLOW_RUN_TAG = "prefect.flow_run_id"

_URL_PASSWORD = re.compile(r"(://[^\s:/@\"]*):[^\s/@\"]+@")
_ANSWER_SECONDS = 5.0
_SEND_SECONDS = 1.0  # between two batches of metrics: one call a metric would slow a fast stage down
_SILENCE_SECONDS = 30.0  # after a failed call: training must not wait for a server that is away
_PARAMS_PER_CALL = 100  # MLflow's limits
_METRICS_PER_CALL = 1000
_TAG_CHARACTERS = 5000


class TrackedRun:
    """One MLflow run. A call that fails costs a warning, once, and never the training.

    Metrics that could not be sent are kept and sent later, so that a curve has no gap.
    """

    def __init__(self, client: MlflowClient, run_id: str, warn: Callable[[str], None]) -> None:
        self.run_id = run_id
        self._client = client
        self._warn = warn
        self._warned = False
        self._last_steps: dict[str, int] = {}
        self._unsent: list[Metric] = []
        self._next_send = 0.0

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        """One number, with a step where it is a curve; without one it joins its curve, if any, at the end."""
        from mlflow.entities import Metric

        if step is None:
            step = self._last_steps.get(name, 0)
        self._last_steps[name] = step
        self._unsent.append(Metric(name, float(value), int(time.time() * 1000), step))
        if time.monotonic() >= self._next_send:
            self._next_send = time.monotonic() + _SEND_SECONDS
            self._send_metrics()

    def params(self, config: BaseModel) -> None:
        """Log every setting, with the names of its sections joined by dots."""
        from mlflow.entities import Param

        params = [Param(key, value) for key, value in _flatten(public_settings(config))]
        for start in range(0, len(params), _PARAMS_PER_CALL):
            self._call(self._client.log_batch, self.run_id, params=params[start : start + _PARAMS_PER_CALL])

    def tags(self, tags: Mapping[str, str]) -> None:
        """Set tags."""
        for name, value in tags.items():
            self._call(self._client.set_tag, self.run_id, name, str(value)[:_TAG_CHARACTERS])

    def artifact(self, path: Path, folder: str = "") -> None:
        """Copy a file to the run."""
        self._call(self._client.log_artifact, self.run_id, str(path), folder or None)

    def end(self, status: RunStatus) -> None:
        """Send what is left and close the run."""
        self._send_metrics()
        self._call(self._client.set_terminated, self.run_id, status)

    @contextmanager
    def system_metrics(self) -> Iterator[None]:
        """Log the machine's load (CPU, memory, disk, network, GPUs) meanwhile."""
        from mlflow.system_metrics.system_metrics_monitor import SystemMetricsMonitor

        monitor = SystemMetricsMonitor(self.run_id, tracking_uri=self._client.tracking_uri)
        self._call(monitor.start)
        try:
            yield
        finally:
            self._call(monitor.finish)

    def _send_metrics(self) -> None:
        while self._unsent:
            batch = self._unsent[:_METRICS_PER_CALL]
            if not self._call(self._client.log_batch, self.run_id, metrics=batch):
                return
            del self._unsent[: len(batch)]

    def _call(self, function: Callable[..., object], *arguments: Any, **named: Any) -> bool:
        """Whether the call need not be made again."""
        try:
            function(*arguments, **named)
        except Exception as error:
            self._next_send = time.monotonic() + _SILENCE_SECONDS
            if not self._warned:
                self._warned = True
                self._warn(f"MLflow could not take everything; the work goes on ({_first_line(error)})")
            return getattr(error, "error_code", None) == "INVALID_PARAMETER_VALUE"
        return True


def connect(tracking_uri: str) -> MlflowClient:
    """A client of the tracking store.

    Raises TransientError where a server does not answer, InputError where the store cannot be used at all.
    """
    _configure_mlflow()
    from mlflow import MlflowClient

    if tracking_uri.startswith(("http://", "https://")):
        _check_server(tracking_uri)
    try:
        if tracking_uri.startswith("sqlite:///"):
            Path(tracking_uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        client = MlflowClient(tracking_uri)
        client.search_experiments(max_results=1)
    except Exception as error:  # MLflow, SQLAlchemy and the drivers have each their own
        raise InputError(
            f"the tracking store {_without_password(tracking_uri)} cannot be used: {_first_line(error)}"
        ) from None
    return client


def start_stage_run(
    client: MlflowClient,
    parent_run_id: str,
    stage: str,
    tags: Mapping[str, str],
    warn: Callable[[str], None],
) -> TrackedRun:
    """Open the run of one attempt of a stage, below its pipeline's run and with the tags of its origin.

    Raises TransientError where the store does not do it.
    """
    with store_at_work(client.tracking_uri):
        parent = client.get_run(parent_run_id)
        inherited = {key: parent.data.tags[key] for key in (COMMIT_TAG, FLOW_RUN_TAG) if key in parent.data.tags}
        own = {PARENT_TAG: parent_run_id, "stage": stage, **tags}
        made = client.create_run(parent.info.experiment_id, run_name=stage, tags={**inherited, **own})
    return TrackedRun(client, made.info.run_id, warn)


def public_settings(config: BaseModel) -> dict[str, Any]:
    """The settings as plain values, for all to see: without the passwords in URLs."""
    return json.loads(_without_password(config.model_dump_json()))


def warn_on_stderr(text: str) -> None:
    """Where there is no stage to say it for."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def store_at_work(tracking_uri: str) -> Iterator[None]:
    """Raise TransientError, in one line, where the store does not do what it is asked."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        raise TransientError(
            f"the tracking store {_without_password(tracking_uri)} failed: {_first_line(error)}"
        ) from error


def _flatten(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value if isinstance(value, str) else json.dumps(value)


def _check_server(tracking_uri: str) -> None:
    """A quick look: MLflow's own client would try for minutes."""
    try:
        with urllib.request.urlopen(f"{tracking_uri.rstrip('/')}/health", timeout=_ANSWER_SECONDS):
            pass
    except urllib.error.HTTPError:
        return  # it answers; what it thinks of us is for the client to find out
    except (OSError, ValueError) as error:
        raise TransientError(
            f"no MLflow server answers at {_without_password(tracking_uri)} ({_first_line(error)}): "
            "start it, or choose another store with pipeline.tracking_uri or MLFLOW_TRACKING_URI"
        ) from None


def _configure_mlflow() -> None:
    """Settings that MLflow reads from the environment; what the user has set stays."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")  # stdout is for results
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
    import mlflow  # noqa: F401 - it sets up its logging when imported

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _first_line(error: BaseException) -> str:
    return _without_password(next(iter(str(error).strip().splitlines()), type(error).__name__))


def _without_password(text: str) -> str:
    return _URL_PASSWORD.sub(r"\1:***@", text)
