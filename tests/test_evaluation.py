"""Measurements, on hand-made cases whose figures are known."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diagram_core import evaluation
from diagram_core.diagram import Diagram
from diagram_core.drawing import DrawnCandidate
from diagram_core.errors import InputError
from diagram_core.evaluation import (
    PromptCase,
    breakdown,
    compare,
    measure_parser,
    measure_prompts,
    measure_readability,
    read_prompt_cases,
    summarize,
)
from diagram_core.generate import Candidate
from diagram_core.layout import lay_out
from diagram_core.notation import read_answer
from diagram_core.notation.listing import write_list
from diagram_core.notation.plan import read_plan
from diagram_core.recommend import Ranked
from diagram_core.render import draw
from diagram_core.structure import Style

STYLE = "network right sky soft full\n"
CHART = "chart down sand soft full\na > [sort] > b"
NETWORK = {"task_name": "dl_model", "shape_types": [], "shape_sizes": []}
TYPED_PROMPTS = [  # training never sees them; by whom they were read, and when: starter/README.md
    Path(__file__).with_name(f"{name}_prompts.jsonl")
    for name in ("human", "fresh", "held_out", "long", "mixed", "varied", "typed")
]
UNKNOWN_FORM = "row 2: its structure is not of the known form"


def diagram_of(plan: str) -> Diagram:
    read = read_plan(plan)
    return lay_out(read.structure, read.style)


def case_of(plan: str, prompt: str = "draw it") -> PromptCase:
    structure = read_plan(plan).structure
    return PromptCase(prompt, diagram_of(plan), structure.kind, structure)


def drawn(
    text: str, index: int, tokens: int = 10, stopped: bool = True, diagram: Diagram | None = None
) -> DrawnCandidate:
    """A candidate as the ranking hands it over; one that cannot be read has no diagram."""
    structure = None
    if diagram is None:
        try:
            diagram, structure = read_answer(text, "plan")
        except InputError:
            diagram = None
    ranked = Ranked(index, 3.0, 3.0, 1.0, 3.0, (), () if diagram else ("unreadable",), recommended=False)
    image = draw(diagram or Diagram(()), scale=0.05)
    return DrawnCandidate(Candidate(text, -0.1, tokens, stopped, 1.0), diagram, structure, image, ranked)


def write_rows(path: Path, rows: list[Any]) -> Path:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_the_first_answer_and_the_recommended_one_are_told_apart() -> None:
    """The ranking put the second answer first: it is right, the first one is not."""
    right, wrong = STYLE + "2 3 1", STYLE + "2 4 1"
    result = compare(case_of(right), [drawn(right, index=1), drawn(wrong, index=0)], seconds=4.0)
    assert (result.exact_first, result.exact_recommended) == (False, True)
    assert result.answer == wrong
    # What each node's targets point to: in 2 3 1, twice (1, 1, 1), three times (0), once (); in 2 4 1, (1, 1, 1, 1)
    # twice, (0) four times and () once. They share three times (0) and once (), of 4 + 2 + 2 + 1 together.
    mean_targets = (9 / 6, 12 / 7)
    assert result.structural_score == pytest.approx((4 / 9 + mean_targets[0] / mean_targets[1]) / 2)


def test_an_answer_in_another_style_and_order_is_exact() -> None:
    """Only the graph counts, up to renumbering."""
    wanted = case_of(STYLE + "2 3 1")
    shuffled = Diagram(tuple(reversed(diagram_of("network down rose round short\n2 3 1").nodes)))
    result = compare(wanted, [drawn(STYLE + "2 3 1", 0, diagram=shuffled)], seconds=1.0)
    assert result.exact_first
    assert result.structural_score == 1


def test_sizes_that_no_graph_shows_are_compared_as_structure() -> None:
    wanted, other = STYLE + "32x32 conv3 pool2 512 1", STYLE + "32x32 conv3 pool2 256 1"
    result = compare(case_of(wanted), [drawn(other, 0)], seconds=1.0)
    assert result.exact_first
    assert result.exact_structure_first is False
    assert compare(case_of(wanted), [drawn(wanted, 0)], seconds=1.0).exact_structure_first is True
    no_plan = drawn("[0, 1, 2, ...]", 0, diagram=diagram_of(wanted))
    assert compare(case_of(wanted), [no_plan], seconds=1.0).exact_structure_first is None


def test_names_have_to_be_made_of_the_words_of_the_prompt() -> None:
    text = "chart right sky soft full\nraw audio > [encoder] > notes"
    case = case_of(text, "turn Raw Audio into notes with an encoder")
    other = "chart right sky soft full\nraw sound > [encoder] > notes"
    assert compare(case, [drawn(text, 0)], seconds=1.0).own_words == 1
    assert compare(case, [drawn(text, 0), drawn(other, 1)], seconds=1.0).own_words == 0.5
    assert compare(case, [drawn("[0, 1]", 0, diagram=diagram_of(text))], seconds=1.0).own_words is None


def test_what_is_wrong_with_an_answer_is_said_in_words() -> None:
    result = compare(case_of(STYLE + "2 3 1"), [drawn(STYLE + "2 4 1", 0)], seconds=1.0)
    assert result.mistakes == ("dense, 3 (layer 2) is wanted, not dense, 4 (layer 2)",)
    assert not compare(case_of(STYLE + "2 3 1"), [drawn(STYLE + "2 3 1", 0)], seconds=1.0).mistakes


def test_shares_are_of_all_candidates() -> None:
    plan = STYLE + "2 3 1"
    good = diagram_of(plan)
    overlapping = Diagram((*good.nodes, replace(good.nodes[0], number=99, x=good.nodes[0].x + 3)))
    outside = Diagram((replace(good.nodes[0], x=-200), *good.nodes[1:]))
    candidates = [
        drawn(plan, 0),
        drawn(plan, 1, diagram=overlapping),
        drawn(plan, 2, diagram=outside),
        drawn("network right", 3, stopped=False),
    ]
    result = compare(case_of(plan), candidates, seconds=1.0)
    assert (result.valid, result.stopped) == (0.75, 0.75)
    assert (result.overlap_free, result.on_canvas) == (0.5, 0.5)


def test_an_unreadable_first_answer_scores_nothing() -> None:
    result = compare(case_of(STYLE + "2 3 1"), [drawn("network", 0, stopped=False)], seconds=1.0)
    assert (result.exact_first, result.exact_structure_first, result.structural_score) == (False, False, 0)
    assert "pick_rate" not in summarize([result])


def test_prompts_are_measured_one_after_the_other_and_summed_up() -> None:
    right, wrong = STYLE + "2 3 1", STYLE + "2 2 1"
    answers = {
        "a": [drawn(right, 0, tokens=10), drawn(right, 1, tokens=20)],
        "b": [drawn(wrong, 0, tokens=30), drawn(right, 1, tokens=40)],
        "c": [drawn(CHART, 0, tokens=50), drawn(CHART, 1, tokens=60)],
    }
    cases = [case_of(right, "a"), case_of(right, "b"), case_of(CHART, "c")]
    told: list[tuple[int, int]] = []
    results = measure_prompts(cases, answers.__getitem__, lambda done, total: told.append((done, total)))
    summary = summarize([replace(result, seconds=6.0) for result in results])
    assert told == [(1, 3), (2, 3), (3, 3)]
    assert summary["prompts"] == 3
    assert summary["exact_rate_first"] == summary["exact_rate_recommended"] == pytest.approx(2 / 3)
    assert summary["exact_structure_rate_first"] == pytest.approx(2 / 3)
    assert summary["valid_rate"] == summary["stopped_rate"] == summary["overlap_free_rate"] == 1
    assert summary["on_canvas_rate"] == 1
    assert summary["tokens_per_diagram"] == 35
    assert summary["seconds_per_diagram"] == 3
    assert (summary["exact_rate_any"], summary["pick_rate"]) == (1, pytest.approx(2 / 3))
    assert summary["pick_rate_by_chance"] == pytest.approx((1 + 1 / 2 + 1) / 3)
    table = breakdown(results)
    assert [(row["kind"], row["nodes"], row["prompts"]) for row in table] == [
        ("chart", "1 to 8", 1),
        ("network", "1 to 8", 2),
    ]
    assert table[1]["exact_rate_first"] == 0.5


def test_sizes_of_diagrams_fall_into_brackets() -> None:
    names = [evaluation._bracket_name(i) for i in range(len(evaluation._NODE_BRACKETS))]
    assert names == ["1 to 8", "9 to 16", "17 to 24", "25 or more"]


def test_cases_are_read_in_both_forms(tmp_path: Path) -> None:
    plan = STYLE + "2 3 1"
    structure = {"task_name": "dl_model", "shape_types": ["dense"] * 3, "shape_sizes": [2, 3, 1]}
    rows = [
        {"prompt": "own", "plan": plan},
        {"prompt": "other", "diagram": write_list(diagram_of(plan)), "structure": structure},
        {"prompt": "chart", "diagram": write_list(diagram_of(CHART)), "structure": {"task_name": "flowchart"}},
    ]
    own, other, chart = read_prompt_cases(write_rows(tmp_path / "rows.jsonl.gz", rows))
    assert evaluation.same_graph(own.diagram, other.diagram)
    assert own.structure is not None and other.structure is not None
    assert evaluation.same_structure(own.structure, other.structure)
    assert (own.kind, other.kind, chart.kind, chart.structure) == ("network", "network", "chart", None)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"diagram": "[]"}, "row 2: 'prompt' should be a text"),
        ({"prompt": "p", "diagram": 3}, "row 2: 'diagram' should be a text"),
        ({"prompt": "p", "diagram": "nothing"}, "row 2: no node can be read"),
        ({"prompt": "p", "diagram": "GOOD", "plan": "network"}, "row 2: line 1 of the plan"),
        (
            {"prompt": "p", "diagram": "GOOD"},
            "row 2: neither 'plan' nor 'structure'",
        ),
        ({"prompt": "p", "diagram": "GOOD", "structure": []}, UNKNOWN_FORM),
        ({"prompt": "p", "diagram": "GOOD", "structure": {**NETWORK, "shape_types": ["x"]}}, UNKNOWN_FORM),
        ({"prompt": "p", "diagram": "GOOD", "structure": {**NETWORK, "shape_types": []}}, UNKNOWN_FORM),
        ({"prompt": "p", "diagram": "GOOD", "structure": {"task_name": "dl_model"}}, UNKNOWN_FORM),
    ],
)
def test_a_bad_row_of_prompts_is_named(tmp_path: Path, row: dict[str, Any], message: str) -> None:
    good = write_list(diagram_of(CHART))
    if row.get("diagram") == "GOOD":
        row = {**row, "diagram": good}
    first = {"prompt": "p", "diagram": good, "plan": CHART}
    path = write_rows(tmp_path / "rows.jsonl", [first, row])
    with pytest.raises(InputError, match=message) as raised:
        read_prompt_cases(path)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_the_prompts_that_people_typed_can_be_measured() -> None:
    sets = [read_prompt_cases(path) for path in TYPED_PROMPTS]
    assert [len(cases) for cases in sets] == [60] * len(TYPED_PROMPTS)
    assert len({case.prompt for cases in sets for case in cases}) == sum(map(len, sets))
    assert all({case.kind for case in cases} == {"network", "chart"} for cases in sets)


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"empty\.jsonl has no rows"):
        measure_parser(write_rows(tmp_path / "empty.jsonl", []))


def test_readability_is_compared_with_people_on_drawings_as_they_saw_them(tmp_path: Path) -> None:
    diagrams = [diagram_of(STYLE + f"{n} 3 1") for n in (2, 4, 6)]
    rows = [{"answer": write_list(d), "readability": r} for d, r in zip(diagrams, (5, 3, 1), strict=True)]
    seen: list[Any] = []

    def score(images: Any, known: Any) -> Any:
        if not known:
            return np.array([1, 3, 5], np.float32)
        seen.extend(images)
        assert known == diagrams
        return np.array([4, 3, 2], np.float32)

    measures = measure_readability(write_rows(tmp_path / "rated.jsonl", rows), score)
    assert all(np.array_equal(image, draw(d, classic=True)) for image, d in zip(seen, diagrams, strict=True))
    assert measures["answers"] == 3
    assert measures["mse"] == pytest.approx(2 / 3)
    assert measures["mae"] == pytest.approx(2 / 3)
    assert measures["spearman"] == pytest.approx(1)
    assert measures["picture_spearman"] == pytest.approx(-1)
    assert measures["picture_mse"] == pytest.approx(32 / 3)
    assert measures["mse_of_predicting_mean"] == pytest.approx(8 / 3)


@pytest.mark.parametrize("rating", [None, "4", True, 6, -1, float("nan")])
def test_a_rating_out_of_range_is_named(tmp_path: Path, rating: Any) -> None:
    path = write_rows(tmp_path / "rated.jsonl", [{"answer": "", "readability": rating}])
    with pytest.raises(InputError, match="row 1: 'readability' should be a number from 0 to 5"):
        measure_readability(path, lambda images, diagrams: np.zeros(len(images), np.float32))


def test_the_parser_is_counted_and_its_crashes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = write_list(diagram_of(CHART))
    rows = [{"answer": nodes}, {"answer": "no diagram here"}, {"answer": "[7, 1, 2, 'blob', 3, 4, 'solid arrow']"}]
    path = write_rows(tmp_path / "answers.jsonl", rows)
    assert measure_parser(path) == {"answers": 3, "nodes_read": 3, "items_dropped": 1, "exceptions": 0}

    def crash(text: str) -> None:
        raise RecursionError

    monkeypatch.setattr(evaluation, "read_list", crash)
    assert measure_parser(path) == {"answers": 3, "nodes_read": 0, "items_dropped": 0, "exceptions": 3}


@pytest.mark.data
def test_real_rows_are_read_and_the_wanted_diagrams_are_exact(real_data: Path) -> None:
    """Structure and diagram of the real rows agree: the structure, laid out by us, is the graph of the diagram."""
    cases = read_prompt_cases(real_data / "prompts_and_diagrams.jsonl.gz")
    assert len(cases) == 700
    networks = [case for case in cases if case.structure is not None]
    assert len(networks) == 280
    agreeing = [evaluation.same_graph(case.diagram, lay_out(case.structure, Style())) for case in networks]
    assert all(agreeing), f"{agreeing.count(False)} of 280 differ"


@pytest.mark.data
def test_real_answers_bring_no_reader_down(real_data: Path) -> None:
    measures = measure_parser(real_data / "untuned_model_answers.jsonl.gz")
    assert measures["answers"] == 80
    assert measures["exceptions"] == 0
