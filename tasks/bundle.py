"""A bundle: what drawing needs, frozen together in one folder.

    bundle.json                how to load it, the settings of drawing, the measured metrics, the SHA-256 of each file
    STAGE/...                  the artifact of each stage that drawing needs, as that stage left it

All names in it are relative, so the folder can be moved. Its files are hard links to the stages' artifacts, which are
replaced and never rewritten, and copies where links cannot be made: a bundle stays whole when the artifacts are
removed, and costs next to no space while they are there.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from diagram_core.errors import InputError
from diagram_core.files import read_json, sha256, write_json
from tasks.config import BundleConfig, GenerateConfig, LanguageModelForm, Notation, Profile, RecommendConfig
from tasks.manifest import MANIFEST, METRICS

BUNDLE_FILE = "bundle.json"
STAGES = ("quantize", "readability", "autoencoder", "neighbors")  # what drawing needs the artifacts of
LANGUAGE_MODEL_FOLDERS: dict[LanguageModelForm, str] = {"merged": "merged", "quantized": "gptq"}
TRAIN_AGAIN = "run `diagramforge train`, or set the alias champion to another version in MLflow"


@dataclass(frozen=True)
class Parts:
    """Where the models are, and the settings to draw with."""

    language_model: Path  # a Hugging Face folder
    readability: Path
    autoencoder: Path
    neighbors: Path
    notation: Notation
    generate: GenerateConfig
    recommend: RecommendConfig


@dataclass(frozen=True)
class Bundle(Parts):
    """Parts that are frozen together in a folder."""

    folder: Path
    metrics: dict[str, float]  # by the evaluate stage


class Description(BundleConfig):
    """What bundle.json says. files: SHA-256 by relative name."""

    metrics: dict[str, float]
    files: dict[str, str]


def language_model(artifacts: dict[str, Path], form: LanguageModelForm) -> Path:
    """The Hugging Face folder of the trained language model in the artifacts of the stages, or of a bundle."""
    return artifacts["quantize"] / LANGUAGE_MODEL_FOLDERS[form]


def parts(config: BundleConfig, artifacts: dict[str, Path]) -> Parts:
    """The parts in the artifacts of the stages, frozen or not. Raises KeyError for a stage that is not there."""
    return Parts(
        language_model=language_model(artifacts, config.language_model),
        readability=artifacts["readability"],
        autoencoder=artifacts["autoencoder"],
        neighbors=artifacts["neighbors"],
        notation=config.notation,
        generate=config.generate,
        recommend=config.recommend,
    )


def build(config: BundleConfig, artifacts: dict[str, Path], folder: Path) -> Bundle:
    """Freeze the artifacts (by stage, `evaluate` among them) into a folder; bundle.json is written last.

    Raises InputError where a stage has left no language model.
    """
    for name in STAGES:
        _link_artifact(artifacts[name], folder / name)
    model = language_model(stage_artifacts(folder), config.language_model)
    if not model.is_dir():
        raise InputError(f"no language model in {model}: choose another form with registry.language_model")
    description = Description(
        **config.model_dump(),
        metrics=read_json(artifacts["evaluate"] / METRICS),
        files={path.relative_to(folder).as_posix(): sha256(path) for path in _part_files(folder)},
    )
    write_json(folder / BUNDLE_FILE, description.model_dump(mode="json"))
    return read(folder)


def read(folder: Path) -> Bundle:
    """What bundle.json says, without looking at the other files. Raises InputError where it cannot be read."""
    description = _description(folder)
    try:
        found = parts(description, stage_artifacts(folder))
    except KeyError as missing:
        raise InputError(f"the bundle {folder} lacks its folder {missing.args[0]}: {TRAIN_AGAIN}") from None
    return Bundle(**vars(found), folder=folder, metrics=description.metrics)


def verify(folder: Path, expected_identity: str | None = None) -> Bundle:
    """Read the bundle and hash each of its files: about a second for half a gigabyte.

    Raises InputError that names the first file that is missing or was altered, and says what to do.
    """
    digests = _description(folder).files
    if expected_identity is not None:
        digests = {BUNDLE_FILE: expected_identity, **digests}
    for name, digest in digests.items():
        path = folder / name
        if not path.is_file():
            raise InputError(f"the bundle {folder} lacks its file {name}: {TRAIN_AGAIN}")
        if sha256(path) != digest:
            raise InputError(f"the bundle's file {path} was altered after training: {TRAIN_AGAIN}")
    return read(folder)


def with_frozen_settings(profile: Profile, folder: Path) -> Profile:
    """The profile with the settings of drawing that the bundle was frozen with."""
    frozen = _description(folder)
    return profile.model_copy(
        update={
            "synthesize": profile.synthesize.model_copy(update={"notation": frozen.notation}),
            "registry": profile.registry.model_copy(update={"language_model": frozen.language_model}),
            "generate": frozen.generate,
            "recommend": frozen.recommend,
        }
    )


def identity(folder: Path) -> str:
    """The SHA-256 of bundle.json, which holds those of all other files."""
    return sha256(folder / BUNDLE_FILE)


def stage_artifacts(folder: Path) -> dict[str, Path]:
    """The artifacts in a bundle, by stage: stages take them as inputs like those of a pipeline run."""
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()}


def _description(folder: Path) -> Description:
    path = folder / BUNDLE_FILE
    if not path.is_file():
        raise InputError(f"no bundle in {folder}: {TRAIN_AGAIN}")
    try:
        return Description.model_validate_json(path.read_bytes())
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise InputError(f"{path}: {place}: {problem['msg']}; {TRAIN_AGAIN}") from None


def _link_artifact(artifact: Path, target: Path) -> None:
    """Make a finished artifact appear at the target too, with its manifest, without its checkpoints and logs."""
    for name in (*read_json(artifact / MANIFEST)["files"], MANIFEST):
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)  # an interrupted attempt may have left it
        try:
            os.link(artifact / name, place)
        except OSError:  # another file system, or one without links
            shutil.copy2(artifact / name, place)


def _part_files(folder: Path) -> list[Path]:
    return sorted(path for part in stage_artifacts(folder).values() for path in part.rglob("*") if path.is_file())
