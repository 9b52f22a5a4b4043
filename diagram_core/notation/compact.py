"""Compact notation: a diagram in a fraction of the characters of the list notation, without losing any of it.

First the styles, one a line: name, shape (r rectangle, s round rectangle, c circle) and line (a solid arrow, l solid
line, d dashed line), fill, line colour. Then the nodes, one a line: style, x,y, width x height, targets, label.

    A=ra e0e0f0 402030
    B=ca f0f0f0 404040
    A100,300 55x180 1-3|input
    B220,150 40x40 4-5
    ,300"
    ,450"
    A340,200>
    ,400

What is left out is as before: style, x and y as in the node before, width and height as in the last node of the style
(or the node before where the style is new). A number is one more than the number before, and the first is 0; any
other stands in front, as in `7=A100,300`. Targets: `1-3` stands for 1 2 3, `3-1` for 3 2 1, `"` for those of the node
before, `>` for the number after the node's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from string import ascii_uppercase

from diagram_core.diagram import Color, Diagram, LineName, Node, ShapeName
from diagram_core.errors import InputError
from diagram_core.notation.listing import (
    EXCERPT_CHARS,
    MAX_COORDINATE_PX,
    MAX_EDGES,
    MAX_NODE_NUMBER,
    MAX_NODES,
    MAX_TEXT_CHARS,
)

_SHAPE_LETTERS: dict[ShapeName, str] = {"rectangle": "r", "round rectangle": "s", "circle": "c"}
_LINE_LETTERS: dict[LineName, str] = {"solid arrow": "a", "solid line": "l", "dashed line": "d"}
_SHAPES = {letter: shape for shape, letter in _SHAPE_LETTERS.items()}
_LINES = {letter: line for line, letter in _LINE_LETTERS.items()}
_MIN_RANGE = 3  # targets in a row: `1-2` would be no shorter than `1 2`

_STYLE = re.compile(r"([A-Z]{1,3})=([rsc])([ald]) ([0-9a-f]{6}) ([0-9a-f]{6})")
_WHOLE = r"-?[0-9]{1,7}"
_NODE = re.compile(
    rf"(?:({_WHOLE})=)?([A-Z]{{1,3}})?({_WHOLE})?,({_WHOLE})?"
    rf"(?: ([0-9]{{1,7}})?x([0-9]{{1,7}})?)?"
    rf"(>|\"|(?: {_WHOLE}(?:-{_WHOLE})?)*)"
    r"(?:\|(.*))?",
    re.DOTALL,
)
_RANGE = re.compile(rf"({_WHOLE})(?:-({_WHOLE}))?")


@dataclass(frozen=True, slots=True)
class _Style:
    shape: ShapeName
    line: LineName
    fill: Color
    stroke: Color


def write_compact(diagram: Diagram) -> str:
    """Compact notation, without a newline at the end. `read_compact` gives back an equal diagram."""
    names: dict[_Style, str] = {}
    for node in diagram.nodes:
        names.setdefault(_style_of(node), _style_name(len(names)))
    styles = [f"{name}={_write_style(style)}" for style, name in names.items()]
    return "\n".join([*styles, *_write_nodes(diagram.nodes, names)])


def read_compact(text: str) -> Diagram:
    """The diagram that a text in compact notation says.

    Raises InputError with line and reason where the text is not in compact notation or beyond its limits.
    """
    if len(text) > MAX_TEXT_CHARS:
        raise InputError(f"the text is longer than {MAX_TEXT_CHARS} characters: no single diagram is")
    reader = _Reader()
    for number, line in enumerate(text.strip("\n").split("\n"), start=1):
        try:
            reader.take(line)
        except ValueError as problem:
            raise InputError(f"line {number} of the compact notation: {problem}: {line[:EXCERPT_CHARS]!r}") from None
    if not reader.nodes:
        raise InputError("the compact notation holds styles but no node")
    return Diagram(tuple(reader.nodes.values()))


# --- writing ---------------------------------------------------------------------------------------------


def _style_of(node: Node) -> _Style:
    return _Style(node.shape, node.line, node.fill, node.stroke)


def _style_name(index: int) -> str:
    """A to Z, then BA, BB and on."""
    name = ""
    while True:
        index, letter = divmod(index, 26)
        name = chr(ord("A") + letter) + name
        if index == 0:
            return name


def _write_style(style: _Style) -> str:
    letters = _SHAPE_LETTERS[style.shape] + _LINE_LETTERS[style.line]
    return f"{letters} {bytes(style.fill).hex()} {bytes(style.stroke).hex()}"


def _write_nodes(nodes: Iterable[Node], names: dict[_Style, str]) -> Iterator[str]:
    before: Node | None = None
    sizes: dict[_Style, tuple[int, int]] = {}
    for node in nodes:
        style = _style_of(node)
        number = "" if node.number == (before.number + 1 if before else 0) else f"{node.number}="
        name = names[style] if before is None or style != _style_of(before) else ""
        x = node.x if before is None or node.x != before.x else ""
        y = node.y if before is None or node.y != before.y else ""
        usual = sizes.get(style, (before.width, before.height) if before else None)
        yield f"{number}{name}{x},{y}{_write_size(node, usual)}{_write_targets(node, before)}{_write_label(node)}"
        before, sizes[style] = node, (node.width, node.height)


def _write_size(node: Node, usual: tuple[int, int] | None) -> str:
    if usual is None:
        return f" {node.width}x{node.height}"
    width = node.width if node.width != usual[0] else ""
    height = node.height if node.height != usual[1] else ""
    return f" {width}x{height}" if (node.width, node.height) != usual else ""


def _write_targets(node: Node, before: Node | None) -> str:
    targets = node.targets
    if targets == (node.number + 1,):
        return ">"
    if targets and before and targets == before.targets:
        return '"'
    words, start = [], 0
    while start < len(targets):
        end = start + 1
        while end < len(targets) and targets[end] == targets[end - 1] + 1:
            end += 1
        end = end if end - start >= _MIN_RANGE else start + 1
        words.append(f" {targets[start]}" + (f"-{targets[end - 1]}" if end - start > 1 else ""))
        start = end
    return "".join(words)


def _write_label(node: Node) -> str:
    escaped = node.label.replace("\\", "\\\\").replace("\n", "\\n")
    return f"|{escaped}" if escaped else ""


# --- reading ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    """What the lines so far have said."""

    styles: dict[str, _Style] = field(default_factory=dict)
    nodes: dict[int, Node] = field(default_factory=dict)
    before: Node | None = None
    edge_count: int = 0
    sizes: dict[_Style, tuple[int, int]] = field(default_factory=dict)

    def take(self, line: str) -> None:
        """Read one line; raises ValueError with the reason where it cannot be read."""
        if style := _STYLE.fullmatch(line):
            name, shape, arrow, fill, stroke = style.groups()
            self.styles[name] = _Style(_SHAPES[shape], _LINES[arrow], _read_color(fill), _read_color(stroke))
        elif node := _NODE.fullmatch(line):
            self._take_node(node)
        else:
            raise ValueError("neither a style nor a node")

    def _take_node(self, match: re.Match[str]) -> None:
        number_text, name, x, y, width, height, targets, label = match.groups()
        style = self._style(name)
        before = self.before
        usual = self.sizes.get(style, (before.width, before.height) if before else (None, None))
        number = _within(number_text, before.number + 1 if before else 0, MAX_NODE_NUMBER, "number")
        node = Node(
            number=number,
            x=_within(x, before.x if before else None, MAX_COORDINATE_PX, "x"),
            y=_within(y, before.y if before else None, MAX_COORDINATE_PX, "y"),
            shape=style.shape,
            width=_within(width, usual[0], MAX_COORDINATE_PX, "width"),
            height=_within(height, usual[1], MAX_COORDINATE_PX, "height"),
            line=style.line,
            fill=style.fill,
            stroke=style.stroke,
            targets=self._targets(targets, number),
            label=_read_label(label or ""),
        )
        if node.number in self.nodes:
            raise ValueError(f"a second node {node.number}")
        if len(self.nodes) == MAX_NODES:
            raise ValueError(f"more than {MAX_NODES} nodes")
        self.edge_count += len(node.targets)
        if self.edge_count > MAX_EDGES:
            raise ValueError(f"more than {MAX_EDGES} edges")
        self.nodes[node.number] = self.before = node
        self.sizes[style] = (node.width, node.height)

    def _style(self, name: str | None) -> _Style:
        if name is None and self.before is not None:
            return _style_of(self.before)
        if name not in self.styles:
            raise ValueError(f"no style {name}" if name else "the first node needs a style")
        return self.styles[name]

    def _targets(self, text: str, number: int) -> tuple[int, ...]:
        if text.endswith(">"):
            return (number + 1,)
        if text.endswith('"'):
            return self.before.targets if self.before else ()
        return _read_targets(text)


def _within(text: str | None, usual: int | None, limit: int, name: str) -> int:
    value = usual if text is None else int(text)
    if value is None:
        raise ValueError(f"the first node needs a {name}")
    if abs(value) > limit:
        raise ValueError(f"{name} is beyond {limit}")
    return value


def _read_color(text: str) -> Color:
    red, green, blue = bytes.fromhex(text)
    return red, green, blue


def _read_targets(text: str) -> tuple[int, ...]:
    targets: list[int] = []
    for first, last in _RANGE.findall(text):
        start, end = int(first), int(last or first)
        if max(abs(start), abs(end)) > MAX_NODE_NUMBER:
            raise ValueError(f"a target is beyond {MAX_NODE_NUMBER}")
        if len(targets) + abs(end - start) >= MAX_EDGES:
            raise ValueError(f"the targets {first}-{last} are more than {MAX_EDGES}")
        targets.extend(range(start, end + 1) if start <= end else range(start, end - 1, -1))
    return tuple(targets)


def _read_label(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def _style_rules() -> str:
    """Rules for what follows when n styles have been named, in order: a node has one of these."""
    rules = []
    for n, (name, following) in enumerate(zip_longest(ascii_uppercase, ascii_uppercase[1:]), start=1):
        another = f"{following} | " if following else ""
        rules.append(f'{name} ::= "{name}=" style ({another}first{n} ("\\n" [A-{name}]? node)*)')
        rules.append(f'first{n} ::= "1="? [A-{name}] first')
    return "\n".join(rules)


# A text under this grammar is refused only where it has more than MAX_NODES nodes or MAX_EDGES edges.
COMPACT_GRAMMAR = rf"""
root ::= A
{_style_rules()}
style ::= [rsc] [ald] " " color " " color "\n"
color ::= [0-9a-f]{{6}}
first ::= x "," y " " side "x" side (">" | (" " targets)?) label?
node ::= x? "," y? (" " size)? (">" | "\"" | (" " targets)?) label?
x ::= "0" | [1-9] [0-9]{{0,2}} | "1000"
y ::= "0" | [1-9] [0-9]? | [1-5] [0-9] [0-9] | "600"
size ::= side "x" side? | "x" side
side ::= [1-9] [0-9]{{0,2}}
targets ::= target (" " target)*
target ::= number ("-" number)?
number ::= "0" | [1-9] [0-9]? | [12] [0-9] [0-9]
label ::= "|" ([^\\\n] | "\\\\"){{1,40}}
""".lstrip()
