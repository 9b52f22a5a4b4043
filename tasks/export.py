"""Trained language models as folders of their own: merged ones for plain transformers, adapters for plain PEFT."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from diagram_core.errors import InputError
from diagram_core.files import read_json, whole_folder
from tasks import bundle
from tasks.config import Profile
from tasks.manifest import MANIFEST

_ADAPTER_CONFIG = "adapter_config.json"
_FULL_MODEL = "model"  # in an artifact of sft that trained all weights
_LINEAGE = {"orpo": ("base", "sft"), "quantize": ("base", "sft", "orpo")}  # whose language model a stage goes on from


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
    """The same with its adapters unmerged; where those under a bundle, quantize or orpo are, its manifest says.

    Raises InputError where there is none, or where what it stands on is gone.
    """
    artifact = folder / "quantize" if (folder / bundle.BUNDLE_FILE).is_file() else folder
    manifest = read_json(artifact / MANIFEST) if (artifact / MANIFEST).is_file() else {"stage": ""}
    if manifest["stage"] in _LINEAGE:
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


def _trained_by(profile: Profile, artifact: Path, manifest: Mapping[str, Any]) -> Trained:
    """What an artifact of orpo or quantize was made from, as its manifest says."""
    from tasks.sft import trained_model

    artifacts = {name: _input(profile, artifact, manifest, name) for name in _LINEAGE[manifest["stage"]]}
    model, adapters = trained_model(artifacts)
    return Trained(model, (*adapters, artifacts.get("orpo", artifact) / "adapter"))


def _input(profile: Profile, artifact: Path, manifest: Mapping[str, Any], stage: str) -> Path:
    if stage not in manifest.get("inputs", ()):
        raise InputError(
            f"{artifact} is of an earlier version, which did not write down what it was made from: "
            "run `diagramforge train` again"
        )
    folder = profile.artifacts_dir() / stage / manifest["inputs"][stage]
    if not folder.is_dir():
        raise InputError(
            f"{artifact} was made from {folder}, which is not there: "
            "run `diagramforge train` again, or set DIAGRAMFORGE_HOME to where its artifacts are"
        )
    return folder
