"""Convolutional networks told in sentences, by their feature maps or by blocks, each with the body of its plan."""

from __future__ import annotations

from random import Random

from diagram_core.notation.plan import DEFAULT_POOL_WINDOW
from diagram_core.synthesis.layer_parts import (
    ORDINALS,
    SIDES,
    backwards,
    forwards,
    in_words,
    opened,
    size_row,
    traced_back,
    units,
)
from diagram_core.synthesis.phrasing import by, chance, count_word, enumeration, pick
from diagram_core.synthesis.remarks import remarked

MIN_SIDE = 8
MAX_STAGES = 5
_HEADS = (
    "CNN", "conv net", "a convolutional network", "image classifier", "neural network", "cnn", "the network", "a CNN",
    "our image model", "my network", "small CNN", "convolutional neural net", "net for pictures",
)  # fmt: skip
_POOLS = (
    ("max pooling", "maxpool"), ("max pool", "maxpool"), ("pooling", "pool"), ("pool", "pool"),
    ("average pooling", "avgpool"), ("pooling layer", "pool"), ("max pooling layer", "maxpool"),
)  # fmt: skip
_BLOCK_PARTS = (
    ("batch norm", '"batch norm"'), ("relu", '"relu"'), ("dropout", '"dropout"'),
    ("batchnorm", '"batchnorm"'), ("gelu", '"gelu"'),
)  # fmt: skip

Part = tuple[str, str]  # how it is said, and how a plan says it


def conv_story(rng: Random) -> tuple[str, str]:
    """Layers in sentences, from first to last or from the end, by their feature maps, in stages or in blocks."""
    form = pick(
        rng,
        _in_order,
        _from_the_end,
        _from_the_end,
        *3 * (_by_maps,),
        _by_ordinal_maps,
        _by_relation,
        *2 * (_stages,),
        *2 * (_defined_block,),
        *3 * (_counted_channels,),
    )
    prompt, body = form(rng)
    prompt = opened(rng, prompt)
    return (remarked(rng, prompt) if chance(rng, 0.3) else prompt), body


def image_part(rng: Random, side: int) -> Part:
    """`a 28x28 image`."""
    size = f"{side} by {side}" if chance(rng, 0.15) else by(rng, side, side)
    noun = pick(rng, "image", "image", "picture", "input", "input image", "photo", "gray image", "pixel image")
    return f"a {size} {noun}", f"{side}x{side}"


def _headed(rng: Random, told: str) -> str:
    return (
        f"{pick(rng, *_HEADS)}{pick(rng, ': ', ', ', '. ', ' - ', ' like this: ')}{told}" if chance(rng, 0.6) else told
    )


def _conv(rng: Random, kernel: int, channels: int, count: int = 1) -> Part:
    """`two 3x3 convs with 16 filters`; neither kernel nor channels have to be told."""
    noun = pick(rng, "conv", "conv layer", "convolution", "convolutional layer") + ("s" if count > 1 else "")
    size = f"{by(rng, kernel, kernel)} " if kernel else ""
    many = pick(rng, "filters", "filters", "channels", "kernels", "feature maps")
    number = pick(rng, "a", "one", "a") if count == 1 else count_word(rng, count)
    filters = pick(rng, f" with {channels} {many}", f" of {channels} {many}", f" ({channels} {many})")
    word = f"conv{kernel or ''}" + (f":{channels}" if channels else "")
    return f"{number} {size}{noun}{filters if channels else ''}", word if count == 1 else f"{word}*{count}"


def _pool(rng: Random, window: int = 2) -> Part:
    said, word = pick(rng, *_POOLS)
    if window != DEFAULT_POOL_WINDOW or chance(rng, 0.5):
        return f"a {by(rng, window, window)} {said}", f"{word}{window}"
    return f"{'an' if said.startswith('av') else 'a'} {said}", word


def _dense(rng: Random, size: int, largest: int = 99) -> Part:
    number, unit = in_words(rng, size, largest, pick(rng, 0.0, 0.6)), units(rng)
    form = pick(
        rng, "a dense layer of {}", "a dense layer with {} {unit}", "{} {unit}", "a fully connected layer of {}",
        "a layer of {} {unit}", "{} dense {unit}", "a fully connected layer with {} {unit}",
    )  # fmt: skip
    return form.format(number, unit=unit), str(size)


