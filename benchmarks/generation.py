"""How fast the champion draws: five ranked candidates, from a cold start, and tokens a second beside `generate`.

five_candidates_seconds: written under the grammar, drawn and ranked, with the models loaded; median over the prompts.
cold_start_seconds: the command `diagramforge draw` from start to end, the best of two.
tokens_per_second: of five candidates side by side, reading the prompt included. generate_tokens_per_second: the same
model, prompts and batch through `transformers.generate`, sampling without a grammar, as many tokens a candidate.
speedup_over_generate: their ratio. step_seconds: to feed five candidates a token each. bandwidth_share: what a step
reads of weights at the least, a second, of what this machine's memory delivers to the same number of threads.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import nn

import benchmarks
from app.champion import champion_bundle
from diagram_core.drawing import Parts, draw_candidates, load_parts
from diagram_core.generate import generate
from diagram_core.models.language import load_language_model
from diagram_core.prompting import encode_prompt

PROMPTS = (
    "DL model with 4 input layer nodes, 6, 10 and 6 nodes in 3 hidden layers, and 1 output element",
    "a CNN on 32 x 32 images: 3 x 3 conv, 2 x 2 max pool, 3 x 3 conv, 2 x 2 max pool, then 256 and 10 nodes",
    "network with 8 inputs, hidden layers of 12, 6 and 4 nodes, and 3 outputs",
    "a process that reads a csv file, cleans it, trains a model on it and writes a table",
)
CANDIDATES = 5
STEPS = 30
STREAM_BYTES = 2**30  # much more than any cache holds


def measure() -> dict[str, float]:
    """All figures of one run. Raises InputError where no bundle is the champion yet."""
    bundle = champion_bundle()
    parts = load_parts(bundle)
    draw_candidates(parts, PROMPTS[0], CANDIDATES, recommend=3, user="", seed=0)  # whatever is made at the first call
    drawing = [_seconds_of_drawing(parts, prompt) for prompt in PROMPTS]
    model, _ = load_language_model(bundle.language_model, [])
    lean, plain = _tokens_per_second(parts, model, PROMPTS)
    step_seconds = _step_seconds(parts)
    return {
        "five_candidates_seconds": median(drawing),
        "cold_start_seconds": min(_seconds_of_cold_start() for _ in range(2)),
        "tokens_per_second": lean,
        "generate_tokens_per_second": plain,
        "speedup_over_generate": lean / plain,
        "step_seconds": step_seconds,
        "bandwidth_share": _weight_bytes(model) / step_seconds / _bytes_per_second(),
        "threads": float(torch.get_num_threads()),
    }


def _seconds_of_drawing(parts: Parts, prompt: str) -> float:
    started = time.perf_counter()
    draw_candidates(parts, prompt, CANDIDATES, recommend=3, user="", seed=1)
    return time.perf_counter() - started


def _seconds_of_cold_start() -> float:
    command = [str(Path(sys.executable).with_name("diagramforge")), "draw", PROMPTS[0], "--seed", "1"]
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = {"DIAGRAMFORGE_RATINGS": f"sqlite:///{folder}/ratings.db"}  # a benchmark leaves no drawings to rate
        started = time.perf_counter()
        subprocess.run([*command, "--out", folder], env=os.environ | elsewhere, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - started


def _tokens_per_second(parts: Parts, model: Any, prompts: Sequence[str]) -> tuple[float, float]:
    """Ours and `generate`'s, prompt by prompt in turns, so that whatever else the machine does slows both."""
    tokenizer = parts.language_model.tokenizer
    counts, ours, plain_counts, theirs = 0, 0.0, 0, 0.0
    warm_up = torch.tensor([encode_prompt(tokenizer, prompts[0])] * CANDIDATES, device=model.device)
    model.generate(warm_up, attention_mask=torch.ones_like(warm_up), max_new_tokens=2)  # as ours is warm by now
    for prompt in prompts:
        started = time.perf_counter()
        candidates = generate(parts.language_model, prompt, CANDIDATES, parts.generate, seed=1)
        ours += time.perf_counter() - started
        counts += sum(candidate.tokens for candidate in candidates)
        length = max(candidate.tokens for candidate in candidates)
        ids = torch.tensor([encode_prompt(tokenizer, prompt)] * CANDIDATES, device=model.device)
        started = time.perf_counter()
        model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=True,
            temperature=parts.generate.temperature,
            max_new_tokens=length,
            min_new_tokens=length,
        )
        theirs += time.perf_counter() - started
        plain_counts += length * CANDIDATES
    return counts / ours, plain_counts / theirs


def _step_seconds(parts: Parts) -> float:
    model = parts.language_model
    seconds = []
    with torch.inference_mode():
        decoder = model.engine.new_decoder()
        decoder.prefill(encode_prompt(model.tokenizer, PROMPTS[0]))
        decoder.select([0] * CANDIDATES)
        for step in range(STEPS):
            started = time.perf_counter()
            decoder.feed([step] * CANDIDATES)
            seconds.append(time.perf_counter() - started)
    return median(seconds)


def _weight_bytes(model: nn.Module) -> int:
    """Of the layers, which every step reads; not of the embedding, of which it reads a few rows."""
    return sum(parameter.nbytes for name, parameter in model.named_parameters() if ".layers." in name)


def _bytes_per_second() -> float:
    """What the memory delivers: the best of five sums over a gigabyte."""
    stream = torch.ones(STREAM_BYTES // 4)
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        stream.sum()
        seconds.append(time.perf_counter() - started)
    return STREAM_BYTES / min(seconds)


if __name__ == "__main__":
    benchmarks.main("Generation", measure)
