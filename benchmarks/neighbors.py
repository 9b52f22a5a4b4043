"""The rater with 1, 1,000, 100,000 and 1,000,000 ratings by users with 20 each, on points clustered as drawings are.

For each number of ratings: build_seconds, from arrays to the answer to a first question; add_ms, to take one more
rating (median; add_ms_most is the slowest of 200); query_ms, five candidates for a user (median); first_query_ms, the
same for a user whose weighting is to be chosen by leaving one out; memory_mib of the process beyond the arrays it was
given.
recall: of the ten nearest points to 200 queries, the share that the index for many ratings finds among 1,000,000;
recall_uniform: the same among points that are noise, which drawings are not.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

import benchmarks
from diagram_core.models import nearest
from diagram_core.models.neighbors import fit
from tasks.config import NeighborsConfig

SIZES = (1, 1_000, 100_000, 1_000_000)
ASPECT_SIZES = (32, 4, 3, 3, 3, 3)  # of the taste space
RATINGS_OF_A_USER = 20
CANDIDATES = 5
ADDED, ASKED, FIRST_ASKED = 200, 100, 20
CLUSTERS, CLUSTER_SHARE = 1_500, 0.8  # of the variance lies between the clusters
SPECTRUM = 0.7  # the k-th direction of a space of codes spreads as k ** -0.7
RECALLED, RECALL_QUERIES = 10, 200
_MIB = 2**20

Floats = NDArray[np.float32]
Given = TypeVar("Given")
Measured = TypeVar("Measured")


def measure() -> dict[str, float]:
    """All figures of one run, each number of ratings in a process of its own."""
    measures: dict[str, float] = {}
    for size in SIZES:
        measures |= {f"{name}_{size}": value for name, value in _in_fresh_process(_measure_size, size).items()}
    measures["recall"] = _in_fresh_process(_recall, clustered)
    measures["recall_uniform"] = _in_fresh_process(_recall, uniform)
    return measures


def clustered(count: int, rng: np.random.Generator) -> Floats:
    """Points [count, 48] around CLUSTERS centres, of which each aspect has a variance of 1."""
    aspects = []
    for size in ASPECT_SIZES:
        spread = np.arange(1, size + 1) ** -SPECTRUM
        spread /= np.sqrt((spread**2).sum())
        centers = rng.normal(size=(CLUSTERS, size)) * spread * np.sqrt(CLUSTER_SHARE)
        around = rng.normal(size=(count, size)) * spread * np.sqrt(1 - CLUSTER_SHARE)
        aspects.append((centers[np.arange(count) % CLUSTERS] + around).astype(np.float32))
    return np.concatenate(aspects, axis=1)


def uniform(count: int, rng: np.random.Generator) -> Floats:
    """Points [count, 48] without any structure."""
    return rng.random((count, sum(ASPECT_SIZES)), np.float32)


def _in_fresh_process(function: Callable[[Given], Measured], given: Given) -> Measured:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, given).result()


def _measure_size(size: int) -> dict[str, float]:
    points = clustered(size + ADDED + CANDIDATES, np.random.default_rng(0))
    rated, added, candidates = points[:size], points[size : size + ADDED], points[-CANDIDATES:]
    scores = np.clip(2.5 + points[:, 0] * 2, 0, 5)
    users = [f"user {row // RATINGS_OF_A_USER}" for row in range(size)]
    ids = [f"{row:064x}" for row in range(size + ADDED)]
    fallback = np.full(CANDIDATES, 4.5, np.float32)
    memory_bytes = _resident_bytes()
    started = time.perf_counter()
    rater = fit(rated, scores[:size], users, ids[:size], NeighborsConfig().max_neighbors, ASPECT_SIZES)
    rater.expected_rating("user 0", candidates, fallback)
    build_seconds = time.perf_counter() - started
    memory_bytes = _resident_bytes() - memory_bytes
    query = _milliseconds(lambda _: rater.expected_rating("user 0", candidates, fallback), ASKED)
    first = _milliseconds(lambda i: rater.expected_rating(f"user {i + 1}", candidates, fallback), FIRST_ASKED)
    add = _milliseconds(
        lambda i: rater.add(f"user {i}", added[i], float(scores[size + i]), ids[size + i]),
        ADDED,
    )
    return {
        "build_seconds": build_seconds,
        "add_ms": median(add),
        "add_ms_most": max(add),
        "query_ms": median(query),
        "first_query_ms": median(first),
        "memory_mib": memory_bytes / _MIB,
    }


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def _milliseconds(call: Callable[[int], object], times: int) -> list[float]:
    measured = []
    for number in range(times):
        started = time.perf_counter()
        call(number)
        measured.append(1000 * (time.perf_counter() - started))
    return measured


def _recall(points_of: Callable[[int, np.random.Generator], Floats]) -> float:
    points = points_of(SIZES[-1] + RECALL_QUERIES, np.random.default_rng(1))
    known, queries = points[: SIZES[-1]], points[SIZES[-1] :]
    exact = nearest.ExactIndex(known).search(queries, RECALLED)
    found = nearest.InvertedFile(known).search(queries, RECALLED)
    return float(np.mean([len(set(a) & set(b)) / RECALLED for a, b in zip(exact, found, strict=True)]))


if __name__ == "__main__":
    benchmarks.main("Neighbors", measure)
