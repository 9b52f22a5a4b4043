"""Networks that split or run side by side, with every size told, each with the body of its plan."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.layer_parts import ORDINALS, any_size, any_sizes, arrows, in_words, size_row, units
from diagram_core.synthesis.phrasing import and_last, chance, count_word, pick
from diagram_core.synthesis.remarks import remarked

MAX_EXPERTS = 8
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
