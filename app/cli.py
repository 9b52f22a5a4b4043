"""The command line: every command, and the one place where their failures end."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import typer

from app import doctor, failures, rate, render, train

_QUIET = {  # what libraries would otherwise print between our lines, or send home
    "DO_NOT_TRACK": "true",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_VERBOSITY": "error",
}

app = typer.Typer(
    rich_markup_mode=None,  # plain help starts four times as fast, and examples can be copied from it
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


@app.callback(invoke_without_command=True)
def _about(context: typer.Context) -> None:
    """Describe a neural network or a process in words: get drawings, ranked by readability and by your taste.

    \b
    A first drawing, and how good you find it:
      diagramforge draw "NN with 4 inputs, 6 and 6 hidden nodes, and 1 output" --user alice
      diagramforge rate 3f9a1c2b 5 --user alice
    Your own models, trained on this machine (a quarter of an hour on two cores):
      diagramforge train
    What this machine can do, and what is missing:
      diagramforge doctor
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command()(train.train)
app.command(context_settings={"ignore_unknown_options": True})(rate.rate)  # a score of -1 is no option
app.command()(render.render)
app.command()(render.check)
app.command()(doctor.doctor)


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code: 0, 1 for a failure, 2 for wrong usage, 130 for Ctrl-C."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
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
