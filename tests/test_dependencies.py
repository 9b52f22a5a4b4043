"""Dependencies point one way: app -> flows -> tasks -> diagram_core."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("diagram_core", "tasks", "flows", "app")  # each may import itself and those before it
FORBIDDEN = {
    "diagram_core": {"prefect", "mlflow", "trl", "typer", "rich", *LAYERS[1:]},
    "tasks": {"prefect", "typer", *LAYERS[2:]},
    "flows": {"typer", *LAYERS[3:]},
    "app": set[str](),
}


def imported_packages(source: str) -> Iterator[tuple[int, str]]:
    """Line and top-level package of every import in the source, those inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from (
                (node.lineno, argument.value.partition(".")[0])
                for argument in node.args
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
            )


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_is_below_it(layer: str) -> None:
    files = sorted((ROOT / layer).rglob("*.py"))
    assert files
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {package}"
        for path in files
        for line, package in imported_packages(path.read_text(encoding="utf-8"))
        if package in FORBIDDEN[layer]
    ]
    assert not wrong, "\n".join(wrong)


def test_imports_inside_functions_are_seen() -> None:
    source = (
        "def f():\n    import mlflow.pyfunc\n    from prefect.x import y\n    importlib.import_module('trl.core')\n"
    )
    assert list(imported_packages(source)) == [(2, "mlflow"), (3, "prefect"), (4, "trl")]


def test_nothing_but_the_benchmarks_and_tests_stands_outside_the_layers() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "benchmarks"} == set(LAYERS)
