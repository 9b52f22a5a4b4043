"""Stages as Prefect tasks: one task run a stage, retried by Prefect where trying again can help."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.runtime import flow_run
from prefect.states import State

from diagram_core.errors import InputError
from tasks.config import Profile
from tasks.pipeline import stage, stage_names
from tasks.stage import StageResult, StageSpec, finished_stage, is_retryable, run_stage
from tasks.tracking import FLOW_RUN_TAG, warn_on_stderr


class Stages:
    """Runs stages of one pipeline run and hands their artifacts on to those that need them.

    chosen: the stages to run (all unless told); of the others, finished artifacts are taken where one is needed.
    given: artifacts from elsewhere, by stage, in place of running it.
    """

    def __init__(
        self,
        profile: Profile,
        run_id: str,
        chosen: set[str] | None = None,
        given: Mapping[str, Path] | None = None,
    ) -> None:
        self._profile = profile
        self._run_id = run_id
        self._chosen = set(stage_names()) if chosen is None else chosen
        self._artifacts = dict(given or {})
        self.results: dict[str, StageResult] = {}

    def run(self, name: str) -> None:
        """Run or reuse the stage if it is among the chosen ones. Raises as `run_stage` does, after its retries."""
        if name not in self._chosen:
            return
        spec = stage(name)
        inputs = {needed: self._artifact(needed, name) for needed in spec.inputs}
        result = _as_task(spec, self._profile)(spec, self._profile, inputs, self._run_id)
        self.results[name] = result
        self._artifacts[name] = result.out_dir

    def _artifact(self, name: str, needed_by: str) -> Path:
        if name not in self._artifacts:
            spec = stage(name)
            inputs = {needed: self._artifact(needed, name) for needed in spec.inputs}
            found = finished_stage(spec, self._profile, inputs)
            if found is None:
                raise InputError(
                    f"stage {needed_by} needs {name}, which has not finished with these settings and this code: "
                    f"run the same command with `--from {name}` in place of --only or --from, or with neither"
                )
            self._artifacts[name] = found.out_dir
        return self._artifacts[name]


def flow_run_tags() -> dict[str, str]:
    """What ties an MLflow run to the Prefect run it belongs to."""
    return {FLOW_RUN_TAG: flow_run.id} if flow_run.id else {}


def _as_task(spec: StageSpec, profile: Profile) -> Task[..., StageResult]:
    return Task(
        run_stage,
        name=spec.name,
        task_run_name=spec.name,
        retries=profile.pipeline.max_attempts - 1,
        retry_delay_seconds=list(profile.pipeline.retry_delay_seconds),
        retry_condition_fn=_may_succeed_next_time,
        cache_policy=NO_CACHE,  # whether a stage has finished is for its own manifest to say
        persist_result=False,
    )


def _may_succeed_next_time(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> bool:
    """A plain function: Prefect takes nothing else for a condition. It asks only while there are retries left."""
    error = state.result(raise_on_failure=False)
    if not isinstance(error, BaseException) or not is_retryable(error):
        return False
    warn_on_stderr(f"{error}; trying again")  # the wait may be minutes, in which nothing else is said
    return True
