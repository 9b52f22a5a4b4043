"""Candidates in, ranked candidates out: readability and the user's expected rating, after the hard checks."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from diagram_core import geometry
from diagram_core.diagram import Diagram
from diagram_core.ratings import short_id
from diagram_core.structure import Structure
from diagram_core.wording import kept_words

if TYPE_CHECKING:
    from diagram_core.models.neighbors import Expected, RatedNeighbor

TOLD_NEIGHBORS = 3  # ratings that an explanation names; more say little more
_NATS_A_WORD = 2.0  # of log-probability, which one more of the prompt's words outweighs; chosen on validation prompts
_SCORE_DIGITS = 2  # as shown: what nobody sees is no reason to stand before another


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

    diagram: None where only an image is known, and where the text could not be read: then `fault` says why. structure:
    what the text says, where it says it apart from how it looks. mean_logprob: of a token, by the language model.
    body_logprob: of all that says what the diagram means. stopped: the text ended by itself, not at a limit.
    """

    diagram: Diagram | None = None
    structure: Structure | None = None
    fault: str = ""
    mean_logprob: float = 0.0
    body_logprob: float = 0.0
    stopped: bool = True


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate in its place.

    index: where it was among the candidates. readability, expected_rating and score: 0..5. uncertainty: one standard
    deviation of the expected rating. neighbors: the ratings that decided that, those that moved it most first.
    problems: the hard checks that it fails, in words. recommended: among the first that were asked for, and without
    problems. mean_logprob: of a token, by the language model.
    """

    index: int
    readability: float
    expected_rating: float
    uncertainty: float
    score: float
    neighbors: tuple[RatedNeighbor, ...]
    problems: tuple[str, ...]
    recommended: bool
    mean_logprob: float = 0.0


def rank(
    entries: Sequence[Entry],
    readability: NDArray[np.float32],
    expected: Expected,
    settings: RankSettings,
    recommend: int,
    prompt: str = "",
) -> list[Ranked]:
    """The candidates, best first; those that fail a hard check come last, whatever their score.

    One of the hard checks needs other candidates: how likely the language model finds what a candidate says, and how
    many of the prompt's numbers and names it keeps, together speak for none of them more. Candidates that say the same
    in other words count as the likeliest of them. Another one: that none is drawn exactly as one before it.

    readability [n] and expected (of n) are in the order of the n entries. Scores that are equal in two decimals are
    told apart by the language model's mean log-probability, then by their order.
    """
    weight = settings.readability_weight
    scores = weight * readability + (1 - weight) * expected.ratings
    doubts = _doubts(entries, prompt)
    problems = [(*problems_of(entry, settings), *doubt) for entry, doubt in zip(entries, doubts, strict=True)]

    def place(index: int) -> tuple[bool, float, float]:
        return bool(problems[index]), -_shown(scores[index]), -entries[index].mean_logprob

    for index in _repeats(entries, sorted(range(len(entries)), key=place)):
        problems[index] += ("it is drawn exactly as one before it",)
    return [
        Ranked(
            index=index,
            readability=float(readability[index]),
            expected_rating=float(expected.ratings[index]),
            uncertainty=float(expected.uncertainties[index]),
            score=float(scores[index]),
            neighbors=expected.neighbors[index],
            problems=problems[index],
            recommended=number < recommend and not problems[index],
            mean_logprob=entries[index].mean_logprob,
        )
        for number, index in enumerate(sorted(range(len(entries)), key=place))
    ]


def problems_of(entry: Entry, settings: RankSettings) -> tuple[str, ...]:
    """The hard checks that a candidate fails, in words. What is known by its image alone passes."""
    if entry.fault:
        return (entry.fault,)
    if entry.diagram is None:
        return ()
    cut = () if entry.stopped else ("it was cut at the limit of its length or time",)
    measured = geometry.measure(entry.diagram)
    return cut + geometry.problems(measured, settings.max_overlap_share, settings.max_off_canvas_share)


def _repeats(entries: Sequence[Entry], order: Sequence[int]) -> Iterator[int]:
    """Those that are drawn as one that stands before them in this order."""
    drawn: set[Diagram] = set()
    for index in order:
        diagram = entries[index].diagram
        if diagram in drawn:
            yield index
        elif diagram is not None:
            drawn.add(diagram)


def _doubts(entries: Sequence[Entry], prompt: str) -> list[tuple[str, ...]]:
    """What speaks against each candidate: that another is likelier or keeps more of the prompt, and outweighs it."""
    likelihoods = _likelihoods(entries)
    kept = [kept_words(entry.structure, prompt) if entry.structure and prompt else 0 for entry in entries]
    support = [likelihood + _NATS_A_WORD * words for likelihood, words in zip(likelihoods, kept, strict=True)]
    best = max(range(len(entries)), key=support.__getitem__, default=0)
    doubts: list[tuple[str, ...]] = []
    for entry, own, likelihood, words in zip(entries, support, likelihoods, kept, strict=True):
        reasons = []
        if entry.structure and own < support[best]:
            if likelihood < likelihoods[best]:
                reasons.append("the language model was surer of what another says")
            if words < kept[best]:
                reasons.append("another keeps more of the prompt's numbers and names, or adds fewer")
        doubts.append(tuple(reasons))
    return doubts


def _likelihoods(entries: Sequence[Entry]) -> list[float]:
    """How likely what each says is: as the likeliest whole text that says the same, names aside as in scoring."""
    said = [
        None if (s := entry.structure) is None else (s.kind, tuple((e.kind, e.size) for e in s.elements), s.edges)
        for entry in entries
    ]
    likeliest: dict[Hashable, float] = {}
    for one, entry in zip(said, entries, strict=True):
        likeliest[one] = max(likeliest.get(one, -math.inf), entry.body_logprob if entry.stopped else -math.inf)
    return [-math.inf if one is None else likeliest[one] for one in said]


def explain(ranking: Sequence[Ranked], readability_weight: float) -> list[tuple[str, ...]]:
    """For each candidate of a ranking, in sentences, why it stands where it does."""
    return [
        (_place_reason(ranking, place), _score_reason(ranked, readability_weight), *_rating_reasons(ranked))
        for place, ranked in enumerate(ranking)
    ]


def _place_reason(ranking: Sequence[Ranked], place: int) -> str:
    ranked = ranking[place]
    if ranked.problems:
        return f"it stands after all that pass the hard checks: {'; '.join(ranked.problems)}"
    before = ranking[place - 1] if place else None
    if before is None:
        return "it passes the hard checks, and of those that do it scores highest"
    behind = _shown(before.score) - _shown(ranked.score)
    if behind > 0:
        return f"it passes the hard checks, and scores {behind:.2f} less than {place}"
    if before.mean_logprob > ranked.mean_logprob:
        surer = f"{before.mean_logprob:.3f} a token, {ranked.mean_logprob:.3f} here"
        return f"it passes the hard checks, and scores as {place} does, of which the language model was surer ({surer})"
    return f"it passes the hard checks, and scores as {place} does, which came first"


def _score_reason(ranked: Ranked, weight: float) -> str:
    parts = f"{weight:g} x readability {ranked.readability:.2f} + {1 - weight:g} x expected rating"
    return f"score {ranked.score:.2f} = {parts} {ranked.expected_rating:.2f} ± {ranked.uncertainty:.1f}"


def _rating_reasons(ranked: Ranked) -> list[str]:
    """What moved the expected rating away from the readability: this user's ratings, and the others'."""
    if not ranked.neighbors:
        return ["expected rating: as its readability, because nobody has rated anything like it yet"]
    own = [neighbor for neighbor in ranked.neighbors if neighbor.is_own]
    others = [neighbor for neighbor in ranked.neighbors if not neighbor.is_own]
    reasons = [f"expected rating: from readability {ranked.readability:.2f}"]
    for whose, neighbors in (("your own", own), ("other people's", others)):
        if neighbors:
            told = ", ".join(_told(neighbor) for neighbor in neighbors[:TOLD_NEIGHBORS])
            moved = sum(neighbor.moved for neighbor in neighbors)
            reasons.append(f"{moved:+.2f} by {whose} ratings of {len(neighbors)} drawings alike, above all {told}")
    return reasons


def _told(neighbor: RatedNeighbor) -> str:
    return f"{short_id(neighbor.diagram_id)} rated {neighbor.score:g} ({neighbor.moved:+.2f})"


def _shown(score: float) -> float:
    return round(float(score), _SCORE_DIGITS)
