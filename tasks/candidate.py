"""Stage: a language model as it is, asked for the diagrams of some prompts, to choose a base model by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from diagram_core.asking import Answer, Shot, ask, read_answer
from diagram_core.errors import InputError
from diagram_core.evaluation import PromptCase, read_prompt_cases
from diagram_core.files import read_rows, sha256, write_rows
from diagram_core.structure import same_graph, structural_score
from diagram_core.synthesis import examples
from tasks.config import CandidateConfig, CompareConfig, Profile
from tasks.failure import StageFailed, classify
from tasks.log import StageLog
from tasks.manifest import CHECKPOINTS
from tasks.model_source import model_state
from tasks.synthesize import to_row

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

ANSWERS_FILE = "answers.jsonl"
_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class AskedPrompt:
    """What a model made of a prompt. error: why it has no answer; empty where it has one."""

    prompt: str
    kind: str
    nodes: int  # that were asked for
    answer: str
    format_kept: bool
    exact: bool
    structural_score: float
    tokens: int
    stopped: bool
    seconds: float
    error: str


def outside_state(profile: Profile) -> str:
    """What an answer depends on beside the settings: the prompts in a file, and what the model's name stands for."""
    path = profile.compare.prompts_file
    prompts = sha256(path) if path is not None else ""
    return f"{prompts} {model_state(profile.base.model)}"


def run(config: CandidateConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Ask the model each prompt, going on where an earlier attempt ended; write the answers and what they are worth.

    Raises InputError for a model that cannot be loaded. A prompt that it cannot answer is counted instead.
    """
    from diagram_core.models.language import place
    from tasks.base import load_base

    cases, shots = prompt_cases(config), _shots(config)
    placement = place(config.device, config.dtype, say=log.info)
    model, tokenizer = load_base(config.model, log, placement)
    model.eval()
    so_far = out_dir / CHECKPOINTS / ANSWERS_FILE
    asked = [AskedPrompt(**row) for row in read_rows(so_far)] if so_far.is_file() else []
    for case in cases[len(asked) :]:
        asked.append(_ask(config, model, tokenizer, case, shots))
        write_rows(so_far, map(asdict, asked))
        log.progress(len(asked), len(cases), "prompts")
    write_rows(out_dir / ANSWERS_FILE, map(asdict, asked))
    log.artifact(out_dir / ANSWERS_FILE)
    return {**_summary(asked), "peak_memory_mb": _peak_memory_mb(placement.device)}


def prompt_cases(config: CompareConfig) -> list[PromptCase]:
    """The prompts to ask. Raises InputError for a file without them."""
    if config.prompts_file is not None:
        return read_prompt_cases(config.prompts_file)[: config.prompts]
    made_up = islice(examples(config.seed, "test"), config.prompts)
    return [PromptCase(made.prompt, made.diagram(), made.structure.kind, made.structure) for made in made_up]


def _shots(config: CompareConfig) -> list[Shot]:
    rows = (to_row(example, config.notation) for example in islice(examples(config.seed, "train"), config.shots))
    return [Shot(row["prompt"], row["answer"]) for row in rows]


def _ask(
    config: CandidateConfig,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    case: PromptCase,
    shots: Sequence[Shot],
) -> AskedPrompt:
    answer, error = Answer("", 0, stopped=False, seconds=0.0), ""
    limits = config.max_new_tokens, config.max_seconds
    try:
        answer = ask(model, tokenizer, case.prompt, shots, config.notation, *limits)
    except Exception as caught:
        failure = classify(caught)
        if not isinstance(failure, InputError | StageFailed):
            raise
        error = str(failure)
    diagram, format_kept = read_answer(answer.text, config.notation)
    return AskedPrompt(
        prompt=case.prompt,
        kind=case.kind,
        nodes=len(case.diagram.nodes),
        answer=answer.text,
        format_kept=format_kept,
        exact=same_graph(case.diagram, diagram),
        structural_score=structural_score(case.diagram, diagram, case.kind == "network"),
        tokens=answer.tokens,
        stopped=answer.stopped,
        seconds=answer.seconds,
        error=error,
    )


def _summary(asked: Sequence[AskedPrompt]) -> dict[str, float]:
    """Means over the prompts; those without an answer have kept no format and score nothing."""
    seconds, tokens = sum(one.seconds for one in asked), sum(one.tokens for one in asked)
    return {
        "format_kept_rate": sum(one.format_kept for one in asked) / len(asked),
        "structural_score": sum(one.structural_score for one in asked) / len(asked),
        "exact_rate": sum(one.exact for one in asked) / len(asked),
        "stopped_rate": sum(one.stopped for one in asked) / len(asked),
        "seconds_per_prompt": seconds / len(asked),
        "tokens_per_second": tokens / seconds if seconds else 0.0,
        "errors": float(sum(bool(one.error) for one in asked)),
    }


def _peak_memory_mb(device: str) -> float:
    """Of the GPU, or of this process, which is the model's own; loading included."""
    if device == "cuda":
        import torch

        return torch.cuda.max_memory_allocated() / _MEGABYTE
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):  # getrusage would count the process that this one was forked from, too
            return int(line.split()[1]) * 1024 / _MEGABYTE
    raise OSError("/proc/self/status has no VmHWM")
