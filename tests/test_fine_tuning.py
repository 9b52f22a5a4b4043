"""What SFT promises of any causal language model, checked on the trainer that it builds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import PreTrainedTokenizerBase
from trl import SFTTrainer

from diagram_core.models.language import CPU_FLOAT32, answer_loss, load_model, load_tokenizer
from diagram_core.prompting import IGNORED_LABEL, EncodedExample
from tasks import sft
from tasks.trainer import training_order
from tests.training import MemoryLog, sft_config


@pytest.fixture
def tokenizer(tiny_base: Path) -> PreTrainedTokenizerBase:
    return load_tokenizer(tiny_base / "model")


@pytest.fixture
def examples(tiny_examples: Path, tokenizer: PreTrainedTokenizerBase) -> list[EncodedExample]:
    return sft.encode_file(tiny_examples / "train.jsonl", tokenizer, 512, MemoryLog()).examples


def trainer_of(
    tiny_base: Path,
    tokenizer: PreTrainedTokenizerBase,
    examples: list[EncodedExample],
    out_dir: Path,
    **changes: Any,
) -> SFTTrainer:
    """The stage's trainer, which trains and validates on the same examples."""
    config = sft_config(**changes)
    model = sft._trainable(config, CPU_FLOAT32, tiny_base / "model")
    return sft._trainer(config, CPU_FLOAT32, model, tokenizer, examples, examples, out_dir, MemoryLog())


def test_the_trainers_loss_is_on_answers_and_nothing_else(
    tiny_base: Path, tokenizer: PreTrainedTokenizerBase, examples: list[EncodedExample], tmp_path: Path
) -> None:
    few = examples[:8]
    trainer = trainer_of(tiny_base, tokenizer, few, tmp_path, batch_size=8, micro_batch_size=8)
    base = load_model(tiny_base / "model").eval()
    output_weights = base.get_output_embeddings().weight
    for weights in (output_weights, trainer.model.get_output_embeddings().weight):
        weights.data *= 30  # untrained, all tokens are equally likely, and every mean is the same
    measured = trainer.evaluate()["eval_loss"]
    assert measured == pytest.approx(answer_loss(base, few), rel=1e-5)
    whole = [EncodedExample(example.input_ids, example.input_ids) for example in few]
    assert answer_loss(base, whole) != pytest.approx(measured, rel=1e-3)


def test_batches_come_by_length_and_end_tokens_are_learned_where_padding_is_not(
    tiny_base: Path, tokenizer: PreTrainedTokenizerBase, examples: list[EncodedExample], tmp_path: Path
) -> None:
    trainer = trainer_of(tiny_base, tokenizer, examples, tmp_path, max_steps=5)
    lengths = [len(example.input_ids) for example in examples]
    expected = training_order(lengths, batch_size=4, batches=5, seed=0)
    batches = list(trainer.get_train_dataloader())
    assert len(batches) == 5
    padded = 0
    for number, batch in enumerate(batches):
        mask = batch["attention_mask"].bool()
        assert mask.sum(dim=1).tolist() == [lengths[i] for i in expected[4 * number : 4 * number + 4]]
        assert (batch["labels"][~mask] == IGNORED_LABEL).all()
        assert (batch["input_ids"][~mask] == tokenizer.pad_token_id).all()
        assert (batch["labels"] == tokenizer.eos_token_id).sum(dim=1).tolist() == [1] * 4
        padded += int((~mask).sum())
    assert 0 < padded < 0.25 * sum(batch["input_ids"].numel() for batch in batches)


def test_checkpointing_computes_again_what_it_does_not_keep(
    tiny_base: Path, tokenizer: PreTrainedTokenizerBase, examples: list[EncodedExample], tmp_path: Path
) -> None:
    forwards = {}
    for checkpointing in (False, True):
        trainer = trainer_of(
            tiny_base,
            tokenizer,
            examples[:4],
            tmp_path / str(checkpointing),
            max_steps=1,
            gradient_checkpointing=checkpointing,
        )
        forwards[checkpointing] = 0

        def count(*_: object, key: bool = checkpointing) -> None:
            forwards[key] += torch.is_grad_enabled()

        model: Any = trainer.model
        model.get_base_model().model.layers[0].self_attn.q_proj.register_forward_hook(count)
        trainer.train()
    assert forwards == {False: 1, True: 2}


def test_a_model_learns_to_end(
    tiny_base: Path, tokenizer: PreTrainedTokenizerBase, examples: list[EncodedExample], tmp_path: Path
) -> None:
    """Answers learned by heart end where they should, which they did not before."""
    few = sorted(examples, key=lambda example: len(example.input_ids))[:2]
    changes = {"method": "full", "learning_rate": 3e-3, "max_steps": 200, "batch_size": 2, "micro_batch_size": 2}
    trainer = trainer_of(tiny_base, tokenizer, few, tmp_path, save_steps=200, **changes)

    def written(example: EncodedExample) -> list[int]:
        """What the model writes after the prompt, with room for more than the answer."""
        prompt_length = example.labels.count(IGNORED_LABEL)
        prompt = torch.tensor([example.input_ids[:prompt_length]])
        room = len(example.input_ids) - prompt_length + 20
        model: Any = trainer.model
        made = model.eval().generate(prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=room)
        return made[0, prompt_length:].tolist()

    assert not any(tokenizer.eos_token_id in written(example) for example in few)
    trainer.train()
    for example in few:
        assert written(example) == [label for label in example.labels if label != IGNORED_LABEL]


def test_no_example_is_longer_than_model_and_tokenizer_read(
    tiny_base: Path, tokenizer: PreTrainedTokenizerBase
) -> None:
    model, log = load_model(tiny_base / "model"), MemoryLog()
    assert sft._max_length(sft_config(max_length=600), model, tokenizer, log) == 600
    assert sft._max_length(sft_config(max_length=2000), model, tokenizer, log) == 1024
    tokenizer.model_max_length = 100
    assert sft._max_length(sft_config(max_length=600), model, tokenizer, log) == 100
    assert log.lines == [
        "max_length 2000 is more than the model reads: using 1024",
        "max_length 600 is more than the model reads: using 100",
    ]


def test_qlora_trains_an_adapter_on_a_base_in_four_bits(tiny_base: Path) -> None:
    pytest.importorskip("bitsandbytes")
    from bitsandbytes.nn import Linear4bit

    model = sft._trainable(sft_config(method="qlora"), CPU_FLOAT32, tiny_base / "model")
    assert sum(isinstance(module, Linear4bit) for module in model.modules()) == 2 * 7
    trained = {name for name, weight in model.named_parameters() if weight.requires_grad}
    assert len(trained) == 2 * 7 * 2
    assert all("lora_" in name for name in trained)
