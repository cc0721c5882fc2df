"""Every file imports only from rooms that its own room may import from: docs/design.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environment_files import ROOT

PAGE = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
_ROW = re.compile(r"^\| `([\w/.]+)` \| [^|]* \| ([^|]*)\|$", re.MULTILINE)


def table() -> dict[str, set[str]]:
    """Room -> rooms that it may import from, as in the page's table."""
    section = PAGE.split("\n## Rooms\n")[1].split("\n## ")[0]
    rows = {room: set(re.findall(r"`([\w/.*]+)`", may_import)) for room, may_import in _ROW.findall(section)}
    every_construct = {room for room in rows if room.startswith("constructs/")}
    return {room: may | (every_construct if "constructs/*" in may else set()) for room, may in rows.items()}


ROOMS = table()


def room_of(module: str) -> str | None:
    """`settings.waf.waf` is in `settings`, `constructs.waf.web_acl` in `constructs/waf`; None for a package."""
    parts = module.split(".")
    names = (parts[0], f"{parts[0]}.py", "/".join(parts[:2]))
    return next((name for name in names if name in ROOMS), None)


def files() -> Iterator[tuple[str, Path]]:
    for room in ROOMS:
        place = ROOT / room
        found = [place] if place.is_file() else sorted(place.rglob("*.py"))
        yield from ((room, file) for file in found if ".venv" not in file.parts)


def imported(source: str) -> set[str]:
    """The modules that it imports, anywhere in it and for any purpose."""
    modules = set[str]()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import"
            # `from constructs import waf` has the room after the import.
            modules |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return modules


def wrong(room: str, source: str) -> set[str]:
    """The rooms that the source imports from although its own room may not."""
    rooms = {found for module in imported(source) if (found := room_of(module))}
    tests = {"tests"} if any(module.partition(".")[0] == "tests" for module in imported(source)) else set()
    return (rooms | tests) - ROOMS[room] - {room}


def test_every_file_imports_from_rooms_below_its_own() -> None:
    found = {str(file.relative_to(ROOT)): wrong(room, file.read_text(encoding="utf-8")) for room, file in files()}
    assert len(found) > 150
    assert {file: rooms for file, rooms in found.items() if rooms} == {}


def test_every_folder_with_code_is_a_room_of_the_page() -> None:
    with_code = {file.relative_to(ROOT).parts for file in ROOT.glob("[a-z]*/**/*.py")}
    folders = {"/".join(parts[: 2 if parts[0] == "constructs" else 1]) for parts in with_code}
    # docs/ has the code of example functions, and environments/ may have that of functions of yours.
    assert folders - {"tests", "docs", "environments", "node_modules"} == {
        room for room in ROOMS if not room.endswith(".py")
    }


def test_the_rooms_are_in_no_circle() -> None:
    left = {room: set(may) for room, may in ROOMS.items()}
    while free := [room for room, may in left.items() if not may & left.keys()]:
        for room in free:
            del left[room]
    assert left == {}


@pytest.mark.parametrize(
    ("room", "source", "found"),
    [
        ("settings", "from review.limits import limits", {"review"}),
        ("review", "def late():\n    import stacks.imports", {"stacks"}),
        ("constructs/waf", "from constructs.gateway.stage import Stage", {"constructs/gateway"}),
        ("constructs/waf", "from constructs import Construct, gateway", {"constructs/gateway"}),
        ("stacks", "from main import build_app", {"main.py"}),
        ("settings", "from tests.refusals import refusals", {"tests"}),
        ("constructs/waf", "from constructs import Construct\nfrom settings.waf.waf import Waf", set()),
    ],
)
def test_an_import_from_elsewhere_is_found(room: str, source: str, found: set[str]) -> None:
    assert wrong(room, source) == found
