"""draw --explain: why each candidate stands where it does, for a person and for a program."""

from __future__ import annotations

import json

import pytest

from app import cli
from tests.toy_champion import ToyChampion

PROMPT = "a network with layers of 4, 6 and 1"

pytestmark = pytest.mark.usefixtures("home")


def test_each_candidate_is_explained_with_the_ratings_that_decided(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ToyChampion().install(monkeypatch)
    assert cli.run(["draw", PROMPT, "--seed", "1", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)["candidates"]
    rated = [candidate["id"] for candidate in first if candidate["id"]][:2]
    for number, score in zip(rated, (5, 0), strict=True):
        assert cli.run(["rate", number, str(score), "--user", "ann"]) == 0
    capsys.readouterr()
    assert cli.run(["draw", PROMPT, "--seed", "1", "--user", "ann", "--json"]) == 0
    candidates = json.loads(capsys.readouterr().out)["candidates"]
    for candidate in candidates:
        assert {neighbor["diagram_id"] for neighbor in candidate["neighbors"]} == set(rated)
        moved = sum(neighbor["moved"] for neighbor in candidate["neighbors"])
        expected = min(max(candidate["readability"] + moved, 0), 5)
        assert candidate["expected_rating"] == pytest.approx(expected, abs=1e-4)
        assert any("your own ratings of 2 drawings" in reason for reason in candidate["reasons"])
    assert cli.run(["draw", PROMPT, "--seed", "1", "--user", "ann", "--explain"]) == 0
    shown = capsys.readouterr().out
    for candidate in candidates:
        assert all(reason in shown for reason in candidate["reasons"])
    assert "scores highest" in shown
    assert "it stands after all that pass the hard checks" in shown
