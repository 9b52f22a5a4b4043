"""List notation: one node a line, and a reader for whatever a language model makes of it.

    [node no., x, y, 'rectangle' | 'round rectangle' | 'circle', width, height,
     'solid arrow' | 'solid line' | 'dashed line', (r, g, b) fill, (r, g, b) line, [numbers of target nodes]]

An optional 11th element is the node's label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from PIL import ImageColor

from diagram_core.diagram import LINES, SHAPES, Color, Diagram, LineName, Node, ShapeName

# MAX_NODES lines of 200 characters: a longer text is no single diagram but a model in a loop.
MAX_TEXT_CHARS = 60_000
# Five times what fits a canvas legibly; keeps drawing and measuring, quadratic in it, under a second.
MAX_NODES = 300
MAX_EDGES = 2_000  # ten times a mesh that can still be followed; crossings take time quadratic in it
# Ten canvases away nobody places a shape, and drawing routines still hold 16 times as much in 32 bits.
MAX_COORDINATE_PX = 10_000
MAX_NODE_NUMBER = 999_999  # numbers are names, not sizes; a longer one is a slip of the writer
MAX_DEPTH = 32  # brackets within brackets: a node needs three, an answer around it a few more
EXCERPT_CHARS = 80  # enough to find a dropped item again in the text

_FIELDS = 10
_SHAPE_WORDS: dict[str, ShapeName] = {
    "rectangle": "rectangle",
    "rect": "rectangle",
    "square": "rectangle",
    "box": "rectangle",
    "roundrectangle": "round rectangle",
    "roundedrectangle": "round rectangle",
    "roundrect": "round rectangle",
    "roundedrect": "round rectangle",
    "roundsquare": "round rectangle",
    "roundedsquare": "round rectangle",
    "rounded": "round rectangle",
    "round": "round rectangle",
    "circle": "circle",
    "ellipse": "circle",
    "oval": "circle",
}
_LINE_WORDS: dict[str, LineName] = {
    "solidarrow": "solid arrow",
    "arrow": "solid arrow",
    "solidline": "solid line",
    "solid": "solid line",
    "line": "solid line",
    "dashedline": "dashed line",
    "dashed": "dashed line",
    "dashline": "dashed line",
    "dash": "dashed line",
    "dashedarrow": "dashed line",
    "dottedline": "dashed line",
    "dotted": "dashed line",
}
_NOTHING = ("", "none", "null", "nan")


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something that looked like a part of a diagram and could not be kept. line counts from 1."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text in list notation holds, and what of it was left out and why."""

    diagram: Diagram
    dropped: tuple[Dropped, ...]


def read_list(text: str) -> Reading:
    """Read every node that can be read, in linear time; never raises, whatever the text.

    Quotes may be missing, doubled or curly, numbers may be strings or floats (rounded to whole pixels),
    colours names or strings; prose, code fences or an unfinished list may stand around. Nothing is evaluated.
    """
    nodes: dict[int, Node] = {}
    problems: list[tuple[_Group, str]] = []
    edge_count = 0
    for group in _groups(text[:MAX_TEXT_CHARS]):
        if not group.tries_to_be_a_node():
            problems += [(row, "numbers only: no shape and no line") for row in _long_rows_of_numbers(group)]
            continue
        try:
            node, bad_targets = _node(group.items)
            if node.number in nodes:
                raise _UnreadableError(f"a second node {node.number}")
            if len(nodes) == MAX_NODES:
                raise _UnreadableError(f"more than {MAX_NODES} nodes")
        except _UnreadableError as problem:
            problems.append((group, str(problem)))
            continue
        room = MAX_EDGES - edge_count
        if len(node.targets) > room:
            problems.append((group, f"more than {MAX_EDGES} edges: targets of node {node.number} left out"))
            node = replace(node, targets=node.targets[:room])
        edge_count += len(node.targets)
        nodes[node.number] = node
        group.claim_fields()
        if bad_targets:
            problems.append((group, f"node {node.number}: left out of its targets: {', '.join(bad_targets[:3])}"))
    if len(text) > MAX_TEXT_CHARS:
        rest = _Group("", MAX_TEXT_CHARS, len(text))
        problems.append((rest, f"the text is longer than {MAX_TEXT_CHARS} characters"))
    return Reading(Diagram(tuple(nodes.values())), tuple(_report(text, problems)))


