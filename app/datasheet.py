"""`python -m app.datasheet`: measure the synthetic data and renew the figures and pictures of docs/data.md."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from app import failures, terminal
from diagram_core.errors import InputError
from diagram_core.files import whole_file, write_text
from diagram_core.structure import DIRECTIONS, draws_neurons, is_chain
from diagram_core.synthesis import FAMILIES, SPLITS, Example, examples, make_example, split_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EXAMPLES = 5000
SEED = 1
DOCS_DIR = Path(__file__).resolve().parent.parent / "docs"
BEGIN, END = "<!-- figures: python -m app.datasheet -->", "<!-- end of figures -->"
COLORS = {"network": "#3b6ea8", "chart": "#e0a458"}  # apart in greyscale, and to the colour-blind
INK = "#30343f"


@dataclass(frozen=True, slots=True)
class Sample:
    """What is counted of an example."""

    kind: str
    family: str
    direction: str
    elements: int
    nodes: int
    prompt_chars: int
    plan_chars: int
    is_chain: bool
    draws_neurons: bool
    is_korean: bool


def update(docs_dir: Path = DOCS_DIR) -> None:
    """Write the pictures and the table; raises InputError where docs/data.md has lost its place for them."""
    page = docs_dir / "data.md"
    text = page.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text.partition(BEGIN)[2]:
        raise InputError(f"{page} has no lines {BEGIN} and {END}: the table goes between them")
    samples = [_sample(example) for example in islice(examples(SEED, "train"), EXAMPLES)]
    _save(_families_figure(samples), docs_dir / "pictures" / "data-families.png")
    _save(_sizes_figure(samples), docs_dir / "pictures" / "data-sizes.png")
    before, _, rest = text.partition(BEGIN)
    write_text(page, f"{before}{BEGIN}\n{_table(samples)}\n{END}{rest.partition(END)[2]}")


def _sample(example: Example) -> Sample:
    structure = example.structure
    return Sample(
        kind=structure.kind,
        family=example.family,
        direction=example.style.direction,
        elements=len(structure.elements),
        nodes=len(example.diagram().nodes),
        prompt_chars=len(example.prompt),
        plan_chars=len(example.plan),
        is_chain=is_chain(structure),
        draws_neurons=draws_neurons(structure),
        is_korean=any("가" <= char <= "힣" for char in example.prompt),
    )


def _table(samples: Sequence[Sample]) -> str:
    """The figures as a Markdown table."""
    networks = [sample for sample in samples if sample.kind == "network"]
    charts = [sample for sample in samples if sample.kind == "chart"]
    split_counts = Counter(split_of(make_example(SEED, number).structure) for number in range(EXAMPLES))
    splits = ", ".join(f"{split_counts[split] / EXAMPLES:.1%}" for split in SPLITS)
    rows = [
        ("networks; charts", f"{_share(networks, samples)}; {_share(charts, samples)}"),
        ("layers of a network", _spread(sample.elements for sample in networks)),
        ("steps of a chart", _spread(sample.elements for sample in charts)),
        ("shapes of a drawing", _spread(sample.nodes for sample in samples)),
        ("characters of a prompt", _spread(sample.prompt_chars for sample in samples)),
        ("characters of a plan", _spread(sample.plan_chars for sample in samples)),
        ("networks that are no chain", _share([s for s in networks if not s.is_chain], networks)),
        ("charts that are no chain", _share([s for s in charts if not s.is_chain], charts)),
        ("networks drawn neuron by neuron", _share([s for s in networks if s.draws_neurons], networks)),
        ("prompts in Korean", _share([s for s in samples if s.is_korean], samples)),
        (f"of all structures in {', '.join(SPLITS)}", splits),
    ]
    return "\n".join(["| figure | value |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def _share(part: Sequence[Sample], whole: Sequence[Sample]) -> str:
    return f"{len(part) / len(whole):.1%}"


def _spread(values: Iterable[int]) -> str:
    found = sorted(values)
    cuts = quantiles(found, n=20)
    return f"median {cuts[9]:.0f}, 90 % between {cuts[0]:.0f} and {cuts[18]:.0f}, at most {found[-1]}"


def _families_figure(samples: Sequence[Sample]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.subplots(1, 2, width_ratios=[3, 1])
    counts = Counter(sample.family for sample in samples)
    names = sorted(FAMILIES, key=lambda name: counts[name])
    shares = [100 * counts[name] / len(samples) for name in names]
    bars = axes[0].barh(names, shares, color=[COLORS[FAMILIES[name][0]] for name in names])
    axes[0].bar_label(bars, fmt="%.0f %%", padding=3, color=INK, fontsize=8)
    axes[0].margins(x=0.12)
    _finish(axes[0], "families", xlabel="% of examples")
    directions = Counter(sample.direction for sample in samples)
    bars = axes[1].bar(DIRECTIONS, [100 * directions[name] / len(samples) for name in DIRECTIONS], color=INK, width=0.6)
    axes[1].bar_label(bars, fmt="%.0f %%", padding=3, color=INK, fontsize=8)
    axes[1].margins(y=0.12)
    _finish(axes[1], "direction", ylabel="% of examples")
    return figure


def _sizes_figure(samples: Sequence[Sample]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4.8), layout="constrained")
    axes = figure.subplots(2, 2).flat
    _histogram(next(axes), samples, "elements", "layers or steps", 1)
    _histogram(next(axes), samples, "nodes", "shapes of a drawing", 2)
    _histogram(next(axes), samples, "prompt_chars", "characters of a prompt", 20)
    _histogram(next(axes), samples, "plan_chars", "characters of a plan", 20)
    figure.axes[0].legend(frameon=False, fontsize=8)
    return figure


def _histogram(axes: Axes, samples: Sequence[Sample], name: str, title: str, step: int) -> None:
    values = [[getattr(sample, name) for sample in samples if sample.kind == kind] for kind in COLORS]
    top = max(map(max, values))
    edges = [edge - step / 2 for edge in range(0, top + 2 * step, step)]
    axes.hist(values, bins=edges, stacked=True, color=list(COLORS.values()), label=[f"{kind}s" for kind in COLORS])
    _finish(axes, title, ylabel="examples")


def _finish(axes: Axes, title: str, xlabel: str = "", ylabel: str = "") -> None:
    axes.set_title(title, loc="left", fontsize=10, color=INK)
    axes.set_xlabel(xlabel, fontsize=8, color=INK)
    axes.set_ylabel(ylabel, fontsize=8, color=INK)
    axes.tick_params(labelsize=8, colors=INK, length=0)
    axes.spines[["top", "right"]].set_visible(False)


def _save(figure: Figure, path: Path) -> None:
    with whole_file(path) as temporary:
        figure.savefig(temporary, dpi=110)


if __name__ == "__main__":
    terminal.quiet_libraries()
    sys.exit(failures.guard(update))
