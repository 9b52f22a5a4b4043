"""Plan notation: what a diagram means and how it should look, in some thirty tokens; `layout.py` places it.

A network is its layers in order, a chart its paths; the first line says kind, direction, palette, shapes and detail:

    network right sky soft full
    32x32 conv3 conv=28 pool2 conv3*2 maxpool2 256 64 1

    chart down sand round short
    text, picture > [language model] > table
    table > [python code] > + table

Layers: `64` neurons (the first layer is the input), `32x32` an image, `conv3` a 3x3 convolution, `conv3:64` one with
64 channels, `conv=28` one whose output is 28x28, `pool2`, `maxpool2`, `avgpool2`, `"LSTM 128"` any other block. `*2`
says it twice, `@a` names the layer before it, `+a` adds the output of layer a to the layer before it (a skip).

Steps: `[x]` is an operation, new each time; `x` is the latest step of that name, or else new data; `+ x` is new data
that has the name of an earlier step. Every step of a group points to every step of the next group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from diagram_core.errors import InputError
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
DEFAULT_CONV_KERNEL = 3
DEFAULT_POOL_WINDOW = 2

_QUOTED = r'"(?:[^"\\\n]|\\.)*"'
_REPEAT = r"(?:\*(?P<repeat>\d+))?"
_LAYER_FORMS = {
    "image": re.compile(r"(?P<sides>\d+(?:x\d+){1,2})"),
    "dense": re.compile(rf"(?P<size>\d+){_REPEAT}"),
    "conv": re.compile(rf"conv(?P<kernel>\d+)?(?::(?P<channels>\d+))?(?:=(?P<side>\d+))?{_REPEAT}"),
    "pool": re.compile(rf"(?P<mode>max|avg)?pool(?P<window>\d+)?(?:=(?P<side>\d+))?{_REPEAT}"),
    "block": re.compile(rf"(?P<label>{_QUOTED}){_REPEAT}"),
    "mark": re.compile(r"(?P<sign>[@+])(?P<name>[a-z])"),
}
_LAYER = re.compile(rf"{_QUOTED}[^\s]*|\S+")
_NAME = rf'{_QUOTED}|[^\[\],>"\s][^\[\],>"]*?'
_STEP = re.compile(rf"\s*(?:\[\s*(?P<operation>{_NAME})\s*\]|(?P<new>\+)?\s*(?P<data>{_NAME}))\s*")
_PLAIN_LABEL = re.compile(r'[^\[\],>"+\s](?:[^\[\],>"\n]*[^\[\],>"\s])?')

# What a model may write. Without skips: no grammar of this kind can see to it that +a comes after an @a.
PLAN_GRAMMAR = rf"""
root ::= network | chart
network ::= "network" style "\n" layer (" " layer)*
chart ::= "chart" style ("\n" path)+
style ::= " " direction " " palette " " shapes " " detail
direction ::= {" | ".join(f'"{name}"' for name in DIRECTIONS)}
palette ::= {" | ".join(f'"{name}"' for name in PALETTES)}
shapes ::= {" | ".join(f'"{name}"' for name in SHAPE_STYLES)}
detail ::= {" | ".join(f'"{name}"' for name in DETAILS)}
layer ::= number repeat? | number "x" number ("x" number)? | conv | pool | quoted repeat?
conv ::= "conv" number? (":" number)? ("=" number)? repeat?
pool ::= ("max" | "avg")? "pool" number? ("=" number)? repeat?
repeat ::= "*" [1-9] [0-9]?
number ::= [1-9] [0-9]? [0-9]? [0-9]? [0-9]?
path ::= group (" > " group)*
group ::= step (", " step)*
step ::= "[" label "]" | "+ " label | label
label ::= word (" " word)* | quoted
word ::= start rest*
start ::= [^\[\],>"+ \n\t\r]
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
    if len(structure.elements) > MAX_ELEMENTS:
        raise InputError(f"the plan has {len(structure.elements)} elements, more than {MAX_ELEMENTS} can be drawn")
    return Plan(structure, style)


def write_plan(structure: Structure, style: Style) -> str:
    """The shortest plan that reads back as this structure and style."""
    header = f"{structure.kind} {style.direction} {style.palette} {style.shapes} {style.detail}"
    body = _write_network(structure) if structure.kind == "network" else _write_chart(structure)
    return f"{header}\n{body}"


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


def _read_network(body: str) -> Structure:
    elements: list[Element] = []
    skips: list[tuple[int, int]] = []
    marks: dict[str, int] = {}
    for word in _LAYER.findall(body):
        form, match = _match_layer(word)
        if form == "mark":
            _read_mark(match, len(elements) - 1, marks, skips)
            continue
        repeat = int(match.groupdict().get("repeat") or 1)
        if not 1 <= repeat <= MAX_REPEAT:
            raise InputError(f"plan: {word!r} repeats a layer {repeat} times; 1 to {MAX_REPEAT} can be drawn")
        for _ in range(repeat):
            elements.append(_layer(form, match, elements))
    if not elements:
        raise InputError("line 2 of the plan: there are no layers")
    elements[-1] = _as_output(elements[-1]) if len(elements) > 1 else elements[-1]
    chain = [(i, i + 1) for i in range(len(elements) - 1)]
    return Structure("network", tuple(elements), tuple(sorted({*chain, *skips})))


def _match_layer(word: str) -> tuple[str, re.Match[str]]:
    for form, pattern in _LAYER_FORMS.items():
        match = pattern.fullmatch(word)
        if match and all(1 <= int(number) <= MAX_SIZE for number in re.findall(r"\d+", word) if form != "block"):
            return form, match
    raise InputError(f'plan: {word[:40]!r} is no layer; layers read like 64, 28x28, conv3, maxpool2 or "LSTM 128"')


def _read_mark(match: re.Match[str], here: int, marks: dict[str, int], skips: list[tuple[int, int]]) -> None:
    name = match["name"]
    if here < 0:
        raise InputError(f"plan: {match[0]} stands before the first layer")
    if match["sign"] == "@":
        marks[name] = here
    elif name not in marks:
        raise InputError(f"plan: {match[0]} adds a layer that no @{name} has named before it")
    elif marks[name] != here:
        skips.append((marks[name], here))


def _layer(form: str, match: re.Match[str], before: list[Element]) -> Element:
    side = next((e.size for e in reversed(before) if e.kind in ("image", "conv", "pool")), None)
    if form == "image":
        sides = [int(number) for number in match["sides"].split("x")]
        label = "input image" if len(sides) == 2 and sides[0] == sides[1] else f"input {match['sides']}"
        return Element("image", label, max(sides[:2]))
    if form == "dense":
        return (
            Element("dense", "dense", int(match["size"])) if before else Element("input", "input", int(match["size"]))
        )
    if form == "block":
        return Element("block", _unquote(match["label"]))
    given = int(match["side"]) if match["side"] else None
    if form == "conv":
        return Element(
            "conv",
            _conv_label(match["kernel"], match["channels"]),
            given or _conv_side(side, match["kernel"]),
        )
    return Element("pool", _pool_label(match["mode"], match["window"]), given or _pool_side(side, match["window"]))


def _as_output(element: Element) -> Element:
    return Element("dense", "output", element.size) if element.kind == "dense" else element


def _conv_label(kernel: str | None, channels: str | None) -> str:
    label = f"conv {kernel}x{kernel}" if kernel else "conv"
    return f"{label}, {channels}" if channels else label


def _pool_label(mode: str | None, window: str | None) -> str:
    label = f"{mode} pool" if mode else "pool"
    return f"{label} {window}x{window}" if window else label


def _conv_side(side: int | None, kernel: str | None) -> int | None:
    """Output side of an unpadded convolution with stride 1."""
    return None if side is None else max(1, side - int(kernel or DEFAULT_CONV_KERNEL) + 1)


def _pool_side(side: int | None, window: str | None) -> int | None:
    """Output side of pooling with a stride of its window."""
    return None if side is None else max(1, side // int(window or DEFAULT_POOL_WINDOW))


def _write_network(structure: Structure) -> str:
    words: list[str] = []
    elements = structure.elements
    for i, element in enumerate(elements):
        words.append(_write_layer(element, list(elements[:i])))
    skips = [edge for edge in structure.edges if edge[1] != edge[0] + 1]
    if not skips:
        return " ".join(_repeated(word, len(list(group))) for word, group in groupby(words))
    sources = sorted({source for source, _ in skips})
    if len(sources) > 26:
        raise InputError(f"a plan can name 26 layers that others add to themselves; this network has {len(sources)}")
    names = {source: chr(ord("a") + k) for k, source in enumerate(sources)}
    for i in range(len(words)):
        adds = [f"+{names[source]}" for source, target in skips if target == i]
        words[i] = " ".join([words[i], *([f"@{names[i]}"] if i in names else []), *adds])
    return " ".join(words)


def _repeated(word: str, count: int) -> str:
    repeats = (
        count > 1 and _LAYER_FORMS["image"].fullmatch(word) is None and not word.startswith('"') and "=" not in word
    )
    return f"{word}*{count}" if repeats else " ".join([word] * count)


def _write_layer(element: Element, before: list[Element]) -> str:
    side = next((e.size for e in reversed(before) if e.kind in ("image", "conv", "pool")), None)
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
        return word if element.size == _conv_side(side, kernel) else f"{word}={element.size}"
    if element.kind == "pool":
        match = re.fullmatch(r"(?:(max|avg) )?pool(?: (\d+)x\d+)?", element.label)
        mode, window = match.groups() if match else (None, None)
        word = f"{mode or ''}pool{window or ''}"
        return word if element.size == _pool_side(side, window) else f"{word}={element.size}"
    return _quote(element.label)


# Charts


def _read_chart(body: str) -> Structure:
    elements: list[Element] = []
    latest: dict[str, int] = {}
    edges: set[tuple[int, int]] = set()
    for number, line in enumerate(body.split("\n"), start=2):
        if not line.strip():
            continue
        previous: list[int] = []
        for group in _split(line, ">"):
            here = [_read_step(step, number, elements, latest) for step in _split(group, ",")]
            edges.update((a, b) for a in previous for b in here)
            previous = here
    if not elements:
        raise InputError("line 2 of the plan: there are no steps")
    return Structure("chart", tuple(elements), tuple(sorted(edges)))


def _split(text: str, separator: str) -> list[str]:
    """Split at a separator that stands outside quotes."""
    parts = [""]
    for piece in re.findall(rf'{_QUOTED}|[^"{separator}]+|{separator}|"', text):
        if piece == separator:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _read_step(text: str, line: int, elements: list[Element], latest: dict[str, int]) -> int:
    match = _STEP.fullmatch(text)
    if not match:
        raise InputError(
            f"line {line} of the plan: {text.strip()[:40]!r} is no step; steps read like [clean] or png file"
        )
    label = _unquote(match["operation"] or match["data"])
    if match["operation"] or match["new"] or label not in latest:
        latest[label] = len(elements)
        elements.append(Element("operation" if match["operation"] else "data", label))
    return latest[label]


def _write_chart(structure: Structure) -> str:
    """Steps in the order of their elements, so that reading gives the same numbers back; lines go on."""
    sources = _sources(structure)
    lines: list[str] = []
    latest: dict[str, int] = {}
    end: tuple[int, ...] = ()  # what the last line ends with
    i = 0
    while i < len(structure.elements):
        before = tuple(s for s in sources[i] if s < i)
        group = _siblings(i, before, sources)
        goes_on = bool(before) and before == end
        # Known steps are named before new ones, which may take over their name.
        known = "" if goes_on else ", ".join(_write_known(structure.elements[k], k, latest) for k in before)
        steps = ", ".join(_write_step(structure.elements[k], k, latest) for k in group)
        if goes_on:
            lines[-1] += f" > {steps}"
        else:
            lines.append(f"{known} > {steps}" if known else steps)
        end = group
        for k in group:
            back = tuple(t for s, t in structure.edges if s == k and t <= k)
            if back:
                known = ", ".join(_write_known(structure.elements[t], t, latest) for t in back)
                if end == (k,):
                    lines[-1] += f" > {known}"
                else:
                    lines.append(f"{_write_known(structure.elements[k], k, latest)} > {known}")
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


def _write_step(element: Element, index: int, latest: dict[str, int]) -> str:
    new = "+ " if element.label in latest else ""
    latest[element.label] = index
    label = _write_label(element.label)
    return f"[{label}]" if element.kind == "operation" else f"{new}{label}"


def _write_known(element: Element, index: int, latest: dict[str, int]) -> str:
    if latest[element.label] != index:
        raise InputError(f"a plan cannot point to an earlier step that shares the name {element.label!r}: rename one")
    return _write_label(element.label)


def _write_label(label: str) -> str:
    return label if _PLAIN_LABEL.fullmatch(label) else _quote(label)


def _quote(label: str) -> str:
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _unquote(text: str) -> str:
    if not text.startswith('"'):
        return " ".join(text.split())
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text[1:-1])
