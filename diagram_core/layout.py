"""Structure and style in, placed diagram out: no two shapes overlap and none leaves the canvas.

Everything is planned along two axes: the flow, which the arrows follow, and across it; Style.direction says which of
them is horizontal. Layers stand in slots along the flow; a flow too long for readable labels turns back and goes on
in further rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import log

from diagram_core import layering
from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, Diagram, Node, ShapeName
from diagram_core.errors import InputError
from diagram_core.folding import COMFORTABLE_FONT_PX, ELLIPSE_ROOM, MARGIN_PX, PADDING_PX, Fold, Sheet, Text, best_fold
from diagram_core.geometry import GRAZE_PX, reads_down
from diagram_core.label_room import text_size_px
from diagram_core.palettes import PALETTE
from diagram_core.placing import Box, Canvas, Extent, place_boxes
from diagram_core.structure import Direction, Element, ElementKind, ShapeStyle, Structure, Style, draws_neurons

MAX_NEURON_PX = 64
MAX_NEURON_PITCH_PX = 260  # of layers along the flow: wider, and the mesh falls apart
MIN_NEURON_PX = 18  # rather than smaller, neurons are touched by edges
MIN_NAMED_NEURON_PX = 26  # room for a name like x1

MIN_BOX_PX, MAX_BOX_PX = (96, 56), (190, 104)  # width and height of shapes whose size means nothing
READABLE_FONT_PX = 10  # shapes do not shrink below what labels in this size need
MIN_BAR_PX = 44  # of sized layers, across the flow
MAX_BAR_PX: dict[Direction, int] = {"right": 112, "down": 64}  # of sized layers, along the flow
MAX_BAR_SHARE: dict[Direction, float] = {"right": 0.68, "down": 0.78}  # of sized layers, of a row, across the flow
MAX_PASSED_SHARE: dict[Direction, float] = {"right": 0.4, "down": 0.36}  # where skips have to pass beside them
MAX_LAYER_WIDTH: dict[Direction, int] = {"right": 14, "down": 9}  # more side by side leave no room for labels

# Two shapes a family, so that data and what works on it are told apart.
CHART_SHAPES: dict[ShapeStyle, dict[ElementKind, ShapeName]] = {
    "box": {"data": "round rectangle", "operation": "rectangle"},
    "soft": {"data": "circle", "operation": "round rectangle"},
    "round": {"data": "round rectangle", "operation": "circle"},
}


def lay_out(structure: Structure, style: Style) -> Diagram:
    """Place a structure on the canvas; the same input gives the same diagram.

    Networks whose neurons can be shown get a circle each; all else is drawn in layers (Sugiyama et al., 1981), folded
    into rows where one row is too short for readable labels. Nodes are numbered in the order of the elements, neurons
    layer by layer. Raises InputError where an edge names an element that is not there.
    """
    count = len(structure.elements)
    for source, target in structure.edges:
        if not (0 <= source < count and 0 <= target < count):
            raise InputError(f"edge {source} -> {target}: there are only elements 0 to {count - 1}; correct the edge")
    if not count:
        return Diagram(())
    return _neurons(structure, style) if draws_neurons(structure) else _layers(structure, style)


def lay_out_anew(diagram: Diagram) -> Diagram:
    """The same nodes, labels and arrows, placed as a chart; circles and ellipses are data, other shapes operations."""
    elements = tuple(Element("data" if node.shape == "circle" else "operation", node.label) for node in diagram.nodes)
    structure = Structure("chart", elements, tuple(sorted(set(diagram.edges()))))
    return lay_out(structure, Style("down" if reads_down(diagram) else "right"))


def label_of(element: Element, style: Style, separator: str = "\n") -> str:
    """What the shape of an element says: what it is and, on a line of its own, its size.

    In short detail only one of them: of layers of neurons how many these are, of others what they are.
    """
    if element.size is None:
        return element.label
    if style.detail == "short":
        return str(element.size) if element.kind in ("input", "dense") else element.label
    side = element.kind in ("image", "conv", "pool", "block")
    size = f"{element.size} x {element.size}" if side else str(element.size)
    return f"{element.label}{separator}{size}" if element.label else size


# Neuron by neuron


def _neurons(structure: Structure, style: Style) -> Diagram:
    """A circle a neuron, each layer centred on a line across the flow, lines between all of neighbouring layers."""
    sheet, palette = Sheet(style.direction), PALETTE[style.palette]
    sizes = [element.size or 0 for element in structure.elements]
    pitch_along = min(sheet.flow_px / len(sizes), MAX_NEURON_PITCH_PX)
    pitch_across = sheet.cross_px / max(sizes)
    side = max(4, int(min(pitch_along * 0.55, pitch_across * 0.72, MAX_NEURON_PX)))
    pitch_across = min(pitch_across, side * 2)
    side = min(side, max(MIN_NEURON_PX, int(_clear_side_px(sizes, pitch_along, pitch_across))))
    shape: ShapeName = "rectangle" if style.shapes == "box" else "circle"
    nodes: list[Node] = []
    for i, (element, size) in enumerate(zip(structure.elements, sizes, strict=True)):
        first_after = len(nodes) + size
        targets = tuple(range(first_after, first_after + sizes[i + 1])) if i + 1 < len(sizes) else ()
        along = (i - (len(sizes) - 1) / 2) * pitch_along
        for j in range(size):
            across = (j - (size - 1) / 2) * pitch_across
            x, y = sheet.turned((along, across))
            nodes.append(
                Node(
                    number=len(nodes),
                    x=round(CANVAS_WIDTH_PX / 2 + x),
                    y=round(CANVAS_HEIGHT_PX / 2 + y),
                    shape=shape,
                    width=side,
                    height=side,
                    line="solid line",  # arrowheads of a mesh would pile up at every neuron
                    fill=palette.fills[element.kind],
                    stroke=palette.stroke,
                    targets=targets,
                    label=_neuron_name(i, j, len(sizes), side, style),
                )
            )
    return Diagram(tuple(nodes))


def _clear_side_px(sizes: Sequence[int], pitch_along: float, pitch_across: float) -> float:
    """How large neurons may be for the steepest edge between two layers to miss the neighbours of its ends."""
    steepest = max((a + b - 2 for a, b in pairwise(sizes)), default=0) / 2 * pitch_across / pitch_along
    return 2 * pitch_across / (1 + steepest) + GRAZE_PX  # half of what may be grazed, for rounding


def _neuron_name(layer: int, neuron: int, layers: int, side_px: int, style: Style) -> str:
    """x1, x2, ... for inputs and y1, y2, ... for outputs, where there is room; hidden neurons have no name."""
    if style.detail == "short" or side_px < MIN_NAMED_NEURON_PX or layer not in (0, layers - 1):
        return ""
    return f"{'y' if layer else 'x'}{neuron + 1}"


# Layer by layer


def _layers(structure: Structure, style: Style) -> Diagram:
    """One shape an element, in layers along the flow."""
    count, sheet = len(structure.elements), Sheet(style.direction)
    shapes = [_shape(element, style) for element in structure.elements]
    edges = layering.acyclic(count, structure.edges)
    layer = layering.assign_layers(count, edges, MAX_LAYER_WIDTH[style.direction], _lonely_layers(count, sheet))
    texts = _texts(structure, style, shapes)
    fold = best_fold(layer, edges, texts, sheet)
    if style.direction == "down" and fold.font_px < COMFORTABLE_FONT_PX:  # flat and wide shapes: one line fits better
        flat_texts = _texts(structure, style, shapes, ", ")
        flat = best_fold(layer, edges, flat_texts, sheet)
        if flat.font_px > fold.font_px:
            texts, fold = flat_texts, flat
    graph = layering.build(layer, fold.rows, edges)
    flow = layering.trunk(count, edges)
    turns = [(a, b) for a, b in edges if fold.rows[layer[a]] != fold.rows[layer[b]]]
    layering.order_layers(graph, edges, flow, turns)
    is_passed = bool(flow.skips & graph.chains.keys())
    along, across = _bar_extents(structure, texts, fold, sheet, is_passed) or _box_extents(texts, fold, sheet)
    boxes = place_boxes(Canvas(graph, edges, flow, fold), along, across)
    return _diagram(structure, style, shapes, [text.label for text in texts], boxes)


def _texts(structure: Structure, style: Style, shapes: Sequence[ShapeName], separator: str = "\n") -> list[Text]:
    return [
        Text(label_of(element, style, separator), ELLIPSE_ROOM if shape == "circle" else 1.0)
        for element, shape in zip(structure.elements, shapes, strict=True)
    ]


def _shape(element: Element, style: Style) -> ShapeName:
    if element.kind in ("data", "operation"):
        return CHART_SHAPES[style.shapes][element.kind]
    if style.shapes == "round" and element.kind in ("input", "dense"):
        return "circle"
    return "rectangle" if style.shapes == "box" else "round rectangle"


def _lonely_layers(count: int, sheet: Sheet) -> int:
    """How many layers elements without any edges are spread over, so that they fill the canvas evenly."""
    return max(1, round((count * sheet.flow_px / sheet.cross_px) ** 0.5))


def _box_extents(texts: Sequence[Text], fold: Fold, sheet: Sheet) -> tuple[Extent, list[Extent]]:
    """Extents along and across the flow, the same for all: what the longest label needs, and there is room for."""
    limits = [min(room, most) for room, most in zip(fold.room_px, sheet.turned(MAX_BOX_PX), strict=True)]
    wanted, least = _needs_px(texts, fold, sheet, sheet.turned((limits[0], limits[1]))[0])
    along, across = (
        Extent(min(max(smallest, *(need[axis] for need in wanted)), limits[axis]), max(need[axis] for need in least))
        for axis, smallest in enumerate(sheet.turned(MIN_BOX_PX))
    )
    return along, [across] * len(texts)


def _bar_extents(
    structure: Structure, texts: Sequence[Text], fold: Fold, sheet: Sheet, is_passed: bool
) -> tuple[Extent, list[Extent]] | None:
    """Extents along and across the flow of layers with sizes: the more neurons or pixels, the longer across the flow.

    The extent grows with the logarithm of the size; what has no size gets what its label needs. None if most layers
    have no size: the few bars would look like the point of the drawing. is_passed: by skips, which need room beside.
    """
    sizes = [element.size or 0 for element in structure.elements]
    if max(sizes) < 1 or sum(size > 0 for size in sizes) * 2 < len(sizes):
        return None
    along = min(fold.room_px[0], MAX_BAR_PX[sheet.direction])
    longest = min(fold.room_px[1], fold.row_px * (MAX_PASSED_SHARE if is_passed else MAX_BAR_SHARE)[sheet.direction])
    wanted, least = _needs_px(texts, fold, sheet, sheet.turned((along, longest))[0])
    across = []
    for size, (_, comfortable), (_, readable) in zip(sizes, wanted, least, strict=True):
        proportional = longest * log(1 + max(size, 0)) / log(1 + max(sizes))
        extent = min(max(MIN_BAR_PX, comfortable, proportional), fold.room_px[1])
        across.append(Extent(extent, max(MIN_BAR_PX, readable)))
    return Extent(along, max(need for need, _ in least)), across


def _needs_px(
    texts: Sequence[Text], fold: Fold, sheet: Sheet, width_px: float
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """What shapes need along and across the flow for their labels, wrapped to this width: in good type and at least."""
    fonts_px = fold.font_px, min(fold.font_px, READABLE_FONT_PX)
    unique = set(texts)
    needs = {font: {text: sheet.turned(_needed_px(text, font, width_px)) for text in unique} for font in set(fonts_px)}
    wanted, least = ([needs[font][text] for text in texts] for font in fonts_px)
    return wanted, least


def _needed_px(text: Text, font_px: float, width_px: float) -> tuple[float, float]:
    """Width and height of the shape that a label needs, wrapped to a shape of this width."""
    width, height = text_size_px(text.label, font_px, width_px * text.share - PADDING_PX)
    return (width + PADDING_PX) / text.share, (height + PADDING_PX) / text.share


def _diagram(
    structure: Structure, style: Style, shapes: Sequence[ShapeName], labels: Sequence[str], boxes: Sequence[Box]
) -> Diagram:
    sheet, palette = Sheet(style.direction), PALETTE[style.palette]
    targets: list[dict[int, None]] = [{} for _ in structure.elements]
    for source, target in structure.edges:
        targets[source][target] = None
    nodes = []
    for number, (element, box) in enumerate(zip(structure.elements, boxes, strict=True)):
        x, y = sheet.turned((box.along, box.across))
        width, height = sheet.turned((2 * box.half_along, 2 * box.half_across))
        nodes.append(
            Node(
                number=number,
                x=round(MARGIN_PX + x),
                y=round(MARGIN_PX + y),
                shape=shapes[number],
                width=max(1, int(width)),
                height=max(1, int(height)),
                line="solid arrow",
                fill=palette.fills[element.kind],
                stroke=palette.stroke,
                targets=tuple(targets[number]),
                label=labels[number],
            )
        )
    return Diagram(tuple(nodes))
