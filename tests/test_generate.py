"""Candidates under a grammar, by a tiny random Llama that has no idea what to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import xgrammar
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from diagram_core import generate as generation
from diagram_core.decoding import CausalDecoder, Engine, causal_engine, load_engine
from diagram_core.errors import InputError, UsageError
from diagram_core.generate import (
    LanguageModel,
    _perturb,
    _style_logprobs,
    generate,
    prepare,
)
from diagram_core.models.llama import LlamaDecoder, LlamaWeights, read_llama
from diagram_core.notation import NOTATIONS, answer_grammar
from diagram_core.prompting import MAX_PROMPT_CHARS, check_prompt, encode_prompt

TOY_GRAMMAR = r"""
root ::= ("right" | "down") " " ("sky" | "sand" | "mint" | "rose") "\n" size (" " size)?
size ::= [1-9] [0-9]?
"""
TOY_ANSWER = re.compile(r"(right|down) (sky|sand|mint|rose)\n[1-9]\d?( [1-9]\d?)?")
LLAMA3 = {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
PROMPT = "a network with 4 inputs and 2 outputs"


@dataclass(frozen=True)
class Settings:
    style_temperature: float = 1.0
    temperature: float = 1.0
    max_new_tokens: int = 40
    max_seconds: float = 60.0


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level, with a few merges, so that words are one token or several."""
    inner = Tokenizer(models.BPE())
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<end>", "<pad>", "<other>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    inner.train_from_iterator(["network right sky soft full", "right sand", "down sky", "image"] * 3, trainer)
    special = {"eos_token": "<end>", "pad_token": "<pad>", "unk_token": "<other>"}
    return PreTrainedTokenizerFast(tokenizer_object=inner, **special)


def llama(**settings: Any) -> LlamaForCausalLM:
    """Random weights, so large that the model prefers some tokens to others."""
    config = LlamaConfig(
        **settings,
        vocab_size=320,  # more than the tokenizer has, as real models do
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        initializer_range=0.4,
    )
    torch.manual_seed(0)
    return LlamaForCausalLM(config).eval()


def engine(context: int = 256) -> Engine:
    """The same, to be decoded without transformers."""
    weights = LlamaWeights(llama().config.to_dict(), llama().state_dict())
    return Engine(lambda: LlamaDecoder(weights), len(weights.head), context)


@pytest.fixture(scope="module")
def toy(tokenizer: PreTrainedTokenizerFast) -> LanguageModel:
    return prepare(engine(), tokenizer, TOY_GRAMMAR)


def accepts(language_model: LanguageModel, text: str) -> bool:
    """Whether the grammar takes the whole text, read character by character."""
    matcher = xgrammar.GrammarMatcher(language_model.grammar)
    return matcher.accept_string(text) and matcher.is_completed()


def header(text: str) -> str:
    return text.partition("\n")[0]


def test_every_answer_keeps_to_the_grammar_and_ends(toy: LanguageModel) -> None:
    for seed in range(10):
        for candidate in generate(toy, PROMPT, 5, Settings(), seed):
            assert TOY_ANSWER.fullmatch(candidate.text), candidate
            assert candidate.stopped


@pytest.mark.parametrize("notation", NOTATIONS)
def test_answers_in_every_notation_keep_to_its_grammar(tokenizer: PreTrainedTokenizerFast, notation: str) -> None:
    model = prepare(engine(), tokenizer, answer_grammar(notation))
    ended = 0
    for seed in range(3):
        for candidate in generate(model, PROMPT, 4, Settings(max_new_tokens=60), seed):
            matcher = xgrammar.GrammarMatcher(model.grammar)
            assert matcher.accept_string(candidate.text.removesuffix("\N{REPLACEMENT CHARACTER}"))
            assert accepts(model, candidate.text) or not candidate.stopped
            ended += candidate.stopped
    assert ended or notation == "list"  # random numbers in list notation rarely end within 60 tokens


@pytest.mark.parametrize("prompt", ['load data, then train a "model"', "데이터를 읽고 배포", ">>>"])
def test_names_of_charts_are_copied_where_the_prompt_has_any(tokenizer: PreTrainedTokenizerFast, prompt: str) -> None:
    grammar = answer_grammar("plan").replace("network | chart", "chart", 1)
    model = prepare(engine(), tokenizer, grammar, copies_names=True)
    for candidate in (c for seed in range(4) for c in generate(model, prompt, 4, Settings(max_new_tokens=30), seed)):
        assert "\N{REPLACEMENT CHARACTER}" not in candidate.text or not candidate.stopped
        names = re.findall(r"[^\[\]>,+~\n\"\\]+", candidate.text.split("\n", 1)[1])
        for name in filter(None, map(str.strip, names[:-1])):  # the last may have been cut
            assert name in prompt or prompt == ">>>"


