"""Measurements of speed: `python -m benchmarks.NAME` prints a table, or one JSON object with --json."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping

from app import failures, terminal


def main(
    description: str, measure: Callable[..., Mapping[str, float]], options: argparse.ArgumentParser | None = None
) -> None:
    """Measure and print, as the command line of a benchmark; exits with 1 and one line where it cannot be done.

    options: what `measure` takes by keyword, as a parser without help.
    """
    parser = argparse.ArgumentParser(description=description, parents=[options] if options else [])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    settings = vars(parser.parse_args())
    as_json = settings.pop("json")
    terminal.quiet_libraries()

    def run() -> None:
        with terminal.stdout_for_results():
            measures = measure(**settings)
        if as_json:
            terminal.print_json(dict(measures))
            return
        rows = terminal.table(description, "measure", "value", numbers=("value",))
        for name, value in measures.items():
            rows.add_row(name, f"{value:.4g}")
        terminal.out().print(rows)

    sys.exit(failures.guard(run))
