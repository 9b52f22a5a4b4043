"""Parts that the prompts of several kinds of networks share."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.phrasing import by, chance, count_word, pick

SIDES = (28, 32, 64, 96, 105, 128, 224, 256, 512, 572)
PARTS = (  # how they are said, and how a plan says them
    ("conv", "conv"), ("conv 3x3", "conv3"), ("3x3 conv", "conv3"), ("1x1 conv", "conv1"), ("5x5 conv", "conv5"),
    ("max pool", "maxpool"), ("avg pool", "avgpool"), ("batch norm", '"batch norm"'), ("batchnorm", '"batchnorm"'),
    ("BN", '"BN"'), ("ReLU", '"ReLU"'), ("relu", '"relu"'), ("GELU", '"GELU"'), ("dropout", '"dropout"'),
    ("layer norm", '"layer norm"'), ("self-attention", '"self-attention"'), ("feed forward", '"feed forward"'),
    ("linear", '"linear"'), ("depthwise conv", '"depthwise conv"'), ("MLP", '"MLP"'), ("LSTM", '"LSTM"'),
    ("attention", '"attention"'), ("RMSNorm", '"RMSNorm"'), ("SwiGLU", '"SwiGLU"'), ("GRU", '"GRU"'),
)  # fmt: skip
_SIZES = (8, 16, 20, 32, 50, 64, 100, 128, 200, 256, 512)


def any_size(rng: Random) -> int:
    """A number of neurons, half of the time one that is often chosen."""
    return pick(rng, *_SIZES) if chance(rng, 0.6) else rng.randint(2, 40)


def any_sizes(rng: Random, low: int, high: int) -> list[int]:
    """From `low` to `high` of them."""
    return [any_size(rng) for _ in range(rng.randint(low, high))]


def arrows(rng: Random, sizes: list[int]) -> str:
    """`784-256-10`, with one kind of arrow."""
    return pick(rng, "-", " -> ", "->", ", ").join(str(size) for size in sizes)


def outputs_part(rng: Random) -> tuple[str, int]:
    """(what is said of the output layer, its size)."""
    count = pick(rng, 1, 1, 2, 3, 5, 10, 100)
    noun = pick(rng, "output", "classes", "outputs") if count > 1 else pick(rng, "output", "output node")
    return f"{count} {noun}", count


def in_a_row(words: str, count: int) -> str:
    """Layers of a plan, so many times one after the other."""
    return words if count == 1 else f"( {words} )*{count}"


def conv_run(rng: Random) -> tuple[str, str]:
    """A run of convolutions, by their number."""
    count = rng.randint(1, 3)
    kernel = pick(rng, "", "3")
    noun = pick(rng, "conv", "convolutional", "conv")
    size = f"{by(rng, 3, 3)} " if kernel else ""
    words = f"conv{kernel}" if count == 1 else f"conv{kernel}*{count}"
    return (f"a {size}{noun} layer" if count == 1 else f"{count_word(rng, count)} {size}{noun} layers"), words
