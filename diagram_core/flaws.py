"""What is wrong with a drawing, as far as geometry can tell, and how readable it is for that: the readability oracle.

Readers mind the first flaw of a kind most, and each takes a share of what is left; so most flaws count as the square
root of how much of them there is, and readability is 5 * exp(-weights . flaws). The weights are as plain as they can be
and yet agree with what people rate (docs/readability.md). What people do not mind is left out: a shape drawn wholly
inside another one, lines at an angle, the crossings of a mesh of neurons. Which measures readers mind is the subject of
Purchase, Which Aesthetic Has the Greatest Effect on Human Understanding?, 1997.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diagram_core.diagram import CANVAS_HEIGHT_PX, CANVAS_WIDTH_PX, Diagram
from diagram_core.geometry import TINY_PX, distinct_edges

MAX_READABILITY = 5.0
FLAWS = ("overlaps", "covered", "cut_off", "tangled", "lost", "loose")
WEIGHTS = np.array([1, 2, 1, 1, 1, 0.5], np.float32)
BLANK = 4.0  # how lost a drawing is of which nothing can be seen: hardly anything is left of 5 * exp(-4)
PLACES = ("shapes", *FLAWS[:4])
MAP_ROWS, MAP_COLUMNS = 24, 40

_FINE = 4  # samples a cell of the map, along each side
_FINE_PX = CANVAS_WIDTH_PX / (MAP_COLUMNS * _FINE)  # between samples, the same in both directions
_CANVAS = np.array([CANVAS_WIDTH_PX, CANVAS_HEIGHT_PX], np.float64)
_BORDER_POINTS = 48
_INSIDE = 1 - 1e-6  # a border that only touches another one is not inside it
_WHOLLY = 0.99
_CLIPPED = 0.02  # of a border beyond the canvas, from which one can see that the shape is cut
_PRIOR_RATINGS = 8.0  # how many ratings the weights that are shipped are worth

Floats = NDArray[np.float32]
_Floats = NDArray[np.float64]
_Bools = NDArray[np.bool_]


class Survey(NamedTuple):
    """The flaws of a drawing, and where they are.

    flaws: one number for each of FLAWS, 0 where there is none; but for `lost`, the square root of
    - overlaps: pairs of shapes whose borders cross, a shape;
    - covered: the share of the canvas that more than one shape covers;
    - cut_off: the share of shapes that the edge of the canvas cuts, or that are beyond it;
    - tangled: crossings a line, without those of two lines of one mesh;
    - lost: the share of shapes of which too little is on the canvas to be seen, or how small the whole drawing is;
    - loose: the share of shapes that no line joins to another one.
    places: [len(PLACES), MAP_ROWS, MAP_COLUMNS], 0 to 255. First the share of each cell that shapes cover, then, for
    the first four flaws, the cells in which one can see them.
    """

    flaws: Floats
    places: NDArray[np.uint8]


def readability(flaws: Floats, weights: Floats = WEIGHTS) -> Floats:
    """Readability [n], from 0 to 5, of drawings with these flaws [n, len(FLAWS)]."""
    return np.asarray(MAX_READABILITY * np.exp(-flaws @ weights), np.float32)


def readability_oracle(diagram: Diagram) -> float:
    """How readable a drawing is by its geometry, from 0 to 5."""
    return float(readability(survey(diagram).flaws))


def fit_weights(flaws: Floats, scores: Floats) -> Floats:
    """Weights that fit scores [n] that people gave to drawings with these flaws [n, len(FLAWS)]; few change little.

    Least squares, with WEIGHTS as the prior.
    """
    from scipy.optimize import least_squares  # half a second, for nothing where nothing is fitted

    def misses(weights: _Floats) -> _Floats:
        from_prior = np.sqrt(_PRIOR_RATINGS) * (weights - WEIGHTS)
        return np.concatenate([MAX_READABILITY * np.exp(-flaws.astype(np.float64) @ weights) - scores, from_prior])

    return np.asarray(least_squares(misses, WEIGHTS, bounds=(0, np.inf)).x, np.float32)


def survey(diagram: Diagram) -> Survey:
    """All flaws of a diagram, in some milliseconds for 20 nodes."""
    if not diagram.nodes:
        return Survey(_flaws(lost=BLANK), np.zeros((len(PLACES), MAP_ROWS, MAP_COLUMNS), np.uint8))
    shapes, links = _Shapes.of(diagram), distinct_edges(diagram)
    pairs, crossing_borders = _overlaps(shapes)
    tangles = _tangles(shapes.centers, links)
    is_cut = _is_beyond_canvas(shapes.borders)
    cover = _cover(shapes)
    count = len(diagram.nodes)
    flaws = _flaws(
        overlaps=pairs / count,
        covered=float((cover > 1).mean()),
        cut_off=float((is_cut.mean(1) > _CLIPPED).mean()),
        tangled=len(tangles) / max(1, len(links)),
        lost=_lost(shapes),
        loose=1 - len(np.unique(links)) / count,
    )
    cut_cells = _cover(shapes.select(np.asarray(is_cut.any(1)))) * _EDGE
    places = [
        _shares(cover > 0),
        _marks(crossing_borders),
        _shares(cover > 1),
        _touched(cut_cells > 0),
        _marks(tangles),
    ]
    return Survey(flaws, np.stack(places))


def _flaws(lost: float, **amounts: float) -> Floats:
    roots = {name: amount**0.5 for name, amount in amounts.items()} | {"lost": lost}
    return np.array([roots.get(name, 0) for name in FLAWS], np.float32)


@dataclass(frozen=True, slots=True)
class _Shapes:
    centers: _Floats  # [nodes, 2]
    halves: _Floats  # [nodes, 2]: half the width and height, at least half a pixel
    is_round: _Bools  # [nodes]
    borders: _Floats  # [nodes, points, 2]

    @classmethod
    def of(cls, diagram: Diagram) -> _Shapes:
        boxes = np.array([(n.x, n.y, n.width, n.height, n.shape == "circle") for n in diagram.nodes], np.float64)
        centers, halves, is_round = boxes[:, :2], np.maximum(boxes[:, 2:4] / 2, 0.5), boxes[:, 4] > 0
        outlines = np.where(is_round[:, None, None], _CIRCLE, _SQUARE)
        return cls(centers, halves, is_round, centers[:, None] + halves[:, None] * outlines)

    def select(self, chosen: _Bools) -> _Shapes:
        return _Shapes(self.centers[chosen], self.halves[chosen], self.is_round[chosen], self.borders[chosen])

    def contain(self, points: _Floats) -> _Bools:
        """Which points [..., 2] are inside which shapes. [..., nodes]"""
        away = np.abs(points[..., None, :] - self.centers) / self.halves
        return np.where(self.is_round, (away**2).sum(-1), away.max(-1)) < _INSIDE


def _unit_outlines() -> tuple[_Floats, _Floats]:
    """Points evenly on a circle, and on a square around it. [points, 2]"""
    turns = np.linspace(0, 2 * np.pi, _BORDER_POINTS, endpoint=False)
    along = np.linspace(-1, 1, _BORDER_POINTS // 4, endpoint=False)
    top = np.stack([along, np.full_like(along, -1)], axis=1)
    sides = [top @ np.array([[c, s], [-s, c]]) for c, s in ((1, 0), (0, 1), (-1, 0), (0, -1))]
    return np.stack([np.cos(turns), np.sin(turns)], axis=1), np.concatenate(sides)


_CIRCLE, _SQUARE = _unit_outlines()
_EDGE = np.ones((MAP_ROWS * _FINE, MAP_COLUMNS * _FINE), bool)
_EDGE[1:-1, 1:-1] = False


def _overlaps(shapes: _Shapes) -> tuple[int, _Floats]:
    """How many pairs of shapes have borders that cross, and points [n, 2] of the borders that can be seen to do so."""
    inside = shapes.contain(shapes.borders)  # [nodes, points, nodes]
    share = inside.mean(1)
    np.fill_diagonal(share, 0)
    overlap, holds = share > 0, share > _WHOLLY
    crosses = (overlap | overlap.T) & ~(holds | holds.T)
    is_above = np.tri(len(share), k=-1, dtype=bool)  # later shapes are drawn over earlier ones
    is_hidden = (inside & is_above.T[:, None]).any(2)
    over_another = (inside & (crosses & is_above)[:, None]).any(2)
    return int(np.triu(crosses).sum()), shapes.borders[over_another & ~is_hidden]


def _cover(shapes: _Shapes) -> NDArray[np.intp]:
    """How many shapes cover each sample of the canvas."""
    x = (np.arange(MAP_COLUMNS * _FINE) + 0.5) * _FINE_PX
    y = (np.arange(MAP_ROWS * _FINE) + 0.5) * _FINE_PX
    count = np.zeros((len(y), len(x)), np.intp)
    for (left, top), (half_width, half_height), is_round in zip(
        shapes.centers, shapes.halves, shapes.is_round, strict=True
    ):
        across, down = np.abs(x - left) / half_width, np.abs(y - top)[:, None] / half_height
        count += (across**2 + down**2 < 1) if is_round else (across < 1) & (down < 1)
    return count


def _lost(shapes: _Shapes) -> float:
    """The share of shapes that cannot be seen, or, if more, how far the drawing is from half the canvas; or BLANK."""
    low = np.clip(shapes.centers - shapes.halves, 0, _CANVAS)
    high = np.clip(shapes.centers + shapes.halves, 0, _CANVAS)
    seen = (high - low).min(1) > 0
    if not seen.any():
        return BLANK
    span = float(((high[seen].max(0) - low[seen].min(0)) / _CANVAS).max())
    return max(float(((high - low).min(1) < TINY_PX).mean()), 1 - 2 * span)


def _tangles(centers: _Floats, links: NDArray[np.intp]) -> _Floats:
    """Where two links cross that are not of one mesh [n, 2]: in a mesh, two more links join the ends of the two."""
    starts, along = centers[links[:, 0]], np.diff(centers[links], axis=1)[:, 0]
    between = starts - starts[:, None]  # [links, links, 2]: from the first's start to the second's
    turn = _cross(along[:, None], along)
    with np.errstate(divide="ignore", invalid="ignore"):  # parallel links do not cross
        first, second = _cross(between, along) / turn, _cross(between, along[:, None]) / turn
    is_linked = np.zeros((len(centers), len(centers)), bool)
    is_linked[links[:, 0], links[:, 1]] = is_linked[links[:, 1], links[:, 0]] = True
    a, b = links.T
    is_mesh = (is_linked[a[:, None], a] & is_linked[b[:, None], b]) | (
        is_linked[a[:, None], b] & is_linked[b[:, None], a]
    )
    crosses = (first > 0) & (first < _INSIDE) & (second > 0) & (second < _INSIDE) & ~is_mesh
    rows, columns = np.nonzero(np.triu(crosses))
    return np.asarray(starts[rows] + first[rows, columns, None] * along[rows])


def _cross(first: _Floats, second: _Floats) -> _Floats:
    return np.asarray(first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0])


def _is_beyond_canvas(points: _Floats) -> _Bools:
    return np.asarray(((points < -0.5) | (points > _CANVAS + 0.5)).any(-1))


def _shares(samples: _Bools) -> NDArray[np.uint8]:
    """The share of each cell that is True, of 255."""
    cells = samples.reshape(MAP_ROWS, _FINE, MAP_COLUMNS, _FINE)
    return np.asarray(255 * cells.mean((1, 3)), np.uint8)


def _touched(samples: _Bools) -> NDArray[np.uint8]:
    """255 for cells of which any sample is True."""
    return np.asarray(255 * (_shares(samples) > 0), np.uint8)


def _marks(points: _Floats) -> NDArray[np.uint8]:
    """255 for cells with one of the points."""
    cells = np.zeros((MAP_ROWS, MAP_COLUMNS), np.uint8)
    columns, rows = (points[((points >= 0) & (points < _CANVAS)).all(1)] / (_FINE * _FINE_PX)).astype(int).T
    cells[rows, columns] = 255
    return cells
