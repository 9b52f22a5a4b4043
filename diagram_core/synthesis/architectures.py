"""Networks that are more than a chain, in words, each with the body of its plan."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from diagram_core.notation.plan import SKIP_NAMES
from diagram_core.synthesis.phrasing import and_last, by, chance, count_word, enumeration, pick

MAX_LEVELS = 4  # of a U-Net; a plan has names for as many skips
MAX_BRANCHES = 5
MAX_NAMED_BRANCHES = 8  # of models that go by a name, which take less room than layers with sizes

_SIDES = (28, 32, 64, 96, 105, 128, 224, 256, 512, 572)
_PARTS = (  # how they are said, and how a plan says them
    ("conv", "conv"), ("conv 3x3", "conv3"), ("3x3 conv", "conv3"), ("1x1 conv", "conv1"), ("5x5 conv", "conv5"),
    ("max pool", "maxpool"), ("avg pool", "avgpool"), ("batch norm", '"batch norm"'), ("batchnorm", '"batchnorm"'),
    ("BN", '"BN"'), ("ReLU", '"ReLU"'), ("relu", '"relu"'), ("GELU", '"GELU"'), ("dropout", '"dropout"'),
    ("layer norm", '"layer norm"'), ("self-attention", '"self-attention"'), ("feed forward", '"feed forward"'),
    ("linear", '"linear"'), ("depthwise conv", '"depthwise conv"'), ("MLP", '"MLP"'), ("LSTM", '"LSTM"'),
    ("attention", '"attention"'), ("RMSNorm", '"RMSNorm"'), ("SwiGLU", '"SwiGLU"'), ("GRU", '"GRU"'),
)  # fmt: skip
_MODALITIES = (  # and what encodes them
    ("image", ("CNN", "image encoder", "ViT", "ResNet")), ("text", ("BERT", "text encoder", "LSTM", "transformer")),
    ("audio", ("audio encoder", "wav2vec", "spectrogram CNN")), ("tabular data", ("MLP", "dense encoder")),
    ("video", ("3D CNN", "video encoder")), ("graph", ("GNN", "GCN")), ("time series", ("GRU", "1D CNN", "TCN")),
)  # fmt: skip
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
_SHORT_ORDINALS = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th")
DEFAULT_BRANCHES = 2
_SIZES = (8, 16, 20, 32, 50, 64, 100, 128, 200, 256, 512)


def architecture(rng: Random) -> tuple[str, str]:
    """A network with skips, branches, several inputs or several heads: (prompt, body of the plan)."""
    form: Callable[[Random], tuple[str, str]] = pick(
        rng,
        _residual,
        _residual,
        _residual,
        _u_net,
        _u_net,
        _siamese,
        _two_towers,
        _merged_inputs,
        _merged_inputs,
        _heads,
        _heads,
        _gan,
        _mixture_of_experts,
        _ensemble,
        _transformer,
        _transformer,
        _sequence_to_sequence,
        *3 * (_dense_skip,),
        *2 * (_conv_skip,),
        *3 * (_hourglass,),
        _autoencoder,
        _autoencoder,
        _named_residual,
        _named_branches,
        _named_heads,
        _named_inputs,
    )
    return form(rng)


def _size(rng: Random) -> int:
    return pick(rng, *_SIZES) if chance(rng, 0.6) else rng.randint(2, 40)


def _sizes(rng: Random, low: int, high: int) -> list[int]:
    return [_size(rng) for _ in range(rng.randint(low, high))]


def _row(sizes: list[int]) -> str:
    return " ".join(str(size) for size in sizes)


def _arrows(rng: Random, sizes: list[int]) -> str:
    return pick(rng, "-", " -> ", "->", ", ").join(str(size) for size in sizes)


def _outputs(rng: Random) -> tuple[str, int]:
    count = pick(rng, 1, 1, 2, 3, 5, 10, 100)
    noun = pick(rng, "output", "classes", "outputs") if count > 1 else pick(rng, "output", "output node")
    return f"{count} {noun}", count


def _in_a_row(words: str, count: int) -> str:
    return words if count == 1 else f"( {words} )*{count}"


def _convs(rng: Random) -> tuple[str, str]:
    """A run of convolutions, by their number."""
    count = rng.randint(1, 3)
    kernel = pick(rng, "", "3")
    noun = pick(rng, "conv", "convolutional", "conv")
    size = f"{by(rng, 3, 3)} " if kernel else ""
    words = f"conv{kernel}" if count == 1 else f"conv{kernel}*{count}"
    return (f"a {size}{noun} layer" if count == 1 else f"{count_word(rng, count)} {size}{noun} layers"), words


def _residual(rng: Random) -> tuple[str, str]:
    """Blocks whose input is added to what comes out of them (He et al. 2015)."""
    side, blocks = pick(rng, *_SIDES), rng.randint(1, 5)
    inner, words = _convs(rng)
    said, outputs = _outputs(rng)
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
    return prompt, " ".join([f"{side}x{side}", stem, _in_a_row(f"@a {words} +a", blocks), *pool_word, str(outputs)])


def _named_residual(rng: Random) -> tuple[str, str]:
    """A block by the names of its parts, the last of which may follow the addition; its input is told or not."""
    parts = rng.sample(_PARTS, rng.randint(2, 5))
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


def _named_branches(rng: Random) -> tuple[str, str]:
    """Branches of named parts from one input, which come together, as in an inception module (Szegedy et al. 2014)."""
    count = rng.randint(2, 4)
    then = pick(rng, " then ", " -> ", " followed by ")
    runs = [rng.sample(_PARTS, pick(rng, 1, 1, 2)) for _ in range(count)]
    told = [then.join(said for said, _ in run) for run in runs]
    source = pick(rng, "input", "input", "image", "features", "previous layer")
    joint, last = pick(rng, "concat", "concatenation", "concatenated", "add", "sum"), pick(rng, *_PARTS, *4 * (None,))
    end = f"{pick(rng, ', ', ', then ')}{last[0]}" if last else ""
    listed = pick(rng, and_last(told), "; ".join(told), " | ".join(told))
    number = count_word(rng, count)
    prompt = pick(
        rng,
        f"{source}, {number} branches: {listed}, {joint}{end}",
        f"{source} splits into {number} branches: {listed}; then {joint}{end}",
        f"inception module: {source}, then {listed} in parallel, {joint}{end}",
        f"{number} parallel branches on the {source}: {listed}, {joint}{end}",
    )
    branches = " | ".join(" ".join(word for _, word in run) for run in runs)
    return prompt, " ".join([f'"{source}" ( {branches} ) "{joint}"', *([last[1]] if last else [])])


def _named_heads(rng: Random) -> tuple[str, str]:
    """Several outputs of one trunk, by their names; it has an input, told or not."""
    trunk = pick(
        rng, "shared encoder", "backbone", "ResNet backbone", "BERT", "trunk", "CNN backbone", "feature extractor",
        "shared layers", "transformer encoder", "MLP", "ViT", "encoder",
    )  # fmt: skip
    heads = rng.sample(
        ("classification", "regression", "segmentation", "depth", "value", "policy", "sentiment", "topic", "language",
         "age", "gender", "boxes", "masks", "class", "keypoints", "toxicity", "price", "bounding box"),
        rng.randint(2, 4),
    )  # fmt: skip
    noun = pick(rng, "", " head")
    names = [name + noun for name in heads]
    told = and_last(names)
    source = pick(rng, "image", "text", "input", "audio", "")
    number = count_word(rng, len(heads))
    before = f"{source}{pick(rng, ' -> ', ', ')}" if source else ""
    head = pick(rng, "multi-task network", "multi-head network", "multi-task model", "network", "model")
    prompt = pick(
        rng,
        f"{head}: {before}{trunk}, {number} heads: {told}",
        f"{head}: {before}{trunk} with {told}",
        f"{head}: {before}{trunk}, then {told} in parallel",
        f"{head}: {before}{trunk} -> {' + '.join(names)}",
    )
    return prompt, f'"{source or "input"}" "{trunk}" ( ' + " | ".join(f'"{name}"' for name in names) + " )"


def _named_inputs(rng: Random) -> tuple[str, str]:
    """Inputs of several kinds, each with its encoder, by their names."""
    branches = rng.sample(_MODALITIES, rng.randint(2, 3))
    pairs = [(thing, pick(rng, *encoders)) for thing, encoders in branches]
    joint = pick(rng, "concat", "fusion", "dot product", "cross-attention", "contrastive loss", "concatenation", "add")
    last = pick(rng, "", "classifier", "softmax", "decoder", "MLP", "LLM", "prediction")
    then = pick(rng, ", ", ", then ", " -> ")
    end = f"{then}{last}" if last else ""
    head = pick(
        rng, "multimodal network: ", "multi-input model: ", f"{count_word(rng, len(pairs))} branches: ", "",
        "network: ",
        f"{pick(rng, 'network', 'model')} with {count_word(rng, len(pairs))} inputs: ",
    )  # fmt: skip
    article = pick(rng, "a ", "the ", "")
    comma = pick(rng, ", ", "; ", " and ")
    through = pick(rng, " through ", " into ", " -> ", " goes through ")
    prompt = pick(
        rng,
        f"{head}{comma.join(f'{thing}{through}{article}{encoder}' for thing, encoder in pairs)}{then}{joint}{end}",
        f"{head}{comma.join(f'{article}{encoder} for {thing}' for thing, encoder in pairs)}, joined by {joint}{end}",
        f"{head}{comma.join(f'{thing} + {encoder}' for thing, encoder in pairs)}, {joint}{end}",
    )
    towers = " | ".join(f'"{thing}" "{encoder}"' for thing, encoder in pairs)
    return prompt, " ".join([f'( {towers} ) "{joint}"', *([f'"{last}"'] if last else [])])


def _u_net(rng: Random) -> tuple[str, str]:
    """Down and up again, with a skip at each level; two convs a level if untold (Ronneberger et al. 2015)."""
    side, levels = pick(rng, *_SIDES[2:]), rng.randint(1, MAX_LEVELS)
    inner, words = _convs(rng)
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


def _siamese(rng: Random) -> tuple[str, str]:
    """The same layers for two inputs that are compared (Bromley et al. 1993)."""
    if chance(rng, 0.3):
        return _named_siamese(rng)
    side = pick(rng, *_SIDES)
    inner, words = _convs(rng)
    size = _size(rng)
    joint, joint_word = pick(
        rng,
        ("a distance layer", '"distance"'),
        ("cosine similarity", '"cosine similarity"'),
        ("an L1 distance", '"L1 distance"'),
        ("a comparison layer", '"comparison"'),
    )
    said, outputs = _outputs(rng)
    prompt = pick(
        rng,
        f"siamese network: two {by(rng, side, side)} images, each through {inner}, pooling and {size} units, "
        f"then {joint} and {said}",
        f"a siamese network with two {by(rng, side, side)} inputs, {inner}, a pooling layer and "
        f"a dense layer of {size} on both sides, {joint}, {said}",
        f"twin network for two {by(rng, side, side)} pictures with {inner}, pooling, {size} nodes in each twin, "
        f"{joint}, {said}",
    )
    tower = f"{side}x{side} {words} pool {size}"
    return prompt, f"( {tower} &2 ) {joint_word} {outputs}"


def _named_siamese(rng: Random) -> tuple[str, str]:
    """By the names of its parts alone."""
    thing = pick(rng, "image", "input", "sentence", "face", "signature", "photo", "text", "document")
    twin = pick(rng, "encoder", "conv encoder", "CNN", "LSTM", "embedding network", "BERT", "ResNet", "backbone")
    joint = pick(rng, "distance", "cosine similarity", "L1 distance", "contrastive loss", "difference", "dot product")
    last = pick(rng, "", "", "sigmoid", "softmax", "score")
    then = f", {pick(rng, 'then ', '')}{last}{pick(rng, '', ' output')}" if last else ""
    prompt = pick(
        rng,
        f"siamese network: two {thing}s share {pick(rng, 'a', 'one', 'the same')} {twin}, then {joint}{then}",
        f"siamese net with two {thing}s, a shared {twin}, {joint}{then}",
        f"two {thing}s through the same {twin}, compared by {joint}{then}",
        f"siamese {twin} for two {thing}s with {joint}{then}",
    )
    return prompt, " ".join([f'( "{thing}" "{twin}" &2 ) "{joint}"', *([f'"{last}"'] if last else [])])


def _two_towers(rng: Random) -> tuple[str, str]:
    """Two chains that meet in a product, as in retrieval."""
    one, other = _sizes(rng, 2, 3), _sizes(rng, 2, 3)
    names = pick(rng, ("user", "item"), ("query", "document"), ("question", "answer"), ("customer", "product"))
    joint = pick(rng, "dot product", "cosine similarity", "dot product", "concat")
    prompt = pick(
        rng,
        f"two-tower model, {names[0]} tower {_arrows(rng, one)}, {names[1]} tower {_arrows(rng, other)}, then {joint}",
        f"two tower network: {names[0]} {_arrows(rng, one)} and {names[1]} {_arrows(rng, other)}, joined by {joint}",
        f"recommender with a {names[0]} tower of {_arrows(rng, one)} and a {names[1]} tower of {_arrows(rng, other)}, "
        f"{joint} at the end",
    )
    return prompt, f'( {_row(one)} | {_row(other)} ) "{joint}"'


def _merged_inputs(rng: Random) -> tuple[str, str]:
    """Several inputs, each with layers of its own."""
    branches = [_input_branch(rng) for _ in range(rng.randint(2, 3))]
    joint = pick(rng, "", "concat", "add", "concatenation")
    tail = _sizes(rng, 0, 2)
    said, outputs = _outputs(rng)
    number = {2: "two", 3: "three"}[len(branches)] if chance(rng, 0.7) else str(len(branches))
    told = pick(rng, "; ", ", and ", " and ").join(f"{phrase}" for phrase, _ in branches)
    end = f"{enumeration(rng, [str(size) for size in tail])} {pick(rng, 'nodes', 'units')}, " if tail else ""
    if tail and chance(rng, 0.3):
        end = "".join(f"{pick(rng, 'dense', 'fc', 'then dense')} {size}, " for size in tail)
    if chance(rng, 0.3):
        marks = pick(rng, ("(1) ", "(2) ", "(3) "), ("(a) ", "(b) ", "(c) "), ("input 1: ", "input 2: ", "input 3: "))
        told = pick(rng, ", ", "; ").join(mark + phrase for mark, (phrase, _) in zip(marks, branches, strict=False))
    both = "both" if len(branches) == DEFAULT_BRANCHES else "all"
    merged = (
        pick(rng, f"merged by {joint}", f"joined by {joint}", f"then {joint}", joint)
        if joint
        else pick(rng, "merged", "joined", "combined", f"merge {both}", f"then {both} are joined")
    )
    if joint in ("concat", "add") and chance(rng, 0.3):
        merged = f"{joint} {both}"
    head = pick(rng, "network", "model", "neural network", "multi-input network")
    prompt = f"{head} with {number} inputs: {told}, {merged}, {end}{said}"
    words = [f'"{joint}"'] if joint else []
    return prompt, " ".join(["(", " | ".join(word for _, word in branches), ")", *words, *map(str, tail), str(outputs)])


def _input_branch(rng: Random) -> tuple[str, str]:
    if chance(rng, 0.5):
        inputs, sizes = _size(rng), _sizes(rng, 1, 2)
        hidden = enumeration(rng, [str(size) for size in sizes])
        return (
            pick(
                rng,
                f"{inputs} {pick(rng, 'features', 'inputs', 'numbers')} {pick(rng, 'with', 'through')} {hidden} nodes",
                f"{inputs} {pick(rng, 'tabular features', 'numbers', 'values')} into {_dense_layers(rng, sizes)}",
                f"{_arrows(rng, [inputs, *sizes])}",
            ),
            f"{inputs} {_row(sizes)}",
        )
    side = pick(rng, *_SIDES)
    inner, words = _convs(rng)
    return (
        f"{pick(rng, 'a ', '')}{by(rng, side, side)} image {pick(rng, 'with', 'through', 'into')} {inner} and "
        f"{pick(rng, '', 'then ')}pooling",
        f"{side}x{side} {words} pool",
    )


def _dense_layers(rng: Random, sizes: list[int]) -> str:
    return pick(rng, " and ", ", then ").join(f"a dense layer of {size}" for size in sizes)


def _heads(rng: Random) -> tuple[str, str]:
    """Several outputs of one trunk."""
    count = rng.randint(2, 4)
    trunk = _sizes(rng, 2, 4)
    heads = [pick(rng, 1, 2, 3, 4, 5, 10, 20, 100) for _ in range(count)]
    own = [_size(rng) for _ in heads] if chance(rng, 0.3) else []
    hidden = enumeration(rng, [str(size) for size in trunk[1:]])
    number = count_word(rng, count)
    outputs = enumeration(rng, [str(size) for size in heads])
    start = f"{pick(rng, 'network', 'multi-task network', 'model', 'NN')} with {trunk[0]} inputs, "
    if own:
        told = pick(rng, ", ", " and ").join(f"{a} nodes then {b} outputs" for a, b in zip(own, heads, strict=True))
        prompt = f"{start}shared layers of {hidden}, and {number} heads: {told}"
        words = [f"{a} {b}" for a, b in zip(own, heads, strict=True)]
    else:
        prompt = start + pick(
            rng,
            f"shared layers of {hidden}, and {number} heads with {outputs} outputs",
            f"hidden layers {hidden}, {number} output heads of {outputs}",
            f"{hidden} shared nodes, then {number} heads: {outputs}",
        )
        words = [str(size) for size in heads]
    if not own and chance(rng, 0.4):
        shared = pick(rng, " -> ", "-").join(str(size) for size in trunk)
        start = pick(rng, f"shared trunk {shared}, ", f"one shared trunk ({shared}), ", f"trunk of {shared}, ")
        splits = pick(rng, "then it splits into", "which splits into", "then", "followed by", "branching into")
        each = and_last([f"one with {size}{pick(rng, '', ' neurons', ' outputs')}" for size in heads])
        prompt = f"{start}{splits} {number} {pick(rng, 'heads', 'output heads', 'branches')}, {each}"
    return prompt, f"{_row(trunk)} ( {' | '.join(words)} )"


def _gan(rng: Random) -> tuple[str, str]:
    """A generator, and a discriminator that sees its output and real data (Goodfellow et al. 2014)."""
    if chance(rng, 0.4):
        return _named_gan(rng)
    noise = pick(rng, 10, 32, 64, 100, 128, 256) if chance(rng, 0.4) else rng.randint(2, 300)
    if chance(rng, 0.4):
        prompt = pick(
            rng,
            f"GAN with {noise} noise inputs, a generator, real images, and a discriminator with 1 output",
            f"gan: noise of {noise} into the generator, its fakes and real images into the discriminator, 1 output",
        )
        return prompt, f'( {noise} "generator" | "real images" ) "discriminator" 1'
    hidden, data, judge = _sizes(rng, 1, 2), pick(rng, 64, 256, 784, 1024), _sizes(rng, 1, 2)
    generator, discriminator = [noise, *hidden, data], [data, *judge, 1]
    prompt = pick(
        rng,
        f"GAN: generator {_arrows(rng, generator)}, discriminator {_arrows(rng, discriminator)}",
        f"GAN with a generator of {_arrows(rng, generator)} and a discriminator of {_arrows(rng, discriminator)}",
    )
    return prompt, f"( {_row(generator)} | {data} ) {_row(discriminator[1:])}"


def _named_gan(rng: Random) -> tuple[str, str]:
    """By the names of its parts alone."""
    head = pick(rng, "GAN", "gan", "generative adversarial network", "a GAN")
    noise = pick(rng, "noise", "random noise", "latent vector", "noise vector", "z")
    real = pick(rng, "real images", "real data", "real samples", "training images", "real photos")
    last = pick(rng, "", "", "real or fake", "real/fake", "loss")
    end = f", {last}" if last else ""
    prompt = pick(
        rng,
        f"{head}: generator and discriminator, {noise} input, {real}{end}",
        f"{head}: {noise} -> generator, {real}, discriminator{end}",
        f"{head} with {noise}, a generator, {real} and a discriminator{end}",
        f"{head} where the generator takes {noise} and the discriminator sees {real} and the generator's output{end}",
        f"{head}: the generator makes fakes from {noise}, the discriminator compares them with {real}{end}",
    )
    return prompt, " ".join([f'( "{noise}" "generator" | "{real}" ) "discriminator"', *([f'"{last}"'] if last else [])])


def _mixture_of_experts(rng: Random) -> tuple[str, str]:
    """Experts side by side, weighed by a gate (Jacobs et al. 1991)."""
    if chance(rng, 0.4):
        return _named_mixture(rng)
    inputs, count, size = _size(rng), rng.randint(2, MAX_BRANCHES), _size(rng)
    said, outputs = _outputs(rng)
    number = count_word(rng, count)
    joint = pick(rng, "weighted sum", "sum", "")
    then = f", {joint}" if joint else ""
    prompt = pick(
        rng,
        f"mixture of experts with {inputs} inputs, a gate and {number} experts of {size} units{then}, {said}",
        f"MoE: {inputs} inputs, a gate, {number} experts with {size} nodes each{then}, {said}",
        f"mixture of {number} experts of {size} nodes with a gate, {inputs} inputs{then}, {said}",
    )
    return prompt, " ".join(
        [f'{inputs} ( "gate" | {size} &{count} )', *([f'"{joint}"'] if joint else []), str(outputs)]
    )


def _named_mixture(rng: Random) -> tuple[str, str]:
    """Without a size; it has an input and an output, told or not."""
    count = rng.randint(2, MAX_NAMED_BRANCHES)
    gate = pick(rng, "gate", "gating network", "router", "gating layer", "gate network")
    joint = pick(rng, "", "", "weighted sum", "sum", "output")
    expert = pick(rng, "expert", "expert", "expert network", "FFN expert")
    head = pick(rng, "mixture of experts", "MoE", "moe layer", "mixture-of-experts layer", "a mixture of experts")
    number = count_word(rng, count)
    end = pick(rng, f", then {joint}", f", {joint}", f" and {joint}") if joint else ""
    prompt = pick(
        rng,
        f"{head} with {number} {expert}s and a {gate}{end}",
        f"{head}: a {gate} and {number} {expert}s{end}",
        f"{head}, {number} {expert}s, {gate}{end}",
        f"{head}: input, {gate}, {number} {expert}s{end}",
    )
    return prompt, f'"input" ( "{gate}" | "{expert}" &{count} ) "{joint or "output"}"'


def _ensemble(rng: Random) -> tuple[str, str]:
    """Equal networks whose outputs are combined."""
    if chance(rng, 0.4):
        return _named_ensemble(rng)
    inputs, count, sizes = _size(rng), rng.randint(2, MAX_BRANCHES), _sizes(rng, 1, 2)
    joint = pick(rng, "average", "vote", "mean", "majority vote")
    hidden = enumeration(rng, [str(size) for size in sizes])
    number = count_word(rng, count)
    prompt = pick(
        rng,
        f"ensemble of {number} networks with {inputs} inputs and {hidden} nodes each, combined by {joint}",
        f"ensemble: {inputs} inputs, {number} networks of {hidden} units, {joint}",
        f"{number} networks with {hidden} nodes side by side on {inputs} inputs, {joint} of their outputs",
    )
    return prompt, f'{inputs} ( {_row(sizes)} &{count} ) "{joint}"'


def _named_ensemble(rng: Random) -> tuple[str, str]:
    """Of models without a size; they share an input, told or not."""
    count = rng.randint(2, MAX_NAMED_BRANCHES)
    model = pick(rng, "model", "network", "classifier", "CNN", "tree", "decision tree", "LSTM", "MLP", "learner", "LLM")
    number = count_word(rng, count)
    joint, told = pick(
        rng,
        ("average", "whose outputs are combined by average"),
        ("average", "with the average of their predictions"),
        ("vote", "and a vote"),
        ("majority vote", "with majority vote"),
        ("majority vote", ", majority vote"),
        ("voting", ", voting"),
        ("mean", ", mean of their scores"),
        ("averaged", "whose votes are averaged"),
        ("averaged", "whose outputs are averaged"),
        ("weighted sum", "and a weighted sum"),
    )
    told = told if told.startswith(",") else f" {told}"
    prompt = pick(
        rng,
        f"ensemble of {number} {model}s{told}",
        f"{number} {model}s in parallel{told}",
        f"an ensemble with {number} {model}s{told}",
        f"bagging: {number} {model}s{told}",
        f"{number} {model}s side by side on one input{told}",
    )
    return prompt, f'"input" ( "{model}" &{count} ) "{joint}"'


def _transformer(rng: Random) -> tuple[str, str]:
    """Blocks with a residual connection around each part (Vaswani et al. 2017)."""
    if chance(rng, 0.4):
        return _stacks(rng)
    attention = pick(rng, "self-attention", "multi-head attention", "masked self-attention")
    norm = pick(rng, "add & norm", "layer norm")
    kind = pick(rng, "encoder", "decoder")
    if chance(rng, 0.5):
        said = pick(
            rng,
            f"transformer {kind} block with {attention}, {norm}, feed forward, {norm} and skip connections",
            f"transformer block: {attention}, {norm}, feed forward, {norm}, with residual connections",
        )
        return said, f'"input" @a "{attention}" "{norm}" +a @a "feed forward" "{norm}" +a'
    count = rng.randint(2, 24)
    output = pick(rng, "softmax", "linear layer", "classifier")
    name = f"{kind} block"
    prompt = pick(
        rng,
        f"transformer with an embedding, positional encoding, {count_word(rng, count)} {name}s and a {output}",
        f"transformer: embedding, positional encoding, {count} x {name}, {output}",
    )
    return prompt, f'"embedding" "positional encoding" "{name}"*{count} "{output.removesuffix(" layer")}"'


def _stacks(rng: Random) -> tuple[str, str]:
    """Encoder layers, decoder layers or both, and what stands before and after them."""
    unit = pick(rng, "layer", "layer", "block")
    encoders, decoders = rng.randint(2, 24), rng.randint(2, 24)
    if chance(rng, 0.4):
        decoders = encoders
    first = pick(rng, (), (), ("embedding",), ("token embedding",), ("embedding", "positional encoding"))
    last = pick(rng, (), (), ("softmax",), ("linear", "softmax"), ("linear",), ("LM head",), ("classification head",))
    before = f"{', '.join(first)}, " if first else ""
    after = f"{pick(rng, ', ', ' and ')}{', '.join(last)}" if last else ""
    number = count_word(rng, encoders)
    stacks = [("encoder", encoders), ("decoder", decoders)]
    has_both, (kind, count) = chance(rng, 0.5), pick(rng, *stacks)
    if has_both:
        prompt = pick(
            rng,
            f"transformer with {before}{number} encoder {unit}s and {count_word(rng, decoders)} decoder {unit}s{after}",
            f"transformer: {before}{encoders} encoder {unit}s, {decoders} decoder {unit}s{after}",
            f"encoder-decoder transformer, {before}{encoders}x encoder {unit}, {decoders}x decoder {unit}{after}",
        )
    else:
        stacks = [(kind, count)]
        name = {"encoder": ("BERT style model", "encoder-only transformer"), "decoder": ("GPT style model", "LLM")}
        head = pick(rng, "transformer", f"{kind}-only transformer", *name[kind])
        prompt = pick(
            rng,
            f"{head} with {before}{count_word(rng, count)} {kind} {unit}s{after}",
            f"{head}: {before}{count} {kind} {unit}s{after}",
            f"{head}, {before}{count}x {kind} {unit}{after}",
        )
    words = [
        *(f'"{name}"' for name in first),
        *(f'"{stack} {unit}"*{layers}' for stack, layers in stacks),
        *(f'"{name}"' for name in last),
    ]
    return prompt, " ".join(words)


def _sequence_to_sequence(rng: Random) -> tuple[str, str]:
    """An encoder and a decoder, with or without attention between them (Bahdanau et al. 2015)."""
    cell = pick(rng, "LSTM", "GRU", "RNN", "bidirectional LSTM", "transformer")
    attention = pick(rng, "", "attention", "attention")
    encoder, decoder = pick(
        rng, (f"{cell} encoder", f"{cell} decoder"), ("encoder", "decoder"), (f"{cell} encoder", "GRU decoder")
    )
    head = pick(rng, "seq2seq model", "encoder-decoder", "seq2seq", "sequence to sequence network", "translation model")
    between = f", {attention}" if attention else ""
    last = pick(rng, "", "softmax")
    end = f"{pick(rng, ', ', ' and ')}{last}" if last else ""
    prompt = pick(
        rng,
        f"{head} with {_a(encoder)}{between}, {_a(decoder)}{end}",
        f"{head}: {encoder}{between}, {decoder}{end}",
        f"{head}: {encoder}{' -> ' + attention if attention else ''} -> {decoder}{' -> ' + last if last else ''}",
    )
    names = [encoder, *([attention] if attention else []), decoder, *([last] if last else [])]
    return prompt, " ".join(f'"{name}"' for name in names)


def _a(noun: str) -> str:
    return f"an {noun}" if noun.startswith(("encoder", "LSTM", "RNN")) else f"a {noun}"


def _dense_skip(rng: Random) -> tuple[str, str]:
    """A dense network with one connection past layers."""
    sizes = _sizes(rng, 3, 5)
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
        f"network {_arrows(rng, [*sizes, outputs])} with a skip connection from {source_name} to {target_name}",
        f"{_arrows(rng, [*sizes, outputs])} MLP, skip from {source_name} to {target_name}",
        f"dense network with layers {_arrows(rng, [*sizes, outputs])} and a residual connection from {source_name} "
        f"to {target_name}",
    )
    return prompt, " ".join(words)


def _hidden_names(rng: Random, count: int) -> list[str]:
    """How hidden layers are called by their place."""
    form = pick(rng, "{ordinal} hidden layer", "{ordinal} hidden layer", "hidden layer {number}", "hidden {number}")
    names = [form.format(ordinal=_ORDINALS[i], number=i + 1) for i in range(count)]
    if count > 1 and chance(rng, 0.3):
        names[-1] = "last hidden layer"
    return names


def _conv_skip(rng: Random) -> tuple[str, str]:
    """Convolutions one after the other with a connection past some, told by their places."""
    count = rng.randint(3, 5)
    source = rng.randint(1, count - 2)
    target = rng.randint(source + 2, count)
    channels = pick(rng, 0, 8, 16, 32, 64)
    one = f"conv3:{channels}" if channels else "conv3"
    sized = "3x3 convs"
    if channels:
        sized += pick(rng, f" with {channels} filters", f" ({channels} channels)")
    places = pick(rng, _ORDINALS, _SHORT_ORDINALS)
    first, second = places[source - 1], "last" if target == count and chance(rng, 0.4) else places[target - 1]
    skip = pick(
        rng,
        f"a skip connection from the {first} conv to the {second} conv",
        f"a skip from the {first} to the {second} conv",
        f"skip connection from conv {source} to conv {target}",
    )
    said, outputs = _outputs(rng)
    side = pick(rng, *_SIDES)
    pooling, pool = pick(rng, ("", ""), ("max pooling", "maxpool"), ("2x2 average pooling", "avgpool2"))
    end = f"{pick(rng, ', ', ', then ')}{pooling}" if pooling else ""
    prompt = f"{pick(rng, '', 'CNN: ', 'network: ')}{by(rng, side, side)} {pick(rng, 'image', 'input')}, "
    prompt += f"{count_word(rng, count)} {sized}{pick(rng, ' with ', ', ', ' and ')}{skip}{end}"
    prompt += f"{pick(rng, ' and ', ', ')}{said}"
    words = [f"{side}x{side}", *source * (one,), "@a", *(target - source) * (one,), "+a", *(count - target) * (one,)]
    return prompt, " ".join([*words, *([pool] if pool else []), str(outputs)])


def _hourglass(rng: Random) -> tuple[str, str]:
    """A convolutional autoencoder or a U-Net told layer by layer, with its skips at the end."""
    levels = rng.randint(1, MAX_LEVELS - 1)
    side = rng.randint(3, 40) * 2**levels
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


def _said_skips(rng: Random, levels: int) -> str:
    """From each convolution on the way down to that of the same size on the way up, of which the last comes first."""
    places = pick(rng, _ORDINALS, _SHORT_ORDINALS)
    last = 2 * levels + 1
    form = pick(rng, "{} conv to {} conv", "the {} conv to the {} conv", "the {} to the {}")
    pairs = [form.format(places[i], places[last - 1 - i]) for i in range(levels)]
    if chance(rng, 0.3):
        pairs = [f"conv {i + 1} to conv {last - i}" for i in range(levels)]
    listed = pick(rng, ", ", " and ").join(pairs)
    return pick(
        rng,
        f". skips: {listed}",
        f", skip connections from {listed}",
        f"; skip {'connection' if levels == 1 else 'connections'}: {listed}",
        f", with {'a skip' if levels == 1 else 'skips'} from {listed}",
        ", skip connections between the levels",
        ", with skip connections between layers of the same size",
    )


def _autoencoder(rng: Random) -> tuple[str, str]:
    """Down to a code and up again; a way up that is not told mirrors the way down."""
    if chance(rng, 0.25):
        return _named_autoencoder(rng)
    inputs, code = pick(rng, 64, 100, 256, 784, 1024), rng.randint(2, 64)
    down = sorted(_sizes(rng, 1, 2), reverse=True)
    up = down[::-1]
    told_down, told_up = (enumeration(rng, [str(size) for size in sizes]) for sizes in (down, up))
    layers = pick(rng, "layers ", "", "layers of ")
    prompt = pick(
        rng,
        f"autoencoder with {inputs} inputs, encoder {layers}{told_down}, a code of {code}, decoder {layers}{told_up}, "
        f"{inputs} outputs",
        f"autoencoder: input {inputs}, encoder {told_down}, bottleneck {code}, decoder {told_up}, output {inputs}",
        f"autoencoder {_arrows(rng, [inputs, *down, code, *up, inputs])}",
        f"autoencoder with {inputs} inputs, hidden {told_down} and a bottleneck of {code}",
        f"autoencoder with {inputs} inputs, a {pick(rng, 'bottleneck', 'code', 'latent space')} of {code} and hidden "
        f"layers of {told_down}",
        f"symmetric autoencoder: {_arrows(rng, [inputs, *down])}, {pick(rng, 'code', 'latent', 'bottleneck')} {code}",
        f"autoencoder with {inputs} inputs, {told_down}, bottleneck of {code}, then back up",
        f"autoencoder, {inputs} inputs, {_arrows(rng, [*down, code])}, and {pick(rng, 'mirrored', 'the same back up')}",
        f"autoencoder {_arrows(rng, [inputs, *down, code])} and {pick(rng, 'back', 'the reverse', 'back again')}",
    )
    return prompt, _row([inputs, *down, code, *up, inputs])


def _named_autoencoder(rng: Random) -> tuple[str, str]:
    """By the names of its parts alone; one is variational (Kingma and Welling 2013)."""
    code = pick(rng, "latent code", "bottleneck", "latent space", "code", "latent vector")
    head = pick(rng, "autoencoder", "auto-encoder", "denoising autoencoder", "conv autoencoder")
    if chance(rng, 0.5):
        told = pick(rng, f"encoder, {code}, decoder", f"encoder -> {code} -> decoder")
        prompt = pick(rng, f"{head}: {told}", f"{head} with an encoder, a {code} and a decoder")
        return prompt, f'"encoder" "{code}" "decoder"'
    spread = pick(rng, "variance", "log variance", "standard deviation", "sigma")
    sampling = pick(rng, "sampling", "sample", "reparameterization", "latent sample")
    head = pick(rng, "VAE", "variational autoencoder", "vae")
    prompt = pick(
        rng,
        f"{head}: encoder, mean and {spread}, {sampling}, decoder",
        f"{head} with an encoder, mean and {spread}, {sampling} and a decoder",
        f"{head}: encoder -> mean + {spread} -> {sampling} -> decoder",
    )
    return prompt, f'"encoder" ( "mean" | "{spread}" ) "{sampling}" "decoder"'
