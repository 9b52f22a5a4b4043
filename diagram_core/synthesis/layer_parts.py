"""Parts that the prompts of several kinds of networks share."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from diagram_core.notation.plan import SKIP_NAMES
from diagram_core.synthesis.phrasing import by, chance, count_word, pick
from diagram_core.wording import NUMERALS

SIDES = (28, 32, 64, 96, 105, 128, 224, 256, 512, 572)
PARTS = (  # how they are said, and how a plan says them
    ("conv", "conv"), ("conv 3x3", "conv3"), ("3x3 conv", "conv3"), ("1x1 conv", "conv1"), ("5x5 conv", "conv5"),
    ("max pool", "maxpool"), ("avg pool", "avgpool"), ("batch norm", '"batch norm"'), ("batchnorm", '"batchnorm"'),
    ("BN", '"BN"'), ("ReLU", '"ReLU"'), ("relu", '"relu"'), ("GELU", '"GELU"'), ("dropout", '"dropout"'),
    ("layer norm", '"layer norm"'), ("self-attention", '"self-attention"'), ("feed forward", '"feed forward"'),
    ("linear", '"linear"'), ("depthwise conv", '"depthwise conv"'), ("MLP", '"MLP"'), ("LSTM", '"LSTM"'),
    ("attention", '"attention"'), ("RMSNorm", '"RMSNorm"'), ("SwiGLU", '"SwiGLU"'), ("GRU", '"GRU"'),
)  # fmt: skip
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
SHORT_ORDINALS = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th")
LARGEST_IN_WORDS = 99
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
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


def units(rng: Random) -> str:
    """What neurons are called."""
    return pick(rng, "nodes", "nodes", "neurons", "units")


def size_row(sizes: Sequence[int]) -> str:
    """Layers as a plan says them."""
    return " ".join(str(size) for size in sizes)


def number_word(number: int) -> str:
    """A number below a hundred in words: `thirty-two`."""
    if number < len(NUMERALS):
        return NUMERALS[number]
    if number < len(NUMERALS) + len(_TEENS):
        return _TEENS[number - len(NUMERALS)]
    tens, ones = divmod(number, 10)
    return _TENS[tens - 2] + (f"-{NUMERALS[ones]}" if ones else "")


def in_words(rng: Random, number: int, largest: int = LARGEST_IN_WORDS, share: float = 0.6) -> str:
    """A number in words, if it is no larger than `largest`, or in figures."""
    if number > largest or not chance(rng, share):
        return str(number)
    dozens = {12: "a dozen", 24: "two dozen", 6: "half a dozen"}
    if number in dozens and number <= largest and chance(rng, 0.3):
        return dozens[number]
    return number_word(number) if chance(rng, 0.9) else number_word(number).replace("-", " ")


def forwards(rng: Random, layers: Sequence[str]) -> str:
    """Layers from first to last: `It starts with 8 inputs, goes on with 4 neurons and ends with one output`."""
    first, *middle, last = layers
    form = rng.randrange(4)
    if form == 0:
        links = ("then", "then", "after that", "next", "followed by", "and then", "")
        told = first + "".join(f", {pick(rng, *links)} {layer}".replace("  ", " ") for layer in middle)
        return f"{told}{pick(rng, ', and finally ', ', then ', ' and at the end ', ' and ', ', and last ')}{last}"
    if form == 1:
        start = pick(rng, "It starts with", "it begins with", "Starts with", "The first thing is", "It begins with")
        joints = (", continues with ", ", goes on with ", ", then has ", ", then ", ", after that ", ", followed by ")
        told = "".join(pick(rng, *joints) + layer for layer in middle)
        return f"{start} {first}{told}{pick(rng, ' and ends with ', ', and it ends with ', ' and finally ')}{last}"
    if form == 2:
        openings = ("Then", "Then", "After that", "Next", "Afterwards", "Behind it", "That goes into")
        end = pick(rng, "At the end", "Finally", "The last layer is", "It all ends in", "At the end there is")
        start = pick(rng, "First", "At the start", "The input is", "We begin with", "It starts with")
        return ". ".join(
            [f"{start} {first}", *(f"{pick(rng, *openings)} {layer}" for layer in middle), f"{end} {last}"]
        )
    return pick(rng, ", ", ", ", "; ", ", then ", " - ").join(layers)


def traced_back(rng: Random, layers: Sequence[str]) -> str:
    """Each layer by what feeds it: `On top we have 4 outputs, fed by a layer of 20. Below it there is ...`."""
    first, *middle, last = layers
    start = pick(
        rng, f"the final layer gives {last}", f"the last layer is {last}", f"in the end we get {last}",
        f"it gives {last}", f"what comes out at the end is {last}", f"on top we have {last}", f"the output: {last}",
    )  # fmt: skip
    links = (
        ", fed by", ". That is fed by", ", which comes from", ", and that comes from", ", these come from",
        ". They get their input from", ", this one is fed by", ", which gets its input from", ". Below it there is",
        ", before which comes", ", and before that", ", those come out of", ". It gets its values from",
    )  # fmt: skip
    told = "".join(f"{pick(rng, *links)} {layer}" for layer in reversed(middle))
    end = pick(
        rng, f", and at the very start we have {first}", f". At the very start we find {first}",
        f", and all starts with {first}", f". The first thing is {first}", f", and in the beginning we have {first}",
        f", and that comes from {first}",
    )  # fmt: skip
    return start + told + end


def opened(rng: Random, prompt: str) -> str:
    """The prompt, a few times with a heading whose number is no layer: `Figure 3: ...`, or with a capital."""
    if chance(rng, 0.12):
        noun = pick(
            rng, "Handout", "sheet", "Figure", "fig.", "Exercise", "Question", "Chapter", "Notes from day", "Homework",
            "Lecture", "Model", "Attempt", "version", "Part", "Task", "page", "Week",
        )  # fmt: skip
        number = count_word(rng, pick(rng, rng.randint(1, 9), rng.randint(1, 40)))
        joint = pick(rng, ": ", ". ") if prompt[0].isdigit() else pick(rng, ": ", ". ", ", ", " - ")
        return f"{noun} {number}{joint}{prompt}"
    return prompt[0].upper() + prompt[1:] if chance(rng, 0.25) else prompt


def backwards(rng: Random, layers: Sequence[str]) -> str:
    """Layers told from last to first: `the output is one neuron; before it come 4 neurons; the input is 8 values`."""
    first, *middle, last = layers
    start = pick(
        rng, f"the output is {last}", f"at the end {last}", f"{last} at the very end", f"it ends in {last}",
        f"the last layer is {last}", f"from the end backwards: {last}", f"at the top {last}",
    )  # fmt: skip
    link = pick(rng, "before that", "before it", "right before that", "in front of that", "", "fed by", "preceded by")
    links = ("before that", "before it", "before those", "ahead of that", "in front of it", "one step earlier")
    told = [f"{link or pick(rng, *links)} {layer}" for layer in reversed(middle)]
    end = pick(
        rng, f"and the input is {first}", f"and at the start {first}", f"the input is {first}", f"{first} at the start",
        f"and it all begins with {first}", f"and in front of everything {first}", f"and the input: {first}",
    )  # fmt: skip
    return pick(rng, "; ", ", ", ", ", ". ").join([start, *told, end])


def with_skips(words: Sequence[str], skips: Sequence[tuple[int, int]]) -> str:
    """A plan of layers, some with a skip from one to another by their places; a name is free again once it is added."""
    named: dict[int, str] = {}
    told = []
    for place, word in enumerate(words):
        marks = [f"+{named.pop(source)}" for source, target in skips if target == place]
        if any(source == place for source, _ in skips):
            named[place] = next(name for name in SKIP_NAMES if name not in named.values())
            marks.append(f"@{named[place]}")
        told.append(" ".join([word, *marks]))
    return " ".join(told)


def said_skip(rng: Random, source: str, target: str) -> str:
    """What is said of a connection past layers: `what comes out of the input is also added to the output`."""
    noun = pick(rng, "skip connection", "skip", "residual connection", "shortcut", "residual", "skip connection")
    return pick(
        rng, f"a {noun} from {source} to {target}", f"a {noun} goes from {source} to {target}",
        f"there is a {noun} from {source} to {target}", f"one {noun} from {source} into {target}",
        f"the output of {source} is also added to {target}", f"what comes out of {source} is also added to {target}",
        f"{source} is {pick(rng, 'wired', 'connected', 'linked')} directly to {target} as well",
        f"{source} is also {pick(rng, 'wired', 'connected', 'linked')} directly to {target}",
        f"{target} also gets the output of {source}", f"{source} also feeds {target} directly",
        f"{source} also {pick(rng, 'skips', 'jumps', 'goes straight')} {pick(rng, 'to', 'into')} {target}",
        f"an extra arrow goes from {source} straight to {target}",
    )  # fmt: skip
