"""Who rated which diagram, and how: a database that outlives the image files."""

from __future__ import annotations

import hashlib
import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import cv2
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    DateTime,
    Dialect,
    ForeignKey,
    LargeBinary,
    String,
    TypeDecorator,
    create_engine,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.schema import CreateIndex, CreateTable

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX
from diagram_core.errors import DiagramforgeError, InputError, UnavailableError, UsageError

MAX_SCORE = 5.0
MAX_USER_LENGTH = 200
_LOCK_TIMEOUT_SECONDS = 30
_SHORT_ID_LENGTH = 8  # hexadecimal digits: tells millions of drawings apart and can still be typed
_INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}  # the dialects that can replace a row


@dataclass(frozen=True, slots=True)
class Rating:
    """What a user thought of a diagram, from 0 (bad) to 5 (good), and when (UTC)."""

    user: str
    diagram_id: str
    score: float
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RatedDiagram:
    """A diagram that can be rated. text: what drew it, empty where only its image is known."""

    diagram_id: str
    path: str
    text: str
    prompt: str
    created_at: datetime


class _UtcDateTime(TypeDecorator[datetime]):
    """Moments with a time zone; SQLite alone would forget it."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class _Base(DeclarativeBase):
    type_annotation_map = {datetime: _UtcDateTime}  # noqa: RUF012 - SQLAlchemy reads it as it is


class _DiagramRow(_Base):
    __tablename__ = "diagrams"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    png: Mapped[bytes] = mapped_column(LargeBinary)
    path: Mapped[str]
    text: Mapped[str]
    prompt: Mapped[str]
    created_at: Mapped[datetime]


class _RatingRow(_Base):
    __tablename__ = "ratings"

    user: Mapped[str] = mapped_column(String(MAX_USER_LENGTH), primary_key=True)
    diagram_id: Mapped[str] = mapped_column(ForeignKey("diagrams.id"), primary_key=True, index=True)
    score: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(index=True)


class RatingStore:
    """The ratings database: SQLite or PostgreSQL, made on first use; safe for several writers at once.

    Every method raises DiagramforgeError, in one line, where the database cannot be reached, read or written;
    UnavailableError where that may pass.
    """

    def __init__(self, url: str) -> None:
        """url: as SQLAlchemy takes it, sqlite:////absolute/file.db. InputError where it cannot be meant."""
        self._url = _checked(url)
        self.name = self._url.render_as_string(hide_password=True)  # as messages show it
        with self._one_line_errors():
            if self._url.get_backend_name() == "sqlite" and self._url.database:
                Path(self._url.database.removeprefix("file:")).parent.mkdir(parents=True, exist_ok=True)
            timeout = {"timeout": _LOCK_TIMEOUT_SECONDS} if self._url.get_backend_name() == "sqlite" else {}
            self._engine = create_engine(self._url, connect_args=timeout)
            self._create_tables()

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    def add_diagram(self, image: NDArray[np.uint8], path: str = "", text: str = "", prompt: str = "") -> str:
        """Keep a diagram's image (RGB, [h, w, 3]) so that it can be rated; returns its id.

        A diagram that is known already stays as it is, but for an image that has been damaged. Images larger than the
        canvas are kept at its size.
        """
        number = diagram_id(image)
        values = {
            "png": _small_png(image),
            "path": os.fsencode(path).decode(errors="replace"),  # which need not be UTF-8; in databases text is
            "text": text,
            "prompt": prompt,
            "created_at": _now(),
        }
        with self._session() as session:
            insert = self._insert()(_DiagramRow).values(id=number, **values)
            session.execute(insert.on_conflict_do_update(index_elements=["id"], set_={"png": values["png"]}))
        return number

    def add(self, user: str, diagram_id: str, score: float) -> Rating:
        """Rate a diagram, in place of the user's earlier rating of it if there is one.

        Raises UsageError for an empty or endless user name or a score outside 0..5, InputError for an unknown
        diagram.
        """
        rating = Rating(checked_user(user), diagram_id, checked_score(score), _now())
        values: dict[str, Any] = {"score": rating.score, "created_at": rating.created_at}
        with self._session() as session:
            if session.get(_DiagramRow, diagram_id) is None:
                raise self._unknown(diagram_id)
            insert = self._insert()(_RatingRow).values(user=rating.user, diagram_id=diagram_id, **values)
            session.execute(insert.on_conflict_do_update(index_elements=["user", "diagram_id"], set_=values))
        return rating

    def all(self) -> list[Rating]:
        """Every rating, oldest first."""
        return self._ratings()

    def for_user(self, user: str) -> list[Rating]:
        """The user's ratings, oldest first; none for a user who rated nothing."""
        return self._ratings(_RatingRow.user == user)

    def since(self, moment: datetime) -> list[Rating]:
        """Ratings that were made or changed after the moment (with a time zone), oldest first."""
        return self._ratings(_RatingRow.created_at > moment)

    def users(self) -> list[str]:
        """Everybody who rated something, by name."""
        with self._session() as session:
            return list(session.scalars(select(_RatingRow.user).distinct().order_by(_RatingRow.user)))

    def find(self, prefix: str) -> RatedDiagram:
        """The one diagram whose id begins so. Raises InputError where there is none, or more than one."""
        if not prefix:
            raise UsageError("an empty diagram id: give an image file, or an id that `draw` printed")
        with self._session() as session:
            rows = list(
                session.scalars(select(_DiagramRow).where(_DiagramRow.id.startswith(prefix, autoescape=True)).limit(2))
            )
            if not rows:
                raise self._unknown(prefix)
            if len(rows) > 1:
                raise InputError(f"more than one diagram id begins with {prefix!r}: give more of it")
            row = rows[0]
            return RatedDiagram(row.id, row.path, row.text, row.prompt, row.created_at)

    def images(self, diagram_ids: Sequence[str]) -> dict[str, NDArray[np.uint8]]:
        """The kept images, RGB [h, w, 3], of those diagrams that are known, by id."""
        wanted = list(dict.fromkeys(diagram_ids))
        found: dict[str, NDArray[np.uint8]] = {}
        with self._session() as session:
            for start in range(0, len(wanted), 500):  # SQLite takes only so many parameters a query
                chunk = wanted[start : start + 500]
                rows = session.execute(select(_DiagramRow.id, _DiagramRow.png).where(_DiagramRow.id.in_(chunk)))
                found.update({row.id: _from_png(row.png, row.id) for row in rows})
        return found

    def _ratings(self, *conditions: Any) -> list[Rating]:
        query = select(_RatingRow).where(*conditions).order_by(_RatingRow.created_at, _RatingRow.diagram_id)
        with self._session() as session:
            return [Rating(row.user, row.diagram_id, row.score, row.created_at) for row in session.scalars(query)]

    def _unknown(self, number: str) -> InputError:
        return InputError(f"no diagram {number!r} in {self.name}: give an image file, or an id that `draw` printed")

    def _insert(self) -> Any:
        return _INSERTS[self._url.get_backend_name()]

    def _create_tables(self) -> None:
        with self._engine.begin() as connection:
            for table in _Base.metadata.sorted_tables:  # if_not_exists: two processes may both be the first
                connection.execute(CreateTable(table, if_not_exists=True))
                for index in sorted(table.indexes, key=lambda index: str(index.name)):
                    connection.execute(CreateIndex(index, if_not_exists=True))

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self._one_line_errors(), Session(self._engine) as session, session.begin():
            yield session

    @contextmanager
    def _one_line_errors(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, OSError) as error:
            reason = " ".join(self._without_password(str(getattr(error, "orig", None) or error)).split())
            kind = UnavailableError if isinstance(error, OperationalError) else DiagramforgeError
            raise kind(f"the ratings database {self.name}: {reason}; see that it exists and can be written") from None
        except ModuleNotFoundError as error:
            raise InputError(f"the ratings database {self.name} needs its driver: pip install {error.name}") from None

    def _without_password(self, said: str) -> str:
        """What a driver says, which may repeat the URL or the settings that it was given."""
        password = self._url.password
        if not password:
            return said
        spellings = "|".join(map(re.escape, (password, quote(password, safe=" +"))))  # as it is, and as in URLs
        return re.sub(rf"(?<=[:='])({spellings})(?!\w)", "***", said)


