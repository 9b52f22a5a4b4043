"""rank: images that there are already, by readability and by a user's taste."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import terminal
from app.champion import champion_bundle, load_judge
from app.images import image_files
from app.settings import known_user, rating_store
from diagram_core.errors import InputError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from diagram_core.recommend import Ranked


def rank(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of images.", show_default=False)],
    user: Annotated[str, typer.Option(metavar="NAME", help="Whose taste counts.")],
    recommend: Annotated[int, typer.Option(min=0, metavar="N", help="How many to recommend.")] = 3,
    out: Annotated[Path | None, typer.Option(metavar="SHEET.png", help="Write them side by side, best first.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Rank images by readability and by a user's taste.

    Half of the score is readability, half how the user would rate them, unless the profile weighs them otherwise.

    \b
    Examples:
      diagramforge rate --import rated --user alice
      diagramforge rank candidates --user alice
      diagramforge rank candidates --user alice --recommend 1 --out best.png
      diagramforge rank candidates --user alice --json
    """
    if out is not None and out.suffix.lower() != ".png":
        raise UsageError(f"{out} does not end in .png: the sheet is a PNG file")
    paths = image_files(folder)
    store = rating_store()
    name = known_user(store, user)
    with terminal.progress() as show, terminal.stdout_for_results():
        show("loading the models", 0, 0)
        judge = load_judge(champion_bundle(), store)
        from diagram_core.drawing import rank_images

        show(f"ranking {len(paths)} images", 0, 0)
        images, skipped = read_images(paths)
        ranking = rank_images(judge, list(images.values()), recommend, name)
        if out is not None:
            _write_sheet(images, ranking, out)
    rows = [_row(path, ranked) for path, ranked in zip(_in_order(images, ranking), ranking, strict=True)]
    if as_json:
        sheet = {"sheet": str(out)} if out is not None else {}
        terminal.print_json({"user": name, "images": rows, "skipped": skipped, **sheet})
    else:
        _print(name, rows, skipped, out)


def read_images(paths: list[Path]) -> tuple[dict[Path, NDArray[np.uint8]], list[dict[str, str]]]:
    """The images, and the files that are none, with the reason. Raises InputError where there is no image at all."""
    from diagram_core.models.images import read_image

    images, skipped = {}, []
    for path in paths:
        try:
            images[path] = read_image(path)
        except InputError as error:
            skipped.append({"file": str(path), "reason": str(error)})
    if not images:
        raise InputError(f"none of the {len(paths)} images can be read; the first: {skipped[0]['reason']}")
    return images, skipped


def _in_order(images: dict[Path, NDArray[np.uint8]], ranking: list[Ranked]) -> list[Path]:
    paths = list(images)
    return [paths[ranked.index] for ranked in ranking]


def _row(path: Path, ranked: Ranked) -> dict[str, Any]:
    return {
        "file": str(path),
        "recommended": ranked.recommended,
        "readability": ranked.readability,
        "expected_rating": ranked.expected_rating,
        "uncertainty": ranked.uncertainty,
        "score": ranked.score,
    }


def _write_sheet(images: dict[Path, NDArray[np.uint8]], ranking: list[Ranked], path: Path) -> None:
    from diagram_core.diagram import CANVAS_HEIGHT_PX
    from diagram_core.files import write_bytes
    from diagram_core.models.images import prepare
    from diagram_core.render import encode_png, sheet

    ordered = _in_order(images, ranking)
    places = zip(range(1, len(ordered) + 1), ordered, ranking, strict=True)
    captions = [f"{place}. {file.name}: {ranked.score:.1f}" for place, file, ranked in places]
    recommended = [i for i, ranked in enumerate(ranking) if ranked.recommended]
    columns = math.ceil(math.sqrt(len(ordered)))
    cells = [prepare(images[file], CANVAS_HEIGHT_PX) for file in ordered]
    write_bytes(path, encode_png(sheet(cells, captions, columns, recommended)))


def _print(user: str, rows: list[dict[str, Any]], skipped: list[dict[str, str]], sheet: Path | None) -> None:
    from rich.text import Text

    columns = ("", "", "image", "readability", "expected rating", "score")
    made = terminal.table(f"Ranked for {user}", *columns, numbers=columns[3:])
    for place, row in enumerate(rows, start=1):
        made.add_row(
            Text("★", style="bold yellow") if row["recommended"] else "",
            str(place),
            Text(Path(row["file"]).name),
            f"{row['readability']:.2f}",
            f"{row['expected_rating']:.2f} ± {row['uncertainty']:.1f}",
            f"{row['score']:.2f}",
        )
    out = terminal.out()
    out.print(made)
    out.print("[bold yellow]★[/] recommended")
    for item in skipped:
        out.print(f"skipped: {item['reason']}", markup=False)
    if sheet is not None:
        out.print(f"Sheet: {sheet}", markup=False)
