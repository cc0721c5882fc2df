"""What is installed, from where, and by which jobs (docs/adr/0003)."""

import ast
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.environment_files import ROOT

PIPFILES = (ROOT / "Pipfile", ROOT / "policy" / "Pipfile")
LOCK: dict[str, Any] = json.loads((ROOT / "Pipfile.lock").read_text(encoding="utf-8"))
PIPFILE = tomllib.loads((ROOT / "Pipfile").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pipfile", PIPFILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_lock_says_where_packages_come_from(pipfile: Path) -> None:
    assert "source" not in tomllib.loads(pipfile.read_text(encoding="utf-8"))
    lock: dict[str, Any] = json.loads(pipfile.with_name("Pipfile.lock").read_text(encoding="utf-8"))
    assert lock.pop("_meta")["sources"] == []
    assert [name for packages in lock.values() for name, package in packages.items() if "index" in package] == []


def test_the_lock_of_npm_says_no_address_either() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


def test_every_package_has_one_version_in_all_categories() -> None:
    versions: dict[str, set[str]] = {}
    for category in LOCK.keys() - {"_meta"}:
        for name, package in LOCK[category].items():
            versions.setdefault(name, set()).add(package["version"])
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_no_package_is_free_to_change_its_major_version() -> None:
    required = {
        name: wanted["version"] if isinstance(wanted, dict) else wanted
        for packages in PIPFILE.values()
        for name, wanted in packages.items()
    }
    assert {name for name, version in required.items() if not re.search(r"~=|==|<", version)} == set()


def test_the_hooks_of_node_get_a_new_minor_version_of_jsii_on_purpose() -> None:
    assert re.fullmatch(r"~=\d+\.\d+\.\d+", PIPFILE["packages"]["jsii"])


def imported(file: Path) -> set[str]:
    """The packages that a file imports anywhere in it."""
    names = set[str]()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


# One downloads logs for the review and shows the review's progress bar. The other one draws a picture for the docs.
NOT_OF_A_DEPLOY = {"fetch_log.py", "dashboard_picture"}


def test_what_a_job_that_deploys_runs_imports_no_package_of_the_review_or_the_tests() -> None:
    rooms = ("constructs", "deploy", "lazy_provider", "policy", "settings", "stacks", "tools")
    ours = (file for room in rooms for file in (ROOT / room).glob("**/*.py") if ".venv" not in file.parts)
    files = [ROOT / "main.py", *(file for file in ours if NOT_OF_A_DEPLOY.isdisjoint(file.parts))]
    left_out = {name.replace("-", "_") for group in ("review", "dev-packages") for name in PIPFILE[group]} | {"review"}
    assert len(files) > 100
    assert {str(file.relative_to(ROOT)): found for file in files if (found := imported(file) & left_out)} == {}
