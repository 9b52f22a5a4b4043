"""The command line: every command, and the one place where their failures end."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from app import compare, data, doctor, draw, evaluate, export, failures, rank, rate, render, terminal, train

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
    Your own models, trained on this machine (some nine minutes on two cores):
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
app.command()(render.layout)
app.command()(render.check)
app.command()(data.data)
app.add_typer(evaluate.app, name="evaluate")
app.command()(compare.compare)
app.command()(export.export)
app.command()(doctor.doctor)


def run(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code: 0, 1 for a failure, 2 for wrong usage, 130 for Ctrl-C."""
    terminal.quiet_libraries()
    return failures.guard(lambda: _call(list(arguments)))


def _call(arguments: list[str]) -> int | None:
    code = app(arguments, prog_name="diagramforge", standalone_mode=False)
    if code == failures.EXIT_INTERRUPTED:  # typer has caught it
        raise KeyboardInterrupt
    return code


def main() -> None:
    """The `diagramforge` script."""
    sys.exit(run(sys.argv[1:]))
