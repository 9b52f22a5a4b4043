"""Names in the plan of a chart are copied from its prompt: which tokens can go on with the one being written.

What the steps of a chart are called stands in the prompt, so a model that writes anything else has slipped: mixed up
the letters of a rare word, or gone on with a more usual one. So a name may only begin where a word of the prompt does,
go on as the prompt does, and end where one of its words does. It is the copying of pointer networks (Vinyals et al.
2015) as an automaton over bytes, beside the grammar, which sees to all that is between the names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

_BETWEEN = b" >,\n]+~"  # what stands between names
_UNQUOTED_NEVER = b'[],>"'  # in a name, and
_UNQUOTED_NOT_FIRST = _UNQUOTED_NEVER + b"+~ "
_OPEN, _CLOSE, _QUOTE, _ESCAPE, _SPACE, _ARROW = b'[]"\\ >'

Mode = Literal["between", "opened", "step", "data", "spaced", "quoted", "escaped"]
Trie = dict[int, "Trie"]  # byte -> what follows it; _TOKEN -> the token that ends here, as the key of an empty trie
_TOKEN = -1


class Place(NamedTuple):
    """Where an answer has come to. step: in a name in brackets; spaced: in one without, or behind it; escaped: in a
    quoted one, behind a backslash.

    offsets: into the bytes of the prompt, behind each part of it that is what there is of the name. can_end: whether
    a word of the prompt ends there, or ended before the space.
    """

    mode: Mode
    offsets: tuple[int, ...] = ()
    can_end: bool = False


_START = Place("between")


def token_trie(vocabulary: Sequence[bytes], writable: NDArray[np.bool_]) -> Trie:
    """The writable tokens that stand for text, by their bytes."""
    root: Trie = {}
    for token in np.flatnonzero(writable).tolist():
        node = root
        for byte in vocabulary[token]:
            node = node.setdefault(byte, {})
        if node is not root:
            node.setdefault(_TOKEN, {})[token] = {}
    return root


class NameCopier:
    """What a prompt lets a chart's plan say. Places are few and come again, so what follows on one is kept."""

    def __init__(self, prompt: str, trie: Callable[[], Trie], tokens: int, end_token: int) -> None:
        """prompt: as `check_prompt` leaves it. trie: made when a name is first written. tokens: of a mask."""
        self._trie, self._tokens, self._end_token = trie, tokens, end_token
        self._prompt = prompt.encode()
        bounds = np.cumsum([0, *(len(character.encode()) for character in prompt)]).tolist()
        self._starts = [bounds[i] for i, c in enumerate(prompt) if c != " " and not (i and _is_inner(prompt[i - 1]))]
        self._word_ends = {bounds[i] for i in range(1, len(prompt) + 1) if not _goes_on(prompt, i)}
        self.mask = lru_cache(maxsize=None)(self._mask)
        self._moves = lru_cache(maxsize=None)(self._all_moves)

    def begin(self, written: bytes) -> Place | None:
        """The place behind an answer's first line and what more there is of it; None where no names are copied.

        Those of a network's layers are not: `MLP` says an input and an output, too.
        """
        first_line, _, rest = written.partition(b"\n")
        return self.after(_START, rest) if first_line.startswith(b"chart") else None

    def after(self, place: Place, written: bytes) -> Place | None:
        """The place behind some more bytes; None where they are no copy."""
        for byte in written:
            moved = self._moves(place).get(byte)
            if moved is None:
                return None
            place = moved
        return place

    def _mask(self, place: Place) -> NDArray[np.bool_]:
        """The tokens [tokens] that may come next, as far as copying goes."""
        allowed = np.zeros(self._tokens, bool)
        allowed[self._end_token] = place.mode == "between" or (place.mode == "data" and place.can_end)
        open_nodes = [(self._trie(), place)]
        while open_nodes:
            node, here = open_nodes.pop()
            allowed[list(node.get(_TOKEN, ()))] = True
            open_nodes += [(node[byte], moved) for byte, moved in self._moves(here).items() if byte in node]
        return allowed

    def _all_moves(self, place: Place) -> dict[int, Place]:
        """Where each next byte leads to; no other byte can come."""
        mode, offsets, can_end = place
        if mode == "between":
            moves = self._first("data") | dict.fromkeys(_BETWEEN, _START)
            return moves | {_OPEN: Place("opened"), _QUOTE: Place("quoted")}
        if mode == "opened":
            return self._first("step") | {_QUOTE: Place("quoted")}
        if mode == "escaped":
            moves = self._onward(offsets, "quoted")
            return {byte: moves[byte] for byte in (_QUOTE, _ESCAPE) if byte in moves}
        if mode == "quoted":
            offsets = offsets or tuple(self._starts)
            moves = self._onward(offsets, "quoted")
            escapes = [moves.pop(byte) for byte in (_QUOTE, _ESCAPE) if byte in moves]
            moves |= {_ESCAPE: Place("escaped", offsets)} if escapes else {}
            return moves | ({_QUOTE: _START} if can_end else {})
        moves = self._onward(
            [offset for offset in offsets if self._goes_on_unquoted(offset)], "step" if mode == "step" else "data"
        )
        if mode == "step":
            return moves | ({_CLOSE: _START} if can_end else {})
        if mode == "spaced":
            return moves | ({_ARROW: _START} if can_end else {})
        inside = moves.pop(_SPACE, Place("spaced")).offsets
        if inside or can_end:
            moves[_SPACE] = Place("spaced", inside, can_end)
        return moves | (dict.fromkeys(b",\n", _START) if can_end else {})

    def _first(self, mode: Mode) -> dict[int, Place]:
        """The first bytes of a name without quotes; in small letters, too, as words at the start of a sentence are."""
        starts = [offset for offset in self._starts if self._prompt[offset] not in _UNQUOTED_NOT_FIRST]
        return self._onward(starts, mode, begins=True)

    def _goes_on_unquoted(self, offset: int) -> bool:
        """Whether what the prompt goes on with there, a space and the next word's first byte, may be in such a name."""
        head, tail = self._prompt[offset : offset + 1], self._prompt[offset + 1 : offset + 2]
        if head == b" ":
            return tail not in (b"", *(bytes([byte]) for byte in _UNQUOTED_NOT_FIRST))
        return head != b"" and head not in _UNQUOTED_NEVER

    def _onward(self, offsets: Sequence[int], mode: Mode, begins: bool = False) -> dict[int, Place]:
        """The bytes with which the prompt goes on there; the first of a name may be in small letters, too."""
        reached: dict[int, list[int]] = {}
        for offset in offsets:
            form = self._prompt[offset : offset + 1]
            for byte in {*form, *form.lower()} if begins else form:
                reached.setdefault(byte, []).append(offset + 1)
        return {
            byte: Place(mode, tuple(behind), not self._word_ends.isdisjoint(behind)) for byte, behind in reached.items()
        }


def _goes_on(text: str, at: int) -> bool:
    """Whether a word goes on there: particles that follow a word of Korean are no part of it."""
    return at < len(text) and text[at].isascii() and _is_inner(text[at])


def _is_inner(character: str) -> bool:
    """Whether it stands inside of words: letters, digits, and what joins the words of a name in code."""
    return character.isalnum() or character == "_"
