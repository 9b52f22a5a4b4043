"""Exported language models: whole folders that plain transformers and plain PEFT load, with the same logits."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from peft import AutoPeftModelForCausalLM
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerBase

from app import cli
from diagram_core.files import read_json, write_json
from diagram_core.models.language import load_language_model, load_model, load_tokenizer
from tasks import base
from tasks.config import LoraSection
from tasks.manifest import MANIFEST, write_manifest
from tasks.trainer import save_adapter, with_lora
from tests.training import ALL_LINEAR, files_in

TOKENS = torch.tensor([[5, 6, 7, 8]])
TOKENIZER_FILES = ["tokenizer.json", "tokenizer_config.json"]

pytestmark = pytest.mark.usefixtures("home")


def write_adapter(model_dir: Path, folder: Path, rank: int, modules: tuple[str, ...], seed: int) -> Path:
    """An adapter as SFT and ORPO save theirs, with random weights in place of trained ones."""
    torch.manual_seed(seed)
    adapted = with_lora(load_model(model_dir), LoraSection(rank=rank, alpha=8, target_modules=modules))
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.05)
    save_adapter(adapted, folder)
    return folder


@pytest.fixture(scope="module")
def base_artifact(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact of the base stage."""
    folder = tmp_path_factory.mktemp("base")
    shutil.copytree(tiny_base, folder, dirs_exist_ok=True)
    write_manifest(folder, "base", "ba5", {})
    return folder


