"""The quantize stage: what it merges, that the 4-bit model loads and generates, and that it refuses a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from diagram_core.decoding import load_engine
from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.files import write_rows
from diagram_core.generate import generate, prepare
from diagram_core.models.language import load_tokenizer
from diagram_core.notation import answer_grammar
from diagram_core.prompting import encode_prompt
from tasks import quantize
from tasks.config import GenerateConfig, QuantizeConfig
from tests.training import MemoryLog, files_in

CONFIG = QuantizeConfig(calibration_examples=12, check_examples=4, max_loss_increase=2.0)


@pytest.mark.slow
def test_merged_and_quantized_models_load_plainly(
    tiny_base: Path, tiny_examples: Path, tiny_sft: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called_from = tmp_path / "elsewhere"
    called_from.mkdir()
    monkeypatch.chdir(called_from)
    inputs = {"base": tiny_base, "synthesize": tiny_examples, "sft": tiny_sft, "orpo": tiny_sft}
    out_dir = tmp_path / "out"
    metrics = quantize.run(CONFIG, inputs, out_dir, MemoryLog())
    assert metrics["quantized_mb"] < metrics["merged_mb"] / 2
    assert metrics["answer_loss_quantized"] != metrics["answer_loss_merged"]
    assert files_in(called_from) == []

    merged = load_file(out_dir / "merged" / "model.safetensors")
    base = load_file(tiny_base / "model" / "model.safetensors")
    assert merged.keys() == base.keys()
    moved = {name for name in base if not torch.equal(base[name], merged[name])}
    assert moved
    assert all("_proj" in name for name in moved)  # what LoRA adapted, and nothing else

    read = {}
    for folder in (out_dir / "merged", out_dir / "gptq"):
        model = AutoModelForCausalLM.from_pretrained(folder, device_map="cpu")
        with torch.inference_mode():
            read[folder.name] = model(torch.arange(4, 68)[None], output_hidden_states=True).hidden_states[-1].float()
        tokenizer = AutoTokenizer.from_pretrained(folder)
        prompt = torch.tensor([encode_prompt(tokenizer, "4-8-1")])
        answer = model.generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=4, do_sample=False)
        assert answer.shape[1] > prompt.shape[1]
    likeness = torch.cosine_similarity(read["merged"], read["gptq"], dim=-1)
    assert likeness.mean() > 0.95  # with the rows of its matrices shuffled, 0.71

    model = prepare(load_engine(out_dir / "gptq"), load_tokenizer(out_dir / "gptq"), answer_grammar("plan"))
    (candidate,) = generate(model, "4-8-1", 1, GenerateConfig(max_new_tokens=12), seed=0)
    assert candidate.text.startswith(("network ", "chart "))
    assert candidate.tokens > 1


def test_only_as_many_rows_are_read_as_are_used(tiny_base: Path, tmp_path: Path) -> None:
    tokenizer, path = load_tokenizer(tiny_base / "model"), tmp_path / "train.jsonl"
    long = {"prompt": "9-" * 600, "answer": "9"}
    fitting = [{"prompt": f"{layer}-1", "answer": f"{layer} 1"} for layer in range(3)]
    write_rows(path, [long, *fitting, {"prompt": "a row without an answer"}])
    examples = quantize._examples(path, tokenizer, 2)
    assert [tokenizer.decode(one.input_ids) for one in examples] == ["0-1\n0 1<end>", "1-1\n1 1<end>"]
    write_rows(path, [long])
    with pytest.raises(InputError, match=r"train\.jsonl: none of its examples .* 1024 tokens: quantizing needs some"):
        quantize._examples(path, tokenizer, 2)


def test_a_model_that_lost_too_much_is_refused() -> None:
    quantize._check_kept(CONFIG, 1.0, 2.9)
    with pytest.raises(DiagramforgeError, match=r"max_loss_increase=2\.0"):
        quantize._check_kept(CONFIG, 1.0, 3.1)
    with pytest.raises(DiagramforgeError, match="4 bits"):
        quantize._check_kept(CONFIG, 1.0, float("nan"))
