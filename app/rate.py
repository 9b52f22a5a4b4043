"""rate: what a user thinks of a drawing, one at a time or a folder of them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app import terminal
from app.images import IMAGE_SUFFIXES
from app.settings import rating_store
from diagram_core.errors import InputError, UsageError

if TYPE_CHECKING:
    from diagram_core.ratings import RatingStore

_SCORE_FOLDERS = ("0", "1", "2", "3", "4", "5")
_ID = re.compile(r"[0-9a-f]{4,64}")


def rate(
    image_or_id: Annotated[
        str | None, typer.Argument(metavar="IMAGE_OR_ID", help="An image file, or an ID that draw printed.")
    ] = None,
    score: Annotated[str | None, typer.Argument(metavar="SCORE", help="0 (bad) to 5 (good); 3.5 is fine.")] = None,
    *,
    user: Annotated[str, typer.Option(metavar="NAME", help="Who rates.")],
    import_dir: Annotated[
        Path | None,
        typer.Option("--import", metavar="DIR", help="A folder of folders named 0 to 5 that hold images."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say how good a drawing is: the next ones suit you better.

    A second rating of the same drawing takes the place of the first.

    \b
    Examples:
      diagramforge rate 3f9a1c2b 4.5 --user alice
      diagramforge rate drawings/20261122-101500-7/1-3f9a1c2b.png 2 --user alice
      diagramforge rate --import my-diagrams --user alice
    The last one reads my-diagrams/5/*.png as rated 5, my-diagrams/0/*.png as rated 0, and so on.
    """
    if import_dir is not None:
        if image_or_id is not None:
            raise UsageError("give either an image and a score, or --import DIR, not both")
        _rate_folder(import_dir, user, as_json)
    elif image_or_id is None or score is None:
        raise UsageError("give an image and a score, as in: diagramforge rate 3f9a1c2b 4 --user alice")
    else:
        _rate_one(image_or_id, score, user, as_json)


def _rate_one(image_or_id: str, score: str, user: str, as_json: bool) -> None:
    from diagram_core.ratings import checked_score, checked_user, short_id

    number, name = checked_score(score), checked_user(user)
    store = rating_store()
    rating = store.add(name, _diagram_id(store, image_or_id), number)
    if as_json:
        terminal.print_json({"user": name, "diagram_id": rating.diagram_id, "score": number})
    else:
        terminal.out().print(f"{name} rated {short_id(rating.diagram_id)} {number:g} of 5.", markup=False)


def _diagram_id(store: RatingStore, image_or_id: str) -> str:
    from diagram_core.models.images import read_image

    path = Path(image_or_id)
    if not path.exists() and _ID.fullmatch(image_or_id):
        return store.find(image_or_id).diagram_id
    return store.add_diagram(read_image(path), path=str(path.absolute()))


def _rate_folder(folder: Path, user: str, as_json: bool) -> None:
    from diagram_core.ratings import checked_user

    name = checked_user(user)
    with terminal.progress() as show:
        imported, skipped = import_ratings(rating_store(), folder, name, show)
    if as_json:
        reasons = [{"path": str(path), "reason": reason} for path, reason in skipped.items()]
        terminal.print_json({"user": name, "imported": imported.total(), "skipped": reasons})
    else:
        _print_import(name, imported, skipped)
    require_some(imported, folder)


def require_some(imported: Counter[str], folder: Path) -> None:
    """Raise InputError where nothing was imported."""
    if not imported:
        raise InputError(f"nothing imported from {folder}: it should hold folders named 0 to 5 with images")


def import_ratings(
    store: RatingStore, folder: Path, user: str, show: terminal.Progress
) -> tuple[Counter[str], dict[Path, str]]:
    """Rate the images in folders named 0 to 5; returns how many of each score, and what was skipped and why.

    Raises InputError where there is no such folder.
    """
    from diagram_core.models.images import read_image

    rated, skipped = _score_folders(folder)
    imported: Counter[str] = Counter()
    for done, (score, path) in enumerate(rated):
        show("importing", done, len(rated))
        try:
            image = read_image(path)
        except InputError as error:
            skipped[path] = str(error)
            continue
        store.add(user, store.add_diagram(image, path=str(path.absolute())), float(score))
        imported[score] += 1
    return imported, skipped


def _score_folders(folder: Path) -> tuple[list[tuple[str, Path]], dict[Path, str]]:
    """The files to import with their scores, and what is not one of them, with the reason."""
    if not folder.is_dir():
        raise InputError(f"no folder {folder}: check the path")
    rated: list[tuple[str, Path]] = []
    skipped: dict[Path, str] = {}
    for path in sorted(folder.iterdir()):
        if not path.is_dir():
            skipped[path] = "not in a folder named 0 to 5"
        elif path.name not in _SCORE_FOLDERS:
            skipped[path] = "the folder's name is no rating from 0 to 5"
        else:
            for file in sorted(path.iterdir()):
                if file.suffix.lower() in IMAGE_SUFFIXES:
                    rated.append((path.name, file))
                else:
                    skipped[file] = f"not one of {', '.join(IMAGE_SUFFIXES)}"
    return rated, skipped


def _print_import(user: str, imported: Counter[str], skipped: dict[Path, str]) -> None:
    out = terminal.out()
    by_score = ", ".join(f"{imported[score]} rated {score}" for score in _SCORE_FOLDERS if imported[score])
    out.print(f"{imported.total()} images imported for {user}{f': {by_score}' if by_score else ''}.", markup=False)
    if skipped:
        out.print(f"{len(skipped)} skipped:")
        for path, reason in skipped.items():
            out.print(f"  {path}: {reason}", markup=False)
