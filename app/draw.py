"""draw: a prompt's candidates, written, drawn, ranked and shown."""

from __future__ import annotations

import math
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import terminal
from app.champion import champion_bundle, load_parts
from app.render import write_export
from app.settings import rating_store
from diagram_core.errors import UsageError
from diagram_core.export import EXPORT_FORMATS, ExportFormat

if TYPE_CHECKING:
    from diagram_core.drawing import DrawnCandidate, Parts
    from diagram_core.notation import Notation
    from diagram_core.ratings import RatingStore

DRAWINGS_DIR = Path("drawings")
MAX_COUNT = 50  # side by side in memory; more than anybody looks through
MAX_SEED = 2**31 - 1
SHEET_FILE = "sheet.png"
RANKING_FILE = "ranking.json"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants drawn. user: "" for nobody in particular."""

    prompt: str
    count: int
    recommend: int
    user: str
    seed: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A candidate with the id that it can be rated by (empty where it could not be drawn) and its files by kind.

    reasons: in sentences, why it stands where it does.
    """

    candidate: DrawnCandidate
    diagram_id: str
    files: dict[str, Path]
    reasons: tuple[str, ...]

    @property
    def short_id(self) -> str:
        """As much of the id as a person types."""
        from diagram_core.ratings import short_id

        return short_id(self.diagram_id)


