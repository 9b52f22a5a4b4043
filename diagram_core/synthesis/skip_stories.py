"""Networks with connections past layers that are told in sentences, each with the body of its plan."""

from __future__ import annotations

from random import Random

from diagram_core.notation.plan import SKIP_NAMES
from diagram_core.synthesis.conv_stories import image_part
from diagram_core.synthesis.layer_parts import (
    ORDINALS,
    SHORT_ORDINALS,
    SIDES,
    any_size,
    in_a_row,
    in_words,
    opened,
    said_skip,
    units,
    with_skips,
)
from diagram_core.synthesis.phrasing import and_last, by, chance, count_word, pick
from diagram_core.synthesis.remarks import remarked

MAX_LEVELS = len(SKIP_NAMES)


def equal_layers_skip(rng: Random) -> tuple[str, str]:
    """`Three hidden layers of 20, plus a skip connection from the first hidden layer to the third`."""
    count, size, inputs = rng.randint(2, 5), rng.randint(8, 20) if chance(rng, 0.4) else any_size(rng), any_size(rng)
    outputs = rng.randint(1, 10)
    skips = _skips(rng, count)
    said_size = in_words(rng, size, share=0.3)
    unit = units(rng)
    number = count_word(rng, count)
    hidden = pick(rng, "hidden layers", "hidden layers", "layers", "dense layers")
    layers = pick(
        rng, f"{number} {hidden} of {said_size}", f"{number} {hidden} of {said_size} {unit} each",
        f"{number} {hidden} with {said_size} {unit}", f"{number} {hidden}, each with {said_size} {unit}",
        f"{number} {hidden} with {said_size} {unit} each", f"{number} equal {hidden} of {said_size} {unit}",
        f"{number} {hidden}, {said_size} {unit} each", f"{number} {hidden} ({said_size} {unit} each)",
        f"{count}x{size} hidden", f"{count} x {size} hidden", f"hidden {count}x{size}", f"{number} times {size} hidden",
    )  # fmt: skip
    noun = "dense layer" if hidden == "dense layers" and chance(rng, 0.5) else "hidden layer"
    told = [said_skip(rng, *_ends(rng, skip, count, noun)) for skip in skips]
    first, last = _in_and_out(rng, inputs, outputs)
    base = pick(
        rng, f"{first}, {layers}, {last}", f"{first}, {layers} and {last}", f"{first}, then {layers}, then {last}",
        f"{layers}, {first}, {last}", f"{first} and {last}, {layers}", f"It has {first}, {layers} and {last}",
        f"it takes {first}, goes through {layers} and ends in {last}",
    )  # fmt: skip
    head = pick(rng, "", "", "network: ", "MLP with ", "NN: ", "a dense net: ", "my network: ", "residual MLP: ")
    prompt = (head if base[:2].lower() != "it" else "") + _with_skips_told(rng, base, told)
    used = {place for skip in skips for place in skip}
    words = [str(inputs), *([str(size)] * count), str(outputs)]
    body = with_skips(words, skips)
    if used <= {0, count + 1}:
        body = with_skips([str(inputs), f"{size}*{count}", str(outputs)], [(0, 2)])
    return (remarked(rng, prompt) if chance(rng, 0.15) else prompt), body


def _skips(rng: Random, hidden: int) -> list[tuple[int, int]]:
    """One skip or two from one place to another, of which 0 is the input and the last the output."""
    last = hidden + 1
    if hidden == 2 or chance(rng, 0.2):
        return [(0, last)] if chance(rng, 0.6) else [pick(rng, (0, last - 1), (1, last))]
    if chance(rng, 0.6):
        source = rng.randint(1, hidden - 2)
        return [(source, rng.randint(source + 2, hidden))]
    if hidden >= 5 and chance(rng, 0.5):
        return [(1, 3), (3, 5)]
    source = rng.randint(0, last - 2)
    return [(source, rng.randint(source + 2, last))]


