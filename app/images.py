"""Image files that people hand over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from diagram_core.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
MAX_PIXELS = 64_000_000  # eighty times a drawing at scale 1; a larger file is no drawing, or an attack


def read_image(path: Path) -> NDArray[np.uint8]:
    """The pixels of an image file, RGB [h, w, 3], on white. Raises InputError for any other file."""
    import numpy as np
    from PIL import Image

    try:
        with Image.open(path) as image:
            if image.width * image.height > MAX_PIXELS:
                raise InputError(f"{path} has {image.width} x {image.height} pixels: make it smaller")
            colored = image.convert("RGBA")
    except FileNotFoundError:
        raise InputError(f"no file {path}: check the path") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder: give an image file in it") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(f"{path} is not an image that can be read, or is cut off ({error})") from None
    white = Image.new("RGBA", colored.size, "white")
    return np.asarray(Image.alpha_composite(white, colored).convert("RGB"), np.uint8)


def image_files(folder: Path) -> list[Path]:
    """Image files in a folder (by their suffix), sorted. Raises InputError where there is none."""
    if not folder.is_dir():
        raise InputError(f"no folder {folder}: check the path")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
    if not found:
        raise InputError(f"no image in {folder}: it should hold {', '.join(IMAGE_SUFFIXES)} files")
    return found
