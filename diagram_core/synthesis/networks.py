"""Networks in words, each with the body of its plan; a plan repeats the prompt's own order and counts.

That a plan says what the prompt says, in the same order, is what a small model can learn: `2 conv layers` becomes
`conv*2`, and two conv layers named one after the other become `conv conv`. Both read as the same structure.
"""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.phrasing import by, chance, count_word, enumeration, pick

DENSE_SIZES = (
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 20, 24, 32, 48, 50, 64, 100, 128, 256, 300, 512, 784, 1000, 1024,
)  # fmt: skip
TAIL_SIZES = (10, 16, 32, 50, 64, 84, 100, 120, 128, 200, 256, 512, 1000, 1024, 2048)
IMAGE_SIDES = (28, 32, 48, 64, 96, 100, 128, 160, 200, 224, 256, 299, 320, 384, 416, 448, 512, 640, 768, 1024)
MIN_FEATURE_MAP_SIDE = 4
MAX_CONVOLUTIONS = 16

_HEADS = (
    "DL model", "NN model", "NN", "neural network", "neural net", "A deep learning model", "deep neural network",
    "network",     "a neural network",
)  # fmt: skip
_DENSE_HEADS = (
    *_HEADS, "MLP", "multilayer perceptron", "fully connected network", "feedforward network", "CNN", "CNN model",
    "Conv neural network", "Convolutional neural network", "ANN", "DNN", "net", "deep net", "feed forward network",
    "classifier", "regression network", "simple network", "fully connected net", "nn", "mlp",
)  # fmt: skip
_CNN_HEADS = (
    *_HEADS,
    "CNN",
    "CNN model",
    "convolutional network",
    "image classifier",
    "Convolutional neural network",
)
_VERBS = ("with", "of", "consist of", "consists of", "consisting of", "that has", "having", "made of")


def dense(rng: Random) -> tuple[str, str]:
    """A network of dense layers: (prompt, body of the plan)."""
    small = chance(rng, 0.6)
    sizes = [_dense_size(rng, small) for _ in range(rng.randint(1, 6) if chance(rng, 0.3) else rng.randint(1, 3))]
    inputs, outputs = (
        _dense_size(rng, small),
        (rng.randint(1, 3) if chance(rng, 0.5) else _dense_size(rng, small)),
    )
    if chance(rng, 0.04):
        return _perceptron(rng, inputs, outputs)
    form = pick(
        rng,
        _dense_listed,
        _dense_listed,
        _dense_listed,
        _dense_arrows,
        _dense_arrows,
        _dense_counted,
        _dense_ordered,
        _dense_task,
        _dense_reordered,
        _dense_reordered,
        _dense_terse,
        _dense_terse,
        _dense_activated,
    )
    return form(rng, inputs, sizes, outputs)


def cnn(rng: Random) -> tuple[str, str]:
    """A convolutional network: (prompt, body of the plan)."""
    side = pick(rng, *IMAGE_SIDES)
    kernel = 3 if chance(rng, 0.75) else pick(rng, 1, 5, 7)
    blocks = _blocks(rng, side, kernel)
    tail = [pick(rng, *TAIL_SIZES) for _ in range(rng.randint(1, 3))]
    if chance(rng, 0.7):
        tail.sort(reverse=True)
    outputs = rng.randint(1, 3) if chance(rng, 0.6) else pick(rng, 4, 5, 10, 20, 100, 1000)
    form = pick(
        rng,
        *4 * (_cnn_listed, _cnn_grouped),
        *2 * (_cnn_arrows, _cnn_summed),
        _cnn_counted,
    )
    return form(rng, side, kernel, blocks, tail, outputs)


