"""The ranking: half and half by weight, hard checks first, ties by the language model."""

from __future__ import annotations

import numpy as np
import pytest

from diagram_core.diagram import Diagram, Node
from diagram_core.models.neighbors import Expected
from diagram_core.recommend import Entry, Ranked, rank
from tasks.config import RecommendConfig

SETTINGS = RecommendConfig()


def box(number: int, x: int, y: int = 300) -> Node:
    return Node(number, x, y, "rectangle", 100, 60, "solid line", (255, 255, 255), (0, 0, 0))


GOOD = Entry(Diagram((box(0, 200), box(1, 400))))
OVERLAPPING = Entry(Diagram((box(0, 200), box(1, 240))))
OUTSIDE = Entry(Diagram((box(0, 980),)))


def ranked(entries: list[Entry], readability: list[float], ratings: list[float], recommend: int = 2) -> list[Ranked]:
    count = len(entries)
    expected = Expected(
        np.array(ratings, np.float32), np.full(count, 0.5, np.float32), [(f"rated {i}",) for i in range(count)]
    )
    return rank(entries, np.array(readability, np.float32), expected, SETTINGS, recommend)


def test_readability_and_taste_count_half_each() -> None:
    places = ranked([GOOD, GOOD, GOOD], [5, 4, 1], [1, 4, 5])
    assert [place.index for place in places] == [1, 0, 2]
    assert places[0] == Ranked(1, 4.0, 4.0, 0.5, 4.0, ("rated 1",), (), True)
    assert [place.recommended for place in places] == [True, True, False]


def test_the_weight_is_the_profiles() -> None:
    expected = Expected(np.array([0, 5], np.float32), np.zeros(2, np.float32), [(), ()])
    taste_alone = RecommendConfig(readability_weight=0)
    assert rank([GOOD, GOOD], np.array([5, 4], np.float32), expected, taste_alone, 1)[0].index == 1


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (OVERLAPPING, "overlap"),
        (OUTSIDE, "canvas"),
        (Entry(Diagram(())), "nothing"),
        (Entry(fault="line 3 cannot be read"), "line 3"),
    ],
)
def test_what_fails_a_hard_check_comes_last_and_is_never_recommended(entry: Entry, words: str) -> None:
    places = ranked([entry, GOOD], [5, 1], [5, 1], recommend=2)
    assert [place.index for place in places] == [1, 0]
    assert [place.recommended for place in places] == [True, False]
    assert words in places[1].problems[0]


def test_a_tolerated_overlap_passes() -> None:
    slight = Entry(Diagram((box(0, 200), box(1, 299))))
    expected = Expected(np.ones(1, np.float32), np.ones(1, np.float32), [()])
    generous = RecommendConfig(max_overlap_share=0.02)
    assert rank([slight], np.ones(1, np.float32), expected, generous, 1)[0].problems == ()
    assert rank([slight], np.ones(1, np.float32), expected, RecommendConfig(max_overlap_share=0.005), 1)[0].problems


def test_equal_scores_are_told_apart_by_the_language_model_then_by_order() -> None:
    entries = [Entry(GOOD.diagram, mean_logprob=value) for value in (-0.5, -0.1, -0.5)]
    assert [place.index for place in ranked(entries, [3, 3, 3], [3, 3, 3])] == [1, 0, 2]


def test_an_image_alone_has_no_hard_checks() -> None:
    assert ranked([Entry()], [3], [3])[0].problems == ()


def test_no_candidates_no_ranking() -> None:
    assert ranked([], [], []) == []
