"""Measurements of a bundle on data that it was not trained on: each is rows in, numbers out."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from diagram_core.diagram import Diagram
from diagram_core.drawing import DrawnCandidate, Judge, rank_images
from diagram_core.errors import InputError, UsageError
from diagram_core.files import read_rows
from diagram_core.geometry import measure
from diagram_core.layout import lay_out
from diagram_core.models.readability import agreement
from diagram_core.notation.listing import read_list
from diagram_core.notation.plan import read_plan
from diagram_core.people import read_rated
from diagram_core.prompting import check_prompt
from diagram_core.render import Image, draw
from diagram_core.structure import (
    Element,
    ElementKind,
    Structure,
    StructureKind,
    differences,
    same_graph,
    same_structure,
    structural_score,
)
from diagram_core.wording import names_of

_LAYER_KINDS: dict[str, ElementKind] = {"cnn_input": "image", "conv": "conv", "pool": "pool", "dense": "dense"}
_NODE_BRACKETS = (8, 16, 24, math.inf)  # the most nodes of each row of the breakdown
_CHUNK = 64  # drawings that are in memory at the same time

Progress = Callable[[int, int], None]  # done, total
ReadabilityScore = Callable[[Sequence[Image], Sequence[Diagram]], NDArray[np.float32]]


@dataclass(frozen=True)
class PromptCase:
    """A prompt and the diagram it asks for. structure: None where only the graph is known, not what its nodes are."""

    prompt: str
    diagram: Diagram
    kind: StructureKind
    structure: Structure | None = None


@dataclass(frozen=True)
class PromptResult:
    """What was drawn for a case, in numbers. Shares are of all its candidates; the rest is of the one named.

    exact: the same directed graph up to renumbering; exact_share of all candidates. exact_structure: also the same
    kinds and sizes, where both are known. own_words: every word of the names in the plan stands in the prompt; None
    where no answer is a plan. mistakes: what the first answer lacks, adds or changes, where the structure asked for is
    known. structural_score: see `structure.structural_score`. seconds: of all candidates together, drawn and ranked.
    """

    prompt: str
    kind: StructureKind
    nodes: int  # that were asked for
    answer: str  # the first candidate's
    valid: float
    stopped: float
    overlap_free: float
    on_canvas: float
    exact_first: bool
    exact_recommended: bool
    exact_share: float
    exact_structure_first: bool | None
    own_words: float | None
    mistakes: tuple[str, ...]
    structural_score: float
    candidates: int
    tokens: int
    seconds: float


def read_prompt_cases(path: Path) -> list[PromptCase]:
    """Rows of `prompt` with a `plan`, or with a `diagram` (list notation) and the `structure` that it draws.

    Raises InputError that names the file and the row.
    """
    return [_prompt_case(row, place) for row, place in _rows(path)]


def measure_prompts(
    cases: Sequence[PromptCase], draw_all: Callable[[str], list[DrawnCandidate]], progress: Progress
) -> list[PromptResult]:
    """Draw the prompt of each case with `draw_all` (best first) and compare."""
    results = []
    for number, case in enumerate(cases, start=1):
        started = time.perf_counter()
        drawn = draw_all(case.prompt)
        results.append(compare(case, drawn, time.perf_counter() - started))
        progress(number, len(cases))
    return results


def compare(case: PromptCase, drawn: Sequence[DrawnCandidate], seconds: float) -> PromptResult:
    """What the candidates for a case, best first, are worth."""
    first = min(drawn, key=lambda candidate: candidate.ranked.index)
    geometries = [measure(candidate.diagram) for candidate in drawn if candidate.diagram is not None]
    structures = [candidate.structure for candidate in drawn if candidate.structure is not None]
    return PromptResult(
        prompt=case.prompt,
        kind=case.kind,
        nodes=len(case.diagram.nodes),
        answer=first.text,
        valid=len(geometries) / len(drawn),
        stopped=sum(candidate.candidate.stopped for candidate in drawn) / len(drawn),
        overlap_free=sum(geometry.overlap_share == 0 for geometry in geometries) / len(drawn),
        on_canvas=sum(geometry.off_canvas_share == 0 for geometry in geometries) / len(drawn),
        exact_first=_is_exact(case, first),
        exact_recommended=_is_exact(case, drawn[0]),
        exact_share=_mean([_is_exact(case, candidate) for candidate in drawn]),
        exact_structure_first=_has_exact_structure(case, first),
        own_words=_mean([_in_own_words(case.prompt, structure) for structure in structures]) if structures else None,
        mistakes=_mistakes(case, first),
        structural_score=structural_score(case.diagram, first.diagram or Diagram(()), case.kind == "network"),
        candidates=len(drawn),
        tokens=sum(candidate.candidate.tokens for candidate in drawn),
        seconds=seconds,
    )


def summarize(results: Sequence[PromptResult]) -> dict[str, float]:
    """The means over prompts; over diagrams for `seconds_per_diagram` and `tokens_per_diagram`.

    exact_structure_rate_first is there only where an answer's structure could be compared, own_words_rate where answers
    are plans. exact_rate_any: how often any candidate is exact. pick_rate, how often the ranking then puts an exact one
    first, and pick_rate_by_chance, how often any order would, are there only where one was.
    """
    diagrams = sum(result.candidates for result in results)
    structures = [result.exact_structure_first for result in results if result.exact_structure_first is not None]
    with_exact = [result for result in results if result.exact_share > 0]
    own_words = [result.own_words for result in results if result.own_words is not None]
    summary = {
        "prompts": float(len(results)),
        "valid_rate": _mean([result.valid for result in results]),
        "stopped_rate": _mean([result.stopped for result in results]),
        "exact_rate_first": _mean([result.exact_first for result in results]),
        "exact_rate_recommended": _mean([result.exact_recommended for result in results]),
        "exact_rate_any": len(with_exact) / len(results),
        "structural_score": _mean([result.structural_score for result in results]),
        "overlap_free_rate": _mean([result.overlap_free for result in results]),
        "on_canvas_rate": _mean([result.on_canvas for result in results]),
        "seconds_per_diagram": sum(result.seconds for result in results) / diagrams,
        "tokens_per_diagram": sum(result.tokens for result in results) / diagrams,
    }
    if with_exact:
        summary["pick_rate"] = _mean([result.exact_recommended for result in with_exact])
        summary["pick_rate_by_chance"] = _mean([result.exact_share for result in with_exact])
    if structures:
        summary["exact_structure_rate_first"] = _mean(structures)
    if own_words:
        summary["own_words_rate"] = _mean(own_words)
    return summary


def breakdown(results: Sequence[PromptResult]) -> list[dict[str, Any]]:
    """`summarize` for each kind of diagram and bracket of node counts, as rows of a table."""
    groups: dict[tuple[str, int], list[PromptResult]] = {}
    for result in results:
        bracket = next(i for i, most in enumerate(_NODE_BRACKETS) if result.nodes <= most)
        groups.setdefault((result.kind, bracket), []).append(result)
    return [
        {"kind": kind, "nodes": _bracket_name(bracket), **summarize(group)}
        for (kind, bracket), group in sorted(groups.items())
    ]


def measure_readability(path: Path, score: ReadabilityScore) -> dict[str, float]:
    """Score drawings that people rated (a file for `read_rated`), as those saw them.

    Each measure twice: as drawings are scored whose diagram is known, and, `picture_...`, by the picture alone.
    score(images, diagrams): readability [n]; diagrams is () where only the pictures are known. Raises InputError that
    names the file and the row.
    """
    rated = read_rated(path)
    diagrams, wanted = [diagram for diagram, _ in rated], np.array([score for _, score in rated], np.float32)
    chunks = [diagrams[start : start + _CHUNK] for start in range(0, len(diagrams), _CHUNK)]
    predicted: dict[str, list[NDArray[np.float32]]] = {"": [], "picture_": []}
    for chunk in chunks:
        images = [draw(diagram, classic=True) for diagram in chunk]
        predicted[""].append(score(images, chunk))
        predicted["picture_"].append(score(images, ()))
    measured = {name: agreement(np.concatenate(scores), wanted) for name, scores in predicted.items()}
    return {
        "answers": float(len(rated)),
        **{f"{name}mse": found.mse for name, found in measured.items()},
        **{f"{name}mae": found.mae for name, found in measured.items()},
        **{f"{name}spearman": found.spearman for name, found in measured.items()},
        "mse_of_predicting_mean": measured[""].mse_of_predicting_mean,
    }


def measure_parser(path: Path) -> dict[str, int]:
    """Read rows of `answer`, in list notation or whatever a model made of it, and count what was read and dropped.

    Raises InputError that names the file and the row.
    """
    nodes = dropped = exceptions = 0
    rows = _rows(path)
    for row, place in rows:
        answer = _text(row, "answer", place)
        try:
            reading = read_list(answer)
        except Exception:  # the measurement is whether any answer can bring the reader down
            exceptions += 1
            continue
        nodes += len(reading.diagram.nodes)
        dropped += len(reading.dropped)
    return {"answers": len(rows), "nodes_read": nodes, "items_dropped": dropped, "exceptions": exceptions}


def measure_ranking(judge: Judge, images: Mapping[str, Image], user: str) -> list[dict[str, Any]]:
    """Drawings by name (RGB, any size), best first: image, score, readability, expected_rating, all three 0..5."""
    names = list(images)
    return [
        {
            "image": names[ranked.index],
            "score": ranked.score,
            "readability": ranked.readability,
            "expected_rating": ranked.expected_rating,
        }
        for ranked in rank_images(judge, list(images.values()), recommend=len(names), user=user)
    ]


def _prompt_case(row: dict[str, Any], place: str) -> PromptCase:
    prompt = _text(row, "prompt", place)
    wanted = _text(row, "plan" if "plan" in row else "diagram", place)
    try:
        check_prompt(prompt)
        if "plan" in row:
            plan = read_plan(wanted)
            return PromptCase(prompt, lay_out(plan.structure, plan.style), plan.structure.kind, plan.structure)
        diagram = read_list(wanted).diagram
        if not diagram.nodes:
            raise InputError("no node can be read from its diagram")
        if "structure" not in row:
            raise InputError("neither 'plan' nor 'structure' says what its nodes are")
        return _case_of_structure(prompt, diagram, row["structure"])
    except (LookupError, TypeError, ValueError) as error:
        raise InputError(f"{place}: its structure is not of the known form ({error!r})") from None
    except (InputError, UsageError) as error:
        raise InputError(f"{place}: {error}") from None


def _case_of_structure(prompt: str, diagram: Diagram, structure: dict[str, Any]) -> PromptCase:
    """Of networks, what each layer is, is compared as well as the graph; the types of a chart's steps are coarser."""
    if structure["task_name"] != "dl_model":
        return PromptCase(prompt, diagram, "chart")
    kinds = [_LAYER_KINDS[name] for name in structure["shape_types"]]
    sizes = [int(size) for size in structure["shape_sizes"]]
    elements = [Element(kind, "", size) for kind, size in zip(kinds, sizes, strict=True)]
    if kinds[0] == "dense":
        elements[0] = Element("input", "", sizes[0])
    chain = tuple((i, i + 1) for i in range(len(elements) - 1))
    return PromptCase(prompt, diagram, "network", Structure("network", tuple(elements), chain))


