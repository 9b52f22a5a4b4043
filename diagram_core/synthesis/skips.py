"""Networks with connections past layers, in words, each with the body of its plan."""

from __future__ import annotations

from random import Random

from diagram_core.notation.plan import SKIP_NAMES
from diagram_core.synthesis.layer_parts import (
    ORDINALS,
    PARTS,
    SHORT_ORDINALS,
    SIDES,
    any_sizes,
    arrows,
    conv_run,
    in_a_row,
    outputs_part,
    said_skip,
)
from diagram_core.synthesis.phrasing import by, chance, count_word, enumeration, pick

MAX_LEVELS = 4  # of a U-Net; a plan has names for as many skips


def residual(rng: Random) -> tuple[str, str]:
    """Blocks whose input is added to what comes out of them (He et al. 2015)."""
    side, blocks = pick(rng, *SIDES), rng.randint(1, 5)
    inner, words = conv_run(rng)
    said, outputs = outputs_part(rng)
    pooled = chance(rng, 0.5)
    first = pick(rng, "a conv layer", "a 3x3 conv layer", "a 7x7 conv layer")
    stem = {"a conv layer": "conv", "a 3x3 conv layer": "conv3", "a 7x7 conv layer": "conv7"}[first]
    noun = "residual block" if blocks == 1 else "residual blocks"
    told = pick(
        rng,
        f"{count_word(rng, blocks)} {noun} of {inner}",
        f"{count_word(rng, blocks)} {noun} with {inner}{'' if blocks == 1 else ' each'}",
        f"{count_word(rng, blocks)} {'block' if blocks == 1 else 'blocks'} of {inner} with a skip connection",
    )
    head = pick(rng, "ResNet", "residual network", "a small ResNet", "CNN with residual blocks")
    middle = pick(rng, ", then ", ", ", " followed by ")
    pooling = pick(rng, "average pooling", "global average pooling") if pooled else ""
    pool_word = {"": [], "average pooling": ["avgpool"], "global average pooling": ['"global average pooling"']}[
        pooling
    ]
    prompt = (
        f"{head}: {by(rng, side, side)} {pick(rng, 'input', 'image')}, {first}{middle}{told}"
        f"{', ' + pooling if pooled else ''}{pick(rng, ', and ', ', then ', ', ')}{said}"
    )
    return prompt, " ".join([f"{side}x{side}", stem, in_a_row(f"@a {words} +a", blocks), *pool_word, str(outputs)])


def named_residual(rng: Random) -> tuple[str, str]:
    """A block by the names of its parts, the last of which may follow the addition; its input is told or not."""
    parts = rng.sample(PARTS, rng.randint(2, 5))
    after = parts.pop() if len(parts) > 2 and chance(rng, 0.6) else None
    arrow = pick(rng, ", ", ", ", " -> ", ", then ")
    added = pick(
        rng, "add the input", "add the skip connection", "add skip", "add the shortcut", "add", "skip connection"
    )
    head = pick(
        rng, "residual block", "ResNet block", "resnet block", "a residual block", "block with a skip", "res block"
    )
    told = [
        *(["input"] if chance(rng, 0.3) else []),
        *(said for said, _ in parts),
        added,
        *([after[0]] if after else []),
    ]
    words = ['"input" @a', *(word for _, word in parts), "+a", *([after[1]] if after else [])]
    return f"{head}{pick(rng, ': ', ': ', ' with ', ' of ')}{arrow.join(told)}", " ".join(words)


def u_net(rng: Random) -> tuple[str, str]:
    """Down and up again, with a skip at each level; two convs a level if untold (Ronneberger et al. 2015)."""
    side, levels = pick(rng, *SIDES[2:]), rng.randint(1, MAX_LEVELS)
    inner, words = conv_run(rng)
    number = f"{count_word(rng, levels)} {'level' if levels == 1 else pick(rng, 'levels', 'levels', 'scales')}"
    each = "" if levels == 1 else pick(rng, " each", " per level", " each")
    head = pick(rng, "U-Net", "UNet", "unet", "a U-Net for segmentation", "U-Net style network")
    if chance(rng, 0.25):
        prompt = pick(rng, f"{head} with {number}", f"{head}, {number}", f"{levels}-level {head.removeprefix('a ')}")
        return prompt, u_net_levels(levels, "conv*2")
    last = chance(rng, 0.6)
    end = pick(rng, ", and a 1x1 conv at the end", ", then a 1x1 conv", ", 1x1 conv output") if last else ""
    prompt = pick(
        rng,
        f"{head} with {by(rng, side, side)} input, {number} of {inner}{each}{end}",
        f"{head} for {by(rng, side, side)} images, {number}, {inner}{each}{end}",
        f"{head}, input {by(rng, side, side)}, {number} with {inner}{each}{end}",
    )
    return prompt, " ".join([f"{side}x{side}", u_net_levels(levels, words), *(["conv1"] if last else [])])