def test_a_seed_repeats_its_candidates_and_another_does_not(toy: LanguageModel) -> None:
    def texts(seed: int) -> list[str]:
        return [candidate.text for candidate in generate(toy, PROMPT, 5, Settings(), seed)]

    assert texts(3) == texts(3)
    assert len({tuple(texts(seed)) for seed in range(5)}) == 5


def test_no_two_candidates_have_the_same_style(tokenizer: PreTrainedTokenizerFast) -> None:
    model = prepare(engine(), tokenizer, r'root ::= [a-c] [x-z]? "\n" [1-9]')  # twelve styles, each of one spelling
    flat = Settings(style_temperature=100.0)
    few_ruled_out = 4
    for seed in range(10):
        headers = [header(candidate.text) for candidate in generate(model, PROMPT, few_ruled_out, flat, seed)]
        assert len(set(headers)) == few_ruled_out


def test_styles_repeat_where_the_grammar_leaves_one(tokenizer: PreTrainedTokenizerFast) -> None:
    model = prepare(engine(), tokenizer, r'root ::= "right sky\n" [1-9]')
    assert [header(candidate.text) for candidate in generate(model, PROMPT, 3, Settings(), 0)] == ["right sky"] * 3


def test_style_paths_are_drawn_by_their_probability() -> None:
    """Two words after each other, 20,000 times side by side: the best path is an exact sample of the model."""
    samples = 20_000
    first = torch.tensor([0.6, 0.3, 0.1]).log()
    second = torch.tensor([[0.5, 0.5], [0.9, 0.1], [0.2, 0.8]]).log()
    generator = torch.Generator().manual_seed(0)
    ranks = _perturb(first.expand(samples, 3), torch.zeros(samples, 1), generator)
    assert torch.allclose(ranks.amax(dim=1), torch.zeros(samples, dtype=torch.float64))
    paths = (first[:, None] + second).flatten().expand(samples, 6)
    children = [_perturb(paths[:, 2 * i : 2 * i + 2], ranks[:, i : i + 1], generator) for i in range(3)]
    order = torch.cat(children, dim=1).argsort(dim=1, descending=True)
    probabilities = paths[0].exp()
    shares = torch.bincount(order[:, 0], minlength=6) / samples
    assert torch.allclose(shares, probabilities, atol=4 * (0.25 / samples) ** 0.5)
    after_the_first = order[order[:, 0] == 0, 1]  # without replacement: as if the first one were not there
    rest = probabilities.clone()
    rest[0] = 0
    shares = torch.bincount(after_the_first, minlength=6) / len(after_the_first)
    assert torch.allclose(shares, rest / rest.sum(), atol=4 * (0.25 / len(after_the_first)) ** 0.5)


def test_what_the_prompt_rules_out_is_no_style() -> None:
    shares = torch.tensor([[0.9, 0.08, 0.02]])
    assert (_style_logprobs(shares.log(), temperature=1.0) == -torch.inf).tolist() == [[False, False, True]]
    warm = _style_logprobs(shares.log(), temperature=2.0).exp()
    assert float(warm[0, 0] / warm[0, 1]) == pytest.approx((0.9 / 0.08) ** 0.5, rel=1e-5)


def masked_logprobs(
    plain: LlamaForCausalLM, model: LanguageModel, prompt_ids: list[int], answer: list[int]
) -> torch.Tensor:
    """Of the next token, from a plain forward pass over everything before it."""
    matcher = xgrammar.GrammarMatcher(model.grammar)
    assert all(matcher.accept_token(token) for token in answer)
    bitmask = xgrammar.allocate_token_bitmask(1, len(model.vocabulary))
    matcher.fill_next_token_bitmask(bitmask)
    allowed = np.unpackbits(bitmask.numpy().view(np.uint8), bitorder="little")[: len(model.vocabulary)]
    with torch.no_grad():
        logits = plain(torch.tensor([prompt_ids + answer])).logits[0, -1].double()
    return logits.masked_fill(torch.from_numpy(allowed == 0), -torch.inf).log_softmax(dim=0)