def _ends(rng: Random, skip: tuple[int, int], hidden: int, noun: str) -> tuple[str, str]:
    """How the layers of a skip are called; the second may go by its ordinal alone."""
    source, target = skip
    places = pick(rng, ORDINALS, ORDINALS, SHORT_ORDINALS)
    names = {0: pick(rng, "the input", "the input layer"), hidden + 1: pick(rng, "the output", "the output layer")}
    for place in range(1, hidden + 1):
        ordinal = "last" if place == hidden and noun == "hidden layer" and chance(rng, 0.4) else places[place - 1]
        names[place] = f"the {ordinal} {noun}"
    if chance(rng, 0.15):
        names.update({place: f"{noun} {place}" for place in range(1, hidden + 1)})
    if names[source].endswith(noun) and names[target].endswith(noun) and chance(rng, 0.5):
        names[target] = names[target].removesuffix(f" {noun}") + pick(rng, "", " one")
    return names[source], names[target]


def _in_and_out(rng: Random, inputs: int, outputs: int) -> tuple[str, str]:
    first = f"{in_words(rng, inputs, share=0.3)} {pick(rng, 'inputs', 'inputs', 'features', 'input neurons')}"
    if outputs == 1:
        return first, pick(rng, "one output", "1 output", "a single output")
    return first, f"{in_words(rng, outputs, share=0.3)} {pick(rng, 'outputs', 'outputs', 'output neurons', 'classes')}"


def _with_skips_told(rng: Random, base: str, told: list[str]) -> str:
    """A network, and then what is said of its skips."""
    skips = pick(rng, " and ", ", and ", "; ").join(told)
    if chance(rng, 0.3):
        return f"{base}. {pick(rng, '', 'Also ', 'In addition ', 'Plus: ')}{skips}"
    return f"{base}{pick(rng, ', plus ', ' plus ', ', and ', ', ', '; ', ', also ', ' - ', '. ')}{skips}"


def conv_row_skip(rng: Random) -> tuple[str, str]:
    """`A 3x3 conv with 16 filters, two more convs of the same kind, with a skip from the first conv to the third`."""
    count, channels = rng.randint(3, 5), pick(rng, 0, 8, 12, 16, 32, 64)
    kernel = pick(rng, 3, 3, 5, 0)
    conv = f"conv{kernel or ''}{f':{channels}' if channels else ''}"
    one = f"{by(rng, kernel, kernel)} conv" if kernel else "conv"
    filters = f" with {channels} {pick(rng, 'filters', 'channels')}" if channels else ""
    source = pick(rng, 1, 1, 1, rng.randint(1, count - 2))
    target = rng.randint(source + 2, count)
    (image, image_word), (last, outputs) = image_part(rng, pick(rng, *SIDES)), _outputs(rng)
    pooled = chance(rng, 0.3)
    words, places = [image_word], []
    for _ in range(count):
        places.append(len(words))
        words += [conv, "maxpool"] if pooled else [conv]
    skip = [(places[source - 1], places[target - 1])]
    if pooled:
        layers = pick(rng, ", ", ", then ", " -> ").join([f"{one}{filters}, max pool"] * count)
    else:
        more = count_word(rng, count - 1)
        layers = pick(
            rng,
            f"a {one}{filters}, then {more} more convs of the same kind",
            f"a {one}{filters} and {more} more like it",
            f"a {one}{filters}, {more} more of the same",
            f"{count_word(rng, count)} {one}s{filters}",
            ", ".join([f"{one}{filters}"] * count),
        )
    first = pick(rng, "the first conv", "the very first conv") if source == 1 else f"the {ORDINALS[source - 1]} conv"
    second = f"the {'last' if target == count and chance(rng, 0.5) else ORDINALS[target - 1]}"
    told = said_skip(rng, first, second + pick(rng, " conv", " conv", " one", ""))
    end, pool = (
        ("", []) if pooled else pick(rng, ("", []), ("max pooling", ["maxpool"]), ("average pooling", ["avgpool"]))
    )
    rest = ", ".join([*([end] if end else []), last])
    prompt = pick(
        rng,
        f"{image}, {layers}, {told}, then {rest}",
        f"{image}, {layers}, {pick(rng, 'with ', '')}{told}; then {rest}",
        f"{image}, {layers}, {rest}. {told}",
        f"{image}, {layers}, {rest}; {told}",
        f"{image}, then {layers}, then {rest}, and {told}",
    )
    return prompt, " ".join([with_skips(words, skip), *pool, outputs])


