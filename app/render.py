"""render, layout and check: a diagram's text, drawn, placed or looked at closely. No model is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app import terminal
from diagram_core.errors import InputError, UsageError
from diagram_core.export import EXPORT_FORMATS, ExportFormat, export

if TYPE_CHECKING:
    from diagram_core.diagram import Diagram
    from diagram_core.geometry import Geometry
    from diagram_core.notation import Notation
    from diagram_core.notation.listing import Dropped

MAX_FILE_BYTES = 2_000_000  # ten times the longest text that the readers take
_PLAN = re.compile(r"\s*(network|chart)\s")
_COMPACT = re.compile(r"\s*[A-Z]{1,3}=[rsc][ald] ")

_EXAMPLE = "[1, 100, 300, 'circle', 40, 40, 'solid arrow', (200, 220, 255), (0, 0, 0), [2]]"

TextFile = Annotated[
    Path,
    typer.Argument(metavar="FILE.txt", help="List, compact or plan notation: it is recognised.", show_default=False),
]


@dataclass(frozen=True, slots=True)
class DiagramFile:
    """What a file holds: the notation it is in, its diagram, and what could not be kept."""

    notation: Notation
    diagram: Diagram
    dropped: tuple[Dropped, ...]


def render(
    file: TextFile,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="A .png, .svg, .pptx, .drawio, .mmd or .dot file.")
    ],
) -> None:
    """Draw a diagram from its text.

    \b
    Examples:
      diagramforge render diagram.txt -o diagram.png
      diagramforge render plan.txt -o diagram.svg
      diagramforge render plan.txt -o slide.pptx     # PowerPoint, every shape editable; draw.io: .drawio
    A file that holds a plan can be as short as this:
      network right sky soft full
      32x32 conv3 pool2 256 64 1
    """
    file_format = export_format(out)
    found = read_diagram(file)
    require_nodes(file, found)
    write_export(found.diagram, file_format, out)
    if found.dropped:
        terminal.notice(f"{len(found.dropped)} items could not be read: diagramforge check {file} says why")
    terminal.out().print(f"{len(found.diagram.nodes)} nodes drawn: {out}", markup=False)


def layout(
    file: TextFile,
    notation: Annotated[
        Literal["list", "compact"], typer.Option(metavar="list|compact", help="In which it is printed.")
    ] = "list",
) -> None:
    """Place a diagram so that nothing overlaps, and print its text.

    A plan is placed as it says; of a diagram in another notation, nodes, labels and arrows are kept, places are not.

    \b
    Examples:
      diagramforge layout plan.txt > diagram.txt
      diagramforge layout answer-of-a-language-model.txt --notation compact
    """
    from diagram_core.layout import lay_out_anew
    from diagram_core.notation.compact import write_compact
    from diagram_core.notation.listing import write_list

    found = read_diagram(file)
    require_nodes(file, found)
    placed = found.diagram if found.notation == "plan" else lay_out_anew(found.diagram)
    typer.echo(write_list(placed) if notation == "list" else write_compact(placed))
    if found.dropped:
        terminal.notice(f"{len(found.dropped)} items could not be read: diagramforge check {file} says why")


def check(
    file: TextFile, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False
) -> None:
    """Say what a diagram's text holds and what is wrong with it.

    That is: what is read, what is dropped and why, and problems of its geometry.

    \b
    Examples:
      diagramforge check answer-of-a-language-model.txt
      diagramforge check diagram.txt --json
    """
    from diagram_core.geometry import measure

    found = read_diagram(file)
    geometry = measure(found.diagram)
    problems = list(_problems(found.diagram, geometry))
    if as_json:
        terminal.print_json(
            {
                "notation": found.notation,
                "nodes": len(found.diagram.nodes),
                "edges": len(found.diagram.edges()),
                "dropped": [asdict(item) for item in found.dropped],
                "geometry": asdict(geometry),
                "problems": problems,
            }
        )
    else:
        _print_check(file, found, problems)
    require_nodes(file, found)


def read_diagram(path: Path) -> DiagramFile:
    """The diagram in a file of any notation; one in list notation may be empty. Raises InputError as the readers do."""
    from diagram_core.notation import read
    from diagram_core.notation.listing import read_list

    text = read_text(path)
    notation = recognize(text)
    if notation != "list":
        try:
            return DiagramFile(notation, read(text, notation), ())
        except InputError as error:
            raise InputError(f"{path}: {error}") from None
    reading = read_list(text)
    return DiagramFile(notation, reading.diagram, reading.dropped)


def require_nodes(path: Path, found: DiagramFile) -> None:
    """Raises InputError where nothing at all could be read."""
    if not found.diagram.nodes:
        raise InputError(f"no node in {path}: each is a line such as {_EXAMPLE}")


def recognize(text: str) -> Notation:
    """The notation that a text begins in; whatever is no other one is for the list notation's tolerant reader."""
    if _PLAN.match(text):
        return "plan"
    return "compact" if _COMPACT.match(text) else "list"


