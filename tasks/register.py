"""Stage: the bundle of everything that drawing needs."""

from __future__ import annotations

from pathlib import Path

from tasks import bundle
from tasks.config import BundleConfig
from tasks.log import StageLog

BUNDLE_FOLDER = "bundle"


def run(config: BundleConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Build the bundle and verify it as whoever draws with it will; `registry` then makes it known to MLflow."""
    folder = out_dir / BUNDLE_FOLDER
    bundle.build(config, inputs, folder)
    frozen = bundle.verify(folder)
    log.artifact(folder / bundle.BUNDLE_FILE)
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    log.info(
        f"a bundle of {len(sizes)} files, {sum(sizes) / 2**20:.0f} MiB; language model: {frozen.language_model.name}"
    )
    return {"files": float(len(sizes)), "mebibytes": sum(sizes) / 2**20}