def _outputs(rng: Random) -> tuple[str, str]:
    size = pick(rng, 1, 2, 3, 5, 10, 100)
    return (
        ("1 output", "1") if size == 1 else (f"{size} {pick(rng, 'outputs', 'classes', 'output neurons')}", str(size))
    )


def told_residual(rng: Random) -> tuple[str, str]:
    """`Then come three residual blocks. Each is two 3x3 convs, and what goes in is added to what comes out`."""
    (image, image_word), (last, outputs) = image_part(rng, pick(rng, *SIDES)), _outputs(rng)
    count, depth, channels = rng.randint(1, 6), rng.randint(2, 3), pick(rng, 0, 0, 8, 16, 32, 64)
    conv = f"conv3{f':{channels}' if channels else ''}"
    filters = f" with {channels} {pick(rng, 'filters', 'channels')}" if channels else ""
    inner = f"{count_word(rng, depth)} {by(rng, 3, 3)} conv{pick(rng, 's', ' layers', 'olutions')}{filters}"
    row = in_a_row(f"@a {conv}*{depth} +a", count)
    kernel = pick(rng, 3, 5, 7)
    stem_filters = f" with {channels} filters" if channels and chance(rng, 0.6) else ""
    stem = pick(rng, f"a {kernel}x{kernel} conv{stem_filters}", f"one {kernel}x{kernel} convolution{stem_filters}")
    stem_word = f"conv{kernel}" + (f":{channels}" if stem_filters else "")
    pool, pool_word = pick(
        rng, ("", ""), ("average pooling", "avgpool"), ("global average pooling", '"global average pooling"')
    )
    end = pick(rng, " and ", ", then ", ", ").join([*([pool] if pool else []), last])
    added = pick(
        rng, "what goes into the block is added to what comes out of it", "its input is added to its output",
        "the input of the block is added to its output", "there is a skip around it", "a shortcut goes around it",
        "the block's input is added at the end", "with a skip connection around it",
        "its input skips over it and is added again",
    )  # fmt: skip
    number = "a" if count == 1 else count_word(rng, count)
    noun = pick(rng, "residual block", "block", "resnet block", "residual unit") + ("s" if count > 1 else "")
    each = (
        pick(rng, "It is", "it has", "This block is")
        if count == 1
        else pick(rng, "Each block is", "Each one is", "each has")
    )
    come = "comes" if count == 1 else "come"
    prompt = pick(
        rng,
        f"{image}, {stem}. {pick(rng, 'After that', 'Then')} {come} {number} {noun}. {each} {inner}, and {added}. "
        f"{pick(rng, 'At the end', 'Then', 'Finally')} {end}",
        f"{image} goes into {stem}, then {number} {noun} ({inner}, {added}), then {end}",
        f"{image}, {stem}, {number} {noun} of {inner}, {added}, {end}",
        f"it starts with {image} and {stem}, then {number} {noun}; {each} {inner} and {added}; {end}",
    )
    body = " ".join([image_word, stem_word, row, *([pool_word] if pool else []), outputs])
    return (remarked(rng, prompt) if chance(rng, 0.15) else prompt), body


