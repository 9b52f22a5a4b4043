"""evaluate: the champion, measured on data of your own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import terminal
from app.champion import champion_bundle, load_judge, load_parts
from app.draw import MAX_COUNT, MAX_SEED
from app.images import image_files
from app.rank import read_images
from app.rate import import_ratings, require_some
from app.settings import known_user, rating_store

if TYPE_CHECKING:
    from diagram_core.drawing import DrawnCandidate, Judge, Parts
    from diagram_core.evaluation import PromptResult

RATED_DIR, CANDIDATES_DIR = "rated", "candidates"

RowsFile = Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines: .jsonl, or .jsonl.gz.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

app = typer.Typer(rich_markup_mode=None, no_args_is_help=False)


@app.callback(invoke_without_command=True)
def _about(context: typer.Context) -> None:
    """Measure the champion on data of your own.

    \b
    Examples:
      diagramforge evaluate prompts held-out.jsonl --limit 20
      diagramforge evaluate readability rated-answers.jsonl.gz --json
      diagramforge evaluate parser answers-of-any-model.jsonl
      diagramforge evaluate ranking my-images --user alice
    """
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def prompts(
    file: RowsFile,
    count: Annotated[int, typer.Option(min=1, max=MAX_COUNT, metavar="N", help="Candidates a prompt.")] = 5,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N rows.")] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=MAX_SEED, metavar="N", help="For the first row; row n has seed + n - 1.")
    ] = 0,
    failures: Annotated[
        bool, typer.Option("--failures", help="List the prompts that were not drawn as asked.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Draw each prompt and compare with what it asks for.

    Rows: prompt and plan; or prompt, diagram (list notation) and structure.

    \b
    Examples:
      diagramforge evaluate prompts held-out.jsonl.gz --limit 50
      diagramforge evaluate prompts held-out.jsonl.gz --count 1 --json
      diagramforge evaluate prompts tests/human_prompts.jsonl --failures
    """
    with terminal.progress() as show, terminal.stdout_for_results():
        show("loading the models", 0, 0)
        from diagram_core.evaluation import breakdown, measure_prompts, read_prompt_cases, summarize

        cases = read_prompt_cases(file)[:limit]
        bundle, store = champion_bundle(), rating_store()
        draw_all = _drawer(load_parts(bundle, store), count, seed)
        results = measure_prompts(cases, draw_all, lambda done, total: show("drawing prompts", done, total))
    wrong = [result for result in results if failures and not result.exact_first]
    if as_json:
        listed = {"failures": [_failure_row(result) for result in wrong]} if failures else {}
        terminal.print_json({**summarize(results), **listed})
        return
    _print_measures(f"{len(cases)} prompts of {file}", summarize(results))
    columns = ("kind", "nodes", "prompts", "valid_rate", "exact_rate_first", "structural_score")
    rows = terminal.table("By kind and size", *columns, numbers=columns[1:])
    for row in breakdown(results):
        rows.add_row(*(_shown(row[name]) for name in columns))
    terminal.out().print(rows)
    if failures:
        terminal.out().print(f"\n{len(wrong)} of {len(results)} not as asked", markup=False)
        _print_failures(wrong)


def _failure_row(result: PromptResult) -> dict[str, Any]:
    return {"prompt": result.prompt, "answer": result.answer, "mistakes": list(result.mistakes)}


def _print_failures(wrong: Sequence[PromptResult]) -> None:
    """The first answers that are not what was asked, with what is wrong where that is known."""
    from diagram_core.export.marks import plain_text

    for result in wrong:
        told = [f"\n{result.prompt}", f"  -> {result.answer}", *(f"     {mistake}" for mistake in result.mistakes)]
        terminal.out().print(plain_text("\n".join(told)), markup=False)