def sequence(rng: Random) -> tuple[str, str]:
    """A network with blocks that go by name, such as LSTM or attention: (prompt, body of the plan)."""
    phrases: list[str] = []
    words: list[str] = []
    for position in range(rng.randint(2, 6)):
        phrase, word = _block(rng, first=position == 0)
        phrases.append(phrase)
        words.append(word)
    outputs = pick(rng, 1, 2, 3, 5, 10, 20, 100)
    if chance(rng, 0.2):  # blocks alone
        arrow = pick(rng, " -> ", " > ", ", ", ", then ")
        return pick(rng, "", "network: ", "model: ", "transformer: ", "RNN: ") + arrow.join(phrases), " ".join(words)
    words.append(str(outputs))
    if chance(rng, 0.3):
        arrow = pick(rng, " -> ", " > ", " → ")
        return arrow.join([*phrases, pick(rng, f"{outputs}", f"output {outputs}", f"{outputs} outputs")]), " ".join(
            words
        )
    head = f"{pick(rng, *_HEADS, 'sequence model', 'text classifier', 'model')} {pick(rng, *_VERBS)}"
    joined = phrases[0] + "".join(
        f"{pick(rng, ', ', ', then ', ', and then ', ' followed by ')}{p}" for p in phrases[1:]
    )
    return f"{head} {joined}{pick(rng, ', and ', ' and ', ', then ')}{_output(rng, outputs)}", " ".join(words)


# Dense forms


def _dense_size(rng: Random, small: bool) -> int:
    if small:
        return rng.randint(1, 12)
    return pick(rng, *DENSE_SIZES) if chance(rng, 0.7) else rng.randint(1, 2000)


def _units(rng: Random) -> str:
    return pick(rng, "nodes", "nodes", "neurons", "units")


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
    return f"{size} {noun}"


def _output(rng: Random, size: int) -> str:
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
    return f"{size} {noun}"


def _hidden(rng: Random, sizes: list[int]) -> str:
    adjective = pick(rng, "hidden", "hidden", "mid", "intermediate")
    place = f"{pick(rng, '', '', 'the ')}{adjective} {pick(rng, 'layers', 'layers', 'layer')}"
    place = pick(rng, place, place, "hiddens", "the hiddens")
    count = count_word(rng, len(sizes)) if chance(rng, 0.3) else str(len(sizes))
    where = place
    if len(sizes) > 1 and chance(rng, 0.5):
        where = f"{pick(rng, '', 'each of the ')}{count} {place.removeprefix('the ')}"
    lead = "and " if len(sizes) == 1 and chance(rng, 0.6) else ""
    return f"{lead}{enumeration(rng, [str(size) for size in sizes])} {_units(rng)} in {where}"


