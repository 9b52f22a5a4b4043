"""Conversations to learn from, in the JSON that people have them in:

[{"id": ..., "conversations": [{"from": "user", "value": "..."}, {"from": "assistant", "value": "..."}, ...]}, ...]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from diagram_core.errors import InputError
from diagram_core.files import read_json

_ROLES = ("user", "assistant")  # in turn
_EXCERPT_CHARS = 60


class Turn(NamedTuple):
    """What a user said, and the answer to learn."""

    prompt: str
    answer: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """One turn or several, each said in the light of those before it."""

    id: str
    turns: tuple[Turn, ...]


def read_conversations(path: Path) -> list[Conversation]:
    """The conversations in a JSON file. Raises InputError that names the file, the entry and what is wrong with it."""
    entries = read_json(path)
    if not isinstance(entries, list) or not entries:
        raise InputError(f"{path}: a list of conversations is expected, and it holds {_excerpt(entries)}")
    return [_conversation(entry, number, path) for number, entry in enumerate(entries, start=1)]


def _conversation(entry: Any, number: int, path: Path) -> Conversation:
    place = f"{path}, entry {number}"
    if not isinstance(entry, dict):
        raise InputError(f"{place}: an object with 'conversations' is expected, and it is {_excerpt(entry)}")
    name = entry.get("id", number)
    place += f" (id {_excerpt(name)})"
    messages = entry.get("conversations")
    if not isinstance(messages, list) or not messages:
        raise InputError(f"{place}: 'conversations' should be a list of messages, and is {_excerpt(messages)}")
    texts = list(_texts(messages, place))
    if len(texts) % 2:
        raise InputError(f"{place}: it ends with message {len(texts)}, of the user, which nobody answers")
    turns = (Turn(texts[i], texts[i + 1]) for i in range(0, len(texts), 2))
    return Conversation(str(name), tuple(turns))


def _texts(messages: list[Any], place: str) -> Iterator[str]:
    """What is said, user and assistant in turn."""
    for index, message in enumerate(messages):
        here, role = f"{place}, message {index + 1}", _ROLES[index % 2]
        if not isinstance(message, dict):
            raise InputError(f"{here}: an object with 'from' and 'value' is expected, and it is {_excerpt(message)}")
        if message.get("from") != role:
            raise InputError(f"{here}: 'from' should be {role!r} here, and is {_excerpt(message.get('from'))}")
        value = message.get("value")
        if not isinstance(value, str) or not value.strip():
            raise InputError(f"{here}: 'value' should be a text that is not empty, and is {_excerpt(value)}")
        yield value


def _excerpt(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _EXCERPT_CHARS else f"{text[:_EXCERPT_CHARS]}..."