def u_net_levels(count: int, convs: str) -> str:
    """Down and up through this many levels, with these convolutions in each, as a plan has it."""
    names = SKIP_NAMES[:count]
    down = [part for name in names for part in (convs, f"@{name}", "pool")]
    up = [part for name in reversed(names) for part in ("up", f"+{name}", convs)]
    return " ".join([*down, convs, *up])


def dense_skip(rng: Random) -> tuple[str, str]:
    """A dense network with one connection past layers."""
    sizes = any_sizes(rng, 3, 5)
    outputs = rng.randint(1, 10)
    last = len(sizes)
    names = [f"{pick(rng, 'the ', '')}{name}" for name in ("input", *_hidden_names(rng, last - 1), "output")]
    source = rng.randint(0, last - 2)
    target = rng.randint(source + 2, last)
    source_name, target_name = names[source], names[target]
    words = [str(size) for size in [*sizes, outputs]]
    words[source] += " @a"
    words[target] += " +a"
    prompt = pick(
        rng,
        f"network {arrows(rng, [*sizes, outputs])} with a skip connection from {source_name} to {target_name}",
        f"{arrows(rng, [*sizes, outputs])} MLP, skip from {source_name} to {target_name}",
        f"dense network with layers {arrows(rng, [*sizes, outputs])} and a residual connection from {source_name} "
        f"to {target_name}",
        f"{arrows(rng, [*sizes, outputs])}, {source_name} "
        f"{pick(rng, 'also skips into', 'is also wired directly to', 'also leads straight to')} {target_name}",
        f"{_layer_by_layer(rng, sizes, outputs)}. Also {source_name} has a "
        f"{pick(rng, 'shortcut', 'skip')} {pick(rng, 'to', 'into', 'straight into')} {target_name}",
        f"{_layer_by_layer(rng, sizes, outputs)}; {pick(rng, 'skip', 'shortcut', 'residual')}: {source_name} "
        f"{pick(rng, '->', 'to')} {target_name}",
        *2
        * (
            f"{_layer_by_layer(rng, sizes, outputs)}{pick(rng, ', ', '. ', '; ', ', and ', ', plus ')}"
            f"{said_skip(rng, source_name, target_name)}",
        ),
    )
    return prompt, " ".join(words)


def _layer_by_layer(rng: Random, sizes: list[int], outputs: int) -> str:
    inputs, *hidden = sizes
    told = enumeration(rng, [str(size) for size in hidden])
    layers = pick(rng, f"hidden layers of {told}", f"hidden layers with {told} neurons", f"{told} hidden units")
    return f"{inputs} inputs, {layers}{pick(rng, ', ', ' and ')}{outputs} outputs"


def _hidden_names(rng: Random, count: int) -> list[str]:
    """How hidden layers are called by their place."""
    form = pick(rng, "{ordinal} hidden layer", "{ordinal} hidden layer", "hidden layer {number}", "hidden {number}")
    names = [form.format(ordinal=ORDINALS[i], number=i + 1) for i in range(count)]
    if count > 1 and chance(rng, 0.3):
        names[-1] = "last hidden layer"
    return names


def conv_skip(rng: Random) -> tuple[str, str]:
    """Convolutions one after the other with a connection past some, told by their places."""
    count = rng.randint(3, 5)
    source = rng.randint(1, count - 2)
    target = rng.randint(source + 2, count)
    channels = pick(rng, 0, 8, 16, 32, 64)
    one = f"conv3:{channels}" if channels else "conv3"
    sized = "3x3 convs"
    if channels:
        sized += pick(rng, f" with {channels} filters", f" ({channels} channels)")
    places = pick(rng, ORDINALS, SHORT_ORDINALS)
    first, second = places[source - 1], "last" if target == count and chance(rng, 0.4) else places[target - 1]
    skip = pick(
        rng,
        f"a skip connection from the {first} conv to the {second} conv",
        f"a skip from the {first} to the {second} conv",
        f"skip connection from conv {source} to conv {target}",
        *2 * (said_skip(rng, f"the {first} conv", f"the {second} conv"),),
    )
    said, outputs = outputs_part(rng)
    side = pick(rng, *SIDES)
    pooling, pool = pick(rng, ("", ""), ("max pooling", "maxpool"), ("2x2 average pooling", "avgpool2"))
    end = f"{pick(rng, ', ', ', then ')}{pooling}" if pooling else ""
    prompt = f"{pick(rng, '', 'CNN: ', 'network: ')}{by(rng, side, side)} {pick(rng, 'image', 'input')}, "
    prompt += f"{count_word(rng, count)} {sized}{pick(rng, ' with ', ', ', ' and ')}{skip}{end}"
    prompt += f"{pick(rng, ' and ', ', ')}{said}"
    words = [f"{side}x{side}", *source * (one,), "@a", *(target - source) * (one,), "+a", *(count - target) * (one,)]
    return prompt, " ".join([*words, *([pool] if pool else []), str(outputs)])


