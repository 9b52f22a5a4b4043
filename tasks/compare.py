"""Language models side by side: each measured by itself, and the table and figure of them all."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from diagram_core.errors import DiagramforgeError, UsageError
from diagram_core.files import whole_file, write_text
from tasks.candidate import prompt_cases
from tasks.config import BaseConfig, Profile
from tasks.failure import StageInterrupted
from tasks.stage import StageSpec, run_stage
from tasks.tracking import TrackedRun, connect, warn_on_stderr

COMPARED_DIR = "compared"  # folder of the artifacts, and of the files of a comparison in MLflow
TABLE_FILE, CSV_FILE, FIGURE_FILE = "table.md", "table.csv", "measures.png"
MEASURES = {
    "format_kept_rate": "format kept",
    "structural_score": "structural score",
    "exact_rate": "exactly as asked",
    "seconds_per_prompt": "seconds a prompt",
    "peak_memory_mb": "peak memory, MB",
    "errors": "errors",
}
_PLOTTED = ("format_kept_rate", "structural_score", "seconds_per_prompt", "peak_memory_mb")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model and what it measured, by name; failure: why it measured nothing, empty where it did."""

    model: str
    metrics: dict[str, float]
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The candidates in the order they were named, where their table and figure are, and the run in MLflow."""

    candidates: tuple[Candidate, ...]
    folder: Path
    run_id: str


def check(profile: Profile, models: Sequence[str]) -> None:
    """Raise UsageError where no model is named, and InputError for prompts that cannot be read."""
    if not models:
        raise UsageError("no model to compare: name some, each a hub id, a folder, or starter")
    prompt_cases(profile.compare)


def measure(profile: Profile, model: str, run_id: str) -> Candidate:
    """Measure the model in a process of its own, or find it measured; whatever fails, is said of it.

    Raises StageInterrupted where somebody ends the comparison.
    """
    spec = StageSpec(f"{COMPARED_DIR}/{slug(model)}", "candidate", isolated=True, module="tasks.candidate")
    with_model = profile.model_copy(update={"base": BaseConfig(model=model)})
    try:
        return Candidate(model, run_stage(spec, with_model, {}, run_id).metrics)
    except StageInterrupted:
        raise
    except (DiagramforgeError, OSError) as error:
        return Candidate(model, {}, str(error))


def report(profile: Profile, run_id: str, candidates: Sequence[Candidate]) -> Comparison:
    """Write the table and the figure, beside the artifacts and to the comparison's run in MLflow."""
    from tasks import figures  # takes seconds to import

    folder = profile.artifacts_dir() / COMPARED_DIR / run_id
    write_text(folder / TABLE_FILE, _markdown(candidates))
    _write_csv(folder / CSV_FILE, candidates)
    shown = {candidate.model: candidate.metrics for candidate in candidates}
    figures.compared_models(folder / FIGURE_FILE, shown, {name: MEASURES[name] for name in _PLOTTED}, _written)
    run = TrackedRun(connect(profile.tracking_uri()), run_id, warn_on_stderr)
    for name in (TABLE_FILE, CSV_FILE, FIGURE_FILE):
        run.artifact(folder / name, COMPARED_DIR)
    run.metric("models", len(candidates))
    run.metric("models_failed", sum(bool(candidate.failure) for candidate in candidates))
    return Comparison(tuple(candidates), folder, run_id)


def slug(model: str) -> str:
    """The last two parts of the model's name as a part of a path and of the name of a metric."""
    return re.sub(r"[^\w.-]+", "-", "-".join(Path(model).parts[-2:])).strip("-.")


def cells(candidate: Candidate) -> list[str]:
    """A row of the table: the model and its measures, with the failure in place of the errors."""
    found = candidate.metrics
    values = [_written(found[name]) if name in found else "" for name in MEASURES]
    return [candidate.model, *values[:-1], candidate.failure or values[-1]]


def _written(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _markdown(candidates: Sequence[Candidate]) -> str:
    header = ["model", *MEASURES.values()]
    rows = [header, ["---"] * len(header), *([cell.replace("|", "\\|") for cell in cells(one)] for one in candidates)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _write_csv(path: Path, candidates: Sequence[Candidate]) -> None:
    """Every number that was measured, unrounded."""
    names = list(dict.fromkeys(name for candidate in candidates for name in candidate.metrics)) or list(MEASURES)
    with whole_file(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, ["model", *names, "failure"])
        table.writeheader()
        for candidate in candidates:
            table.writerow({"model": candidate.model, **candidate.metrics, "failure": candidate.failure})
