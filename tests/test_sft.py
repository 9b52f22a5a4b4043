from __future__ import annotations

from pathlib import Path

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.files import read_rows, sha256, write_json, write_rows
from tasks import sft, synthesize
from tasks.config import SynthesizeConfig
from tasks.trainer import can_compile, compile_blocks, training_order
from tests.training import MemoryLog, files_in, sft_config


def _adapter(out_dir: Path) -> dict[str, torch.Tensor]:
    return load_file(out_dir / "adapter" / "adapter_model.safetensors")


@pytest.fixture(scope="module")
def inputs(tiny_base: Path, tiny_examples: Path) -> dict[str, Path]:
    return {"base": tiny_base, "synthesize": tiny_examples}


@pytest.mark.slow
def test_lora_learns_and_leaves_the_base_alone(inputs: dict[str, Path], tmp_path: Path) -> None:
    before = sha256(inputs["base"] / "model" / "model.safetensors")
    log = MemoryLog()
    metrics = sft.run(sft_config(), inputs, tmp_path, log)
    assert files_in(tmp_path / "adapter") == ["adapter_config.json", "adapter_model.safetensors"]
    assert metrics["eval_loss"] < metrics["eval_loss_before"] - 0.02
    assert metrics["dropped_examples"] == 0
    assert sha256(inputs["base"] / "model" / "model.safetensors") == before
    weights = _adapter(tmp_path)
    assert len(weights) == 2 * 7 * 2  # layers, modules, A and B
    assert all(weight.abs().max() > 0 for weight in weights.values())
    assert {weight.dtype for weight in weights.values()} == {torch.float32}
    assert [step for step, _ in log.curves["eval_loss"]] == [0, 1, 2, 3, 4, 5, 6]
    assert [step for step, _ in log.curves["loss"]] == [2, 4, 6]
    assert log.steps == [1, 2, 3, 4, 5, 6]
    kept = sorted(path.name for path in (tmp_path / "checkpoints").glob("checkpoint-*"))
    assert kept == ["checkpoint-4", "checkpoint-6"]
    assert not list(tmp_path.rglob("*.bin"))
    step_seconds = log.curves["step_seconds"]
    assert [step for step, _ in step_seconds] == [2, 4, 6]
    assert metrics["training_seconds"] == pytest.approx(2 * sum(seconds for _, seconds in step_seconds))


@pytest.mark.slow
def test_learning_rate_rises_stays_and_falls(inputs: dict[str, Path], tmp_path: Path) -> None:
    log = MemoryLog()
    config = sft_config(learning_rate=0.01, max_steps=8, logging_steps=1, warmup_ratio=0.25, decay_ratio=0.25)
    sft.run(config, inputs, tmp_path, log)
    assert [rate for _, rate in log.curves["learning_rate"]] == [0, 0.005, 0.01, 0.01, 0.01, 0.01, 0.01, 0.005]


@pytest.mark.slow
def test_adapter_loads_with_plain_peft(inputs: dict[str, Path], tiny_sft: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(inputs["base"] / "model")
    tokens = torch.tensor([[5, 6, 7]])
    plain = model(tokens).logits
    adapted = PeftModel.from_pretrained(model, tiny_sft / "adapter")(tokens).logits
    assert not torch.allclose(plain, adapted)


class _InterruptedError(Exception):
    pass


class _InterruptingLog(MemoryLog):
    def progress(self, done: int, total: int, unit: str) -> None:
        super().progress(done, total, unit)
        if done == 5:
            raise _InterruptedError


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [False, True])
def test_interrupted_training_ends_at_the_same_weights(inputs: dict[str, Path], tmp_path: Path, compiled: bool) -> None:
    config = sft_config(lora={**sft_config().lora.model_dump(), "dropout": 0.2}, compile=compiled)
    whole, resumed = tmp_path / "whole", tmp_path / "resumed"
    expected = sft.run(config, inputs, whole, MemoryLog())
    with pytest.raises(_InterruptedError):
        sft.run(config, inputs, resumed, _InterruptingLog())
    half_written = resumed / "checkpoints" / "checkpoint-5"
    half_written.mkdir()
    (half_written / "trainer_state.json").write_text("{")
    write_json(resumed / "checkpoints" / "checkpoint-4" / "complete.json", {"training_seconds": 1000.0})
    log = MemoryLog()
    metrics = sft.run(config, inputs, resumed, log)
    assert "going on from checkpoint-4" in log.lines
    assert log.steps == [5, 6]
    assert _adapter(resumed).keys() == _adapter(whole).keys()
    assert all(torch.equal(weight, _adapter(whole)[name]) for name, weight in _adapter(resumed).items())
    assert metrics["eval_loss"] == expected["eval_loss"]
    assert metrics["eval_loss_before"] == expected["eval_loss_before"]
    assert metrics["training_seconds"] > 1000 > expected["training_seconds"]


