"""What a person sees: results on stdout, progress and notices on stderr; one JSON object for a program."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

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

Progress = Callable[[str, int, int], None]  # what is being done, how much is done, of how much (0: unknown)


def quiet_libraries() -> None:
    """To be called before they are imported; what the user has set in the environment stays."""
    for name, value in _QUIET_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    for logger in _QUIET_LOGGERS:
        logging.getLogger(logger).setLevel(logging.ERROR)


def out() -> Console:
    """The console of results."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def notice(text: str) -> None:
    """One line for the person, never for the program that reads stdout."""
    print(text, file=sys.stderr)


def without_password(url: str) -> str:
    """A database's or server's URL as it may be shown; what is no URL as it is."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        return make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return url


def table(title: str, *columns: str, numbers: tuple[str, ...] = ()) -> Table:
    """An empty table; the columns in `numbers` are aligned to the right."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(title=Text(title, "bold"), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        made.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    return made


def print_json(value: dict[str, Any]) -> None:
    """The one JSON object of a --json answer."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


@contextlib.contextmanager
def progress() -> Iterator[Progress]:
    """A progress bar on stderr that goes away when the work is done; silent where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)

        def show(what: str, done: int, total: int) -> None:
            counted = f"{what} {done}/{total}" if total else what
            bar.update(task, description=counted, completed=done, total=total or None)

        yield show


@contextlib.contextmanager
def stdout_for_results() -> Iterator[None]:
    """Send to stderr what libraries print meanwhile, from Python or from C: stdout holds the result alone."""
    sys.stdout.flush()
    saved = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
