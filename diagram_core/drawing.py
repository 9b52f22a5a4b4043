"""From a prompt, or from images, to ranked drawings: all models of a bundle, loaded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from diagram_core.decoding import load_engine
from diagram_core.diagram import Diagram
from diagram_core.errors import InputError
from diagram_core.generate import Candidate, GenerateSettings, LanguageModel, generate, prepare
from diagram_core.models import neighbors, readability, taste_space
from diagram_core.models.language import load_tokenizer
from diagram_core.models.neighbors import NeighborRater
from diagram_core.models.readability import Ensemble
from diagram_core.models.taste_space import TasteSpace
from diagram_core.notation import Notation, answer_grammar, copies_names, read_answer
from diagram_core.recommend import Entry, Ranked, RankSettings, rank
from diagram_core.render import Image, draw
from diagram_core.structure import Structure


class PartFolders(Protocol):
    """Where the models are, and the settings to draw with: a bundle has these."""

    @property
    def language_model(self) -> Path:
        """A Hugging Face folder."""

    @property
    def readability(self) -> Path:
        """The readability ensemble."""

    @property
    def autoencoder(self) -> Path:
        """The encoder of drawings."""

    @property
    def neighbors(self) -> Path:
        """The index of ratings."""

    @property
    def notation(self) -> Notation:
        """What the language model writes."""

    @property
    def generate(self) -> GenerateSettings:
        """How candidates are sampled."""

    @property
    def recommend(self) -> RankSettings:
        """How they are ranked."""


@dataclass(frozen=True)
class Parts:
    """All that drawing needs, in memory."""

    language_model: LanguageModel
    notation: Notation
    generate: GenerateSettings
    judge: Judge


@dataclass(frozen=True)
class Judge:
    """What ranking needs, in memory."""

    readability: Ensemble
    taste_space: TasteSpace
    rater: NeighborRater
    settings: RankSettings


@dataclass(frozen=True)
class DrawnCandidate:
    """A candidate in its place.

    diagram: None where the text could not be read; the image is empty then. structure: what it shows, where the
    notation says it.
    """

    candidate: Candidate
    diagram: Diagram | None
    structure: Structure | None
    image: Image
    ranked: Ranked

    @property
    def text(self) -> str:
        """What the language model wrote."""
        return self.candidate.text


def load_parts(folders: PartFolders) -> Parts:
    """Load everything that drawing needs. Raises InputError that names the part that cannot be loaded."""
    engine, tokenizer = load_engine(folders.language_model), load_tokenizer(folders.language_model)
    language_model = prepare(engine, tokenizer, answer_grammar(folders.notation), copies_names(folders.notation))
    return Parts(language_model, folders.notation, folders.generate, load_judge(folders))


def load_judge(folders: PartFolders) -> Judge:
    """Load what ranking needs, which is quick. Raises InputError that names the part that cannot be loaded."""
    return Judge(
        readability.load(folders.readability),
        taste_space.load(folders.autoencoder),
        neighbors.load(folders.neighbors),
        folders.recommend,
    )


def draw_candidates(
    parts: Parts, prompt: str, count: int, recommend: int, user: str, seed: int
) -> list[DrawnCandidate]:
    """`count` drawings of a prompt, best first; the same seed gives the same ones. user: "" for nobody in particular.

    Raises InputError for a prompt that cannot be used.
    """
    candidates = generate(parts.language_model, prompt, count, parts.generate, seed)
    entries = [_entry(candidate, parts.notation) for candidate in candidates]
    images = [draw(entry.diagram or Diagram(())) for entry in entries]
    ranking = _rank(parts.judge, entries, images, recommend, user, prompt)
    return [_in_place(candidates, entries, images, ranked) for ranked in ranking]


def rank_images(judge: Judge, images: Sequence[Image], recommend: int, user: str) -> list[Ranked]:
    """Drawings known by their images alone (RGB, any size), best first."""
    return _rank(judge, [Entry()] * len(images), images, recommend, user, prompt="")


def _in_place(
    candidates: Sequence[Candidate], entries: Sequence[Entry], images: Sequence[Image], ranked: Ranked
) -> DrawnCandidate:
    entry = entries[ranked.index]
    return DrawnCandidate(candidates[ranked.index], entry.diagram, entry.structure, images[ranked.index], ranked)


def _entry(candidate: Candidate, notation: Notation) -> Entry:
    try:
        diagram, structure = read_answer(candidate.text, notation)
    except InputError as error:
        return Entry(fault=str(error), mean_logprob=candidate.mean_logprob)
    return Entry(
        diagram,
        structure,
        mean_logprob=candidate.mean_logprob,
        body_logprob=candidate.body_logprob,
        stopped=candidate.stopped,
    )


def _rank(
    judge: Judge, entries: Sequence[Entry], images: Sequence[Image], recommend: int, user: str, prompt: str
) -> list[Ranked]:
    scores = judge.readability.score(images, [entry.diagram for entry in entries])
    scores[[bool(entry.fault) for entry in entries]] = 0  # nobody can read what draws nothing
    expected = judge.rater.expected_rating(user, judge.taste_space.latents(images), scores)
    return rank(entries, scores, expected, judge.settings, recommend, prompt)