def _dense_listed(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    head = f"{pick(rng, *_DENSE_HEADS)} {pick(rng, *_VERBS)}"
    prompt = (
        f"{head} {_input(rng, inputs)}, {_hidden(rng, sizes)}, {pick(rng, 'and ', 'and ', '')}{_output(rng, outputs)}"
    )
    return prompt, _words([inputs, *sizes, outputs])


def _dense_arrows(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
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
    return prompt, _words([inputs, *sizes, outputs])


def _dense_counted(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    count = rng.randint(2, 6)
    size = sizes[0]
    head = f"{pick(rng, *_DENSE_HEADS)} {pick(rng, *_VERBS)}"
    layers = pick(
        rng,
        f"{count_word(rng, count)} hidden layers of {size} {_units(rng)} each",
        f"{count_word(rng, count)} hidden layers with {size} {_units(rng)} each",
        f"{count_word(rng, count)} hidden layers of {size} {_units(rng)}",
        f"{count_word(rng, count)} layers of {size} {_units(rng)}",
        f"{count_word(rng, count)} hidden layers of size {size}",
    )
    return (
        f"{head} {_input(rng, inputs)}, {layers}{pick(rng, ', and ', ' and ', ', ')}{_output(rng, outputs)}",
        (f"{inputs} {size}*{count} {outputs}"),
    )


def _dense_ordered(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    sizes = sizes[:4]
    ordinals = ("first", "second", "third", "fourth")
    if len(sizes) == 1:
        layers = (
            f"{pick(rng, 'one hidden layer', 'a hidden layer', 'a single hidden layer')} of {sizes[0]} {_units(rng)}"
        )
    else:
        layers = ", ".join(
            f"{pick(rng, '', 'the ')}{ordinals[i]} hidden layer {pick(rng, 'has', 'with', 'of')} {size}"
            + pick(rng, "", f" {_units(rng)}")
            for i, size in enumerate(sizes)
        )
    head = pick(rng, *_DENSE_HEADS)
    start = pick(rng, f"{head}: ", f"{head} with ", f"{head}, ")
    middle = pick(
        rng,
        f"input layer of {inputs}",
        f"an input layer with {inputs} {_units(rng)}",
        f"input {inputs}",
        _input(rng, inputs),
    )
    end = pick(
        rng,
        f"output layer of {outputs}",
        f"an output layer with {outputs} {_units(rng)}",
        f"output {outputs}",
        _output(rng, outputs),
    )
    return f"{start}{middle}, {layers}, {pick(rng, '', 'and ')}{end}", _words([inputs, *sizes, outputs])


def _dense_task(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """What goes in and what comes out, with the hidden layers last: the plan has another order than the prompt."""
    features = pick(rng, "features", "inputs", "input values", "measurements", "sensors", "columns")
    classes = pick(rng, "classes", "outputs", "categories", "values", "targets")
    hidden = enumeration(rng, [str(size) for size in sizes])
    layers = pick(
        rng,
        f"hidden layers of {hidden}",
        f"{hidden} hidden {_units(rng)}",
        f"{hidden} {_units(rng)} in between",
        f"hidden layers {hidden}",
    )
    verb = pick(rng, "that maps", "from", "which takes", "for")
    return f"{pick(rng, *_DENSE_HEADS)} {verb} {inputs} {features} to {outputs} {classes}, {layers}", _words(
        [inputs, *sizes, outputs]
    )


def _dense_reordered(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """Layers told in another order than they stand in."""
    sizes = sizes[:3]
    unit = _units(rng)
    start = f"input layer {pick(rng, 'with', 'of')} {inputs}"
    end = f"output layer {pick(rng, 'with', 'of')} {outputs} {unit}"
    count = rng.randint(2, 5)
    equal = f"{count_word(rng, count)} hidden layers of {sizes[0]} {unit}"
    if chance(rng, 0.4):
        told = pick(
            rng,
            f"{equal}, {_count(rng, inputs)} inputs, {_count(rng, outputs)} outputs",
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
    return _headed(rng, told), _words([inputs, *sizes, outputs])


def _dense_terse(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
    """Numbers with hardly a word: `five inputs, six hidden, two outputs`."""
    each = pick(rng, ", ", " and ").join(_count(rng, size) for size in sizes)
    count = rng.randint(2, 6)
    size = sizes[0]
    row, equal = _words(sizes), f"{size}*{count}"
    told, body = pick(
        rng,
        (f"{_count(rng, inputs)} inputs, {each} hidden, {_count(rng, outputs)} outputs", row),
        (f"{_count(rng, inputs)} in, {each} hidden, {_count(rng, outputs)} out", row),
        (f"input dim {inputs}, hidden dims {each}, output dim {outputs}", row),
        (f"input {inputs}, hidden {each}, output {outputs}", row),
        (f"{inputs} inputs, 1 hidden layer ({size} {_units(rng)}), {outputs} outputs", str(size)),
        (f"{inputs} input nodes, one hidden layer with {size} and {outputs} output nodes", str(size)),
        (
            f"{inputs} features, {count} hidden layers of {size} {_units(rng)} each, predicts {outputs} values",
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


def _dense_activated(rng: Random, inputs: int, sizes: list[int], outputs: int) -> tuple[str, str]:
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
        f"{inputs} inputs, {hidden} hidden {_units(rng)} and {outputs} outputs, with {name} after {place}",
        f"{_arrow_row(rng, [inputs, *sizes, outputs])} with {name} after {place}",
    )
    return _headed(rng, told), f"{inputs} {row} {outputs}"


def _arrow_row(rng: Random, sizes: list[int]) -> str:
    return pick(rng, "-", " -> ", ", ").join(str(size) for size in sizes)


def _count(rng: Random, number: int) -> str:
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
        return f"{head} {pick(rng, 'with', 'on', 'of')} {_input(rng, inputs)}", _words([inputs, 1])
    without = ", no hidden layer" if head == "neural network" else pick(rng, "", "", " and no hidden layer")
    joint = pick(rng, " and ", ", ", " ")
    if chance(rng, 0.2):
        said = pick(rng, "no hidden layer", "without hidden layers", "no hidden layers")
        return f"{pick(rng, 'net', 'dense net', 'NN')} {inputs} in{joint}{outputs} out, {said}", _words(
            [inputs, outputs]
        )
    return f"{head} with {_input(rng, inputs)}{joint}{_output(rng, outputs)}{without}", _words([inputs, outputs])


def _words(sizes: list[int]) -> str:
    return " ".join(str(size) for size in sizes)


# Convolutional forms


def _blocks(rng: Random, side: int, kernel: int) -> list[tuple[int, bool]]:
    """Runs of convolutions, each with whether pooling follows, while the feature map is large enough."""
    blocks: list[tuple[int, bool]] = []
    convolutions = 0
    limit = rng.randint(1, 8)
    while len(blocks) < limit:
        count = 1 if chance(rng, 0.6) else rng.randint(2, 3)
        smaller = (side - count * (kernel - 1)) // 2
        if smaller < MIN_FEATURE_MAP_SIDE or convolutions + count > MAX_CONVOLUTIONS:
            break
        blocks.append((count, chance(rng, 0.95)))
        convolutions += count
        side = smaller if blocks[-1][1] else side - count * (kernel - 1)
    return blocks or [(1, True)]


def _conv_noun(rng: Random, count: int = 1) -> str:
    return f"{pick(rng, 'conv', 'conv', 'convolutional', 'convolution')} {'layer' if count == 1 else 'layers'}"


def _pool(rng: Random, sized: bool) -> tuple[str, str]:
    mode = pick(rng, "", "", "max", "average")
    word = {"": "", "max": "max", "average": "avg"}[mode]
    noun = f"{mode + ' ' if mode else ''}{pick(rng, 'pooling layer', 'pooling layer', 'pooling', 'pool layer')}"
    return (f"{by(rng, 2, 2)} {noun}", f"{word}pool2") if sized else (noun, f"{word}pool")


def _image(rng: Random, side: int) -> str:
    return f"{by(rng, side, side)} {pick(rng, 'input', 'input image', 'image', 'input')}"


def _tail(rng: Random, tail: list[int]) -> str:
    numbers = enumeration(rng, [str(size) for size in tail])
    if chance(rng, 0.8):
        return _hidden(rng, tail)
    return pick(
        rng,
        f"fully connected layers of {numbers}",
        f"dense layers {numbers}",
        f"{numbers} dense {_units(rng)}",
    )


def _cnn_prompt(rng: Random, side: int, layers: str, tail: list[int], outputs: int) -> str:
    head = f"{pick(rng, *_CNN_HEADS)} {pick(rng, *_VERBS)}"
    before_tail = pick(rng, ", ", ", then ", ", and ")
    end = f"{pick(rng, 'and ', 'and ', '')}{_output(rng, outputs)}"
    return f"{head} {_image(rng, side)}{layers}{before_tail}{_tail(rng, tail)}, {end}"


def _cnn_listed(
    rng: Random, side: int, kernel: int, blocks: list[tuple[int, bool]], tail: list[int], outputs: int
) -> tuple[str, str]:
    """Every layer named by itself, some with their output size."""
    phrases: list[str] = []
    words: list[str] = []
    states_output = chance(rng, 0.5)
    here = side
    for count, pooled in blocks:
        for _ in range(count):
            here += 1 - kernel
            phrase, word = _single_conv(rng, kernel, here, states_output)
            phrases.append(phrase)
            words.append(word)
        if pooled:
            phrase, word = _pool(rng, chance(rng, 0.7))
            phrases.append(phrase)
            words.append(word)
            here //= 2
    layers = (
        ", " + phrases[0] + "".join(f"{pick(rng, ', ', ', then ', ', and ', ', and then ')}{p}" for p in phrases[1:])
    )
    body = " ".join([f"{side}x{side}", *words, _words([*tail, outputs])])
    return _cnn_prompt(rng, side, layers, tail, outputs), body


def _single_conv(rng: Random, kernel: int, side: int, states_output: bool) -> tuple[str, str]:
    if kernel != 3 or chance(rng, 0.65):
        return f"{by(rng, kernel, kernel)} {_conv_noun(rng)}", f"conv{kernel}"
    if not states_output and chance(rng, 0.1):
        filters = pick(rng, 8, 16, 32, 64, 128)
        return f"{_conv_noun(rng)} with {filters} {pick(rng, 'filters', 'channels')}", f"conv:{filters}"
    if states_output and chance(rng, 0.7):
        text = pick(rng, f"(output is {by(rng, side, side)})", f"(output: {side} x {side} feature map)")
        return f"{_conv_noun(rng)} {text}", f"conv={side}"
    return _conv_noun(rng), "conv"


def _cnn_grouped(
    rng: Random, side: int, kernel: int, blocks: list[tuple[int, bool]], tail: list[int], outputs: int
) -> tuple[str, str]:
    """Runs of equal layers by their number: `2 3 x 3 conv layers and a 2 x 2 pooling layer`."""
    phrases: list[str] = []
    words: list[str] = []
    as_words = chance(rng, 0.2)
    for count, pooled in blocks:
        article = pick(rng, "a", "one") if as_words else "a"
        number = count_word(rng, count) if as_words else str(count)
        phrase = f"{article if count == 1 else number} {kernel} x {kernel} {_conv_noun(rng, count)}"
        words.append(f"conv{kernel}" if count == 1 else f"conv{kernel}*{count}")
        if pooled:
            mode = pick(rng, "", "", "max ", "average ")
            phrase += f" {pick(rng, 'and', 'and', 'followed by')} a 2 x 2 {mode}pooling layer"
            words.append({"": "pool2", "max ": "maxpool2", "average ": "avgpool2"}[mode])
        phrases.append(phrase)
    layers = ", " + phrases[0] + "".join(f"{pick(rng, ', ', ', then ')}{p}" for p in phrases[1:])
    body = " ".join([f"{side}x{side}", *words, _words([*tail, outputs])])
    return _cnn_prompt(rng, side, layers, tail, outputs), body


def _cnn_arrows(
    rng: Random, side: int, kernel: int, blocks: list[tuple[int, bool]], tail: list[int], outputs: int
) -> tuple[str, str]:
    """Shorthand: `28x28 -> conv 3x3, 32 -> maxpool -> dense 128 -> 10`."""
    arrow = pick(rng, " -> ", " > ", " → ", ", ", "->", ", then ")
    depth = pick(rng, "", "", "", "x1", "x3")
    image = f"{side}x{side}{depth}" if depth else by(rng, side, side)
    phrases = [image + pick(rng, "", " image", " input")]
    words = [f"{side}x{side}{depth}"]
    conv = pick(
        rng, f"conv {kernel}x{kernel}", f"{kernel}x{kernel} conv", f"conv{kernel}x{kernel}", f"conv({kernel}x{kernel})"
    )
    activation = pick(rng, "", "", "", "relu", "ReLU")
    normalization = pick(rng, "", "", "", "", "batch norm", "BN")
    after_conv = [name for name in (normalization, activation) if name]
    channels = pick(rng, 0, 8, 16, 32, 64) if arrow != ", " else 0
    for count, pooled in blocks[:5]:
        for _ in range(count):
            phrases.append(conv + (f" {channels} filters" if channels else ""))
            words.append(f"conv{kernel}" + (f":{channels}" if channels else ""))
            phrases += after_conv
            words += [f'"{name}"' for name in after_conv]
        if pooled:
            phrase, word = pick(
                rng,
                ("maxpool", "maxpool"),
                ("pool", "pool"),
                ("max pool 2x2", "maxpool2"),
                ("avg pool", "avgpool"),
                ("pool 2x2", "pool2"),
            )
            phrases.append(phrase)
            words.append(word)
        channels *= pick(rng, 1, 2)
    if chance(rng, 0.15):
        phrases.append("flatten")
        words.append('"flatten"')
    unit = pick(rng, "dense ", "fc ", "dense ", "", "linear ")
    phrases += [f"{unit}{size}" for size in tail] + [pick(rng, f"{outputs}", f"output {outputs}", f"{outputs} classes")]
    head = pick(rng, "", "", "CNN: ", "CNN ", "conv net ")
    return head + arrow.join(phrases), " ".join([*words, _words([*tail, outputs])])


def _cnn_counted(
    rng: Random, side: int, kernel: int, blocks: list[tuple[int, bool]], tail: list[int], outputs: int
) -> tuple[str, str]:
    """Shorthand by number: `224x224 image, two convs 3x3 with 64 filters, max pool, two convs 128, fc 4096`."""
    comma = pick(rng, ", ", ", ", " -> ", "; ", ", then ")
    noun = pick(rng, "conv", "conv", "convolution")
    channels = pick(rng, 0, 16, 32, 64)
    pooling, pool = pick(
        rng, ("max pool", "maxpool"), ("pool", "pool"), ("maxpool", "maxpool"), ("max pooling", "maxpool")
    )
    phrases, words = [f"{side}x{side} {pick(rng, 'image', 'input', 'images')}"], [f"{side}x{side}"]
    for i, (count, pooled) in enumerate(blocks[:5]):
        sized = i == 0 or chance(rng, 0.4)
        size = f" {by(rng, kernel, kernel)}" if sized else ""
        filters = pick(rng, f" with {channels} filters", f" {channels}", f" ({channels} channels)") if channels else ""
        if channels and not sized:
            filters = pick(rng, f" {channels}", f" with {channels} filters")
        number = f"{count_word(rng, count)} {noun}s" if count > 1 else pick(rng, noun, f"one {noun}", f"a {noun}")
        in_figures = count > 1 and chance(rng, 0.4)
        phrases.append(f"{noun}{size}{filters} x{count}" if in_figures else f"{number}{size}{filters}")
        word = f"conv{kernel if sized else ''}{f':{channels}' if channels else ''}"
        words.append(word if count == 1 else f"{word}*{count}")
        if pooled:
            phrases.append(pooling)
            words.append(pool)
        channels *= pick(rng, 1, 2, 2)
    unit = pick(rng, "fc ", "dense ", "fully connected ", "linear ")
    phrases += [f"{unit}{size}" for size in tail] + [
        pick(rng, f"{unit}{outputs}", f"{outputs} classes", f"{outputs} outputs")
    ]
    head = pick(rng, "", "VGG like net: ", "VGG style network: ", "CNN: ", "convnet: ", "deep CNN with ")
    return head + comma.join(phrases), " ".join([*words, _words([*tail, outputs])])


def _cnn_summed(
    rng: Random, side: int, kernel: int, blocks: list[tuple[int, bool]], tail: list[int], outputs: int
) -> tuple[str, str]:
    """Layers told together: `two conv layers with 32 and 64 filters, each followed by max pooling`."""
    count = min(len(blocks), 4)
    noun = f"{by(rng, kernel, kernel) + ' ' if chance(rng, 0.5) else ''}"
    conv = f"conv{kernel}" if noun else "conv"
    pooling, pool = pick(rng, ("max pooling", "maxpool"), ("pooling", "pool"), ("average pooling", "avgpool"))
    channels = [pick(rng, 8, 16, 32) << i for i in range(count)] if chance(rng, 0.6) else []
    convs = [f"{conv}:{number}" for number in channels] or [conv] * count
    each = chance(rng, 0.6)
    if count > 1 and not channels and chance(rng, 0.5):
        depth = rng.randint(1, 3)
        inner = f"{'a' if depth == 1 else count_word(rng, depth)} {noun}{_conv_noun(rng, depth)}"
        layers = f"{count_word(rng, count)} blocks of {inner} and {pick(rng, pooling, f'a {pooling} layer')}"
        words = [f"( {conv if depth == 1 else f'{conv}*{depth}'} {pool} )*{count}"]
    else:
        layers = f"{'a' if count == 1 else count_word(rng, count)} {noun}{_conv_noun(rng, count)}"
        if channels:
            numbers = enumeration(rng, [str(number) for number in channels])
            layers += pick(rng, f" with {numbers} filters", f" ({numbers} filters)", f" of {numbers} channels")
        follows = "each followed by" if each and count > 1 else pick(rng, "followed by", "and")
        layers += f"{pick(rng, ', ', ' ')}{follows} {pick(rng, pooling, f'a {pooling} layer')}"
        words = [word for name in convs for word in (name, pool)] if each else [*convs, pool]
    image = by(rng, side, side)
    start, first = pick(
        rng,
        (f"CNN for {image} images with ", [f"{side}x{side}"]),
        (f"a CNN that takes {image} images, has ", [f"{side}x{side}"]),
        (f"image classifier for {image} pictures: ", [f"{side}x{side}"]),
        (f"convolutional network with {image} input, ", [f"{side}x{side}"]),
        (f"{pick(rng, *_CNN_HEADS)} with ", []),
    )
    numbers = enumeration(rng, [str(size) for size in tail])
    dense = pick(rng, "dense", "fully connected", "fc") + (" layer" if len(tail) == 1 else " layers")
    last = pick(rng, f"{outputs} classes", f"{outputs} outputs", f"softmax over {outputs} classes", f"output {outputs}")
    end = f"{pick(rng, ', then ', ', and then ', ', ')}{'a ' if len(tail) == 1 else ''}{dense}"
    end += f" {pick(rng, 'of', 'with')} {numbers}{pick(rng, '', ' ' + _units(rng))}{pick(rng, ' and ', ', and ', ', ')}"
    return f"{start}{layers}{end}{last}", " ".join([*first, *words, _words([*tail, outputs])])


# Blocks that go by name


def _block(rng: Random, first: bool) -> tuple[str, str]:
    size = pick(rng, 32, 64, 100, 128, 200, 256, 300, 512, 768)
    kind = pick(rng, "recurrent", "recurrent", "embedding", "dropout", "plain", "plain", "dense", "active")
    if kind == "active" and not first:
        activation = pick(rng, "ReLU", "relu", "tanh", "sigmoid", "GELU")
        said = pick(
            rng,
            f"dense {size} with {activation}",
            f"{size} units, {activation}",
            f"dense layer of {size} ({activation})",
        )
        return said, f'{size} "{activation}"'
    if kind == "dense" and not first:  # a number in the first place is the input
        if chance(rng, 0.3):
            return f"{pick(rng, 'dense', 'fc', 'linear')} {size}", str(size)
        return (
            f"{pick(rng, 'a dense', 'a fully connected', 'dense')} layer {pick(rng, 'of', 'with')} {size} units",
            str(size),
        )
    if kind == "embedding":
        noun = pick(rng, "embedding layer", "an embedding layer", "embedding")
        return (f"{noun} of size {size}", f'"embedding {size}"') if chance(rng, 0.6) else (noun, '"embedding"')
    if kind == "dropout":
        rate = pick(rng, "0.1", "0.2", "0.3", "0.5")
        return f"dropout {rate}", f'"dropout {rate}"'
    if kind in ("plain", "dense", "active"):
        name = pick(
            rng, "batch norm", "self-attention", "multi-head attention", "layer norm", "positional encoding",
            "global average pooling", "flatten", "softmax", "ReLU", "transformer encoder", "transformer decoder",
            "residual block", "attention", "feed forward", "tanh", "sigmoid", "dropout", "CRF", "beam search",
        )  # fmt: skip
        return pick(rng, name, f"{pick(rng, 'a', 'one')} {name} layer"), f'"{name}"'
    cell = pick(rng, "LSTM", "GRU", "RNN", "bidirectional LSTM")
    count = rng.randint(2, 4)
    if chance(rng, 0.25):
        return f"{count_word(rng, count)} {cell} layers", f'"{cell}"*{count}'
    if chance(rng, 0.2):
        return f"{cell} {size}", f'"{cell} {size}"'
    if chance(rng, 0.5):
        return (
            f"{count_word(rng, count)} {cell} layers {pick(rng, 'with', 'of')} {size} units",
            f'"{cell} {size}"*{count}',
        )
    return f"{pick(rng, 'a ', '')}{cell} layer {pick(rng, 'with', 'of')} {size} units", f'"{cell} {size}"'
