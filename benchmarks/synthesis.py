"""How fast examples are made, on one core: with their diagrams placed, and without."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import islice
from typing import TypeVar

import benchmarks
from diagram_core.geometry import measure as measure_geometry
from diagram_core.synthesis import examples
from diagram_core.synthesis.writers import to_row

T = TypeVar("T")

EXAMPLES = 1000
SEED = 1


def measure() -> dict[str, float]:
    """Samples a second of processor time, each step on top of the one before; milliseconds a step."""
    list(islice(examples(SEED, "validation"), 20))  # what is compiled or loaded at the first call
    made, making = _timed(lambda: list(islice(examples(SEED, "train"), EXAMPLES)))
    diagrams, placing = _timed(lambda: [example.diagram() for example in made])
    _, writing = _timed(lambda: [to_row(example) for example in made])
    _, measuring = _timed(lambda: [measure_geometry(diagram) for diagram in diagrams])
    return {
        "samples_per_second": EXAMPLES / making,
        "placed_samples_per_second": EXAMPLES / (making + placing),
        "rows_per_second": EXAMPLES / (making + writing),
        "make_ms": 1000 * making / EXAMPLES,
        "place_ms": 1000 * placing / EXAMPLES,
        "geometry_ms": 1000 * measuring / EXAMPLES,
        "mean_nodes": sum(len(diagram.nodes) for diagram in diagrams) / EXAMPLES,
    }


def _timed(work: Callable[[], list[T]]) -> tuple[list[T], float]:
    """What the work gives, and the seconds of processor time that it took."""
    started = time.process_time()
    result = work()
    return result, time.process_time() - started


if __name__ == "__main__":
    benchmarks.main("Synthesis", measure)
