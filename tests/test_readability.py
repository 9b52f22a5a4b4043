"""The readability networks: every weight moves, flaws start at the mean, people count, and learning is checked."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from diagram_core.diagram import Diagram
from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.flaws import FLAWS, PLACES, WEIGHTS, readability, readability_oracle
from diagram_core.models.readability import (
    CONFIG_FILE,
    Agreement,
    Ensemble,
    ReadabilityNet,
    SurveyedImages,
    agreement,
    check_learned,
    held_out_scores,
    load,
    save,
    seen_flaws,
    seen_scores,
    surveyed,
    train_fold,
)
from diagram_core.models.training import Epoch, Settings
from diagram_core.people import Rated
from diagram_core.render import draw
from diagram_core.synthesis.half_trained import half_trained
from tests.drawings import spoiled_drawings

CPU = torch.device("cpu")
DRAWINGS = [half_trained(Random(seed)) for seed in (0, 2)]


@cache
def few() -> SurveyedImages:
    return spoiled_drawings(16)


def trained(tmp_path: Path, epochs: int, seed: int = 0) -> tuple[ReadabilityNet, list[Epoch]]:
    settings = Settings(epochs, 8, 1e-2, seed)
    return train_fold(few(), few(), settings, CPU, tmp_path / "fold.safetensors", lambda number, epoch: None)


def ensemble(seed: int = 0, networks: int = 2) -> Ensemble:
    torch.manual_seed(seed)
    nets = [ReadabilityNet(0.2).eval() for _ in range(networks)]
    for net in nets:
        torch.nn.init.normal_(net.flaws.weight)
    return Ensemble(tuple(nets), 32)


def test_it_starts_at_the_mean() -> None:
    mean = np.linspace(0, 1, len(FLAWS)).astype(np.float32)
    flaws, places = ReadabilityNet(mean)(torch.from_numpy(few().images[:4]).permute(0, 3, 1, 2))
    np.testing.assert_allclose(flaws.detach(), np.tile(mean, (4, 1)))
    assert places.shape == (4, len(PLACES), 8, 14)


def test_training_lowers_the_loss_and_moves_every_weight(tmp_path: Path) -> None:
    network, curve = trained(tmp_path, epochs=24)
    assert curve[-1].loss < 0.6 * curve[0].loss
    assert curve[-1].validation < 0.5 * readability(few().flaws).var()
    torch.manual_seed(0)
    start = dict(ReadabilityNet(few().flaws.mean(axis=0)).named_parameters())
    still = [name for name, weight in network.named_parameters() if torch.equal(weight, start[name])]
    assert still == []


def test_training_goes_on_from_a_network_that_stays_as_it_is(tmp_path: Path) -> None:
    start, curve = trained(tmp_path, epochs=12)
    before = {name: weight.clone() for name, weight in start.state_dict().items()}
    slow = Settings(1, 8, 1e-6, 1)
    path = tmp_path / "further.safetensors"
    _, further = train_fold(few(), few(), slow, CPU, path, lambda number, epoch: None, start)
    assert further[0].loss < 1.2 * curve[-1].loss
    assert further[0].loss < 0.8 * curve[0].loss
    assert all(torch.equal(weight, before[name]) for name, weight in start.state_dict().items())


def test_the_same_seed_gives_the_same_network(tmp_path: Path) -> None:
    first, other, third = (
        seen_flaws([trained(tmp_path / name, epochs=1, seed=seed)[0]], few().images).tolist()
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first == other != third


def test_what_is_seen_is_the_mean_of_the_networks_and_never_below_none() -> None:
    networks, images = ensemble().networks, few().images[:6]
    alone = [seen_flaws([network], images) for network in networks]
    together = seen_flaws(networks, images)
    assert together.dtype == np.float32
    assert together.shape == (6, len(FLAWS))
    assert together.min() == 0
    above = (alone[0] > 0) & (alone[1] > 0)
    assert above.any()
    np.testing.assert_allclose(together[above], np.mean(alone, axis=0)[above], rtol=1e-5)


def test_where_the_diagram_is_known_its_geometry_decides() -> None:
    diagrams = [DRAWINGS[0], None, DRAWINGS[1]]
    images = [draw(diagram or Diagram(()), classic=True) for diagram in diagrams]
    picture, both = ensemble().score(images[1:2]), ensemble().score(images, diagrams)
    for i in (0, 2):
        assert both[i] == pytest.approx(readability_oracle(diagrams[i] or Diagram(())), rel=1e-5)
    assert both[1] == picture[0]


def test_people_who_mind_what_we_do_not_are_learned_from(tmp_path: Path) -> None:
    harsh = few()._replace(ratings=np.zeros(len(few().images), np.float32))
    before, _ = trained(tmp_path, epochs=12)
    after, _ = train_fold(
        harsh, harsh, Settings(8, 8, 1e-2, 1), CPU, tmp_path / "harsh.safetensors", lambda number, epoch: None, before
    )
    calm, _ = train_fold(
        few(), few(), Settings(8, 8, 1e-2, 1), CPU, tmp_path / "calm.safetensors", lambda number, epoch: None, before
    )
    assert seen_scores((after,), few().images).mean() < seen_scores((calm,), few().images).mean() - 0.5


def test_rated_drawings_come_as_often_as_it_takes_to_count() -> None:
    rated = few().select(np.arange(3))._replace(ratings=np.array([1, 2, 3], np.float32))
    together = few().and_rated(rated)
    is_rated = ~np.isnan(together.ratings)
    assert is_rated.mean() == pytest.approx(0.25, abs=0.03)
    assert np.unique(together.ratings[is_rated], return_counts=True)[1].tolist() == [2, 2, 2]
    np.testing.assert_array_equal(together.images[is_rated][:3], rated.images)
    assert few().and_rated(rated.select(np.zeros(3, bool))) is few()


def test_held_out_scores_are_of_the_network_of_that_fold() -> None:
    networks, fold_of = ensemble().networks, np.arange(16) % 2
    scores = held_out_scores(networks, few()._replace(ratings=np.zeros(16, np.float32)), fold_of)
    for fold, network in enumerate(networks):
        np.testing.assert_array_equal(scores[fold_of == fold], seen_scores((network,), few().images)[fold_of == fold])
    assert (scores * 4 == np.round(scores * 4)).all()


def test_rated_drawings_are_seen_as_people_saw_them() -> None:
    drawings = surveyed([Rated(DRAWINGS[0], 4), Rated(Diagram(()), 0)], 32)
    shown = draw(DRAWINGS[0], classic=True)
    np.testing.assert_array_equal(ensemble().score([shown]), seen_scores(ensemble().networks, drawings.images[:1]))
    assert drawings.ratings.tolist() == [4, 0]
    assert readability(drawings.flaws)[0] == pytest.approx(readability_oracle(DRAWINGS[0]))


def test_drawings_of_any_size_can_be_scored_and_none_too() -> None:
    scores = ensemble().score([np.full((60, 100, 3), 255, np.uint8), np.zeros((700, 900, 3), np.uint8)])
    assert scores.shape == (2,)
    assert ensemble().score([]).shape == (0,)


def test_what_stands_at_the_border_of_the_canvas_counts() -> None:
    image = np.full((1, 32, 53, 3), 255, np.uint8)
    marked = image.copy()
    marked[0, -1, :10] = 0
    assert (seen_flaws(ensemble().networks, image) != seen_flaws(ensemble().networks, marked)).any()


def test_an_ensemble_comes_back_from_its_files_as_it_was(tmp_path: Path) -> None:
    before = replace(ensemble(), measured_weights=WEIGHTS / 3)
    save(before, tmp_path)
    after = load(tmp_path)
    np.testing.assert_array_equal(seen_flaws(before.networks, few().images), seen_flaws(after.networks, few().images))
    np.testing.assert_array_equal(before.measured_weights, after.measured_weights)


def test_files_that_cannot_be_used_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        load(tmp_path)
    save(ensemble(), tmp_path)
    config = json.loads((tmp_path / CONFIG_FILE).read_text())
    (tmp_path / CONFIG_FILE).write_text(json.dumps(config | {"flaws": config["flaws"][::-1]}))
    with pytest.raises(InputError, match="other flaws"):
        load(tmp_path)
    save(ensemble(), tmp_path)
    (tmp_path / "fold1.safetensors").write_bytes(b"cut off")
    with pytest.raises(InputError, match="train it again"):
        load(tmp_path)
    (tmp_path / CONFIG_FILE).write_text("{}")
    with pytest.raises(InputError, match="train it again"):
        load(tmp_path)


def test_agreement_is_what_it_says() -> None:
    measured = agreement(np.array([1, 2, 4], np.float32), np.array([1, 3, 5], np.float32))
    assert (measured.mse, measured.mae, measured.spearman) == (pytest.approx(2 / 3), pytest.approx(2 / 3), 1)
    assert measured.mse_of_predicting_mean == pytest.approx(8 / 3)
    assert measured.gain == pytest.approx(0.75)
    constant = agreement(np.full(3, 2.0, np.float32), np.array([1, 2, 3], np.float32))
    assert (constant.spearman, constant.spread, constant.chance) == (0, 0, 1)
    scores = np.arange(12, dtype=np.float32)
    assert agreement(scores, scores).chance < 1e-6 < 0.9 < agreement(-scores, scores).chance


@pytest.mark.parametrize(
    ("gain", "spread", "chance"), [(0.1, 1.0, 0.0), (-3.0, 1.0, 0.0), (0.9, 0.0, 0.0), (0.9, 1.0, 0.01)]
)
def test_a_model_that_learned_nothing_is_noticed(gain: float, spread: float, chance: float) -> None:
    measured = Agreement(1 - gain, 1, 0.5, chance, 1, spread)
    with pytest.raises(DiagramforgeError, match="learned nothing") as error:
        check_learned(measured, min_gain=0.2)
    assert "\n" not in str(error.value)
    check_learned(Agreement(0.5, 1, 0.5, 1e-4, 1, 1), min_gain=0.2)
