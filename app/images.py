"""Image files that people hand over."""

from __future__ import annotations

from pathlib import Path

from diagram_core.errors import InputError

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")


def image_files(folder: Path) -> list[Path]:
    """Image files in a folder (by their suffix), sorted. Raises InputError where there is none."""
    if not folder.is_dir():
        raise InputError(f"no folder {folder}: check the path")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
    if not found:
        raise InputError(f"no image in {folder}: it should hold {', '.join(IMAGE_SUFFIXES)} files")
    return found
