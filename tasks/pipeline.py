"""The stages in the order they run in, and what each is given of those before it."""

from __future__ import annotations

from diagram_core.errors import UsageError
from tasks import bundle
from tasks.stage import StageSpec

STAGES = (
    StageSpec("synthesize", "synthesize"),
    StageSpec("base", "base", isolated=True),
    StageSpec("sft", "sft", ("synthesize", "base"), isolated=True),
    StageSpec("orpo", "orpo", ("synthesize", "base", "sft"), isolated=True),
    StageSpec("quantize", "quantize", ("synthesize", "base", "sft", "orpo"), isolated=True),
    StageSpec("render", "render"),
    StageSpec("readability", "readability", ("render",), isolated=True),
    StageSpec("autoencoder", "autoencoder", ("render",), isolated=True),
    StageSpec("neighbors", "rater", ("autoencoder",)),
    StageSpec("evaluate", "drawing_test", ("synthesize", *bundle.STAGES), isolated=True),
    StageSpec("register", "bundle", (*bundle.STAGES, "evaluate")),
)


def stage_names() -> list[str]:
    """All stages, in the order they run in."""
    return [spec.name for spec in STAGES]


def stage(name: str) -> StageSpec:
    """The stage of this name. Raises UsageError, with the names there are."""
    for spec in STAGES:
        if spec.name == name:
            return spec
    raise UsageError(f"no stage {name!r}: choose one of {', '.join(stage_names())}")


def chosen_stages(only: str | None, from_stage: str | None) -> set[str]:
    """The stages to run: one, those from one on, or all. Raises UsageError for an unknown one, or for both."""
    if only is not None and from_stage is not None:
        raise UsageError(f"--only {only} and --from {from_stage} exclude each other: give one of them")
    if only is not None:
        return {stage(only).name}
    return after(from_stage) if from_stage is not None else set(stage_names())


def after(name: str) -> set[str]:
    """The stage and all that come after it. Raises UsageError for an unknown one."""
    names = stage_names()
    return set(names[names.index(stage(name).name) :])