@pytest.fixture(scope="module")
def sft(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact of the sft stage."""
    folder = tmp_path_factory.mktemp("sft")
    write_adapter(tiny_base / "model", folder / "adapter", 4, ALL_LINEAR, seed=1)
    write_manifest(folder, "sft", "5f7", {})
    return folder


@pytest.fixture(scope="module")
def orpo(tiny_base: Path, base_artifact: Path, sft: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact of the orpo stage, of another rank and with fewer modules."""
    folder = tmp_path_factory.mktemp("orpo")
    write_adapter(tiny_base / "model", folder / "adapter", 2, ("q_proj", "v_proj"), seed=2)
    write_manifest(folder, "orpo", "0b0", {"base": base_artifact, "sft": sft})
    return folder


@pytest.fixture(scope="module")
def quantize(
    tiny_base: Path, base_artifact: Path, sft: Path, orpo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An artifact of the quantize stage, without the quantized model."""
    folder = tmp_path_factory.mktemp("quantize")
    adapters = [sft / "adapter", orpo / "adapter"]
    model, tokenizer = load_language_model(tiny_base / "model", adapters, "cpu", "float32")
    base.save_whole(model, tokenizer, folder / "merged")
    write_manifest(folder, "quantize", "9a9", {"base": base_artifact, "sft": sft, "orpo": orpo})
    return folder


def logits(model_dir: Path, *adapters: Path) -> torch.Tensor:
    model, _ = load_language_model(model_dir, list(adapters), "cpu", "float32", "eager")
    return model(TOKENS).logits


def exported(*arguments: str | Path) -> Path:
    """Where the command has written what it was told to export."""
    assert cli.run(["export", "--out", "out", *map(str, arguments)]) == 0
    return Path("out")


def refusal(capsys: pytest.CaptureFixture[str], code: int, *arguments: str | Path) -> str:
    """The one line that a command says that must be refused."""
    capsys.readouterr()
    assert cli.run(["export", *map(str, arguments)]) == code
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_a_merged_adapter_is_what_plain_transformers_loads_in_shards(tiny_base: Path, sft: Path) -> None:
    out = exported(sft, "--shard-size", "200KB")
    shards = [path for path in files_in(out) if path.endswith(".safetensors")]
    assert len(shards) == 3
    assert files_in(out) == sorted(
        [
            "config.json",
            "generation_config.json",
            *(f"model-0000{i}-of-00003.safetensors" for i in (1, 2, 3)),
            "model.safetensors.index.json",
            *TOKENIZER_FILES,
        ]
    )
    assert all((out / shard).stat().st_size < 210_000 for shard in shards)
    model, tokenizer = AutoModelForCausalLM.from_pretrained(out), AutoTokenizer.from_pretrained(out)
    expected = logits(tiny_base / "model", sft / "adapter")
    torch.testing.assert_close(model(TOKENS).logits, expected, atol=1e-6, rtol=0)
    assert not torch.allclose(expected, logits(tiny_base / "model"), atol=1e-3)
    assert tokenizer.get_vocab() == load_tokenizer(tiny_base / "model").get_vocab()
    assert (tokenizer.eos_token, tokenizer.pad_token) == ("<end>", "<pad>")
    assert str(tiny_base) not in (out / "config.json").read_text()
    assert files_in(Path()) == sorted(f"out/{name}" for name in files_in(out))


def test_weights_are_written_in_the_precision_asked_for(sft: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(exported(sft, "--dtype", "bfloat16"))
    assert {weight.dtype for weight in model.parameters()} == {torch.bfloat16}


def test_an_unmerged_adapter_is_what_plain_peft_loads(tiny_base: Path, sft: Path) -> None:
    out = exported(sft, "--adapter-only")
    assert files_in(out) == ["adapter_config.json", "adapter_model.safetensors", *TOKENIZER_FILES]
    adapted = AutoPeftModelForCausalLM.from_pretrained(out)
    expected = logits(tiny_base / "model", sft / "adapter")
    torch.testing.assert_close(adapted(TOKENS).logits, expected, atol=1e-5, rtol=0)


@pytest.fixture
def champion(
    base_artifact: Path, sft: Path, orpo: Path, quantize: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The bundle of a champion whose artifacts are there."""
    for place, artifact in {"base/ba5": base_artifact, "sft/5f7": sft, "orpo/0b0": orpo}.items():
        (home / place).parent.mkdir(parents=True)
        (home / place).symlink_to(artifact)
    bundle = home / "bundle"
    shutil.copytree(quantize, bundle / "quantize")
    write_json(bundle / "bundle.json", {})
    monkeypatch.setattr("app.export.champion_bundle", lambda: type("Bundle", (), {"folder": bundle}))
    return bundle


def test_the_champion_is_exported_as_it_draws(champion: Path, quantize: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(exported())
    torch.testing.assert_close(model(TOKENS).logits, logits(quantize / "merged"), atol=1e-6, rtol=0)


def test_all_adapters_of_the_champion_become_one(champion: Path, quantize: Path) -> None:
    out = exported("--adapter-only")
    assert files_in(out) == ["adapter_config.json", "adapter_model.safetensors", *TOKENIZER_FILES]
    adapted = AutoPeftModelForCausalLM.from_pretrained(out)
    assert adapted.peft_config["default"].r == 4 + 2
    torch.testing.assert_close(adapted(TOKENS).logits, logits(quantize / "merged"), atol=1e-5, rtol=0)


def test_an_artifact_of_orpo_is_exported_with_both_adapters(champion: Path, orpo: Path, quantize: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(exported(orpo))
    torch.testing.assert_close(model(TOKENS).logits, logits(quantize / "merged"), atol=1e-6, rtol=0)


def test_what_an_adapter_stands_on_is_said_where_it_is_not_known_or_gone(
    champion: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "sft" / "5f7").unlink()
    assert f"made from {home / 'sft' / '5f7'}, which is not there" in refusal(capsys, 1, "--adapter-only")
    path = champion / "quantize" / MANIFEST
    write_json(path, {key: value for key, value in read_json(path).items() if key != "inputs"})
    line = refusal(capsys, 1, "--adapter-only")
    assert f"{champion / 'quantize'} is of an earlier version" in line and "run `diagramforge train` again" in line


def test_what_cannot_be_exported_is_said_in_one_line(
    tiny_base: Path, sft: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert "full is there already: choose another folder" in refusal(capsys, 2, sft, "--out", "full")
    assert "'much' is not a size such as 200MB" in refusal(capsys, 2, sft, "--shard-size", "much")
    assert "nothing to export in" in refusal(capsys, 1, tmp_path / "nowhere")
    assert "trained without an adapter" in refusal(capsys, 1, tiny_base, "--adapter-only")
    assert "no champion" in refusal(capsys, 1)
    shutil.copytree(sft / "adapter", tmp_path / "lost")
    write_json(tmp_path / "lost" / "adapter_config.json", {"base_model_name_or_path": str(tmp_path / "gone")})
    assert f"made for the model in {tmp_path / 'gone'}, which is not there" in refusal(capsys, 1, tmp_path / "lost")
    assert files_in(tmp_path / "full") == ["file"]
    assert not Path("exported-model").exists()


def test_an_export_that_fails_leaves_nothing(sft: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill_the_disk(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "tokenizer.json")

    monkeypatch.setattr(PreTrainedTokenizerBase, "save_pretrained", fill_the_disk)
    for option in ("--adapter-only", "--dtype=float32"):
        assert cli.run(["export", str(sft), "--out", "out", option]) == 1
        assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_killed_export_leaves_nothing_that_looks_whole(tiny_base: Path, sft: Path, tmp_path: Path) -> None:
    program = f"""
import os, signal, sys
from transformers import PreTrainedTokenizerBase
from app import cli
PreTrainedTokenizerBase.save_pretrained = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
cli.run(["export", {str(sft)!r}, "--out", {str(tmp_path / "out")!r}])
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert ended.returncode == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == [".out.partial"]
    out = exported(sft)
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_help_shows_how(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["export", "--help"]) == 0
    assert "  diagramforge export --out my-model --shard-size 200MB" in capsys.readouterr().out
