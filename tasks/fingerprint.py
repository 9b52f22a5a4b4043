"""What the result of a stage depends on, in one hash: settings, content of inputs, code, the world outside."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

SOURCE_ROOT = Path(__file__).resolve().parent.parent
FIRST_PARTY = ("diagram_core", "tasks")
LIFE = "tasks.stage"  # what it imports from tasks surrounds every stage and changes no result

# Settings that say where things are, what is shown, or how to survive on this machine: they change no result. What
# is in a file counts, as outside state of the stage that reads it.
_SETTINGS_WITHOUT_EFFECT = {
    "name",
    "pipeline",
    "ratings_url",
    "conversations",
    "scores",
    "prompts_file",
    "device",
    "micro_batch_size",
    "gradient_checkpointing",
    "save_steps",
    "logging_steps",
}


def fingerprint(stage: str, config: BaseModel, inputs: Mapping[str, str], code: str, outside_state: str) -> str:
    """16 hex digits that change whenever the stage may come to another result.

    inputs: content digest of each input; code: from `code_version`; outside_state: what else the stage reads.
    """
    parts = {
        "stage": stage,
        "config": _with_effect(config.model_dump(mode="json")),
        "inputs": dict(inputs),
        "code": code,
        "outside_state": outside_state,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def code_version(module: str, root: Path = SOURCE_ROOT) -> str:
    """Hash of the source of a module and of the first-party modules it imports, directly or not.

    Imports inside functions count, and texts that lie in a package. The life that all stages share does not.
    """
    digest = hashlib.sha256()
    life = {name for name in _reachable(LIFE, root) if name.split(".")[0] == "tasks"}
    for name in sorted(_reachable(module, root) - life):
        path = _source(name, root)
        assert path is not None
        texts = sorted(path.parent.glob("*.txt")) if path.name == "__init__.py" else []
        for file in (path, *texts):
            digest.update(name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def defines_function(module: str, name: str, root: Path = SOURCE_ROOT) -> bool:
    """Whether a module has a function of this name, found out without importing what the module imports."""
    path = _source(module, root)
    body = ast.parse(path.read_bytes()).body if path else []
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in body)


def _with_effect(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _with_effect(part) for key, part in value.items() if key not in _SETTINGS_WITHOUT_EFFECT}


def _reachable(module: str, root: Path) -> set[str]:
    """Names of the first-party modules that importing this one may run."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _source(name, root)
        if name in found or path is None:
            continue
        found.add(name)
        waiting += _imports(name, path)
        waiting += [name.rpartition(".")[0]] if "." in name else []  # importing a module runs its package first
    return found


def _imports(module: str, path: Path) -> Iterator[str]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Import):
            yield from _first_party(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = _absolute(node, package)
            yield from _first_party([origin, *(f"{origin}.{alias.name}" for alias in node.names)])


def _first_party(names: Iterator[str] | list[str]) -> Iterator[str]:
    yield from (name for name in names if name.split(".")[0] in FIRST_PARTY)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".")
    parents = parts[: len(parts) - node.level + 1]
    return ".".join([*parents, node.module] if node.module else parents)


def _source(module: str, root: Path) -> Path | None:
    """The file of a module; None for what is no module, as `from package import function` may name."""
    path = root.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((candidate for candidate in candidates if candidate.is_file()), None)
