"""Plan notation: what it says, that it round-trips, and how it refuses."""

from __future__ import annotations

import pytest
import xgrammar

from diagram_core.errors import InputError
from diagram_core.notation.plan import PLAN_GRAMMAR, read_plan, write_plan
from diagram_core.structure import Element, Structure, Style
from diagram_core.synthesis import make_example

HEADER = "network right sky soft full\n"
CHART = "chart down sand round short\n"


def sizes(body: str) -> list[int | None]:
    return [element.size for element in read_plan(HEADER + body).structure.elements]


def names(body: str) -> list[str]:
    return [element.label for element in read_plan(CHART + body).structure.elements]


def arrows(body: str) -> set[tuple[str, str]]:
    structure = read_plan(CHART + body).structure
    return {(structure.elements[a].label, structure.elements[b].label) for a, b in structure.edges}


def test_header_is_the_style() -> None:
    assert read_plan(HEADER + "4 2").style == Style("right", "sky", "soft", "full")
    assert read_plan(CHART + "[a]").style == Style("down", "sand", "round", "short")


def test_dense_layers_repeat() -> None:
    assert sizes("4 8*3 1") == [4, 8, 8, 8, 1]


def test_first_layer_is_the_input_and_last_the_output() -> None:
    elements = read_plan(HEADER + "4 8 1").structure.elements
    assert [element.label for element in elements] == ["input", "dense", "output"]


def test_feature_maps_shrink_as_unpadded_convolutions_do() -> None:
    assert sizes("32x32 conv3 conv pool2 conv5*2 maxpool 10") == [32, 30, 28, 14, 10, 6, 3, 10]


def test_a_stated_output_side_wins_over_the_kernel() -> None:
    assert sizes("32x32 conv=28 pool") == [32, 28, 14]


def test_skip_connection() -> None:
    structure = read_plan(HEADER + "128 @a 64 64 +a 10").structure
    assert structure.edges == ((0, 1), (0, 2), (1, 2), (2, 3))


@pytest.mark.parametrize(
    ("counted", "written_out"),
    [
        ("4 ( 8 6 &3 ) 2", "4 ( 8 6 | 8 6 | 8 6 ) 2"),
        ('22 ( "gate" | 50 &2 ) 10', '22 ( "gate" | 50 | 50 ) 10'),
        ("( 8 &2 | 5 ) 1", "( 8 | 8 | 5 ) 1"),
        ("32x32 ( conv maxpool )*3 10", "32x32 conv maxpool conv maxpool conv maxpool 10"),
        ("8x8 conv ( @a conv3*2 +a )*2 5", "8x8 conv @a conv3*2 +a @a conv3*2 +a 5"),
        ('4 ( 8 @a 6 5 +a "relu" )*2 1', '4 8 @a 6 5 +a "relu" 8 @a 6 5 +a "relu" 1'),
        ('"x" ( @a 3 "add" +a @a 4 "add" +a )*2', '"x" @a 3 "add" +a @a 4 "add" +a @a 3 "add" +a @a 4 "add" +a'),
        ("4 ( ( 5 &2 ) 3 )*2 1", "4 ( 5 | 5 ) 3 ( 5 | 5 ) 3 1"),
        ("4 ( 5 | 6 )*2 1", "4 ( 5 | 6 ) ( 5 | 6 ) 1"),
    ],
)
def test_equal_branches_and_runs_are_counted(counted: str, written_out: str) -> None:
    structure = read_plan(HEADER + counted).structure
    assert structure == read_plan(HEADER + written_out).structure
    assert write_plan(structure, Style()) == HEADER + counted


def test_what_a_skip_from_outside_goes_into_is_no_run() -> None:
    written_out = "4 @a 8*2 +a 8*2 +a"
    assert write_plan(read_plan(HEADER + written_out).structure, Style()) == HEADER + written_out


