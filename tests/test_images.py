"""What the models see: any image, on the canvas's aspect, with thin lines still there."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from diagram_core.errors import InputError
from diagram_core.models.images import prepare, read_image


def white(height: int, width: int) -> np.ndarray:
    return np.full((height, width, 3), 255, np.uint8)


@pytest.mark.parametrize("size", [(600, 1000), (1200, 2000), (30, 50), (500, 500), (60, 1000), (1, 1)])
def test_any_size_comes_to_the_same_size(size: tuple[int, int]) -> None:
    prepared = prepare(white(*size), 96)
    assert prepared.shape == (96, 160, 3)
    assert prepared.min() == 255


def test_a_thin_line_stays_darker_than_under_the_mean_and_a_fill_keeps_its_color() -> None:
    image = white(600, 1000)
    image[300, :] = 0
    image[100:200, 100:300] = (200, 220, 240)
    prepared = prepare(image, 96)
    assert prepared[48].max() < 255 * (1 - 1 / 6.25) - 30
    assert prepared[24, 32].tolist() == [200, 220, 240]


def test_another_aspect_gets_white_margins_and_loses_nothing() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    prepared = prepare(image, 60)
    assert prepared[:, :19].min() == prepared[:, -19:].min() == 255
    assert prepared[:, 21:79].max() == 0


def test_what_stands_at_the_border_is_kept() -> None:
    image = white(600, 1000)
    image[:, :8] = 0
    image[-8:] = 0
    prepared = prepare(image, 96)
    assert prepared[:, 0].max() < 20
    assert prepared[-1].max() < 20


def test_an_image_too_thin_for_its_margins_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "thin.png"
    cv2.imwrite(str(path), np.zeros((1, 20_000, 3), np.uint8))
    with pytest.raises(InputError, match="make it smaller"):
        read_image(path)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_images_come_from_files_in_rgb_over_white(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "a.png"
    pixels = {
        1: np.full((4, 5), 9, np.uint8),
        3: np.full((4, 5, 3), (3, 2, 1), np.uint8),
        4: np.full((4, 5, 4), (3, 2, 1, 0), np.uint8),
    }[channels]
    cv2.imwrite(str(path), pixels)
    wanted = {1: [9, 9, 9], 3: [1, 2, 3], 4: [255, 255, 255]}[channels]
    assert read_image(path)[0, 0].tolist() == wanted


def test_deep_color_is_brought_to_eight_bits(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "deep.png"), np.full((4, 5, 3), 65535, np.uint16))
    assert read_image(tmp_path / "deep.png").min() == 255


@pytest.mark.parametrize("content", [b"", b"no image", None])
def test_what_is_no_image_says_so(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"a\.png"):
        read_image(path)
    with pytest.raises(InputError):
        read_image(tmp_path)
