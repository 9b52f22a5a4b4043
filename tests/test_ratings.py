"""Ratings stay, are replaced and found again, and a broken database says so in one line."""

from __future__ import annotations

import itertools
import math
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from diagram_core.errors import DiagramforgeError, InputError, UnavailableError, UsageError
from diagram_core.ratings import RatingStore, diagram_id


def picture(seed: int, height: int = 60, width: int = 100) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.fixture
def store(tmp_path: Path) -> RatingStore:
    return RatingStore(f"sqlite:///{tmp_path / 'deep' / 'ratings.db'}")


def test_a_rating_comes_back_with_its_image(store: RatingStore) -> None:
    number = store.add_diagram(picture(0), path="a.png", text="plan", prompt="two layers")
    store.add(" ada ", number, 4)
    (rating,) = store.for_user("ada")
    assert (rating.score, rating.diagram_id) == (4.0, number)
    assert rating.created_at.tzinfo is not None
    np.testing.assert_array_equal(store.images([number, "unknown"])[number], picture(0))
    found = store.find(number[:8])
    assert (found.diagram_id, found.path, found.text, found.prompt) == (number, "a.png", "plan", "two layers")


def test_the_same_picture_is_one_diagram(store: RatingStore) -> None:
    assert store.add_diagram(picture(1)) == store.add_diagram(picture(1).copy()) == diagram_id(picture(1))
    assert store.add_diagram(picture(2)) != store.add_diagram(picture(1))


def test_a_large_picture_is_kept_at_canvas_size(store: RatingStore) -> None:
    number = store.add_diagram(picture(3, 1200, 3000))
    assert store.images([number])[number].shape == (400, 1000, 3)


def test_a_new_rating_replaces_the_old_one_and_is_new_again(store: RatingStore) -> None:
    number = store.add_diagram(picture(0))
    first = store.add("ada", number, 1)
    other = store.add("bob", number, 2)
    assert [rating.user for rating in store.since(first.created_at)] == ["bob"]
    store.add("ada", number, 5)
    assert [(rating.user, rating.score) for rating in store.since(other.created_at)] == [("ada", 5.0)]
    assert [(rating.user, rating.score) for rating in store.all()] == [("bob", 2.0), ("ada", 5.0)]
    assert store.users() == ["ada", "bob"]
    assert store.since(datetime.now(UTC) + timedelta(seconds=1)) == []


def test_since_takes_any_time_zone(store: RatingStore) -> None:
    number = store.add_diagram(picture(0))
    moment = store.add("ada", number, 1).created_at
    elsewhere = moment.astimezone(tz=None) - timedelta(seconds=1)
    assert len(store.since(elsewhere)) == 1


@pytest.mark.parametrize("score", [-0.1, 5.01, math.nan, math.inf, "good", None])
def test_what_is_no_score_is_refused(store: RatingStore, score: float) -> None:
    number = store.add_diagram(picture(0))
    with pytest.raises(UsageError, match="from 0 to 5"):
        store.add("ada", number, score)
    assert store.all() == []


@pytest.mark.parametrize("user", ["", "  ", "x" * 201])
def test_what_is_no_name_is_refused(store: RatingStore, user: str) -> None:
    with pytest.raises(UsageError, match="name"):
        store.add(user, store.add_diagram(picture(0)), 3)


def test_an_unknown_or_ambiguous_diagram_is_refused(store: RatingStore) -> None:
    with pytest.raises(InputError, match="no diagram"):
        store.add("ada", "0" * 64, 3)
    with pytest.raises(InputError, match="no diagram"):
        store.find("%")
    numbers = sorted(store.add_diagram(picture(seed)) for seed in range(20))
    # 16 hex digits for 20 ids: two begin alike
    shared = next(a[0] for a, b in itertools.pairwise(numbers) if a[0] == b[0])
    with pytest.raises(InputError, match="more than one"):
        store.find(shared)


def test_writers_do_not_lose_each_others_ratings(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ratings.db'}"

    def rate(user: int) -> None:
        own = RatingStore(url)
        for seed in range(5):
            own.add(f"user {user}", own.add_diagram(picture(seed)), user % 6)
        own.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(rate, range(8)))
    ratings = RatingStore(url).all()
    assert len(ratings) == 40
    assert len({rating.diagram_id for rating in ratings}) == 5


def one_line(error: BaseException) -> bool:
    return "\n" not in str(error)


def test_a_database_that_cannot_be_used_says_so_in_one_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_text("this is no database, whatever its name says " * 50)
    with pytest.raises(DiagramforgeError, match="not a database") as error:
        RatingStore(f"sqlite:///{broken}")
    assert one_line(error.value)
    assert not isinstance(error.value, UnavailableError)
    (tmp_path / "file").write_text("")
    with pytest.raises(DiagramforgeError, match="ratings database"):
        RatingStore(f"sqlite:///{tmp_path / 'file' / 'ratings.db'}")


def test_a_database_that_may_come_back_is_told_from_a_broken_one(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="unable to open"):
        RatingStore(f"sqlite:///file:{tmp_path / 'away.db'}?mode=ro&uri=true")


def test_a_database_that_cannot_be_written_can_still_be_read(tmp_path: Path) -> None:
    store = RatingStore(f"sqlite:///{tmp_path / 'ratings.db'}")
    number = store.add_diagram(picture(0))
    store.add("ada", number, 3)
    store.close()
    locked = RatingStore(f"sqlite:///file:{tmp_path / 'ratings.db'}?mode=ro&uri=true")
    assert locked.users() == ["ada"]
    assert not Path("file:").exists()
    with pytest.raises(DiagramforgeError, match="readonly") as error:
        locked.add("ada", number, 4)
    assert one_line(error.value)


@pytest.mark.parametrize(
    ("url", "message"), [("ratings.db", "not a database URL"), ("mysql://host/db", "SQLite or PostgreSQL")]
)
def test_a_url_that_cannot_be_meant_is_refused(url: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        RatingStore(url)


def test_a_password_is_never_shown() -> None:
    with pytest.raises(DiagramforgeError) as error:
        RatingStore("postgresql://ada:secret@localhost:1/ratings")
    assert "secret" not in str(error.value)
    assert one_line(error.value)


@pytest.mark.parametrize("password", ["secret", "s%40cret", "ada"])
@pytest.mark.parametrize("shown", ["postgresql://ada:{}@localhost:1/ratings", "host=localhost password={}"])
def test_a_password_that_the_driver_tells_is_hidden_and_nothing_else(
    password: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(url: URL, connect_args: object) -> None:
        told = shown.format(password if "://" in shown else url.password)
        raise OperationalError("select", {}, Exception(f'no route for user "ada"\nto {told}'))

    monkeypatch.setattr("diagram_core.ratings.create_engine", refuse)
    with pytest.raises(DiagramforgeError) as error:
        RatingStore(f"postgresql://ada:{password}@localhost:1/ratings")
    assert f'no route for user "ada" to {shown.format("***")}; see that' in str(error.value)


def test_a_damaged_image_is_named_and_mended_by_rating_its_file_again(tmp_path: Path) -> None:
    store, image = RatingStore(f"sqlite:///{tmp_path / 'ratings.db'}"), np.full((4, 5, 3), 9, np.uint8)
    number = store.add_diagram(image)
    for damaged in (b"", b"no png"):
        with sqlite3.connect(tmp_path / "ratings.db") as database:
            database.execute("update diagrams set png = ?", (damaged,))
        with pytest.raises(DiagramforgeError, match=number[:8]):
            store.images([number])
    store.add_diagram(image)
    np.testing.assert_array_equal(store.images([number])[number], image)
