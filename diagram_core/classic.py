"""The classic drawing: black borders and hairlines, as in the drawings that people have rated.

Measured from such drawings: edges lie under the nodes, run from the source's centre to 4 px before the target's border
and aim at the middle of a rectangle's nearer side; heads are 10 px long, or 5 % of a long edge.
"""

from __future__ import annotations

from math import copysign, hypot

import cv2
import numpy as np
from numpy.typing import NDArray

from diagram_core.diagram import Color, Diagram, Node

EDGE_PX = 1
GAP_PX = 4
BORDER_PX = 3
ROUND_BORDER_PX = 2  # of round rectangles: a larger black one under a smaller filled one
RADIUS_SHARE = 0.1  # of a round rectangle's longer side, but never more than half the shorter
HEAD_PX, HEAD_SHARE = 10, 0.05
DASH_PX = 10
BLACK: Color = (0, 0, 0)

Image = NDArray[np.uint8]
_Point = tuple[int, int]


def paint_classic(image: Image, diagram: Diagram, scale: float) -> None:
    """Draw a diagram onto an RGB image of the canvas' size times scale. No labels: those drawings had none."""
    for source, target in diagram.edges():
        _paint_edge(image, diagram.nodes[source], diagram.nodes[target], scale)
    for node in diagram.nodes:
        _paint_node(image, node, scale)


def _px(length: float, scale: float) -> int:
    return max(1, round(length * scale))


def _paint_edge(image: Image, source: Node, target: Node, scale: float) -> None:
    start = (int(source.x * scale), int(source.y * scale))
    x, y = _end(source, target)
    end = (int(x * scale), int(y * scale))
    length = hypot(end[0] - start[0], end[1] - start[1])
    if not length:
        return
    width = _px(EDGE_PX, scale)
    if source.line == "solid arrow":
        head = max(HEAD_PX * scale / length, HEAD_SHARE)
        cv2.arrowedLine(image, start, end, source.stroke, width, cv2.LINE_AA, tipLength=head)
    elif source.line == "solid line":
        cv2.line(image, start, end, source.stroke, width, cv2.LINE_AA)
    else:
        for dash in _dashes(start, end, int(length / (DASH_PX * scale))):
            cv2.line(image, *dash, source.stroke, width, cv2.LINE_AA)


def _end(source: Node, target: Node) -> tuple[float, float]:
    dx, dy = target.x - source.x, target.y - source.y
    if target.shape == "circle":
        distance = hypot(dx, dy) or 1.0
        return (
            target.x - dx / distance * (target.width / 2 + GAP_PX),
            target.y - dy / distance * (target.height / 2 + GAP_PX),
        )
    if abs(dx) > abs(dy):
        return target.x - copysign(target.width / 2 + GAP_PX, dx), target.y
    return target.x, target.y - copysign(target.height / 2 + GAP_PX, dy)


def _dashes(start: _Point, end: _Point, count: int) -> list[tuple[_Point, _Point]]:
    points = [
        (int(start[0] + (end[0] - start[0]) * i / count), int(start[1] + (end[1] - start[1]) * i / count))
        for i in range(count)
    ]
    return list(zip(points[::2], [*points[1::2], end], strict=False))


def _paint_node(image: Image, node: Node, scale: float) -> None:
    center = (int(node.x * scale), int(node.y * scale))
    half = (int(node.width * scale) // 2, int(node.height * scale) // 2)
    if node.shape == "circle":
        cv2.ellipse(image, center, half, 0, 0, 360, BLACK, _px(BORDER_PX, scale), cv2.LINE_AA)
        cv2.ellipse(image, center, half, 0, 0, 360, node.fill, cv2.FILLED, cv2.LINE_AA)
        return
    low, high = (center[0] - half[0], center[1] - half[1]), (center[0] + half[0], center[1] + half[1])
    if node.shape == "rectangle":
        cv2.rectangle(image, low, high, BLACK, _px(BORDER_PX, scale))
        cv2.rectangle(image, low, high, node.fill, cv2.FILLED)
        return
    border = _px(ROUND_BORDER_PX, scale)
    radius = min(int(max(node.width, node.height) * scale * RADIUS_SHARE), *half)
    outer_low, outer_high = (low[0] - border, low[1] - border), (high[0] + border, high[1] + border)
    _paint_round_rectangle(image, outer_low, outer_high, radius + border, BLACK)
    _paint_round_rectangle(image, low, high, radius, node.fill)


def _paint_round_rectangle(image: Image, low: _Point, high: _Point, radius: int, color: Color) -> None:
    (left, top), (right, bottom) = low, high
    cv2.rectangle(image, (left + radius, top), (right - radius, bottom), color, cv2.FILLED)
    cv2.rectangle(image, (left, top + radius), (right, bottom - radius), color, cv2.FILLED)
    for x in (left + radius, right - radius):
        for y in (top + radius, bottom - radius):
            cv2.circle(image, (x, y), radius, color, cv2.FILLED, cv2.LINE_AA)
