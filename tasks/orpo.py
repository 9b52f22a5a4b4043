"""Stage: preference tuning with ORPO (Hong et al. 2024): right answers against the model's own faulty ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, cast

import torch
from datasets import Dataset
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase, set_seed
from trl.experimental.orpo import ORPOConfig as TrlConfig
from trl.experimental.orpo import ORPOTrainer

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.files import read_rows, write_rows
from diagram_core.models.language import answer_log_probs, load_language_model, load_tokenizer, place
from diagram_core.prompting import IGNORED_LABEL, encode_answer, encode_example, encode_prompt
from diagram_core.synthesis.faults import corrupt, is_faulty
from tasks.base import MODEL_DIR
from tasks.config import OrpoConfig
from tasks.log import StageLog
from tasks.sft import trained_model
from tasks.trainer import ADAPTER_DIR, arguments, save_adapter, train, training_order, with_lora

PAIRS_FILE = "pairs.jsonl"
HELD_OUT_SHARE = 0.2
MIN_PAIRS = 4
SAMPLED_AT_ONCE = 8  # prompts; a larger batch waits longer for its longest answer
MAX_ANSWER_FACTOR = 1.5  # of the right answer's tokens: what is longer is faulty already


@dataclass(frozen=True, slots=True)
class Pair:
    """A prompt with its right answer and a faulty one."""

    prompt: str
    chosen: str
    rejected: str
    own: bool  # written by the model; else the right answer, spoiled


def run(config: OrpoConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Train on top of what SFT made; write adapter/, and the pairs in pairs.jsonl.

    Raises InputError where too few pairs are short enough, and DiagramforgeError where nothing was learned.
    """
    tokenizer = load_tokenizer(inputs["base"] / MODEL_DIR)
    folder, adapters = trained_model(inputs)
    model, _ = load_language_model(folder, adapters, config.device, config.dtype, config.attention, log.info)
    set_seed(config.seed)
    pairs = _pairs(config, model, tokenizer, inputs["synthesize"] / "train.jsonl", out_dir / PAIRS_FILE, log)
    log.artifact(out_dir / PAIRS_FILE, "data")
    held_out = max(1, int(len(pairs) * HELD_OUT_SHARE))
    set_seed(config.seed)
    trained = with_lora(model, config.lora)
    trainer = _trainer(config, trained, tokenizer, pairs[held_out:], pairs[:held_out], out_dir, log)
    before, after, seconds = train(trainer, out_dir, log)
    _check_learned(before, after)
    save_adapter(trained, out_dir / ADAPTER_DIR)
    return {
        "pairs": float(len(pairs)),
        "own_faults": float(sum(pair.own for pair in pairs)),
        "eval_loss_before": before["eval_loss"],
        "eval_loss": after["eval_loss"],
        "reward_margin_before": before["eval_rewards/margins"],
        "reward_margin": after["eval_rewards/margins"],
        "reward_accuracy_before": before["eval_rewards/accuracies"],
        "reward_accuracy": after["eval_rewards/accuracies"],
        "training_seconds": seconds,
    }


# Pairs


def _pairs(
    config: OrpoConfig,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    source: Path,
    target: Path,
    log: StageLog,
) -> list[Pair]:
    """Pairs from the last examples of the file, which SFT is the least likely to have seen; written once."""
    if not target.is_file():
        rows = [row for row in read_rows(source) if not row.get("earlier")]  # a pair is one prompt and two answers
        made = list(_make_pairs(config, model, tokenizer, rows[-config.pairs :], log))
        fitting = [pair for pair in made if _fits(pair, tokenizer, config.max_length)]
        if len(fitting) < len(made):
            log.info(f"{len(made) - len(fitting)} of {len(made)} pairs have more than {config.max_length} tokens")
        if len(fitting) < MIN_PAIRS:
            raise InputError(f"{len(fitting)} pairs are too few to train on: raise orpo.pairs or orpo.max_length")
        write_rows(target, ({name: getattr(pair, name) for name in Pair.__slots__} for pair in fitting))
    return [Pair(**row) for row in read_rows(target)]


def _make_pairs(
    config: OrpoConfig,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    rows: Sequence[dict[str, Any]],
    log: StageLog,
) -> Iterator[Pair]:
    rng = Random(config.seed)
    for start in range(0, len(rows), SAMPLED_AT_ONCE):
        batch = rows[start : start + SAMPLED_AT_ONCE]
        for row, own in zip(batch, _sample(model, tokenizer, batch), strict=True):
            prompt, right = row["prompt"], row["answer"]
            own = _in_style_of(right, own)
            faulty = is_faulty(own, right)
            yield Pair(prompt, right, own if faulty else corrupt(right, rng), faulty)
        log.progress(start + len(batch), len(rows), "sampled answers")