def _output(rng: Random) -> Part:
    size = pick(rng, 1, 1, 2, 3, rng.randint(4, 13), 10, 100, 1000)
    if size == 1:
        return pick(rng, "one output", "1 neuron", "a single output", "1 output", "one output neuron"), "1"
    number = in_words(rng, size, share=0.4)
    return f"{number} {pick(rng, 'outputs', 'classes', 'output neurons', 'output classes', 'neurons')}", str(size)


def _layers(rng: Random) -> list[Part]:
    """Convolutions and pooling, then what is dense, from the first to the last."""
    kernel, channels = pick(rng, 3, 3, 5, 7, 0), pick(rng, 0, 0, 4, 6, 8, 16, 32, rng.randint(3, 60))
    layers = [image_part(rng, pick(rng, *SIDES) if chance(rng, 0.6) else rng.randint(20, 200))]
    stages = rng.randint(1, 3)
    for _ in range(stages):
        layers.append(_conv(rng, kernel, channels, pick(rng, 1, 1, 1, 2, 3)))
        if chance(rng, 0.8):
            layers.append(_pool(rng) if stages > 1 else _pool(rng, pick(rng, 2, 2, 3, 4)))
        channels *= pick(rng, 1, 2)
    sizes = [
        pick(rng, 10, 11, 12, 16, 20, 32, 50, 64, 100, 128, 256, rng.randint(8, 99)) for _ in range(rng.randint(0, 2))
    ]
    return [*layers, *(_dense(rng, size) for size in sizes), _output(rng)]


def _in_order(rng: Random) -> tuple[str, str]:
    """`It starts with a 28x28 image. Then a 3x3 conv with 8 filters. After that ...`."""
    layers = _layers(rng)
    return _headed(rng, forwards(rng, [said for said, _ in layers])), " ".join(word for _, word in layers)


def _from_the_end(rng: Random) -> tuple[str, str]:
    """`The output is 1 neuron, before it 32 neurons, before that a 2x2 max pooling ... and the input is ...`."""
    layers = _layers(rng)
    told = pick(rng, backwards, traced_back)(rng, [said for said, _ in layers])
    return _headed(rng, told), " ".join(word for _, word in layers)


def _counted_channels(rng: Random) -> tuple[str, str]:
    """`Two 5x5 convs of 10 and 20 filters, each followed by a pool`."""
    count, kernel, first = rng.randint(2, 5), pick(rng, 3, 3, 5, 0), pick(rng, 4, 8, 10, 12, 16, 32, rng.randint(5, 40))
    channels = [first << place for place in range(count)]
    if chance(rng, 0.4):
        channels = [first + rng.randint(0, 6) * 4 * place for place in range(count)]
    size, many = (
        f"{by(rng, kernel, kernel)} " if kernel else "",
        pick(rng, "channels", "filters", "kernels", "feature maps"),
    )
    noun = pick(rng, "convs", "convolutions", "conv layers", "convolutional layers")
    listed = enumeration(rng, [str(number) for number in channels])
    number = count_word(rng, count)
    convs = pick(
        rng, f"{number} {size}{noun} with {listed} {many}", f"{number} {size}{noun} of {listed} {many}",
        f"{number} {size}{noun} ({listed} {many})", f"{listed} {many} in {number} {size}{noun}",
        f"{number} {size}{noun}, {listed} {many}",
    )  # fmt: skip
    words = [f"conv{kernel or ''}:{number}" for number in channels]
    pool, pool_word = _pool(rng)
    bare = pool.removeprefix("a ").removeprefix("an ")
    after, row = pick(
        rng,
        (f"{pool} after every one of these", True), (f"{pool} after each", True), (f"each followed by {pool}", True),
        (f"with {pool} behind every one of them", True), (f"after every one {pool}", True),
        (f"each with {bare} after it", True), (f"{pool} only after the last one", False), (f"then {pool}", False),
        (f"and one {bare} at the end of them", False),
    )  # fmt: skip
    layers = [part for word in words for part in (word, pool_word)] if row else [*words, pool_word]
    (image, image_word), (last, outputs) = image_part(rng, 16 * rng.randint(6, 32)), _output(rng)
    dense = [_dense(rng, pick(rng, 20, 32, 50, 64, 100, 128)) for _ in range(rng.randint(0, 2))]
    start = pick(rng, f"{image}, ", f"{image} goes into ", f"{image}. Then ", f"{image}, then ", f"{image} -> ")
    end = pick(rng, ", then ", ", ", " and then ").join([*(said for said, _ in dense), last])
    comma, joint = pick(rng, ", ", ", ", "; ", " - "), pick(rng, ", then ", ". Then ", "; ", ". At the end ", ", ")
    prompt = f"{start}{convs}{comma}{after}{joint}{end}"
    return _headed(rng, prompt), " ".join([image_word, *layers, *(word for _, word in dense), outputs])


