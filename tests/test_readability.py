"""The readability networks: every weight moves, the score starts at the mean, and learning nothing is noticed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.models.readability import (
    CONFIG_FILE,
    Agreement,
    Ensemble,
    ReadabilityNet,
    ScoredImages,
    agreement,
    check_learned,
    load,
    predict,
    save,
    train_fold,
)
from diagram_core.models.training import Epoch, Settings
from tests.drawings import spoiled_drawings

CPU = torch.device("cpu")


@cache
def few() -> ScoredImages:
    return spoiled_drawings(16)


def trained(tmp_path: Path, epochs: int, seed: int = 0) -> tuple[ReadabilityNet, list[Epoch]]:
    settings = Settings(epochs, 8, 1e-2, seed)
    return train_fold(few(), few(), settings, CPU, tmp_path / "fold.safetensors", lambda number, epoch: None)


def ensemble(seed: int = 0, networks: int = 2) -> Ensemble:
    torch.manual_seed(seed)
    nets = [ReadabilityNet(2.5).eval() for _ in range(networks)]
    for net in nets:
        torch.nn.init.normal_(net.score.weight)
    return Ensemble(tuple(nets), 32)


def test_it_starts_at_the_mean() -> None:
    scores, maps = ReadabilityNet(3.25)(torch.from_numpy(few().images[:4]).permute(0, 3, 1, 2))
    assert scores.tolist() == [3.25] * 4
    assert maps.shape == (4, 2, 8, 14)


def test_training_lowers_the_loss_and_moves_every_weight(tmp_path: Path) -> None:
    network, curve = trained(tmp_path, epochs=24)
    assert curve[-1].loss < 0.6 * curve[0].loss
    assert curve[-1].validation < 0.5 * few().scores.var()
    torch.manual_seed(0)
    start = dict(ReadabilityNet(float(few().scores.mean())).named_parameters())
    still = [name for name, weight in network.named_parameters() if torch.equal(weight, start[name])]
    assert still == []


def test_the_same_seed_gives_the_same_network(tmp_path: Path) -> None:
    first, other, third = (
        trained(tmp_path / name, epochs=1, seed=seed)[0] for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    images = few().images

    def scores(network: ReadabilityNet) -> list[float]:
        return predict(Ensemble((network,), 32), images).tolist()

    assert scores(first) == scores(other) != scores(third)


def test_scores_are_the_mean_of_the_networks_within_the_scale() -> None:
    both = ensemble()
    images = few().images[:6]
    alone = [predict(Ensemble((network,), 32), images) for network in both.networks]
    together = predict(both, images)
    assert together.dtype == np.float32
    assert together.min() >= 0
    assert together.max() <= 5
    inside = [all(0 < score < 5 for score in pair) for pair in zip(*alone, strict=True)]
    assert any(inside)
    np.testing.assert_allclose(together[inside], np.mean(alone, axis=0)[inside], rtol=1e-5)


def test_drawings_of_any_size_can_be_scored_and_none_too() -> None:
    scores = ensemble().score([np.full((60, 100, 3), 255, np.uint8), np.zeros((700, 900, 3), np.uint8)])
    assert scores.shape == (2,)
    assert ensemble().score([]).shape == (0,)


def test_what_stands_at_the_border_of_the_canvas_counts() -> None:
    image = np.full((1, 32, 53, 3), 255, np.uint8)
    marked = image.copy()
    marked[0, -1, :10] = 0
    assert predict(ensemble(), image)[0] != predict(ensemble(), marked)[0]


def test_an_ensemble_comes_back_from_its_files_as_it_was(tmp_path: Path) -> None:
    before = ensemble()
    save(before, tmp_path)
    np.testing.assert_array_equal(predict(before, few().images), predict(load(tmp_path), few().images))


def test_files_that_cannot_be_used_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
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
    assert (constant.spearman, constant.spread) == (0, 0)


@pytest.mark.parametrize(("gain", "spread"), [(0.1, 1.0), (-3.0, 1.0), (0.9, 0.0)])
def test_a_model_that_learned_nothing_is_noticed(gain: float, spread: float) -> None:
    measured = Agreement(mse=1 - gain, mae=1, spearman=0.5, mse_of_predicting_mean=1, spread=spread)
    with pytest.raises(DiagramforgeError, match="learned nothing") as error:
        check_learned(measured, min_gain=0.2)
    assert "\n" not in str(error.value)
    check_learned(Agreement(0.5, 1, 0.5, 1, 1), min_gain=0.2)