@app.command()
def readability(file: RowsFile, as_json: AsJson = False) -> None:
    """Compare the readability model with people.

    Rows: answer (a diagram in list notation) and readability (0 to 5).

    \b
    Examples:
      diagramforge evaluate readability rated-answers.jsonl.gz
      diagramforge evaluate readability rated-answers.jsonl.gz --json
    """
    with terminal.progress() as show, terminal.stdout_for_results():
        show("measuring readability", 0, 0)
        bundle = champion_bundle()
        from diagram_core.drawing import load_judge
        from diagram_core.evaluation import measure_readability

        measures = measure_readability(file, load_judge(bundle).readability.score)
    _print_or_json(f"Readability of {file}", measures, as_json)


@app.command()
def parser(file: RowsFile, as_json: AsJson = False) -> None:
    """Read whatever models answered, and count what is kept. Needs no trained model.

    Rows: answer.

    \b
    Examples:
      diagramforge evaluate parser answers.jsonl.gz
      diagramforge evaluate parser answers.jsonl.gz --json
    """
    with terminal.progress() as show, terminal.stdout_for_results():
        show("reading answers", 0, 0)
        from diagram_core.evaluation import measure_parser

        measures = measure_parser(file)
    _print_or_json(f"Reading {file}", measures, as_json)


@app.command()
def ranking(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of images.", show_default=False)],
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Whose taste counts.")] = None,
    as_json: AsJson = False,
) -> None:
    """Score each image in a folder.

    A folder that holds `rated` (folders named 0 to 5) and `candidates` is ranked by the taste that `rated` shows;
    these ratings are not kept.

    \b
    Examples:
      diagramforge evaluate ranking my-images --user alice
      diagramforge evaluate ranking one_user --json
    """
    with terminal.progress() as show, terminal.stdout_for_results():
        show("loading the models", 0, 0)
        judge, images_dir, name = _ranking_case(folder, user, show)
        from rich.text import Text

        from diagram_core.evaluation import measure_ranking

        images, skipped = read_images(image_files(images_dir))
        rows = measure_ranking(judge, {path.name: image for path, image in images.items()}, name)
    if as_json:
        terminal.print_json({"user": name or None, "images": rows, "skipped": skipped})
        return
    columns = ("image", "score", "readability", "expected_rating")
    made = terminal.table(f"{len(rows)} images in {images_dir}", *columns, numbers=columns[1:])
    for row in rows:
        made.add_row(*(Text(_shown(row[name])) for name in columns))
    terminal.out().print(made)
    for item in skipped:
        terminal.out().print(f"skipped: {item['reason']}", markup=False)


def _drawer(parts: Parts, count: int, seed: int) -> Callable[[str], list[DrawnCandidate]]:
    """Draws one prompt after the other, each with a seed of its own."""
    from itertools import count as numbers

    from diagram_core.drawing import draw_candidates

    seeds = numbers(seed)
    return lambda prompt: draw_candidates(parts, prompt, count, recommend=1, user="", seed=next(seeds))


def _ranking_case(folder: Path, user: str | None, show: terminal.Progress) -> tuple[Judge, Path, str]:
    """The judge, the folder of images that it is to rank, and the user (\"\": nobody in particular)."""
    from diagram_core.ratings import RatingStore

    bundle = champion_bundle()
    if (folder / RATED_DIR).is_dir() and (folder / CANDIDATES_DIR).is_dir():
        name, store = user or folder.resolve().name, RatingStore("sqlite://")
        imported, skipped = import_ratings(store, folder / RATED_DIR, name, show)
        for path, reason in skipped.items():
            terminal.notice(f"skipped: {path}: {reason}")
        require_some(imported, folder / RATED_DIR)
        return load_judge(bundle, store), folder / CANDIDATES_DIR, name
    store = rating_store()
    return load_judge(bundle, store), folder, known_user(store, user) if user is not None else ""


def _print_or_json(title: str, measures: Mapping[str, float], as_json: bool) -> None:
    if as_json:
        terminal.print_json(dict(measures))
    else:
        _print_measures(title, measures)


def _print_measures(title: str, measures: Mapping[str, float]) -> None:
    rows = terminal.table(title, "measure", "value", numbers=("value",))
    for name, value in measures.items():
        rows.add_row(name, _shown(value))
    terminal.out().print(rows)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}" if value.is_integer() else f"{value:.3f}"
    return str(value)
