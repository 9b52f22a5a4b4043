"""Networks of dense layers told in sentences, in any order, in words or by relation, each with the body of its plan."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from diagram_core.synthesis.layer_parts import backwards, forwards, in_words, opened, size_row, traced_back, units
from diagram_core.synthesis.phrasing import chance, pick
from diagram_core.synthesis.remarks import remarked
from diagram_core.wording import NUMERALS

LARGEST_NUMERAL = len(NUMERALS) - 1
MAX_HIDDEN = 4
_COMMON_SIZES = (16, 20, 24, 30, 32, 40, 48, 50, 60, 64, 80, 100, 128, 200, 256, 300, 512, 1000)
_HEADS = (
    "neural network", "net", "a network", "NN", "a small network", "MLP", "the network", "my network", "nn",
    "a fully connected network", "feedforward net", "model", "our model", "a little neural net", "dense net",
    "the brain of our app",
)  # fmt: skip
_HALF = ("half as many", "half that number", "half of that", "half the size")
_TWICE = ("twice as many", "double that", "twice that number", "double the size", "twice the size")
_SAME = ("the same number", "just as many", "the same size", "equally many", "as many")

Say = Callable[[int], str]  # a number, in words or in figures


def dense_story(rng: Random, largest: int = LARGEST_NUMERAL) -> tuple[str, str]:
    """Sentences: `3 outputs at the end, eleven inputs at the start, and in the middle one layer of 20`."""
    share = pick(rng, 0.0, 0.5, 1.0)

    def say(number: int) -> str:
        return in_words(rng, number, largest, share)

    form = pick(
        rng, _in_order, _in_order, _from_the_end, _from_the_end, _by_place, _by_place, _between, _terse, _going_down,
        _nothing_between if chance(rng, 0.5) else _going_down,
    )  # fmt: skip
    prompt, body = form(rng, say)
    if chance(rng, 0.6):
        prompt = f"{pick(rng, *_HEADS)}{pick(rng, ': ', ', ', ' - ', '. ', ' like this: ')}{prompt}"
    prompt = opened(rng, prompt)
    return (remarked(rng, prompt) if chance(rng, 0.35) else prompt), body


def worded_dense(rng: Random) -> tuple[str, str]:
    """The same with numbers up to ninety-nine in words: `thirty-two neurons`."""
    return dense_story(rng, largest=99)


def _size(rng: Random) -> int:
    """A size, often one of those that sound alike."""
    return pick(rng, rng.randint(2, 12), rng.randint(9, 20), rng.randint(2, 99), pick(rng, *_COMMON_SIZES))


def _output_size(rng: Random) -> int:
    return pick(rng, 1, rng.randint(2, 5), rng.randint(6, 13), _size(rng))


def _inputs(rng: Random, say: Say, size: int) -> str:
    noun = pick(
        rng, "inputs", "inputs", "input neurons", "features", "input values", "measurements", "numbers", "columns"
    )
    return f"{say(size)} {noun}"


def _outputs(rng: Random, say: Say, size: int) -> str:
    if size == 1:
        return pick(
            rng, "one output", "1 output", "a single output", "one output neuron", "1 neuron", "a single neuron"
        )
    return f"{say(size)} {pick(rng, 'outputs', 'outputs', 'output neurons', 'classes', 'output values', 'neurons')}"


def _hidden_layers(rng: Random, say: Say) -> tuple[list[str], str]:
    """Each hidden layer as it is said, and how a plan says them; equal ones may be told together."""
    if chance(rng, 0.35):
        count, size = rng.randint(2, 6), _size(rng)
        number = say(count)
        unit, layers = units(rng), pick(rng, "layers", "hidden layers", "middle layers", "layers")
        told = pick(
            rng, f"{number} {layers} of {say(size)} {unit}", f"{number} {layers} of {say(size)} {unit} each",
            f"{number} {layers} with {say(size)} {unit} each", f"{number} {layers}, each with {say(size)} {unit}",
            f"{number} equal {layers} of {say(size)}", f"{number} {layers} of {say(size)}",
            f"{number} times a layer of {say(size)}",
        )  # fmt: skip
        return [told], f"{size}*{count}"
    sizes = [_size(rng) for _ in range(pick(rng, 1, 1, 2, 2, 3, MAX_HIDDEN))]
    unit = units(rng)
    form = pick(
        rng, "{} {unit}", "a layer of {}", "a layer of {} {unit}", "a layer with {} {unit}", "{} hidden {unit}",
        "a hidden layer of {}", "a hidden layer with {} {unit}", "one layer of {} {unit}", "a dense layer of {}",
    )  # fmt: skip
    return [form.format(say(size), unit=unit) for size in sizes], size_row(sizes)


def _in_order(rng: Random, say: Say) -> tuple[str, str]:
    """`It starts with eleven inputs, continues with a layer of 20 and ends with one output`."""
    inputs, outputs = _size(rng), _output_size(rng)
    layers, row = _hidden_layers(rng, say)
    told = [_inputs(rng, say, inputs), *layers, _outputs(rng, say, outputs)]
    return forwards(rng, told), f"{inputs} {row} {outputs}"


def _from_the_end(rng: Random, say: Say) -> tuple[str, str]:
    """`The output is 1 neuron; before it come 32 neurons; before those 16; and the input is 8 values`."""
    inputs, outputs = _size(rng), _output_size(rng)
    layers, row = _hidden_layers(rng, say)
    first = pick(rng, _inputs(rng, say, inputs), f"{say(inputs)} values")
    told = pick(rng, backwards, traced_back)(rng, [first, *layers, _outputs(rng, say, outputs)])
    return told, f"{inputs} {row} {outputs}"


def _going_down(rng: Random, say: Say) -> tuple[str, str]:
    """`We go from 300 columns down to 90 and finally 4 outputs`."""
    inputs, outputs = pick(rng, rng.randint(20, 1000), pick(rng, 128, 256, 400, 784)), pick(rng, 2, rng.randint(1, 12))
    sizes = sorted((rng.randint(8, max(9, inputs - 1)) for _ in range(rng.randint(1, 4))), reverse=True)
    if chance(rng, 0.4):
        sizes = [_size(rng) for _ in sizes]
    falls = [inputs, *sizes] == sorted([inputs, *sizes], reverse=True)
    verb = pick(rng, "we go", "it shrinks", "it runs", "it narrows") if falls else pick(rng, "it runs", "runs", "we go")
    first, last = _inputs(rng, say, inputs), _outputs(rng, say, outputs)
    link = pick(rng, ", then ", ", then ", ", ", " and then ", ", then to ", ", from there to ", " to ")
    down = pick(rng, " down to ", " down to ", " to ") if falls else pick(rng, " to ", " over ", " through ")
    prompt = f"{verb} from {first}{down}{link.join(say(size) for size in sizes)}"
    end = pick(rng, link, ", then ", " and finally ", ", and ends in ", " and at the end ", " and out come ")
    return f"{prompt}{end}{last}", size_row([inputs, *sizes, outputs])


def _nothing_between(rng: Random, say: Say) -> tuple[str, str]:
    """`Perceptron: 5 numbers -> 3 classes, no hidden layer`."""
    inputs, outputs = _size(rng), _output_size(rng)
    first, last = _inputs(rng, say, inputs), _outputs(rng, say, outputs)
    without = pick(
        rng, "nothing between them", "nothing else between", "no hidden layer", "without anything in between",
        "no layers in the middle", "and that is all", "straight from one to the other", "zero hidden layers",
        "directly connected", "and nothing else", "no hidden neurons at all",
    )  # fmt: skip
    joint = pick(rng, ", ", " and ", " -> ", ", then ", " straight into ", " go directly to ")
    head = pick(rng, "", "", "perceptron: ", "perceptron with ", "perceptron, ", "linear model: ", "single layer: ")
    comma = pick(rng, ", ", "; ", " - ", ". ", ", ")
    parts = [first + joint + last, without] if chance(rng, 0.8) or "," not in joint else [f"{last}, {first}", without]
    return head + comma.join(parts), size_row([inputs, outputs])


def _by_place(rng: Random, say: Say) -> tuple[str, str]:
    """`Three outputs at the end, eleven inputs at the start, and in the middle one layer of 20`, in any order."""
    inputs, outputs = _size(rng), _output_size(rng)
    layers, row = _hidden_layers(rng, say)
    middle = pick(rng, ", then ", " and then ", " and ", ", after that ").join(layers)
    parts = [
        pick(
            rng, "{} at the start", "at the start {}", "{} at the front", "{} go in", "it takes {}", "it has {}"
        ).format(_inputs(rng, say, inputs)),
        pick(rng, "in the middle {}", "{} in the middle", "in between {}", "{} in between", "inside {}").format(middle),
        pick(rng, "{} at the end", "at the end {}", "it ends in {}", "{} come out", "the result is {}").format(
            _outputs(rng, say, outputs)
        ),
    ]
    rng.shuffle(parts)
    joint = pick(rng, ", ", "; ", ". ", ", ")
    last = pick(rng, ", and ", " and ", joint) if joint == ", " else joint
    return joint.join(parts[:-1]) + last + parts[-1], f"{inputs} {row} {outputs}"


def _between(rng: Random, say: Say) -> tuple[str, str]:
    """`Two layers of 20 neurons between eleven inputs and one output`."""
    inputs, outputs = _size(rng), _output_size(rng)
    layers, row = _hidden_layers(rng, say)
    middle = pick(rng, " and then ", ", then ", " followed by ").join(layers)
    first, last = _inputs(rng, say, inputs), _outputs(rng, say, outputs)
    prompt = pick(
        rng,
        f"{middle} between {first} and {last}",
        f"{middle} sit between {first} and {last}",
        f"between {first} and {last} there {pick(rng, 'is', 'are')} {middle}",
        f"it gets {first} and has to give {last}, with {middle} in between",
        f"{last} out of {first}, and on the way {middle}",
        f"from {first} to {last} through {middle}",
    )
    return prompt, f"{inputs} {row} {outputs}"


def _terse(rng: Random, say: Say) -> tuple[str, str]:
    """`eleven in, thirty-two hidden, three out`, or numbers alone."""
    inputs, outputs = _size(rng), _output_size(rng)
    sizes = [_size(rng) for _ in range(pick(rng, 1, 1, 2, 2, 3))]
    row = [say(size) for size in sizes]
    each = pick(rng, ", ", " and ", " then ").join(row)
    prompt = pick(
        rng,
        f"{say(inputs)} in, {each} hidden, {say(outputs)} out",
        f"in {say(inputs)}, hidden {each}, out {say(outputs)}",
        f"{say(inputs)} inputs {each} hidden {say(outputs)} outputs",
        f"{say(outputs)} out, {say(inputs)} in, {each} hidden",
        f"{each} hidden, {say(inputs)} in and {say(outputs)} out",
        pick(rng, " to ", " -> ", ", ", " then ", " into ").join([say(inputs), *row, say(outputs)]),
    )
    return prompt, size_row([inputs, *sizes, outputs])


def related_dense(rng: Random) -> tuple[str, str]:
    """Sizes told by the size before: `20 inputs, a hidden layer with half as many, another half of that, 1 output`."""
    inputs, outputs = 8 * rng.randint(1, 32), _output_size(rng)
    share = pick(rng, 0.0, 0.5, 1.0)

    def say(number: int) -> str:
        return in_words(rng, number, share=share)

    if chance(rng, 0.3):
        prompt, sizes = _shrinking(rng, say, inputs)
    else:
        prompt, sizes = _related_layers(rng, say, inputs)
    if chance(rng, 0.2):
        outputs = inputs
        end = pick(rng, "as many outputs as inputs", "the same number of outputs as inputs")
    else:
        end = _outputs(rng, say, outputs)
    head = pick(rng, "", f"{pick(rng, *_HEADS)}: ", f"{pick(rng, *_HEADS)}, ", f"{pick(rng, *_HEADS)} with ")
    prompt = f"{head}{prompt}{pick(rng, ', ', ', and ', ' and finally ', '. At the end ', ', then ')}{end}"
    return (remarked(rng, prompt) if chance(rng, 0.2) else prompt), size_row([inputs, *sizes, outputs])


def _shrinking(rng: Random, say: Say, inputs: int) -> tuple[str, list[int]]:
    """`Three hidden layers, each half as wide as the one before`."""
    count, grows, first = rng.randint(2, 3), chance(rng, 0.3), pick(rng, 16, 32, 40, 48, 64, 100, 128, 200, 256)
    each = pick(rng, "each {} as wide as the one before", "each {} the size of the one before it", "each time {}")
    form = each.format("twice" if grows else "half")
    unit = units(rng)
    told = pick(
        rng,
        f"{say(count)} hidden layers, the first with {say(first)} {unit} and {form}",
        f"{say(count)} hidden layers starting with {say(first)} {unit}, {form}",
        f"{say(count)} layers that begin at {say(first)} and {form}",
    )
    return f"{_inputs(rng, say, inputs)}, {told}", [first << i if grows else first >> i for i in range(count)]


def _related_layers(rng: Random, say: Say, inputs: int) -> tuple[str, list[int]]:
    """Each hidden layer by its own relation to the layer before."""
    told, sizes, here = [_inputs(rng, say, inputs)], [], inputs
    unit = units(rng)
    for place in range(pick(rng, 1, 1, 2, 3)):
        options: list[tuple[tuple[str, ...], int]] = [(_SAME, here), (_TWICE, 2 * here)]
        options += [(_HALF, here // 2)] * 2 if here % 2 == 0 else []
        if place == 0 and chance(rng, 0.3):
            here = pick(rng, 16, 20, 32, 40, 64, 128)
            told.append(f"a hidden layer of {say(here)} {unit}")
        else:
            phrases, here = pick(rng, *options)
            told.append(_relation(rng, place, pick(rng, *phrases), unit))
        sizes.append(here)
    return pick(rng, ", ", ", then ", ", and then ", "; ").join(told), sizes


def _relation(rng: Random, place: int, amount: str, unit: str) -> str:
    layer = "a hidden layer" if place == 0 else pick(rng, "another", "a second layer", "the next one", "another layer")
    if place > 1:
        layer = pick(rng, "another", "one more layer", "the next one", "a third layer")
    if amount in ("the same size", "half the size", "twice the size", "double the size"):
        return f"{layer} {pick(rng, 'of', 'that has')} {amount}"
    noun = f" {unit}" if amount.endswith("many") and chance(rng, 0.5) else ""
    if (amount.endswith("many") or amount == "the same number") and chance(rng, 0.4):
        before = "the inputs" if place == 0 else pick(rng, "the one before", "the layer before it", "the previous one")
        return f"{layer} with {amount}{noun} as {before}"
    return f"{layer} with {amount}{noun}"