def told_u_net(rng: Random) -> tuple[str, str]:
    """Going down, at the bottom and going up in sentences, with skips by channels or by level."""
    levels, first = rng.randint(1, MAX_LEVELS - 1), pick(rng, 4, 8, 16, 32, 64)
    channels = [first << level for level in range(levels + 1)]
    size = f"{by(rng, 3, 3)} " if chance(rng, 0.4) else ""
    kernel = "3" if size else ""
    form = pick(
        rng, f"a {size}conv with {{}} channels", f"a {size}conv with {{}} filters", f"{size}conv with {{}} channels",
        f"a {{}} channel {size}conv", f"a {size}convolution of {{}} channels",
    )  # fmt: skip
    pool, pool_word = pick(
        rng, ("a max pool", "maxpool"), ("a 2x2 max pool", "maxpool2"), ("pooling", "pool"), ("a pool", "pool")
    )
    up, up_word = pick(
        rng, ("an upsampling", "up"), ("upsampling", "up"), ("a 2x2 upsampling", "up2"), ("upsample", "up")
    )
    is_double = chance(rng, 0.25)
    if is_double:
        form = (
            f"{pick(rng, 'two', '2')} {size}{pick(rng, 'convs', 'conv layers')} {pick(rng, 'with', 'of')} {{}} channels"
        )
    down = [part for n in channels[:-1] for part in (form.format(n), pool)]
    up_again = [part for n in reversed(channels[:-1]) for part in (up, form.format(n))]
    words = _level_words(
        [f"conv{kernel}:{n}{'*2' if is_double else ''}" for n in channels], pool_word, up_word, is_double
    )
    (image, image_word), ends = image_part(rng, 32 * rng.randint(1, 16)), pick(rng, 0, 0, 1, 2, 5)
    link = pick(rng, ", ", ", then ", ", ", " and then ")
    told = [
        f"{pick(rng, 'Going down', 'On the way down', 'down', 'The encoder has', 'First')}: {link.join(down)}",
        f"{pick(rng, 'At the bottom', 'In the middle', 'The bottom is', 'bottom')}: {form.format(channels[-1])}",
        f"{pick(rng, 'Going up', 'On the way up', 'up again', 'The decoder has', 'back up')}: {link.join(up_again)}",
    ]
    if chance(rng, 0.6):
        told = [part.replace(":", "", 1) for part in told]
    skips = _upsampled_skips(rng) if is_double else _level_skips(rng, channels[:-1])
    lead = pick(rng, "The output is", "at the end", "Finally")
    last = [f"{lead} a 1x1 conv with {ends} {'channel' if ends == 1 else 'channels'}"]
    parts = [*told, *last, skips] if ends and chance(rng, 0.5) else [*told, skips, *(last if ends else [])]
    joint = pick(rng, ". ", ". ", "; ", ", ")
    start = pick(
        rng,
        f"U-Net for {image}",
        f"unet, the input is {image}",
        f"It's a U-Net. {image} goes in",
        f"{image} into a u-net",
    )
    prompt = joint.join([start, *parts])
    return prompt, " ".join([image_word, words, *([f"conv1:{ends}"] if ends else [])])


def _level_words(convs: list[str], pool: str, up: str, adds_to_up: bool) -> str:
    """Down and up through the levels, with a skip at each to the upsampling or to the convolution behind it."""
    names = SKIP_NAMES[: len(convs) - 1]
    down = [f"{conv} @{name} {pool}" for conv, name in zip(convs, names, strict=False)]
    levels = list(zip(convs, names, strict=False))[::-1]
    up_again = [f"{up} +{name} {conv}" if adds_to_up else f"{up} {conv} +{name}" for conv, name in levels]
    return " ".join([*down, convs[-1], *up_again])


