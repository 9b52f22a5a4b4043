"""Figures that stages show beside their runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from numpy.typing import NDArray

from diagram_core.files import whole_file
from diagram_core.models.images import Image
from diagram_core.models.training import Epoch

Floats = NDArray[np.float32]


def learning_curves(path: Path, curves: Mapping[str, Sequence[Epoch]], ylabel: str) -> None:
    """Training loss (dashed) and validation error (solid, what `ylabel` says) of each model, by epoch."""
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot(xlabel="epoch", ylabel=ylabel, yscale="log")
    for number, (name, curve) in enumerate(curves.items()):
        epochs, color = range(1, len(curve) + 1), f"C{number}"
        axes.plot(epochs, [epoch.validation for epoch in curve], color=color, label=f"{name}, validation")
        axes.plot(epochs, [epoch.loss for epoch in curve], color=color, linestyle="--", label=f"{name}, training loss")
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    _save(figure, path)


def loss_curve(path: Path, training: Sequence[tuple[int, float]], validation: Sequence[tuple[int, float]]) -> None:
    """Losses of a language model by step, on what it is trained on and on held-out answers."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot(xlabel="step", ylabel="loss, nats a token", yscale="log")
    axes.plot(*zip(*training, strict=True), color="C0", linewidth=1, alpha=0.7, label="training")
    axes.plot(*zip(*validation, strict=True), color="C1", marker="o", label="held-out answers")
    axes.grid(alpha=0.3)
    axes.legend()
    _save(figure, path)


def predicted_against_wanted(path: Path, predicted: Floats, wanted: Floats, title: str) -> None:
    """A scatter of scores 0..5; on the diagonal they agree."""
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.add_subplot(xlabel="wanted", ylabel="predicted", title=title, xlim=(-0.1, 5.1), ylim=(-0.1, 5.1))
    axes.plot([0, 5], [0, 5], color="0.7", linewidth=1)
    axes.scatter(wanted, predicted, s=12, alpha=0.6)
    _save(figure, path)


def thumbnail_map(path: Path, images: Image, points: Floats, title: str) -> None:
    """Small images [n, h, w, 3] at their points [n, 2]."""
    figure = Figure(figsize=(12, 8), layout="constrained")
    axes = figure.add_subplot(title=title)
    axes.scatter(points[:, 0], points[:, 1], s=1)
    for image, point in zip(images, points, strict=True):
        thumbnail = OffsetImage(image, zoom=56 / image.shape[1])
        axes.add_artist(AnnotationBbox(thumbnail, (point[0], point[1]), pad=0.05, bboxprops={"linewidth": 0.3}))
    _save(figure, path)


def gains_by_seed(path: Path, gains: Mapping[str, Sequence[float | None]]) -> None:
    """What a training of each model gained, by its seed; None, a cross at 0, where it learned nothing."""
    figure = Figure(figsize=(7, 3), layout="constrained")
    panels = figure.subplots(1, len(gains), sharey=True, squeeze=False)[0]
    for number, (axes, (name, values)) in enumerate(zip(panels, gains.items(), strict=True)):
        failed = [seed for seed, value in enumerate(values) if value is None]
        axes.bar(range(len(values)), [value or 0 for value in values], color=f"C{number}")
        if failed:  # an empty line that is not clipped would push the panels apart
            axes.plot(failed, [0] * len(failed), "x", color="black", clip_on=False)
        axes.set(title=name, xlabel="seed", ylim=(0, 1))
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("gain over the mean")
    _save(figure, path)


def compared_models(
    path: Path,
    models: Mapping[str, Mapping[str, float]],
    measures: Mapping[str, str],
    written: Callable[[float], str],
) -> None:
    """Bars of each measure (its label by its name) side by side, a row a model; where one is missing, it says so."""
    figure = Figure(figsize=(3.2 * len(measures) + 2, 0.4 * len(models) + 1.3), layout="constrained")
    panels = figure.subplots(1, len(measures), sharey=True, squeeze=False)[0]
    rows = range(len(models))
    for number, (axes, (name, label)) in enumerate(zip(panels, measures.items(), strict=True)):
        values = [found.get(name) for found in models.values()]
        lengths = [value or 0 for value in values]
        bars = axes.barh(rows, lengths, color=f"C{number}", height=0.6)
        axes.bar_label(bars, ["failed" if value is None else written(value) for value in values], padding=3)
        axes.set_title(label, fontsize="medium")
        axes.set_xlim(0, 1.25 * max(1, *lengths))  # room for the numbers; shares show what is missing to all
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_yticks(rows, list(models))
    panels[0].invert_yaxis()
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=110)
