"""`make demo`: train everything on the smallest profile of use, then draw three prompts with it."""

from __future__ import annotations

import sys
import time
from datetime import datetime
from pathlib import Path

from app import draw, failures, terminal, train
from app.champion import champion_bundle, load_parts
from app.settings import rating_store

PROMPTS = {
    "dense": "DL model with 4 input layer nodes, 6, 10 and 6 nodes in 3 hidden layers, and 1 output element",
    "cnn": "NN model consist of 32 * 32 input, 3 * 3 conv layer, and then conv layer (output is 28 x 28), and then "
    "2 * 2 pooling layer, 3 x 3 convolutional layer, then 2x2 pooling layer, 256, 64 and 16 nodes in each of the "
    "3 hidden layers, and 1 output layer nodes",
    "process": "Langchain process that consists of first, outputs pytorch tensor and process it with function, and "
    "code file that process numeric values, and outputs database",
}
PROFILE = "cpu"  # goes on from the shipped model; those for GPUs train a larger one from the hub for hours
COUNT, RECOMMEND = 5, 3
SEED = 1


def demo() -> None:
    """Train, draw, and say where everything is. Raises as the pipeline and the drawing do."""
    from tasks.config import load_profile

    settings = load_profile(PROFILE)
    train.run_pipeline(settings, PROFILE)
    sheets = draw_prompts()
    out = terminal.out()
    out.print("\n[bold]Done.[/] The ranked sheets, one a prompt:")
    for sheet in sheets:
        out.print(f"  {sheet.absolute()}", markup=False)
    out.print(
        f'Draw your own:  {train.script("diagramforge")} draw "a network with layers of 4, 6 and 1"', markup=False
    )
    train.print_where(settings)


def draw_prompts() -> list[Path]:
    """Draw each prompt with the champion; returns the ranked sheets."""
    with terminal.progress() as show:
        show("loading the models", 0, 0)
        store = rating_store()
        parts = load_parts(champion_bundle(), store)
    sheets, root = [], draw.DRAWINGS_DIR / f"demo-{datetime.now():%Y%m%d-%H%M%S}"
    for name, prompt in PROMPTS.items():
        request = draw.Request(prompt, COUNT, RECOMMEND, user="", seed=SEED)
        folder, started = root / name, time.monotonic()
        with terminal.progress() as show:
            show(f"drawing {COUNT} candidates", 0, 0)
            drawings = draw.draw_to_folder(parts, request, folder, ["png", "svg"], store)
        draw.print_ranking(request, drawings, folder, time.monotonic() - started)
        sheets.append(folder / draw.SHEET_FILE)
    return sheets


if __name__ == "__main__":
    terminal.quiet_libraries()
    sys.exit(failures.guard(demo))