def _upsampled_skips(rng: Random) -> str:
    """What is said of skips that lead to what is upsampled, before the convolutions of the level."""
    return pick(
        rng, "every upsampling also gets the convs of the same level on the way down",
        "each upsampling is joined with what the same level had on the way down",
        "a skip goes from each level on the way down to the upsampling of the same level",
        "after every upsampling the features of the same level are joined by a skip connection",
        "skips go from the convs of each level into the upsampling on the way back",
    )  # fmt: skip


def _level_skips(rng: Random, channels: list[int]) -> str:
    """`One skip goes from the first 64 channel conv to the second 64 channel conv`, or one for all levels."""
    noun = pick(rng, "channel", "filter")
    if chance(rng, 0.4):
        return pick(
            rng, "on every level a skip connects the two convs", "skips join the two convs of each level",
            "on each level the conv going down is also added to the conv going up",
            f"skips go between the convs with the same number of {noun}s",
            "each conv on the way down has a skip to the conv of the same level on the way up",
        )  # fmt: skip
    order = channels if chance(rng, 0.6) else channels[::-1]
    second = pick(rng, "the second {0} {1} conv", "the second {0} {1} conv", "the second one", "the other {0} {1} conv")
    form = pick(
        rng,
        f"from the first {{0}} {{1}} conv to {second}",
        f"from the {{0}} {noun} conv going down to the one going up",
    )
    pairs = [form.format(n, noun) for n in order]
    if len(pairs) == 1:
        return f"{pick(rng, 'one skip goes', 'a skip connection goes', 'there is a skip')} {pairs[0]}"
    if chance(rng, 0.5):
        return f"{pick(rng, 'skips go', 'there are skips', 'skip connections')} {and_last(pairs)}"
    verb = pick(rng, "one skip goes", "one skip connection is")
    return f"{verb} {pairs[0]}" + "".join(
        f"{pick(rng, ', ', ' and ')}{pick(rng, 'another', 'one more')} {pair}" for pair in pairs[1:]
    )


def size_row_skip(rng: Random) -> tuple[str, str]:
    """`12 > 24 > 40 > 24 > 3, the result of the first 24 is summed with that of the second 24`."""
    count = rng.randint(4, 7)
    sizes = [pick(rng, 8, 12, 16, 20, 24, 32, 48, 64, 100, 128, rng.randint(2, 99)) for _ in range(count)]
    source = rng.randint(0, count - 3)
    target = rng.randint(source + 2, count - 1)
    if chance(rng, 0.6):
        sizes[target] = sizes[source]
    skips = [(source, target)]
    if target + 2 < count and chance(rng, 0.25):
        skips.append((target, rng.randint(target + 2, count - 1)))
    told = [said_size_skip(rng, _size_name(sizes, a), _size_name(sizes, b)) for a, b in skips]
    row = pick(rng, " > ", " > ", " -> ", "->", "-", ", ", " → ", " to ", " - ").join(str(size) for size in sizes)
    head = pick(rng, "", "", "", "layers: ", "net ", "MLP ", "NN: ", "network ", "a net with layers ", "residual net ")
    joint = pick(rng, ", ", ", with ", ". ", "; ", " and ", ", where ", " plus: ", " - ")
    prompt = head + row + joint + pick(rng, ", and ", " and ", "; ").join(told)
    return opened(rng, prompt), with_skips([str(size) for size in sizes], skips)


def said_size_skip(rng: Random, source: str, target: str) -> str:
    """`the result of the first 24 is summed with that of the second 24`, or what is said of any skip."""
    if chance(rng, 0.35):
        return said_skip(rng, f"the {source}", f"the {target}")
    noun = pick(rng, "values", "result", "activations")
    return pick(
        rng, f"what the {source} gives summed with what the {target} gives",
        f"the {noun} of the {source} added to the {target}", f"the {source} added to the {target}",
        f"what the {source} gives added to what the {target} gives", f"skip from the {source} to the {target}",
        f"a skip from the {source} past everything to the {target}", f"skip {source} to {target}",
        f"the {source} added again at the {target}", f"a shortcut between the {source} and the {target}",
    )  # fmt: skip


