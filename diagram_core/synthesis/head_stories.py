"""Networks that split or run side by side, with every size told, each with the body of its plan."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.conv_stories import Part, image_part
from diagram_core.synthesis.layer_parts import (
    ORDINALS,
    SIDES,
    any_size,
    any_sizes,
    arrows,
    in_words,
    opened,
    size_row,
    units,
)
from diagram_core.synthesis.phrasing import and_last, by, chance, count_word, pick
from diagram_core.synthesis.remarks import remarked

MAX_EXPERTS = 8
DEFAULT_HEADS = 2
_JOINTS = ("concat", "concat", "concatenation", "concatenate", "add", "sum", "merge", "join", "filter concat")
_LINKS = (" then ", " -> ", " followed by ", " and then ", " + ")  # between the layers of one branch
_TASKS = (
    "policy",
    "value",
    "class",
    "box",
    "price",
    "age",
    "mask",
    "topic",
    "risk",
    "speed",
    "weight",
    "colour",
    "depth",
)


def split_heads(rng: Random) -> tuple[str, str]:
    """`Shared layers 64 and 32, then it splits into 2 heads, one head is 16 then 1, the other is 8 then 5`."""
    count, inputs, shared = pick(rng, 2, 2, 2, 3, 3, 4), any_size(rng), any_sizes(rng, 1, 3)
    heads = [
        [*any_sizes(rng, pick(rng, 0, 1, 1), pick(rng, 1, 1, 2)), pick(rng, 1, 2, 3, 4, 5, 8, 10)] for _ in range(count)
    ]
    noun = pick(rng, "head", "head", "branch", "arm", "output branch")
    nouns = f"{noun}es" if noun.endswith("ch") else f"{noun}s"
    number = count_word(rng, count)
    start = f"{in_words(rng, inputs, share=0.25)} {pick(rng, 'inputs', 'inputs', 'features', 'observations')}"
    trunk = _trunk(rng, shared)
    splits = pick(
        rng, f"then it splits into {number} {nouns}", f"after that it splits into {number} {nouns}",
        f"which split into {number} {nouns}", f"then {number} {nouns}", f"then the net forks into {number} {nouns}",
        f"and then there are {number} {nouns}", f"from there {number} {nouns} go off",
    )  # fmt: skip
    each = pick(rng, ", ", ", ", "; ", " and ").join(_told_heads(rng, heads, noun))
    head = pick(rng, "", "", "multi-task network: ", "network: ", "a net with ", "multi-head model: ")
    joint = pick(rng, ", ", ". ", ": ", "; ", " - ")
    prompt = f"{head}{start}, {trunk}, {splits}{joint}{each}"
    body = f"{inputs} {size_row(shared)} ( {' | '.join(map(size_row, heads))} )"
    return (remarked(rng, prompt) if chance(rng, 0.2) else prompt), body


def _trunk(rng: Random, sizes: list[int]) -> str:
    listed = and_last([str(size) for size in sizes])
    if len(sizes) == 1:
        return pick(
            rng, f"a shared layer of {listed}", f"one common layer with {listed}", f"{listed} shared {units(rng)}"
        )
    return pick(
        rng, f"shared layers {listed}", f"shared layers of {listed}", f"layers {listed} shared by both tasks",
        f"common layers of {listed}", f"a shared trunk of {listed}", f"shared {arrows(rng, sizes)}",
    ).replace("both", "all")  # fmt: skip


def _told_heads(rng: Random, heads: list[list[int]], noun: str) -> list[str]:
    """`one head is 16 then 1`, `the other is 8 then 5`."""
    link = pick(rng, " then ", " then ", ", then ", " and then ", " to ", " -> ", " followed by ")
    has = pick(rng, "is", "has", "goes", "with", "gets")
    rows = [link.join(str(size) for size in sizes) for sizes in heads]
    form = rng.randrange(4)
    if form == 0:
        return [f"{name} {noun} {row}" for name, row in zip(rng.sample(_TASKS, len(rows)), rows, strict=True)]
    if form == 1:
        return [f"a {name} {noun} ({row})" for name, row in zip(rng.sample(_TASKS, len(rows)), rows, strict=True)]
    names = [f"the {ordinal}" for ordinal in ORDINALS[: len(rows)]]
    if form == 2 or len(rows) != 2:
        last = "one" if chance(rng, 0.2) else noun
        return [f"{name} {last if place == 0 else pick(rng, '', last)}".strip() + f" {has} {row}"
                for place, (name, row) in enumerate(zip(names, rows, strict=True))]  # fmt: skip
    one, other = rows
    return [
        f"one {pick(rng, noun, noun, 'of them')} {has} {one}",
        f"the other {pick(rng, '', 'one ', f'{noun} ')}{has} {other}",
    ]


def gated_experts(rng: Random) -> tuple[str, str]:
    """`12 inputs go to 4 experts of 16 neurons, and alongside them a gating layer of 4; both feed 1 output`."""
    inputs, count, sizes = any_size(rng), rng.randint(2, MAX_EXPERTS), any_sizes(rng, 1, 2)
    gate, outputs, unit = count if chance(rng, 0.7) else rng.randint(2, 12), rng.randint(1, 10), units(rng)
    row = pick(rng, " then ", " and then ", ", then ").join(str(size) for size in sizes)
    number = count_word(rng, count)
    gating = pick(rng, "gating layer", "gating layer", "gate", "gating network", "router")
    told_gate = f"a {gating} {pick(rng, 'of', 'with')} {in_words(rng, gate, share=0.3)} {unit}"
    told_experts = pick(
        rng, f"{number} experts of {row} {unit}", f"{number} experts with {row} {unit} each",
        f"{number} parallel experts of {row} {unit}", f"{number} experts side by side, each {row} {unit}",
        f"{number} experts, {row} {unit} each",
    )  # fmt: skip
    end = f"{outputs} {'output' if outputs == 1 else pick(rng, 'outputs', 'output neurons')}"
    meet = pick(
        rng, "everything goes into", "all of it goes into", "they all join in", "both feed", "merged into", "then"
    )
    head = pick(rng, "mixture of experts", "MoE", "a mixture of experts model", "moe net", "mixture-of-experts")
    start = f"{head}{pick(rng, ': ', ', ', '. ', ' with ')}{inputs} inputs"
    experts, gate_word = f"{size_row(sizes)} &{count}", str(gate)
    if chance(rng, 0.3):
        prompt = pick(
            rng,
            f"{start}, {told_gate} and alongside it {told_experts}, {meet} {end}",
            f"{start} feed {told_gate} and next to it {told_experts}; {meet} {end}",
        )
        return prompt, f"{inputs} ( {gate_word} | {experts} ) {outputs}"
    beside = pick(rng, "and alongside them", "and next to them", "and in parallel", "plus", "and beside them", "and")
    prompt = f"{start}{pick(rng, ', ', ' go to ', ' feed ')}{told_experts}, {beside} {told_gate}"
    return f"{prompt}{pick(rng, ', ', '; ', '. ')}{meet} {end}", f"{inputs} ( {experts} | {gate_word} ) {outputs}"


def gan_in_a_row(rng: Random) -> tuple[str, str]:
    """`GAN as one chain: 100 noise inputs, generator layers 128 and 784, then a discriminator of 256 and 1`."""
    noise, hidden, data = rng.randint(2, 128), any_sizes(rng, 1, 2), pick(rng, 64, 100, 256, 784, 1024)
    judge = any_sizes(rng, 1, 2)
    generator, discriminator = (and_last([str(size) for size in sizes]) for sizes in ([*hidden, data], [*judge, 1]))
    chain = pick(rng, "as one chain", "in one row", "drawn as one long row", "one after the other", "as a single chain")
    source = pick(rng, f"{noise} noise inputs", f"noise of {noise}", f"{noise} random numbers", f"{noise} noise values")
    makes = f"a generator with layers of {and_last([str(size) for size in hidden])} makes {data} values"
    prompt = pick(
        rng,
        f"GAN {chain}: {source}, generator layers {generator}, then a discriminator of {discriminator}",
        f"gan {chain}. {source} go into a generator of {generator}, followed by a discriminator of {discriminator}",
        f"GAN, {chain}: {source}, {makes}, which go straight into a discriminator with {discriminator}",
        f"a GAN {chain}: {source} -> generator {generator} -> discriminator {discriminator}",
        f"generator and discriminator {chain}: {source}, generator {arrows(rng, [*hidden, data])}, "
        f"discriminator {arrows(rng, [*judge, 1])}",
    )
    return prompt, size_row([noise, *hidden, data, *judge, 1])


def conv_branches(rng: Random) -> tuple[str, str]:
    """`96x96 photo splits into three paths: 3x3 conv, 5x5 conv, pooling; concat, 5 classes`."""
    image, image_word = image_part(rng, pick(rng, *SIDES))
    if chance(rng, 0.5):
        image = image.removeprefix("a ")
    branches = _conv_branches(rng, pick(rng, 2, 3, 3, 4, 4))
    stem, tail = _stem(rng), _after_branches(rng)
    before, after = ([word for _, word in parts] for parts in (stem, tail))
    joint = pick(rng, *_JOINTS, *4 * ("",))
    start = pick(rng, ", ", ", then ", ", ").join([image, *(said for said, _ in stem)])
    end = pick(rng, ", ", ", then ", " and ", ", ").join(said for said, _ in tail)
    told = _told_branches(rng, [said for said, _ in branches])
    prompt = start + told + (_with_joint(rng, joint, end) if joint else _without_joint(rng, len(branches), end))
    split = f"( {' | '.join(word for _, word in branches)} )"
    body = " ".join([image_word, *before, split, *([f'"{joint}"'] if joint else []), *after])
    prompt = opened(rng, pick(rng, "", "", "inception net: ", "inception style: ", "CNN: ", "net: ") + prompt)
    return (remarked(rng, prompt) if chance(rng, 0.12) else prompt), body


def _conv_branches(rng: Random, count: int) -> list[Part]:
    """Branches of one layer or two; channels are told for all convolutions or for none."""
    channels, link = pick(rng, 0, 0, 0, 8, 16, 24, 32, 64), pick(rng, *_LINKS)
    kernels = rng.sample((1, 3, 5, 7), count) if chance(rng, 0.6) else [pick(rng, 1, 3, 5) for _ in range(count)]
    if chance(rng, 0.6):
        kernels.sort()
    noun = pick(rng, "conv", "conv", "convolution", "conv layer")
    last_is_pool, deep = chance(rng, 0.6), pick(rng, 0.0, 0.0, 0.5)
    runs = []
    for place, kernel in enumerate(kernels):
        layers = [_branch_conv(rng, kernel, noun, channels)]
        if place + 1 == count and last_is_pool:
            layers = [_branch_pool(rng)]
            if chance(rng, deep):
                layers.append(_branch_conv(rng, 1, noun, channels))
        elif kernel > 1 and chance(rng, deep):
            layers.insert(0, _branch_conv(rng, pick(rng, 1, 1, 3), noun, channels))
        runs.append((link.join(said for said, _ in layers), " ".join(word for _, word in layers)))
    return runs


def _branch_conv(rng: Random, kernel: int, noun: str, channels: int) -> Part:
    size = f"{kernel} by {kernel}" if chance(rng, 0.05) else f"{kernel}x{kernel}"
    filters = f" with {channels} {pick(rng, 'filters', 'channels')}" if channels else ""
    return f"{size} {noun}{filters}", f"conv{kernel}{f':{channels}' if channels else ''}"


def _branch_pool(rng: Random) -> Part:
    said, word = pick(
        rng, ("max pool", "maxpool"), ("max pooling", "maxpool"), ("avg pool", "avgpool"), ("pooling", "pool")
    )
    window = pick(rng, 2, 3, 3, 0)
    return (f"{window}x{window} {said}", f"{word}{window}") if window else (said, word)


def _stem(rng: Random) -> list[Part]:
    """Layers in front of the branches, or none."""
    kernel = pick(rng, 3, 5, 7)
    conv = (
        pick(rng, f"{kernel}x{kernel} conv", f"a {kernel}x{kernel} conv", f"conv {kernel}x{kernel}"),
        f"conv{kernel}",
    )
    pool = pick(rng, ("max pool", "maxpool"), ("a 2x2 max pool", "maxpool2"), ("pooling", "pool"))
    return pick(rng, [], [], [], [conv], [conv, pool])


def _after_branches(rng: Random) -> list[Part]:
    """Pooling or dense layers, if any, and the outputs."""
    outputs, size = pick(rng, 2, 3, 5, 10, 20, 100, 1), pick(rng, 16, 32, 50, 64, 128)
    last = (f"{outputs} {pick(rng, 'output', 'output neuron')}{'s' if outputs > 1 else ''}", str(outputs))
    if outputs > 1 and chance(rng, 0.4):
        last = (f"{outputs} classes", str(outputs))
    pool = pick(rng, ("max pool", "maxpool"), ("average pooling", "avgpool"), ("global average pooling", None))
    pool_word = pool[1] or '"global average pooling"'
    dense = pick(
        rng, f"dense {size}", f"a layer of {size} {units(rng)}", f"{size} {units(rng)}", f"a dense layer of {size}"
    )
    return [
        *([(pool[0], pool_word)] if chance(rng, 0.25) else []),
        *([(dense, str(size))] if chance(rng, 0.35) else []),
        last,
    ]


def _told_branches(rng: Random, told: list[str]) -> str:
    """`, then four parallel paths: ...`, or one sentence for each."""
    number = count_word(rng, len(told))
    nouns = pick(rng, "branches", "branches", "paths", "tracks", "lanes", "layers", "ways", "routes")
    listed = pick(rng, ", ", "; ", " | ", " / ").join(told) if chance(rng, 0.6) else and_last(told)
    if chance(rng, 0.3):
        names = ["one", "another", "a third", "a fourth"] if chance(rng, 0.6) else [f"the {o}" for o in ORDINALS[:4]]
        verb = pick(rng, "is a", "does a", "has a", "with a", "goes through a")
        each = pick(rng, ", ", "; ", ". ").join(
            f"{name} {verb} {part}" for name, part in zip(names, told, strict=False)
        )
        return pick(rng, ". It splits into", " is split into", ", then it splits into", " goes into") + (
            f" {number} {nouns}{pick(rng, ': ', ', ', '. ')}{each}"
        )
    return pick(
        rng, f" into {number} {nouns} in parallel: {listed}", f", then {number} parallel {nouns}: {listed}",
        f", then side by side: {listed}", f" -> [{' | '.join(told)}]", f", in parallel {and_last(told)}",
        f", {number} {nouns} next to each other ({listed})", f" goes into {and_last(told)} at the same time",
        f" goes through {and_last(told)} in parallel", f" splits into {number} {nouns}: {listed}",
        f", then {and_last(told)} side by side",
    )  # fmt: skip


def _with_joint(rng: Random, joint: str, end: str) -> str:
    """The layer that joins the branches, and what follows."""
    start = pick(rng, ". ", ", ", ", then ", "; ", ". then ", ", then a ", " -> ")
    return f"{start}{joint}{pick(rng, ', then ', ', ', ' and ', ' -> ', ', and at the end ')}{end}"


def _without_joint(rng: Random, count: int, end: str) -> str:
    """That the branches come together, without a layer for it."""
    everything = pick(rng, "both" if count == 2 else f"all {count_word(rng, count)}", "they all", "everything", "all")
    if everything == "they all" and count == 2:
        everything = "they"
    one = everything == "everything"
    goes, meets = ("goes", "meets") if one else ("go", "meet")
    start = pick(rng, ". ", ", ", "; ", ". then ", ", and ")
    return start + pick(
        rng, f"{everything} {goes} into {end}", f"{everything} {meets} in {end}", f"{everything} {goes} to {end}",
        f"{everything} {'is' if one else 'are'} put together and {goes} into {end}",
        f"{everything} {goes} together into {end}",
    )  # fmt: skip


def told_inputs(rng: Random) -> tuple[str, str]:
    """`We feed it 2 inputs, one of 40 values and one of 9. the first passes 24, the second 6, all go into 12`."""
    count = pick(rng, 2, 2, 2, 3)
    prompt, branches = pick(rng, *2 * (_inputs_first,), *3 * (_input_by_input,), _terse_inputs)(rng, count)
    meet, words = _meeting(rng, count)
    joint = pick(rng, ". ", ". ", ", ", "; ")
    prompt += joint + (meet[0].upper() + meet[1:] if joint == ". " and chance(rng, 0.6) else meet)
    prompt = opened(rng, prompt)
    return (remarked(rng, prompt) if chance(rng, 0.15) else prompt), f"( {' | '.join(branches)} ) {words}"


def _through(rng: Random) -> str:
    return pick(rng, "goes through", "goes thru", "passes", "runs through", "goes into", "goes through")


def _own_layers(rng: Random, sizes: list[int]) -> str:
    """`a layer of 16 and then one of 8`, or the numbers alone."""
    unit, share = units(rng), pick(rng, 0.0, 0.0, 0.6)
    form = pick(rng, "{}", "{}", "{} {unit}", "a layer of {}", "a layer with {} {unit}", "a dense layer of {} {unit}")
    told = [form.format(in_words(rng, size, share=share), unit=unit) for size in sizes]
    return pick(rng, " and ", " and then ", ", then ", " then ").join(told)


def _inputs_first(rng: Random, count: int) -> tuple[str, list[str]]:
    """All inputs with their sizes, then what each goes through."""
    inputs, own = [any_size(rng) for _ in range(count)], [any_sizes(rng, 1, 2) for _ in range(count)]
    number, noun = count_word(rng, count), pick(rng, " units", " values", " numbers", " features", "")
    said = [
        f"{in_words(rng, size, share=0.2)}{noun if i == 0 else pick(rng, noun, '')}" for i, size in enumerate(inputs)
    ]
    listed = and_last([f"one {pick(rng, 'with', 'of')} {size}" for size in said])
    lead = pick(
        rng, f"{number} inputs, {listed}", f"a net with {number} inputs, {listed}",
        f"{number} inputs: {and_last(said)}", f"there are {number} inputs, {listed}",
        f"it takes {number} inputs ({and_last(said)})",
        f"{number} inputs, {and_last(said)}", f"we feed it {number} inputs, {listed}",
    )  # fmt: skip
    names = [f"the {ordinal}{pick(rng, '', '', ' one', ' input')}" for ordinal in ORDINALS[:count]]
    if len(set(inputs)) == count and chance(rng, 0.25):
        names = [f"the {pick(rng, 'one with ', 'input of ', '')}{size}" for size in inputs]
    go, again = _through(rng), chance(rng, 0.4)
    told = [
        f"{name} {go if place == 0 or not again else go.split()[-1]} {_own_layers(rng, sizes)}"
        for place, (name, sizes) in enumerate(zip(names, own, strict=True))
    ]
    prompt = lead + pick(rng, ". ", ". ", "; ", ", ") + pick(rng, ", ", ", ", " and ", "; ").join(told)
    return prompt, [f"{size} {size_row(sizes)}" for size, sizes in zip(inputs, own, strict=True)]


def _terse_inputs(rng: Random, count: int) -> tuple[str, list[str]]:
    """`input A: 20 > 16, input B: 8 > 12`, an image among them now and then."""
    rows = [[any_size(rng), *any_sizes(rng, 1, 2)] for _ in range(count)]
    words = [size_row(sizes) for sizes in rows]
    link = pick(rng, " > ", " -> ", "-", " then ", "->")
    told = [link.join(str(size) for size in sizes) for sizes in rows]
    if chance(rng, 0.3):
        side, place = pick(rng, *SIDES), rng.randrange(count)
        told[place] = link.join([f"{side}x{side}", "conv", "pool", str(rows[place][0])])
        words[place] = f"{side}x{side} conv pool {rows[place][0]}"
    marks = pick(
        rng, ("input A: ", "input B: ", "input C: "), ("in1 ", "in2 ", "in3 "), ("a) ", "b) ", "c) "),
        ("left: ", "right: ", "middle: "), ("first input ", "second input ", "third input "), ("A ", "B ", "C "),
        ("one branch ", "the other ", "the last one ") if count > DEFAULT_HEADS else ("one branch ", "the other ", ""),
    )  # fmt: skip
    return pick(rng, ", ", "; ", " | ", "\n").join(map("".join, zip(marks, told, strict=False))), words


def _input_by_input(rng: Random, count: int) -> tuple[str, list[str]]:
    """`The scan is 96x96 and passes a conv and a pool. The other 20 numbers go into 12`."""
    image_place = rng.randrange(count) if chance(rng, 0.55) else -1
    told, words = [], []
    for place in range(count):
        said, word = _image_input(rng) if place == image_place else _values_input(rng, place)
        told.append(said)
        words.append(word)
    joint = pick(rng, ". ", ". ", ", ", "; ", " and ")
    if joint == ". " and chance(rng, 0.7):
        told = [part[0].upper() + part[1:] for part in told]
    number = count_word(rng, count)
    lead = pick(rng, "", "", "", f"{number} inputs. ", f"a network with {number} inputs: ", f"{number} branches: ")
    return lead + joint.join(told), words


def _image_input(rng: Random) -> Part:
    side, kernel, size = pick(rng, *SIDES), pick(rng, 0, 3, 5), any_size(rng)
    count = pick(rng, 1, 1, 2, 3)
    conv = f"{f'{kernel}x{kernel} ' if kernel else ''}{pick(rng, 'conv', 'convolution', 'conv layer')}"
    convs = f"a {conv}" if count == 1 else f"{count_word(rng, count)} {conv}s"
    pool, pool_word = pick(
        rng, ("a pool", "pool"), ("a max pool", "maxpool"), ("pooling", "pool"), ("max pooling", "maxpool")
    )
    parts = [(convs, f"conv{kernel or ''}{'' if count == 1 else f'*{count}'}"), (pool, pool_word)]
    if chance(rng, 0.7):
        parts.append((_own_layers(rng, [size]), str(size)))
    noun = pick(rng, "picture", "image", "photo", "camera image", "scan")
    name = pick(rng, f"the {noun}, {by(rng, side, side)},", f"a {side}x{side} {noun}", f"the {side}x{side} {noun}")
    name = pick(rng, name, f"the {noun} ({side}x{side})", f"the {noun} is {side}x{side} and")
    return f"{name} {_through(rng)} {and_last([said for said, _ in parts])}", (
        f"{side}x{side} " + " ".join(word for _, word in parts)
    )


def _values_input(rng: Random, place: int) -> Part:
    inputs, sizes = any_size(rng), any_sizes(rng, 1, 2)
    noun = pick(rng, "features", "tabular features", "numbers", "values", "measurements", "sensor values", "columns")
    number, own = in_words(rng, inputs, share=0.2), _own_layers(rng, sizes)
    go = pick(rng, "go through", "go into", "simply go through", "go thru", "pass", "just go through")
    name = f"the {ORDINALS[place]} input"
    if chance(rng, 0.12):
        return f"the {number} {noun} {pick(rng, 'go straight in', 'go in as they are')}", str(inputs)
    told = pick(
        rng, f"the {number} {noun} {go} {own}", f"{number} {noun} {go} {own}", f"the other {number} {noun} {go} {own}"
        if place else f"{number} {noun} {go} {own}", f"{name} has {number} {noun} and {_through(rng)} {own}",
        f"{name} ({number} {noun}) {_through(rng)} {own}", f"{name}, {number} {noun}, {_through(rng)} {own}",
    )  # fmt: skip
    return told, f"{inputs} {size_row(sizes)}"


def _meeting(rng: Random, count: int) -> Part:
    """`both come together in 12, followed by 3 outputs`, or several heads at the end."""
    both = "both" if count == 2 else pick(rng, "all", "all of them", f"all {count_word(rng, count)}", "they all")
    lead = pick(
        rng, f"{both} are fused in", f"then {both} are combined in", f"{both} come together in", f"then {both} go into",
        f"{both} are joined in", f"after that {both} go together into", f"{both} feed into", f"then {both} join in",
    )  # fmt: skip
    joints = any_sizes(rng, 1, 2)
    if chance(rng, 0.3):
        heads = [[*any_sizes(rng, 0, 1), rng.randint(1, 12)] for _ in range(pick(rng, 2, 2, 3))]
        return f"{lead} {_own_layers(rng, joints)}{_ends_in_heads(rng, heads)}", (
            f"{size_row(joints)} ( {' | '.join(map(size_row, heads))} )"
        )
    outputs = pick(rng, 1, 1, 2, 3, rng.randint(2, 12))
    said = pick(rng, "1 output", "one output", "a single output") if outputs == 1 else f"{outputs} outputs"
    if outputs > 1 and chance(rng, 0.3):
        said = f"{in_words(rng, outputs, share=0.4)} {pick(rng, 'classes', 'output neurons')}"
    if chance(rng, 0.15):
        return f"{lead} {said}", str(outputs)
    end = pick(rng, " and then ", ", then ", ", followed by ", ". At the end ", ", and the result is ", " and finally ")
    return f"{lead} {_own_layers(rng, joints)}{end}{said}", f"{size_row(joints)} {outputs}"


def _ends_in_heads(rng: Random, heads: list[list[int]]) -> str:
    number, noun = count_word(rng, len(heads)), pick(rng, "heads", "outputs", "output heads", "heads")
    link = pick(rng, " then ", " and then ", "-", " -> ")
    rows = [link.join(str(size) for size in sizes) for sizes in heads]
    each = and_last([f"one {pick(rng, 'with', 'of')} {row}" for row in rows])
    if len(rows) == DEFAULT_HEADS and chance(rng, 0.5):
        has = pick(rng, "has", "is", "with")
        each = f"one {has} {rows[0]}{pick(rng, ', ', ' and ')}the other {has} {rows[1]}"
    start = pick(
        rng, ", then it splits into", ". At the end there are", ", and then", ". From there", ", with", " and then"
    )
    return f"{start} {number} {noun}{pick(rng, ': ', ', ', '. ')}{each}"


def sized_ensemble(rng: Random) -> tuple[str, str]:
    """`Three equal models in parallel, each sees the same 28 numbers, each has 33 and then 50`."""
    inputs, count, sizes = any_size(rng), rng.randint(2, MAX_EXPERTS), any_sizes(rng, 1, 3)
    number, noun = count_word(rng, count), pick(rng, "nets", "networks", "models", "small nets", "MLPs", "learners")
    values = pick(rng, "features", "inputs", "values", "numbers", "measurements")
    said = in_words(rng, inputs, share=0.2)
    takes = pick(
        rng, f"all receive the same {said} {values}", f"all share {said} {values}",
        f"each sees the same {said} {values}", f"they all take the same {said} {values}",
        f"all of them on the same {said} {values}", f"same {said} {values} for all",
    )  # fmt: skip
    each = f"{pick(rng, 'each consists of', 'each has', 'every one has')} {_own_layers(rng, sizes)}"
    joint, word = _combined(rng)
    head = pick(
        rng, f"ensemble of {number} {noun}", f"an ensemble of {number} {noun}", f"{number} {noun} side by side",
        f"{number} equal {noun} in parallel", f"{number} identical {noun}",
    )  # fmt: skip
    comma = pick(rng, ", ", ", ", ". ", "; ")
    parts = [head, takes, each] if chance(rng, 0.6) else [head, each, takes]
    if chance(rng, 0.3):
        parts = [f"{said} {values} go into {head}", each]
    prompt = comma.join([*parts, joint])
    return opened(rng, prompt), f"{inputs} ( {size_row(sizes)} &{count} ) {word}"


def _combined(rng: Random) -> Part:
    """What brings the outputs of an ensemble together: neurons or a block."""
    if chance(rng, 0.35):
        name = pick(rng, "average", "vote", "majority vote", "mean", "weighted sum")
        return pick(rng, f"at the end the {name}", f"then {name}", f"combined by {name}", f"their {name}"), f'"{name}"'
    size = pick(rng, 1, 1, 1, 2, 3, rng.randint(2, 10))
    number = count_word(rng, size)
    neurons = f"{number} {pick(rng, 'neuron', 'output', 'output neuron')}{'s' if size > 1 else ''}"
    verb = "combines" if size == 1 else "combine"
    return pick(
        rng, f"{neurons} {verb} their results", f"all go into {neurons}", f"they end in {neurons}",
        f"{neurons} {verb} them all", f"together they feed {neurons}", f"at the end {neurons}",
    ), str(size)  # fmt: skip
