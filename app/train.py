"""train: the whole pipeline in this process, on Prefect's and MLflow's embedded databases."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app import terminal
from app.settings import machine_profile
from diagram_core.errors import DiagramforgeError

if TYPE_CHECKING:
    from flows.train_all import Training
    from tasks.config import Profile

_EMBEDDED_PREFECT = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # its log is in its database; here, one line a stage
    "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "300",  # the first start makes the database
}


def train(
    profile: Annotated[
        str, typer.Option(metavar="NAME", help="smoke, cpu, gpu-12gb, gpu-80gb, a .yaml file, or auto: what fits.")
    ] = "auto",
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY.PATH=VALUE", help="Change a setting; may be repeated.")
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Drawings that people rated, for readability to agree with.")
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="STAGE", help="Run this stage alone.")] = None,
    from_stage: Annotated[
        str | None, typer.Option("--from", metavar="STAGE", help="Run this stage and those after it.")
    ] = None,
) -> None:
    """Train every model, and draw with them from then on.

    Stages that have finished with the same settings are not run again.

    \b
    Examples:
      diagramforge train
      diagramforge train --profile smoke
      diagramforge train --set sft.max_steps=40 --set sft.learning_rate=1e-4
      diagramforge train --from readability --scores scores.jsonl
    Stages: synthesize, base, sft, orpo, quantize, render, readability, autoencoder, neighbors, evaluate, register.
    """
    from tasks.config import load_profile
    from tasks.pipeline import chosen_stages

    chosen_stages(only, from_stage)  # what is wrong with the command is said before anything starts
    if scores is not None:
        overrides = [*(overrides or []), f"readability.scores={json.dumps(str(scores.absolute()))}"]
    name = fitting_profile_name() if profile == "auto" else profile
    settings = load_profile(name, overrides)
    _check_scores(settings)
    run_pipeline(settings, name, overrides, only, from_stage)
    print_where(settings)


def _check_scores(settings: Profile) -> None:
    """Raise InputError for a file of scores that the readability stage could not read, an hour from now."""
    if settings.readability.scores is not None:
        from diagram_core.people import read_rated

        read_rated(settings.readability.scores)


def fitting_profile_name() -> str:
    """The profile that fits this machine."""
    from tasks.machine import fitting_profile, machine

    return fitting_profile(machine())


def run_pipeline(
    settings: Profile,
    profile: str,
    overrides: list[str] | None = None,
    only: str | None = None,
    from_stage: str | None = None,
) -> Training:
    """Run the train-all flow in this process and say what came of it. Raises as the flow does."""
    terminal.notice(f"Training on the profile {settings.name}; artifacts go to {settings.artifacts_dir()}.")
    started = time.monotonic()
    start_services(settings)
    from flows.train_all import train_all
    from tasks.log import duration
    from tasks.pipeline_run import unwound_by_sigterm

    with unwound_by_sigterm():  # Prefect sends itself the signal again in the end, and its server would outlive us
        training = train_all(profile, overrides, only, from_stage)
    out = terminal.out()
    out.print(f"\nDone in {duration(time.monotonic() - started)}.")
    if training.version is not None:
        print_champion(settings, training)
    return training


def print_champion(settings: Profile, training: Training) -> None:
    """Say which version draws from now on, and what it takes for `draw` to find it."""
    out = terminal.out()
    out.print(f"Version {training.version} of {settings.pipeline.model_name} draws from now on: {training.bundle}")
    variables = _variables_to_find(settings)
    if variables:
        exports = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
        out.print(f"  where the environment says:  export {exports}", markup=False)


def _variables_to_find(settings: Profile) -> dict[str, str]:
    """What the environment has yet to say for the other commands to look where these settings do."""
    from tasks.config import ENVIRONMENT

    usual = machine_profile().pipeline
    places = {name: (getattr(settings.pipeline, key), getattr(usual, key)) for key, name in ENVIRONMENT.items()}
    return {
        name: str(own.absolute()) if isinstance(own, Path) else terminal.without_password(own)
        for name, (own, others) in places.items()
        if own is not None and own != others
    }


def start_services(settings: Profile) -> None:
    """What a flow would otherwise do at its start with nothing to be seen: up to a minute the first time.

    Raises DiagramforgeError where a store or a server that the environment names does not answer.
    """
    for variable, value in _EMBEDDED_PREFECT.items():
        os.environ.setdefault(variable, value)
    with terminal.progress() as show:
        show("opening the MLflow store", 0, 0)
        from tasks.tracking import connect

        connect(settings.tracking_uri())
        show("starting Prefect", 0, 0)
        from prefect.client.orchestration import get_client

        with _deaf_to_ctrl_c(), get_client(sync_client=True) as client:
            problem = client.api_healthcheck()
            if problem is not None:
                raise DiagramforgeError(
                    f"no Prefect server answers at {client.api_url} ({problem}): "
                    "start it with `prefect server start`, or do without it: `unset PREFECT_API_URL` where it is set, "
                    "and `prefect profile use ephemeral`"
                )


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Processes started meanwhile live through Ctrl-C: the server must hear from us how the run ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def print_where(settings: Profile) -> None:
    """Say where artifacts, MLflow runs and Prefect runs are, and the commands that open them."""
    out = terminal.out()
    uri = terminal.without_password(settings.tracking_uri())
    out.print(f"\nArtifacts:     {settings.artifacts_dir()}", markup=False)
    out.print(f"MLflow runs:   {uri}", markup=False)
    if uri.startswith(("http://", "https://")):
        out.print("  open it in a browser")
    else:
        out.print(f"  {script('mlflow')} ui --backend-store-uri {shlex.quote(uri)}", markup=False)
        out.print("  then open http://127.0.0.1:5000")
    api = os.environ.get("PREFECT_API_URL")
    if api:
        out.print(f"Prefect runs:  {api.removesuffix('/api')}  (open it in a browser)", markup=False)
    else:
        home = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()
        out.print(f"Prefect runs:  {home / 'prefect.db'}", markup=False)
        out.print(f"  {script('prefect')} server start", markup=False)
        out.print("  then open http://127.0.0.1:4200")


def script(name: str) -> str:
    """How to call a script of this environment from the folder that the person is in."""
    path = Path(sys.executable).parent / name
    return shlex.quote(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))