def read_text(path: Path) -> str:
    """A text file's content. Raises InputError where it is not there, not text, or far too large."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError(f"{path} has more than {MAX_FILE_BYTES} bytes: no diagram has")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"no file {path}: check the path") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not a text in UTF-8: give the text of a diagram") from None


def export_format(path: Path) -> ExportFormat:
    """The format that a file's name ends in. Raises UsageError for any other."""
    for file_format in EXPORT_FORMATS:
        if path.suffix.lower() == f".{file_format}":
            return file_format
    raise UsageError(f"{path} is no name for a drawing: let it end in .{', .'.join(EXPORT_FORMATS)}")


def write_export(diagram: Diagram, file_format: ExportFormat, path: Path) -> None:
    """Draw to a file, whole or not at all."""
    from diagram_core.files import write_bytes

    write_bytes(path, export(diagram, file_format))


def _problems(diagram: Diagram, geometry: Geometry) -> Iterator[str]:
    """What a person should know before drawing it, in words."""
    count = geometry.node_count
    if geometry.overlap_share > 0:
        overlapping = round(geometry.overlapping_share * count)
        yield f"{overlapping} shapes overlap, by up to {geometry.overlap_share:.0%} of the smaller one"
    if geometry.off_canvas_share > 0:
        yield f"{_plural(round(geometry.off_canvas_share * count), 'shape')} at least partly beyond the canvas"
    if geometry.edges_through_nodes:
        yield f"{_plural(geometry.edges_through_nodes, 'time')} an edge runs through a shape that is not its own"
    if geometry.crossings:
        yield f"{_plural(geometry.crossings, 'crossing')} of edges"
    if geometry.tiny_share > 0:
        yield f"{_plural(round(geometry.tiny_share * count), 'shape')} too small to be seen well"
    if geometry.isolated_share > 0:
        yield f"{_plural(round(geometry.isolated_share * count), 'shape')} joined to nothing"
    numbers = {node.number for node in diagram.nodes}
    for node in diagram.nodes:
        if missing := [target for target in node.targets if target not in numbers]:
            yield f"node {node.number} points to {', '.join(map(str, missing))}: there is no such node"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _print_check(file: Path, found: DiagramFile, problems: list[str]) -> None:
    from rich.text import Text

    from diagram_core.export.marks import plain_text

    out = terminal.out()
    read = f"{_plural(len(found.diagram.nodes), 'node')}, {_plural(len(found.diagram.edges()), 'edge')}"
    out.print(f"{file}: {found.notation} notation, {read}", markup=False)
    if found.dropped:
        rows = terminal.table(f"\n{len(found.dropped)} dropped", "line", "reason", "text", numbers=("line",))
        for item in found.dropped:
            rows.add_row(str(item.line), Text(plain_text(item.reason)), Text(plain_text(item.text)))
        out.print(rows)
    else:
        out.print("Nothing dropped.")
    if not found.diagram.nodes:
        return
    out.print("Geometry:" if problems else "Geometry: no problem.")
    for problem in problems:
        out.print(f"  {problem}", markup=False)
