"""The ORPO stage: what its pairs are, that training lowers the loss on held-out ones, and what it leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from diagram_core.errors import InputError
from diagram_core.files import read_rows
from diagram_core.synthesis.faults import is_faulty
from tasks import orpo
from tasks.config import LoraSection, OrpoConfig
from tests.training import ALL_LINEAR, MemoryLog, files_in, write_examples


def config(**changes: Any) -> OrpoConfig:
    settings: dict[str, Any] = {
        "learning_rate": 3e-3,
        "max_steps": 24,
        "batch_size": 4,
        "micro_batch_size": 2,
        "max_length": 512,
        "save_steps": 12,
        "logging_steps": 4,
        "beta": 0.5,
        "pairs": 60,
        "dtype": "float32",
        "lora": LoraSection(rank=8, alpha=16, target_modules=ALL_LINEAR),
    }
    return OrpoConfig(**{**settings, **changes})


@pytest.mark.slow
def test_training_lowers_the_loss_and_leaves_the_exact_files(
    tiny_base: Path, tiny_sft: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    examples = write_examples(tmp_path_factory.mktemp("synthesize"), train=60)  # with fewer, luck decides
    inputs = {"base": tiny_base, "synthesize": examples, "sft": tiny_sft}
    before = {path: path.read_bytes() for path in tiny_sft.rglob("*.safetensors")}
    log = MemoryLog()
    metrics = orpo.run(config(), inputs, tmp_path, log)
    assert metrics["eval_loss"] < metrics["eval_loss_before"]
    assert metrics["reward_margin"] > metrics["reward_margin_before"]
    assert [step for step, _ in log.curves["loss"]] == [4, 8, 12, 16, 20, 24]

    kept = [name for name in files_in(tmp_path) if not name.startswith("checkpoints/")]
    assert kept == ["adapter/adapter_config.json", "adapter/adapter_model.safetensors", "loss.png", "pairs.jsonl"]
    weights = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    assert all(weight.abs().max() > 0 for name, weight in weights.items() if "lora_B" in name)
    assert before == {path: path.read_bytes() for path in tiny_sft.rglob("*.safetensors")}

    pairs = read_rows(tmp_path / "pairs.jsonl")
    assert len(pairs) == metrics["pairs"] > 40  # of 60: some are too long
    assert sum(pair["own"] for pair in pairs) == metrics["own_faults"]
    for pair in pairs:
        assert is_faulty(pair["rejected"], pair["chosen"])
        assert pair["rejected"].split("\n")[0] == pair["chosen"].split("\n")[0]

    again = orpo.run(config(), inputs, tmp_path, MemoryLog())  # resumed after its last step: nothing is trained anew
    assert again["eval_loss"] == pytest.approx(metrics["eval_loss"], abs=1e-6)
    resumed = load_file(tmp_path / "adapter" / "adapter_model.safetensors")
    assert all(torch.equal(weight, resumed[name]) for name, weight in weights.items())


def test_pairs_that_are_too_long_are_refused_before_training(
    tiny_base: Path, tiny_examples: Path, tiny_sft: Path, tmp_path: Path
) -> None:
    inputs = {"base": tiny_base, "synthesize": tiny_examples, "sft": tiny_sft}
    with pytest.raises(InputError, match=r"orpo\.max_length"):
        orpo.run(config(max_length=3, pairs=4), inputs, tmp_path, MemoryLog())


def test_learning_nothing_is_an_error() -> None:
    before = {"eval_loss": 1.0, "eval_rewards/margins": 0.1}
    with pytest.raises(Exception, match="ORPO learned nothing"):
        orpo._check_learned(before, {"eval_loss": 1.1, "eval_rewards/margins": 0.1})
    orpo._check_learned(before, {"eval_loss": 0.9, "eval_rewards/margins": 0.1})
