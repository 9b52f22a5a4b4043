"""Stage: the drawings that the image models learn from, correct and faulty, as one array of small images."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from diagram_core.diagram import Diagram
from diagram_core.errors import InputError
from diagram_core.files import whole_file, write_bytes
from diagram_core.flaws import Survey, readability, survey
from diagram_core.models.images import Image, prepare
from diagram_core.render import draw, encode_png, sheet
from diagram_core.synthesis import Example, examples
from diagram_core.synthesis.half_trained import half_trained
from diagram_core.synthesis.spoil import spoil
from tasks.config import RenderConfig
from tasks.log import StageLog

DRAWINGS_FILE = "drawings.npz"
SHEET_FILE = "sheet.png"

CLASSIC_SHARE = 0.6  # in the look of the drawings that people have rated; the others as we draw

_CHUNK = 32  # drawings a worker takes at a time
_FEWEST_FOR_WORKERS = 400  # with less to draw, starting processes costs more than it saves
_SHEET_ROWS, _SHEET_COLUMNS = 5, 6


class Drawings(NamedTuple):
    """n drawings of g groups. A group is a diagram and its spoiled twin: they may not be parted by a split.

    The last four columns say what correct and spoiled drawings show; half-trained ones have empty texts there.
    """

    images: Image  # [n, h, w, 3], prepared
    flaws: NDArray[np.float32]  # [n, flaws], by `survey`, as the next
    places: NDArray[np.uint8]  # [n, places, rows, columns]
    groups: NDArray[np.int32]  # [n]
    held_out: NDArray[np.bool_]  # [n], never to be trained on
    spoiled: NDArray[np.bool_]  # [n], or half-trained
    classic: NDArray[np.bool_]  # [n], drawn without labels as earlier systems did
    kinds: NDArray[np.str_]  # [n], of the structure, as the next three
    directions: NDArray[np.str_]
    palettes: NDArray[np.str_]
    shapes: NDArray[np.str_]

    @property
    def scores(self) -> NDArray[np.float32]:
        """Readability by the oracle, 0 to 5. [n]"""
        return readability(self.flaws)

    def select(self, chosen: NDArray[np.bool_]) -> Drawings:
        """The chosen drawings."""
        columns: dict[str, Any] = {name: column[chosen] for name, column in self._asdict().items()}
        return Drawings(**columns)


class _Job(NamedTuple):
    """One drawing to make, from a seed of its own. example: None for one of a half-trained model."""

    example: Example | None
    group: int
    spoiled: bool
    seed: str
    height_px: int


class _Drawing(NamedTuple):
    image: Image
    survey: Survey
    classic: bool


def run(config: RenderConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Write drawings.npz and a sheet of samples. The group is the unit of the held-out split."""
    jobs = list(_jobs(config))
    drawn = []
    for number, drawing in enumerate(_draw_all(jobs), start=1):
        drawn.append(drawing)
        if number % _CHUNK == 0 or number == len(jobs):
            log.progress(number, len(jobs), "drawings")
    drawings = _gather(jobs, drawn, config)
    with whole_file(out_dir / DRAWINGS_FILE) as temporary:
        np.savez_compressed(temporary, **drawings._asdict())
    write_bytes(out_dir / SHEET_FILE, encode_png(_samples(drawings)))
    log.artifact(out_dir / SHEET_FILE, "samples")
    return {
        "drawings": float(len(jobs)),
        "held_out": float(drawings.held_out.sum()),
        "mean_score_correct": float(drawings.scores[~drawings.spoiled].mean()),
        "mean_score_spoiled": float(drawings.scores[drawings.spoiled].mean()),
        "spread_of_scores": float(drawings.scores.std()),
    }


def read_drawings(folder: Path) -> Drawings:
    """What the stage left in its folder. Raises InputError where it cannot be read."""
    path = folder / DRAWINGS_FILE
    try:
        with np.load(path, allow_pickle=False) as columns:
            return Drawings(**{name: columns[name] for name in Drawings._fields})
    except FileNotFoundError:
        raise InputError(f"no drawings in {folder}: run the render stage") from None
    except (OSError, EOFError, KeyError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}): run the render stage again") from None


def _jobs(config: RenderConfig) -> Iterator[_Job]:
    groups = max(config.correct_diagrams, config.spoiled_diagrams)
    for group, example in enumerate(islice(examples(config.seed, "train"), groups)):
        for spoiled, count in ((False, config.correct_diagrams), (True, config.spoiled_diagrams)):
            if group < count:
                seed = f"{config.seed}:{group}:{spoiled}"
                yield _Job(example, group, spoiled, seed, config.image_height_px)
    for group in range(groups, groups + config.half_trained_diagrams):
        yield _Job(None, group, True, f"{config.seed}:{group}:half-trained", config.image_height_px)


def _draw_all(jobs: list[_Job]) -> Iterable[_Drawing]:
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if len(jobs) < _FEWEST_FOR_WORKERS or workers == 1:
        yield from map(_draw, jobs)
        return
    spawn = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_one_thread) as pool:
        yield from pool.map(_draw, jobs, chunksize=_CHUNK)


def _one_thread() -> None:
    cv2.setNumThreads(1)


def _draw(job: _Job) -> _Drawing:
    rng = Random(job.seed)
    classic = rng.random() < CLASSIC_SHARE
    diagram = _diagram(job, rng)
    image = prepare(draw(diagram, classic=classic), job.height_px)
    return _Drawing(image, survey(diagram), classic)


def _diagram(job: _Job, rng: Random) -> Diagram:
    if job.example is None:
        return half_trained(rng)
    return spoil(job.example.diagram(), rng) if job.spoiled else job.example.diagram()


def _gather(jobs: list[_Job], drawn: list[_Drawing], config: RenderConfig) -> Drawings:
    groups = np.array([job.group for job in jobs], np.int32)
    count = int(groups.max()) + 1
    order = np.random.default_rng(config.seed).permutation(count)
    held_out = np.isin(groups, order[: max(1, round(count * config.held_out_share))])
    return Drawings(
        images=np.stack([drawing.image for drawing in drawn]),
        flaws=np.stack([drawing.survey.flaws for drawing in drawn]),
        places=np.stack([drawing.survey.places for drawing in drawn]),
        groups=groups,
        held_out=held_out,
        spoiled=np.array([job.spoiled for job in jobs]),
        classic=np.array([drawing.classic for drawing in drawn]),
        kinds=np.array([job.example.structure.kind if job.example else "" for job in jobs]),
        directions=np.array([job.example.style.direction if job.example else "" for job in jobs]),
        palettes=np.array([job.example.style.palette if job.example else "" for job in jobs]),
        shapes=np.array([job.example.style.shapes if job.example else "" for job in jobs]),
    )


def _samples(drawings: Drawings) -> Image:
    """Drawings evenly over the scores, best first, as the models see them."""
    order = np.argsort(-drawings.scores, kind="stable")
    count = min(_SHEET_ROWS * _SHEET_COLUMNS, len(order))
    chosen = order[np.linspace(0, len(order) - 1, count).astype(int)]
    captions = [f"{drawings.scores[i]:.1f}" for i in chosen]
    return sheet([drawings.images[i] for i in chosen], captions, _SHEET_COLUMNS)