def _by_maps(rng: Random) -> tuple[str, str]:
    """`A convolution whose feature map is 96x96, then pooling down to 48x48`: each layer by the size of its output."""
    side = pick(rng, *SIDES) if chance(rng, 0.4) else 4 * rng.randint(6, 50)
    layers = [image_part(rng, side)]
    by_ordinals, convs = chance(rng, 0.2), 0
    for _ in range(rng.randint(1, 3)):
        for _ in range(pick(rng, 1, 1, 2)):
            kernel = pick(rng, 3, 3, 5, 7)
            side -= pick(rng, kernel - 1, kernel - 1, kernel - 1, 0)
            place = f"{ORDINALS[convs]} " if by_ordinals else ""
            layers.append(_conv_to(rng, kernel, side, place))
            convs += 1
        if chance(rng, 0.8):
            side //= 2
            layers.append(_pool_to(rng, side) if chance(rng, 0.8) else _pool(rng))
        if side < MIN_SIDE + 2 * kernel:
            break
    layers += [_dense(rng, pick(rng, 16, 32, 64, 100, 128, 256)) for _ in range(rng.randint(0, 2))]
    layers.append(_output(rng))
    told = [said for said, _ in layers]
    if chance(rng, 0.15):
        prompt = backwards(rng, told)
    else:
        prompt = forwards(rng, told) if chance(rng, 0.7) else pick(rng, ", ", " -> ", ", then ").join(told)
    return _headed(rng, prompt), " ".join(word for _, word in layers)


