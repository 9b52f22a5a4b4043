"""The three notations side by side: the same base, prompts and seconds of training for each, then what each draws.

Only examples are used whose diagram has at most MAX_LIST_TOKENS tokens in list notation, so that all three learn from
the same prompts. Each notation trains a fresh adapter by the settings of the profile `starter` for as many steps as
--seconds allow (some steps are timed first), and answers --prompts held-out prompts, greedily, under its grammar.

For each NOTATION (plan, compact, list): NOTATION_steps, NOTATION_training_seconds; NOTATION_parsed, NOTATION_exact: the
shares of the answers that can be read, and that are the graph asked for, up to renumbering. NOTATION_structural_score:
0 to 1, as in `structure.py`. NOTATION_clean: the share that can be read, without an overlap and with nothing off the
canvas. NOTATION_readability: 0 to 5 by geometry, 0 for what cannot be read. NOTATION_tokens, NOTATION_seconds: of one
answer.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from statistics import mean

import benchmarks
from benchmarks.readability import QuietLog
from diagram_core.decoding import load_engine
from diagram_core.diagram import Diagram
from diagram_core.errors import InputError
from diagram_core.files import write_rows
from diagram_core.flaws import readability_oracle
from diagram_core.generate import Candidate, generate, prepare
from diagram_core.geometry import measure as measure_geometry
from diagram_core.models.language import load_model, load_tokenizer, merge_adapter
from diagram_core.notation import NOTATIONS, Notation, answer_grammar, copies_names, read
from diagram_core.notation.listing import write_list
from diagram_core.structure import same_graph, structural_score
from diagram_core.synthesis import Example, Split, examples
from tasks import base, sft
from tasks.config import Profile, SftConfig, load_profile
from tasks.synthesize import to_rows
from tasks.trainer import ADAPTER_DIR

MAX_LIST_TOKENS = 500
MAX_ANSWER_TOKENS, MAX_ANSWER_SECONDS = 600, 120.0  # half-trained models do not end by themselves
TRAINING_EXAMPLES, VALIDATION_EXAMPLES = 6000, 16
TIMED_STEPS = 4
MICRO_BATCH = 4  # sixteen diagrams in list notation at once do not fit a small machine
SEED = 0


def measure(seconds: float, prompts: int) -> dict[str, float]:
    """All figures of one run."""
    profile = load_profile("starter")
    with tempfile.TemporaryDirectory() as name:
        folder, figures = Path(name), dict[str, float]()
        with QuietLog("base") as log:
            base.run(profile.base, {}, folder / "base", log)
        sizes: dict[Split, int] = {"train": TRAINING_EXAMPLES, "validation": VALIDATION_EXAMPLES, "test": prompts}
        chosen = {split: list(islice(_examples(split, folder), size)) for split, size in sizes.items()}
        asked = chosen.pop("test")
        for notation in NOTATIONS:
            _write_examples(notation, chosen, folder)
            trained = _train(notation, profile, seconds, folder)
            drawn = _draw(notation, profile, asked, folder)
            figures |= {f"{notation}_{measure}": value for measure, value in (trained | drawn).items()}
    return figures


def _examples(split: Split, folder: Path) -> Iterator[Example]:
    tokenizer = load_tokenizer(folder / "base" / base.MODEL_DIR)
    for example in examples(SEED, split):
        if len(tokenizer(write_list(example.diagram())).input_ids) <= MAX_LIST_TOKENS:
            yield example


def _write_examples(notation: Notation, chosen: Mapping[Split, Sequence[Example]], folder: Path) -> None:
    for split, found in chosen.items():
        write_rows(folder / notation / "synthesize" / f"{split}.jsonl", to_rows(found, split, notation))


def _train(notation: Notation, profile: Profile, seconds: float, folder: Path) -> dict[str, float]:
    """Train an adapter for about so many seconds: as many steps as some first ones say that there is time for."""
    longest = 2 * MAX_LIST_TOKENS
    timed = profile.sft.model_copy(
        update={
            "micro_batch_size": MICRO_BATCH,
            "max_length": longest,
            "max_steps": TIMED_STEPS,
            "max_loss_increase": 9,
            "compile": False,  # would take much of a short budget
        }
    )
    step_seconds = _run(timed, notation, folder, "timed")["training_seconds"] / TIMED_STEPS
    steps = max(1, round(seconds / step_seconds))
    trained = _run(timed.model_copy(update={"max_steps": steps}), notation, folder, "trained")
    return {"steps": float(steps), "training_seconds": trained["training_seconds"]}


def _run(config: SftConfig, notation: Notation, folder: Path, name: str) -> dict[str, float]:
    inputs = {"base": folder / "base", "synthesize": folder / notation / "synthesize"}
    out_dir = folder / notation / name
    out_dir.mkdir(parents=True)
    with QuietLog(f"{notation}, {name}") as log:
        return sft.run(config, inputs, out_dir, log)


def _draw(notation: Notation, profile: Profile, asked: list[Example], folder: Path) -> dict[str, float]:
    plain, merged = folder / "base" / base.MODEL_DIR, folder / notation / "merged"
    tokenizer = load_tokenizer(plain)
    model = merge_adapter(load_model(plain), folder / notation / "trained" / ADAPTER_DIR)
    base.save_whole(model, tokenizer, merged)
    language_model = prepare(load_engine(merged), tokenizer, answer_grammar(notation), copies_names(notation))
    settings = profile.generate.model_copy(
        update={"style_temperature": 1e-3, "max_new_tokens": MAX_ANSWER_TOKENS, "max_seconds": MAX_ANSWER_SECONDS}
    )
    results = []
    with QuietLog(f"{notation}, drawing") as log:
        for number, example in enumerate(asked, start=1):
            (candidate,) = generate(language_model, example.prompt, 1, settings, SEED)
            results.append(_result(example, candidate, notation))
            log.progress(number, len(asked), "prompts")
    return {measure: mean(result[measure] for result in results) for measure in results[0]}


def _result(example: Example, candidate: Candidate, notation: Notation) -> dict[str, float]:
    wanted, drawn = example.diagram(), Diagram(())
    try:
        drawn = read(candidate.text, notation)
    except InputError:
        is_read = False
    else:
        is_read = True
    geometry = measure_geometry(drawn)
    return {
        "parsed": is_read,
        "exact": is_read and same_graph(wanted, drawn),
        "structural_score": structural_score(wanted, drawn, example.structure.kind == "network"),
        "clean": is_read and geometry.overlap_share == 0 and geometry.off_canvas_share == 0,
        "readability": readability_oracle(drawn) if is_read else 0.0,
        "tokens": candidate.tokens,
        "seconds": candidate.seconds,
    }


if __name__ == "__main__":
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--seconds", type=float, default=600.0, help="of training for each notation")
    options.add_argument("--prompts", type=int, default=30)
    benchmarks.main("Notations", measure, options)
