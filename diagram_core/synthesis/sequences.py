"""Networks with blocks that go by name, such as LSTM or attention, each with the body of its plan."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.block_stories import block_story
from diagram_core.synthesis.dense import HEADS, VERBS, output
from diagram_core.synthesis.naming import invented_word
from diagram_core.synthesis.phrasing import chance, count_word, pick


def sequence(rng: Random) -> tuple[str, str]:
    """A network with blocks that go by name, such as LSTM or attention: (prompt, body of the plan)."""
    if chance(rng, 0.3):
        return block_story(rng)
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
    name = pick(rng, *HEADS, "sequence model", "text classifier", "model", "text model", "speech model")
    head = f"{name}:" if chance(rng, 0.3) else f"{name} {pick(rng, *VERBS)}"
    last = pick(
        rng,
        output(rng, outputs),
        output(rng, outputs),
        f"dense {outputs}",
        f"a dense output of {outputs}",
        f"{outputs} classes",
        f"a linear layer of {outputs}",
    )
    joined = phrases[0] + "".join(
        f"{pick(rng, ', ', ', then ', ', and then ', ' followed by ')}{p}" for p in phrases[1:]
    )
    return f"{head} {joined}{pick(rng, ', and ', ' and ', ', then ', ', ')}{last}", " ".join(words)


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
            "patch embedding", "cross-attention", "token embedding", "concat", "LeakyReLU", "GELU", "pooling head",
            "graph convolution", "message passing", "readout", "upsampling", "MLP head", "quantizer", "vocoder",
            "tokenizer", "spectrogram", "mel filterbank", "backbone", "neck", "bottleneck", "squeeze and excitation",
        )  # fmt: skip
        if chance(rng, 0.1):
            name = f"{invented_word(rng)} {pick(rng, 'block', 'layer', 'head', 'module', 'encoder')}"
        return pick(rng, name, f"{pick(rng, 'a', 'one')} {name} layer"), f'"{name}"'
    count = rng.randint(2, 8)
    if chance(rng, 0.3):
        unit = pick(
            rng, "encoder layer", "encoder block", "transformer block", "decoder layer", "attention block",
            "Mamba block", "residual block", "GCN layer", "GAT layer", "mixer block", "dense block", "TCN block",
            "conformer block",
        )  # fmt: skip
        number = count_word(rng, count)
        return pick(rng, f"{number} {unit}s", f"{unit} x {count}", f"{count}x {unit}", f"{unit} x{count}"), (
            f'"{unit}"*{count}'
        )
    cell = pick(rng, "LSTM", "GRU", "RNN", "bidirectional LSTM", "BiLSTM")
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
