"""Stage: the prompts and answers that the language model learns from, and those it is measured on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from diagram_core.conversations import Conversation, read_conversations
from diagram_core.errors import InputError
from diagram_core.files import sha256, write_rows
from diagram_core.notation.compact import write_compact
from diagram_core.notation.listing import write_list
from diagram_core.synthesis import Example, Split, examples
from tasks.config import Notation, Profile, SynthesizeConfig
from tasks.log import StageLog

PROGRESS_ROWS = 500
LOOK_EXAMPLES = 8  # of so many examples, one teaches the look: its words are drawn by lot, which is noise in all others


def outside_state(profile: Profile) -> str:
    """What the examples depend on beside their settings: the content of a file of conversations."""
    path = profile.synthesize.conversations
    if path is None:
        return ""
    if not path.is_file():
        raise InputError(f"synthesize.conversations: no file {path}")
    return sha256(path)


def run(config: SynthesizeConfig, inputs: dict[str, Path], out_dir: Path, log: StageLog) -> dict[str, float]:
    """Write train.jsonl, validation.jsonl and test.jsonl; no structure is in two of them.

    With conversations in the profile, the first two come from these, and no prompt that opens one is in both.
    Raises InputError for a file of conversations that cannot be used.
    """
    sizes: dict[Split, int] = {
        "train": config.train_examples,
        "validation": config.validation_examples,
        "test": config.test_examples,
    }
    rows: dict[Split, Iterable[dict[str, Any]]]
    rows = {
        split: to_rows(islice(examples(config.seed, split), size), split, config.notation)
        for split, size in sizes.items()
    }
    if config.conversations is not None:
        for split, conversations in _split(config, read_conversations(config.conversations)).items():
            sizes[split], rows[split] = len(conversations), map(conversation_row, conversations)
    written, total = 0, sum(sizes.values())
    for split, size in sizes.items():
        write_rows(out_dir / f"{split}.jsonl", _counted(rows[split], written, total, log))
        written += size
        log.artifact(out_dir / f"{split}.jsonl", "data")
    return {f"{split}_examples": float(size) for split, size in sizes.items()}


def to_rows(found: Iterable[Example], split: Split, notation: Notation) -> Iterator[dict[str, Any]]:
    """Examples of a split as rows, of which some of those to train on teach the look."""
    for number, example in enumerate(found):
        yield to_row(example, notation, teaches_look=split == "train" and number % LOOK_EXAMPLES == 0)


def to_row(example: Example, notation: Notation, teaches_look: bool = True) -> dict[str, Any]:
    """An example as a row: prompt, the answer to learn, and the diagram and plan to measure answers against.

    by_chance: words of the answer that are not to be learned from this example.
    """
    diagram = example.diagram()
    answer = {
        "plan": lambda: example.plan,
        "compact": lambda: write_compact(diagram),
        "list": lambda: write_list(diagram),
    }
    return {
        "id": example.id,
        "family": example.family,
        "prompt": example.prompt,
        "answer": answer[notation](),
        "by_chance": "" if teaches_look or notation != "plan" else example.by_chance,
        "plan": example.plan,
        "diagram": write_list(diagram),
    }


def conversation_row(conversation: Conversation) -> dict[str, Any]:
    """A conversation as a row: its last prompt and answer, and the turns that came before."""
    *earlier, last = [turn._asdict() for turn in conversation.turns]
    return {"id": conversation.id, **last, "earlier": earlier}


def _split(config: SynthesizeConfig, conversations: Sequence[Conversation]) -> dict[Split, list[Conversation]]:
    """As many to validate with as the profile says, in random order; those that open alike stay together."""
    by_opening: dict[str, list[Conversation]] = {}
    for conversation in conversations:
        by_opening.setdefault(conversation.turns[0].prompt.strip(), []).append(conversation)
    groups = list(by_opening.values())
    Random(config.seed).shuffle(groups)
    validation: list[Conversation] = []
    while groups and len(validation) < config.validation_examples:
        validation += groups.pop()
    if not groups:
        raise InputError(
            f"{config.conversations}: {len(conversations)} conversations, of {len(by_opening)} first prompts, are too "
            f"few to hold {config.validation_examples} back: add some, or lower synthesize.validation_examples"
        )
    return {"train": [conversation for group in groups for conversation in group], "validation": validation}


def _counted(rows: Iterable[dict[str, Any]], before: int, total: int, log: StageLog) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, start=before + 1):
        if number % PROGRESS_ROWS == 0 or number == total:
            log.progress(number, total, "examples")
        yield row