def _report(text: str, problems: list[tuple[_Group, str]]) -> Iterator[Dropped]:
    line, position = 1, 0
    for group, reason in sorted(problems, key=lambda problem: problem[0].start):
        if not group.is_field:
            line, position = line + text.count("\n", position, group.start), group.start
            excerpt = text[group.start : min(group.end, group.start + 2 * EXCERPT_CHARS)]
            yield Dropped(line, " ".join(excerpt.split())[:EXCERPT_CHARS], reason)


def write_list(diagram: Diagram) -> str:
    """List notation, one node a line, no newline at the end; the label only where there is one."""
    return "\n".join(map(_write_node, diagram.nodes))


def _write_node(node: Node) -> str:
    label = f", '{_escape(node.label)}'" if node.label else ""
    return (
        f"[{node.number}, {node.x}, {node.y}, '{node.shape}', {node.width}, {node.height}, '{node.line}', "
        f"{node.fill}, {node.stroke}, {list(node.targets)}{label}]"
    )


_SINGLE_QUOTES, _DOUBLE_QUOTES = "'\u2018\u2019", '"\u201c\u201d\u201e'
_ESCAPED = {"\n": "\\n", "\r": "\\r"} | {char: "\\" + char for char in "\\" + _SINGLE_QUOTES}
_UNESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


def _escape(label: str) -> str:
    escaped = "".join(_ESCAPED.get(char, char) for char in label)
    return "\\" + escaped if _BRACKET_AHEAD.match(escaped) else escaped  # a quoted list would be read as a list


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: _UNESCAPED.get(match[1], match[1]), text)


# --- text to groups of items -----------------------------------------------------------------------------


@dataclass(slots=True)
class _Word:
    text: str

    def number(self) -> float | None:
        match = _NUMBER.fullmatch(self.text)
        return float(match[1]) if match else None


@dataclass(slots=True)
class _Group:
    """What stands between two brackets, from text[start] to text[end]."""

    bracket: str
    start: int
    end: int
    items: list[_Word | _Group] = field(default_factory=list)
    is_field: bool = False  # the targets or a colour of a node

    def numbers(self) -> list[float]:
        numbers = (item.number() for item in self.items if isinstance(item, _Word))
        return [number for number in numbers if number is not None]

    def claim_fields(self) -> None:
        """Mark the groups inside as parts of a node, which are not to be judged as nodes themselves."""
        for item in self.items[:_FIELDS]:
            if isinstance(item, _Group):
                item.is_field = True

    def tries_to_be_a_node(self) -> bool:
        """Whether words and numbers stand side by side, as in a node, but in no colour, targets or prose."""
        if len(self.items) < 3:
            return False
        words = [item for item in self.items if isinstance(item, _Word) and item.text.lower() not in _NOTHING]
        return 0 < len(self.numbers()) < len(words)


_DIGITS = r"(?:\d{1,12}(?:\.\d{0,30})?|\.\d{1,30})(?:e[-+]?\d{1,2})?"  # bounded: huge numbers are slow to convert
_NUMBER = re.compile(rf"[\s\"'`]*([-+]?{_DIGITS})\s*(?:px)?[\s\"'`]*", re.I | re.A)
_STRAIGHT_QUOTES = {ord(quote): group[0] for group in (_SINGLE_QUOTES, _DOUBLE_QUOTES) for quote in group}
_TOKEN = re.compile(r"""[\[\](){},:\n"'#]|[^\[\](){},:\n"'#]+""")
_CLOSES = {"]": "[", ")": "(", "}": "{"}
_HEX_COLOR = re.compile(r"#[0-9a-f]{6}\b", re.I)
_COMMENT = re.compile(r"[^\[\n]*")  # a commented node is a node all the same
_BRACKET_AHEAD = re.compile(r"\s*[\[({]")
_DELIMITER_AHEAD = re.compile(r"[ \t]*(?:[,\])}:\r\n]|$)")
_UP_TO_QUOTE = {quote: re.compile(rf"(?:[^{quote}\\\n]|\\.)*") for quote in "\"'"}


def _groups(text: str) -> Iterator[_Group]:
    """Bracketed groups, inner before outer; those never closed come last. One pass, without recursion."""
    scanner = _Scanner(text)
    while scanner.position < len(text):
        yield from scanner.advance()
    while len(scanner.stack) > 1:
        yield scanner.close(len(text))