def hourglass(rng: Random) -> tuple[str, str]:
    """A convolutional autoencoder or a U-Net told layer by layer, with its skips at the end."""
    levels = rng.randint(1, MAX_LEVELS - 1)
    side = rng.randint(3, 40) * 2**levels
    if chance(rng, 0.3):
        return _hourglass_with_filters(rng, levels, side)
    conv, conv_word = pick(rng, ("conv", "conv"), ("conv", "conv"), ("conv 3x3", "conv3"), ("convolution", "conv"))
    pool, pool_word = pick(
        rng, ("max pool", "maxpool"), ("pool", "pool"), ("maxpool", "maxpool"), ("downsample", "pool")
    )
    up, up_word = pick(rng, ("upsample", "up"), ("upsampling", "up"), ("up", "up"), ("upsample 2x2", "up2"))
    has_skips = chance(rng, 0.5)
    middle = int(has_skips or chance(rng, 0.5))
    told = [*levels * (conv, pool), *middle * (conv,), *levels * (up, conv)]
    names = SKIP_NAMES[:levels]
    down = [f"{conv_word} @{name} {pool_word}" if has_skips else f"{conv_word} {pool_word}" for name in names]
    up_again = [f"{up_word} {conv_word} +{name}" if has_skips else f"{up_word} {conv_word}" for name in names[::-1]]
    words = [*down, *middle * (conv_word,), *up_again]
    if chance(rng, 0.3):
        told.append("1x1 conv")
        words.append("conv1")
    kinds: tuple[str, ...] = ("convolutional autoencoder", "conv autoencoder", "CAE")
    if has_skips:
        kinds = ("unet", "U-Net", "u-net", "UNet")
    image = f"{by(rng, side, side)} {pick(rng, 'image', 'images', 'scans', 'input', 'pictures')}"
    article = "a " if image.endswith(("image", "input")) else ""
    start = pick(rng, f"{pick(rng, *kinds)} for {article}{image}: ", f"{pick(rng, *kinds)}, {image}: ", f"{image}, ")
    prompt = start + pick(rng, ", ", ", ", " -> ", " > ").join(told)
    return prompt + (_said_skips(rng, levels) if has_skips else ""), " ".join([f"{side}x{side}", *words])


def _hourglass_with_filters(rng: Random, levels: int, side: int) -> tuple[str, str]:
    """A U-Net told by its way down, its bottom and its way up, with the filters of each convolution."""
    first = pick(rng, 8, 16, 32, 64)
    filters = [first << level for level in range(levels + 1)]
    say = pick(rng, "conv 3x3 with {} filters", "3x3 conv with {} filters", "conv 3x3 ({})", "conv {} channels").format
    kernel = "" if "3x3" not in say(1) else "3"
    pool, pool_word = pick(rng, ("max pool 2x2", "maxpool2"), ("max pool", "maxpool"), ("pool", "pool"))
    up, up_word = pick(rng, ("upsample 2x2", "up2"), ("upsample", "up"), ("upsampling", "up"))
    down = [part for size in filters[:-1] for part in (say(size), pool)]
    up_again = [part for size in reversed(filters[:-1]) for part in (up, say(size))]
    names = SKIP_NAMES[:levels]
    words = [f"conv{kernel}:{size} @{name} {pool_word}" for size, name in zip(filters, names, strict=False)]
    words.append(f"conv{kernel}:{filters[-1]}")
    words += [f"{up_word} conv{kernel}:{filters[i]} +{names[i]}" for i in reversed(range(levels))]
    parts = pick(rng, ("Down: ", "Bottom: ", "Up: "), ("encoder: ", "bottleneck: ", "decoder: "), ("", "", ""))
    comma = pick(rng, ", ", ", ", " -> ")
    told = [comma.join(down), say(filters[-1]), comma.join(up_again)]
    joint = pick(rng, ". ", "; ") if parts[0] else comma
    layers = joint.join(part + phrase for part, phrase in zip(parts, told, strict=True))
    image = f"{by(rng, side, side)} {pick(rng, 'images', 'scans', 'input', 'pictures')}"
    prompt = f"{pick(rng, 'unet', 'U-Net', 'UNet')} for {image}{pick(rng, '. ', ': ')}{layers}"
    return prompt + _said_skips(rng, levels), " ".join([f"{side}x{side}", *words])


def _said_skips(rng: Random, levels: int) -> str:
    """From each convolution on the way down to that of the same size on the way up, of which the last comes first."""
    places = pick(rng, ORDINALS, SHORT_ORDINALS)
    last = 2 * levels + 1
    form = pick(rng, "{} conv to {} conv", "the {} conv to the {} conv", "the {} to the {}")
    pairs = [form.format(places[i], places[last - 1 - i]) for i in range(levels)]
    if chance(rng, 0.3):
        pairs = [f"conv {i + 1} to conv {last - i}" for i in range(levels)]
    listed = pick(rng, ", ", " and ").join(pairs)
    return pick(
        rng,
        f". Skip connections from {listed}",
        f". skips: {listed}",
        f", skip connections from {listed}",
        f"; skip {'connection' if levels == 1 else 'connections'}: {listed}",
        f", with {'a skip' if levels == 1 else 'skips'} from {listed}",
        ", skip connections between the levels",
        ", with skip connections between layers of the same size",
    )
