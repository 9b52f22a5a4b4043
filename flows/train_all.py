"""The flow that trains everything: from made-up prompts to a registered champion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from prefect import flow, task

from flows.stages import Stages, flow_run_tags
from tasks import gate, registry
from tasks.config import Profile, load_profile
from tasks.machine import fitting_profile, machine
from tasks.pipeline import chosen_stages
from tasks.pipeline_run import pipeline_run
from tasks.register import BUNDLE_FOLDER
from tasks.stage import StageResult


@dataclass(frozen=True)
class Training:
    """What a run of the pipeline came to. bundle and version are None where the register stage was not chosen."""

    profile: str
    run_id: str  # in MLflow
    results: dict[str, StageResult]
    bundle: Path | None
    version: str | None


@flow(name="train-all")
def train_all(
    profile: str = "auto",
    overrides: list[str] | None = None,
    only: str | None = None,
    from_stage: str | None = None,
) -> Training:
    """Train every model and make the result the champion.

    profile: one of configs/, a .yaml file, or auto for the one that fits this machine. overrides: key.path=value.
    only, from_stage: run that stage alone, or those from it on, with the artifacts that finished runs have left.
    """
    started = datetime.now(UTC)
    chosen = chosen_stages(only, from_stage)
    settings = settings_of(profile, overrides)
    with pipeline_run(settings, "train-all", flow_run_tags()) as run_id:
        stages = Stages(settings, run_id, chosen)
        stages.run("synthesize")
        stages.run("base")
        stages.run("sft")
        stages.run("orpo")
        stages.run("quantize")
        stages.run("render")
        stages.run("readability")
        stages.run("autoencoder")
        stages.run("neighbors")
        stages.run("evaluate")
        stages.run("register")
        bundle = version = None
        if "register" in stages.results:
            bundle = stages.results["register"].out_dir / BUNDLE_FOLDER
            version = promote(settings, bundle, run_id, started)
    return Training(settings.name, run_id, stages.results, bundle, version)


@task(name="promote", task_run_name="promote")
def promote(settings: Profile, bundle: Path, run_id: str, started: datetime) -> str:
    """Register the bundle and make it the champion; returns its version."""
    version = registry.register(settings, bundle, run_id, ratings_until=started, tags={})
    gate.check_minimum(settings.registry, bundle)
    registry.promote(settings, version)
    return version


def settings_of(profile: str, overrides: list[str] | None) -> Profile:
    """The profile with its overrides; `auto` stands for the one that fits this machine."""
    return load_profile(fitting_profile(machine()) if profile == "auto" else profile, overrides)
