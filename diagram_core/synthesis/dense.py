"""Networks of dense layers in words, each with the body of its plan; a plan repeats the prompt's own order and counts.

That a plan says what the prompt says, in the same order, is what a small model can learn: `2 layers of 8` becomes
`8*2`, and two layers named one after the other become `8 8`. Both read as the same structure.
"""

from __future__ import annotations

from itertools import pairwise
from random import Random

from diagram_core.synthesis.dense_stories import LARGEST_NUMERAL, dense_story
from diagram_core.synthesis.layer_parts import in_words, size_row, units
from diagram_core.synthesis.phrasing import chance, count_word, enumeration, pick

DENSE_SIZES = (
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 20, 24, 32, 48, 50, 64, 100, 128, 256, 300, 512, 784, 1000, 1024,
)  # fmt: skip

HEADS = (
    "DL model", "NN model", "NN", "neural network", "neural net", "A deep learning model", "deep neural network",
    "network",     "a neural network",
)  # fmt: skip
_DENSE_HEADS = (
    *HEADS, "MLP", "multilayer perceptron", "fully connected network", "feedforward network", "CNN", "CNN model",
    "Conv neural network", "Convolutional neural network", "ANN", "DNN", "net", "deep net", "feed forward network",
    "classifier", "regression network", "simple network", "fully connected net", "nn", "mlp",
)  # fmt: skip
_INPUT_NOUNS = ("state", "observation", "feature vector", "input vector", "embedding", "sample", "sensor vector")
_OUTPUT_NOUNS = ("action", "output vector", "prediction", "action space", "target", "score vector", "label vector")
ROUND_NUMBERS = {2: ("a pair of", "a couple of"), 6: ("half a dozen",), 12: ("a dozen",)}
VERBS = ("with", "of", "consist of", "consists of", "consisting of", "that has", "having", "made of")


def dense(rng: Random) -> tuple[str, str]:
    """A network of dense layers: (prompt, body of the plan)."""
    if chance(rng, 0.3):
        return dense_story(rng)
    small = chance(rng, 0.6)
    sizes = [_size(rng, small) for _ in range(rng.randint(1, 6) if chance(rng, 0.3) else rng.randint(1, 3))]
    inputs = _size(rng, small)
    outputs = rng.randint(1, 3) if chance(rng, 0.5) else _size(rng, small)
    if chance(rng, 0.04):
        return _perceptron(rng, inputs, outputs)
    form = pick(
        rng,
        _listed,
        _listed,
        _listed,
        _arrows,
        _arrows,
        _counted,
        _ordered,
        _task,
        _reordered,
        _reordered,
        _terse,
        _terse,
        _activated,
        _as_code,
        _relative,
        *6 * (_composed,),
    )
    return form(rng, inputs, sizes, outputs)


def _size(rng: Random, small: bool) -> int:
    if small:
        return rng.randint(1, 12)
    return pick(rng, *DENSE_SIZES) if chance(rng, 0.7) else rng.randint(1, 2000)


def _input(rng: Random, size: int) -> str:
    noun = pick(
        rng,
        "input layer nodes",
        "input nodes",
        "input size",
        "input elements",
        "inputs",
        "input neurons",
        "input features",
    )
    return f"{in_words(rng, size, LARGEST_NUMERAL, 0.2)} {noun}"


def output(rng: Random, size: int) -> str:
    """What is said of the output layer."""
    noun = pick(
        rng,
        "output layer nodes",
        "output nodes",
        "output size",
        "output elements",
        "outputs",
        "output neurons",
        "output element",
    )
    return f"{in_words(rng, size, LARGEST_NUMERAL, 0.2)} {noun}"


