"""The k-NN rater: follows a user's taste, falls back smoothly where it knows little, and takes ratings one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from diagram_core.errors import InputError
from diagram_core.models import nearest
from diagram_core.models.neighbors import (
    NAMES_FILE,
    TENSORS_FILE,
    Expected,
    Floats,
    NeighborRater,
    Weighting,
    choose_weighting,
    fit,
    load,
    save,
)

CENTERS = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, -1.0]], np.float32)


def near(kinds: list[int], seed: int = 0) -> Floats:
    """Points around the centres of those kinds."""
    noise = np.random.default_rng(seed).normal(0, 0.05, (len(kinds), 2))
    return (CENTERS[kinds] + noise).astype(np.float32)


def rater(users: dict[str, list[tuple[int, float]]]) -> NeighborRater:
    """Users with (kind of diagram, score)."""
    rows = [(user, kind, score) for user, ratings in users.items() for kind, score in ratings]
    latents = near([kind for _, kind, _ in rows], seed=1) if rows else np.zeros((0, 2), np.float32)
    ids = [f"d{i}" for i in range(len(rows))]
    return fit(latents, [score for _, _, score in rows], [user for user, _, _ in rows], ids, max_neighbors=5)


DEFAULT = Weighting(40, 1.0, 0.15)


def neutral(count: int) -> Floats:
    return np.full(count, 2.5, np.float32)


def test_it_follows_the_users_own_taste() -> None:
    tastes = {"ada": [(0, 5.0), (1, 0.0)] * 4, "bob": [(0, 0.0), (1, 5.0)] * 4}
    expected = rater(tastes).expected_rating("ada", near([0, 1]), neutral(2))
    assert expected.ratings[0] > 4 > 1 > expected.ratings[1]
    own = {f"d{i}" for i in range(8)}
    deciding = expected.neighbors[0][0]
    assert deciding.diagram_id in own
    assert (deciding.is_own, deciding.score) == (True, 5.0)


def test_without_ratings_it_says_what_it_was_told() -> None:
    fallback = np.array([1.0, 4.5], np.float32)
    ratings, uncertainties, neighbors = rater({}).expected_rating("ada", near([0, 1]), fallback)
    np.testing.assert_allclose(ratings, fallback)
    np.testing.assert_allclose(uncertainties, 5 / np.sqrt(12), rtol=1e-6)
    assert neighbors == [(), ()]


def test_what_is_asked_about_beside_a_drawing_does_not_matter() -> None:
    known = rater({"ada": [(0, 4.0), (1, 4.0), (2, 1.0)], "bob": [(0, 2.0)]})
    readability = np.array([2.0, 5.0, 0.0], np.float32)
    together = known.expected_rating("ada", near([0, 1, 2]), readability)
    alone = [known.expected_rating("ada", near([0, 1, 2])[i : i + 1], readability[i : i + 1]) for i in range(3)]
    np.testing.assert_allclose(together.ratings, [expected.ratings[0] for expected in alone], rtol=1e-5)


def test_a_new_user_gets_what_all_others_say() -> None:
    others = {f"user {i}": [(0, 5.0), (1, 1.0)] for i in range(6)}
    ratings = rater(others).expected_rating("nobody", near([0, 1]), neutral(2)).ratings
    assert ratings[0] > 4
    assert ratings[1] < 2


def test_each_rating_moves_the_expectation_further_from_the_others_opinion() -> None:
    others = {f"user {i}": [(0, 5.0)] for i in range(6)}
    guesses = [
        rater(others | {"ada": [(0, 0.0)] * count}).expected_rating("ada", near([0]), neutral(1)).ratings[0]
        for count in range(5)
    ]
    assert guesses == sorted(guesses, reverse=True)
    assert len(set(guesses)) == 5


def test_more_ratings_nearby_mean_less_uncertainty_and_contradictions_more() -> None:
    def uncertainty(ratings: list[tuple[int, float]], kind: int = 0) -> float:
        return float(rater({"ada": ratings}).expected_rating("ada", near([kind]), neutral(1)).uncertainties[0])

    assert uncertainty([]) > uncertainty([(0, 4.0)]) > uncertainty([(0, 4.0)] * 5)
    assert uncertainty([(0, 4.0)] * 5, kind=2) > uncertainty([(0, 4.0)] * 5)
    assert uncertainty([(0, 0.0), (0, 5.0)] * 2) > uncertainty([(0, 2.5)] * 4)


def test_what_is_unlike_all_of_many_ratings_is_rated_like_their_mean() -> None:
    latents = np.random.default_rng(0).normal(0, 9, (20, 2)).astype(np.float32)
    strict = fit(latents, [1.0] * 20, ["ada"] * 20, [f"d{i}" for i in range(20)], 40)
    assert strict.expected_rating("ada", CENTERS[2:] * 50, np.full(1, 5.0, np.float32)).ratings[0] < 1.5


def test_what_moved_an_expectation_adds_up_to_it() -> None:
    tastes = {"ada": [(0, 4.0), (1, 3.0)] * 3, "bob": [(0, 2.0), (1, 3.5)] * 3}
    fallback = np.array([3.0, 2.0], np.float32)
    expected = rater(tastes).expected_rating("ada", near([0, 1]), fallback)
    for start, rating, neighbors in zip(fallback, expected.ratings, expected.neighbors, strict=True):
        assert start + sum(neighbor.moved for neighbor in neighbors) == pytest.approx(rating, abs=1e-5)
        assert {neighbor.is_own for neighbor in neighbors} == {True, False}


def test_leaving_one_out_chooses_a_short_reach_for_a_sharp_taste_and_the_default_for_whims() -> None:
    rng = np.random.default_rng(3)
    latents = rng.normal(size=(80, 1)).astype(np.float32)
    sharp = 2 * np.sign(np.sin(5 * latents[:, 0].astype(np.float64)))
    assert choose_weighting(latents, sharp, 40, (1,))[0].reach < DEFAULT.reach
    assert choose_weighting(latents, rng.normal(size=80), 40, (1,))[0].whim >= DEFAULT.whim
    assert choose_weighting(latents[:11], sharp[:11], 40, (1,))[0] == DEFAULT  # too few to tell


def test_likeness_in_one_aspect_counts_whatever_the_others_say() -> None:
    """Who likes one palette likes it on drawings of any form: the mean over the aspects is what carries that."""
    rng = np.random.default_rng(0)
    forms, palettes = rng.normal(size=(24, 1)), np.where(np.arange(24) % 2, 1.0, -1.0)[:, None]
    latents = np.hstack([forms, palettes]).astype(np.float32)
    scores = np.where(palettes[:, 0] > 0, 5.0, 1.0)
    rated = fit(latents, scores, ["ada"] * 24, [f"d{i}" for i in range(24)], 40, (1, 1))
    far = np.array([[4.0, 1.0], [4.0, -1.0]], np.float32)
    liked, disliked = rated.expected_rating("ada", far, neutral(2)).ratings
    assert liked > disliked + 1


def test_aspects_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="aspects"):
        fit(near([0]), [3.0], ["ada"], ["d0"], 5, (1, 2))


def same(a: Expected, b: Expected) -> None:
    np.testing.assert_allclose(a.ratings, b.ratings, rtol=1e-5)
    np.testing.assert_allclose(a.uncertainties, b.uncertainties, rtol=1e-5)


def test_ratings_added_one_by_one_count_like_those_known_from_the_start() -> None:
    users = {"ada": [(0, 5.0), (1, 1.0)] * 6, "bob": [(0, 2.0)] * 60, "cyd": [(2, 4.0)]}
    whole = rater(users)
    grown = fit(whole.latents[:3], whole.scores[:3], whole.users[:3], whole.diagram_ids[:3], 5)
    for row in range(3, len(whole.users)):
        grown.expected_rating(whole.users[row], near([0]), neutral(1))  # what it remembers must not outlive a rating
        grown.add(whole.users[row], whole.latents[row], float(whole.scores[row]), whole.diagram_ids[row])
    np.testing.assert_array_equal(grown.latents, whole.latents)
    for user in users:
        queries = near([0, 1, 2])
        same(grown.expected_rating(user, queries, neutral(3)), whole.expected_rating(user, queries, neutral(3)))


def test_a_new_rating_of_the_same_diagram_takes_the_place_of_the_old_one() -> None:
    rated = rater({"ada": [(0, 0.0), (1, 3.0)]})
    rated.add("ada", rated.latents[0], 5.0, "d0")
    assert (len(rated.users), list(rated.scores)) == (2, [5.0, 3.0])
    assert rated.expected_rating("ada", near([0]), neutral(1)).ratings[0] > 3


def test_an_inverted_file_finds_what_the_exact_index_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    points = (rng.normal(size=(40, 8))[rng.integers(40, size=4000)] + rng.normal(0, 0.2, (4000, 8))).astype(np.float32)
    users = [f"user {i % 50}" for i in range(4000)]
    ids = [f"d{i}" for i in range(4000)]
    scores = 2.5 + np.clip(points[:, 0], -2.5, 2.5)
    queries, neutrals = points[:20] + np.float32(0.01), neutral(20)
    exact = fit(points, scores, users, ids, 20).expected_rating("user 3", queries, neutrals)
    monkeypatch.setattr(nearest, "EXACT_MAX", 1000)
    approximate = fit(points[:3900], scores[:3900], users[:3900], ids[:3900], 20)
    approximate.expected_rating("user 3", queries, neutrals)  # builds the index, which then takes the rest
    for row in range(3900, 4000):
        approximate.add(users[row], points[row], float(scores[row]), ids[row])
    same(exact, approximate.expected_rating("user 3", queries, neutrals))
    assert isinstance(nearest.build(points), nearest.InvertedFile)


def test_an_inverted_file_is_made_anew_when_it_has_doubled() -> None:
    points = np.random.default_rng(0).normal(size=(300, 4)).astype(np.float32)
    index = nearest.InvertedFile(points)
    assert all(index.add(point) for point in points)
    assert not index.add(points[0])


def test_ratings_stay_within_the_scale() -> None:
    expected = rater({"ada": [(0, 5.0)] * 9}).expected_rating("ada", near([0, 1, 2]), np.full(3, 5.0, np.float32))
    assert expected.ratings.max() <= 5
    assert expected.ratings.min() >= 0


def test_no_diagrams_no_ratings() -> None:
    expected = rater({"ada": [(0, 5.0)]}).expected_rating("ada", np.zeros((0, 2), np.float32), neutral(0))
    assert expected.ratings.shape == expected.uncertainties.shape == (0,)


@pytest.mark.parametrize("users", [{}, {"ada": [(0, 5.0), (1, 0.5)], "bøb": [(2, 3.0)]}])
def test_it_comes_back_from_its_files_as_it_was(tmp_path: Path, users: dict[str, list[tuple[int, float]]]) -> None:
    before = rater(users)
    save(before, tmp_path)
    after = load(tmp_path)
    queries = near([0, 1, 2])
    same(before.expected_rating("ada", queries, neutral(3)), after.expected_rating("ada", queries, neutral(3)))
    assert before.aspect_sizes == after.aspect_sizes


def test_files_that_cannot_be_used_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        load(tmp_path)
    save(rater({"ada": [(0, 5.0)]}), tmp_path)
    (tmp_path / TENSORS_FILE).write_bytes(b"cut off")
    with pytest.raises(InputError, match="neighbors stage"):
        load(tmp_path)
    save(rater({"ada": [(0, 5.0)]}), tmp_path)
    (tmp_path / NAMES_FILE).write_text('{"users": [], "diagram_ids": ["d0"], "max_neighbors": 3}')
    with pytest.raises(InputError, match="neighbors stage"):
        load(tmp_path)


def test_latents_of_another_encoder_are_refused() -> None:
    with pytest.raises(InputError, match="neighbors stage"):
        rater({"ada": [(0, 5.0)]}).expected_rating("ada", np.zeros((1, 3), np.float32), neutral(1))