def _size_name(sizes: list[int], place: int) -> str:
    """`32`, or `second 32` of several."""
    size = sizes[place]
    if sizes.count(size) == 1:
        return str(size)
    return f"{ORDINALS[sizes[:place].count(size)]} {size}"


def dense_residual_blocks(rng: Random) -> tuple[str, str]:
    """`50 inputs, then three residual blocks of two 50-neuron layers each, then 1 output`."""
    size, count, depth, outputs = any_size(rng), rng.randint(1, 6), pick(rng, 1, 2, 2, 2, 3), rng.randint(1, 10)
    inputs = size if chance(rng, 0.5) else any_size(rng)
    start = [f"{inputs} {pick(rng, 'inputs', 'features', 'values', 'input neurons')}"]
    words = [str(inputs)]
    if inputs != size:
        start.append(pick(rng, f"a layer of {size}", f"a dense layer with {size} {units(rng)}", f"dense {size}"))
        words.append(str(size))
    unit = units(rng)
    plural = "s" if depth > 1 else ""
    number = "one" if depth == 1 else count_word(rng, depth)
    inner = pick(
        rng, f"{number} {size}-{unit.removesuffix('s')} layer{plural}", f"{number} layer{plural} of {size} {unit}",
        f"{number} layer{plural} with {size} {unit}", f"{number} dense layer{plural} of {size}",
        f"{number} {size} {unit.removesuffix('s')} layer{plural}", f"{number} linear layer{plural} with {size}",
    )  # fmt: skip
    noun = pick(rng, "residual block", "residual block", "res block", "block with a skip", "resnet block")
    many = noun.replace("block", "blocks") if count > 1 else noun
    said = pick(rng, "a", "one") if count == 1 else count_word(rng, count)
    each = "" if count == 1 else pick(rng, " each", "")
    around = pick(
        rng, "what goes in is added to what comes out", "the input of the block is added to its output",
        "with a skip around them", "a shortcut goes around the block", "its input is added at the end",
    )  # fmt: skip
    blocks = pick(
        rng, f"{said} {many} of {inner}{each}", f"{said} {many} with {inner}{each}", f"{said} {many} ({inner}{each})",
        f"{said} {many}, {pick(rng, 'each with', 'each of', 'each one has') if count > 1 else 'with'} {inner}",
        f"{said} block{'s' if count > 1 else ''} of {inner}{each}, {around},",
    )  # fmt: skip
    last = "1 output" if outputs == 1 else f"{outputs} {pick(rng, 'outputs', 'classes', 'output neurons')}"
    link = pick(rng, ", then ", ", then ", ", ", ", after that ", " -> ")
    head = pick(rng, "", "", "residual MLP: ", "dense resnet: ", "net: ", "a network with ", "it has ")
    prompt = f"{head}{link.join([*start, blocks])}{pick(rng, ', then ', ', ', ' and then ', ' and at the end ')}{last}"
    prompt = opened(rng, prompt.replace(",,", ",").replace(", and", " and"))
    row = in_a_row(f"@a {size}{f'*{depth}' if depth > 1 else ''} +a", count)
    return (remarked(rng, prompt) if chance(rng, 0.12) else prompt), " ".join([*words, row, str(outputs)])