def _by_ordinal_maps(rng: Random) -> tuple[str, str]:
    """`First conv layer has a 36x36 output, the second 32x32, then pooling to 16x16`."""
    side, count = pick(rng, *SIDES) if chance(rng, 0.5) else 4 * rng.randint(8, 50), rng.randint(1, 3)
    image, word = image_part(rng, side)
    noun, pooled = pick(rng, "conv layer", "conv", "convolution", "convolutional layer"), chance(rng, 0.7)
    has, article = (
        pick(rng, "has a {} output", "has {} output", "gives {}", "makes {}", "outputs {}"),
        pick(rng, "the ", ""),
    )
    told, words = [], [word]
    for place in range(count):
        side -= pick(rng, 2, 2, 4, 6)
        name = f"{article}{ORDINALS[place]}"
        says = "{}" if place and chance(rng, 0.4) else f"{noun} {has}"
        told.append(f"{name} {says}".format(_map_size(rng, side)))
        words.append(f"conv={side}")
    if pooled:
        said, word = _pool_to(rng, side // 2)
        told.append(said)
        words.append(word)
    last, outputs = _output(rng)
    told.append(last)
    joint = pick(rng, ", ", ", ", "; ", ", then ")
    prompt = f"{image}{pick(rng, ', ', '. ', ': ')}{joint.join(told)}"
    return _headed(rng, prompt), " ".join([*words, outputs])


def _by_relation(rng: Random) -> tuple[str, str]:
    """`A 3x3 conv with 16 filters, max pool, then one with twice as many filters, the same pool, ...`."""
    kernel, channels, count = pick(rng, 3, 3, 5), pick(rng, 8, 12, 16, 20, 32), rng.randint(2, 4)
    many, (pooling, pool) = pick(rng, "filters", "channels"), _pool(rng)
    image, word = image_part(rng, pick(rng, *SIDES))
    told, words = (
        [image, f"a {by(rng, kernel, kernel)} conv with {channels} {many}"],
        [word, f"conv{kernel}:{channels}"],
    )
    for place in range(count):
        told.append(pooling if place == 0 else pick(rng, "the same pool", "again the pool", pooling))
        words.append(pool)
        if place + 1 == count:
            break
        amount, factor = pick(
            rng, ("twice as many", 2), ("double the", 2), ("the same number of", 1), ("three times as many", 3)
        )
        channels *= factor
        told.append(f"{pick(rng, 'one', 'another one', 'another conv of that kind')} with {amount} {many}")
        words.append(f"conv{kernel}:{channels}")
    last, outputs = _output(rng)
    return _headed(rng, forwards(rng, [*told, last])), " ".join([*words, outputs])


def _map_size(rng: Random, side: int) -> str:
    return f"{side} by {side}" if chance(rng, 0.1) else by(rng, side, side)


def _conv_to(rng: Random, kernel: int, side: int, place: str) -> Part:
    """A convolution, with the size of its output and perhaps with its kernel and channels."""
    size, noun = _map_size(rng, side), pick(rng, "conv", "conv layer", "convolution", "convolutional layer")
    kernel = kernel if chance(rng, 0.3) else 0
    channels = pick(rng, 0, 0, 0, 8, 16, 32)
    article = "the " if place else pick(rng, "a ", "a ", "")
    head = f"{article}{place}{f'{kernel}x{kernel} ' if kernel else ''}{noun}"
    word = f"conv{kernel or ''}{f':{channels}' if channels else ''}={side}"
    if channels:
        return pick(
            rng,
            f"{head} with {channels} {pick(rng, 'filters', 'channels')} and a feature map of {size}",
            f"{head} with {channels} filters and an output of {size} pixels",
            f"{head} ({channels} filters, output {size})",
            f"{head} with {channels} filters, which gives {size}",
        ), word
    return pick(
        rng, f"{head} whose feature map is {size}", f"{head} whose output is {size}", f"{head} with {size} output",
        f"{head} with an output of {size}", f"{head} to {size}", f"{head} down to {size}", f"{head} giving {size}",
        f"{head} that gives {size}", f"{head} which leaves {size}", f"{head}, which gives {size}",
        f"{head} (feature map {size})", f"{head} (output {size})", f"{head} that makes it {size}",
        f"{head} with a {size} feature map", f"{head} with a feature map of {size}", f"{head}, now it is {size}",
    ), word  # fmt: skip


def _pool_to(rng: Random, side: int) -> Part:
    """Pooling, with the size of its output."""
    size, (noun, word) = _map_size(rng, side), pick(rng, *_POOLS)
    window = "2" if chance(rng, 0.3) else ""
    head = f"{pick(rng, 'a ', '')}{'2x2 ' if window else ''}{noun}"
    head = head.replace("a average", "an average")
    return pick(
        rng, f"{head} down to {size}", f"{head} to {size}", f"{head}, which gives {size}", f"{head} that gives {size}",
        f"{head} whose output is {size}", f"{head} that shrinks it to {size}", f"{head} which halves it to {size}",
        f"{head} with {size} output", f"{head} (output {size})", f"{head} that leaves {size}",
        f"{head}, which brings it to {size}", f"{head} giving {size}", f"{head} which shrinks to {size}",
    ), f"{word}{window}={side}"  # fmt: skip


def _stages(rng: Random) -> tuple[str, str]:
    """`It starts with two 3x3 convolutions with 64 channels and a 2x2 max pool, continues with two of 128 ...`."""
    count, kernel, channels = rng.randint(2, MAX_STAGES), pick(rng, 3, 3, 5), pick(rng, 8, 16, 32, 64)
    noun = pick(rng, "convolutions", "convs", "conv layers", "convolutional layers")
    many, pooling = pick(rng, "channels", "filters", "feature maps"), _pool(rng)
    elides = chance(rng, 0.6)
    told, words = [], []
    for place in range(count):
        depth = rng.randint(2, 4)
        number = count_word(rng, depth)
        convs = f"{number} {kernel}x{kernel} {noun}"
        if place and elides:
            convs = pick(rng, number, f"{number} more", f"{number} of them")
        convs += pick(rng, f" with {channels} {many}", f" of {channels} {many}", f" with {channels} {many} each")
        again = pick(rng, "the same pool", "again the pool", "the pool again") if place and elides else pooling[0]
        told.append(f"{convs} {pick(rng, 'and', 'and', 'followed by')} {again}")
        words += [f"conv{kernel}:{channels}*{depth}", pooling[1]]
        channels *= pick(rng, 1, 2, 2)
    start, body = "", []
    if chance(rng, 0.6):
        (said, word) = image_part(rng, pick(rng, *SIDES))
        start, body = pick(rng, f"{said} goes in. ", f"It takes {said}. ", f"the input is {said}. "), [word]
    end, end_words = _dense_end(rng)
    prompt = f"{start}{_told_stages(rng, told)}{end}"
    return _headed(rng, prompt), " ".join([*body, *words, *end_words])


def _told_stages(rng: Random, told: list[str]) -> str:
    """Stages in one sentence or in one each."""
    first, *rest = told
    start = pick(rng, "It starts with", "it begins with", "First come", "First there are")
    if chance(rng, 0.4):
        links = ("Then come", "After that there are", "Next come", "Then there are", "These are followed by")
        return ". ".join([f"{start} {first}", *(f"{pick(rng, *links)} {stage}" for stage in rest)])
    commas = (", continues with ", ", then has ", ", then come ", ", goes on with ", ", after that ", ", then ")
    return f"{start} {first}" + "".join(pick(rng, *commas) + stage for stage in rest)


def _dense_end(rng: Random) -> tuple[str, list[str]]:
    """`. At the end there are two fully connected layers of 4096 and an output layer of 1000 classes`."""
    size, count, outputs = (
        pick(rng, 64, 128, 256, 512, 1024, 4096),
        rng.randint(1, 3),
        pick(rng, 2, 3, 5, 10, 100, 1000),
    )
    noun = pick(rng, "fully connected", "dense", "linear", "fully-connected")
    number = "a" if count == 1 else count_word(rng, count)
    layers = f"{number} {noun} {'layer' if count == 1 else 'layers'} {pick(rng, 'of', 'with')} {size}"
    layers += pick(rng, "", f" {units(rng)}")
    start = pick(rng, ". At the end there ", ". At the end ", ", and at the end ", ". Finally ", ", then ")
    if start.endswith("there "):
        start += "is " if count == 1 else "are "
    last = pick(
        rng, f"an output layer of {outputs}", f"an output layer of {outputs} classes", f"{outputs} outputs",
        f"a softmax over {outputs} classes", f"{outputs} classes", f"an output layer with {outputs} {units(rng)}",
    )  # fmt: skip
    joint = pick(rng, " and ", ", then ", " and then ", ", and ")
    return f"{start}{layers}{joint}{last}", [str(size) if count == 1 else f"{size}*{count}", str(outputs)]


def _defined_block(rng: Random) -> tuple[str, str]:
    """`One block = two 3x3 convs followed by a 2x2 max pool; repeat that block three times`."""
    parts = [_conv(rng, pick(rng, 3, 3, 5, 0), pick(rng, 0, 0, 16, 32, 64), pick(rng, 1, 2, 2, 3))]
    parts += rng.sample(_BLOCK_PARTS, pick(rng, 0, 0, 1, 2))
    parts += [_pool(rng)] if chance(rng, 0.8) or len(parts) == 1 else []
    count = rng.randint(2, 6)
    joint = pick(rng, " followed by ", ", then ", " and ", " and then ", " + ", ", ")
    inner = joint.join(said for said, _ in parts)
    row = f"( {' '.join(word for _, word in parts)} )*{count}"
    (image, side), tail = (
        image_part(rng, pick(rng, *SIDES)),
        [pick(rng, 32, 64, 100, 128) for _ in range(rng.randint(0, 2))],
    )
    (last, outputs), number = _output(rng), count_word(rng, count)
    end = last
    if tail:
        noun = "layer" if len(tail) == 1 else "layers"
        end = f"{pick(rng, 'dense', 'fully connected')} {noun} of {enumeration(rng, [str(n) for n in tail])}, {last}"
    unit = pick(rng, "block", "block", "stage", "unit", "module")
    prompt = pick(
        rng,
        f"one {unit} = {inner}; repeat that {unit} {number} times. Input is {image}, after the {unit}s {end}",
        f"{image}. One {unit} is {inner}. {pick(rng, 'Repeat', 'repeat')} that {unit} {number} times, then {end}",
        f"{image}, then {number} {unit}s. Each {unit} is {inner}. Then {end}",
        f"{image}, {number} {unit}s ({unit} = {inner}), {end}",
        f"a {unit} means {inner}. The net: {image}, {number} such {unit}s, {end}",
        f"{image}, then {number} times the same {unit}: {inner}. At the end {end}",
        f"we call {inner} a {unit}. {image} goes through {number} of these {unit}s and then {end}",
        f"it takes {image}, after that come {number} {unit}s, each of which has {inner}; at the end {end}",
    )
    return _headed(rng, prompt), " ".join([side, row, size_row([*tail, int(outputs)])])
