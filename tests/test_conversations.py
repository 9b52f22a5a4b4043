"""Training on the conversations that people have: what is read, split and learned, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoTokenizer

from diagram_core.conversations import Turn, read_conversations
from diagram_core.errors import InputError
from diagram_core.files import read_rows, write_rows
from tasks import sft, synthesize
from tasks.config import SynthesizeConfig, load_profile
from tasks.stage import StageSpec, finished_stage
from tests.training import MemoryLog


def said(*texts: str, name: object = 1) -> dict[str, Any]:
    """A conversation in which user and assistant say these in turn."""
    messages = [{"from": ("user", "assistant")[i % 2], "value": text} for i, text in enumerate(texts)]
    return {"id": name, "conversations": messages}


def write(path: Path, entries: object) -> Path:
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


def config(path: Path, validation: int = 2) -> SynthesizeConfig:
    return SynthesizeConfig(train_examples=5, validation_examples=validation, test_examples=3, conversations=path)


def test_turns_are_read_in_order(tmp_path: Path) -> None:
    entries = [said("4-8-1", "4 8 1", "now 5-8-1", "5 8 1", name="a"), said("2-1", "2 1")]
    first, second = read_conversations(write(tmp_path / "a.json", entries))
    assert (first.id, second.id) == ("a", "1")
    assert first.turns == (Turn("4-8-1", "4 8 1"), Turn("now 5-8-1", "5 8 1"))


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("hello", "entry 2: an object with 'conversations' is expected, and it is 'hello'"),
        ({"id": "x"}, "entry 2 (id 'x'): 'conversations' should be a list of messages, and is None"),
        ({"conversations": []}, "entry 2 (id 2): 'conversations' should be a list of messages"),
        (said("a", name="x"), "entry 2 (id 'x'): it ends with message 1, of the user, which nobody answers"),
        (said("a", "b", "c"), "it ends with message 3, of the user"),
        (said("a", ""), "message 2: 'value' should be a text that is not empty, and is ''"),
        (said("a", 3), "message 2: 'value' should be a text that is not empty, and is 3"),  # type: ignore[arg-type]
        ({"conversations": ["a"]}, "message 1: an object with 'from' and 'value' is expected, and it is 'a'"),
        (
            {"conversations": [{"from": "human", "value": "a"}]},
            "message 1: 'from' should be 'user' here, and is 'human'",
        ),
        (
            {"conversations": [{"from": "assistant", "value": "a"}]},
            "message 1: 'from' should be 'user' here, and is 'assistant'",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_entry(tmp_path: Path, entry: object, says: str) -> None:
    path = write(tmp_path / "mine.json", [said("a", "b"), entry])
    with pytest.raises(InputError) as error:
        read_conversations(path)
    assert str(error.value).startswith(f"{path}, entry 2")
    assert says in str(error.value)


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"id": 1}\n{"id": 2}', '"text"'])
def test_a_file_that_is_no_list_of_conversations_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.json"):
        read_conversations(path)


def test_conversations_take_the_place_of_made_up_examples(tmp_path: Path) -> None:
    entries = [said(f"prompt {i}", f"answer {i}", name=i) for i in range(8)]
    path = write(tmp_path / "mine.json", entries)
    metrics = synthesize.run(config(path), {}, tmp_path / "out", MemoryLog())
    assert metrics == {"train_examples": 6, "validation_examples": 2, "test_examples": 3}
    training, validation = (read_rows(tmp_path / "out" / f"{split}.jsonl") for split in ("train", "validation"))
    assert sorted(row["id"] for row in training + validation) == [str(i) for i in range(8)]
    assert all(row["answer"] == row["prompt"].replace("prompt", "answer") for row in training + validation)
    assert all("plan" in row for row in read_rows(tmp_path / "out" / "test.jsonl"))


def test_what_opens_alike_is_not_held_back_from_itself(tmp_path: Path) -> None:
    entries = [said(f"prompt {i % 4}", f"answer {i}", name=i) for i in range(12)]
    synthesize.run(config(write(tmp_path / "a.json", entries), 4), {}, tmp_path / "out", MemoryLog())
    openings = [
        {row["prompt"] for row in read_rows(tmp_path / "out" / f"{split}.jsonl")} for split in ("train", "validation")
    ]
    assert [len(prompts) for prompts in openings] == [2, 2]
    assert not openings[0] & openings[1]


def test_too_few_to_hold_some_back_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.json", [said("same", f"answer {i}") for i in range(9)])
    with pytest.raises(InputError, match=r"mine\.json: 9 conversations, of 1 first prompts.*validation_examples"):
        synthesize.run(config(path), {}, tmp_path / "out", MemoryLog())


def test_each_answer_of_a_conversation_is_learned_and_nothing_else(tiny_base: Path, tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_base / "model")
    (conversation,) = read_conversations(write(tmp_path / "a.json", [said("4 and 1", "4 1", "now\n5", "5 1")]))
    write_rows(tmp_path / "train.jsonl", [synthesize.conversation_row(conversation)])
    (example,) = sft.encode_file(tmp_path / "train.jsonl", tokenizer, 100, MemoryLog()).examples
    assert tokenizer.decode(example.input_ids) == "4 and 1\n4 1<end>now 5\n5 1<end>"
    assert tokenizer.decode([label for label in example.labels if label != -100]) == "4 1<end>5 1<end>"
    assert all(label in (-100, token) for token, label in zip(example.input_ids, example.labels, strict=True))


def test_another_content_of_the_file_is_another_fingerprint(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.json", [said("a", "b")])
    overrides = [f"pipeline.artifacts_dir={tmp_path}", f"synthesize.conversations={path}"]
    states = {
        synthesize.outside_state(load_profile("smoke", overrides)),
        synthesize.outside_state(load_profile("smoke")),
    }
    write(path, [said("a", "c")])
    states.add(synthesize.outside_state(load_profile("smoke", overrides)))
    assert len(states) == 3
    path.unlink()
    with pytest.raises(InputError, match=r"synthesize\.conversations: no file .*mine\.json"):
        finished_stage(StageSpec("synthesize", "synthesize"), load_profile("smoke", overrides), {})
