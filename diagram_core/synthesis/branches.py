"""Networks with several inputs, branches or heads, in words, each with the body of its plan."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.layer_parts import (
    PARTS,
    SIDES,
    any_size,
    any_sizes,
    arrows,
    conv_run,
    outputs_part,
    size_row,
)
from diagram_core.synthesis.phrasing import and_last, by, chance, count_word, enumeration, pick

MAX_BRANCHES = 5
MAX_NAMED_BRANCHES = 8  # of models that go by a name, which take less room than layers with sizes
DEFAULT_BRANCHES = 2
_MODALITIES = (  # and what encodes them
    ("image", ("CNN", "image encoder", "ViT", "ResNet")), ("text", ("BERT", "text encoder", "LSTM", "transformer")),
    ("audio", ("audio encoder", "wav2vec", "spectrogram CNN")), ("tabular data", ("MLP", "dense encoder")),
    ("video", ("3D CNN", "video encoder")), ("graph", ("GNN", "GCN")), ("time series", ("GRU", "1D CNN", "TCN")),
)  # fmt: skip


def named_branches(rng: Random) -> tuple[str, str]:
    """Branches of named parts from one input, which come together, as in an inception module (Szegedy et al. 2014)."""
    count = rng.randint(2, 4)
    then = pick(rng, " then ", " -> ", " followed by ")
    runs = [rng.sample(PARTS, pick(rng, 1, 1, 2)) for _ in range(count)]
    told = [then.join(said for said, _ in run) for run in runs]
    source = pick(rng, "input", "input", "image", "features", "previous layer")
    joint, last = pick(rng, "concat", "concatenation", "concatenated", "add", "sum"), pick(rng, *PARTS, *4 * (None,))
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


def named_heads(rng: Random) -> tuple[str, str]:
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


def named_inputs(rng: Random) -> tuple[str, str]:
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


def siamese(rng: Random) -> tuple[str, str]:
    """The same layers for two inputs that are compared (Bromley et al. 1993)."""
    form = pick(rng, _named_siamese, _twins, None, None)
    if form:
        return form(rng)
    side = pick(rng, *SIDES)
    inner, words = conv_run(rng)
    size = any_size(rng)
    joint, joint_word = pick(
        rng,
        ("a distance layer", '"distance"'),
        ("cosine similarity", '"cosine similarity"'),
        ("an L1 distance", '"L1 distance"'),
        ("a comparison layer", '"comparison"'),
    )
    said, outputs = outputs_part(rng)
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


def two_towers(rng: Random) -> tuple[str, str]:
    """Two chains that meet in a product, as in retrieval."""
    one, other = any_sizes(rng, 2, 3), any_sizes(rng, 2, 3)
    names = pick(rng, ("user", "item"), ("query", "document"), ("question", "answer"), ("customer", "product"))
    joint = pick(rng, "dot product", "cosine similarity", "dot product", "concat")
    if chance(rng, 0.4):
        return _told_towers(rng, names, one, other)
    prompt = pick(
        rng,
        f"two-tower model, {names[0]} tower {arrows(rng, one)}, {names[1]} tower {arrows(rng, other)}, then {joint}",
        f"two tower network: {names[0]} {arrows(rng, one)} and {names[1]} {arrows(rng, other)}, joined by {joint}",
        f"recommender with a {names[0]} tower of {arrows(rng, one)} and a {names[1]} tower of {arrows(rng, other)}, "
        f"{joint} at the end",
    )
    return prompt, f'( {size_row(one)} | {size_row(other)} ) "{joint}"'


def _told_towers(rng: Random, names: tuple[str, str], one: list[int], other: list[int]) -> tuple[str, str]:
    """`The user tower gets 60 inputs and goes down to 30 and then 10. ... Both come together in a layer of 20.`"""
    dense, outputs = any_size(rng), rng.randint(1, 5)
    takes = pick(rng, "takes", "gets", "has", "starts with")
    then = pick(rng, " and goes down to ", ", then ", " through ", " into ")
    link = pick(rng, " and then ", ", ", " and ")
    towers = [
        f"the {name} {pick(rng, 'tower', 'tower', 'side', 'branch')} {takes} {sizes[0]} inputs{then}"
        + link.join(str(size) for size in sizes[1:])
        for name, sizes in zip(names, (one, other), strict=True)
    ]
    meet = pick(rng, "both towers come together in", "both sides merge in", "the two join in", "they meet in")
    end = pick(rng, ", then ", ", and that one leads to ", ", followed by ", " and ")
    said = f"{outputs} {pick(rng, 'output', 'score') if outputs == 1 else 'outputs'}"
    joint = pick(rng, ". ", ". ", "; ", ", ")
    prompt = joint.join([*towers, f"{meet} a {pick(rng, 'dense layer', 'layer')} of {dense}{end}{said}"])
    if joint == ". ":
        prompt = ". ".join(part[0].upper() + part[1:] for part in prompt.split(". "))
    return prompt, f"( {size_row(one)} | {size_row(other)} ) {dense} {outputs}"


def _twins(rng: Random) -> tuple[str, str]:
    """Equal branches of dense layers: `a pair of identical branches, each taking 50 inputs through 32 and then 16`."""
    inputs, sizes, joint, outputs = any_size(rng), any_sizes(rng, 1, 2), any_size(rng), rng.randint(1, 3)
    through = pick(rng, " and then ", ", then ", " and ").join(str(size) for size in sizes)
    noun = pick(rng, "branches", "towers", "twins", "arms", "subnetworks")
    each = pick(rng, "each taking", "each of them takes", "each with", "each has")
    said = f"{outputs} {'output' if outputs == 1 else 'outputs'}"
    head = pick(rng, "siamese network", "siamese net", "Siamese setup", "twin network")
    meet = pick(rng, "the two join in", "they come together in", "both go into", "merged in")
    prompt = (
        f"{head}: {pick(rng, 'two', 'a pair of', '2')} identical {noun}, {each} {inputs} inputs "
        f"{pick(rng, 'through', 'and then', 'followed by')} {through}{pick(rng, ' neurons', ' units', '')}"
        f"{pick(rng, '. ', '; ', ', ')}{meet} a layer of {joint}{pick(rng, ', then ', ', followed by ', ' and ')}{said}"
    )
    return prompt, f"( {inputs} {size_row(sizes)} &2 ) {joint} {outputs}"


def merged_inputs(rng: Random) -> tuple[str, str]:
    """Several inputs, each with layers of its own."""
    branches = [_input_branch(rng) for _ in range(rng.randint(2, 3))]
    joint = pick(rng, "", "concat", "add", "concatenation")
    tail = any_sizes(rng, 0, 2)
    said, outputs = outputs_part(rng)
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
        inputs, sizes = any_size(rng), any_sizes(rng, 1, 2)
        hidden = enumeration(rng, [str(size) for size in sizes])
        return (
            pick(
                rng,
                f"{inputs} {pick(rng, 'features', 'inputs', 'numbers')} {pick(rng, 'with', 'through')} {hidden} nodes",
                f"{inputs} {pick(rng, 'tabular features', 'numbers', 'values')} into {_dense_layers(rng, sizes)}",
                f"{arrows(rng, [inputs, *sizes])}",
            ),
            f"{inputs} {size_row(sizes)}",
        )
    side = pick(rng, *SIDES)
    inner, words = conv_run(rng)
    return (
        f"{pick(rng, 'a ', '')}{by(rng, side, side)} image {pick(rng, 'with', 'through', 'into')} {inner} and "
        f"{pick(rng, '', 'then ')}pooling",
        f"{side}x{side} {words} pool",
    )


def _dense_layers(rng: Random, sizes: list[int]) -> str:
    return pick(rng, " and ", ", then ").join(f"a dense layer of {size}" for size in sizes)


def several_heads(rng: Random) -> tuple[str, str]:
    """Several outputs of one trunk."""
    count = rng.randint(2, 4)
    trunk = any_sizes(rng, 2, 4)
    heads = [pick(rng, 1, 2, 3, 4, 5, 10, 20, 100) for _ in range(count)]
    own = [any_size(rng) for _ in heads] if chance(rng, 0.3) else []
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
    if own and chance(rng, 0.5):
        names = rng.sample(("policy", "value", "class", "box", "price", "age", "mask", "topic"), count)
        each = and_last([f"a {name} head ({a} then {b})" for name, a, b in zip(names, own, heads, strict=True)])
        shared = pick(rng, f"shared layers of {hidden}", f"{hidden} shared units", f"layers of {hidden}")
        splits = pick(rng, "it splits into", "then it splits into", "which split into", "then")
        prompt = f"{trunk[0]} {pick(rng, 'inputs', 'observations', 'features')}, {shared}{pick(rng, '. ', ', ')}"
        prompt += f"{splits} {each}"
    if not own and chance(rng, 0.4):
        shared = pick(rng, " -> ", "-").join(str(size) for size in trunk)
        start = pick(rng, f"shared trunk {shared}, ", f"one shared trunk ({shared}), ", f"trunk of {shared}, ")
        splits = pick(rng, "then it splits into", "which splits into", "then", "followed by", "branching into")
        each = and_last([f"one with {size}{pick(rng, '', ' neurons', ' outputs')}" for size in heads])
        prompt = f"{start}{splits} {number} {pick(rng, 'heads', 'output heads', 'branches')}, {each}"
    return prompt, f"{size_row(trunk)} ( {' | '.join(words)} )"


def gan(rng: Random) -> tuple[str, str]:
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
    hidden, data, judge = any_sizes(rng, 1, 2), pick(rng, 64, 256, 784, 1024), any_sizes(rng, 1, 2)
    generator, discriminator = [noise, *hidden, data], [data, *judge, 1]
    prompt = pick(
        rng,
        f"GAN: generator {arrows(rng, generator)}, discriminator {arrows(rng, discriminator)}",
        f"GAN with a generator of {arrows(rng, generator)} and a discriminator of {arrows(rng, discriminator)}",
    )
    return prompt, f"( {size_row(generator)} | {data} ) {size_row(discriminator[1:])}"


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


def mixture_of_experts(rng: Random) -> tuple[str, str]:
    """Experts side by side, weighed by a gate (Jacobs et al. 1991)."""
    if chance(rng, 0.4):
        return _named_mixture(rng)
    inputs, count, size = any_size(rng), rng.randint(2, MAX_BRANCHES), any_size(rng)
    said, outputs = outputs_part(rng)
    number = count_word(rng, count)
    joint = pick(rng, "weighted sum", "sum", "")
    then = f", {joint}" if joint else ""
    prompt = pick(
        rng,
        f"mixture of experts with {inputs} inputs, a gate and {number} experts of {size} units{then}, {said}",
        f"MoE: {inputs} inputs, a gate, {number} experts with {size} nodes each{then}, {said}",
        f"mixture of experts. {inputs} inputs feed {number} parallel experts of {size} neurons each, and alongside "
        f"them a gate{then}, {said}",
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


def ensemble(rng: Random) -> tuple[str, str]:
    """Equal networks whose outputs are combined."""
    if chance(rng, 0.4):
        return _named_ensemble(rng)
    inputs, count, sizes = any_size(rng), rng.randint(2, MAX_BRANCHES), any_sizes(rng, 1, 2)
    joint = pick(rng, "average", "vote", "mean", "majority vote")
    hidden = enumeration(rng, [str(size) for size in sizes])
    number = count_word(rng, count)
    prompt = pick(
        rng,
        f"ensemble of {number} networks with {inputs} inputs and {hidden} nodes each, combined by {joint}",
        f"ensemble: {inputs} inputs, {number} networks of {hidden} units, {joint}",
        f"{number} networks with {hidden} nodes side by side on {inputs} inputs, {joint} of their outputs",
    )
    return prompt, f'{inputs} ( {size_row(sizes)} &{count} ) "{joint}"'


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
