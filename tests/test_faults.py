"""Faulty answers: what counts as one, and that those made on purpose are ones."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis import make_example
from diagram_core.synthesis.faults import corrupt, is_faulty

RIGHT = "network right sky soft full\n4 6*2 1"


def test_another_style_or_spelling_is_no_fault_another_structure_is() -> None:
    assert not is_faulty("network down rose box short\n4 6 6 1", RIGHT)
    assert is_faulty("network right sky soft full\n4 6 1", RIGHT)
    assert is_faulty("network right sky soft full\n4 six 1", RIGHT)


def test_other_notations_are_compared_as_texts() -> None:
    assert is_faulty("[0, 1, 2]", "[0, 1, 3]")
    assert not is_faulty("[0, 1, 2]\n", "[0, 1, 2]")


def test_corrupted_answers_are_faulty_keep_their_style_and_differ_by_seed() -> None:
    for number in range(200):
        plan = make_example(0, number).plan
        faulty = corrupt(plan, Random(number))
        assert is_faulty(faulty, plan)
        assert faulty == corrupt(plan, Random(number))
    assert len({corrupt(make_example(0, 1).plan, Random(seed)) for seed in range(20)}) > 3
