"""The list notation's reader takes whatever a model writes, and its writer loses nothing."""

from __future__ import annotations

import ast
import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import xgrammar
from hypothesis import given, settings
from hypothesis import strategies as st

from diagram_core.diagram import LINES, SHAPES, Diagram, Node
from diagram_core.notation.listing import (
    LIST_GRAMMAR,
    MAX_COORDINATE_PX,
    MAX_EDGES,
    MAX_NODE_NUMBER,
    MAX_NODES,
    MAX_TEXT_CHARS,
    read_list,
    write_list,
)

GOOD = "[1, 100, 80, 'circle', 40, 30, 'dashed line', (255, 0, 7), (1, 2, 3), [2, 3]]"
NODE = Node(1, 100, 80, "circle", 40, 30, "dashed line", (255, 0, 7), (1, 2, 3), (2, 3))

coordinates = st.integers(-MAX_COORDINATE_PX, MAX_COORDINATE_PX)
sides = st.integers(0, MAX_COORDINATE_PX)
colors = st.tuples(*[st.integers(0, 255)] * 3)
numbers = st.integers(-MAX_NODE_NUMBER, MAX_NODE_NUMBER)
any_nodes = st.builds(
    Node,
    number=numbers,
    x=coordinates,
    y=coordinates,
    shape=st.sampled_from(SHAPES),
    width=sides,
    height=sides,
    line=st.sampled_from(LINES),
    fill=colors,
    stroke=colors,
    targets=st.lists(numbers, max_size=8).map(tuple),
    label=st.one_of(st.text(max_size=20), st.text("'\"‘’“”[](){}\\,: #\n\r1", max_size=8)),  # noqa: RUF001
)
any_diagrams = st.lists(any_nodes, max_size=6, unique_by=lambda node: node.number).map(
    lambda nodes: Diagram(tuple(nodes))
)


def test_a_well_formed_node_is_read_as_it_stands() -> None:
    reading = read_list(GOOD)
    assert reading.diagram == Diagram((NODE,))
    assert reading.dropped == ()


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("'", ""),
        GOOD.replace("'", '"'),
        GOOD.replace("'", "''"),
        GOOD.replace("'circle'", "‘circle’").replace("'dashed line'", "“dashed line”"),  # noqa: RUF001
        GOOD.replace("'circle'", "'circle"),
        GOOD.replace("'circle'", "circle'"),
        GOOD.replace("'circle'", "`circle`"),
        GOOD.replace("'circle'", "'Ellipse'").replace("'dashed line'", "'dashed'"),
        GOOD.replace("1, 100, 80", "'1', \"100\", 80.4"),
        GOOD.replace("100, 80", "99.6px, '80 px'"),
        GOOD.replace("(255, 0, 7)", "'(255, 0, 7)'").replace("[2, 3]", '"[2, 3]"'),
        GOOD.replace("(255, 0, 7)", "[255, 0, 7]").replace("(1, 2, 3)", "rgb('1', '2', '3')"),
        GOOD.replace("(255, 0, 7)", "#ff0007").replace("(1, 2, 3)", "'#010203'"),
        GOOD.replace("[2, 3]", "['2', 3.0]"),
        GOOD.replace("[2, 3]", "[[2], [3]]"),
        GOOD.replace("[2, 3]]", "[2, 3"),
        GOOD[:-1],
        GOOD.replace(", ", ",\n  "),
        f"Here it is:\n```python\nmodel = [\n    {GOOD},\n]\n```\nI hope that it's of use (really).",
        f'["{GOOD}"]',
        f"It's [a list] :( of\n{GOOD}",
        f"[\n  # the input layer, 1 node\n  {GOOD}]",
        f"[\n  # {GOOD}]",
        f"{'[' * 100} {GOOD}",
    ],
)
def test_messy_writing_of_a_node_is_read(text: str) -> None:
    assert read_list(text).diagram.nodes == (NODE,)


def test_keys_of_a_dictionary_are_passed_over() -> None:
    text = """{"node no": 1, "x": 100, "y": 80, 'shape': "circle", 'w': 40, 'h': 30, "line": 'dashed',
        "fill": (255, 0, 7), "color": (1, 2, 3), "pointed to": [2, 3]}"""
    assert read_list(text).diagram.nodes == (NODE,)


