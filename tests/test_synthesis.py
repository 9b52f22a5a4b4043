"""Training data: the same everywhere, different from seed to seed, and never the same structure in two splits."""

from __future__ import annotations

import re
from itertools import islice
from random import Random

import pytest

from diagram_core.notation.names import family_of
from diagram_core.notation.plan import read_plan
from diagram_core.structure import Structure, fingerprint
from diagram_core.synthesis import FAMILIES, SPLITS, examples, make_example, split_of
from diagram_core.synthesis.dense import ROUND_NUMBERS
from diagram_core.synthesis.famous import FAMOUS
from diagram_core.synthesis.phrasing import mistype
from diagram_core.wording import NUMERALS


def test_the_same_seed_gives_the_same_bytes_everywhere() -> None:
    text = "".join(example.prompt + example.plan for example in islice(examples(0, "train"), 50))
    again = "".join(example.prompt + example.plan for example in islice(examples(0, "train"), 50))
    assert text == again
    # The example itself does not depend on what was made before it.
    first = next(examples(0, "train"))
    assert make_example(*map(int, first.id.split("-"))) == first


def test_seeds_differ() -> None:
    one, other = ([e.prompt for e in islice(examples(seed, "train"), 50)] for seed in (0, 1))
    assert len(set(one) & set(other)) < 5


def test_a_stream_goes_on_from_where_it_stopped() -> None:
    stream = list(islice(examples(3, "test"), 10))
    number = int(stream[4].id.split("-")[1])
    assert list(islice(examples(3, "test", start=number), 6)) == stream[4:]


def test_no_structure_is_in_two_splits() -> None:
    structures = {split: {e.structure for e in islice(examples(seed, split), 400)} for seed, split in enumerate(SPLITS)}
    assert not structures["train"] & structures["test"]
    assert not structures["train"] & structures["validation"]
    assert not structures["validation"] & structures["test"]
    assert all(split_of(structure) == split for split, found in structures.items() for structure in found)


def test_the_order_in_which_branches_and_steps_are_told_does_not_change_the_split() -> None:
    random = Random(0)
    for number in range(300):
        structure = make_example(8, number).structure
        order = random.sample(range(len(structure.elements)), len(structure.elements))
        edges = sorted((order.index(a), order.index(b)) for a, b in structure.edges)
        told_otherwise = Structure(structure.kind, tuple(structure.elements[i] for i in order), tuple(edges))
        assert fingerprint(told_otherwise) == fingerprint(structure)
        assert split_of(told_otherwise) == split_of(structure)


def test_structures_that_differ_in_one_arrow_or_size_have_other_fingerprints() -> None:
    bodies = ("4 ( 8 6 | 3 ) 2", "4 ( 8 | 6 3 ) 2", "4 ( 8 7 | 3 ) 2", "4 8 6 3 2", "4 @a 8 6 +a 2", "4 @a 8 6 2 +a")
    assert len({fingerprint(read_plan(f"network right sky soft full\n{body}").structure) for body in bodies}) == 6


def test_every_family_occurs_and_every_number_of_a_dense_plan_stands_in_the_prompt() -> None:
    found = [make_example(5, number) for number in range(600)]
    assert {example.family for example in found} == set(FAMILIES)
    for example in found:
        if example.family == "dense" and "*" not in example.plan:
            for size in filter(str.isdigit, example.plan.split("\n")[1].split()):
                unsaid = size == "1" and re.search("regression|single", example.prompt)  # one output if none is named
                words = (*NUMERALS[int(size) : int(size) + 1], *ROUND_NUMBERS.get(int(size), ()))
                in_words = any(re.search(rf"\b{said}\b", example.prompt.lower()) for said in words)
                in_figures = re.search(rf"(?<!\d){size}(?!\d)", example.prompt)
                assert unsaid or in_words or in_figures, example


def test_famous_networks_are_of_training_alone() -> None:
    for names, body in FAMOUS:
        assert split_of(read_plan(f"network right sky soft full\n{body}").structure) == "train", names


@pytest.mark.parametrize(
    ("name", "depth", "convs_a_block"),
    [("LeNet-5", 5, 0), ("AlexNet", 8, 0), ("VGG-11", 11, 0), ("VGG-13", 13, 0), ("VGG-16", 16, 0), ("VGG-19", 19, 0),
     ("ResNet-18", 18, 0), ("ResNet-34", 34, 2), ("ResNet-50", 50, 3)],
)  # fmt: skip
def test_a_famous_network_has_as_many_layers_with_weights_as_its_paper_says(
    name: str, depth: int, convs_a_block: int
) -> None:
    body = next(body for names, body in FAMOUS if name in names)
    elements = read_plan(f"network right sky soft full\n{body}").structure.elements
    layers = sum(element.kind in ("conv", "dense") for element in elements)
    assert layers + convs_a_block * sum(" block " in element.label for element in elements) == depth


def test_chart_labels_are_words_of_the_prompt() -> None:
    for number in range(300):
        example = make_example(6, number)
        if example.structure.kind == "chart":
            for element in example.structure.elements:
                assert element.label in example.prompt, example


def test_data_families_do_not_share_names() -> None:
    assert family_of("jpg file") == family_of("picture")
    assert family_of("DB") != family_of("text")


def test_a_misspelt_prompt_keeps_its_numbers_numerals_and_short_words() -> None:
    text = "CNN with 28x28 input, conv3, three pools and 128 hidden neurons"
    found = {mistype(Random(seed), text, but=()) for seed in range(200)}
    assert len(found) > 20
    for other in found - {text}:
        changed = [(a, b) for a, b in zip(text.split(), other.split(), strict=True) if a != b]
        assert len(changed) == 1 and changed[0][0].strip(",") in ("with", "input", "pools", "hidden", "neurons")
    assert mistype(Random(0), "4-8-8-1", but=()) == "4-8-8-1"
