"""The flow of every night: what users have rated since becomes part of the champion, if that makes it no worse."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.stages import Stages, flow_run_tags
from flows.train_all import settings_of
from tasks import bundle, gate, registry
from tasks.config import Profile
from tasks.pipeline_run import pipeline_run
from tasks.register import BUNDLE_FOLDER

NOTHING_NEW = "no new ratings: nothing to do"
ANOTHER_CHAMPION = "there is another champion since this began: the next night measures the ratings with that one"


@flow(name="nightly")
def nightly(profile: str = "auto", overrides: list[str] | None = None) -> State[str]:
    """Rebuild what new ratings touch, measure it against the champion, and promote it when it is at least as good.

    profile, overrides: as in train-all; how it draws is the champion's own affair. Ends at once without new ratings.
    """
    started = datetime.now(UTC)
    settings = settings_of(profile, overrides)
    if not registry.new_ratings(settings):
        return Completed(message=NOTHING_NEW, data=NOTHING_NEW)
    champion = registry.champion(settings)
    settings = bundle.with_frozen_settings(settings, champion)
    with pipeline_run(settings, "nightly", flow_run_tags()) as run_id:
        kept = bundle.stage_artifacts(champion)
        stages = Stages(settings, run_id, given=kept)
        stages.run("synthesize")
        cases = {"synthesize": stages.results["synthesize"].out_dir}
        stages.run("neighbors")
        stages.run("evaluate")
        stages.run("register")
        defence = Stages(settings, run_id, given={**kept, **cases})
        defence.run("evaluate")
        challenger = stages.results["register"].out_dir / BUNDLE_FOLDER
        measured = stages.results["evaluate"].metrics, defence.results["evaluate"].metrics
        outcome = pass_gate(settings, run_id, (challenger, champion), measured, started)
    return Completed(message=outcome, data=outcome)


@task(name="gate", task_run_name="gate")
def pass_gate(
    settings: Profile,
    run_id: str,
    bundles: tuple[Path, Path],
    evaluated: tuple[dict[str, float], dict[str, float]],
    started: datetime,
) -> str:
    """Compare challenger and champion (bundles and their evaluate metrics, in this order); returns what came of it.

    A challenger that is refused becomes a version without an alias: its ratings count as seen, and MLflow says why. One
    whose champion was replaced meanwhile becomes nothing: it would undo a training that nobody compared it with.
    """
    accuracies = [gate.rating_accuracy(folder, settings.ratings_url()) for folder in bundles]
    challenger, champion = (
        {**metrics, gate.RATING_ACCURACY: accuracy} for metrics, accuracy in zip(evaluated, accuracies, strict=True)
    )
    verdict = gate.compare(challenger, champion, settings.registry.tolerance)
    gate.record(settings, run_id, verdict)
    if registry.champion(settings) != bundles[1]:
        return ANOTHER_CHAMPION
    version = registry.register(settings, bundles[0], run_id, started, gate.tags_of(verdict))
    if verdict.promotes:
        registry.promote(settings, version)
    return f"version {version} {'is champion now' if verdict.promotes else 'was refused'}, {verdict.reason}"
