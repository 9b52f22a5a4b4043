"""Transformers, encoder-decoders and autoencoders in words, each with the body of its plan."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.conv_stories import image_part
from diagram_core.synthesis.layer_parts import any_sizes, arrows, forwards, in_words, opened, size_row, units
from diagram_core.synthesis.phrasing import by, chance, count_word, enumeration, pick, with_article


def transformer(rng: Random) -> tuple[str, str]:
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


def sequence_to_sequence(rng: Random) -> tuple[str, str]:
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
        f"{head} with {with_article(encoder)}{between}, {with_article(decoder)}{end}",
        f"{head}: {encoder}{between}, {decoder}{end}",
        f"{head}: {encoder}{' -> ' + attention if attention else ''} -> {decoder}{' -> ' + last if last else ''}",
    )
    names = [encoder, *([attention] if attention else []), decoder, *([last] if last else [])]
    return prompt, " ".join(f'"{name}"' for name in names)


def autoencoder(rng: Random) -> tuple[str, str]:
    """Down to a code and up again; a way up that is not told mirrors the way down."""
    form = pick(rng, _named_autoencoder, _mirrored_row, _mirrored_row, _told_conv_autoencoder, *4 * (None,))
    if form:
        return form(rng)
    inputs, code = pick(rng, 64, 100, 256, 784, 1024), rng.randint(2, 64)
    down = sorted(any_sizes(rng, 1, 2), reverse=True)
    up = down[::-1]
    told_down, told_up = (enumeration(rng, [str(size) for size in sizes]) for sizes in (down, up))
    layers = pick(rng, "layers ", "", "layers of ")
    prompt = pick(
        rng,
        f"autoencoder with {inputs} inputs, encoder {layers}{told_down}, a code of {code}, decoder {layers}{told_up}, "
        f"{inputs} outputs",
        f"autoencoder: input {inputs}, encoder {told_down}, bottleneck {code}, decoder {told_up}, output {inputs}",
        f"autoencoder {arrows(rng, [inputs, *down, code, *up, inputs])}",
        f"autoencoder with {inputs} inputs, hidden {told_down} and a bottleneck of {code}",
        f"autoencoder with {inputs} inputs, a {pick(rng, 'bottleneck', 'code', 'latent space')} of {code} and hidden "
        f"layers of {told_down}",
        f"symmetric autoencoder: {arrows(rng, [inputs, *down])}, {pick(rng, 'code', 'latent', 'bottleneck')} {code}",
        f"autoencoder with {inputs} inputs, {told_down}, bottleneck of {code}, then back up",
        f"autoencoder, {inputs} inputs, {arrows(rng, [*down, code])}, and {pick(rng, 'mirrored', 'the same back up')}",
        f"autoencoder {arrows(rng, [inputs, *down, code])} and {pick(rng, 'back', 'the reverse', 'back again')}",
    )
    return prompt, size_row([inputs, *down, code, *up, inputs])


def _mirrored_row(rng: Random) -> tuple[str, str]:
    """`700 200 40 and then in reverse`."""
    code = rng.randint(2, 40)
    down = sorted(rng.sample(range(code + 1, 200), rng.randint(0, 3)), reverse=True)
    if chance(rng, 0.5):
        down = sorted({pick(rng, 48, 50, 60, 64, 100, 128, 150, 200) for _ in range(rng.randint(1, 3))}, reverse=True)
    inputs = pick(rng, 256, 300, 400, 500, 784, 900, 1000, 1024, rng.randint(210, 3000))
    sizes = [inputs, *down, code]
    row = pick(rng, " ", "-", " -> ", ", ", " to ", " > ", ", then ").join(str(size) for size in sizes)
    again = pick(
        rng, "and then up the same steps again", "and up the same stairs", "and then the same way back",
        "and the same back up", "then back up in the same steps", "and mirrored", "and all the way back up",
        "and up again just like that", "and then in reverse", "and the whole thing backwards again",
        "and the same numbers back again", "and back", "then the mirror image of it", "and return the same way",
        f"and back up to {inputs} again through the same sizes",
    )  # fmt: skip
    told = pick(
        rng, row, row, f"down from {row}", f"{row} {units(rng)}", f"the encoder goes {row}", f"layers {row}",
        f"it squeezes {inputs} inputs down to {enumeration(rng, [str(size) for size in sizes[1:]])}",
    )  # fmt: skip
    head = pick(
        rng, "", "autoencoder: ", "autoencoder ", "auto-encoder, ", "an autoencoder: ", "AE: ", "hourglass net: "
    )
    return opened(rng, f"{head}{told}{pick(rng, ' ', ', ', ' ')}{again}"), size_row([*sizes, *reversed(sizes[:-1])])


def _told_conv_autoencoder(rng: Random) -> tuple[str, str]:
    """Layer by layer: `... a pool, a bottleneck of 12 units, upsampling, a conv with 8 channels`."""
    levels, kernel, channels = rng.randint(1, 3), pick(rng, 3, 3, 5, 0), pick(rng, 0, 4, 8, 16, 32)
    size, noun = f"{by(rng, kernel, kernel)} " if kernel else "", pick(rng, "conv", "convolution", "conv layer")
    many = pick(rng, "filters", "channels")
    convs = [
        (f"a {size}{noun}" + (f" with {n} {many}" if n else ""), f"conv{kernel or ''}" + (f":{n}" if n else ""))
        for n in (channels << level for level in range(levels))
    ]
    pool = pick(
        rng, ("a 2x2 max pool", "maxpool2"), ("max pooling", "maxpool"), ("a pool", "pool"), ("a max pool", "maxpool")
    )
    up = pick(rng, ("upsample 2x2", "up2"), ("a 2x2 upsampling", "up2"), ("upsampling", "up"), ("an upsample", "up"))
    code = rng.randint(2, 64)
    number, unit = in_words(rng, code, share=0.2), units(rng)
    bottle = pick(
        rng, f"a code of {number} {unit}", f"a bottleneck of {number} {unit}", f"{number} {unit} as the code",
        f"a latent layer of {number}", f"a code with {number} {unit}", f"{number} {unit} in the middle",
    )  # fmt: skip
    side = 32 * rng.randint(1, 8)
    layers = [image_part(rng, side), *(part for conv in convs for part in (conv, pool)), (bottle, str(code))]
    layers += [part for conv in reversed(convs) for part in (up, conv)]
    deep = pick(rng, 0, 1, 3)
    if deep:
        said = f"a {size}conv with {deep} {'channel' if deep == 1 else 'channels'}"
        layers.append((said if kernel else f"a {deep} channel output conv", f"conv{kernel or ''}:{deep}"))
    told = [said for said, _ in layers]
    row = forwards(rng, told) if chance(rng, 0.4) else pick(rng, ", ", ", ", " -> ", ", then ").join(told)
    head = pick(
        rng, "", "conv autoencoder: ", "convolutional autoencoder. ", "autoencoder for pictures: ", "autoencoder: "
    )
    return opened(rng, head + row), " ".join(word for _, word in layers)


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
