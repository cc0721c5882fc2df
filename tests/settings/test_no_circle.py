"""The modules of settings import each other in one direction only, for the type checker too."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

from tests.environment_files import ROOT


def module(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module(file): file for file in (ROOT / "settings").rglob("*.py")}


def imported(file: Path) -> set[str]:
    """Wherever the import is, under `TYPE_CHECKING` and in a function too."""
    found = set[str]()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES.keys()
            found |= names or {node.module} & MODULES.keys()
    return found


def test_no_circle() -> None:
    order = list(TopologicalSorter({name: imported(file) for name, file in MODULES.items()}).static_order())
    assert order.index("settings.fields") < order.index("settings.checks.waf") < order.index("settings.environment")
