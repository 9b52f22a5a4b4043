"""The command line: every command, and the one place where their failures end."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

import typer

from app import doctor, draw, evaluate, failures, rank, rate, render, train

_QUIET_ENVIRONMENT = {  # what libraries would otherwise print between our lines, or send home
    "DO_NOT_TRACK": "true",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}

_QUIET_LOGGERS = ("alembic", "mlflow", "torch.utils._pytree", "torchao")

app = typer.Typer(
    rich_markup_mode=None,  # plain help starts four times as fast, and examples can be copied from it
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


@app.callback(invoke_without_command=True)
def _about(context: typer.Context) -> None:
    """Describe a network or a process in words: get drawings, ranked by readability and taste.

    \b
    A first drawing, and how good you find it:
      diagramforge draw "NN with 4 inputs, 6 and 6 hidden nodes, and 1 output"
      diagramforge rate 3f9a1c2b 5 --user alice
    The next one, ranked by what you like:
      diagramforge draw "read a csv, clean it, train a model" --user alice
    Your own models, trained on this machine (a quarter of an hour on two cores):
      diagramforge train
    What this machine can do, and what is missing:
      diagramforge doctor
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command()(draw.draw)
app.command()(train.train)
app.command(context_settings={"ignore_unknown_options": True})(rate.rate)  # a score of -1 is no option
app.command()(rank.rank)
app.command()(render.render)
app.command()(render.check)
app.add_typer(evaluate.app, name="evaluate")
app.command()(doctor.doctor)


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code: 0, 1 for a failure, 2 for wrong usage, 130 for Ctrl-C."""
    for name, value in _QUIET_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    for logger in _QUIET_LOGGERS:
        logging.getLogger(logger).setLevel(logging.ERROR)
    try:
        code = app(list(arguments), prog_name="diagramforge", standalone_mode=False)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:
        return failures.report(error)
    if code == failures.EXIT_INTERRUPTED:  # typer has caught the KeyboardInterrupt
        return failures.report(KeyboardInterrupt())
    return code or 0


def main() -> None:
    """The `diagramforge` script."""
    sys.exit(run(sys.argv[1:]))