@pytest.mark.slow
def test_smaller_micro_batches_do_the_same_arithmetic(inputs: dict[str, Path], tmp_path: Path) -> None:
    for micro_batch_size, checkpointing in ((4, False), (1, True)):
        config = sft_config(micro_batch_size=micro_batch_size, gradient_checkpointing=checkpointing)
        sft.run(config, inputs, tmp_path / str(micro_batch_size), MemoryLog())
    large, small = _adapter(tmp_path / "4"), _adapter(tmp_path / "1")
    for name in large:  # Adam turns rounding of small gradients into differences of a share of the learning rate
        torch.testing.assert_close(large[name], small[name], atol=2e-3, rtol=0)


@pytest.mark.slow
@pytest.mark.skipif(not can_compile("cpu"), reason="no C++ compiler, or no headers of Python")
def test_compiled_blocks_do_the_same_arithmetic(inputs: dict[str, Path], tmp_path: Path) -> None:
    for compiled in (False, True):
        sft.run(sft_config(compile=compiled), inputs, tmp_path / str(compiled), MemoryLog())
    plain, compiled_weights = _adapter(tmp_path / "False"), _adapter(tmp_path / "True")
    assert any(not torch.equal(plain[name], compiled_weights[name]) for name in plain), "nothing was compiled"
    for name in plain:  # Adam turns rounding of small gradients into differences of a share of the learning rate
        torch.testing.assert_close(plain[name], compiled_weights[name], atol=2e-3, rtol=0)


def test_without_a_compiler_training_goes_on_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    log = MemoryLog()
    compile_blocks(torch.nn.Linear(1, 1), "cpu", log)
    assert "training without it" in log.lines[0]


@pytest.mark.slow
def test_full_training_writes_a_model(inputs: dict[str, Path], tmp_path: Path) -> None:
    metrics = sft.run(sft_config(method="full", save_steps=6), inputs, tmp_path, MemoryLog())
    assert metrics["eval_loss"] < metrics["eval_loss_before"] - 0.5
    assert not (tmp_path / "adapter").exists()
    trained = load_file(tmp_path / "model" / "model.safetensors")
    base = load_file(inputs["base"] / "model" / "model.safetensors")
    assert all(not torch.equal(trained[name], base[name]) for name in base)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", "auto"])
def test_qlora_learns_on_a_base_in_four_bits(inputs: dict[str, Path], tmp_path: Path, dtype: str) -> None:
    pytest.importorskip("bitsandbytes")
    metrics = sft.run(sft_config(method="qlora", dtype=dtype), inputs, tmp_path, MemoryLog())
    assert metrics["eval_loss"] < metrics["eval_loss_before"] - 0.02
    weights = _adapter(tmp_path)
    assert {weight.dtype for weight in weights.values()} == {torch.float32}
    # All of them: where a 4-bit layer lets no gradient through, those before the last layer stay at zero.
    assert all(weight.abs().max() > 0 for weight in weights.values())


@pytest.mark.slow
def test_training_that_learns_nothing_fails(inputs: dict[str, Path], tmp_path: Path) -> None:
    config = sft_config(learning_rate=1e-30, max_steps=2)
    with pytest.raises(DiagramforgeError, match="learned nothing"):
        sft.run(config, inputs, tmp_path, MemoryLog())
    assert not (tmp_path / "adapter").exists()


def test_a_base_that_knows_its_task_may_keep_its_loss() -> None:
    sft._check_learned(before=0.2, after=0.205, max_loss_increase=0.01)
    for before, after in ((0.2, 0.21), (0.2, float("nan"))):
        with pytest.raises(DiagramforgeError, match="learned nothing"):
            sft._check_learned(before, after, max_loss_increase=0.005)


