"""Candidates in, ranked candidates out: readability and the user's expected rating, after the hard checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from diagram_core import geometry
from diagram_core.diagram import Diagram

if TYPE_CHECKING:
    from diagram_core.models.neighbors import Expected


class RankSettings(Protocol):
    """What a profile says of the ranking. Shares are 0..1."""

    @property
    def readability_weight(self) -> float:
        """Of the score; the rest is the expected rating's."""

    @property
    def max_overlap_share(self) -> float:
        """Of the smaller of two shapes that lies under the other: more is a fault."""

    @property
    def max_off_canvas_share(self) -> float:
        """Of the shapes that reach beyond the canvas: more is a fault."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A candidate as the ranking sees it.

    diagram: None where only an image is known, and where the text could not be read: then `fault` says why.
    """

    diagram: Diagram | None = None
    fault: str = ""
    mean_logprob: float = 0.0  # of a token, by the language model


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate in its place.

    index: where it was among the candidates. readability, expected_rating and score: 0..5. uncertainty: one standard
    deviation of the expected rating. neighbor_ids: the rated diagrams that decided it, nearest first. problems: the
    hard checks that it fails, in words. recommended: among the first that were asked for, and without problems.
    """

    index: int
    readability: float
    expected_rating: float
    uncertainty: float
    score: float
    neighbor_ids: tuple[str, ...]
    problems: tuple[str, ...]
    recommended: bool


def rank(
    entries: Sequence[Entry],
    readability: NDArray[np.float32],
    expected: Expected,
    settings: RankSettings,
    recommend: int,
) -> list[Ranked]:
    """The candidates, best first; those that fail a hard check come last, whatever their score.

    readability [n] and expected (of n) are in the order of the n entries. Equal scores are told apart by the language
    model's mean log-probability, then by their order.
    """
    weight = settings.readability_weight
    scores = weight * readability + (1 - weight) * expected.ratings
    problems = [problems_of(entry, settings) for entry in entries]

    def place(index: int) -> tuple[bool, float, float]:
        return bool(problems[index]), -float(scores[index]), -entries[index].mean_logprob

    return [
        Ranked(
            index=index,
            readability=float(readability[index]),
            expected_rating=float(expected.ratings[index]),
            uncertainty=float(expected.uncertainties[index]),
            score=float(scores[index]),
            neighbor_ids=expected.neighbor_ids[index],
            problems=problems[index],
            recommended=number < recommend and not problems[index],
        )
        for number, index in enumerate(sorted(range(len(entries)), key=place))
    ]


def problems_of(entry: Entry, settings: RankSettings) -> tuple[str, ...]:
    """The hard checks that a candidate fails, in words. What is known by its image alone passes."""
    if entry.fault:
        return (entry.fault,)
    if entry.diagram is None:
        return ()
    return geometry.problems(geometry.measure(entry.diagram), settings.max_overlap_share, settings.max_off_canvas_share)
