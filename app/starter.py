"""`make starter`: train all that the project ships trained, from the plain base and from nothing, and put it there.

Interrupted, it goes on where it was: finished stages are reused, others resume from their last checkpoint.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from app import failures, terminal, train
from diagram_core.files import read_json, whole_file, write_json

PROFILE = "starter"
STAGES = ("render", "readability", "synthesize", "base", "sft")


def train_starter() -> None:
    """Run the stages that train it, or what is left of them, and ship their models. Raises as the pipeline does."""
    from tasks.config import STARTER_DIR, load_profile
    from tasks.readability import SHIPPED_DIR

    settings = load_profile(PROFILE)
    for stage in STAGES:
        results = train.run_pipeline(settings, PROFILE, only=stage).results
        if stage == "readability":
            ship_networks(results[stage].out_dir, SHIPPED_DIR)
    ship_adapter(results["sft"].out_dir, STARTER_DIR)
    terminal.out().print(f"The shipped models are in {STARTER_DIR}", markup=False)


def ship_networks(stage_dir: Path, shipped_dir: Path) -> None:
    """Copy the networks of a finished readability stage, with the settings, metrics and curves they came with."""
    from diagram_core.models.readability import CONFIG_FILE
    from tasks.readability import CURVES_FILE

    shipped_dir.mkdir(parents=True, exist_ok=True)
    networks = sorted(path.name for path in stage_dir.glob("*.safetensors"))
    for name in (*networks, CONFIG_FILE, "config.json", "metrics.json", CURVES_FILE):
        shutil.copyfile(stage_dir / name, shipped_dir / name)


def ship_adapter(stage_dir: Path, starter_dir: Path) -> None:
    """Copy the adapter of a finished SFT stage in half precision, with the settings, metrics and curve it came with."""
    import torch
    from safetensors.torch import load_file, save_file

    adapter = stage_dir / "adapter"
    weights = {
        name: weight.to(torch.float16) for name, weight in load_file(adapter / "adapter_model.safetensors").items()
    }
    with whole_file(starter_dir / "adapter_model.safetensors") as temporary:
        save_file(weights, temporary, metadata={"format": "pt"})
    write_json(starter_dir / "adapter_config.json", _without_paths(read_json(adapter / "adapter_config.json")))
    for name in ("config.json", "metrics.json", "loss.png"):
        shutil.copyfile(stage_dir / name, starter_dir / f"sft_{name}")


def _without_paths(adapter_config: dict[str, Any]) -> dict[str, Any]:
    """The adapter's settings with the base by its public name instead of by its place on this machine."""
    from tasks.model_source import STARTER_HUB_ID

    return {**adapter_config, "base_model_name_or_path": STARTER_HUB_ID}


if __name__ == "__main__":
    terminal.quiet_libraries()
    sys.exit(failures.guard(train_starter))