def draw(
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="What to draw, in words.", show_default=False)],
    count: Annotated[int, typer.Option(min=1, max=MAX_COUNT, metavar="N", help="How many candidates.")] = 5,
    recommend: Annotated[int, typer.Option(min=0, metavar="N", help="How many of them to recommend.")] = 3,
    user: Annotated[str | None, typer.Option(metavar="NAME", help="Rank by this user's ratings, too.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Default: drawings/TIME-SEED.")] = None,
    formats: Annotated[
        str, typer.Option("--format", metavar="png,svg", help="Also pptx, drawio, mmd, dot.")
    ] = "png,svg",
    seed: Annotated[
        int | None, typer.Option(min=0, max=MAX_SEED, metavar="N", help="Draw the same again. Default: by chance.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why each stands where it does.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Draw what a prompt describes: several candidates, ranked.

    Each draw of a prompt is another one, unless you give the seed of an earlier one.

    \b
    Examples:
      diagramforge draw "DL model with 4 input nodes, 6, 10 and 6 hidden nodes, and 1 output"
      diagramforge draw "read a csv, clean it, train a model" --count 8 --user alice
      diagramforge draw "..." --user alice --explain
      diagramforge draw "..." --seed 7 --format svg --out slides/figure1
      diagramforge draw "..." --json | jq -r .sheet
    """
    from diagram_core.prompting import check_prompt
    from diagram_core.ratings import checked_user

    wanted, asked = export_formats(formats), check_prompt(prompt)
    store = rating_store()
    name = checked_user(user) if user is not None else ""
    request = Request(asked, count, recommend, name, secrets.randbelow(MAX_SEED) if seed is None else seed)
    folder = out or new_folder(request.seed)
    started = time.monotonic()
    with terminal.progress() as show, terminal.stdout_for_results():
        show("loading the models", 0, 0)
        bundle = champion_bundle()
        parts = load_parts(bundle, store)
        show(f"drawing {count} candidates", 0, 0)
        drawings = draw_to_folder(parts, request, folder, wanted, store)
    if as_json:
        terminal.print_json(_ranking(request, drawings, folder))
    else:
        print_ranking(request, drawings, folder, time.monotonic() - started)
        if explain:
            _print_reasons(drawings)


def new_folder(seed: int) -> Path:
    """Where the drawings of this moment go."""
    return DRAWINGS_DIR / f"{datetime.now():%Y%m%d-%H%M%S}-{seed}"


def draw_to_folder(
    parts: Parts, request: Request, folder: Path, formats: list[ExportFormat], store: RatingStore
) -> list[Drawing]:
    """Draw the candidates, best first, and write their texts, images, sheet and ranking.

    Every drawing is kept in the ratings database, so that it can be rated by its id.
    """
    from diagram_core.drawing import draw_candidates
    from diagram_core.files import write_json
    from diagram_core.recommend import explain as explain_ranking

    candidates = draw_candidates(parts, request.prompt, request.count, request.recommend, request.user, request.seed)
    weight = parts.judge.settings.readability_weight
    reasons = explain_ranking([candidate.ranked for candidate in candidates], weight)
    drawings = []
    for place, candidate in enumerate(candidates, start=1):
        drawing = _write_candidate(candidate, place, folder, formats, parts.notation, reasons[place - 1])
        drawings.append(drawing)
        if drawing.diagram_id:
            image_file = drawing.files[formats[0]].absolute()
            store.add_diagram(candidate.image, str(image_file), candidate.text, request.prompt)
    _write_sheet(drawings, folder / SHEET_FILE)
    write_json(folder / RANKING_FILE, _ranking(request, drawings, folder))
    return drawings


def print_ranking(request: Request, drawings: list[Drawing], folder: Path, seconds: float) -> None:
    """The ranking as a table, and what can be done next."""
    from rich.text import Text

    out = terminal.out()
    rows = terminal.table(
        request.prompt,
        *("", "", "id", "readability", "expected rating", "look"),
        numbers=("readability", "expected rating"),
    )
    for place, drawing in enumerate(drawings, start=1):
        ranked = drawing.candidate.ranked
        rows.add_row(
            Text("★", style="bold yellow") if ranked.recommended else "",
            str(place),
            drawing.short_id,
            f"{ranked.readability:.2f}",
            f"{ranked.expected_rating:.2f} ± {ranked.uncertainty:.1f}",
            Text(_look(drawing.candidate.text)),
            style="dim" if ranked.problems else "",
        )
    out.print(rows)
    for place, drawing in enumerate(drawings, start=1):
        if drawing.candidate.ranked.problems:
            out.print(f"{place} is not recommended: {'; '.join(drawing.candidate.ranked.problems)}", markup=False)
    said = f"{len(drawings)} candidates in {seconds:.1f} s; --seed {request.seed} draws them again"
    out.print(f"[bold yellow]★[/] recommended.  {said}.")
    rated = next((drawing.short_id for drawing in drawings if drawing.short_id), None)
    if rated is not None:
        out.print(f"Rate one:  diagramforge rate {rated} 5 --user {request.user or 'NAME'}", markup=False)
    out.print(f"Sheet:     {folder / SHEET_FILE}", markup=False)


def _print_reasons(drawings: list[Drawing]) -> None:
    for place, drawing in enumerate(drawings, start=1):
        terminal.out().print(f"\n{place}. {drawing.short_id or 'unreadable'}", markup=False)
        for reason in drawing.reasons:
            terminal.out().print(f"   {reason}", markup=False)


def export_formats(text: str) -> list[ExportFormat]:
    """The formats in a list such as png,svg. Raises UsageError for an unknown one."""
    words = list(dict.fromkeys(word.strip().lower() for word in text.split(",") if word.strip()))
    formats = [file_format for word in words for file_format in EXPORT_FORMATS if file_format == word]
    unknown = [word for word in words if word not in EXPORT_FORMATS]
    if unknown or not formats:
        raise UsageError(f"no format {unknown[0] if unknown else text!r}: choose from {','.join(EXPORT_FORMATS)}")
    return formats


def _write_candidate(
    candidate: DrawnCandidate,
    place: int,
    folder: Path,
    formats: list[ExportFormat],
    notation: Notation,
    reasons: tuple[str, ...],
) -> Drawing:
    from diagram_core.files import write_text
    from diagram_core.notation.listing import write_list
    from diagram_core.ratings import diagram_id, short_id

    number = diagram_id(candidate.image) if candidate.diagram is not None else ""
    stem = f"{place}-{short_id(number) or 'unreadable'}"
    files = {"answer": folder / f"{stem}.{notation}.txt"}
    write_text(files["answer"], candidate.text + "\n")
    if candidate.diagram is not None:
        files["txt"] = folder / f"{stem}.txt"
        write_text(files["txt"], write_list(candidate.diagram) + "\n")
        for file_format in formats:
            files[file_format] = folder / f"{stem}.{file_format}"
            write_export(candidate.diagram, file_format, files[file_format])
    return Drawing(candidate, number, files, reasons)


def _write_sheet(drawings: list[Drawing], path: Path) -> None:
    from diagram_core.files import write_bytes
    from diagram_core.render import encode_png, sheet

    images = [drawing.candidate.image for drawing in drawings]
    captions = [_caption(place, drawing) for place, drawing in enumerate(drawings, start=1)]
    recommended = [i for i, drawing in enumerate(drawings) if drawing.candidate.ranked.recommended]
    columns = math.ceil(math.sqrt(len(images)))
    write_bytes(path, encode_png(sheet(images, captions, columns, recommended)))


def _caption(place: int, drawing: Drawing) -> str:
    if not drawing.short_id:
        return f"{place}. unreadable"
    ranked = drawing.candidate.ranked
    scores = f"readability {ranked.readability:.1f}, expected {ranked.expected_rating:.1f} ± {ranked.uncertainty:.1f}"
    return f"{place}. {drawing.short_id}: {scores}{', recommended' if ranked.recommended else ''}"


def _look(text: str) -> str:
    """The style that a plan begins with; nothing in other notations, which do not say it in words."""
    first = text.partition("\n")[0].split()
    return " ".join(first[1:]) if first[:1] in (["network"], ["chart"]) else ""


def _ranking(request: Request, drawings: list[Drawing], folder: Path) -> dict[str, Any]:
    """What ranking.json and --json say."""
    return {
        "prompt": request.prompt,
        "seed": request.seed,
        "user": request.user or None,
        "folder": str(folder),
        "sheet": str(folder / SHEET_FILE),
        "candidates": [_row(place, drawing) for place, drawing in enumerate(drawings, start=1)],
    }


def _row(place: int, drawing: Drawing) -> dict[str, Any]:
    candidate, ranked = drawing.candidate.candidate, drawing.candidate.ranked
    return {
        "place": place,
        "id": drawing.diagram_id or None,
        "recommended": ranked.recommended,
        "readability": ranked.readability,
        "expected_rating": ranked.expected_rating,
        "uncertainty": ranked.uncertainty,
        "score": ranked.score,
        "problems": list(ranked.problems),
        "mean_logprob": ranked.mean_logprob,
        "reasons": list(drawing.reasons),
        "neighbors": [neighbor._asdict() for neighbor in ranked.neighbors],
        "text": candidate.text,
        "tokens": candidate.tokens,
        "stopped": candidate.stopped,
        "seconds": candidate.seconds,
        "files": {kind: str(path) for kind, path in drawing.files.items()},
    }