def test_a_node_whose_bracket_is_missing_does_not_cost_the_next() -> None:
    first, second = GOOD[:-1], GOOD.replace("[1,", "[2,")
    assert [node.number for node in read_list(f"[{first}\n{second}]").diagram.nodes] == [2, 1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[1, 100, 80, 'circle', 40, 30]", "too few elements: 6 of 10"),
        (GOOD.replace("100", "left"), "x is not a number: 'left'"),
        (GOOD.replace("circle", "triangle"), "unknown shape 'triangle'"),
        (GOOD.replace("dashed line", "wavy"), "unknown line 'wavy'"),
        (GOOD.replace("100", "10001"), "x is beyond 10000"),
        (GOOD.replace("100", "1e99"), "x is beyond 10000"),
        (GOOD.replace("40", "-40"), "width is below 0"),
        (GOOD.replace("(1, 2, 3)", "'reddish'"), "line colour is not (r, g, b): 'reddish'"),
        (GOOD.replace("[1,", "['n',"), "node number is not a number: 'n'"),
        ("[[3, 70, 9, 2, 5, 5, 3, 8]]", "numbers only"),
    ],
)
def test_what_is_dropped_is_reported_with_line_and_reason(text: str, reason: str) -> None:
    reading = read_list(f"Answer:\n{text}")
    assert reading.diagram.nodes == ()
    (dropped,) = reading.dropped
    assert dropped.line == 2
    assert dropped.reason.startswith(reason)
    assert dropped.text[:10] in text


def test_the_second_of_two_nodes_with_one_number_is_dropped() -> None:
    reading = read_list(f"{GOOD}\n{GOOD}")
    assert reading.diagram.nodes == (NODE,)
    assert [(dropped.line, dropped.reason) for dropped in reading.dropped] == [(2, "a second node 1")]


def test_a_target_that_is_no_number_is_left_out_and_reported() -> None:
    reading = read_list(GOOD.replace("[2, 3]", "[2, next, 3]"))
    assert reading.diagram.nodes == (NODE,)
    assert [dropped.reason for dropped in reading.dropped] == ["node 1: left out of its targets: next"]


def test_colours_beyond_their_range_are_brought_back() -> None:
    (node,) = read_list(GOOD.replace("(255, 0, 7)", "(300, -4, 7)")).diagram.nodes
    assert node.fill == (255, 0, 7)


def test_prose_is_neither_read_nor_reported() -> None:
    text = 'in the format "[node No., X position (px), shape (rectangle, round rectangle or circle), width (px)]".'
    reading = read_list(text)
    assert (reading.diagram.nodes, reading.dropped) == ((), ())


def test_nodes_beyond_the_limit_are_reported() -> None:
    text = "\n".join(GOOD.replace("[1,", f"[{i},") for i in range(MAX_NODES + 2))
    reading = read_list(text)
    assert len(reading.diagram.nodes) == MAX_NODES
    assert [dropped.reason for dropped in reading.dropped] == [f"more than {MAX_NODES} nodes"] * 2


def test_targets_beyond_the_limit_are_left_out_and_reported() -> None:
    targets = ", ".join(map(str, range(MAX_EDGES)))
    text = "\n".join(GOOD.replace("[1,", f"[{i},").replace("[2, 3]", f"[{targets}]") for i in range(2))
    reading = read_list(text)
    assert [len(node.targets) for node in reading.diagram.nodes] == [MAX_EDGES, 0]
    assert [dropped.reason for dropped in reading.dropped] == [
        f"more than {MAX_EDGES} edges: targets of node 1 left out"
    ]


@settings(max_examples=150)
@given(any_diagrams)
def test_every_diagram_round_trips(diagram: Diagram) -> None:
    reading = read_list(write_list(diagram))
    assert reading.diagram == diagram
    assert reading.dropped == ()


pieces = st.sampled_from([*"[](){},:'\"`#\\\n ”1-.e", "circle", "0", "255", "px", GOOD, GOOD[:40], "None", "é"])


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=200), st.lists(pieces, max_size=60).map("".join)))
def test_no_text_makes_the_reader_raise(text: str) -> None:
    reading = read_list(text)
    assert all(1 <= dropped.line <= text.count("\n") + 1 for dropped in reading.dropped)
    assert read_list(write_list(reading.diagram)).diagram == reading.diagram


