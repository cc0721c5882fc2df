"""tools/cdk_terrain.py has the table of changes for CDK Terrain; `make check-cdktn` runs the result."""

import ast
import re
from pathlib import Path

import pytest

from tests.environment_files import ROOT
from tools.cdk_terrain import AWS_PROVIDER, COMMANDS, KEPT, RULES
from tools.check_cdktn import copy_rewritten, differences, requirements

OLD_COMMAND = re.compile(rf"""\bcdktf["']?,?\s+["']?(?:{"|".join(COMMANDS)})\b|\.bin/cdktf\b""")


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cdktn")
    copy_rewritten(folder)
    return folder


def test_no_code_imports_cdktf(moved: Path) -> None:
    files = [file for file in moved.rglob("*.py") if file.name != "cdk_terrain.py"]
    assert files
    for file in files:
        imported = re.findall(r"^\s*(?:from|import) (cdktf\w*)", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert imported == [], file


def test_no_code_uses_the_name_of_the_old_module(moved: Path) -> None:
    """As in `cdktf.S3BackendConfig`, which only `make check-cdktn` found: a copy with it does not run."""
    for file in moved.rglob("*.py"):
        classes = [
            each.attr
            for each in ast.walk(ast.parse(file.read_bytes()))
            # Not a fixture of that name.
            if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "cdktf"
            if each.attr[:1].isupper()
        ]
        assert classes == [], file


def test_the_lazy_provider_looks_for_the_other_package(moved: Path) -> None:
    python = (moved / "lazy_provider" / "python_package.py").read_text(encoding="utf-8")
    node = (moved / "lazy_provider" / "node" / "lazy_index.cjs").read_text(encoding="utf-8")
    assert 'PROVIDER_PACKAGE = "cdktn_provider_aws"' in python
    assert "'node_modules', '@cdktn', 'provider-aws'" in node


def test_the_pipfile_requires_the_other_packages(moved: Path) -> None:
    pipfile = (moved / "Pipfile").read_text(encoding="utf-8")
    assert re.findall(r"^(cdkt\S+) =", pipfile, re.MULTILINE) == ["cdktn", "cdktn-provider-aws"]
    assert '"cdktn-cli": "' in (moved / "package.json").read_text(encoding="utf-8")


def test_what_keeps_its_name_is_left_alone(moved: Path) -> None:
    # CDK Terrain reads the same file and variable, and warns with the same type.
    assert (moved / "cdktf.json").read_bytes() == (ROOT / "cdktf.json").read_bytes()
    assert '"@cdktf/warn"' in (moved / "tests" / "stacks" / "test_warnings.py").read_text(encoding="utf-8")
    assert '"cdktf.out"' in (moved / "demo" / "command_line.py").read_text(encoding="utf-8")


def test_no_file_runs_the_old_command_line(moved: Path) -> None:
    told_of_both = KEPT | {"CHANGELOG.md", "tests/tools/test_cdk_terrain.py"}
    left = [
        f"{file.relative_to(moved)}: {found[0]}"
        for file in moved.rglob("*")
        if file.is_file() and file.relative_to(moved).as_posix() not in told_of_both
        for found in OLD_COMMAND.finditer(file.read_bytes().decode(errors="replace"))
        # Releases are kept unchanged.
        if not file.is_relative_to(moved / "tests" / "releases")
    ]
    assert left == []


@pytest.mark.parametrize(
    "text",
    ["run: cdktf deploy prod", "cdktf  output", '["cdktf", "synth"]', "npx cdktf diff", "node_modules/.bin/cdktf"],
)
def test_the_old_command_line_is_found(text: str) -> None:
    assert OLD_COMMAND.search(text)


def test_every_rule_has_something_to_do(tmp_path: Path) -> None:
    used = copy_rewritten(tmp_path)
    assert [rule.pattern for rule in RULES if rule not in used] == []


def test_requirements_keep_the_lock_but_for_cdktf() -> None:
    lock = {
        "default": {"cdktf": {"version": "==0.21.0"}, "rich": {"version": "==14.0", "markers": "python_version > '3'"}},
        "develop": {"pytest": {"version": "==9.0"}},
        "review": {"polars": {"version": "==2.1"}},
        "_meta": {"sources": []},
    }
    lines = requirements(lock).splitlines()
    assert lines[:3] == ["polars==2.1", "pytest==9.0", "rich==14.0 ; python_version > '3'"]
    assert [line.split("=")[0] for line in lines[3:]] == ["cdktn", "cdktn-provider-aws", "constructs>"]


def test_every_difference_of_the_json_is_seen() -> None:
    ours = {"a": {"b": 1, "c": [1, 2]}, "d": "same"}
    theirs = {"a": {"b": 1, "c": [2, 1]}, "d": "same", "e": AWS_PROVIDER}
    assert list(differences(ours, theirs)) == [(("a", "c"), [1, 2], [2, 1]), (("e",), None, AWS_PROVIDER)]
