"""The auto-encoder: every weight moves, lines count, and a collapsed latent space is noticed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.models.autoencoder import (
    WEIGHTS_FILE,
    Autoencoder,
    Encoder,
    Reconstruction,
    check_learned,
    drawing_error,
    effective_dimensions,
    encode,
    load,
    reconstruct,
    reconstruction,
    save,
    target,
    train_autoencoder,
)
from diagram_core.models.images import Image
from diagram_core.models.training import Epoch, Settings
from tests.drawings import spoiled_drawings

CPU = torch.device("cpu")


@cache
def few() -> Image:
    return spoiled_drawings(16).images


@cache
def untrained() -> Encoder:
    torch.manual_seed(0)
    return Encoder(Autoencoder(8).eval(), 32)


def trained(tmp_path: Path, epochs: int, attributes: Sequence[int] = (-1,) * 16) -> tuple[Autoencoder, list[Epoch]]:
    """attributes: the class of each drawing in one respect."""
    settings, checkpoint = Settings(epochs, 8, 5e-3, 0), tmp_path / "a.safetensors"
    known = np.array(attributes, np.int64)[:, None]
    return train_autoencoder(few(), known, few(), 8, settings, CPU, checkpoint, lambda number, epoch: None)


def test_training_lowers_the_loss_moves_every_weight_and_uses_the_latent_space(tmp_path: Path) -> None:
    model, curve = trained(tmp_path, epochs=30)
    assert curve[-1].loss < 0.8 * curve[0].loss
    torch.manual_seed(0)
    start = dict(Autoencoder(8).named_parameters())
    assert [name for name, weight in model.named_parameters() if torch.equal(weight, start[name])] == []
    assert reconstruction(model, few()).gain > 0.1
    latents = encode(model, few())
    assert effective_dimensions(latents) > 1.5
    np.testing.assert_allclose(latents.mean(axis=0), 0, atol=1e-4)
    assert (latents**2).sum(axis=1).mean() == pytest.approx(1, rel=1e-3)


def test_what_the_ink_does_not_show_is_learned_from_the_attributes(tmp_path: Path) -> None:
    """Drawings of the same class come to lie closer together, though the classes are drawn by lot."""
    classes = np.random.default_rng(0).permutation(np.repeat((0, 1), 8))

    def separation(attributes: Sequence[int], name: str) -> float:
        latents = encode(trained(tmp_path / name, 30, attributes)[0], few())
        return float(np.linalg.norm(latents[classes == 0].mean(axis=0) - latents[classes == 1].mean(axis=0)))

    assert separation(classes.tolist(), "told") > 2 * separation((-1,) * 16, "untold")


def test_the_same_seed_gives_the_same_latents(tmp_path: Path) -> None:
    first, other = (encode(trained(tmp_path / name, epochs=1)[0], few()) for name in "ab")
    np.testing.assert_array_equal(first, other)


def test_shapes_of_what_goes_in_and_out() -> None:
    images = torch.from_numpy(few()).permute(0, 3, 1, 2)
    assert target(images).shape == untrained().model(images).shape == (16, 3, 48, 80)
    for images in (few()[:2], few()[:2].repeat(2, axis=1).repeat(2, axis=2)):
        assert reconstruct(untrained().model, images).shape == images.shape
    assert untrained().latents([np.zeros((60, 200, 3), np.uint8)]).shape == (1, 8)
    assert untrained().latents([]).shape == (0, 8)


def test_a_thin_line_counts_as_much_as_a_far_larger_even_area() -> None:
    line, area = torch.zeros(1, 3, 48, 80), torch.zeros(1, 3, 48, 80)
    line[:, :, 24] = 0.5
    area[:, :, 10:40, 10:70] = 0.15
    paper = torch.zeros(1, 3, 48, 80)
    lost_line, lost_area = drawing_error(paper, line), drawing_error(paper, area)
    assert lost_line > lost_area
    assert (line.mean() < area.mean()) and ((line**2).mean() < 1.1 * (area**2).mean())


def test_effective_dimensions_count_directions() -> None:
    rng = np.random.default_rng(0)
    spread = rng.normal(size=(500, 4)).astype(np.float32)
    assert effective_dimensions(spread) == pytest.approx(4, abs=0.3)
    assert effective_dimensions(spread * [1, 0, 0, 0]) == pytest.approx(1)
    assert effective_dimensions(np.ones((50, 4), np.float32)) == 0
    assert effective_dimensions(spread[:, :1]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("measured", "dimensions"),
    [(Reconstruction(1.0, 1.0), 9.0), (Reconstruction(0.1, 1.0), 1.0), (Reconstruction(0, 0), 9)],
)
def test_a_collapsed_model_is_noticed(measured: Reconstruction, dimensions: float) -> None:
    with pytest.raises(DiagramforgeError, match="learned nothing") as error:
        check_learned(measured, dimensions, min_gain=0.2)
    assert "\n" not in str(error.value)
    check_learned(Reconstruction(0.5, 1.0), 5.0, min_gain=0.2)


def test_the_mean_image_gains_nothing() -> None:
    class Mean(Autoencoder):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            everything = torch.from_numpy(few()).permute(0, 3, 1, 2)
            return target(everything).mean(dim=0).expand(len(images), -1, -1, -1)

    assert reconstruction(Mean(8), few()).gain == pytest.approx(0, abs=1e-5)


def test_an_encoder_comes_back_from_its_files_as_it_was(tmp_path: Path) -> None:
    save(untrained(), tmp_path)
    after = load(tmp_path)
    np.testing.assert_array_equal(encode(untrained().model, few()), encode(after.model, few()))
    assert after.image_height_px == 32


def test_files_that_cannot_be_used_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        load(tmp_path)
    save(untrained(), tmp_path)
    (tmp_path / WEIGHTS_FILE).write_bytes(b"cut off")
    with pytest.raises(InputError, match="train it again"):
        load(tmp_path)
