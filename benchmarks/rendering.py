"""How fast diagrams are drawn, without file encoding, over synthesised diagrams; beside programs that redraw.

median_ms, mean_ms: of one diagram in the default look, each drawn for the first time. classic_median_ms: in the look
that people rated. speedup_over_redraw: mean time a diagram of the plain OpenCV program below, which for each node read
draws all that has been read so far anew, over ours. classic_speedup_over_redraw: the same for drawings without
labels, where both paint the same pixels. Both grow with the number of nodes, of which median_nodes is the median.
large_speedup_over_redraw: of the tenth of the diagrams with the most nodes. batch_speedup: `draw_all` on all cores over
`draw` on one, without the start of its workers. Times of one core are CPU time: what else the machine does matters
little.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import islice
from statistics import mean, median

import cv2
import numpy as np

import benchmarks
from diagram_core.classic import paint_classic
from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, Color, Diagram, Node
from diagram_core.lettering import Image
from diagram_core.render import FEWEST_FOR_WORKERS, draw, draw_all
from diagram_core.synthesis import examples

DIAGRAMS = 200
BATCH = max(2 * DIAGRAMS, FEWEST_FOR_WORKERS)
INK: Color = (38, 42, 51)


def measure() -> dict[str, float]:
    """All figures of one run."""
    diagrams = [example.diagram() for example in islice(examples(1, "train"), DIAGRAMS)]
    ours, redrawn = _milliseconds_in_turns(diagrams, draw, redraw)
    classic, classic_redrawn = _milliseconds_in_turns(diagrams, _draw_classic, _redraw_classic)
    return {
        "median_ms": median(ours),
        "mean_ms": mean(ours),
        "classic_median_ms": median(classic),
        "redraw_mean_ms": mean(redrawn),
        "speedup_over_redraw": mean(redrawn) / mean(ours),
        "classic_speedup_over_redraw": mean(classic_redrawn) / mean(classic),
        "large_speedup_over_redraw": _of_largest(diagrams, redrawn) / _of_largest(diagrams, ours),
        "batch_speedup": _batch_speedup((diagrams * -(-BATCH // DIAGRAMS))[:BATCH]),
        "median_nodes": float(median(len(diagram.nodes) for diagram in diagrams)),
    }


def _milliseconds_in_turns(diagrams: Sequence[Diagram], *drawers: Callable[[Diagram], Image]) -> list[list[float]]:
    """CPU time of each drawer for each diagram, in turns, so that whatever else the machine does slows all."""
    taken: list[list[float]] = [[] for _ in drawers]
    for diagram in diagrams:
        for drawer, times in zip(drawers, taken, strict=True):
            started = time.process_time()
            drawer(diagram)
            times.append((time.process_time() - started) * 1000)
    return taken


def _of_largest(diagrams: Sequence[Diagram], milliseconds: Sequence[float]) -> float:
    """The sum over the tenth of the diagrams with the most nodes."""
    by_nodes = sorted(range(len(diagrams)), key=lambda i: len(diagrams[i].nodes))
    return sum(milliseconds[i] for i in by_nodes[-len(diagrams) // 10 :])


def _batch_speedup(diagrams: Sequence[Diagram]) -> float:
    draw_all(diagrams)  # starts the workers
    started = time.perf_counter()
    for diagram in diagrams:
        draw(diagram)
    one = time.perf_counter() - started
    started = time.perf_counter()
    draw_all(diagrams)
    return one / (time.perf_counter() - started)


# The program that redraws: what one writes without a second thought. It shows the same shapes, lines, heads and labels.


def redraw(diagram: Diagram) -> Image:
    """For each node that is read, draw all nodes read so far, with their lines and labels, anew."""
    image = _white()
    for count in range(1, len(diagram.nodes) + 1):
        image = _white()
        _draw_plainly(image, diagram.nodes[:count])
    return image


def _draw_classic(diagram: Diagram) -> Image:
    return draw(diagram, classic=True)


def _redraw_classic(diagram: Diagram) -> Image:
    """As the earlier system did: over and over onto the same image."""
    image = _white()
    for count in range(1, len(diagram.nodes) + 1):
        paint_classic(image, Diagram(diagram.nodes[:count]), 1.0)
    return image


def _white() -> Image:
    return np.full((CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, 3), 255, np.uint8)


def _draw_plainly(image: Image, nodes: Sequence[Node]) -> None:
    by_number = {node.number: node for node in nodes}
    for node in nodes:
        for target in node.targets:
            if target in by_number:
                end = by_number[target]
                cv2.arrowedLine(image, (node.x, node.y), (end.x, end.y), node.stroke, 1, cv2.LINE_AA, tipLength=0.05)
    for node in nodes:
        half = (node.width // 2, node.height // 2)
        low, high = (node.x - half[0], node.y - half[1]), (node.x + half[0], node.y + half[1])
        if node.shape == "circle":
            cv2.ellipse(image, (node.x, node.y), half, 0, 0, 360, node.fill, cv2.FILLED, cv2.LINE_AA)
            cv2.ellipse(image, (node.x, node.y), half, 0, 0, 360, INK, 1, cv2.LINE_AA)
        else:
            cv2.rectangle(image, low, high, node.fill, cv2.FILLED, cv2.LINE_AA)
            cv2.rectangle(image, low, high, INK, 1, cv2.LINE_AA)
        _label_plainly(image, node)


def _label_plainly(image: Image, node: Node) -> None:
    """The largest size of 17 to 10 pixels at which the label, wrapped between words, fits the shape."""
    font = cv2.FontFace("sans")

    def width(line: str, size: int) -> int:
        return int(cv2.getTextSize((0, 0), line, (0, 0), font, size, 400)[2])

    for size in range(17, 9, -1):
        lines = [""]
        for word in node.label.replace("\n", " ").split():
            longer = f"{lines[-1]} {word}".strip()
            if width(longer, size) <= node.width - 8:
                lines[-1] = longer
            else:
                lines.append(word)
        if len(lines) * size * 1.25 <= node.height - 8:
            break
    for i, line in enumerate(lines):
        x = node.x - width(line, size) // 2
        y = node.y + round((i - (len(lines) - 1) / 2) * size * 1.25 + size * 0.37)
        cv2.putText(image, line, (x, y), INK, font, size, 400)


if __name__ == "__main__":
    benchmarks.main("Rendering", measure)
