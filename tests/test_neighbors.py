"""The k-NN rater: follows a user's taste, and falls back smoothly where it knows little."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from diagram_core.errors import InputError
from diagram_core.models.neighbors import (
    NAMES_FILE,
    TENSORS_FILE,
    Floats,
    NeighborRater,
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


def neutral(count: int) -> Floats:
    return np.full(count, 2.5, np.float32)


def test_it_follows_the_users_own_taste() -> None:
    tastes = {"ada": [(0, 5.0), (1, 0.0)] * 4, "bob": [(0, 0.0), (1, 5.0)] * 4}
    expected = rater(tastes).expected_rating("ada", near([0, 1]), neutral(2))
    assert expected.ratings[0] > 4 > 1 > expected.ratings[1]
    own = {f"d{i}" for i in range(8)}
    assert set(expected.neighbor_ids[0][:1]) <= own


def test_without_ratings_it_says_what_it_was_told() -> None:
    fallback = np.array([1.0, 4.5], np.float32)
    ratings, uncertainties, ids = rater({}).expected_rating("ada", near([0, 1]), fallback)
    np.testing.assert_allclose(ratings, fallback)
    np.testing.assert_allclose(uncertainties, 5 / np.sqrt(12), rtol=1e-6)
    assert ids == [(), ()]


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


def test_an_unknown_region_is_rated_like_the_users_mean() -> None:
    strict = rater({"ada": [(0, 1.0)] * 20})
    assert strict.expected_rating("ada", CENTERS[2:] * 50, np.full(1, 5.0, np.float32)).ratings[0] < 2


def test_leaving_one_out_prefers_few_neighbors_for_a_sharp_taste() -> None:
    latents = near([0, 1, 2] * 6)
    sharp = choose_weighting(latents, np.array([5.0, 0.0, 3.0] * 6, np.float32), 13)
    assert sharp.neighbors * sharp.reach < 13 * 0.8  # not the flattest there is
    noise = np.random.default_rng(3).normal(2.5, 1, 18).astype(np.float32)
    assert choose_weighting(latents, noise, 13).neighbors > 1


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
    for a, b in zip(
        before.expected_rating("ada", queries, neutral(3)),
        after.expected_rating("ada", queries, neutral(3)),
        strict=True,
    ):
        np.testing.assert_array_equal(a, b)


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