def test_logprobs_and_greedy_choices_are_those_of_a_plain_forward_pass(
    toy: LanguageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Candidates of different lengths share a batch, wait for one another and leave it: none of it may show."""
    written: list[list[int]] = []
    finish = generation._candidate

    def spy(model: LanguageModel, answer: generation._Answer) -> generation.Candidate:
        written.append(answer.tokens)
        return finish(model, answer)

    monkeypatch.setattr(generation, "_candidate", spy)
    candidates = generate(toy, PROMPT, 6, Settings(), 1)
    plain, prompt_ids = llama(), encode_prompt(toy.tokenizer, PROMPT)
    assert len({len(tokens) for tokens in written}) > 1
    for number, (candidate, tokens) in enumerate(zip(candidates, written, strict=True)):
        logprobs = [masked_logprobs(plain, toy, prompt_ids, tokens[:i]) for i in range(len(tokens))]
        total = sum(float(row[token]) for row, token in zip(logprobs, tokens, strict=True))
        assert candidate.mean_logprob == pytest.approx(total / len(tokens), abs=1e-4)
        assert candidate.tokens == len(tokens)
        body = next(i for i, token in enumerate(tokens) if b"\n" in toy.vocabulary[token]) + 1
        greedy = [int(row.argmax()) for row in logprobs[body:]]
        assert (greedy == tokens[body:]) or number > 0


def test_a_batch_writes_what_a_single_row_writes(toy: LanguageModel, tokenizer: PreTrainedTokenizerFast) -> None:
    one_style = prepare(toy.engine, tokenizer, r'root ::= "a\n" [1-9]{1,12}')
    greedy = Settings(temperature=1e-9)
    alone = generate(one_style, PROMPT, 1, greedy, 0)
    together = generate(one_style, PROMPT, 4, greedy, 0)
    assert [candidate.text for candidate in together] == [alone[0].text] * 4
    assert together[3].mean_logprob == pytest.approx(alone[0].mean_logprob, abs=1e-5)


@pytest.mark.parametrize("limit", [1, 3, 9])
def test_an_answer_at_the_token_limit_is_cut(tokenizer: PreTrainedTokenizerFast, limit: int) -> None:
    endless = prepare(engine(), tokenizer, r'root ::= ("a" | "b") "\n" [a-z]{60}')
    for candidate in generate(endless, PROMPT, 3, Settings(max_new_tokens=limit), 0):
        assert (candidate.tokens, candidate.stopped) == (limit, False)


def test_answers_are_cut_when_time_is_up(toy: LanguageModel) -> None:
    for candidate in generate(toy, PROMPT, 3, Settings(max_seconds=1e-9), 0):
        assert (candidate.tokens, candidate.stopped) == (1, False)


def test_the_context_limits_prompt_and_answer_together(tokenizer: PreTrainedTokenizerFast) -> None:
    prompt_tokens = len(encode_prompt(tokenizer, PROMPT))
    grammar = r'root ::= "a\n" [a-z]{60}'
    tight = prepare(engine(context=prompt_tokens + 5), tokenizer, grammar)
    assert [candidate.tokens for candidate in generate(tight, PROMPT, 2, Settings(), 0)] == [5, 5]
    full = prepare(engine(context=prompt_tokens), tokenizer, grammar)
    with pytest.raises(InputError, match=rf"{prompt_tokens} tokens.*shorten it"):
        generate(full, PROMPT, 2, Settings(), 0)


def test_other_architectures_go_through_their_own_forward(tokenizer: PreTrainedTokenizerFast) -> None:
    torch.manual_seed(0)
    gpt2 = GPT2LMHeadModel(GPT2Config(vocab_size=320, n_embd=32, n_layer=2, n_head=2, n_positions=256)).eval()
    for candidate in generate(prepare(causal_engine(gpt2), tokenizer, TOY_GRAMMAR), PROMPT, 5, Settings(), 0):
        assert TOY_ANSWER.fullmatch(candidate.text)


@pytest.mark.parametrize(
    ("settings", "shard_size"),
    [
        ({"tie_word_embeddings": True}, "1GB"),
        ({"tie_word_embeddings": False}, "20KB"),
        ({"rope_parameters": {"rope_type": "linear", "factor": 3.0, "rope_theta": 1e4}}, "1GB"),
        ({"rope_parameters": {"rope_type": "llama3", "rope_theta": 5e5, **LLAMA3}}, "1GB"),
        ({"head_dim": 16}, "1GB"),
    ],
)
def test_the_lean_decoder_scores_as_transformers_does(
    settings: dict[str, Any], shard_size: str, tmp_path: Path
) -> None:
    model = llama(**settings)
    model.save_pretrained(tmp_path, max_shard_size=shard_size)
    weights = read_llama(tmp_path, "cpu", torch.float32)
    assert weights is not None
    plain, lean = CausalDecoder(model), LlamaDecoder(weights)
    few, all_tokens = torch.tensor([3, 17, 200]), torch.arange(320)
    steps: list[list[int | None] | tuple[int, ...]] = [  # tokens to feed, or rows to go on with
        (0, 0, 0),
        [3, 4, 5],
        [6, None, 7],
        [None, 8, 9],
        [10, 11, 12],
        (2, 0, 0, 1),
        [13, 14, None, 15],
        [1, 2, 3, 4],
        (3, 1),
        *[[i % 300, i % 7] for i in range(80)],  # beyond what the cache has to spare
    ]
    with torch.inference_mode():
        for either in (plain, lean):
            either.prefill([5, 6, 7, 8, 9])
        for step in steps:
            for either in (plain, lean):
                either.select(step) if isinstance(step, tuple) else either.feed(step)
            fed = [i for i, token in enumerate(step) if isinstance(step, list) and token is not None]
            torch.testing.assert_close(
                lean.logits(all_tokens)[fed], plain.logits(all_tokens)[fed], atol=1e-4, rtol=1e-4
            )
            torch.testing.assert_close(lean.logits(few)[fed], plain.logits(few)[fed], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    "settings",
    [
        {"attention_bias": True},
        {"hidden_act": "gelu"},
        {"rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}},
    ],
)
def test_a_llama_that_computes_more_than_the_lean_decoder_does_goes_through_its_own_forward(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    llama(**settings).save_pretrained(tmp_path)
    engine = load_engine(tmp_path)
    assert isinstance(engine.new_decoder(), CausalDecoder)
    assert (engine.vocabulary_size, engine.context_size) == (320, 256)


def test_a_damaged_llama_is_named(tmp_path: Path) -> None:
    llama().save_pretrained(tmp_path)
    weights = (tmp_path / "model.safetensors").read_bytes()
    (tmp_path / "model.safetensors").write_bytes(weights[:1000])
    with pytest.raises(InputError, match=rf"{tmp_path} cannot be loaded"):
        load_engine(tmp_path)
    save_file({"model.norm.weight": torch.ones(32)}, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match=r"cannot be loaded.*model\.embed_tokens"):
        load_engine(tmp_path)


def test_special_tokens_are_never_written_as_text(tokenizer: PreTrainedTokenizerFast) -> None:
    model = prepare(engine(), tokenizer, r"root ::= [a-z<>\n]{30}")
    for seed in range(5):
        assert all("<pad>" not in c.text for c in generate(model, PROMPT, 4, Settings(), seed))
    assert not model.writable[tokenizer.pad_token_id]
    assert model.writable[tokenizer.eos_token_id]


def test_a_tokenizer_without_an_end_token_is_refused(tokenizer: PreTrainedTokenizerFast) -> None:
    endless = PreTrainedTokenizerFast(tokenizer_object=tokenizer.backend_tokenizer)
    with pytest.raises(InputError, match="no end token"):
        prepare(engine(), endless, TOY_GRAMMAR)


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t\0", "\x07\x1b"])
def test_an_empty_prompt_is_refused_in_one_line(prompt: str) -> None:
    with pytest.raises(UsageError, match="the prompt is empty") as raised:
        check_prompt(prompt)
    assert "\n" not in str(raised.value)


def test_a_long_prompt_is_refused_with_its_length() -> None:
    assert check_prompt("x" * MAX_PROMPT_CHARS) == "x" * MAX_PROMPT_CHARS
    with pytest.raises(UsageError, match=r"10000 characters.*shorten it"):
        check_prompt("x" * 10_000)


@pytest.mark.parametrize(
    ("prompt", "checked"),
    [
        ("  draw\tme\n\na  net ", "draw me a net"),
        ("a\0b\x1b[31mc\x7f", "a b [31mc"),
        ("한글".encode().decode(), "한글"),
        ("\u1112\u1161\u11ab", "한"),  # as macOS types it
        ("\ud800 lone surrogate", "lone surrogate"),
        ("网络 сеть شبكة 🙂", "网络 сеть شبكة 🙂"),
    ],
)
def test_a_prompt_is_cleaned(prompt: str, checked: str) -> None:
    assert check_prompt(prompt) == checked
    assert check_prompt(checked) == checked


def test_prompts_in_any_script_are_answered(toy: LanguageModel) -> None:
    for prompt in ("입력 4개, 출력 2개인 신경망", "сеть 4-2", "🙂" * 20, "<end> <pad>"):
        assert all(candidate.stopped for candidate in generate(toy, prompt, 2, Settings(), 0))
