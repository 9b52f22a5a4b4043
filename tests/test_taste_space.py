"""The taste space: what an image alone shows of colours, outlines, flow, sizes and density."""

from __future__ import annotations

from itertools import accumulate, islice

import cv2
import numpy as np
import pytest

from diagram_core.layout import lay_out
from diagram_core.models.autoencoder import Autoencoder, Encoder
from diagram_core.models.images import Image
from diagram_core.models.taste_space import LOOK_SIZES, Floats, TasteSpace, looks
from diagram_core.notation.plan import read_plan
from diagram_core.render import draw
from diagram_core.synthesis import examples


def drawn(plan: str) -> Image:
    read = read_plan(plan)
    return draw(lay_out(read.structure, read.style))


def aspect(points: Floats, name: str) -> Floats:
    starts = dict(zip(LOOK_SIZES, accumulate(LOOK_SIZES.values(), initial=0), strict=False))
    return points[:, starts[name] : starts[name] + LOOK_SIZES[name]]


CHART = "table > [model] > text > [check] > image"


@pytest.mark.parametrize(
    ("name", "style", "others"),
    [
        ("colours", "right sky box full", ("right rose box full", "right mint box full")),
        ("flow", "right sky box full", ("down sky box full",)),
        ("outlines", "right sky box full", ("right sky round full",)),
    ],
)
def test_a_drawing_lies_nearer_to_its_own_style_than_to_another(name: str, style: str, others: tuple[str, ...]) -> None:
    same = "table > [train] > model > [predict] > text"
    points = looks(
        [
            drawn(f"chart {look}\n{body}")
            for look, body in [(style, CHART), (style, same), *((o, CHART) for o in others)]
        ]
    )
    distances = np.linalg.norm(aspect(points, name) - aspect(points, name)[0], axis=1)
    assert distances[1] < distances[2:].min()


def test_density_follows_the_number_of_nodes() -> None:
    few, many = aspect(
        looks([drawn("network right sky soft full\n3 2"), drawn("network right sky soft full\n6 7 6 5")]), "density"
    )
    assert many[0] > few[0] + 0.5


def test_white_and_dark_shapes_are_seen_and_what_edges_enclose_is_not() -> None:
    image = np.full((600, 1000, 3), 255, np.uint8)
    cv2.rectangle(image, (100, 100), (300, 200), (0, 0, 0), 3)
    cv2.rectangle(image, (700, 100), (900, 200), (0, 0, 60), -1)
    cv2.line(image, (300, 200), (700, 200), (0, 0, 0), 2)
    cv2.line(image, (200, 200), (500, 500), (0, 0, 0), 2)
    cv2.line(image, (500, 500), (800, 200), (0, 0, 0), 2)
    (density,) = aspect(looks([image]), "density")
    (empty,) = aspect(looks([np.full_like(image, 255)]), "density")
    one_shape = (np.log(2) - 0) / (0.57 * np.sqrt(3))
    assert density[0] - empty[0] == pytest.approx(np.log(3) / np.log(2) * one_shape, rel=1e-4)


def test_each_aspect_has_a_variance_of_about_one_among_our_drawings() -> None:
    points = looks([draw(example.diagram()) for example in islice(examples(3, "validation"), 20)])
    for name in LOOK_SIZES:
        assert 0.5 < aspect(points, name).var(axis=0).sum() < 2, name


def test_images_of_any_size_have_looks_and_codes() -> None:
    space = TasteSpace(Encoder(Autoencoder(latent_size=8).eval(), 48))
    images = [np.full(shape, 255, np.uint8) for shape in ((60, 200, 3), (1, 1, 3), (700, 300, 3))]
    points = space.latents(images)
    assert points.shape == (3, sum(space.aspect_sizes))
    assert np.isfinite(points).all()
    assert space.latents([]).shape == (0, sum(space.aspect_sizes))
