"""Prompts written one by one: each plan can be read and is made of its prompt, with other numbers and names, too."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random

import pytest

from diagram_core.errors import InputError
from diagram_core.notation.plan import read_plan
from diagram_core.structure import Structure
from diagram_core.synthesis import written
from diagram_core.wording import NUMERALS

GROUPS = {
    "network": (written.NETWORKS, written.network),
    "chart": (written.CHARTS, written.chart),
    "korean network": (written.KOREAN_NETWORKS, written.korean_network),
    "korean chart": (written.KOREAN_CHARTS, written.korean_chart),
}
_FIGURES = {numeral: str(number) for number, numeral in enumerate(NUMERALS)}


def structure_of(kind: str, body: str) -> Structure:
    try:
        return read_plan(f"{kind} right sky soft full\n{body}").structure
    except InputError as error:
        raise AssertionError(f"{error} in {body!r}") from error


def with_its_own_words(text: str) -> str:
    """The text with nothing exchanged."""
    return re.sub(r"\{(?:\w+:)?(.*?)\}", r"\1", text)


@pytest.mark.parametrize("group", GROUPS)
def test_each_plan_can_be_read_and_has_the_slots_of_its_prompt(group: str) -> None:
    names, _ = GROUPS[group]
    for prompt, body in written.entries(names):
        assert prompt and body
        assert set(re.findall(r"\{.*?\}", prompt)) == set(re.findall(r"\{.*?\}", body)), prompt
        assert structure_of(group.split()[-1], with_its_own_words(body)).elements, prompt


def test_prompts_differ_by_more_than_numbers() -> None:
    prompts = [entry.prompt for names, _ in GROUPS.values() for entry in written.entries(names)]
    assert len({re.sub(r"\d+", "0", prompt.casefold()) for prompt in prompts}) == len(prompts)


@pytest.mark.parametrize("group", ["chart", "korean chart"])
def test_names_are_copies_with_other_names_too(group: str) -> None:
    rng = Random(0)
    for _ in range(500):
        prompt, body = GROUPS[group][1](rng)
        for element in structure_of("chart", body).elements:
            assert element.label.casefold() in prompt.casefold(), (prompt, body)


@pytest.mark.parametrize("group", ["network", "korean network"])
def test_numbers_are_those_of_the_prompt_with_other_numbers_too(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exchange, chosen = written._exchanged, list[written.Written]()

    def spy(rng: Random, entry: written.Written) -> dict[str, str]:
        chosen.append(entry)
        return exchange(rng, entry)

    monkeypatch.setattr(written, "_exchanged", spy)
    rng = Random(0)
    for _ in range(500):
        prompt, body = GROUPS[group][1](rng)
        structure_of("network", body)
        numbers = numbers_in_slots(chosen[-1].prompt, prompt)
        assert numbers == numbers_in_slots(chosen[-1].body, body), (prompt, body)
        assert len(numbers) == len(dict(numbers))  # a slot that stands twice says one number


def numbers_in_slots(template: str, text: str) -> set[tuple[str, str]]:
    """Which number took the place of which slot; all else in the text is as in the template."""
    found = re.fullmatch(re.sub(r"\\\{\d+\\\}", r"(\\d+)", re.escape(template)), text)
    assert found, (template, text)
    return set(zip(re.findall(r"\{\d+\}", template), found.groups(), strict=True))


def test_most_prompts_are_told_with_other_numbers() -> None:
    rng, plain = Random(0), {with_its_own_words(entry.prompt) for entry in written.entries(written.NETWORKS)}
    assert sum(written.network(rng)[0] not in plain for _ in range(300)) > 150


def test_none_is_a_prompt_that_the_model_is_measured_on() -> None:
    """Nor like one of more than a few words: of the runs of four words of either, half are in both at most."""
    prompts = [
        json.loads(line)["prompt"]
        for path in Path(__file__).parent.glob("*_prompts.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    same, alike = {_in_small_letters(prompt) for prompt in prompts}, [_runs(prompt) for prompt in prompts]
    for names, _ in GROUPS.values():
        for entry in written.entries(names):
            assert _in_small_letters(with_its_own_words(entry.prompt)) not in same, entry
            own = _runs(entry.prompt)
            assert not any(len(own & runs) > max(3, 0.5 * min(len(own), len(runs))) for runs in alike), entry


def _in_small_letters(prompt: str) -> str:
    return " ".join(prompt.casefold().split())


def _runs(prompt: str) -> set[tuple[str, ...]]:
    words = [_FIGURES.get(word, word) for word in re.findall(r"[^\W_]+", prompt.casefold())]
    words = ["0" if word.isdigit() else word for word in words if word not in ("thing", "step")]
    runs = zip(*(words[start:] for start in range(4)), strict=False)
    return {run for run in runs if run.count("0") < 2}
