"""The evaluate stage and drawing as a whole, on tiny models that have learned nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from diagram_core.drawing import Parts, draw_candidates, load_parts, rank_images
from diagram_core.errors import InputError
from diagram_core.evaluation import measure_ranking
from diagram_core.files import read_rows, write_rows
from diagram_core.generate import Candidate
from diagram_core.models import autoencoder, neighbors, readability
from diagram_core.models.images import read_image
from diagram_core.models.taste_space import TasteSpace
from diagram_core.render import draw
from diagram_core.synthesis import examples
from tasks import base, bundle, evaluate
from tasks.config import BaseConfig, Profile, load_profile
from tasks.gate import MEASURES, RATING_ACCURACY
from tasks.synthesize import to_row

PROMPTS = 3


class Listener:
    """A StageLog that remembers."""

    def __init__(self) -> None:
        self.artifacts: list[str] = []
        self.done: list[int] = []

    def metric(self, name: str, value: float, step: int | None = None) -> None:
        raise AssertionError("the stage returns its metrics")

    def artifact(self, path: Path, folder: str = "") -> None:
        assert path.is_file()
        self.artifacts.append(path.name)

    def progress(self, done: int, total: int, unit: str) -> None:
        assert total == PROMPTS
        self.done.append(done)

    def info(self, text: str) -> None:
        pass


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders as the stages before leave them, with random models."""
    root = tmp_path_factory.mktemp("stages")
    folders = {name: root / name for name in ("synthesize", "quantize", "readability", "autoencoder", "neighbors")}
    for folder in folders.values():
        folder.mkdir()
    write_rows(folders["synthesize"] / "test.jsonl", (to_row(e, "plan") for e in islice(examples(0, "test"), 8)))
    base.run(BaseConfig(model="tiny"), {}, root / "base", Listener())
    (root / "base" / "model").rename(folders["quantize"] / "merged")
    readability.save(readability.Ensemble((readability.ReadabilityNet(0.2).eval(),), 48), folders["readability"])
    space = TasteSpace(autoencoder.Encoder(autoencoder.Autoencoder(8).eval(), 48))
    autoencoder.save(space.encoder, folders["autoencoder"])
    neighbors.save(neighbors.fit(space.latents([]), [], [], [], 5, space.aspect_sizes), folders["neighbors"])
    return folders


@pytest.fixture(scope="module")
def profile() -> Profile:
    overrides = [f"evaluate.prompts={PROMPTS}", "evaluate.count=2", "generate.max_new_tokens=40"]
    return load_profile("smoke", overrides)


@pytest.fixture(scope="module")
def parts(inputs: dict[str, Path], profile: Profile) -> Parts:
    return load_parts(bundle.parts(profile.bundle, inputs))


def test_the_stage_measures_shows_and_repeats_itself(inputs: dict[str, Path], profile: Profile, tmp_path: Path) -> None:
    log = Listener()
    metrics = evaluate.run(profile.drawing_test, inputs, tmp_path, log)
    assert set(MEASURES) - {RATING_ACCURACY} <= set(metrics)  # what the gate compares
    assert metrics["prompts"] == PROMPTS
    assert 0 < metrics["tokens_per_diagram"] <= 40
    assert all(0 <= metrics[name] <= 1 for name in set(MEASURES) - {RATING_ACCURACY})
    assert log.done == [1, 2, 3]
    assert log.artifacts == ["results.jsonl", "table.md", "samples.png"]
    results = read_rows(tmp_path / "results.jsonl")
    wanted = read_rows(inputs["synthesize"] / "test.jsonl")[:PROMPTS]
    assert [result["prompt"] for result in results] == [row["prompt"] for row in wanted]
    assert read_image(tmp_path / "samples.png").std() > 0
    table = (tmp_path / "table.md").read_text().splitlines()
    assert table[0].startswith("| kind | nodes | prompts |")
    assert len({line.count("|") for line in table}) == 1
    again = evaluate.run(profile.drawing_test, inputs, tmp_path / "again", Listener())
    assert again | {"seconds_per_diagram": 0} == metrics | {"seconds_per_diagram": 0}


def test_candidates_come_ranked_and_repeat_by_seed(parts: Parts) -> None:
    drawn = draw_candidates(parts, "a network of 4 and 2", count=4, recommend=2, user="", seed=5)
    assert sorted(candidate.ranked.index for candidate in drawn) == [0, 1, 2, 3]
    keys = [(bool(candidate.ranked.problems), -candidate.ranked.score) for candidate in drawn]
    assert keys == sorted(keys)
    again = draw_candidates(parts, "a network of 4 and 2", count=4, recommend=2, user="", seed=5)
    assert [candidate.text for candidate in again] == [candidate.text for candidate in drawn]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(drawn, again, strict=True))
    for candidate in drawn:
        assert (candidate.diagram is None) == any("plan" in problem for problem in candidate.ranked.problems)


def test_what_cannot_be_read_comes_last_whatever_its_score(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["network right sky soft full\n4 +a", "network right sky soft full\n4 2", "chart"]
    candidates = [Candidate(text, -0.1 * i, 9, True, 1.0) for i, text in enumerate(texts)]
    monkeypatch.setattr("diagram_core.drawing.generate", lambda *_: candidates)
    best, *others = draw_candidates(parts, "any", count=3, recommend=3, user="", seed=0)
    assert best.text == texts[1]
    assert best.diagram is not None
    assert best.ranked.recommended
    assert np.array_equal(best.image, draw(best.diagram))
    for other in others:
        assert other.diagram is None
        assert other.ranked.readability == 0
        assert not other.ranked.recommended
        assert (other.image == 255).all()


def test_a_users_taste_moves_what_is_expected(parts: Parts) -> None:
    """A user who rated one drawing 5 and another one 0 is expected to like the first one better."""
    images = [draw(example.diagram()) for example in islice(examples(1, "test"), 2)]
    latents = parts.judge.taste_space.latents(images)
    for scores in ((5.0, 0.0), (0.0, 5.0)):
        rater = neighbors.fit(latents, scores, ["ann", "ann"], ["a", "b"], 5, parts.judge.taste_space.aspect_sizes)
        judge = replace(parts.judge, rater=rater)
        ranked = rank_images(judge, images, recommend=1, user="ann")
        expected = {one.index: one.expected_rating for one in ranked}
        assert expected[scores.index(5.0)] > expected[scores.index(0.0)]
        rows = measure_ranking(judge, {"a.png": images[0], "b.png": images[1]}, "ann")
        assert json.loads(json.dumps(rows)) == rows
        assert {row["image"]: row["expected_rating"] for row in rows} == {"a.png": expected[0], "b.png": expected[1]}


def test_a_missing_part_is_named(inputs: dict[str, Path], profile: Profile, tmp_path: Path) -> None:
    for name in ("quantize", "readability", "autoencoder", "neighbors"):
        with pytest.raises(InputError, match=str(tmp_path / "gone")) as raised:
            load_parts(bundle.parts(profile.bundle, {**inputs, name: tmp_path / "gone"}))
        assert "\n" not in str(raised.value)
