"""Coverage-guided fuzzing of everything that reads text: `python -m tests.fuzz_notation --seconds 600`.

Needs atheris (`pip install atheris`), which drives libFuzzer. The first byte of an input chooses the reader. It stops
at the first input that raises anything but InputError, that does not round-trip, or that takes longer than
MAX_SECONDS of processor time, and keeps it as crash-* in the current folder.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["diagram_core.notation", "diagram_core.files"]):
    from diagram_core.diagram import Diagram
    from diagram_core.errors import InputError
    from diagram_core.files import read_rows
    from diagram_core.notation.compact import read_compact, write_compact
    from diagram_core.notation.listing import read_list, write_list
    from diagram_core.notation.plan import read_plan, write_plan

from diagram_core.synthesis import examples

MAX_BYTES = 20_000  # as long as the longest plan
MAX_SECONDS = 1.0
SEED = 1
SEEDS_A_READER = 40
WORDS = (
    *("'circle'", "'round rectangle'", "'solid arrow'", "(255, 0, 0)", "[", "]", '"', "\\", "#", "px", "rgb("),
    *("A=ra ", "e0e0f0 402030", "1-9", ">", "|", "\n,300", "7=A"),
    *("network right sky soft full\n", "chart down sand round short\n", "conv3", "=28", "*2", "maxpool2", "32x32"),
    *(" > ", "[clean]", "+ ", "~ ", "#2", " @a", " +a", " ( ", " | ", " )", " &3", " )*3"),
    *('{"answer": ', "null", "1e999", "\\u0000"),
)


def fuzz_list(data: bytes) -> None:
    """Never raises; what is read can be written and read again."""
    diagram = read_list(_text(data)).diagram
    assert read_list(write_list(diagram)).diagram == diagram


def fuzz_compact(data: bytes) -> None:
    """Reads or refuses; what is read can be written and read again."""
    diagram = read_compact(_text(data))
    assert read_compact(write_compact(diagram)) == diagram


def fuzz_plan(data: bytes) -> None:
    """Reads or refuses; what is read can be written and read again."""
    plan = read_plan(_text(data))
    assert read_plan(write_plan(plan.structure, plan.style)) == plan


def fuzz_rows(data: bytes) -> None:
    """Reads JSON objects or refuses."""
    _read_rows_of("rows.jsonl", data)


def fuzz_gzipped_rows(data: bytes) -> None:
    """Reads JSON objects or refuses."""
    _read_rows_of("rows.jsonl.gz", data)


READERS: tuple[Callable[[bytes], None], ...] = (fuzz_list, fuzz_compact, fuzz_plan, fuzz_rows, fuzz_gzipped_rows)


def fuzz_one(data: bytes) -> None:
    """One input: the byte that chooses its reader, then what is read."""
    if not data:
        return
    started = time.process_time()
    with suppress(InputError):
        READERS[data[0] % len(READERS)](data[1:])
    seconds = time.process_time() - started
    assert seconds < MAX_SECONDS, f"{seconds:.1f} s for {len(data)} bytes"


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _read_rows_of(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        assert all(isinstance(row, dict) for row in read_rows(path))


def write_corpus(folder: Path) -> None:
    """Small examples of what each reader reads, to start from."""
    for number, example in enumerate(islice(examples(SEED, "train"), SEEDS_A_READER)):
        diagram = Diagram(example.diagram().nodes[:4])
        texts = (
            write_list(diagram),
            write_compact(diagram),
            example.plan,
            f'{{"a": [{number}, null, {{"b": 1.5}}]}}\n',
        )
        seeds = [text.encode("utf-8") for text in texts]
        for reader, seed in enumerate([*seeds, gzip.compress(seeds[-1])]):
            (folder / f"{reader}-{number}").write_bytes(bytes([reader]) + seed)


def write_dictionary(path: Path) -> None:
    """WORDS in libFuzzer's form."""
    words = ("".join(f"\\x{byte:02x}" for byte in word.encode("utf-8")) for word in WORDS)
    path.write_text("".join(f'"{word}"\n' for word in words), encoding="ascii")


def main() -> None:
    """Fuzz for some seconds; exits with libFuzzer's code: 0 where nothing was found."""
    parser = argparse.ArgumentParser(description="Fuzz the readers of all notations.")
    parser.add_argument("--seconds", type=int, default=600)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as name:
        corpus, words = Path(name) / "corpus", Path(name) / "words.dict"
        corpus.mkdir()
        write_corpus(corpus)
        write_dictionary(words)
        options = [
            f"-max_total_time={seconds}",
            f"-max_len={MAX_BYTES}",
            f"-seed={SEED}",
            f"-dict={words}",
            "-len_control=10",
        ]
        atheris.Setup([sys.argv[0], *options, "-timeout=60", "-print_final_stats=1", str(corpus)], fuzz_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
