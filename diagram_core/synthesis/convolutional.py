"""Convolutional networks in words, each with the body of its plan."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from diagram_core.notation.plan import DEFAULT_POOL_WINDOW
from diagram_core.synthesis.conv_stories import conv_story
from diagram_core.synthesis.dense import HEADS, VERBS, hidden, output
from diagram_core.synthesis.layer_parts import size_row, units
from diagram_core.synthesis.phrasing import by, chance, count_word, enumeration, pick, with_article

TAIL_SIZES = (10, 16, 32, 50, 64, 84, 100, 120, 128, 200, 256, 512, 1000, 1024, 2048)
IMAGE_SIDES = (28, 32, 48, 64, 96, 100, 128, 160, 200, 224, 256, 299, 320, 384, 416, 448, 512, 640, 768, 1024)
MIN_FEATURE_MAP_SIDE = 4
MIN_SIDE_FOR_LARGE_WINDOWS = 40  # pixels: something is left of the image after a pool of 4x4
MAX_CONVOLUTIONS = 16
MAX_BLOCKS = 8

_HEADS = (
    *HEADS, "CNN", "CNN model", "convolutional network", "image classifier", "Convolutional neural network",
)  # fmt: skip


def cnn(rng: Random) -> tuple[str, str]:
    """A convolutional network: (prompt, body of the plan)."""
    if chance(rng, 0.3):
        return conv_story(rng)
    side = pick(rng, *IMAGE_SIDES) if chance(rng, 0.7) else 4 * rng.randint(5, 80)
    kernel = 3 if chance(rng, 0.75) else pick(rng, 1, 5, 7)
    blocks = _blocks(rng, side, kernel)
    tail = [pick(rng, *TAIL_SIZES) for _ in range(rng.randint(1, 3))]
    if chance(rng, 0.7):
        tail.sort(reverse=True)
    outputs = rng.randint(1, 3) if chance(rng, 0.6) else pick(rng, 4, 5, 10, 20, 100, 1000)
    form = pick(rng, *6 * (_listed, _grouped), *2 * (_arrows, _summed), _counted, *5 * (_composed,), *2 * (_as_code,))
    return form(rng, side, kernel, blocks, tail, outputs)


def _blocks(rng: Random, side: int, kernel: int) -> list[tuple[int, bool]]:
    """Runs of convolutions, each with whether pooling follows, while the feature map is large enough."""
    blocks: list[tuple[int, bool]] = []
    convolutions = 0
    limit = rng.randint(1, MAX_BLOCKS) if chance(rng, 0.6) else MAX_BLOCKS
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
        return hidden(rng, tail)
    return pick(
        rng,
        f"fully connected layers of {numbers}",
        f"dense layers {numbers}",
        f"{numbers} dense {units(rng)}",
    )


def _prompt(rng: Random, side: int, layers: str, tail: list[int], outputs: int) -> str:
    head = f"{pick(rng, *_HEADS)} {pick(rng, *VERBS)}"
    before_tail = pick(rng, ", ", ", then ", ", and ")
    end = f"{pick(rng, 'and ', 'and ', '')}{output(rng, outputs)}"
    return f"{head} {_image(rng, side)}{layers}{before_tail}{_tail(rng, tail)}, {end}"


def _listed(
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
    body = " ".join([f"{side}x{side}", *words, size_row([*tail, outputs])])
    return _prompt(rng, side, layers, tail, outputs), body


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


def _grouped(
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
    body = " ".join([f"{side}x{side}", *words, size_row([*tail, outputs])])
    return _prompt(rng, side, layers, tail, outputs), body


def _arrows(
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
    return head + arrow.join(phrases), " ".join([*words, size_row([*tail, outputs])])


def _counted(
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
    return head + comma.join(phrases), " ".join([*words, size_row([*tail, outputs])])


def _summed(
    rng: Random, side: int, kernel: int, blocks: list[tuple[int, bool]], tail: list[int], outputs: int
) -> tuple[str, str]:
    """Layers told together: `two conv layers with 32 and 64 filters, each followed by max pooling`."""
    count = min(len(blocks), 4)
    noun = f"{by(rng, kernel, kernel) + ' ' if chance(rng, 0.5) else ''}"
    conv = f"conv{kernel}" if noun else "conv"
    pooling, pool = pick(rng, ("max pooling", "maxpool"), ("pooling", "pool"), ("average pooling", "avgpool"))
    channels = [pick(rng, 4, 8, 12, 16, 32) << i for i in range(count)] if chance(rng, 0.6) else []
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
            if noun and chance(rng, 0.5):
                size = pick(rng, f"kernel size {kernel}", f"kernel {kernel}", by(rng, kernel, kernel))
                convs_told = f"{count_word(rng, count)} {_conv_noun(rng, count)}"
                layers = f"{convs_told} ({size}{pick(rng, '; ', ', ')}{numbers} channels)"
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
        (f"{pick(rng, *_HEADS)} with ", []),
    )
    numbers = enumeration(rng, [str(size) for size in tail])
    dense = pick(rng, "dense", "fully connected", "fc") + (" layer" if len(tail) == 1 else " layers")
    last = pick(rng, f"{outputs} classes", f"{outputs} outputs", f"softmax over {outputs} classes", f"output {outputs}")
    end = f"{pick(rng, ', then ', ', and then ', ', ')}{'a ' if len(tail) == 1 else ''}{dense}"
    end += f" {pick(rng, 'of', 'with')} {numbers}{pick(rng, '', ' ' + units(rng))}{pick(rng, ' and ', ', and ', ', ')}"
    return f"{start}{layers}{end}{last}", " ".join([*first, *words, size_row([*tail, outputs])])


def _composed(
    rng: Random, side: int, kernel: int, blocks: list[tuple[int, bool]], tail: list[int], outputs: int
) -> tuple[str, str]:
    """The image, the convolutions, what is dense and what comes out, each worded by itself; the image may come late."""
    image, image_word = _image_part(rng, side)
    if chance(rng, 0.4):
        told, words = _equal_blocks(rng, min(len(blocks), 6), kernel)
    else:
        told, words = _block_parts(rng, side, blocks[:5], kernel)
    rest, rest_words = _dense_parts(rng, tail, outputs)
    head = pick(rng, *_HEADS, "convnet", "small CNN", "conv net", "simple cnn", "vision model")
    comma = pick(rng, ", ", ", ", ", ", "; ", ", then ", " then ", " -> ")
    layers = comma.join(told)
    if comma == " -> " or chance(rng, 0.5):
        lead = pick(rng, "", f"{head}: ", f"{head} with ", f"{head} - ")
        prompt = lead + comma.join([image, layers, *rest])
    else:
        placed = pick(
            rng,
            f"{head} with {layers} on {image}",
            f"{head} for {image}: {layers}",
            f"{head} for {image} with {layers}",
            f"{head} on {image}, {layers}",
            f"{head} that takes {image}, has {layers}",
        )
        prompt = comma.join([placed, *rest])
        if chance(rng, 0.3):
            prompt = f"{head} with {comma.join([layers, *rest])}{pick(rng, ', for ', ' for ', ', on ', '; ')}{image}"
    return prompt, " ".join([image_word, *words, *rest_words])


def _image_part(rng: Random, side: int) -> tuple[str, str]:
    size = by(rng, side, side)
    deep = pick(rng, 1, 3)
    return pick(
        rng,
        *2 * ((f"{size} images", f"{side}x{side}"), (f"{size} input", f"{side}x{side}")),
        (f"{size} grayscale images", f"{side}x{side}"),
        (f"{size} rgb images", f"{side}x{side}"),
        (f"{size} pixel images", f"{side}x{side}"),
        (f"an image of {size} pixels", f"{side}x{side}"),
        (f"input {size}", f"{side}x{side}"),
        (f"input: {size}", f"{side}x{side}"),
        (f"image {size}", f"{side}x{side}"),
        (f"input size {size}", f"{side}x{side}"),
        (f"{size} photos", f"{side}x{side}"),
        (f"{side}x{side}x{deep} input", f"{side}x{side}x{deep}"),
        (f"input {side}x{side}x{deep}", f"{side}x{side}x{deep}"),
    )


def _pooling_part(rng: Random, windows: tuple[int, ...] = (DEFAULT_POOL_WINDOW,)) -> tuple[str, str]:
    said, word = pick(
        rng, ("max pooling", "maxpool"), ("max pool", "maxpool"), ("maxpool", "maxpool"), ("pool", "pool"),
        ("pooling", "pool"), ("average pooling", "avgpool"), ("avg pool", "avgpool"), ("max-pooling", "maxpool"),
        ("MaxPool", "maxpool"), ("subsampling", "pool"),
    )  # fmt: skip
    window = pick(rng, *windows)
    if window != DEFAULT_POOL_WINDOW or chance(rng, 0.25):
        size = by(rng, window, window)
        return pick(rng, f"{size} {said}", f"{said} {size}", f"{said} ({size})"), f"{word}{window}"
    return said, word


def _equal_blocks(rng: Random, count: int, kernel: int) -> tuple[list[str], list[str]]:
    """The same layers several times, told once."""
    pooling, pool = _pooling_part(rng)
    conv = pick(rng, "conv", f"{kernel}x{kernel} conv", f"conv {kernel}x{kernel}", "convolution")
    word = f"conv{kernel}" if str(kernel) in conv else "conv"
    number = count_word(rng, count)
    depth = rng.randint(1, 3)
    if count == 1:
        return [pick(rng, f"{conv} and {pooling}", f"{conv} + {pooling}", f"{conv}, {pooling}")], [word, pool]
    if depth > 1 and chance(rng, 0.4):
        inner = f"{count_word(rng, depth)} {conv}{pick(rng, 's', ' layers')}"
        unit = pick(rng, "blocks", "stages", "groups")
        return [f"{number} {unit} of {inner} and {pooling}"], [f"( {word}*{depth} {pool} )*{count}"]
    joint = pick(rng, "+", "/", "-", " + ", " and ")
    told = pick(
        rng, f"{number} {conv}{joint}{pooling} blocks", f"{number} {conv}{joint}{pooling} blocks",
        f"{number} {conv}{joint}{pooling} stages", f"({conv}, {pooling}) x {count}", f"[{conv}, {pooling}] * {count}",
        f"{number} stages of {conv} and {pooling}", f"{count} x ({conv} + {pooling})",
        f"({conv} -> {pooling}) x{count}",
        f"{number} {conv} layers, each with {pooling}", f"{number} {conv} layers each followed by {pooling}",
        f"{number} times {conv} and {pooling}", f"{number} blocks ({conv}, {pooling})",
        f"{number} repeats of {conv} then {pooling}", f"{number} {conv} layers with {pooling} after each",
        f"{number} blocks of {conv} and {pooling}", f"{number} {pick(rng, 'blocks', 'times')}: {conv}, {pooling}",
    )  # fmt: skip
    return [told], [f"( {word} {pool} )*{count}"]


def _block_parts(rng: Random, side: int, blocks: list[tuple[int, bool]], kernel: int) -> tuple[list[str], list[str]]:
    """Layer by layer, most often with the same wording for each."""
    channels, grows = pick(rng, 0, 0, 4, 6, 8, 16, 32, 64, rng.randint(3, 99)), pick(rng, 1, 2)
    say_conv = _conv_wording(rng, kernel, filters=channels > 0)
    has_room = len(blocks) == 1 and side > MIN_SIDE_FOR_LARGE_WINDOWS
    windows: tuple[int, ...] = (2, 2, 3, 4) if has_room else (DEFAULT_POOL_WINDOW,)
    pooling = _pooling_part(rng, windows)
    says_no_pooling = chance(rng, 0.08)
    if says_no_pooling:
        blocks = [(rng.randint(1, 3), False)]
    told, words = [], []
    for count, pooled in blocks:
        conv = f"conv{kernel}" + (f":{channels}" if channels else "")
        if count > 1 and chance(rng, 0.15):
            told += [say_conv(channels), _more_of_the_same(rng, count - 1)]
        else:
            told += [say_conv(channels) for _ in range(count)]
        words += [conv] * count
        if pooled:
            said, pool = pooling if chance(rng, 0.8) else _pooling_part(rng, windows)
            told.append(said if chance(rng, 0.8) else f"{pick(rng, with_article(said), f'one {said}')} layer")
            words.append(pool)
        channels *= grows
    if says_no_pooling:
        told.append(pick(rng, "no pooling", "without pooling", "no pooling layer"))
    return told, words


def _more_of_the_same(rng: Random, count: int) -> str:
    if count == 1:
        return pick(
            rng, "another one like it", "one more of the same", "the same again", "another conv of the same kind"
        )
    number = count_word(rng, count)
    return pick(rng, f"{number} more of the same", f"{number} more like it", f"{number} more convs of the same kind")


def _conv_wording(rng: Random, kernel: int, filters: bool) -> Callable[[int], str]:
    size, noun = by(rng, kernel, kernel), pick(rng, "conv", "conv layer", "convolution", "convolutional layer")
    many = pick(rng, "filters", "filters", "channels", "kernels", "feature maps")
    lead = pick(rng, "", "", "a ", "one ")
    if not filters:
        plain = pick(rng, f"{lead}{size} {noun}", f"{noun} {size}", f"{noun} ({size})", f"conv{kernel}")
        return lambda channels: plain
    form = pick(
        rng, f"{lead}{noun} ({size}, {{}} {many})", f"{lead}{size} {noun} with {{}} {many}", f"conv{kernel}-{{}}",
        f"{lead}{size} {noun} ({{}} {many})", f"{noun} {size} with {{}} {many}", f"{noun} {size} ({{}})",
        f"{noun} {size}, {{}} {many}", f"Conv2D({{}}, {size})", f"{lead}{noun} with {{}} {size} filters",
        f"{noun} {size} x {{}}",
    )  # fmt: skip
    return form.format


def _dense_parts(rng: Random, tail: list[int], outputs: int) -> tuple[list[str], list[str]]:
    """What follows the convolutions, which may be the output alone."""
    unit = units(rng)
    noun = pick(rng, "dense", "fc", "fully connected", "linear", "FC", "Dense")
    ends = [
        f"{outputs} classes",
        f"{outputs} outputs",
        f"output {outputs}",
        f"{noun} {outputs}",
        f"{outputs} output {unit}",
    ]
    ends += (
        ["1 output", "a single output"]
        if outputs == 1
        else [f"softmax over {outputs} classes", f"{outputs} way output"]
    )
    if chance(rng, 0.2):
        tail = []
    form = pick(
        rng, "{noun} {size}", "{noun}({size})", "{size} hidden {unit}", "{size} hidden", "{noun} layer of {size}"
    )
    told = [form.format(noun=noun, size=size, unit=unit) for size in tail]
    return [*told, pick(rng, *ends)], [str(size) for size in [*tail, outputs]]


def _as_code(
    rng: Random, side: int, kernel: int, blocks: list[tuple[int, bool]], tail: list[int], outputs: int
) -> tuple[str, str]:
    """As the code that builds it: `Input(64, 64, 1), Conv2D(8, 5), MaxPooling2D(2), Flatten(), Dense(20)`."""
    return (_as_keras if chance(rng, 0.7) else _as_pytorch)(
        rng, side, kernel, [(min(count, 2), pooled) for count, pooled in blocks[:3]], tail[:2], outputs
    )


def _as_keras(
    rng: Random, side: int, kernel: int, blocks: list[tuple[int, bool]], tail: list[int], outputs: int
) -> tuple[str, str]:
    """With the shape of the input, told in one of its ways or not at all."""
    deep, channels = pick(rng, 1, 3), pick(rng, 4, 6, 8, 12, 16, 32, 64)
    kernel_told = pick(rng, f"{kernel}", f"({kernel}, {kernel})", f"({kernel},{kernel})", f"kernel_size={kernel}")
    name, package = pick(rng, "", "", "relu", "tanh"), pick(rng, "", "", "", "layers.")
    active = pick(rng, ", activation='{}'", ', activation="{}"', ", '{}'").format(name) if name else ""
    name_word = [f'"{name}"'] if name else []
    pool, pool_word = pick(rng, ("MaxPooling2D", "maxpool"), ("AveragePooling2D", "avgpool"), ("MaxPool2D", "maxpool"))
    window, window_word = pick(rng, ("(2)", "2"), ("((2, 2))", "2"), ("(pool_size=2)", "2"), ("()", ""))
    shape = f"{side}, {side}, {deep}"
    told = [pick(rng, f"Input({shape})", f"Input(shape=({shape}))", f"Input(({shape}))", f"{side}x{side}x{deep} input")]
    words, norm = [f"{side}x{side}x{deep}"], chance(rng, 0.15)
    for count, pooled in blocks:
        for _ in range(count):
            told.append(f"{package}Conv2D({channels}, {kernel_told}{active})")
            words += [f"conv{kernel}:{channels}", *name_word]
            if norm:
                told.append(f"{package}BatchNormalization()")
                words.append('"BatchNormalization"')
        if pooled:
            told.append(f"{package}{pool}{window}")
            words.append(pool_word + window_word)
        channels *= pick(rng, 1, 2)
    flat = pick(rng, "Flatten", "Flatten", "Flatten", "GlobalAveragePooling2D", "")
    if flat:
        told.append(package + flat + pick(rng, "()", "()", ""))
        words.append(f'"{flat}"')
    last = pick(rng, "", "", "softmax", "sigmoid")
    end = f", activation='{last}'" if last else ""
    told += [*(f"{package}Dense({size}{active})" for size in tail), f"{package}Dense({outputs}{end})"]
    words += [word for size in tail for word in (str(size), *name_word)]
    words += [str(outputs), *([f'"{last}"'] if last else [])]
    return _as_lines(rng, told, "Sequential"), " ".join(words)


def _as_pytorch(
    rng: Random, side: int, kernel: int, blocks: list[tuple[int, bool]], tail: list[int], outputs: int
) -> tuple[str, str]:
    """With the channels that go in and come out of each convolution."""
    deep, channels = pick(rng, 1, 3), pick(rng, 4, 6, 8, 12, 16, 32, 64)
    package, name = pick(rng, "nn.", "nn.", ""), pick(rng, "", "ReLU", "ReLU", "GELU")
    pool, pool_word = pick(rng, ("MaxPool2d", "maxpool2"), ("AvgPool2d", "avgpool2"))
    told, words = [f"{by(rng, side, side)} {pick(rng, 'image', 'input')}"], [f"{side}x{side}"]
    active, name_word = ([f"{package}{name}()"], [f'"{name}"']) if name else ([], [])
    kernel_told = pick(rng, str(kernel), f"kernel_size={kernel}")
    for count, pooled in blocks:
        for _ in range(count):
            told += [f"{package}Conv2d({deep}, {channels}, {kernel_told})", *active]
            words += [f"conv{kernel}:{channels}", *name_word]
            deep = channels
        if pooled:
            told.append(f"{package}{pool}(2)")
            words.append(pool_word)
        channels *= pick(rng, 1, 2)
    told.append(f"{package}Flatten()")
    words.append('"Flatten"')
    width, is_lazy = deep * rng.randint(3, 12) ** 2, chance(rng, 0.3)
    for size in [*tail, outputs]:
        told += [f"{package}LazyLinear({size})" if is_lazy else f"{package}Linear({width}, {size})", *active]
        words += [str(size), *name_word]
        width = size
    if name:  # nothing follows the output
        told.pop()
        words.pop()
    return _as_lines(rng, told, "nn.Sequential"), " ".join(words)


def _as_lines(rng: Random, told: list[str], model: str) -> str:
    """Calls in a row, a line each, or inside the call of the model."""
    if model == "Sequential" and chance(rng, 0.15):
        return "\n".join(f"model.add({call})" if call.endswith(")") else call for call in told)
    joint = pick(rng, ", ", ", ", "\n", " -> ", "; ", ",\n", " > ")
    row = joint.join(told)
    if joint in (", ", ",\n") and chance(rng, 0.3):
        call = f"{model}([{row}])" if model == "Sequential" else f"{model}({row})"
        return pick(rng, call, f"model = {call}")
    return pick(rng, row, row, row, f"keras model: {row}" if model == "Sequential" else f"model: {row}", f"CNN: {row}")