class _Scanner:
    """Splits a text into bracketed groups of items, one token at a time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._scanned = text.translate(_STRAIGHT_QUOTES)
        self._strings = _Strings(self._scanned)
        self._word: list[str] = []  # pieces of the item at hand, unless blank
        self._is_filled = False  # the item at hand already has a quoted string or a group as its value
        self.stack = [_Group("", 0, len(text))]  # the open groups; the lowest is the prose around them all
        self.position = 0

    def advance(self) -> Iterator[_Group]:
        """Take in one token; gives the groups that it closes."""
        start, self.position = self.position, _end(_TOKEN, self._scanned, self.position)
        token = self._scanned[start : self.position]
        if token in "[({":
            yield from self._open(token, start)
        elif token in "])}":
            yield from self._close_up_to(_CLOSES[token])
        elif token == ",":
            self._finish_item()
        elif token == ":" and self.stack[-1].bracket == "{":
            self._forget_key()
        elif token == "#" and not self._word and not _HEX_COLOR.match(self._scanned, start):
            self.position = _end(_COMMENT, self._scanned, self.position)
        elif token in "\"'":
            self._quote()
        elif self._word or not token.isspace():
            self._word.append(token)

    def close(self, end: int) -> _Group:
        """Close the innermost group."""
        self._finish_item()
        group = self.stack.pop()
        group.end = end
        if len(self.stack) > 1:
            self.stack[-1].items.append(group)
        self._is_filled = True
        return group

    def _open(self, bracket: str, start: int) -> Iterator[_Group]:
        if len(self.stack) > MAX_DEPTH:
            yield self.stack.pop(1)  # the outermost: the one least likely to be a node
        self._word, self._is_filled = [], False  # what stands right before a bracket says nothing, as in rgb(
        self.stack.append(_Group(bracket, start, len(self._text)))

    def _close_up_to(self, bracket: str) -> Iterator[_Group]:
        if self.stack[-1].bracket != bracket and self.stack[-2:][0].bracket == bracket:
            yield self.close(self.position)
        if self.stack[-1].bracket == bracket:
            yield self.close(self.position)

    def _finish_item(self) -> None:
        if self._word and not self._is_filled and len(self.stack) > 1:
            self.stack[-1].items.append(_Word(" ".join("".join(self._word).split())))
        self._word, self._is_filled = [], False

    def _forget_key(self) -> None:
        items = self.stack[-1].items
        if self._is_filled and items and isinstance(items[-1], _Word):
            items.pop()
        self._word, self._is_filled = [], False

    def _quote(self) -> None:
        is_stray = self._word or self._is_filled or len(self.stack) == 1
        if is_stray or _BRACKET_AHEAD.match(self._scanned, self.position):
            return
        end = self._strings.end(self.position)
        if end is not None:
            self.stack[-1].items.append(_Word(_unescape(self._text[self.position : end])))
            self.position, self._is_filled = end + 1, True


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    return match.end() if match else start


class _Strings:
    """Finds where quoted strings end, and remembers where none does: a page of stray quotes stays linear."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._unclosed_before = dict.fromkeys("\"'", 0)

    def end(self, start: int) -> int | None:
        """Index of the quote that closes the string from `start` on; None where its quote is a stray one."""
        quote = self._text[start - 1]
        if start <= self._unclosed_before[quote]:
            return None
        position = start
        while True:
            position = _end(_UP_TO_QUOTE[quote], self._text, position)
            if self._text[position : position + 1] != quote:
                break
            if _DELIMITER_AHEAD.match(self._text, position + 1):
                return position
            if self._opens_another(position, start):
                break
            position += 1
        self._unclosed_before[quote] = position
        return None

    def _opens_another(self, position: int, start: int) -> bool:
        """Whether the quote at `position` stands where an item begins: the one before was never closed."""
        position -= 1
        while position >= start and self._text[position] == " ":
            position -= 1
        return position >= start and self._text[position] in ",[({"


# --- groups to nodes -------------------------------------------------------------------------------------


class _UnreadableError(Exception):
    """Why a group is no node."""


def _long_rows_of_numbers(group: _Group) -> list[_Group]:
    """Rows inside a group that is itself no node: nearly as long as nodes, but without a word."""
    rows = [item for item in group.items if isinstance(item, _Group) and len(item.items) >= _FIELDS - 3]
    return [row for row in rows if row.numbers() and not row.tries_to_be_a_node()]


def _node(items: list[_Word | _Group]) -> tuple[Node, list[str]]:
    """The node that the items say, and those of its targets that are no numbers."""
    if len(items) < _FIELDS:
        raise _UnreadableError(f"too few elements: {len(items)} of {_FIELDS}")
    targets, bad_targets = _targets(items[9])
    last = items[10] if len(items) > _FIELDS else None
    node = Node(
        number=_whole(items[0], "node number", MAX_NODE_NUMBER),
        x=_whole(items[1], "x", MAX_COORDINATE_PX),
        y=_whole(items[2], "y", MAX_COORDINATE_PX),
        shape=_shape(items[3]),
        width=_size(items[4], "width"),
        height=_size(items[5], "height"),
        line=_line(items[6]),
        fill=_color(items[7], "fill"),
        stroke=_color(items[8], "line"),
        targets=targets,
        label=last.text if isinstance(last, _Word) else "",
    )
    return node, bad_targets


