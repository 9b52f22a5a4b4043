"""From a prompt, or from images, to ranked drawings: all models of a bundle, loaded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from diagram_core.diagram import Diagram
from diagram_core.errors import InputError
from diagram_core.generate import Candidate, GenerateSettings, LanguageModel, generate, prepare
from diagram_core.layout import lay_out
from diagram_core.models import autoencoder, neighbors, readability
from diagram_core.models.autoencoder import Encoder
from diagram_core.models.language import load_language_model
from diagram_core.models.neighbors import NeighborRater
from diagram_core.models.readability import Ensemble
from diagram_core.notation import Notation, answer_grammar, read
from diagram_core.notation.plan import read_plan
from diagram_core.recommend import Entry, Ranked, RankSettings, rank
from diagram_core.render import Image, draw


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
    encoder: Encoder
    rater: NeighborRater
    settings: RankSettings


@dataclass(frozen=True)
class DrawnCandidate:
    """A candidate in its place. diagram: None where the text could not be read; the image is empty then."""

    candidate: Candidate
    diagram: Diagram | None
    image: Image
    ranked: Ranked

    @property
    def text(self) -> str:
        """What the language model wrote."""
        return self.candidate.text


def load_parts(folders: PartFolders) -> Parts:
    """Load everything that drawing needs. Raises InputError that names the part that cannot be loaded."""
    model, tokenizer = load_language_model(folders.language_model, [])
    language_model = prepare(model, tokenizer, answer_grammar(folders.notation))
    return Parts(language_model, folders.notation, folders.generate, load_judge(folders))


def load_judge(folders: PartFolders) -> Judge:
    """Load what ranking needs, which is quick. Raises InputError that names the part that cannot be loaded."""
    return Judge(
        readability.load(folders.readability),
        autoencoder.load(folders.autoencoder),
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
    ranking = _rank(parts.judge, entries, images, recommend, user)
    return [
        DrawnCandidate(candidates[ranked.index], entries[ranked.index].diagram, images[ranked.index], ranked)
        for ranked in ranking
    ]


def rank_images(judge: Judge, images: Sequence[Image], recommend: int, user: str) -> list[Ranked]:
    """Drawings known by their images alone (RGB, any size), best first."""
    return _rank(judge, [Entry()] * len(images), images, recommend, user)


def _entry(candidate: Candidate, notation: Notation) -> Entry:
    try:
        if notation != "plan":
            return Entry(read(candidate.text, notation), mean_logprob=candidate.mean_logprob)
        plan = read_plan(candidate.text)
        diagram = lay_out(plan.structure, plan.style)
        return Entry(diagram, plan.structure, mean_logprob=candidate.mean_logprob)
    except InputError as error:
        return Entry(fault=str(error), mean_logprob=candidate.mean_logprob)


def _rank(judge: Judge, entries: Sequence[Entry], images: Sequence[Image], recommend: int, user: str) -> list[Ranked]:
    scores = judge.readability.score(images)
    scores[[bool(entry.fault) for entry in entries]] = 0  # nobody can read what draws nothing
    expected = judge.rater.expected_rating(user, judge.encoder.latents(images), scores)
    return rank(entries, np.asarray(scores, np.float32), expected, judge.settings, recommend)
