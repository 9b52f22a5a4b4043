from __future__ import annotations

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
import torch
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.files import write_text
from tasks import base
from tasks.config import BaseConfig, load_profile
from tasks.failure import TransientError
from tasks.model_source import STARTER_FILE, STARTER_HUB_ID, model_folder, model_state
from tests.training import MemoryLog, files_in

MODEL_FILES = [
    "model/config.json",
    "model/generation_config.json",
    "model/model.safetensors",
    "model/tokenizer.json",
    "model/tokenizer_config.json",
]


def test_tiny_base_is_what_plain_transformers_loads(tiny_base: Path) -> None:
    assert files_in(tiny_base) == MODEL_FILES
    model = AutoModelForCausalLM.from_pretrained(tiny_base / "model")
    tokenizer = AutoTokenizer.from_pretrained(tiny_base / "model")
    assert model.dtype is torch.float32
    assert len(tokenizer) == model.config.vocab_size
    assert tokenizer.eos_token_id == model.generation_config.eos_token_id
    assert tokenizer.pad_token_id == model.config.pad_token_id != tokenizer.eos_token_id


def test_tiny_tokenizer_round_trips_any_text(tiny_base: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_base / "model")
    text = 'network right sky\n"conv 3x3" 28*2 신경망 ±'
    assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert len(tokenizer("1024", add_special_tokens=False)["input_ids"]) == 4


def test_tiny_base_is_the_same_each_time(tiny_base: Path, tmp_path: Path) -> None:
    base.run(BaseConfig(model="tiny"), {}, tmp_path, MemoryLog())
    for name in MODEL_FILES:
        assert (tmp_path / name).read_bytes() == (tiny_base / name).read_bytes()


def test_unknown_hub_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nobody/nothing.*HF_HUB_OFFLINE.*give a folder"):
        base.run(BaseConfig(model="nobody/nothing"), {}, tmp_path, MemoryLog())
    assert files_in(tmp_path) == []


def test_a_folder_of_random_weights_is_refused(tiny_base: Path, tmp_path: Path) -> None:
    with pytest.raises(DiagramforgeError, match="makes no sense of plain English"):
        base.run(BaseConfig(model=str(tiny_base / "model")), {}, tmp_path, MemoryLog())


def test_missing_starter_adapter_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "STARTER_DIR", tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"base.adapter=null"):
        base.run(BaseConfig(model="tiny", adapter="starter"), {}, tmp_path, MemoryLog())


def test_shipped_adapter_is_merged(
    tiny_base: Path, tiny_sft: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "STARTER_DIR", tiny_sft / "adapter")
    base.run(BaseConfig(model="tiny", adapter="starter"), {}, tmp_path, MemoryLog())
    plain = load_file(tiny_base / "model" / "model.safetensors")
    merged = load_file(tmp_path / "model" / "model.safetensors")
    moved = {name for name in plain if not torch.equal(plain[name], merged[name])}
    assert moved == {name for name in plain if "_proj" in name}


def test_altered_starter_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / STARTER_FILE).write_bytes(b"GGUF")
    package = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: package)
    with pytest.raises(InputError, match="missing or altered"):
        base.run(BaseConfig(model="starter"), {}, tmp_path / "out", MemoryLog())


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where what is fetched from the hub is kept; nothing has been."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def keep(hub_cache: Path, hub_id: str, commit: str = "c" * 40) -> Path:
    """The folder of a model that has been fetched from the hub."""
    kept = hub_cache / f"models--{hub_id.replace('/', '--')}"
    write_text(kept / "refs" / "main", commit)
    (kept / "snapshots" / commit).mkdir(parents=True)
    return kept / "snapshots" / commit


