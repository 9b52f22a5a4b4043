"""The stages from drawings to the k-NN index, for real, on little data."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.flaws import FLAWS, PLACES, WEIGHTS, survey
from diagram_core.models import autoencoder as autoencoder_model
from diagram_core.models import neighbors as neighbors_model
from diagram_core.models import readability as readability_model
from diagram_core.models import taste_space
from diagram_core.notation.listing import write_list
from diagram_core.ratings import RatingStore
from diagram_core.synthesis.half_trained import half_trained
from tasks import autoencoder, neighbors, readability, render
from tasks.config import Profile, RaterConfig, RenderConfig, load_profile
from tests.drawings import SilentLog

FEW = RenderConfig(
    correct_diagrams=12, spoiled_diagrams=12, half_trained_diagrams=8, image_height_px=32, held_out_share=0.2
)


@pytest.fixture(scope="module")
def smoke() -> Profile:
    return load_profile("smoke")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, smoke: Profile) -> Path:
    folder = tmp_path_factory.mktemp("render")
    render.run(smoke.render, {}, folder, SilentLog())
    return folder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("autoencoder")
    autoencoder_model.save(autoencoder_model.Encoder(autoencoder_model.Autoencoder(8).eval(), 32), folder)
    return folder


def test_drawings_are_kept_in_groups_that_no_split_parts(tmp_path: Path) -> None:
    log = SilentLog()
    metrics = render.run(FEW, {}, tmp_path, log)
    drawings = render.read_drawings(tmp_path)
    assert drawings.images.shape == (32, 32, 53, 3)
    assert drawings.flaws.shape == (32, len(FLAWS))
    assert drawings.places.shape == (32, len(PLACES), 24, 40)
    assert (~drawings.spoiled).sum() == 12
    assert drawings.scores[~drawings.spoiled].mean() > drawings.scores[drawings.spoiled].mean()
    assert len(set(drawings.groups.tolist())) == 20
    assert set(drawings.groups[drawings.spoiled]) >= set(drawings.groups[~drawings.spoiled])
    assert (drawings.kinds == "").sum() == 8
    assert 0 < drawings.classic.sum() < 32
    assert metrics["drawings"] == 32
    assert [path.name for path in log.artifacts] == [render.SHEET_FILE]
    held_out = set(drawings.groups[drawings.held_out].tolist())
    assert len(held_out) == 4
    assert not held_out & set(drawings.groups[~drawings.held_out].tolist())


def test_the_same_seed_draws_the_same_and_another_does_not(tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        few = RenderConfig(correct_diagrams=2, spoiled_diagrams=3, image_height_px=32, seed=seed)
        render.run(few, {}, tmp_path / name, SilentLog())
    first, again, other = (render.read_drawings(tmp_path / name) for name in "abc")
    for column, same in zip(first, again, strict=True):
        np.testing.assert_array_equal(column, same)
    assert (first.images != other.images).any()


@pytest.mark.slow
def test_several_processes_draw_the_same_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    render.run(FEW, {}, tmp_path / "one", SilentLog())
    monkeypatch.setattr(render, "_FEWEST_FOR_WORKERS", 1)
    render.run(FEW, {}, tmp_path / "many", SilentLog())
    np.testing.assert_array_equal(
        render.read_drawings(tmp_path / "one").images, render.read_drawings(tmp_path / "many").images
    )


def test_drawings_that_cannot_be_read_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="render stage"):
        render.read_drawings(tmp_path)
    (tmp_path / render.DRAWINGS_FILE).write_bytes(b"cut off")
    with pytest.raises(InputError, match="render stage"):
        render.read_drawings(tmp_path)


@given(st.lists(st.integers(0, 30), min_size=6, max_size=60), st.integers(2, 5), st.integers(0, 9))
def test_folds_never_share_a_group_and_are_even(groups: list[int], folds: int, seed: int) -> None:
    fold_of = readability.assign_folds(np.array(groups, np.int32), folds, seed)
    pairs = set(zip(groups, fold_of.tolist(), strict=True))
    assert len(pairs) == len(set(groups))
    sizes = np.bincount([fold for _, fold in pairs], minlength=folds)
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.slow
def test_the_ensemble_learns_and_a_second_run_goes_on_from_its_checkpoints(
    drawn: Path, smoke: Profile, tmp_path: Path
) -> None:
    log = SilentLog()
    metrics = readability.run(smoke.readability, {"render": drawn}, tmp_path, log)
    assert metrics["gain"] > 0.25  # the least of 20 seeds gains 0.35
    assert metrics["mse"] < metrics["mse_of_predicting_mean"]
    ensemble = readability_model.load(tmp_path)
    assert len(ensemble.networks) == smoke.readability.folds
    np.testing.assert_array_equal(ensemble.measured_weights, WEIGHTS)
    assert {path.name for path in log.artifacts} == {readability.CURVES_FILE, readability.SCATTER_FILE}
    steps = [step for name, _, step in log.metrics if name == "fold0.loss"]
    assert steps == list(range(smoke.readability.epochs))
    assert readability.run(smoke.readability, {"render": drawn}, tmp_path, SilentLog()) == metrics
    log = SilentLog()
    with_people = smoke.readability.model_copy(update={"scores": scores_file(tmp_path)})
    taught = tmp_path / "taught"
    metrics = readability.run(with_people, {"render": drawn}, taught, log)
    assert metrics["people_mse_of_predicting_mean"] > 0
    assert (taught / "fold0.safetensors").read_bytes() != (tmp_path / "fold0.safetensors").read_bytes()
    assert (readability_model.load(taught).measured_weights != WEIGHTS).any()
    assert readability.PEOPLE_FILE in {path.name for path in log.artifacts}


def scores_file(folder: Path) -> Path:
    """Drawings that somebody who minds overlaps more than we do has rated."""
    rated = [half_trained(Random(seed)) for seed in range(20)]
    rows = [
        {"diagram": write_list(diagram), "readability": float(5 * np.exp(-3 * survey(diagram).flaws.sum()))}
        for diagram in rated
    ]
    path = folder / "scores.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_scores_file_that_is_none_is_said_before_training(tmp_path: Path, smoke: Profile) -> None:
    config = smoke.readability.model_copy(update={"scores": tmp_path / "missing.jsonl"})
    with pytest.raises(InputError, match=r"missing\.jsonl"):
        readability.run(config, {}, tmp_path, SilentLog())


def test_shipped_networks_do_not_see_images_of_another_height(drawn: Path, smoke: Profile, tmp_path: Path) -> None:
    config = smoke.readability.model_copy(update={"start": "starter"})
    with pytest.raises(InputError, match=r"96 px high, not 48: set render\.image_height_px=96"):
        readability.run(config, {"render": drawn}, tmp_path, SilentLog())


def test_the_stage_depends_on_the_shipped_networks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    profile = load_profile("smoke", ["readability.start=starter"])
    shipped = readability.outside_state(profile)
    monkeypatch.setattr(readability, "SHIPPED_DIR", tmp_path)
    (tmp_path / "fold0.safetensors").write_bytes(b"others")
    assert readability.outside_state(profile) not in ("", shipped)


def test_the_stage_depends_on_what_people_rated(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    profile = load_profile("smoke", [f"readability.scores={path}"])
    with pytest.raises(InputError, match=r"readability\.scores: no file .*scores\.jsonl"):
        readability.outside_state(profile)
    states = [readability.outside_state(load_profile("smoke"))]
    for text in ("a", "b"):
        path.write_text(text)
        states.append(readability.outside_state(profile))
    assert len(set(states)) == 3


@pytest.mark.slow
def test_shuffled_scores_teach_nothing_and_the_stage_says_so(drawn: Path, smoke: Profile, tmp_path: Path) -> None:
    drawings = render.read_drawings(drawn)
    shuffled = np.random.default_rng(0).permutation(drawings.flaws)
    np.savez_compressed(tmp_path / render.DRAWINGS_FILE, **drawings._replace(flaws=shuffled)._asdict())
    with pytest.raises(DiagramforgeError, match="learned nothing"):
        readability.run(smoke.readability, {"render": tmp_path}, tmp_path / "out", SilentLog())
    assert not (tmp_path / "out" / readability_model.CONFIG_FILE).exists()


@pytest.mark.slow
def test_the_auto_encoder_learns(drawn: Path, smoke: Profile, tmp_path: Path) -> None:
    log = SilentLog()
    metrics = autoencoder.run(smoke.autoencoder, {"render": drawn}, tmp_path, log)
    assert metrics["gain"] > 0.1  # the least of 20 seeds gains 0.13
    assert metrics["effective_dimensions"] > 1.5
    assert autoencoder_model.load(tmp_path).model.latent_size == smoke.autoencoder.latent_size
    assert len(log.artifacts) == 3


@pytest.mark.slow
def test_noise_cannot_be_encoded_and_the_stage_says_so(drawn: Path, smoke: Profile, tmp_path: Path) -> None:
    drawings = render.read_drawings(drawn)
    noise = np.random.default_rng(0).integers(0, 256, drawings.images.shape, dtype=np.uint8)
    np.savez_compressed(tmp_path / render.DRAWINGS_FILE, **drawings._replace(images=noise)._asdict())
    config = smoke.autoencoder.model_copy(update={"epochs": 2})
    with pytest.raises(DiagramforgeError, match="learned nothing"):
        autoencoder.run(config, {"render": tmp_path}, tmp_path / "out", SilentLog())


def test_without_ratings_the_index_is_empty_and_valid(encoder: Path, tmp_path: Path) -> None:
    config = RaterConfig(ratings_url=f"sqlite:///{tmp_path / 'ratings.db'}")
    metrics = neighbors.run(config, {"autoencoder": encoder}, tmp_path, SilentLog())
    assert metrics == {"ratings": 0, "users": 0, "rated_diagrams": 0}
    rater = neighbors_model.load(tmp_path)
    fallback = np.array([4.0], np.float32)
    assert rater.expected_rating("ada", np.zeros((1, 8), np.float32), fallback).ratings.tolist() == [4.0]


def test_the_index_holds_every_rating(encoder: Path, tmp_path: Path) -> None:
    config = RaterConfig(ratings_url=f"sqlite:///{tmp_path / 'ratings.db'}")
    store = RatingStore(config.ratings_url)
    images = [np.full((60, 100, 3), shade, np.uint8) for shade in (0, 120, 250)]
    ids = [store.add_diagram(image) for image in images]
    for user, number, score in (("ada", ids[0], 5), ("ada", ids[2], 1), ("bob", ids[0], 2)):
        store.add(user, number, score)
    metrics = neighbors.run(config, {"autoencoder": encoder}, tmp_path, SilentLog())
    assert metrics == {"ratings": 3, "users": 2, "rated_diagrams": 2}
    rater = neighbors_model.load(tmp_path)
    assert dict(zip(rater.diagram_ids, rater.users, strict=True)).keys() == {ids[0], ids[2]}
    space = taste_space.load(encoder)
    kept = rater.latents[rater.diagram_ids.index(ids[0])]
    np.testing.assert_allclose(kept, space.latents(images[:1])[0], rtol=1e-4, atol=1e-6)
    assert rater.aspect_sizes == space.aspect_sizes


def test_the_stage_depends_on_the_ratings(tmp_path: Path) -> None:
    overrides = [f"pipeline.ratings_url=sqlite:///{tmp_path / 'ratings.db'}"]
    profile = load_profile("smoke", overrides)
    store = RatingStore(profile.ratings_url())
    before = neighbors.outside_state(profile)
    number = store.add_diagram(np.zeros((6, 10, 3), np.uint8))
    assert neighbors.outside_state(profile) == before
    store.add("ada", number, 3)
    rated = neighbors.outside_state(profile)
    store.add("ada", number, 4)
    assert len({before, rated, neighbors.outside_state(profile)}) == 3