def test_branches_go_on_from_one_layer_and_come_together_in_one() -> None:
    structure = read_plan(HEADER + "4 ( 8 6 | 3 ) 2").structure
    assert structure.edges == ((0, 1), (0, 3), (1, 2), (2, 4), (3, 4))
    assert [element.label for element in structure.elements] == ["input", "dense", "dense", "dense", "output"]


def test_inputs_and_heads_side_by_side() -> None:
    elements = read_plan(HEADER + "( 28x28 conv | 10 ) 32 ( 5 | 1 )").structure.elements
    assert [element.label for element in elements] == ["input image", "conv", "input", "dense", "output", "output"]


def test_branches_keep_their_own_feature_maps() -> None:
    assert sizes("32x32 ( pool | conv5 ) conv3") == [32, 16, 28, 14]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("32x32 conv3 pool up conv5", [32, 32, 16, 32, 32]),
        ("64x64 conv*2 @a pool conv up +a conv", [64, 64, 64, 32, 32, 64, 64]),
        ("32x32 conv3 @a conv3*2 +a pool 10", [32, 32, 32, 32, 16, 10]),
        ("32x32 conv3 pool2 @a conv3 pool2=15 +a 10", [32, 32, 16, 16, 15, 10]),
        ("32x32 conv3 pool 20 @a 8 20 +a 5", [32, 30, 15, 20, 8, 20, 5]),
    ],
)
def test_convolutions_keep_the_size_where_maps_are_added_or_upsampled(body: str, wanted: list[int]) -> None:
    structure = read_plan(HEADER + body).structure
    assert sizes(body) == wanted
    assert write_plan(structure, Style()) == HEADER + body


def test_branches_within_branches_and_skips_round_trip() -> None:
    for body in (
        "4 ( 8 ( 2 | 3 ) | 3 ) 2",
        "4 ( ( 2 | 3 ) 8 | 3 ) 2",
        "( 5 | ( 2 | 3 ) 4 ) 6",
        "3 ( 4 ( 5 | 6 ( 7 | 8 ) 9 ) 2 | 7 ) 3",
        '( 16x16 conv pool | 16x16 conv pool ) "distance" 1',
        "64x64 conv*2 @a pool conv*2 @b pool conv*2 up +b conv*2 up +a conv*2 conv1",
        '"embedding" @a "attention" "norm" +a @a "feed forward" "norm" +a',
        "9 @a ( 4 | 5 ) 6 +a 1",
    ):
        plan = read_plan(HEADER + body)
        again = read_plan(write_plan(plan.structure, plan.style))
        assert again.structure == plan.structure


def test_groups_point_to_every_step_of_the_next_group() -> None:
    assert arrows("a, b > [c] > d, e") == {("a", "c"), ("b", "c"), ("c", "d"), ("c", "e")}


def test_a_name_means_the_latest_step_of_that_name_and_plus_makes_a_new_one() -> None:
    structure = read_plan(CHART + "x > [f] > + x\nx > [g]").structure
    assert [element.label for element in structure.elements] == ["x", "f", "x", "g"]
    assert structure.edges == ((0, 1), (1, 2), (2, 3))


def test_another_name_for_data_means_what_the_line_before_put_out_if_it_fits() -> None:
    assert arrows("png file > [f] > + picture\n~ figure > [g]") == {
        ("png file", "f"),
        ("f", "picture"),
        ("picture", "g"),
    }


def test_else_another_name_means_the_first_data_that_it_fits_and_else_new_data() -> None:
    assert arrows("png file > [f]\n~ picture > [g]\n~ text > [h]") == {
        ("png file", "f"),
        ("png file", "g"),
        ("text", "h"),
    }


def test_a_number_says_which_step_of_a_name_is_meant() -> None:
    structure = read_plan(CHART + "x > [f] > + x\nx#1 > [g]").structure
    assert structure.edges == ((0, 1), (0, 3), (1, 2))
    elements = (Element("data", "a, b"), Element("operation", "f"), Element("data", "a, b"), Element("operation", "g"))
    quoted = Structure("chart", elements, ((0, 1), (0, 3), (1, 2)))
    assert read_plan(write_plan(quoted, Style())).structure == quoted
    assert names("worker#1 > worker#2") == ["worker#1", "worker#2"]  # no step named worker: these are names


