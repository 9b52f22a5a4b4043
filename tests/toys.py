"""What the tests of a stage's life share: a profile in a temporary folder, and the toy stage run on it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from mlflow.entities import Run

from tasks.config import Profile, load_profile
from tasks.pipeline_run import pipeline_run
from tasks.stage import StageResult, StageSpec, run_stage
from tasks.tracking import PARENT_TAG, connect

TOY = StageSpec("toy", section="sft", module="tests.toy_stage")
ISOLATED_TOY = StageSpec("toy", section="sft", isolated=True, module="tests.toy_stage")


def toy_profile(folder: Path, empty_store: Path, *overrides: str) -> Profile:
    """The smoke profile with its artifacts, and an MLflow store of its own, in this folder."""
    artifacts_dir = folder / "artifacts"
    if not artifacts_dir.exists():
        artifacts_dir.mkdir()
        shutil.copy(empty_store, artifacts_dir / "mlflow.db")
    return load_profile("smoke", [f"pipeline.artifacts_dir={artifacts_dir}", *overrides])


def run_toy(profile: Profile, spec: StageSpec = TOY, **inputs: Path) -> StageResult:
    """One pipeline run of the toy stage alone."""
    with pipeline_run(profile, "toys") as parent_run_id:
        return run_stage(spec, profile, inputs, parent_run_id)


def pipeline_runs(profile: Profile) -> list[Run]:
    """The MLflow runs of the pipeline, the oldest first."""
    return [run for run in _runs(profile) if PARENT_TAG not in run.data.tags]


def stage_runs(profile: Profile) -> list[Run]:
    """The MLflow runs of the stage's attempts, the oldest first."""
    return [run for run in _runs(profile) if PARENT_TAG in run.data.tags]


def _runs(profile: Profile) -> list[Run]:
    client: Any = connect(profile.tracking_uri())
    experiment = client.get_experiment_by_name(profile.pipeline.experiment)
    return client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])
