"""How well each measure of geometry agrees with people, on the rated answers in the folder that DIAGRAM_DATA names.

Spearman's rank correlation with the human score, with a 95 % interval (percentile bootstrap over answers).
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

import benchmarks
from diagram_core.errors import InputError
from diagram_core.files import read_rows
from diagram_core.geometry import measure as measure_geometry
from diagram_core.notation.listing import read_list

RATED_ANSWERS = "model_answers_rated.jsonl.gz"
RESAMPLES = 2000
SEED = 1


def measure() -> dict[str, float]:
    """For each measure its correlation and the ends of the interval; 0 for one that is the same for all answers.

    Raises InputError where there is no folder of real data.
    """
    folder = os.environ.get("DIAGRAM_DATA")
    if not folder:
        raise InputError("DIAGRAM_DATA is not set: let it name the folder of real data")
    rows = read_rows(Path(folder) / RATED_ANSWERS)
    diagrams = [read_list(row["answer"]).diagram for row in rows]
    people = np.array([row["readability"] for row in rows], np.float64)
    values = [asdict(measure_geometry(diagram)) for diagram in diagrams]
    columns = {name: np.array([row[name] for row in values], np.float64) for name in values[0]}
    drawn = np.random.default_rng(SEED).integers(0, len(rows), (RESAMPLES, len(rows)))
    figures: dict[str, float] = {"answers": float(len(rows))}
    for name, column in columns.items():
        low, high = np.quantile(_spearman(column[drawn], people[drawn]), [0.025, 0.975])
        figures |= {name: float(_spearman(column, people)), f"{name}_low": float(low), f"{name}_high": float(high)}
    return figures


def _spearman(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank correlation along the last axis, ties at their mean rank; 0 where one side does not vary."""
    ranks_a, ranks_b = (rankdata(x, axis=-1) for x in (a, b))
    ranks_a -= ranks_a.mean(-1, keepdims=True)
    ranks_b -= ranks_b.mean(-1, keepdims=True)
    spread = np.sqrt((ranks_a**2).sum(-1) * (ranks_b**2).sum(-1))
    return np.asarray((ranks_a * ranks_b).sum(-1) / np.where(spread == 0, 1, spread))


if __name__ == "__main__":
    benchmarks.main("Agreement with people", measure)