def _shown(item: _Word | _Group) -> str:
    return repr(item.text[:EXCERPT_CHARS]) if isinstance(item, _Word) else "a list"


def _number(item: _Word | _Group, name: str) -> float:
    number = item.number() if isinstance(item, _Word) else None
    if number is None:
        raise _UnreadableError(f"{name} is not a number: {_shown(item)}")
    return number


def _whole(item: _Word | _Group, name: str, limit: int) -> int:
    number = round(_number(item, name))
    if abs(number) > limit:
        raise _UnreadableError(f"{name} is beyond {limit}: {_shown(item)}")
    return number


def _size(item: _Word | _Group, name: str) -> int:
    number = _number(item, name)
    if number < 0:
        raise _UnreadableError(f"{name} is below 0: {_shown(item)}")
    return _whole(item, name, MAX_COORDINATE_PX)


def _letters(item: _Word | _Group) -> str:
    return re.sub(r"[^a-z]", "", item.text.lower()) if isinstance(item, _Word) else ""


def _shape(item: _Word | _Group) -> ShapeName:
    shape = _SHAPE_WORDS.get(_letters(item))
    if shape is None:
        raise _UnreadableError(f"unknown shape {_shown(item)}: one of {', '.join(SHAPES)}")
    return shape


def _line(item: _Word | _Group) -> LineName:
    line = _LINE_WORDS.get(_letters(item))
    if line is None:
        raise _UnreadableError(f"unknown line {_shown(item)}: one of {', '.join(LINES)}")
    return line


def _color(item: _Word | _Group, name: str) -> Color:
    channels = item.numbers() if isinstance(item, _Group) else _named_color(item.text)
    if len(channels) < 3:
        raise _UnreadableError(f"{name} colour is not (r, g, b): {_shown(item)}")
    red, green, blue = (min(255, max(0, round(channel))) for channel in channels[:3])
    return red, green, blue


def _named_color(text: str) -> tuple[int, ...]:
    try:
        return ImageColor.getrgb(text.strip("\"'` "))
    except ValueError:
        return ()


def _targets(item: _Word | _Group) -> tuple[tuple[int, ...], list[str]]:
    words = _words(item)
    numbers = [_Word(word).number() for word in words]
    is_number = [number is not None and abs(number) <= MAX_NODE_NUMBER for number in numbers]
    targets = tuple(
        round(number) for number, good in zip(numbers, is_number, strict=True) if good and number is not None
    )
    return targets, [word[:20] for word, good in zip(words, is_number, strict=True) if not good]


def _words(item: _Word | _Group) -> list[str]:
    """What stands in a list of targets, also where commas are missing or one list too many is around it."""
    items = item.items if isinstance(item, _Group) else [item]
    inner = [word for part in items if isinstance(part, _Group) for word in part.items if isinstance(word, _Word)]
    words = [part for part in items if isinstance(part, _Word)] + inner
    return [text for word in words for text in word.text.split() if text.lower() not in _NOTHING]


# Bounded like the canvas, so that a model under this grammar cannot write what the reader would drop.
LIST_GRAMMAR = r"""
root ::= node ("\n" node)*
node ::= "[" number ", " place ", " shape ", " size ", " line ", " colors ", [" targets "]" label? "]"
number ::= "0" | [1-9] [0-9]{0,2}
place ::= x ", " y
x ::= "0" | [1-9] [0-9]{0,2} | "1000"
y ::= "0" | [1-9] [0-9]? | [1-5] [0-9] [0-9] | "600"
size ::= side ", " side
side ::= [1-9] [0-9]{0,2}
shape ::= "'rectangle'" | "'round rectangle'" | "'circle'"
line ::= "'solid arrow'" | "'solid line'" | "'dashed line'"
colors ::= color ", " color
color ::= "(" channel ", " channel ", " channel ")"
channel ::= "0" | [1-9] [0-9]? | "1" [0-9] [0-9] | "2" [0-4] [0-9] | "25" [0-5]
targets ::= (number (", " number)*)?
label ::= ", '" [^'\\\n\r\[({\u2018\u2019 ] character{0,39} "'"
character ::= [^'\\\n\r\u2018\u2019] | "\\" ['\\\u2018\u2019]
""".lstrip()