def connect_hub(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    """The hub is asked for a model, and this is its answer, or raised in its place."""

    def model_info(*_: object, **__: object) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    monkeypatch.setattr("huggingface_hub.HfApi.model_info", model_info)


UNREACHABLE = httpx2.ConnectError("[Errno 111] Connection refused")


def test_an_unreachable_hub_is_done_without_where_the_model_was_fetched(
    hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect_hub(monkeypatch, UNREACHABLE)
    with pytest.raises(InputError, match=r"a/b.*hub cannot be reached \(ConnectError\): give a folder, connect"):
        model_folder("a/b", MemoryLog())
    fetched = keep(hub_cache, "a/b")
    assert model_folder("a/b", MemoryLog()) == fetched


def test_the_commit_on_the_hub_is_the_state_of_its_model(hub_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert model_state("a/b") == model_state("no/such/folder") == ""
    keep(hub_cache, "a/b", "0" * 40)
    assert model_state("a/b") == "0" * 40
    connect_hub(monkeypatch, SimpleNamespace(sha="1" * 40))
    assert model_state("a/b") == "1" * 40
    connect_hub(monkeypatch, UNREACHABLE)
    assert model_state("a/b") == "0" * 40


def test_the_base_depends_on_a_folders_content(tmp_path: Path) -> None:
    profile = load_profile("smoke", [f"base.model={tmp_path}"])
    states = []
    for name, text in (("config.json", "{}"), ("model.safetensors", "weights"), ("model.safetensors", "Weights")):
        write_text(tmp_path / name, text)
        states.append(base.outside_state(profile))
    assert len(set(states)) == 3


def test_the_base_depends_on_the_shipped_adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "STARTER_DIR", tmp_path)
    profile = load_profile("smoke", ["base.model=tiny", "base.adapter=starter"])
    states = [base.outside_state(profile)]
    for name in ("adapter_model.safetensors", "adapter_config.json", "readability/fold0.safetensors"):
        write_text(tmp_path / name, "new")
        states.append(base.outside_state(profile))
    assert len(set(states[:3])) == 3
    assert states[3] == states[2]  # networks that look at drawings are no part of it


@pytest.mark.usefixtures("hub_cache")
def test_a_gated_model_says_how_to_get_at_it(monkeypatch: pytest.MonkeyPatch) -> None:
    response = httpx2.Response(403, request=httpx2.Request("GET", "https://hub"))
    connect_hub(monkeypatch, RepositoryNotFoundError("404", response=response))
    with pytest.raises(InputError, match="check the name"):
        model_folder("a/b", MemoryLog())
    connect_hub(monkeypatch, GatedRepoError("403", response=response))
    with pytest.raises(InputError, match=r"is gated: accept its terms.*hf auth login"):
        model_folder("a/b", MemoryLog())


@pytest.mark.usefixtures("hub_cache")
def test_a_transfer_that_breaks_off_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_: object, **__: object) -> None:
        raise httpx2.ReadError("connection lost")

    connect_hub(monkeypatch, SimpleNamespace(sha="c" * 40))
    monkeypatch.setattr("huggingface_hub.snapshot_download", break_off)
    with pytest.raises(TransientError, match="fetching a/b broke off: ReadError: connection lost"):
        model_folder("a/b", MemoryLog())


@pytest.mark.usefixtures("hub_cache")
def test_the_starter_is_never_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "starter").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=STARTER_HUB_ID):
        model_folder("starter", MemoryLog())


def test_padding_takes_a_special_token_without_a_role(tiny_base: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(tiny_base / "model")
    tokenizer = AutoTokenizer.from_pretrained(tiny_base / "model")
    tokenizer.pad_token = tokenizer.eos_token
    base.pad_apart_from_end(model, tokenizer)
    assert tokenizer.pad_token == "<pad>"
    assert model.config.vocab_size == len(tokenizer) == 512
    assert model.config.pad_token_id == tokenizer.pad_token_id != tokenizer.eos_token_id


@pytest.mark.slow
@pytest.mark.usefixtures("starter_package")
def test_starter_from_the_package_makes_sense(tmp_path: Path) -> None:
    metrics = base.run(BaseConfig(model="starter"), {}, tmp_path, MemoryLog())
    assert metrics["parameters"] == 134_515_008
    assert metrics["sentence_loss"] < 3
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "model")
    assert (tokenizer.eos_token, len(tokenizer)) == ("<|im_end|>", 49152)
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
