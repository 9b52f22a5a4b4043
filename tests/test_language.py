"""Language models: placed where the hardware allows, adapters merged, and answers scored as a plain forward does."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from diagram_core.errors import InputError
from diagram_core.models import language
from diagram_core.models.language import (
    CPU_FLOAT32,
    answer_log_probs,
    answer_loss,
    load_language_model,
    load_model,
    load_tokenizer,
    place,
)
from diagram_core.prompting import IGNORED_LABEL, EncodedExample, encode_answer, encode_example, encode_prompt


def _on(monkeypatch: pytest.MonkeyPatch, cuda: bool, bfloat16: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bfloat16)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda: (8, 6) if bfloat16 else (7, 0))
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: bfloat16)


@pytest.mark.parametrize(
    ("cuda", "bfloat16", "expected"),
    [
        (False, False, ("cpu", torch.float32, "eager")),
        (False, True, ("cpu", torch.bfloat16, "eager")),
        (True, False, ("cuda", torch.float16, "sdpa")),
        (True, True, ("cuda", torch.bfloat16, "flash_attention_2")),
    ],
)
def test_auto_takes_the_best_there_is(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, bfloat16: bool, expected: tuple[str, torch.dtype, str]
) -> None:
    _on(monkeypatch, cuda, bfloat16)
    monkeypatch.setattr(language.importlib.util, "find_spec", lambda name: object())
    said: list[str] = []
    placement = place(say=said.append)
    assert (placement.device, placement.dtype, placement.attention) == expected
    assert said == []


def test_what_the_hardware_lacks_falls_back_and_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _on(monkeypatch, cuda=False, bfloat16=False)
    said: list[str] = []
    placement = place("auto", "bfloat16", "flash_attention_2", said.append)
    assert (placement.dtype, placement.attention) == (torch.float32, "sdpa")
    assert said == [
        "bfloat16 is not in the hardware of this cpu device: using float32",
        "flash attention is not available for float32 on this cpu device: using sdpa",
    ]


def test_flash_attention_is_not_taken_for_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    _on(monkeypatch, cuda=True, bfloat16=True)
    monkeypatch.setattr(language.importlib.util, "find_spec", lambda name: object())
    assert place("cuda", "float32", "flash_attention_2", lambda text: None).attention == "sdpa"


def test_cuda_where_there_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _on(monkeypatch, cuda=False, bfloat16=False)
    with pytest.raises(InputError, match="set device to auto or cpu"):
        place("cuda")


def test_log_probs_are_those_of_a_plain_forward(tiny_base: Path) -> None:
    model, tokenizer = load_model(tiny_base / "model"), load_tokenizer(tiny_base / "model")
    short = encode_example(tokenizer, "2 and 1", "2 1")
    long = encode_example(tokenizer, "a net of 20, 3 and 1", "network right\n20 3 1")
    padding = len(long.input_ids) - len(short.input_ids)
    input_ids = torch.tensor([long.input_ids, short.input_ids + [tokenizer.pad_token_id] * padding])
    labels = torch.tensor([long.labels, short.labels + [IGNORED_LABEL] * padding])
    mask = torch.tensor([[1] * len(long.input_ids), [1] * len(short.input_ids) + [0] * padding])
    scored = answer_log_probs(model, input_ids, mask, labels)

    plain = model(input_ids=input_ids, attention_mask=mask).logits.log_softmax(-1)
    expected = [
        plain[row, position - 1, labels[row, position]]
        for row in (0, 1)
        for position in range(labels.shape[1])
        if labels[row, position] != IGNORED_LABEL
    ]
    torch.testing.assert_close(scored, torch.stack(expected))
    assert answer_loss(model, [long, short]) == pytest.approx(-scored.mean().item(), abs=1e-5)
    whole = EncodedExample(long.input_ids, long.input_ids)
    batch = torch.tensor([long.input_ids])
    assert answer_loss(model, [whole]) == pytest.approx(model(batch, labels=batch).loss.item(), abs=1e-5)


def test_prompt_and_answer_are_tokenized_apart(tiny_base: Path) -> None:
    tokenizer = load_tokenizer(tiny_base / "model")
    example = encode_example(tokenizer, "a\nnet ", " 2 1 ")
    assert example.input_ids == encode_prompt(tokenizer, "a net") + encode_answer(tokenizer, "2 1")
    assert example.input_ids[-1] == tokenizer.eos_token_id


@pytest.mark.slow
def test_merged_adapters_answer_as_unmerged_ones(tiny_base: Path, tiny_sft: Path) -> None:
    tokens = torch.tensor([[5, 6, 7, 8]])
    plain = AutoModelForCausalLM.from_pretrained(tiny_base / "model")
    adapted = PeftModel.from_pretrained(plain, tiny_sft / "adapter")(tokens).logits
    merged, tokenizer = load_language_model(tiny_base / "model", [tiny_sft / "adapter"], "cpu", "float32")
    assert type(merged).__name__ == "LlamaForCausalLM"
    assert not any(weight.requires_grad for weight in merged.parameters())
    assert not merged.training
    assert tokenizer.eos_token == "<end>"
    torch.testing.assert_close(merged(tokens).logits, adapted, atol=1e-5, rtol=1e-5)


def test_folders_without_a_model_or_adapter_are_named(tiny_base: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no language model in .*config\.json"):
        load_language_model(tmp_path, [])
    with pytest.raises(InputError, match=r"no adapter in .*adapter_model\.safetensors"):
        load_language_model(tiny_base / "model", [tmp_path])


def test_a_damaged_model_is_named(tiny_base: Path, tmp_path: Path) -> None:
    for path in (tiny_base / "model").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(InputError, match="cannot be loaded"):
        load_model(tmp_path, CPU_FLOAT32)