def _is_exact(case: PromptCase, drawn: DrawnCandidate) -> bool:
    return drawn.diagram is not None and same_graph(case.diagram, drawn.diagram)


def _has_exact_structure(case: PromptCase, drawn: DrawnCandidate) -> bool | None:
    """None where the case does not say it, or the answer is in a notation that does not."""
    if case.structure is None or not drawn.text.startswith(get_args(StructureKind)):
        return None
    return drawn.structure is not None and same_structure(case.structure, drawn.structure)


def _in_own_words(prompt: str, structure: Structure) -> bool:
    """Whether the names of steps and named blocks are made of the prompt's words."""
    words = re.findall(r"\w+", " ".join(names_of(structure)).casefold())
    return all(word in prompt.casefold() for word in words if not word.startswith("upsample"))


def _mistakes(case: PromptCase, drawn: DrawnCandidate) -> tuple[str, ...]:
    return differences(case.structure, drawn.structure) if case.structure and drawn.structure else ()


def _bracket_name(bracket: int) -> str:
    least = _NODE_BRACKETS[bracket - 1] + 1 if bracket else 1
    most = _NODE_BRACKETS[bracket]
    return f"{least:g} or more" if most == math.inf else f"{least:g} to {most:g}"


def _rows(path: Path) -> list[tuple[dict[str, Any], str]]:
    """Rows with their places, for messages. Raises InputError where there is none."""
    rows = read_rows(path)
    if not rows:
        raise InputError(f"{path} has no rows: one JSON object a line is expected")
    return [(row, f"{path}, row {number}") for number, row in enumerate(rows, start=1)]


def _text(row: dict[str, Any], key: str, place: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise InputError(f"{place}: {key!r} should be a text, and is {value!r:.60}")
    return value


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