def hidden(rng: Random, sizes: list[int]) -> str:
    """What is said of the hidden layers, as people say it who count nodes: `4 and 6 nodes in 2 hidden layers`."""
    adjective = pick(rng, "hidden", "hidden", "mid", "intermediate")
    place = f"{pick(rng, '', '', 'the ')}{adjective} {pick(rng, 'layers', 'layers', 'layer')}"
    place = pick(rng, place, place, "hiddens", "the hiddens")
    count = count_word(rng, len(sizes)) if chance(rng, 0.3) else str(len(sizes))
    where = place
    if len(sizes) > 1 and chance(rng, 0.5):
        where = f"{pick(rng, '', 'each of the ')}{count} {place.removeprefix('the ')}"
    lead = "and " if len(sizes) == 1 and chance(rng, 0.6) else ""
    return f"{lead}{enumeration(rng, [str(size) for size in sizes])} {units(rng)} in {where}"


def _listed(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    head = f"{pick(rng, *_DENSE_HEADS)} {pick(rng, *VERBS)}"
    prompt = (
        f"{head} {_input(rng, inputs)}, {hidden(rng, sizes)}, {pick(rng, 'and ', 'and ', '')}{output(rng, outputs)}"
    )
    return prompt, size_row([inputs, *sizes, outputs])


def _arrows(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    arrow = pick(rng, "-", "-", " -> ", "->", " > ", ", ", " → ", " - ", " ", "/", " to ")
    layers = arrow.join(str(size) for size in [inputs, *sizes, outputs])
    head = pick(rng, *_DENSE_HEADS)
    prompt = pick(
        rng,
        layers,
        layers,
        f"{head} {layers}",
        f"{head} [{layers}]",
        f"{layers} {head}",
        f"{head} with layers {layers}",
        f"{head}, layers: {layers}",
        f"{head} with layer sizes ({layers})",
        f"{head}, {len(sizes) + 2} layers: {layers}",
        f"{count_word(rng, len(sizes) + 2)} layer {head}: {layers}",
        f"{head} with {count_word(rng, len(sizes) + 2)} layers ({layers})",
    )
    return prompt, size_row([inputs, *sizes, outputs])


def _counted(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    count = rng.randint(2, 6)
    size = sizes[0]
    head = f"{pick(rng, *_DENSE_HEADS)} {pick(rng, *VERBS)}"
    layers = pick(
        rng,
        f"{count_word(rng, count)} hidden layers of {size} {units(rng)} each",
        f"{count_word(rng, count)} hidden layers with {size} {units(rng)} each",
        f"{count_word(rng, count)} hidden layers of {size} {units(rng)}",
        f"{count_word(rng, count)} layers of {size} {units(rng)}",
        f"{count_word(rng, count)} hidden layers of size {size}",
    )
    return (
        f"{head} {_input(rng, inputs)}, {layers}{pick(rng, ', and ', ' and ', ', ')}{output(rng, outputs)}",
        (f"{inputs} {size}*{count} {outputs}"),
    )


def _ordered(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    sizes = sizes[:4]
    ordinals = ("first", "second", "third", "fourth")
    if len(sizes) == 1:
        layers = (
            f"{pick(rng, 'one hidden layer', 'a hidden layer', 'a single hidden layer')} of {sizes[0]} {units(rng)}"
        )
    else:
        layers = ", ".join(
            f"{pick(rng, '', 'the ')}{ordinals[i]} hidden layer {pick(rng, 'has', 'with', 'of')} {size}"
            + pick(rng, "", f" {units(rng)}")
            for i, size in enumerate(sizes)
        )
    head = pick(rng, *_DENSE_HEADS)
    start = pick(rng, f"{head}: ", f"{head} with ", f"{head}, ")
    middle = pick(
        rng,
        f"input layer of {inputs}",
        f"an input layer with {inputs} {units(rng)}",
        f"input {inputs}",
        _input(rng, inputs),
    )
    end = pick(
        rng,
        f"output layer of {outputs}",
        f"an output layer with {outputs} {units(rng)}",
        f"output {outputs}",
        output(rng, outputs),
    )
    return f"{start}{middle}, {layers}, {pick(rng, '', 'and ')}{end}", size_row([inputs, *sizes, outputs])


def _task(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """What goes in and what comes out, with the hidden layers last: the plan has another order than the prompt."""
    features = pick(rng, "features", "inputs", "input values", "measurements", "sensors", "columns")
    classes = pick(rng, "classes", "outputs", "categories", "values", "targets")
    hidden = enumeration(rng, [str(size) for size in sizes])
    layers = pick(
        rng,
        f"hidden layers of {hidden}",
        f"{hidden} hidden {units(rng)}",
        f"{hidden} {units(rng)} in between",
        f"hidden layers {hidden}",
    )
    verb = pick(rng, "that maps", "from", "which takes", "for")
    return f"{pick(rng, *_DENSE_HEADS)} {verb} {inputs} {features} to {outputs} {classes}, {layers}", size_row(
        [inputs, *sizes, outputs]
    )


def _reordered(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """Layers told in another order than they stand in."""
    sizes = sizes[:3]
    unit = units(rng)
    start = f"input layer {pick(rng, 'with', 'of')} {inputs}"
    end = f"output layer {pick(rng, 'with', 'of')} {outputs} {unit}"
    count = rng.randint(2, 5)
    equal = f"{count_word(rng, count)} hidden layers of {sizes[0]} {unit}"
    if chance(rng, 0.4):
        told = pick(
            rng,
            f"{equal}, {_number(rng, inputs)} inputs, {_number(rng, outputs)} outputs",
            f"{equal}{pick(rng, ' each', '')} between {inputs} inputs and {outputs} outputs",
            f"{outputs} outputs, {equal}, {inputs} inputs",
        )
        return _headed(rng, told), f"{inputs} {sizes[0]}*{count} {outputs}"
    hidden = enumeration(rng, [str(size) for size in sizes])
    ordinals = ("first", "second", "third")
    placed = " and ".join(f"{ordinals[i]}{' has' if i else ' hidden layer has'} {n}" for i, n in enumerate(sizes))
    middle = f"hidden {'layer' if len(sizes) == 1 else 'layers'} {pick(rng, 'with', 'of')} {hidden}"
    told = pick(
        rng,
        f"{end}, {start}, {middle}",
        f"{end}, {middle}, {start}",
        f"{middle}, {inputs} inputs, {outputs} outputs",
        f"{inputs} inputs and {outputs} outputs, {middle}",
        f"{inputs} inputs, {outputs} {pick(rng, 'outputs', 'classes')}, and {middle} in between",
        f"network whose {placed}; {inputs} inputs, {outputs} {'output' if outputs == 1 else 'outputs'}",
    )
    return _headed(rng, told), size_row([inputs, *sizes, outputs])


def _terse(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """Numbers with hardly a word: `five inputs, six hidden, two outputs`."""
    each = pick(rng, ", ", " and ").join(_number(rng, size) for size in sizes)
    count = rng.randint(2, 6)
    size = sizes[0]
    row, equal = size_row(sizes), f"{size}*{count}"
    told, body = pick(
        rng,
        (f"{_number(rng, inputs)} inputs, {each} hidden, {_number(rng, outputs)} outputs", row),
        (f"{_number(rng, inputs)} in, {each} hidden, {_number(rng, outputs)} out", row),
        (f"input dim {inputs}, hidden dims {each}, output dim {outputs}", row),
        (f"input {inputs}, hidden {each}, output {outputs}", row),
        (f"{inputs} inputs, 1 hidden layer ({size} {units(rng)}), {outputs} outputs", str(size)),
        (f"{inputs} input nodes, one hidden layer with {size} and {outputs} output nodes", str(size)),
        (
            f"{inputs} features, {count} hidden layers of {size} {units(rng)} each, predicts {outputs} values",
            equal,
        ),
        (f"input({inputs}), {', '.join(f'hidden({size})' for size in sizes)}, output({outputs})", row),
        (f"input: {inputs}, hidden: {each}, output: {outputs}", row),
        (f"{inputs} inputs -> {' -> '.join(f'{size} hidden' for size in sizes)} -> {outputs} outputs", row),
        (
            f"input layer ({inputs}), {', '.join(f'hidden ({size})' for size in sizes)}, output layer ({outputs})",
            row,
        ),
        (f"Input {inputs}, {', '.join(f'Dense({size})' for size in sizes)}, Dense({outputs})", row),
        (f"{inputs} features, hidden layer sizes ({each}), {outputs} classes", row),
        (f"{inputs} features in, {count_word(rng, count)} x {size} hidden, {outputs} out", equal),
    )
    return _headed(rng, told), f"{inputs} {body} {outputs}"


def _activated(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """Activations or dropout, named layer by layer or once for all hidden layers."""
    name = pick(rng, "relu", "ReLU", "ReLU", "tanh", "sigmoid", "GELU", "leaky ReLU", "dropout 0.5", "dropout 0.2")
    last = pick(rng, "", "softmax", "softmax", "sigmoid", "linear")
    row = " ".join(f'{size} "{name}"' for size in sizes)
    if chance(rng, 0.5):
        arrow = pick(rng, " -> ", " -> ", ", ", " > ", "-")
        each = pick(rng, "{} {}", "{} ({})", "{}({})").format
        told = arrow.join([str(inputs), *(each(size, name) for size in sizes)])
        end = each(outputs, last) if last else str(outputs)
        prompt = (
            f"{pick(rng, '', '', f'{pick(rng, *_DENSE_HEADS)} ', f'{pick(rng, *_DENSE_HEADS)}: ')}{told}{arrow}{end}"
        )
        return prompt, f"{inputs} {row} {outputs}" + (f' "{last}"' if last else "")
    hidden = enumeration(rng, [str(size) for size in sizes])
    place = "the hidden layer" if len(sizes) == 1 else pick(rng, "each hidden layer", "every hidden layer")
    told = pick(
        rng,
        f"{inputs} inputs, hidden layers of {hidden} and {outputs} outputs, {name} after {place}",
        f"{inputs} inputs, {hidden} hidden {units(rng)} and {outputs} outputs, with {name} after {place}",
        f"{_arrow_row(rng, [inputs, *sizes, outputs])} with {name} after {place}",
    )
    return _headed(rng, told), f"{inputs} {row} {outputs}"


def _composed(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """What goes in, what is hidden and what comes out, each worded by itself, in any order."""
    hidden, body = _hidden_part(rng, sizes[:4])
    parts = [_input_part(rng, inputs), hidden, _output_part(rng, outputs)]
    if chance(rng, 0.5):
        rng.shuffle(parts)
    return _headed(rng, _joined(rng, parts)), f"{inputs} {body} {outputs}"


def _joined(rng: Random, parts: list[str]) -> str:
    comma = pick(rng, ", ", ", ", ", ", "; ", ". ", " | ", " / ", ", then ", " - ")
    last = pick(rng, ", and ", " and ", comma) if comma == ", " else comma
    if comma == ". " and chance(rng, 0.6):
        parts = [part[0].upper() + part[1:] for part in parts]
    return comma.join(parts[:-1]) + last + parts[-1]


def _input_part(rng: Random, size: int) -> str:
    unit, number = units(rng), _number(rng, size)
    return pick(
        rng, f"{number} inputs", f"{number} inputs", f"{number} input {unit}", f"{size} input features",
        f"{size} features", f"inputs: {size}", f"input: {size}", f"input size {size}", f"input dim {size}",
        f"input dimension of {size}", f"input layer: {size}", f"input layer of {size}", f"input layer of size {size}",
        f"an input layer with {number} {unit}", f"input = {size}", f"inputs={size}", f"{size} in", f"n_in={size}",
        f"takes {size} features", f"{size}-dimensional input", f"{size} dim input", f"input ({size})", f"input {size}",
        f"{number} {unit} in the input layer", f"{size} {unit} input", f"input layer {size}", f"in: {size}",
        f"an input of {size}", f"{pick(rng, *_INPUT_NOUNS)} of size {size}",
        f"{size} values in", f"{number} input variables", f"{size} predictors",
    )  # fmt: skip


def _output_part(rng: Random, size: int) -> str:
    unit, number = units(rng), _number(rng, size)
    if size == 1 and chance(rng, 0.5):
        return pick(
            rng, "a single output", "one output", "one output neuron", "a single output node", "1 output", "one out",
            "a single output unit", "an output neuron", "predicts one value", "one value out",
        )  # fmt: skip
    return pick(
        rng, f"{number} outputs", f"{number} outputs", f"{number} output {unit}", f"{size} classes", f"out: {size}",
        f"outputs: {size}", f"output: {size}", f"output size {size}", f"output dim {size}", f"output {size}",
        f"output dimension of {size}", f"output layer: {size}", f"output layer of {size}", f"output = {size}",
        f"output layer of size {size}", f"an output layer with {number} {unit}", f"outputs={size}", f"{size} out",
        f"predicts {size} values", f"{size}-dimensional output", f"output ({size})", f"{size} {unit} output",
        f"{number} {unit} in the output layer", f"output layer {size}", f"n_out={size}", f"{number} output classes",
        f"{size} labels", f"{pick(rng, *_OUTPUT_NOUNS)} of size {size}",
        f"an output of {size}", f"{number} targets", f"classifies into {size} classes",
    )  # fmt: skip


def _hidden_part(rng: Random, sizes: list[int]) -> tuple[str, str]:
    """(what is said of the hidden layers, how a plan says it)."""
    unit, size = units(rng), sizes[0]
    if len(sizes) == 1 and chance(rng, 0.5):
        one = pick(rng, "one", "a", "a single", "1")
        told = pick(
            rng, f"{one} hidden layer of {size}", f"{one} hidden layer with {size} {unit}", f"{size} hidden {unit}",
            f"{one} hidden layer ({size})", f"{one} hidden layer ({size} {unit})", f"hidden layer: {size}",
            f"hidden {size}", f"{_number(rng, size)} hidden", f"hidden: {size}", f"{one} hidden layer of size {size}",
            f"hidden size {size}", f"{size} {unit} in the hidden layer", f"hidden layer {size}", f"hidden={size}",
        )  # fmt: skip
        return told, str(size)
    if len(sizes) == 1:
        count = rng.randint(2, 8)
        number = count_word(rng, count)
        told = pick(
            rng, f"{number} hidden layers of {size}", f"{number} hidden layers of {size}", f"{count} x {size} hidden",
            f"{number} hidden layers of size {size}", f"{number} hidden layers with {size} {unit} each",
            f"{number} hidden layers ({size} {unit} each)", f"{number} hidden layers, each with {size} {unit}",
            f"{number} hidden layers, {size} {unit} each", f"{number} layers of {size} in between",
            f"hidden layers: {count} x {size}", f"{number} {size}-unit hidden layers", f"{size} hidden x{count}",
            f"{number} hidden layers each of {size}", f"{number} equal hidden layers of {size}",
            f"{size} {unit} in each of {number} hidden layers", f"{number} times {size} hidden {unit}",
        )  # fmt: skip
        return told, f"{size}*{count}"
    count, listed = len(sizes), enumeration(rng, [str(size) for size in sizes])
    number = count_word(rng, count)
    row = pick(rng, "-", "/", " -> ", ", ", ",", " ").join(str(size) for size in sizes)
    told = pick(
        rng, f"hidden layers of {listed}", f"hidden layers: {listed}", f"hidden: {listed}", f"hidden layers {row}",
        f"{number} hidden layers: {listed}", f"{number} hidden layers ({row})", f"{number} hidden layers of {listed}",
        f"{number} hidden layers with {listed} {unit}", f"hidden layer sizes {row}", f"hidden sizes: {row}",
        f"hidden layers [{row}]", f"hidden=[{row}]", f"{listed} hidden {unit}", f"{listed} in the hidden layers",
        f"hidden ({row})", f"{' and '.join(f'one hidden layer of {size}' for size in sizes)}",
        f"{', then '.join(f'{size} hidden' for size in sizes)}", f"hidden layers of sizes {listed}", f"hidden: {row}",
        f"{number} hidden layers, {listed} {unit}", f"{listed} {unit} hidden", f"{number} hidden layers - {row}",
    )  # fmt: skip
    return told, size_row(sizes)


def _as_code(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """As the code that builds it, in PyTorch or in Keras."""
    return (_as_pytorch if chance(rng, 0.5) else _as_keras)(rng, inputs, sizes, outputs)


def _as_pytorch(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """`nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)`."""
    package = pick(rng, "nn.", "nn.", "")
    name = pick(rng, "", "ReLU", "ReLU", "Tanh", "GELU", "Sigmoid")
    comma = pick(rng, ", ", ", ", ",\n", "\n")
    between, joint = (f"{comma}{package}{name}(){comma}", f' "{name}" ') if name else (comma, " ")
    calls = between.join(f"{package}Linear({a}, {b})" for a, b in pairwise([inputs, *sizes, outputs]))
    return pick(rng, calls, f"nn.Sequential({calls})"), f"{inputs} {joint.join(map(str, [*sizes, outputs]))}"


def _as_keras(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """`Input(4), Dense(8, activation='relu'), Dense(2)`."""
    name, last = pick(rng, "", "relu", "tanh"), pick(rng, "", "softmax", "sigmoid")
    start = pick(rng, f"Input({inputs})", f"Input(shape=({inputs},))", f"input {inputs}", f"{inputs} inputs")
    call = pick(rng, "Dense", "Dense", "layers.Dense")
    argument = pick(rng, "activation='{}'", '"{}"', "'{}'", "{}").format
    told, words = [start], [str(inputs)]
    for size, activation in [*((size, name) for size in sizes), (outputs, last)]:
        told.append(f"{call}({size}, {argument(activation)})" if activation else f"{call}({size})")
        words.append(f'{size} "{activation}"' if activation else str(size))
    lines = pick(rng, ", ", ", ", "\n", " -> ").join(told)
    return pick(rng, lines, lines, f"keras model: {lines}"), " ".join(words)


def _relative(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """Hidden layers told by the number of inputs: `the same number of nodes`."""
    count = rng.randint(1, 3)
    one = pick(rng, "a hidden layer with", "the hidden layer has", "one hidden layer of")
    number = count_word(rng, count)
    many = pick(rng, f"{number} hidden layers, each with", f"{number} hidden layers of")
    same = pick(rng, "the same number of", "as many", "just as many")
    parts = [
        _input_part(rng, inputs),
        f"{one if count == 1 else many} {same} {units(rng)}",
        _output_part(rng, outputs),
    ]
    return _headed(rng, _joined(rng, parts)), f"{inputs} {inputs if count == 1 else f'{inputs}*{count}'} {outputs}"


def _arrow_row(rng: Random, sizes: list[int]) -> str:
    return pick(rng, "-", " -> ", ", ").join(str(size) for size in sizes)


def _number(rng: Random, number: int) -> str:
    if number in ROUND_NUMBERS and chance(rng, 0.15):
        return pick(rng, *ROUND_NUMBERS[number])
    return count_word(rng, number) if chance(rng, 0.5) else str(number)


def _headed(rng: Random, told: str) -> str:
    """What is said of a network, with or without the word for it."""
    head = pick(rng, *_DENSE_HEADS)
    return pick(
        rng, told, f"{head}: {told}", f"{head} with {told}", f"{head}, {told}", f"{told} {head}", f"{head} w/ {told}"
    )


def _perceptron(rng: Random, inputs: int, outputs: int) -> tuple[str, str]:
    """No hidden layer."""
    head = pick(rng, "perceptron", "single layer network", "logistic regression", "linear model", "neural network")
    if head == "logistic regression" and chance(rng, 0.5):  # it has one output unless more are named
        return f"{head} {pick(rng, 'with', 'on', 'of')} {_input(rng, inputs)}", size_row([inputs, 1])
    without = ", no hidden layer" if head == "neural network" else pick(rng, "", "", " and no hidden layer")
    joint = pick(rng, " and ", ", ", " ")
    if chance(rng, 0.2):
        said = pick(rng, "no hidden layer", "without hidden layers", "no hidden layers")
        return f"{pick(rng, 'net', 'dense net', 'NN')} {inputs} in{joint}{outputs} out, {said}", size_row(
            [inputs, outputs]
        )
    return f"{head} with {_input(rng, inputs)}{joint}{output(rng, outputs)}{without}", size_row([inputs, outputs])
