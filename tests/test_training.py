"""The training loop: it learns, it can be killed after any epoch, and the seed decides everything."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.models.training import Epoch, Settings, pick_device, train

SETTINGS = Settings(epochs=4, batch_size=8, learning_rate=0.05, seed=3)


def fit(checkpoint: Path, settings: Settings = SETTINGS, stop_after: int = 99) -> tuple[nn.Module, list[Epoch]]:
    """A line through noisy points; batch norm, because its running statistics have to survive too."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 1))
    points = torch.randn(50, 2)
    wanted = points @ torch.tensor([[1.0], [-2.0]]) + 0.5

    def loss_of(rows: Tensor, generator: torch.Generator) -> Tensor:
        noise = 0.01 * torch.randn(points[rows].shape, generator=generator)
        return ((model(points[rows] + noise) - wanted[rows]) ** 2).mean()

    def on_epoch(number: int, epoch: Epoch) -> None:
        if number + 1 == stop_after:
            raise KeyboardInterrupt

    curve = train(model, loss_of, lambda: 0.0, len(points), settings, checkpoint, on_epoch)
    return model, curve


def weights(model: nn.Module) -> list[float]:
    return torch.cat([value.float().flatten() for value in model.state_dict().values()]).tolist()


def test_the_loss_falls(tmp_path: Path) -> None:
    _, curve = fit(tmp_path / "a.safetensors", Settings(20, 8, 0.1, 0))
    assert curve[-1].loss < 0.2 * curve[0].loss


def test_a_killed_training_ends_as_an_unbroken_one(tmp_path: Path) -> None:
    unbroken, curve = fit(tmp_path / "unbroken.safetensors")
    for epoch in (1, 3):
        with pytest.raises(KeyboardInterrupt):
            fit(tmp_path / "broken.safetensors", stop_after=epoch)
    resumed, resumed_curve = fit(tmp_path / "broken.safetensors")
    assert weights(resumed) == weights(unbroken)
    assert resumed_curve == curve


@pytest.mark.parametrize("examples", [2, 17, 33])
def test_no_batch_is_left_with_a_single_example(tmp_path: Path, examples: int) -> None:
    sizes: list[int] = []
    model = nn.Linear(1, 1)

    def loss_of(rows: Tensor, generator: torch.Generator) -> Tensor:
        sizes.append(len(rows))
        return model(torch.ones(1)).sum()

    settings = Settings(1, 16, 0.1, 0)
    train(model, loss_of, lambda: 0.0, examples, settings, tmp_path / "a.safetensors", lambda number, epoch: None)
    assert sum(sizes) == examples
    assert min(sizes) > 1


def test_seeds_differ(tmp_path: Path) -> None:
    first, _ = fit(tmp_path / "a.safetensors")
    other, _ = fit(tmp_path / "b.safetensors", Settings(4, 8, 0.05, seed=4))
    assert weights(first) != weights(other)


def test_a_checkpoint_of_another_model_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"cut off")
    with pytest.raises(DiagramforgeError, match="delete it"):
        fit(path)


def test_a_loss_that_is_no_number_stops_the_training(tmp_path: Path) -> None:
    model = nn.Linear(1, 1)

    def loss_of(rows: Tensor, generator: torch.Generator) -> Tensor:
        return model(torch.full((1, 1), float("nan"))).mean()

    with pytest.raises(DiagramforgeError, match="learning rate"):
        train(model, loss_of, lambda: 0.0, 8, SETTINGS, tmp_path / "a.safetensors", lambda number, epoch: None)
    assert not (tmp_path / "a.safetensors").exists()


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_refused() -> None:
    assert pick_device("auto").type == "cpu"
    with pytest.raises(InputError, match="set device to auto"):
        pick_device("cuda")
