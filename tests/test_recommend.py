"""The ranking: half and half by weight, hard checks first, ties by the language model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from diagram_core.diagram import Diagram, Node
from diagram_core.models.neighbors import Expected, RatedNeighbor
from diagram_core.notation.plan import read_plan
from diagram_core.recommend import Entry, Ranked, explain, rank
from tasks.config import RecommendConfig

SETTINGS = RecommendConfig()


def box(number: int, x: int, y: int = 300) -> Node:
    return Node(number, x, y, "rectangle", 100, 60, "solid line", (255, 255, 255), (0, 0, 0))


GOOD, FINE, FAIR = (Entry(Diagram((box(0, x), box(1, 400)))) for x in (200, 210, 220))
OVERLAPPING = Entry(Diagram((box(0, 200), box(1, 240))))
OUTSIDE = Entry(Diagram((box(0, 980),)))


def neighbors_of(index: int) -> tuple[RatedNeighbor, ...]:
    return RatedNeighbor(f"{index}own5678rest", 4.5, True, 0.75), RatedNeighbor(f"{index}other78rest", 1, False, -0.25)


def ranked(
    entries: list[Entry], readability: list[float], ratings: list[float], recommend: int = 2, prompt: str = ""
) -> list[Ranked]:
    count = len(entries)
    expected = Expected(
        np.array(ratings, np.float32), np.full(count, 0.5, np.float32), [neighbors_of(i) for i in range(count)]
    )
    return rank(entries, np.array(readability, np.float32), expected, SETTINGS, recommend, prompt)


def test_readability_and_taste_count_half_each() -> None:
    places = ranked([GOOD, FINE, FAIR], [5, 4, 1], [1, 4, 5])
    assert [place.index for place in places] == [1, 0, 2]
    assert places[0] == Ranked(1, 4.0, 4.0, 0.5, 4.0, neighbors_of(1), (), True)
    assert [place.recommended for place in places] == [True, True, False]


def test_the_weight_is_the_profiles() -> None:
    expected = Expected(np.array([0, 5], np.float32), np.zeros(2, np.float32), [(), ()])
    taste_alone = RecommendConfig(readability_weight=0)
    assert rank([GOOD, FINE], np.array([5, 4], np.float32), expected, taste_alone, 1)[0].index == 1


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (OVERLAPPING, "overlap"),
        (OUTSIDE, "canvas"),
        (Entry(Diagram(())), "nothing"),
        (Entry(fault="line 3 cannot be read"), "line 3"),
        (Entry(FINE.diagram, stopped=False), "cut at the limit"),
    ],
)
def test_what_fails_a_hard_check_comes_last_and_is_never_recommended(entry: Entry, words: str) -> None:
    places = ranked([entry, GOOD], [5, 1], [5, 1], recommend=2)
    assert [place.index for place in places] == [1, 0]
    assert [place.recommended for place in places] == [True, False]
    assert words in places[1].problems[0]


def test_of_those_that_are_drawn_alike_one_is_recommended() -> None:
    places = ranked([GOOD, GOOD, FINE], [4, 5, 3], [4, 5, 3], recommend=2)
    assert [place.index for place in places] == [1, 2, 0]
    assert [place.recommended for place in places] == [True, True, False]
    assert places[2].problems == ("it is drawn exactly as one before it",)


def test_a_tolerated_overlap_passes() -> None:
    slight = Entry(Diagram((box(0, 200), box(1, 299))))
    expected = Expected(np.ones(1, np.float32), np.ones(1, np.float32), [()])
    generous = RecommendConfig(max_overlap_share=0.02)
    assert rank([slight], np.ones(1, np.float32), expected, generous, 1)[0].problems == ()
    assert rank([slight], np.ones(1, np.float32), expected, RecommendConfig(max_overlap_share=0.005), 1)[0].problems


def test_equal_scores_are_told_apart_by_the_language_model_then_by_order() -> None:
    surely = zip((GOOD, FINE, FAIR), (-0.5, -0.1, -0.5), strict=True)
    entries = [Entry(entry.diagram, mean_logprob=value) for entry, value in surely]
    assert [place.index for place in ranked(entries, [3, 3, 3], [3, 3, 3])] == [1, 0, 2]
    assert [place.index for place in ranked(entries, [3.001, 3, 3.002], [3, 3, 3])] == [1, 0, 2]  # nobody sees that
    assert [place.index for place in ranked(entries, [3.1, 3, 3.2], [3, 3, 3])] == [2, 0, 1]


def test_an_image_alone_has_no_hard_checks() -> None:
    assert ranked([Entry()], [3], [3])[0].problems == ()


def test_no_candidates_no_ranking() -> None:
    assert ranked([], [], []) == []


def test_each_place_is_explained_by_what_it_scored_and_who_rated_alike() -> None:
    entries = [replace(GOOD, mean_logprob=-0.2), OVERLAPPING, replace(FINE, mean_logprob=-0.1), FAIR]
    first, second, third, last = explain(ranked(entries, [4, 5, 4, 3], [3, 5, 3, 3]), 0.5)
    assert "scores highest" in first[0]
    assert first[1] == "score 3.50 = 0.5 x readability 4.00 + 0.5 x expected rating 3.00 ± 0.5"
    assert "+0.75 by your own ratings of 1 drawings alike, above all 2own5678 rated 4.5 (+0.75)" in first[3]
    assert "-0.25 by other people's ratings of 1 drawings alike, above all 2other78 rated 1 (-0.25)" in first[4]
    assert "scores as 1 does" in second[0]
    assert "-0.100 a token, -0.200 here" in second[0]
    assert "scores 0.50 less than 2" in third[0]
    assert "overlap" in last[0]


def test_without_ratings_the_explanation_says_so() -> None:
    expected = Expected(np.ones(1, np.float32), np.ones(1, np.float32), [()])
    (reasons,) = explain(rank([GOOD], np.ones(1, np.float32), expected, SETTINGS, 1), 0.5)
    assert "nobody has rated" in reasons[-1]


def saying(body: str, logprob: float = -1, drawn: Entry = GOOD) -> Entry:
    structure = read_plan(f"network right sky soft full\n{body}").structure
    return replace(drawn, structure=structure, body_logprob=logprob)


def test_who_says_what_the_language_model_finds_less_likely_comes_last() -> None:
    entries = [saying("4 8 2", -3), saying("4 9 2", -2, FINE), saying("4 8 2", -1, FAIR)]
    places = ranked(entries, [3, 5, 3], [3, 5, 3], recommend=3)
    assert [place.index for place in places] == [0, 2, 1]  # the first says what the last says, less surely
    assert [place.recommended for place in places] == [True, True, False]
    assert places[2].problems == ("the language model was surer of what another says",)


def test_who_keeps_less_of_the_prompt_comes_last_even_where_it_is_likelier() -> None:
    entries = [saying("1 8 2"), saying("1 8 2", drawn=FINE), saying("4 8 2", -1.5, FAIR)]
    places = ranked(entries, [5, 5, 3], [5, 5, 3], recommend=3, prompt="a net of 4, 8 and 2")
    assert [place.index for place in places] == [2, 0, 1]
    assert [place.recommended for place in places] == [True, False, False]
    assert places[1].problems == ("another keeps more of the prompt's numbers and names, or adds fewer",)


def test_where_all_are_as_likely_none_is_doubted() -> None:
    places = ranked([saying("4 8 2"), saying("4 9 2", drawn=FINE), FAIR], [3, 5, 4], [3, 5, 4])
    assert [place.index for place in places] == [1, 2, 0]
    assert not any(place.problems for place in places)
