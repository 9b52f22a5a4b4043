"""The flow that helps to choose a base model: candidates asked the same prompts, as they are, before any training."""

from __future__ import annotations

from prefect import flow, task

from flows.stages import flow_run_tags
from flows.train_all import settings_of
from tasks import compare
from tasks.compare import Candidate, Comparison
from tasks.config import Profile
from tasks.pipeline_run import pipeline_run


@flow(name="compare-models")
def compare_models(models: list[str], profile: str = "auto", overrides: list[str] | None = None) -> Comparison:
    """Ask each model the same prompts; put what they are worth in a table and a figure in MLflow.

    models: hub ids, folders, or starter. profile, overrides: as in train-all; its section `compare` says how to ask.
    A model that fails is a row that says why. Models that have been measured with the same settings are not run again.
    """
    settings = settings_of(profile, overrides)
    compare.check(settings, models)
    with pipeline_run(settings, "compare-models", flow_run_tags()) as run_id:
        candidates = [measure(settings, model, run_id) for model in dict.fromkeys(models)]
        return report(settings, run_id, candidates)


@task(name="candidate", task_run_name="{model}")
def measure(settings: Profile, model: str, run_id: str) -> Candidate:
    """One model; tried again by the next comparison rather than by Prefect, so that no model holds up the others."""
    return compare.measure(settings, model, run_id)


@task(name="report", task_run_name="report")
def report(settings: Profile, run_id: str, candidates: list[Candidate]) -> Comparison:
    """The table and the figure."""
    return compare.report(settings, run_id, candidates)