@torch.inference_mode()
def _sample(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, rows: Sequence[dict[str, Any]]) -> list[str]:
    """One answer a row at temperature 1, free of any grammar: faults of form are faults, too."""
    prompts = [encode_prompt(tokenizer, row["prompt"]) for row in rows]
    longest_answer = max(len(encode_answer(tokenizer, row["answer"])) for row in rows)
    inputs = tokenizer.pad({"input_ids": prompts}, padding_side="left", return_tensors="pt").to(model.device)
    answers: Tensor = cast(Any, model).generate(  # a mixin that PreTrainedModel's types do not show
        **inputs,
        do_sample=True,
        temperature=1.0,
        max_new_tokens=int(longest_answer * MAX_ANSWER_FACTOR),
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return tokenizer.batch_decode(answers[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


def _in_style_of(right: str, own: str) -> str:
    """The own answer under the right one's first line: taste is not a fault, and shall not be learned as one."""
    return "\n".join([right.partition("\n")[0], *own.strip().split("\n")[1:]])


def _fits(pair: Pair, tokenizer: PreTrainedTokenizerBase, max_length: int) -> bool:
    return all(
        len(encode_example(tokenizer, pair.prompt, answer).input_ids) <= max_length
        for answer in (pair.chosen, pair.rejected)
    )


# Training


class _PairTrainer(ORPOTrainer):
    """ORPOTrainer on prompts and answers that are encoded as in SFT, and in the memory that the answers need.

    TRL's own puts a beginning token before each prompt, learns prompts, too, and holds the logits of all positions.
    """

    def tokenize_row(self, feature: dict[str, str], model: nn.Module | None = None) -> dict[str, list[int]]:
        tokenizer = self.processing_class
        assert isinstance(tokenizer, PreTrainedTokenizerBase)
        prompt_ids = encode_prompt(tokenizer, feature["prompt"])
        row = {"prompt_input_ids": prompt_ids, "prompt_attention_mask": [1] * len(prompt_ids)}
        for side in ("chosen", "rejected"):
            answer_ids = encode_answer(tokenizer, feature[side])
            row[f"{side}_input_ids"] = prompt_ids + answer_ids
            row[f"{side}_attention_mask"] = [1] * (len(prompt_ids) + len(answer_ids))
            row[f"{side}_labels"] = [IGNORED_LABEL] * len(prompt_ids) + answer_ids
        return row

    def concatenated_forward(self, model: nn.Module, batch: dict[str, Any]) -> Any:
        """Mean log-probability of each right and each faulty answer, twice (TRL reports on logits), and the SFT loss.

        The loss is the mean over answers, not over tokens, so that it is the same in micro-batches of any size.
        """
        joined = self.concatenated_inputs(batch, padding_value=self.padding_value, device=self.accelerator.device)
        input_ids, mask, labels = (joined[f"concatenated_{name}"] for name in ("input_ids", "attention_mask", "labels"))
        with self.accelerator.autocast():
            log_probs = answer_log_probs(self.accelerator.unwrap_model(model).get_base_model(), input_ids, mask, labels)
        tokens = (labels[:, 1:] != IGNORED_LABEL).sum(dim=1)
        means = torch.stack([answer.mean() for answer in log_probs.split(tokens.tolist())])
        chosen, rejected = means.chunk(2)
        return chosen, rejected, chosen, rejected, -chosen.mean()


def _trainer(
    config: OrpoConfig,
    model: nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    training: Sequence[Pair],
    held_out: Sequence[Pair],
    out_dir: Path,
    log: StageLog,
) -> ORPOTrainer:
    placement = place(config.device, config.dtype, config.attention)
    lengths = [len(encode_example(tokenizer, pair.prompt, pair.chosen).input_ids) for pair in training]
    order = training_order(lengths, config.batch_size, config.max_steps, config.seed)
    settings = TrlConfig(
        **arguments(config, placement, out_dir, log),
        beta=config.beta,
        max_length=config.max_length,
        remove_unused_columns=False,
    )
    return _PairTrainer(
        model=model,
        args=settings,
        train_dataset=_dataset([training[index] for index in order]),
        eval_dataset=_dataset(held_out),
        processing_class=tokenizer,
    )


def _dataset(pairs: Sequence[Pair]) -> Dataset:
    return Dataset.from_list(
        [{side: getattr(pair, side) for side in ("prompt", "chosen", "rejected")} for pair in pairs]
    )


def _check_learned(before: dict[str, float], after: dict[str, float]) -> None:
    if after["eval_loss"] >= before["eval_loss"] and after["eval_rewards/margins"] <= before["eval_rewards/margins"]:
        raise DiagramforgeError(
            f"ORPO learned nothing: on held-out pairs the loss went from {before['eval_loss']:.4f} to "
            f"{after['eval_loss']:.4f}, and right answers gained nothing over faulty ones; raise orpo.max_steps, or "
            "lower orpo.learning_rate if the loss rose"
        )