def diagram_id(image: NDArray[np.uint8]) -> str:
    """The SHA-256 of an image's size and pixels ([h, w, 3]): one id a drawing, however it is stored."""
    digest = hashlib.sha256(repr(image.shape).encode())
    digest.update(np.ascontiguousarray(image).tobytes())
    return digest.hexdigest()


def short_id(diagram_id: str) -> str:
    """As much of the id as a person types."""
    return diagram_id[:_SHORT_ID_LENGTH]


def checked_score(score: float | str) -> float:
    """The score as a number. Raises UsageError unless it is one from 0 to 5."""
    try:
        number = float(score)
    except (TypeError, ValueError):
        raise UsageError(f"a rating is a number from 0 to 5, not {score!r}") from None
    if not math.isfinite(number) or not 0 <= number <= MAX_SCORE:
        raise UsageError(f"a rating is a number from 0 to 5, not {score!r}")
    return number


def checked_user(user: str) -> str:
    """The user's name without space around it.

    Raises UsageError where nothing, or far too much, is left, and for bytes that are no text.
    """
    name = user.strip()
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UsageError(f"the user's name {name!r} is not UTF-8: give another --user NAME") from None
    if not name or len(name) > MAX_USER_LENGTH:
        raise UsageError(f"a user's name has 1 to {MAX_USER_LENGTH} characters, not {len(name)}: give --user NAME")
    return name


def _checked(url: str) -> URL:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except SQLAlchemyError:
        raise InputError(
            "pipeline.ratings_url is not a database URL, such as sqlite:////home/me/ratings.db: change it"
        ) from None
    if backend not in _INSERTS:
        raise InputError(f"ratings live in SQLite or PostgreSQL, not in {backend}: change pipeline.ratings_url")
    return parsed


def _now() -> datetime:
    return datetime.now(UTC)


def _small_png(image: NDArray[np.uint8]) -> bytes:
    height, width = image.shape[:2]
    scale = min(1.0, CANVAS_WIDTH_PX / width, CANVAS_HEIGHT_PX / height)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return bytes(cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1])


def _from_png(png: bytes, number: str) -> NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB) if png else None
    if image is None:
        raise DiagramforgeError(
            f"the image of diagram {short_id(number)} in the ratings database cannot be read: rate its file again"
        )
    return np.asarray(image, np.uint8)
