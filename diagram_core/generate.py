"""From a prompt to candidate texts: a causal language model that can only write what the grammar allows.

Candidates differ where taste lives. The first line of an answer says how the diagram looks; its variants are drawn
without replacement (stochastic beam search: Kool, van Hoof and Welling 2019), so that no two candidates look alike
unless the prompt itself asked for one look. What follows says what was asked, and is sampled close to greedily.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
import xgrammar
from numpy.typing import NDArray
from torch import Tensor

from diagram_core.copying import NameCopier, Place, Trie, token_trie
from diagram_core.decoding import Decoder, Engine
from diagram_core.errors import InputError
from diagram_core.prompting import check_prompt, encode_prompt

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

MIN_STYLE_ODDS = 0.05  # of a word of the first line, against its likeliest: the prompt ruled out what has less


class GenerateSettings(Protocol):
    """What a profile says of sampling."""

    @property
    def style_temperature(self) -> float:
        """Of the first line, where taste lives."""

    @property
    def temperature(self) -> float:
        """Of what was asked."""

    @property
    def max_new_tokens(self) -> int:
        """An answer that is longer is cut."""

    @property
    def max_seconds(self) -> float:
        """Answers that are not done by then are cut."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that the model wrote.

    mean_logprob: mean over its tokens, the end token included, of the natural logarithm of the model's probability,
    renormalized over what may stand there. stopped: it ended by itself rather than at a limit. seconds: from
    the start of the batch to the end of this text. body_logprob: of all that follows the first line, together: how
    likely the model thought what the text says, whatever its look.
    """

    text: str
    mean_logprob: float
    tokens: int
    stopped: bool
    seconds: float
    body_logprob: float = 0.0


@dataclass(frozen=True)
class LanguageModel:
    """A model with its tokenizer and the compiled grammar of its answers: made once, by `prepare`."""

    engine: Engine
    tokenizer: PreTrainedTokenizerBase
    grammar: xgrammar.CompiledGrammar
    vocabulary: tuple[bytes, ...]  # what each token stands for
    writable: NDArray[np.bool_]  # tokens that are text, and the end token: no other special ones
    names: Callable[[], Trie] | None  # the vocabulary, where names in charts are copied from the prompt


def prepare(
    engine: Engine, tokenizer: PreTrainedTokenizerBase, grammar: str, copies_names: bool = False
) -> LanguageModel:
    """Compile a grammar (xgrammar's EBNF) for a model's tokenizer. copies_names: see `copying.py`.

    Raises InputError for a tokenizer that has no end token, without which no answer could end.
    """
    end = tokenizer.eos_token_id
    if end is None:
        raise InputError(f"the tokenizer in {tokenizer.name_or_path} has no end token (eos_token): set one")
    info = xgrammar.TokenizerInfo.from_huggingface(tokenizer, vocab_size=engine.vocabulary_size, stop_token_ids=[end])
    vocabulary = tuple(info.decoded_vocab)
    writable = np.ones(len(vocabulary), dtype=bool)
    writable[[token for token in tokenizer.all_special_ids if token != end]] = False
    compiled = xgrammar.GrammarCompiler(info, max_threads=1).compile_grammar(grammar)
    names = cache(partial(token_trie, vocabulary, writable)) if copies_names else None
    return LanguageModel(engine, tokenizer, compiled, vocabulary, writable, names)


def generate(
    language_model: LanguageModel, prompt: str, count: int, settings: GenerateSettings, seed: int
) -> list[Candidate]:
    """`count` answers to a prompt, written side by side; the same seed gives the same answers.

    The first is greedy after its first line. Raises UsageError for a prompt that cannot be used (`check_prompt`), and
    InputError for one that leaves the model no room to answer.
    """
    started = time.perf_counter()
    prompt = check_prompt(prompt)
    prompt_ids = encode_prompt(language_model.tokenizer, prompt)
    room = language_model.engine.context_size - len(prompt_ids)
    if room < 1:
        raise InputError(
            f"the prompt is {len(prompt_ids)} tokens for this model, which reads {room + len(prompt_ids)}: shorten it"
        )
    batch = _Batch(
        language_model=language_model,
        decoder=language_model.engine.new_decoder(),
        copier=_copier(language_model, prompt),
        generator=torch.Generator().manual_seed(seed),
        max_tokens=min(settings.max_new_tokens, room),
        started=started,
        deadline=started + settings.max_seconds,
    )
    with torch.inference_mode():
        batch.decoder.prefill(prompt_ids)
        headers = _write_headers(batch, count, settings.style_temperature)
        repeated = [i % len(headers) for i in range(count)]
        answers = [headers[i].fork() for i in repeated]
        batch.decoder.select(repeated)
        _write_bodies(batch, answers, [0.0] + [settings.temperature] * (count - 1))
    return [_candidate(language_model, answer) for answer in answers]


def _copier(language_model: LanguageModel, prompt: str) -> NameCopier | None:
    if language_model.names is None:
        return None
    end = language_model.tokenizer.eos_token_id
    return NameCopier(prompt, language_model.names, len(language_model.vocabulary), end)


@dataclass
class _Answer:
    """A text in the making."""

    matcher: xgrammar.GrammarMatcher
    tokens: list[int] = field(default_factory=list)
    logprob: float = 0.0  # of the tokens so far
    header_logprob: float | None = None  # of the first line; None until it is written
    style_logprob: float = 0.0  # of the first line so far, at its temperature
    rank: float = 0.0  # style_logprob, perturbed by Gumbel noise
    place: Place | None = None  # in copying names; None where none are copied
    stopped: bool = False
    seconds: float = 0.0

    @property
    def in_header(self) -> bool:
        return self.header_logprob is None and not self.stopped

    def fork(self) -> _Answer:
        return replace(self, matcher=self.matcher.fork(), tokens=list(self.tokens))


@dataclass(frozen=True)
class _Batch:
    """What the rows of one call share. The last token of each row is yet to be fed to the decoder."""

    language_model: LanguageModel
    decoder: Decoder
    copier: NameCopier | None
    generator: torch.Generator
    max_tokens: int
    started: float
    deadline: float

    def has_room(self, answer: _Answer) -> bool:
        """Whether an answer may have another token; each may have one."""
        if not answer.tokens:
            return True
        return len(answer.tokens) < self.max_tokens and time.perf_counter() < self.deadline

    def take(self, answer: _Answer, token: int, logprob: float) -> None:
        """Add a token to an answer."""
        answer.matcher.accept_token(token)
        answer.tokens.append(token)
        answer.logprob += logprob
        answer.stopped = answer.matcher.is_terminated()
        if answer.header_logprob is None and b"\n" in self.language_model.vocabulary[token]:
            answer.header_logprob = answer.logprob
            if self.copier:
                answer.place = self.copier.begin(_bytes_of(self.language_model, answer.tokens))
        elif self.copier and answer.place and not answer.stopped:
            answer.place = self.copier.after(answer.place, self.language_model.vocabulary[token])
        answer.seconds = time.perf_counter() - self.started

    def next_logprobs(self, answers: Sequence[_Answer], rows: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Of the next token of the answers in these rows: the n tokens that any grammar allows, logprobs [rows, n]."""
        bitmask = xgrammar.allocate_token_bitmask(len(rows), len(self.language_model.vocabulary))
        for i, row in enumerate(rows):
            answers[row].matcher.fill_next_token_bitmask(bitmask, i)
        bits = np.unpackbits(bitmask.numpy().view(np.uint8), axis=1, bitorder="little")
        allowed = bits[:, : len(self.language_model.vocabulary)].astype(bool) & self.language_model.writable
        for i, row in enumerate(rows):
            self._keep_copies(answers[row], allowed[i])
        token_ids = np.flatnonzero(allowed.any(axis=0))
        logits = self.decoder.logits(torch.from_numpy(token_ids))[list(rows)]
        logits.masked_fill_(torch.from_numpy(~allowed[:, token_ids]), -torch.inf)
        return torch.from_numpy(token_ids), logits.log_softmax(dim=-1)

    def _keep_copies(self, answer: _Answer, allowed: NDArray[np.bool_]) -> None:
        """Rule out in place what is no copy; where nothing would be left, this answer is free from here on."""
        if self.copier and answer.place:
            copies = allowed & self.copier.mask(answer.place)
            if copies.any():
                allowed[:] = copies
            else:
                answer.place = None


def _write_headers(batch: _Batch, count: int, temperature: float) -> list[_Answer]:
    """Up to `count` different first lines, highest rank first; fewer where the model rules the others out."""
    answers = [_Answer(xgrammar.GrammarMatcher(batch.language_model.grammar))]
    while rows := [i for i, answer in enumerate(answers) if answer.in_header and batch.has_room(answer)]:
        if answers[0].tokens:
            batch.decoder.feed([a.tokens[-1] if i in rows else None for i, a in enumerate(answers)])
        token_ids, logprobs = batch.next_logprobs(answers, rows)
        style_logprobs = _style_logprobs(logprobs, temperature)
        style_logprobs += torch.tensor([[answers[row].style_logprob] for row in rows])
        ranks = _perturb(style_logprobs, torch.tensor([[answers[row].rank] for row in rows]), batch.generator)
        grown = []
        for place in ranks.flatten().topk(min(count, ranks.numel())).indices.tolist():
            i, column = divmod(place, len(token_ids))
            if ranks[i, column] == -torch.inf:
                break
            answer = answers[rows[i]].fork()
            batch.take(answer, int(token_ids[column]), float(logprobs[i, column]))
            answer.style_logprob, answer.rank = float(style_logprobs[i, column]), float(ranks[i, column])
            grown.append((rows[i], answer))
        grown += [(i, answer) for i, answer in enumerate(answers) if i not in rows]
        grown = sorted(grown, key=lambda row: -row[1].rank)[:count]
        answers = [answer for _, answer in grown]
        batch.decoder.select([row for row, _ in grown])
    return answers


def _style_logprobs(logprobs: Tensor, temperature: float) -> Tensor:
    """The distribution at a temperature, without what is far less likely than the likeliest (Nguyen et al. 2024)."""
    ruled_out = logprobs < logprobs.amax(dim=-1, keepdim=True) + math.log(MIN_STYLE_ODDS)
    return (logprobs.masked_fill(ruled_out, -torch.inf) / temperature).log_softmax(dim=-1)


def _perturb(logprobs: Tensor, ranks: Tensor, generator: torch.Generator) -> Tensor:
    """Gumbel-perturbed logprobs [rows, n] whose maximum in each row is the rank [rows, 1] of what the row continues.

    The answers of highest rank are then a sample without replacement (Kool et al. 2019, appendix B.3).
    """
    perturbed = logprobs.double() + _gumbel(logprobs.shape, generator)
    highest = perturbed.amax(dim=-1, keepdim=True)
    excess = ranks - perturbed + torch.log1p(-torch.exp(perturbed - highest))
    return ranks - excess.clamp_min(0) - torch.log1p(torch.exp(-excess.abs()))


def _write_bodies(batch: _Batch, answers: Sequence[_Answer], temperatures: Sequence[float]) -> None:
    """Write the answers to their end or to a limit, where they leave the batch; temperature 0 is greedy."""
    rows = list(range(len(answers)))
    while True:
        open_rows = [i for i in rows if not answers[i].stopped and batch.has_room(answers[i])]
        if not open_rows:
            return
        if open_rows != rows:
            batch.decoder.select([rows.index(i) for i in open_rows])
            rows = open_rows
        batch.decoder.feed([answers[i].tokens[-1] for i in rows])
        token_ids, logprobs = batch.next_logprobs([answers[i] for i in rows], range(len(rows)))
        noise = _gumbel(logprobs.shape, batch.generator) * torch.tensor([[temperatures[i]] for i in rows])
        for i, own, column in zip(rows, logprobs, (logprobs + noise).argmax(dim=-1).tolist(), strict=True):
            batch.take(answers[i], int(token_ids[column]), float(own[column]))


def _gumbel(shape: torch.Size, generator: torch.Generator) -> Tensor:
    """Standard Gumbel noise."""
    return -torch.empty(shape).exponential_(generator=generator).clamp_min(1e-30).log()


def _candidate(language_model: LanguageModel, answer: _Answer) -> Candidate:
    written = answer.tokens[:-1] if answer.stopped else answer.tokens
    return Candidate(
        text=_bytes_of(language_model, written).decode("utf-8", errors="replace"),
        mean_logprob=answer.logprob / len(answer.tokens),
        tokens=len(answer.tokens),
        stopped=answer.stopped,
        seconds=answer.seconds,
        body_logprob=answer.logprob - (answer.header_logprob or 0.0),
    )


def _bytes_of(language_model: LanguageModel, tokens: Sequence[int]) -> bytes:
    return b"".join(language_model.vocabulary[token] for token in tokens)