def one_sentence_u_net(rng: Random) -> tuple[str, str]:
    """Layers in one row, with skips `from what stands before each pool to the upsampling of the same size`."""
    levels, depth, first = pick(rng, 1, 2, 2, 3), pick(rng, 1, 1, 2), pick(rng, 0, 0, 8, 16, 32)
    kernel = pick(rng, 3, 3, 0)
    (pool, pool_word), (up, up_word) = _down_and_up(rng)
    noun = pick(rng, "conv", "conv", "convolution", "conv layer")
    convs, words = [], []
    for level in range(levels + 1):
        channels, number = first << level, "a" if depth == 1 else count_word(rng, depth)
        size = f"{kernel}x{kernel} " if kernel else ""
        filters = f" with {channels} {pick(rng, 'channels', 'filters')}" if first else ""
        convs.append(f"{number} {size}{noun}{'s' if depth > 1 else ''}{filters}")
        words.append(f"conv{kernel or ''}{f':{channels}' if first else ''}{f'*{depth}' if depth > 1 else ''}")
    down = [part for conv in convs[:-1] for part in (conv, pool)]
    again = [part for conv in reversed(convs[:-1]) for part in (up, conv)]
    (image, image_word), outputs = image_part(rng, 32 * rng.randint(1, 16)), pick(rng, 0, 1, 2, 3, 5)
    end = [f"a 1x1 conv with {outputs} {'channel' if outputs == 1 else 'channels'}"] if outputs else []
    link = pick(rng, ", ", ", ", ", then ", " -> ", " then ")
    row = link.join([image, *down, convs[-1], *again, *end])
    if levels > 1 and not first and chance(rng, 0.4):
        times, joint = f"{count_word(rng, levels)} times", pick(rng, " and ", " and then ", " + ", " followed by ")
        bottom = f"{convs[-1]}{pick(rng, '', ' at the bottom', ' in the middle')}"
        row = pick(rng, ", ", ", then ", "; ").join(
            [image, f"{times} {convs[0]}{joint}{pool}", bottom, f"{times} {up}{joint}{convs[0]}", *end]
        )
    head = pick(rng, "", "U-Net: ", "unet, ", "u-net: ", "segmentation net: ", "A U-Net for scans. ")
    prompt = head + row + pick(rng, ". ", ". ", "; ", ", ") + _resolution_skips(rng, levels, up)
    body = _level_words(words, pool_word, up_word, adds_to_up=True)
    return opened(rng, prompt), " ".join([image_word, body, *([f"conv1:{outputs}"] if outputs else [])])


def _down_and_up(rng: Random) -> tuple[tuple[str, str], tuple[str, str]]:
    """Pooling and upsampling, as they are said and as a plan says them."""
    return pick(
        rng, ("a max pool", "maxpool"), ("a 2x2 max pool", "maxpool2"), ("pooling", "pool"), ("a pool", "pool"),
        ("max pooling", "maxpool"),
    ), pick(
        rng, ("an upsampling", "up"), ("upsampling", "up"), ("a 2x2 upsampling", "up2"), ("upsample", "up"),
        ("upsample 2x2", "up2"), ("an upsample", "up"),
    )  # fmt: skip


def _resolution_skips(rng: Random, levels: int, up: str) -> str:
    """Skips by what they lead past, told at once for all levels; they end at what is upsampled."""
    noun = pick(rng, "skip connection", "skip", "skip connection", "residual connection", "shortcut")
    resolution = pick(rng, "resolution", "size", "scale")
    if levels == 1:
        return pick(
            rng, f"a {noun} runs from the conv ahead of the pool to the upsampling",
            f"a {noun} from before the pool to the upsampling", f"{noun} from right before the pool to {up}",
            f"one {noun} from the conv before the pool to the upsampled map",
            "what stood before the pool is added to what is upsampled",
        )  # fmt: skip
    return pick(
        rng, f"from each conv ahead of a pool a {noun} runs to the upsampling that undoes that pool",
        f"{noun}s from what stands before each pool to the upsampling of the same {resolution}",
        f"each upsampling also gets what stood before the pool of the same {resolution}",
        f"there is a {noun} from the conv in front of every pool to the upsampling that restores its {resolution}",
        f"before every pool a {noun} starts and goes to the upsampling with the same {resolution}",
        f"{noun}s link the end of every level on the way down with the upsampling to its {resolution}",
        f"the map before each pool is added to the upsampled one of the same {resolution}",
    )  # fmt: skip
