"""Trained language models as folders of their own: merged ones for plain transformers, adapters for plain PEFT."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from diagram_core.errors import InputError
from diagram_core.files import read_json, whole_folder
from tasks import bundle
from tasks.config import Profile
from tasks.manifest import MANIFEST

if TYPE_CHECKING:
    from mlflow import MlflowClient

_ADAPTER_CONFIG = "adapter_config.json"
_FULL_MODEL = "model"  # in an artifact of sft that trained all weights
_LINEAGE = ("base", "sft", "orpo")  # the stages that a language model comes through


class Trained(NamedTuple):
    """A language model as training left it: a Hugging Face folder, and the adapters to put on it, in this order."""

    model: Path
    adapters: tuple[Path, ...] = ()


def find_model(profile: Profile, folder: Path) -> Trained:
    """The language model in a bundle, in an artifact of sft, orpo or quantize, or under an adapter.

    Raises InputError where there is none, or where what it stands on is gone.
    """
    if (folder / bundle.BUNDLE_FILE).is_file():
        return Trained(bundle.language_model(bundle.stage_artifacts(folder), "merged"))
    for name in (bundle.LANGUAGE_MODEL_FOLDERS["merged"], _FULL_MODEL):
        if (folder / name / "config.json").is_file():
            return Trained(folder / name)
    return find_adapters(profile, folder)


def find_adapters(profile: Profile, folder: Path) -> Trained:
    """The same with its adapters unmerged; where those under a bundle, quantize or orpo are, MLflow knows.

    Raises InputError where there is none, or where what it stands on is gone.
    """
    artifact = folder / "quantize" if (folder / bundle.BUNDLE_FILE).is_file() else folder
    manifest = read_json(artifact / MANIFEST) if (artifact / MANIFEST).is_file() else {"stage": ""}
    if manifest["stage"] in ("quantize", "orpo"):
        return _trained_by(profile, artifact, manifest)
    if (folder / _FULL_MODEL / "config.json").is_file():
        return Trained(folder / _FULL_MODEL)
    adapter = folder if (folder / _ADAPTER_CONFIG).is_file() else folder / "adapter"
    if not (adapter / _ADAPTER_CONFIG).is_file():
        raise InputError(f"nothing to export in {folder}: give a bundle, or an artifact of sft, orpo or quantize")
    base = Path(read_json(adapter / _ADAPTER_CONFIG)["base_model_name_or_path"])
    if not (base / "config.json").is_file():
        raise InputError(f"the adapter in {adapter} is made for the model in {base}, which is not there")
    return Trained(base, (adapter,))


def save_merged(
    trained: Trained, folder: Path, shard_size: str, dtype: str, show: Callable[[str, int, int], None]
) -> None:
    """Write the model, its adapters merged in float32, and its tokenizer, whole or not at all.

    shard_size: of a file of weights at most, as "200MB"; a larger tensor has a file of its own.
    """
    import torch
    from torch import nn

    from diagram_core.models.language import load_language_model
    from tasks.base import save_whole

    show("loading and merging the model", 0, 0)
    model, tokenizer = load_language_model(trained.model, trained.adapters, device="cpu", dtype="float32")
    nn.Module.to(model, dtype=getattr(torch, dtype))
    show("writing the files", 0, 0)
    save_whole(model, tokenizer, folder, shard_size)


def save_unmerged(trained: Trained, folder: Path, show: Callable[[str, int, int], None]) -> None:
    """Write one adapter that says the same as all of them, and the tokenizer, whole or not at all.

    Raises InputError for a model that was trained without adapters.
    """
    from diagram_core.models.language import load_tokenizer

    if not trained.adapters:
        raise InputError(f"{trained.model} was trained without an adapter: export the whole model")
    show("loading the adapter", 0, 0)
    tokenizer = load_tokenizer(trained.model)
    with whole_folder(folder) as temporary:
        if len(trained.adapters) == 1:
            shutil.copytree(trained.adapters[0], temporary, dirs_exist_ok=True)
        else:
            _save_sum(trained, temporary)
        show("writing the files", 0, 0)
        tokenizer.save_pretrained(temporary)


def _save_sum(trained: Trained, folder: Path) -> None:
    """Adapters side by side in one of the sum of their ranks, which adds exactly what they add one after the other."""
    from peft import PeftModel

    from diagram_core.models.language import load_model
    from tasks.trainer import save_adapter

    names = [f"adapter{number}" for number in range(len(trained.adapters))]
    model = PeftModel.from_pretrained(load_model(trained.model), trained.adapters[0], adapter_name=names[0])
    for name, adapter in zip(names[1:], trained.adapters[1:], strict=True):
        model.load_adapter(adapter, name)
    model.add_weighted_adapter(names, [1.0] * len(names), "default", combination_type="cat")
    save_adapter(model, folder)


def _trained_by(profile: Profile, artifact: Path, manifest: Mapping[str, str]) -> Trained:
    """What an artifact of orpo or quantize was made from, as the runs of its pipeline in MLflow say."""
    from tasks.sft import trained_model
    from tasks.tracking import connect

    pipelines = _pipelines(connect(profile.tracking_uri()), profile, manifest["stage"], manifest["fingerprint"])
    for artifacts in pipelines:
        if all(name in artifacts and artifacts[name].is_dir() for name in _LINEAGE):
            model, adapters = trained_model(artifacts)
            return Trained(model, (*adapters, artifacts["orpo"] / "adapter"))
    raise InputError(
        f"MLflow knows no pipeline run that made {artifact} and whose artifacts of {', '.join(_LINEAGE)} are there: "
        "give the folder of an sft artifact"
    )


def _pipelines(client: MlflowClient, profile: Profile, stage: str, fingerprint: str) -> list[dict[str, Path]]:
    """The artifacts of each pipeline run that made or reused this one, by stage."""
    from tasks.tracking import PARENT_TAG

    experiment = client.get_experiment_by_name(profile.pipeline.experiment)
    if experiment is None:
        return []
    finished = "attributes.status = 'FINISHED'"
    made = client.search_runs(
        [experiment.experiment_id], f"tags.stage = '{stage}' and tags.fingerprint = '{fingerprint}' and {finished}"
    )
    siblings = [
        client.search_runs(
            [experiment.experiment_id], f"tags.`{PARENT_TAG}` = '{run.data.tags[PARENT_TAG]}' and {finished}"
        )
        for run in made
    ]
    return [{run.data.tags["stage"]: Path(run.data.tags["out_dir"]) for run in runs} for runs in siblings]