def test_operations_are_new_each_time_and_can_be_pointed_back_to_by_name() -> None:
    assert names("[a] > [a]") == ["a", "a"]
    assert arrows("[train] > [evaluate] > train") == {("train", "evaluate"), ("evaluate", "train")}


def test_labels_with_the_notations_own_signs_are_quoted() -> None:
    structure = Structure("chart", (Element("data", 'a > "b", [c]\\'), Element("operation", "+ 1\n2")), ((0, 1),))
    assert read_plan(write_plan(structure, Style())).structure == structure


@pytest.mark.parametrize("seed", [1, 2])
def test_what_synthesis_makes_round_trips_and_follows_the_grammar(seed: int) -> None:
    # Any tokenizer serves to ask whether a string follows the grammar; one of single bytes needs no files.
    tokens = xgrammar.TokenizerInfo([bytes([i]) for i in range(1, 256)] + [b"<end>"], stop_token_ids=[255])
    grammar = xgrammar.GrammarCompiler(tokens).compile_grammar(PLAN_GRAMMAR)
    for number in range(400):
        example = make_example(seed, number)
        written = write_plan(example.structure, example.style)
        for text in (example.plan, written):
            assert read_plan(text).structure == example.structure
            matcher = xgrammar.GrammarMatcher(grammar)
            assert matcher.accept_string(text) and matcher.accept_token(255), text


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ("", "line 1"),
        ("network right sky soft", "line 1"),
        ("network left sky soft full\n4 2", "'left' should be one of right, down"),
        (HEADER, "no layers"),
        (HEADER + "4 banana 2", "'banana' is no layer"),
        (HEADER + "4 0 2", "'0' is no layer"),
        (HEADER + "4 999999 2", "'999999' is no layer"),
        (HEADER + "4 8*1000 2", "1000 times"),
        (HEADER + "4 +b 2", "no @b"),
        (HEADER + "4 ( 2 | 3", "a ( has no )"),
        (HEADER + "4 ( 2 ) 3", "holds one branch"),
        (HEADER + "4 ( 2 | ) 3", "has no layers"),
        (HEADER + "4 | 3", "stands outside"),
        (HEADER + "4 &2 3", "a &2 stands outside"),
        (HEADER + "4 ( 3 &2 5 ) 1", "&2 has to stand at the end of a branch"),
        (HEADER + "4 ( 3 &1 ) 1", "holds one branch"),
        (HEADER + "4 ( )*3 1", "repeats no layers"),
        (HEADER + "4 ( 3 &100 ) 1", "100 times"),
        (HEADER + "( ( ( 4 )*99 )*99 )*99", "more than 200 elements"),
        (HEADER + "4 ( 2 | 3 ) @a 4", "behind a layer"),
        (CHART, "no steps"),
        (CHART + "a > [b", "line 2"),
        (CHART + "a > > b", "line 2"),
        (CHART + "\n".join(f"x{i}" for i in range(300)), "more than 200 elements"),
        (CHART + " > ".join(", ".join(f"{side}{i}" for i in range(50)) for side in "ab"), "more than 2000 edges"),
        (CHART + "x" * 30_000, "30028 characters"),
    ],
)
def test_what_cannot_be_read_is_named(plan: str, says: str) -> None:
    with pytest.raises(InputError, match="plan") as caught:
        read_plan(plan)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_writing_refuses_what_a_plan_cannot_say() -> None:
    layers = tuple(Element("dense", "dense", size) for size in (4, 3, 2))
    with pytest.raises(InputError, match="cannot say this network"):
        write_plan(Structure("network", layers, ((0, 2), (2, 1))), Style())