REPEATED = [
    *("[", "[]", "(", '"', "'", ',"a', "[1,'", "[(]", '\\"', "[1,a,", "{a:", "['a ", '[" ', '{"a":', 'a"', '[a"'),
    *(" ", "\n", "#", ",#", "1 ", "[\n", GOOD, "[1, 2, a, ", '"," ', "[ '"),
]


@pytest.mark.timeout(60)  # a reader whose time grows with the square of the text takes hours
@pytest.mark.parametrize("opening", ["", '["'])
def test_a_megabyte_of_anything_is_over_soon(opening: str) -> None:
    for repeated in REPEATED:
        reading = read_list(opening + repeated * (1_000_000 // len(repeated)))
        assert any(f"longer than {MAX_TEXT_CHARS}" in dropped.reason for dropped in reading.dropped)


def _matcher() -> xgrammar.GrammarMatcher:
    byte_tokens = [chr(i) if i < 128 else f"<0x{i:02X}>" for i in range(256)]
    vocabulary = xgrammar.TokenizerInfo([*byte_tokens, "</s>"], xgrammar.VocabType.BYTE_FALLBACK, stop_token_ids=[256])
    return xgrammar.GrammarMatcher(xgrammar.GrammarCompiler(vocabulary).compile_grammar(LIST_GRAMMAR))


@pytest.mark.parametrize("label", ["", "conv 3x3", "it's", "합성곱", "a\\b"])
def test_the_grammar_takes_what_the_writer_writes(label: str) -> None:
    matcher = _matcher()
    assert matcher.accept_string(write_list(Diagram((NODE, replace(NODE, number=7, targets=(), label=label)))))
    assert matcher.accept_token(256)


@pytest.mark.parametrize(
    "text", ["", GOOD[:-2], GOOD + "\n", GOOD.replace("circle", "cone"), GOOD.replace("80", "601")]
)
def test_the_grammar_refuses_what_is_no_diagram(text: str) -> None:
    matcher = _matcher()
    assert not (matcher.accept_string(text) and matcher.accept_token(256))


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@pytest.mark.data
def test_all_seven_messy_nodes_are_read(real_data: Path) -> None:
    reading = read_list((real_data / "messy_notation.txt").read_text(encoding="utf-8"))
    assert [node.number for node in reading.diagram.nodes] == [1, 2, 3, 4, 5, 6, 7]
    assert [node.targets for node in reading.diagram.nodes][-2:] == [(5, 6), (6, 7)]
    assert reading.dropped == ()


@pytest.mark.data
def test_correct_diagrams_are_read_exactly(real_data: Path) -> None:
    for row in rows(real_data / "prompts_and_diagrams.jsonl.gz"):
        reading = read_list(row["diagram"])
        wanted = [ast.literal_eval(line) for line in row["diagram"].strip().splitlines()]
        assert [tuple(item) for item in wanted] == [
            (n.number, n.x, n.y, n.shape, n.width, n.height, n.line, n.fill, n.stroke, list(n.targets))
            for n in reading.diagram.nodes
        ]
        assert reading.dropped == ()
        assert write_list(reading.diagram) == row["diagram"].strip()


def _nodes_python_can_read(answer: str) -> set[int]:
    """Numbers of the lines that are one node of ten elements in Python's own syntax."""
    numbers = set()
    for line in answer.splitlines():
        text = line.strip().rstrip(",")
        try:
            item = ast.literal_eval(text)
        except (ValueError, SyntaxError, TypeError):
            continue
        if isinstance(item, list) and len(item) == 10 and str(item[3]).replace("_", " ") in SHAPES and "px" not in text:
            numbers.add(item[0])
    return numbers


@pytest.mark.data
def test_answers_of_untuned_models_keep_every_well_formed_node(real_data: Path) -> None:
    answers = [row["answer"] for row in rows(real_data / "untuned_model_answers.jsonl.gz")]
    readings = [read_list(answer) for answer in answers]
    for answer, reading in zip(answers, readings, strict=True):
        assert _nodes_python_can_read(answer) <= {node.number for node in reading.diagram.nodes}
    assert sum(len(reading.diagram.nodes) for reading in readings) >= 130
