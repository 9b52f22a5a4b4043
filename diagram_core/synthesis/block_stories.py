"""Blocks that go by name, with skips told after them, repeated or by ordinals, each with the body of its plan."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.layer_parts import ORDINALS, forwards, in_words, said_skip, with_skips
from diagram_core.synthesis.phrasing import and_last, chance, count_word, pick, with_article
from diagram_core.synthesis.remarks import remarked

_ATTENTION = (
    "self-attention",
    "multi-head attention",
    "attention",
    "masked self-attention",
    "cross-attention",
    "windowed attention",
)
_ADD = ("add", "add", "add & norm", "add and norm", "addition", "Add & Norm", "sum")
_FORWARD = ("feed forward", "feed-forward", "MLP", "feed forward network", "FFN", "feedforward")
_NORMS = ("layer norm", "norm", "RMSNorm", "LayerNorm")
_SOURCES = ("input", "input", "embedding", "tokens", "token embedding", "patches", "input embedding", "x", "features")
_BEFORE = (
    "input",
    "tokens",
    "patch embedding",
    "token embedding",
    "embedding",
    "embedding layer",
    "positional encoding",
)
_AFTER = ("pooling", "decoder", "linear", "classifier", "LM head", "classification head", "softmax", "output")
_BLOCKS = (
    "dropout", "GELU", "ReLU", "batch norm", "graph convolution", "depthwise conv", "message passing", "gated unit",
    "convolution module", "mixer", "residual block", "GRU", "LSTM", "dense block", "squeeze and excitation", "router",
    "token mixing", "channel mixing", "state space layer",
)  # fmt: skip


def block_story(rng: Random) -> tuple[str, str]:
    """Attention with its skips, any blocks with a skip, the same blocks several times, or recurrent layers."""
    prompt, body = pick(
        rng, attention_row, attention_row, any_row, repeated_blocks, *2 * (recurrent,), *2 * (repeats_in_a_row,),
        *2 * (told_additions,),
    )(rng)  # fmt: skip
    return (remarked(rng, prompt) if chance(rng, 0.15) else prompt), body


def attention_row(rng: Random) -> tuple[str, str]:
    """`... residual arrows go from the input to the first add and from the first add to the second add`."""
    add, norm = pick(rng, *_ADD), pick(rng, *_NORMS)
    source, attention, forward = pick(rng, *_SOURCES), pick(rng, *_ATTENTION), pick(rng, *_FORWARD)
    has_norms = add in ("add", "addition", "sum") and chance(rng, 0.3)
    names = [source, *([norm] if has_norms else []), attention, add, *([norm] if has_norms else []), forward, add]
    first, second = (place for place, name in enumerate(names) if name == add)
    skips = [(0, first), (first, second)]
    if chance(rng, 0.3):
        names.append(pick(rng, "output", "softmax", "linear", "classifier", "decoder"))
    first_source = source if source == "x" else f"the {source}"
    ends = [(first_source, f"the first {add}"), (f"the first {add}", pick(rng, f"the second {add}", "the second one"))]
    if chance(rng, 0.15):
        skips, ends = pick(rng, (skips[:1], ends[:1]), (skips[1:], [(f"the first {add}", f"the second {add}")]))
    row = _row(rng, names)
    head = pick(
        rng, "", "transformer block: ", "attention block: ", "transformer layer: ", "encoder block: ", "a block with "
    )
    return f"{head}{row}{_told_skips(rng, ends)}", with_skips([f'"{name}"' for name in names], skips)


def any_row(rng: Random) -> tuple[str, str]:
    """Different blocks in a row, and one or two skips from one to another by their names."""
    names = [pick(rng, "input", "embedding", "features", "tokens"), *_blocks(rng, rng.randint(3, 6))]
    source = rng.randint(0, len(names) - 3)
    target = rng.randint(source + 2, len(names) - 1)
    skips = [(source, target)]
    if target + 2 < len(names) and chance(rng, 0.6):
        skips.append((target, rng.randint(target + 2, len(names) - 1)))
    ends = [(f"the {names[a]}", f"the {names[b]}") for a, b in skips]
    return _row(rng, names) + _told_skips(rng, ends), with_skips([f'"{name}"' for name in names], skips)


def _blocks(rng: Random, count: int) -> list[str]:
    """Different blocks, no two of which mean the same."""
    return rng.sample([*_BLOCKS, pick(rng, *_FORWARD), *rng.sample(_ATTENTION, 2), pick(rng, *_NORMS)], count)


def _row(rng: Random, names: list[str]) -> str:
    """Blocks from first to last, with arrows, commas or in sentences."""
    if chance(rng, 0.3):
        articles = [with_article(name) if name not in ("x", "tokens") else name for name in names]
        return forwards(rng, articles)
    return pick(rng, ", ", ", ", " -> ", ", then ", " > ", " then ").join(names)


def _told_skips(rng: Random, ends: list[tuple[str, str]]) -> str:
    """Skips told together, or one by one."""
    pairs = [f"from {source} to {target}" for source, target in ends]
    noun = pick(rng, "residual arrow", "skip connection", "residual connection", "skip", "shortcut", "extra arrow")
    verb = f"{noun} goes" if len(pairs) == 1 else f"{noun}s go"
    article = "a " if len(pairs) == 1 and not noun.startswith("extra") else ("an " if len(pairs) == 1 else "")
    if chance(rng, 0.5):
        one_by_one = pick(rng, ", and ", " and ", "; ", ", ").join(said_skip(rng, *pair) for pair in ends)
        return pick(rng, ", ", ". ", "; ", ", and ", ". Also ") + one_by_one
    told, what = and_last(pairs), f"{article}{noun}{'s' * (len(pairs) > 1)}"
    return pick(
        rng, f". {article}{verb} {told}", f", {article}{verb} {told}", f", with {what} {told}", f"; {noun}s: {told}",
        f". There {'is' if len(pairs) == 1 else 'are'} {what} {told}",
    )  # fmt: skip


def repeated_blocks(rng: Random) -> tuple[str, str]:
    """`An embedding, then three times the same two blocks, "self-attention" and "feed-forward", then a softmax`."""
    names = [pick(rng, *_ATTENTION), pick(rng, *_FORWARD)] if chance(rng, 0.5) else _blocks(rng, rng.randint(2, 4))
    before, after = (_some(rng, side) for side in (_BEFORE, _AFTER))
    count = rng.randint(2, 12)
    quote = pick(rng, "", "", '"')
    quoted = [f"{quote}{name}{quote}" for name in names]
    listed = pick(rng, and_last(quoted), and_last(quoted), " + ".join(quoted), " then ".join(quoted))
    number, inner = count_word(rng, count), count_word(rng, len(names))
    unit = pick(rng, "block", "block", "stage", "unit", "layer group")
    middle = pick(
        rng, f"{number} times the same {inner} blocks, {listed}", f"{number} times the same {inner} layers: {listed}",
        f"{number} times {listed}", f"{number} {unit}s of {listed}", f"{number} {unit}s, each with {listed}",
        f"{listed}, and these {inner} repeat {number} times", f"{number} {unit}s (each {unit} is {listed})",
        f"{listed} - these {inner} {number} times in a row", f"({', '.join(quoted)}) x {count}",
        f"{number} repeats of {listed}",
    )  # fmt: skip
    link = pick(rng, ", ", ", then ", ", and then ", "; then ")
    prompt = link.join([*([", ".join(before)] if before else []), middle, *([", ".join(after)] if after else [])])
    head = pick(rng, "", "", "network: ", "transformer: ", "model: ", "encoder: ", "the model has ")
    row = f"( {' '.join(f'{chr(34)}{name}{chr(34)}' for name in names)} )*{count}"
    return head + prompt, " ".join([*(f'"{name}"' for name in before), row, *(f'"{name}"' for name in after)])


def repeats_in_a_row(rng: Random) -> tuple[str, str]:
    """`tokens. Next come four times an LSTM, then dropout`: blocks, of which one or a pair is repeated."""
    has_pair = chance(rng, 0.5)
    cells = (
        "LSTM",
        "GRU",
        "bidirectional LSTM",
        "encoder layer",
        "transformer layer",
        "conv block",
    )
    before, after = _some(rng, _BEFORE) or ["embedding"], _some(rng, _AFTER)
    if chance(rng, 0.4):
        after.insert(0, pick(rng, "dropout", "layer norm", "ReLU", "attention"))
    count = rng.randint(2, 12)
    if has_pair:
        names = [pick(rng, *_ATTENTION), pick(rng, *_FORWARD)] if chance(rng, 0.6) else _blocks(rng, 2)
        one, other = names
        joint = pick(rng, "followed by", "and", "and then", "plus", "with")
        what = pick(
            rng, f"{one} {joint} {other}", f"a pair of {one} and {other}", f"{one} + {other}", f"{one} then {other}"
        )
        word = f'( "{one}" "{other}" )*{count}'
    else:
        name = pick(rng, *cells, *_BLOCKS)
        what, word = name, f'"{name}"*{count}'
    number = count_word(rng, count)
    times = {2: pick(rng, "twice", "two times"), 3: "three times"}.get(count, f"{number} times")
    article = what if has_pair else pick(rng, what, with_article(what))
    told = pick(
        rng, f"{number} times {article}", f"{times} {article}", f"{count}x {what}",
        f"{number} times in a row {article}", f"{article} {times}" if not has_pair else f"{times} {what}",
    )  # fmt: skip
    last = after[-1] if after else ""
    row = pick(rng, ", then ", ", ", ", after that ", ". Next come ", ". Then come ", " -> ", ", followed by ")
    rest = [f"{pick(rng, 'then ', '', 'and then ', 'after that ')}{name}" for name in after]
    if last and chance(rng, 0.3):
        rest[-1] = f"and finally {last}"
    lead = pick(rng, "", "", "it starts with ", "First ", "model: ", "network: ")
    prompt = lead + ", ".join(before) + row + ", ".join([told, *rest])
    return prompt, " ".join([*(f'"{name}"' for name in before), word, *(f'"{name}"' for name in after)])


def told_additions(rng: Random) -> tuple[str, str]:
    """`The patches go into attention, and the patches are added to what comes out of the attention`."""
    source = pick(rng, *(name for name in _SOURCES if name not in ("x", "features", "token embedding")))
    attention, forward, norm = pick(rng, *_ATTENTION), pick(rng, *_FORWARD), pick(rng, *_NORMS)
    has_norms, repeats = chance(rng, 0.75), pick(rng, 1, 1, 1, 2)
    verb = "are" if source in ("tokens", "patches") else "is"
    goes = pick(rng, "go", "go") if verb == "are" else "goes"
    first_link, link = pick(rng, "into", "through"), pick(rng, ", then ", ", then ", " and then ", ", after that ")
    normed = f"{with_article(norm)}{link}" if has_norms else ""
    added = pick(rng, "added to what comes out of the", "added onto the result of the", "summed with the result of the")
    start = pick(rng, f"the {source} {goes} {first_link}", f"first the {source} {goes} {first_link}")
    one = f"{start} {normed}{attention}, and the {source} {verb} {added} {attention}"
    sum_name = pick(rng, "the sum", "the result of that", "that sum", "the result of the first addition")
    opening = pick(rng, "Then comes", "Behind it comes", "Next comes", "then comes", "That goes into")
    again = f"{pick(rng, 'another', 'a second')} {norm}{link}" if has_norms else ""
    two = f"{opening} {again}{forward}, and {sum_name} is {added} {forward}"
    norm_word = [norm] if has_norms else []
    names = [source, *norm_word, attention, *norm_word, forward]
    middle, end = names.index(attention), len(names) - 1
    skips = [(0, middle), (middle, end)] if repeats == 1 or chance(rng, 0.5) else [(0, middle)]
    if len(skips) == 1:
        two = f"{opening} {again}{forward}, without any addition"
    if chance(rng, 0.3):
        names.append(pick(rng, "softmax", "linear", "classifier", "pooling"))
        two += f"{pick(rng, '. At the end ', ', then ', ', and finally ')}{names[-1]}"
    head = pick(
        rng, "", "", "pre-norm block: " if has_norms else "encoder block: ", "encoder layer. ", "transformer block: "
    )
    prompt = f"{head}{one}{pick(rng, '. ', '. ', '; ')}{two}"
    prompt = prompt[0].upper() + prompt[1:] if chance(rng, 0.5) else prompt
    return prompt, with_skips([f'"{name}"' for name in names], skips)


def _some(rng: Random, names: tuple[str, ...]) -> list[str]:
    """None, one or two of them, in their order."""
    return [names[place] for place in sorted(rng.sample(range(len(names)), pick(rng, 0, 1, 1, 2)))]


def recurrent(rng: Random) -> tuple[str, str]:
    """`30 inputs go into an LSTM with 64 units, followed by a second LSTM with 32 units and finally one output`."""
    cell = pick(rng, "LSTM", "LSTM", "GRU", "RNN", "BiLSTM", "bidirectional LSTM", "bidirectional GRU")
    inputs, count = rng.randint(2, 60), pick(rng, 1, 2, 2, 2, 3)
    sizes = [pick(rng, 8, 16, 20, 32, 50, 64, 100, 128, 256, rng.randint(9, 99)) for _ in range(count)]
    told = [_cell(rng, cell, place, size) for place, size in enumerate(sizes)]
    words = [f'"{cell} {size}"' for size in sizes]
    if chance(rng, 0.35):
        dense = pick(rng, 8, 10, 16, 20, 32, 64)
        told.append(pick(rng, f"a dense layer of {dense}", f"a dense layer with {dense} units", f"{dense} neurons"))
        words.append(str(dense))
    if chance(rng, 0.25):
        rate = pick(rng, "0.1", "0.2", "0.3", "0.5")
        told.append(f"dropout {rate}")
        words.append(f'"dropout {rate}"')
    outputs = pick(rng, 1, 1, 1, 2, 3, 5, 10)
    said = in_words(rng, outputs, share=0.4)
    end = (
        pick(rng, "a single output neuron", "one output", "a single output", "1 output")
        if outputs == 1
        else f"{said} {pick(rng, 'outputs', 'classes')}"
    )
    number = in_words(rng, inputs, share=0.3)
    start = f"{number} {pick(rng, 'inputs', 'inputs', 'features', 'values per step', 'sensors')}"
    words = [str(inputs), *words, str(outputs)]
    if chance(rng, 0.5):
        return forwards(rng, [start, *told, end]), " ".join(words)
    links = (", followed by ", ", then ", " and then ", ", after that ", ", which goes into ", " feeding ")
    go = pick(rng, " go into ", " go through ", ", ", " feed ", " are read by ")
    rest = "".join(pick(rng, *links) + part for part in told[1:])
    return (
        f"{start}{go}{told[0]}{rest}{pick(rng, ' and finally ', ' and ', ', and at the end ', ', then ')}{end}",
        " ".join(words),
    )


def _cell(rng: Random, cell: str, place: int, size: int) -> str:
    """`a second LSTM with 32 units`."""
    unit = pick(rng, "units", "units", "cells", "hidden units", "neurons")
    name = f"{cell} layer" if chance(rng, 0.2) else cell
    lead = with_article(name)
    if place:
        ordinal = ORDINALS[place]
        lead = pick(
            rng,
            f"a {ordinal} {name}",
            f"the {ordinal} {name}",
            f"another {name}",
            f"a {ordinal} {name}",
            f"a {ordinal} one",
        )
    number = in_words(rng, size, share=0.2)
    size_told = pick(
        rng, f"with {number} {unit}", f"of {number} {unit}", f"of size {size}", f"with {number}", f"({size} {unit})"
    )
    return f"{lead} {size_told}"
