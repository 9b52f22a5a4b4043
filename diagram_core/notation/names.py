"""Words that people use for one and the same data in the description of a process."""

from __future__ import annotations

# Names of one family mean the same kind of data, and one may stand for another.
DATA_FAMILIES: tuple[tuple[str, ...], ...] = (
    ("text", "string", "sentence", "tokens", "pandas dataframe"),
    ("tensor", "tensors", "matrix", "matrices", "numpy array", "numeric values", "pytorch tensor",
     "tensorflow tensor", "buffer", "buffers"),
    ("picture", "png file", "jpg file", "figure", "image", "photo", "image file", "png image", "jpg image"),
    ("database", "DB", "data store", "data storage"),
    ("chart", "line chart", "graph", "histogram", "experiment result", "table"),
)  # fmt: skip

_FAMILY = {name.casefold(): family for family in DATA_FAMILIES for name in family}


def family_of(name: str) -> tuple[str, ...]:
    """The names that may stand for this one; a name of no family stands for itself alone."""
    return _FAMILY.get(name.casefold(), (name.casefold(),))


def same_thing(name: str, other: str) -> bool:
    """Whether both names may mean the same data."""
    return family_of(name) == family_of(other)
