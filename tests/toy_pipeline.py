"""Toy stages with the names of the real ones: they leave what the bundle and the gate read, in milliseconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from diagram_core.files import write_text
from tasks import pipeline
from tasks.gate import MEASURES

Run = Callable[[Any, dict[str, Path], Path, Any], dict[str, float]]


class ToyPipeline:
    """Counts how often each stage ran. Put something else in `runs` to make a stage do something else."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.runs: dict[str, Run] = dict.fromkeys(pipeline.stage_names(), _leave_a_file)
        self.runs |= {
            "quantize": _leave_a_language_model,
            "readability": _leave_an_ensemble,
            "autoencoder": _leave_an_encoder,
            "evaluate": lambda *_: dict.fromkeys(MEASURES, 0.5),
        }
        del self.runs["neighbors"], self.runs["register"]  # quick enough as they are

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take the place of the real stages, in this process."""
        specs = []
        for spec in pipeline.STAGES:
            if spec.name in self.runs:
                module = ModuleType(f"toy_{spec.name}")
                module.run = self._counted(spec.name)  # type: ignore[attr-defined]
                monkeypatch.setitem(sys.modules, module.__name__, module)
                spec = replace(spec, module=module.__name__, isolated=False)
            specs.append(spec)
        monkeypatch.setattr(pipeline, "STAGES", tuple(specs))

    def _counted(self, name: str) -> Run:
        def run(config: Any, inputs: dict[str, Path], out_dir: Path, log: Any) -> dict[str, float]:
            self.ran.append(name)
            return self.runs[name](config, inputs, out_dir, log)

        return run


def _leave_a_file(config: Any, inputs: dict[str, Path], out_dir: Path, log: Any) -> dict[str, float]:
    write_text(out_dir / "made.txt", f"{config} {sorted(inputs)}")
    return {"inputs": len(inputs)}


def _leave_a_language_model(config: Any, inputs: dict[str, Path], out_dir: Path, log: Any) -> dict[str, float]:
    write_text(out_dir / "merged/config.json", "{}")
    return {}


def _leave_an_ensemble(config: Any, inputs: dict[str, Path], out_dir: Path, log: Any) -> dict[str, float]:
    import torch

    from diagram_core.models.readability import Ensemble, ReadabilityNet, save

    torch.manual_seed(0)
    save(Ensemble((ReadabilityNet(mean=0.2),), 48), out_dir)
    return {}


def _leave_an_encoder(config: Any, inputs: dict[str, Path], out_dir: Path, log: Any) -> dict[str, float]:
    import torch

    from diagram_core.models.autoencoder import Autoencoder, Encoder, save

    torch.manual_seed(0)
    save(Encoder(Autoencoder(latent_size=8), 48), out_dir)
    return {}
