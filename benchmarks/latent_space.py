"""What the auto-encoder's codes know: of a drawing's five nearest, the share that has an attribute in common with it.

SPACE_kind, _direction, _palette, _shape for each space: `codes`, the champion's 32 numbers; `pixels`, the drawing in
128 x 128; `pca`, the first 32 principal components of such pixels; `random`, the codes of an encoder that was never
trained; `codes_and_looks`, in which the rater works; `chance`, any other drawing. The drawings are of the test split,
those for the principal components of the training split. An attribute of a drawing is known to no space.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

import benchmarks
from app.champion import champion_bundle
from diagram_core.models.autoencoder import Autoencoder, Encoder
from diagram_core.models.images import Image
from diagram_core.models.taste_space import TasteSpace, load
from diagram_core.render import draw
from diagram_core.synthesis import Example, examples

SEED = 2026
DRAWINGS, PCA_DRAWINGS = 800, 800
NEAREST = 5
SIDE_PX = 128
ATTRIBUTES: dict[str, Callable[[Example], str]] = {
    "kind": lambda example: example.structure.kind,
    "direction": lambda example: example.style.direction,
    "palette": lambda example: example.style.palette,
    "shape": lambda example: _main_shape(example),
}

Floats = NDArray[np.float32]


def measure() -> dict[str, float]:
    """All figures of one run. Raises InputError where no bundle is the champion yet."""
    space = load(champion_bundle().autoencoder)
    made = list(islice(examples(SEED, "test"), DRAWINGS))
    names = {attribute: np.array([name(example) for example in made]) for attribute, name in ATTRIBUTES.items()}
    figures = {"drawings": float(DRAWINGS)}
    for title, points in _spaces(space, _draw(made)).items():
        figures |= {f"{title}_{attribute}": shared(points, values) for attribute, values in names.items()}
    return figures | {f"chance_{attribute}": _by_chance(values) for attribute, values in names.items()}


def _main_shape(example: Example) -> str:
    return Counter(node.shape for node in example.diagram().nodes).most_common(1)[0][0]


def shared(points: Floats, values: NDArray[np.str_]) -> float:
    """Of the NEAREST other points [n, d] of each point, the share of those with the same value [n]."""
    near = NearestNeighbors(n_neighbors=NEAREST).fit(points).kneighbors(return_distance=False)
    return float((values[near] == values[:, None]).mean())


def _by_chance(values: NDArray[np.str_]) -> float:
    counts = np.unique(values, return_counts=True)[1]
    return float((counts * (counts - 1)).sum() / (len(values) * (len(values) - 1)))


def _draw(made: Sequence[Example]) -> list[Image]:
    return [draw(example.diagram()) for example in made]


def _spaces(space: TasteSpace, images: Sequence[Image]) -> dict[str, Floats]:
    torch.manual_seed(SEED)
    untrained = Encoder(Autoencoder(space.encoder.model.latent_size).eval(), space.encoder.image_height_px)
    pixels = _pixels(images)
    components = PCA(space.encoder.model.latent_size, random_state=SEED)
    components.fit(_pixels(_draw(list(islice(examples(SEED, "train"), PCA_DRAWINGS)))))
    return {
        "codes": space.encoder.latents(images),
        "pixels": pixels,
        "pca": np.asarray(components.transform(pixels), np.float32),
        "random": untrained.latents(images),
        "codes_and_looks": space.latents(images),
    }


def _pixels(images: Sequence[Image]) -> Floats:
    small = [cv2.resize(image, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA) for image in images]
    return np.asarray(np.reshape(small, (len(images), -1)) / 255, np.float32)


if __name__ == "__main__":
    benchmarks.main("Drawings alike", measure)
