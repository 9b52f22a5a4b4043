"""Stage: how well the freshly trained models draw what held-out prompts ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from diagram_core.drawing import DrawnCandidate, draw_candidates, load_parts
from diagram_core.evaluation import (
    PromptResult,
    breakdown,
    measure_prompts,
    read_prompt_cases,
    summarize,
)
from diagram_core.files import write_bytes, write_rows, write_text
from diagram_core.render import Image, encode_png, sheet
from tasks import bundle
from tasks.config import DrawingTestConfig
from tasks.log import StageLog

RESULTS_FILE = "results.jsonl"
TABLE_FILE = "table.md"
SAMPLES_FILE = "samples.png"
SAMPLES = 12  # prompts on the sheet
SHEET_COLUMNS = 3


def run(config: DrawingTestConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Draw prompts of the test split; write each result, a table by kind and size, and a sheet of drawings."""
    cases = read_prompt_cases(inputs["synthesize"] / "test.jsonl")[: config.prompts]
    parts = load_parts(bundle.parts(config.drawing, inputs))
    best: list[DrawnCandidate] = []

    def draw_all(prompt: str) -> list[DrawnCandidate]:
        seed = config.seed + len(best)
        drawn = draw_candidates(parts, prompt, config.count, recommend=1, user="", seed=seed)
        best.append(drawn[0])
        return drawn

    results = measure_prompts(cases, draw_all, lambda done, total: log.progress(done, total, "prompts"))
    write_rows(out_dir / RESULTS_FILE, (asdict(result) for result in results))
    write_text(out_dir / TABLE_FILE, _table(breakdown(results)))
    write_bytes(out_dir / SAMPLES_FILE, encode_png(_samples(best[:SAMPLES], results)))
    for name in (RESULTS_FILE, TABLE_FILE, SAMPLES_FILE):
        log.artifact(out_dir / name, "evaluation")
    return summarize(results)


def _samples(best: Sequence[DrawnCandidate], results: Sequence[PromptResult]) -> Image:
    """The best drawing of each prompt under its words; those exactly as asked are framed."""
    images = [drawn.image for drawn in best]
    exact = [i for i in range(len(best)) if results[i].exact_recommended]
    return sheet(images, [result.prompt for result in results[: len(best)]], SHEET_COLUMNS, exact)


def _table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows of the same keys as a Markdown table."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, ["---"] * len(names), *([_cell(row.get(name, "")) for name in names] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.3g}"
