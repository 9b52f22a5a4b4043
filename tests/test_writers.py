"""Synthetic data as files: the same bytes wherever and however they are made, and readable by those who read them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from app import cli
from diagram_core.files import read_rows, sha256, write_rows
from diagram_core.notation import read
from diagram_core.structure import Element, Structure
from diagram_core.synthesis import examples
from diagram_core.synthesis.writers import rows, to_row, write_dataset


def test_rows_are_the_examples_of_the_split() -> None:
    made = list(rows(4, "validation", 12))
    assert [row["id"] for row in made] == [example.id for example in islice(examples(4, "validation"), 12)]


def test_a_row_says_all_that_its_example_says() -> None:
    example = next(examples(4, "train"))
    row = to_row(example)
    said = row["structure"]
    elements = tuple(Element(**element) for element in said["elements"])
    assert Structure(said["kind"], elements, tuple(map(tuple, said["edges"]))) == example.structure
    assert read(row["diagram"], "list") == read(row["plan"], "plan") == example.diagram()
    assert (row["prompt"], row["family"]) == (example.prompt, example.family)


@pytest.mark.slow
def test_two_processes_write_the_bytes_of_one(tmp_path: Path) -> None:
    for processes in (1, 2):
        write_rows(tmp_path / f"{processes}.jsonl", rows(1, "train", 300, processes))
        write_dataset(tmp_path / str(processes), "train", rows(1, "train", 300, processes))
    assert sha256(tmp_path / "1.jsonl") == sha256(tmp_path / "2.jsonl")
    assert sha256(tmp_path / "1" / "train.parquet") == sha256(tmp_path / "2" / "train.parquet")


def test_a_folder_is_what_datasets_loads(tmp_path: Path) -> None:
    import datasets

    wanted = list(rows(2, "test", 6))
    write_dataset(tmp_path / "data", "test", wanted)
    write_dataset(tmp_path / "data", "train", rows(2, "train", 3))
    loaded = datasets.load_dataset(str(tmp_path / "data"), cache_dir=str(tmp_path / "cache"))
    assert {split: len(found) for split, found in loaded.items()} == {"train": 3, "test": 6}
    assert list(loaded["test"]) == wanted


@pytest.mark.usefixtures("home")
def test_the_command_writes_what_it_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["data", "--count", "5", "--seed", "3", "--split", "test", "--out", "few.jsonl"]) == 0
    assert "5 examples to measure on: few.jsonl" in capsys.readouterr().out
    assert read_rows(tmp_path / "few.jsonl") == list(rows(3, "test", 5))
    assert cli.run(["data", "--count", "2", "--out", "folder"]) == 0
    assert (tmp_path / "folder" / "train.parquet").is_file()


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--out", "x.csv"], 2, "x.csv is neither a .jsonl file nor a folder"),
        (["--out", "x.jsonl", "--count", "0"], 2, "--count"),
        (["--out", "x.jsonl", "--split", "all"], 2, "--split"),
        ([], 2, "Missing option '--out'"),
        (["--out", "file/x.jsonl", "--count", "1"], 1, "a file stands where a folder is needed"),
    ],
)
def test_the_command_refuses_in_one_line(
    arguments: list[str], code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert cli.run(["data", *arguments]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
    assert not (tmp_path / "x.jsonl").exists()