def test_loss_is_on_the_answer_and_its_end_token(tiny_base: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_base / "model")
    example = sft.encode_example(tokenizer, "a net of  2\nand 1", "network right\n2 1")
    learned = [token for token in example.labels if token != -100]
    assert tokenizer.decode(learned) == "network right\n2 1<end>"
    assert tokenizer.decode(example.input_ids) == "a net of 2 and 1\nnetwork right\n2 1<end>"
    assert learned == example.input_ids[-len(learned) :]


def test_words_that_stand_by_chance_are_not_learned(tiny_base: Path, tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_base / "model")
    row = {"prompt": "a net", "answer": "network right sky soft full\n2 1", "by_chance": "sky soft full"}
    write_rows(tmp_path / "rows.jsonl", [row])
    (example,) = sft.encode_file(tmp_path / "rows.jsonl", tokenizer, 100, MemoryLog()).examples
    learned = tokenizer.decode([token for token in example.labels if token != -100])
    assert "".join(learned.split()) == "networkright21<end>"
    assert tokenizer.decode(example.input_ids).endswith("network right sky soft full\n2 1<end>")
    write_rows(tmp_path / "rows.jsonl", [{**row, "by_chance": "mint"}])
    with pytest.raises(InputError, match=r"row 1: `by_chance` has to be words of the answer"):
        sft.encode_file(tmp_path / "rows.jsonl", tokenizer, 100, MemoryLog())


def test_one_example_in_eight_teaches_the_look_and_none_is_measured_on_it(tmp_path: Path) -> None:
    config = SynthesizeConfig(train_examples=16, validation_examples=9, test_examples=1)
    synthesize.run(config, {}, tmp_path, MemoryLog())
    training, held_out = (read_rows(tmp_path / f"{split}.jsonl") for split in ("train", "validation"))
    assert [row["by_chance"] == "" for row in training] == 2 * ([True] + 7 * [False])
    assert all(row["by_chance"] for row in held_out)


def test_long_examples_are_dropped_loudly(tiny_base: Path, tiny_examples: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_base / "model")
    path, log = tiny_examples / "train.jsonl", MemoryLog()
    lengths = sorted(len(sft.encode_example(tokenizer, r["prompt"], r["answer"]).input_ids) for r in read_rows(path))
    encoded = sft.encode_file(path, tokenizer, lengths[9], log)
    assert encoded.dropped == sum(length > lengths[9] for length in lengths)
    assert f"{encoded.dropped} of 24 examples have more than {lengths[9]} tokens" in log.lines[0]
    with pytest.raises(InputError, match="raise max_length"):
        sft.encode_file(path, tokenizer, 3, log)


def test_rows_without_an_answer_are_named(tiny_base: Path, tmp_path: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_base / "model")
    write_rows(tmp_path / "rows.jsonl", [{"prompt": "a", "answer": "b"}, {"prompt": "a"}])
    with pytest.raises(InputError, match=r"rows.jsonl, row 2: `prompt` and `answer`"):
        sft.encode_file(tmp_path / "rows.jsonl", tokenizer, 100, MemoryLog())


def test_unknown_module_names_those_there_are(inputs: dict[str, Path], tmp_path: Path) -> None:
    config = sft_config(lora={"target_modules": ["c_attn"]})
    with pytest.raises(InputError, match=r"no c_attn; it has .*q_proj"):
        sft.run(config, inputs, tmp_path, MemoryLog())


def test_training_order_covers_the_data_in_batches_of_like_length() -> None:
    lengths = [(7 * i) % 101 for i in range(96)]
    order = training_order(lengths, batch_size=8, batches=24, seed=1)
    assert sorted(order) == sorted(2 * list(range(96)))
    batches = [[lengths[i] for i in order[start : start + 8]] for start in range(0, len(order), 8)]
    assert max(max(batch) - min(batch) for batch in batches) < 20
    assert all(batch == sorted(batch, reverse=True) for batch in batches)
    assert order == training_order(lengths, 8, 24, seed=1) != training_order(lengths, 8, 24, seed=2)
    assert len(training_order([5, 3], batch_size=4, batches=3, seed=0)) == 12
