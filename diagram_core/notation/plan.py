"""Plan notation: what a diagram means and how it should look, in some thirty tokens; `layout.py` places it.

A network is its layers in order, a chart its paths; the first line says kind, direction, palette, shapes and detail:

    network right sky soft full
    32x32 conv3 conv=28 pool2 conv3*2 maxpool2 256 64 1

    chart down sand round short
    text, picture > [language model] > table
    table > [python code] > + table

Layers: `64` neurons (a layer that nothing goes into is an input), `32x32` an image, `conv3` a 3x3 convolution,
`conv3:64` one with 64 channels, `conv=28` one whose output is 28x28, `pool2`, `maxpool2`, `avgpool2`, `up2` the
reverse of pooling, `"LSTM 128"` any other block. Convolutions are unpadded; but where maps are upsampled or added to
one another, all of them keep the size, or these would not fit together. `*2` says a layer twice, `@a` names the layer
before it, `+a` adds the output of layer a to the layer before it (a skip). `( 10 8 | 5 )` are branches side by side:
each goes on from what stands before the bracket, and all go into what stands after it. `( 16 8 &4 )` is four times
the same branch side by side, `( conv3 maxpool )*3` three times the same layers in a row; both are read as if each had
been written out.

Steps: `[x]` is an operation, new each time; `x` is the latest step of that name, or else new data; `+ x` is new data;
`~ x` is earlier data that x is another word for (`names.py`): at the start of a line what the line before ends with,
else the first such data, or else new. `x#1` is the first step named x. Every step of a group points to every step of
the next group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from string import ascii_lowercase

from diagram_core.errors import InputError
from diagram_core.notation.listing import MAX_EDGES
from diagram_core.notation.names import same_thing
from diagram_core.structure import (
    DETAILS,
    DIRECTIONS,
    PALETTES,
    SHAPE_STYLES,
    Element,
    Structure,
    Style,
)

MAX_PLAN_CHARS = 20_000  # a plan of the largest drawable diagram has some 4,000
MAX_ELEMENTS = 200  # more do not fit the canvas as shapes that can be told apart
MAX_SIZE = 99_999  # neurons or pixels; five digits keep a label short enough to fit a layer
MAX_REPEAT = 99
MAX_WORDS = 5 * MAX_ELEMENTS  # with all copies written out: each layer may have a name, a skip and brackets around it
DEFAULT_CONV_KERNEL = 3
DEFAULT_POOL_WINDOW = 2
SKIP_NAMES = "abcd"  # of layers that a model may refer to at one time: a U-Net of four levels

_QUOTED = r'"(?:[^"\\\n]|\\.)*"'
_REPEAT = r"(?:\*(?P<repeat>\d{1,9}))?"  # bounded: long numbers are slow to convert
_LAYER_FORMS = {
    "image": re.compile(r"(?P<sides>\d+(?:x\d+){1,2})"),
    "dense": re.compile(rf"(?P<size>\d+){_REPEAT}"),
    "conv": re.compile(rf"conv(?P<kernel>\d+)?(?::(?P<channels>\d+))?(?:=(?P<side>\d+))?{_REPEAT}"),
    "pool": re.compile(rf"(?P<mode>max|avg)?pool(?P<window>\d+)?(?:=(?P<side>\d+))?{_REPEAT}"),
    "up": re.compile(rf"up(?P<factor>\d+)?(?:=(?P<side>\d+))?{_REPEAT}"),
    "block": re.compile(rf"(?P<label>{_QUOTED}){_REPEAT}"),
    "mark": re.compile(r"(?P<sign>[@+])(?P<name>[a-z])"),
    "bracket": re.compile(r"[(|)]"),
}
_MAPS = ("conv", "pool", "max", "avg")  # what words for layers of feature maps begin with
_COPIES = re.compile(r"(?P<sign>&|\)\*)(?P<repeat>\d{1,9})")
_LAYER = re.compile(rf"{_QUOTED}[^\s]*|\S+")
_NAME = rf'{_QUOTED}|[^\[\],>"\s](?:[^\[\],>"]*[^\[\],>"\s])?'
_DATA = rf'(?:(?P<sign>[+~])\s*)?(?P<data>{_NAME})(?:(?<=")#(?P<number>\d{{1,4}}))?'
_STEP = re.compile(rf"\s*(?:\[\s*(?P<operation>{_NAME})\s*\]|{_DATA})\s*")
_PLAIN_LABEL = re.compile(r'(?!.*#\d+$)[^\[\],>"+~\s](?:[^\[\],>"\n]*[^\[\],>"\s])?')
_NUMBERED = re.compile(r"(?P<name>.*\S)\s*#(?P<number>\d{1,4})")


def _skip_rules() -> str:
    """Rules for what follows when n layers have been named: only these can be added, and the next name is the n-th."""
    rules = ['layers ::= item (" " item)* (" @a" after1)?']
    for n in range(1, len(SKIP_NAMES) + 1):
        named = SKIP_NAMES[:n]
        adds = " | ".join(f'" +{earlier}"' for earlier in named)
        again = " | ".join(f'" @{earlier}"' for earlier in named)
        next_name = f' | " @{SKIP_NAMES[n]}" after{n + 1}' if n < len(SKIP_NAMES) else ""
        rules.append(f'after{n} ::= (" " item ({adds})?)+ (({again}) after{n}{next_name})?')
    return "\n".join(rules)


# What a model may write. A layer is named before it is added, and names are given in the order of SKIP_NAMES.
PLAN_GRAMMAR = rf"""
root ::= network | chart
network ::= "network" style "\n" layers
{_skip_rules()}
item ::= layer | "( " branch copies " )" | "( " branch copies? (" | " branch copies?)+ " )" | row
branch ::= item (" " item)*
copies ::= " &" ([2-9] | [1-9] [0-9])
row ::= "( " (branch | (item " ")* skip (" " (skip | item))*) " )" repeat
skip ::= "@a " branch " +a"
chart ::= "chart" style ("\n" path)+
style ::= " " direction " " palette " " shapes " " detail
direction ::= {" | ".join(f'"{name}"' for name in DIRECTIONS)}
palette ::= {" | ".join(f'"{name}"' for name in PALETTES)}
shapes ::= {" | ".join(f'"{name}"' for name in SHAPE_STYLES)}
detail ::= {" | ".join(f'"{name}"' for name in DETAILS)}
layer ::= number repeat? | number "x" number ("x" number)? | conv | pool | up | quoted repeat?
conv ::= "conv" number? (":" number)? ("=" number)? repeat?
pool ::= ("max" | "avg")? "pool" number? ("=" number)? repeat?
up ::= "up" number? ("=" number)? repeat?
repeat ::= "*" [1-9] [0-9]?
number ::= [1-9] [0-9]? [0-9]? [0-9]? [0-9]?
path ::= group (" > " group)*
group ::= step (", " step)*
step ::= "[" label "]" | "+ " label | "~ " label | label
label ::= word (" " word)* | quoted
word ::= start rest*
start ::= [^\[\],>"+~ \n\t\r]
rest ::= [^\[\],>" \n\t\r]
quoted ::= "\"" character+ "\""
character ::= [^"\\\n] | "\\" ["\\n]
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a plan says."""

    structure: Structure
    style: Style


def read_plan(text: str) -> Plan:
    """Read a plan. Raises InputError that says what cannot be read, in which line, and what stands there instead."""
    if len(text) > MAX_PLAN_CHARS:
        raise InputError(f"the plan has {len(text)} characters, more than {MAX_PLAN_CHARS}: shorten it")
    header, _, body = text.strip().partition("\n")
    kind, style = _read_header(header)
    structure = _read_network(body) if kind == "network" else _read_chart(body)
    if len(structure.edges) > MAX_EDGES:
        raise InputError(f"the plan has more than {MAX_EDGES} edges: join fewer steps at once")
    return Plan(structure, style)


def write_plan(structure: Structure, style: Style) -> str:
    """The shortest plan that reads back as this structure and style."""
    header = f"{structure.kind} {style.direction} {style.palette} {style.shapes} {style.detail}"
    body = _write_network(structure) if structure.kind == "network" else _write_chart(structure)
    return f"{header}\n{body}"


def _require_room(elements: Sequence[Element]) -> None:
    """Raises InputError at one element too many, before time is spent on what follows."""
    if len(elements) == MAX_ELEMENTS:
        raise InputError(f"the plan has more than {MAX_ELEMENTS} elements, the most that can be drawn")


def _read_header(header: str) -> tuple[str, Style]:
    words = header.split()
    choices = [("network", "chart"), DIRECTIONS, PALETTES, SHAPE_STYLES, DETAILS]
    if len(words) != len(choices):
        raise InputError(f"line 1 of the plan: {header[:60]!r} should read like 'network right sky soft full'")
    for word, allowed in zip(words, choices, strict=True):
        if word not in allowed:
            raise InputError(f"line 1 of the plan: {word!r} should be one of {', '.join(allowed)}")
    kind, direction, palette, shapes, detail = words
    return kind, Style(direction, palette, shapes, detail)  # type: ignore[arg-type]  # checked just above


# Networks


@dataclass
class _Network:
    """A network in the reading. is_padded: whether its convolutions keep the size of the feature maps."""

    is_padded: bool
    elements: list[Element] = field(default_factory=list)
    edges: set[tuple[int, int]] = field(default_factory=set)
    ends: tuple[int, ...] = ()  # layers that the next one goes on from
    sides: list[int | None] = field(default_factory=list)  # of the feature map that each layer gives on
    marks: dict[str, int] = field(default_factory=dict)

    def add(self, form: str, match: re.Match[str]) -> None:
        before = next((self.sides[end] for end in self.ends if self.sides[end]), None)
        element = _layer(form, match, before, self.is_padded, is_input=not self.ends)
        here = len(self.elements)
        _require_room(self.elements)
        self.elements.append(element)
        self.sides.append(element.size if form in ("image", "conv", "pool", "up") else before)
        self.edges.update((end, here) for end in self.ends)
        self.ends = (here,)

    def mark(self, match: re.Match[str]) -> None:
        name = match["name"]
        if len(self.ends) != 1:
            raise InputError(f"plan: {match[0]} has to stand behind a layer")
        (here,) = self.ends
        if match["sign"] == "@":
            self.marks[name] = here
        elif name not in self.marks:
            raise InputError(f"plan: {match[0]} adds a layer that no @{name} has named before it")
        elif self.marks[name] != here:
            self.edges.add((self.marks[name], here))


@dataclass
class _Branches:
    """Brackets that are open: what the branches go on from, and where those that are read end."""

    start: tuple[int, ...]
    first: int  # element of the branch that is being read
    ends: list[int] = field(default_factory=list)
    count: int = 1

    def close_branch(self, network: _Network) -> None:
        if len(network.elements) == self.first:
            raise InputError("plan: a branch in ( | ) has no layers")
        self.ends += network.ends
        self.first = len(network.elements)


def _read_network(body: str) -> Structure:
    words = _written_out(_LAYER.findall(body))
    network = _Network(_keeps_sizes(words))
    opened: list[_Branches] = []
    for word in words:
        form, match = _match_layer(word)
        if form == "bracket":
            _read_bracket(word, network, opened)
        elif form == "mark":
            network.mark(match)
        else:
            for _ in range(_repeats(match, word)):
                network.add(form, match)
    if opened:
        raise InputError("plan: a ( has no )")
    if not network.elements:
        raise InputError("line 2 of the plan: there are no layers")
    for end in network.ends:
        network.elements[end] = _as_output(network.elements[end])
    return Structure("network", tuple(network.elements), tuple(sorted(network.edges)))


def _keeps_sizes(words: Sequence[str]) -> bool:
    """Whether feature maps are upsampled, or one layer's are added to another's."""
    last = ""
    for word in words:
        if word.startswith("up") or (word.startswith("+") and last.startswith(_MAPS)):
            return True
        last = last if _LAYER_FORMS["mark"].fullmatch(word) else word
    return False


@dataclass
class _Bracket:
    """Where among the words written out an open bracket stands, and where the branch in the reading begins."""

    first: int
    branch: int
    has_branches: bool = False


def _written_out(words: Sequence[str]) -> list[str]:
    """The words with every `&n` and `( ... )*n` replaced by the copies that they stand for."""
    written: list[str] = []
    opened: list[_Bracket] = []
    for word, following in pairwise([*words, ""]):
        copies = _COPIES.fullmatch(word)
        if (copies or word in ("|", ")")) and not opened:
            raise InputError(f"plan: a {word[:40]} stands outside of ( )")
        if copies and copies["sign"] == "&":
            if not following.startswith(("|", ")")):
                raise InputError(f"plan: {word[:40]} has to stand at the end of a branch in ( )")
            written += _copied(["|", *written[opened[-1].branch :]], _repeats(copies, word) - 1)
            opened[-1].has_branches = True
        elif copies:
            bracket = opened.pop()
            if len(written) == bracket.branch:
                raise InputError(f"plan: {word[:40]} repeats no layers")
            whole = [*written[bracket.first :], ")"]
            written[bracket.first :] = _copied(whole if bracket.has_branches else whole[1:-1], _repeats(copies, word))
        else:
            written.append(word)
            if word == "(":
                opened.append(_Bracket(len(written) - 1, len(written)))
            elif word == "|":
                opened[-1].branch, opened[-1].has_branches = len(written), True
            elif word == ")":
                opened.pop()
    return written


def _copied(words: list[str], count: int) -> list[str]:
    """Raises InputError, before the words take up memory, where there are more than a plan can be of."""
    if len(words) * count > MAX_WORDS:
        raise InputError(f"the plan has more than {MAX_ELEMENTS} elements, the most that can be drawn")
    return words * count


def _read_bracket(bracket: str, network: _Network, opened: list[_Branches]) -> None:
    if bracket == "(":
        opened.append(_Branches(network.ends, len(network.elements)))
        return
    if not opened:
        raise InputError(f"plan: a {bracket} stands outside of ( )")
    branches = opened[-1]
    branches.close_branch(network)
    if bracket == "|":
        branches.count += 1
        network.ends = branches.start
        return
    if branches.count == 1:
        raise InputError("plan: ( ) holds one branch; write several with | between them, or none")
    network.ends = tuple(branches.ends)
    opened.pop()


def _match_layer(word: str) -> tuple[str, re.Match[str]]:
    for form, pattern in _LAYER_FORMS.items():
        match = pattern.fullmatch(word)
        if match and (form == "block" or all(map(_is_size, re.findall(r"\d+", word)))):
            return form, match
    raise InputError(f'plan: {word[:40]!r} is no layer; layers read like 64, 28x28, conv3, maxpool2 or "LSTM 128"')


def _is_size(digits: str) -> bool:
    return len(digits) <= len(str(MAX_SIZE)) and 1 <= int(digits) <= MAX_SIZE


def _repeats(match: re.Match[str], word: str) -> int:
    repeat = int(match.groupdict().get("repeat") or 1)
    if not 1 <= repeat <= MAX_REPEAT:
        raise InputError(f"plan: {word!r} repeats a layer {repeat} times; 1 to {MAX_REPEAT} can be drawn")
    return repeat


def _layer(form: str, match: re.Match[str], side: int | None, is_padded: bool, is_input: bool) -> Element:
    """The layer that a word says, after feature maps of this side."""
    if form == "image":
        sides = [int(number) for number in match["sides"].split("x")]
        label = "input image" if len(sides) == 2 and sides[0] == sides[1] else f"input {match['sides']}"
        return Element("image", label, max(sides[:2]))
    if form == "dense":
        return (
            Element("input", "input", int(match["size"])) if is_input else Element("dense", "dense", int(match["size"]))
        )
    if form == "block":
        return Element("block", _unquote(match["label"]))
    given = int(match["side"]) if match["side"] else None
    if form == "conv":
        label = _conv_label(match["kernel"], match["channels"])
        return Element("conv", label, given or _conv_side(side, match["kernel"], is_padded))
    if form == "up":
        factor = match["factor"]
        return Element("block", _up_label(factor), given or _up_side(side, factor))
    return Element("pool", _pool_label(match["mode"], match["window"]), given or _pool_side(side, match["window"]))


def _as_output(element: Element) -> Element:
    return Element("dense", "output", element.size) if element.kind == "dense" else element


def _conv_label(kernel: str | None, channels: str | None) -> str:
    label = f"conv {kernel}x{kernel}" if kernel else "conv"
    return f"{label}, {channels}" if channels else label


def _pool_label(mode: str | None, window: str | None) -> str:
    label = f"{mode} pool" if mode else "pool"
    return f"{label} {window}x{window}" if window else label


def _up_label(factor: str | None) -> str:
    return f"upsample {factor}x{factor}" if factor else "upsample"


def _conv_side(side: int | None, kernel: str | None, is_padded: bool) -> int | None:
    """Output side of a convolution with stride 1."""
    if side is None or is_padded:
        return side
    return max(1, side - int(kernel or DEFAULT_CONV_KERNEL) + 1)


def _pool_side(side: int | None, window: str | None) -> int | None:
    """Output side of pooling with a stride of its window."""
    return None if side is None else max(1, side // int(window or DEFAULT_POOL_WINDOW))


def _up_side(side: int | None, factor: str | None) -> int | None:
    """Output side of upsampling."""
    return None if side is None else min(MAX_SIZE, side * int(factor or DEFAULT_POOL_WINDOW))


def _write_network(structure: Structure) -> str:
    """Raises InputError for a network that is more than a chain with branches that come together, and skips."""
    sources = _sources(structure)
    count = len(structure.elements)
    words, _ = _write_branch(structure, sources, 0, count, (), is_padded=False)
    if _keeps_sizes([part for word in words for part in (word.text, *("+" for _ in word.added))]):
        words, _ = _write_branch(structure, sources, 0, count, (), is_padded=True)
    body = " ".join(_shortened(_LAYER.findall(" ".join(_name_sources(words)))))
    try:
        says_it = _read_network(body) == structure
    except InputError:
        says_it = False
    if not says_it:
        raise InputError("a plan cannot say this network: it says chains, branches that come together, and skips")
    return body


@dataclass(frozen=True, slots=True)
class _Word:
    """A layer in the writing, with the layers that are added to it; a bracket, if it is no layer."""

    text: str
    index: int | None = None
    added: tuple[int, ...] = ()


def _write_branch(
    structure: Structure,
    sources: Sequence[tuple[int, ...]],
    start: int,
    stop: int,
    ends: tuple[int, ...],
    is_padded: bool,
) -> tuple[list[_Word], tuple[int, ...]]:
    """Words for the elements from `start` to before `stop`, which go on from `ends`, and the elements they end with."""
    words: list[_Word] = []
    i = start
    while i < stop:
        starts, merge = _side_by_side(sources, i, stop, ends)
        if len(starts) == 1:
            element = structure.elements[i]
            text = _write_layer(element, _side_before(structure, ends), is_padded)
            words.append(_Word(text, i, _besides(sources[i], ends)))
            ends, i = (i,), i + 1
            continue
        joined: list[int] = []
        for k, (first, after) in enumerate(pairwise([*starts, merge])):
            branch, branch_ends = _write_branch(structure, sources, first, after, ends, is_padded)
            words += [_Word("|" if k else "("), *branch]
            joined += branch_ends
        words.append(_Word(")"))
        ends, i = tuple(joined), merge
    return words, ends


def _side_by_side(
    sources: Sequence[tuple[int, ...]], start: int, stop: int, ends: tuple[int, ...]
) -> tuple[list[int], int]:
    """Where the outermost branches begin that go on from `ends`, the first at `start`, and where they come together."""
    begins = [
        i for i in range(start + 1, stop) if set(ends) <= set(sources[i]) and all(one < start for one in sources[i])
    ]
    if not begins:
        return [start], stop
    merge = next((i for i in range(begins[-1] + 1, stop) if _open_ends(sources, start, i) <= set(sources[i])), stop)
    inner = {i for i in begins if any(start <= one < i for later in sources[i:merge] for one in later)}
    return [start, *(i for i in begins if i not in inner)], merge


def _open_ends(sources: Sequence[tuple[int, ...]], start: int, stop: int) -> set[int]:
    """The elements from `start` to before `stop` that nothing among them goes on from."""
    return set(range(start, stop)) - {source for later in sources[start:stop] for source in later}


def _besides(sources: tuple[int, ...], ends: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(source for source in sources if source not in ends)


def _side_before(structure: Structure, ends: tuple[int, ...]) -> int | None:
    """Of the feature map that reaches what goes on from `ends`."""
    for end in ends:
        here: int | None = end
        while here is not None:
            element = structure.elements[here]
            if element.size and (element.kind in ("image", "conv", "pool") or element.label.startswith("upsample")):
                return element.size
            here = next((a for a, b in structure.edges if b == here), None)
    return None


def _name_sources(words: Sequence[_Word]) -> list[str]:
    """The words with @ and + marks; a name is given anew once nothing more is to be added of its layer."""
    last_use = {source: word.index or 0 for word in words for source in word.added}
    names: dict[int, str] = {}
    marked = []
    for word in words:
        text = word.text + "".join(f" +{names.get(source, '?')}" for source in word.added)
        if word.index in last_use:
            taken = {names[source] for source in names if last_use[source] > word.index}
            names[word.index] = next((name for name in ascii_lowercase if name not in taken), "?")
            text += f" @{names[word.index]}"
        marked.append(text)
    return marked


def _shortened(words: Sequence[str]) -> list[str]:
    """The words with equal branches side by side, and equal runs in a row, written once with their number."""
    units: list[str] = []
    opened: list[tuple[int, list[str]]] = []  # where each open bracket stands, and its branches so far
    for word in words:
        if word == "(":
            opened.append((len(units), []))
        elif word in ("|", ")"):
            first, branches = opened[-1]
            branches.append(" ".join(_counted(units[first:])))
            del units[first:]
            if word == ")":
                opened.pop()
                equal = [(branch, len(list(group))) for branch, group in groupby(branches)]
                said = " | ".join(branch if count == 1 else f"{branch} &{count}" for branch, count in equal)
                units.append(f"( {said} )")
        else:
            units.append(word)
    return _counted(units)


def _counted(units: Sequence[str]) -> list[str]:
    """Layers, marks and brackets with runs that come again at once written as `64*3` or `( conv pool )*2`."""
    counted: list[str] = []
    i = 0
    while i < len(units):
        _, length, count = max(_runs(units, i), default=(0, 1, 1))
        run = units[i] if length == 1 else f"( {' '.join(_counted(units[i : i + length]))} )"
        counted.append(run if count == 1 else f"{run}*{count}")
        i += length * count
    return counted


def _runs(units: Sequence[str], start: int) -> Iterator[tuple[int, int, int]]:
    """Runs from `start` on that come again at once: (characters saved by counting, units in the run, times)."""
    for length in range(1, (len(units) - start) // 2 + 1):
        run = units[start : start + length]
        count = 1
        while list(units[start + count * length : start + (count + 1) * length]) == list(run):
            count += 1
        count = min(count, MAX_REPEAT)
        characters = len(" ".join(run))
        saved = (characters + 1) * (count - 1) - len(f"*{count}" if length == 1 else f"(  )*{count}")
        if count > 1 and (_is_counted(run[0]) if length == 1 else saved > 0 and _closes_skips(run)):
            yield saved, length, count


def _closes_skips(run: Sequence[str]) -> bool:
    """Whether each skip that goes into the run or begins in it does both, one after the other."""
    marks = [unit for unit in run if unit[0] in "@+"]
    return marks == ["@a", "+a"] * (len(marks) // 2)


def _is_counted(unit: str) -> bool:
    """Whether `*n` may follow."""
    return unit.startswith("(") or any(
        pattern.fullmatch(unit) for pattern in _LAYER_FORMS.values() if "repeat" in pattern.groupindex
    )


def _write_layer(element: Element, side: int | None, is_padded: bool) -> str:
    """The word for a layer after feature maps of this side."""
    if element.kind == "image":
        return (
            f"{element.size}x{element.size}" if element.label == "input image" else element.label.removeprefix("input ")
        )
    if element.kind in ("input", "dense"):
        return str(element.size)
    if element.kind == "conv":
        match = re.fullmatch(r"conv(?: (\d+)x\d+)?(?:, (\d+))?", element.label)
        kernel, channels = match.groups() if match else (None, None)
        word = f"conv{kernel or ''}{f':{channels}' if channels else ''}"
        return word if element.size == _conv_side(side, kernel, is_padded) else f"{word}={element.size}"
    if element.kind == "pool":
        match = re.fullmatch(r"(?:(max|avg) )?pool(?: (\d+)x\d+)?", element.label)
        mode, window = match.groups() if match else (None, None)
        word = f"{mode or ''}pool{window or ''}"
        return word if element.size == _pool_side(side, window) else f"{word}={element.size}"
    match = re.fullmatch(r"upsample(?: (\d+)x\d+)?", element.label)
    if match and (element.size or side is None):
        word = f"up{match[1] or ''}"
        return word if element.size == _up_side(side, match[1]) else f"{word}={element.size}"
    return _quote(element.label)


# Charts


@dataclass
class _Chart:
    """A chart in the reading."""

    elements: list[Element] = field(default_factory=list)
    named: dict[str, list[int]] = field(default_factory=dict)  # elements by their label
    last_output: int | None = None  # at the start of a line: the data that the line before ends with

    def add(self, element: Element) -> int:
        _require_room(self.elements)
        self.elements.append(element)
        self.named.setdefault(element.label, []).append(len(self.elements) - 1)
        return len(self.elements) - 1

    def latest(self, label: str) -> int | None:
        """The last step of this name."""
        return self.named[label][-1] if label in self.named else None

    def numbered(self, name: str, number: str) -> int | None:
        """The first, second, ... step of this name, if there are as many."""
        steps = self.named.get(name, [])
        return steps[int(number) - 1] if 1 <= int(number) <= len(steps) else None

    def find_other_name(self, label: str, group: Sequence[int]) -> int | None:
        """The earlier data that this is another name for, if it is none of this group."""
        last = [] if self.last_output is None else [self.last_output]
        for i in [*last, *range(len(self.elements))]:
            if i not in group and self.elements[i].kind == "data" and same_thing(self.elements[i].label, label):
                return i
        return None


def _read_chart(body: str) -> Structure:
    chart = _Chart()
    edges: set[tuple[int, int]] = set()
    for number, line in enumerate(body.split("\n"), start=2):
        if not line.strip():
            continue
        previous: list[int] = []
        for group in _split(line, ">"):
            here: list[int] = []
            for step in _split(group, ","):
                here.append(_read_step(step, number, chart, here))
            here = list(dict.fromkeys(here))
            edges.update((a, b) for a in previous for b in here)
            previous, chart.last_output = here, None
        if chart.elements[previous[0]].kind == "data":
            chart.last_output = previous[0]
    if not chart.elements:
        raise InputError("line 2 of the plan: there are no steps")
    return Structure("chart", tuple(chart.elements), tuple(sorted(edges)))


def _split(text: str, separator: str) -> list[str]:
    """Split at a separator that stands outside quotes."""
    parts = [""]
    for piece in re.findall(rf'"(?:[^"\\\n]|\\.)*"?|[^"{separator}]+|{separator}|.', text):
        if piece == separator:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _read_step(text: str, line: int, chart: _Chart, group: Sequence[int]) -> int:
    match = _STEP.fullmatch(text)
    if not match:
        raise InputError(
            f"line {line} of the plan: {text.strip()[:40]!r} is no step; steps read like [clean] or png file"
        )
    label = _unquote(match["operation"] or match["data"])
    if match["operation"]:
        return chart.add(Element("operation", label))
    earlier = _earlier_step(match, label, chart, group)
    return chart.add(Element("data", label)) if earlier is None else earlier


def _earlier_step(match: re.Match[str], label: str, chart: _Chart, group: Sequence[int]) -> int | None:
    if match["sign"] == "+":
        return None
    if match["sign"] == "~":
        return chart.find_other_name(label, group)
    if match["number"]:
        return chart.numbered(label, match["number"])
    latest = chart.latest(label)
    plain = _NUMBERED.fullmatch(match["data"]) if latest is None else None
    return chart.numbered(plain["name"], plain["number"]) if plain else latest


def _write_chart(structure: Structure) -> str:
    """Steps in the order of their elements, so that reading gives the same numbers back; lines go on."""
    sources = _sources(structure)
    lines: list[str] = []
    named: dict[str, list[int]] = {}
    end: tuple[int, ...] = ()  # what the last line ends with
    i = 0
    while i < len(structure.elements):
        before = tuple(s for s in sources[i] if s < i)
        group = _siblings(i, before, sources)
        goes_on = bool(before) and before == end
        # Known steps are named before new ones, which may take over their name.
        known = "" if goes_on else ", ".join(_write_known(structure.elements[k], k, named) for k in before)
        steps = ", ".join(_write_step(structure.elements[k], k, named) for k in group)
        if goes_on:
            lines[-1] += f" > {steps}"
        else:
            lines.append(f"{known} > {steps}" if known else steps)
        end = group
        for k in group:
            back = tuple(t for s, t in structure.edges if s == k and t <= k)
            if back:
                known = ", ".join(_write_known(structure.elements[t], t, named) for t in back)
                if end == (k,):
                    lines[-1] += f" > {known}"
                else:
                    lines.append(f"{_write_known(structure.elements[k], k, named)} > {known}")
                end = back
        i += len(group)
    return "\n".join(lines)


def _sources(structure: Structure) -> list[tuple[int, ...]]:
    return [tuple(s for s, t in structure.edges if t == i) for i in range(len(structure.elements))]


def _siblings(first: int, before: tuple[int, ...], sources: list[tuple[int, ...]]) -> tuple[int, ...]:
    """The run of steps from `first` on that the same earlier steps, and no step of the run, point to."""
    run = [first]
    while before and run[-1] + 1 < len(sources) and sources[run[-1] + 1] == sources[first] == before:
        run.append(run[-1] + 1)
    return tuple(run)


def _write_step(element: Element, index: int, named: dict[str, list[int]]) -> str:
    new = "+ " if element.label in named else ""
    named.setdefault(element.label, []).append(index)
    label = _write_label(element.label)
    return f"[{label}]" if element.kind == "operation" else f"{new}{label}"


def _write_known(element: Element, index: int, named: dict[str, list[int]]) -> str:
    steps = named[element.label]
    label = _write_label(element.label)
    return label if steps[-1] == index else f"{label}#{steps.index(index) + 1}"


def _write_label(label: str) -> str:
    return label if _PLAIN_LABEL.fullmatch(label) else _quote(label)


def _quote(label: str) -> str:
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _unquote(text: str) -> str:
    if not text.startswith('"'):
        return " ".join(text.split())
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text[1:-1])
