"""The promises of earlier versions are kept (docs/upgrading.md)."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from settings.read import read_environment
from stacks.moved_addresses import RENAMED
from tests.environment_files import ROOT
from tests.synthesis import rendered
from tools import freeze_release

RELEASES = sorted((ROOT / "tests" / "releases").iterdir())
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def promised() -> list[Any]:
    return [
        pytest.param(folder / "environments" / f"{name}.toml", kept, id=f"{folder.name}-{name}")
        for folder in RELEASES
        for name, kept in json.loads((folder / "promised.json").read_text(encoding="utf-8")).items()
    ]


@pytest.mark.parametrize(("file", "kept"), promised())
def test_a_file_of_an_earlier_version_gives_the_same_addresses_and_outputs(
    file: Path, kept: dict[str, list[str]]
) -> None:
    content = rendered(read_environment(file))
    there = {f"{type_}.{name}" for type_, made in content["resource"].items() for name in made}
    moved = {block["from"] for block in content.get("moved", [])}
    lost = [address for address in kept["addresses"] if address not in there | moved]
    assert lost == [], "each would be destroyed and created again: add the change to stacks/moved_addresses.py"
    assert [name for name in kept["outputs"] if name not in content["output"]] == []


def test_every_file_of_a_release_is_compared() -> None:
    assert RELEASES
    for folder in RELEASES:
        names = {file.stem for file in (folder / "environments").glob("*.toml")}
        assert names == json.loads((folder / "promised.json").read_text(encoding="utf-8")).keys()


def test_freezing_writes_what_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freeze_release, "SOURCES", (ROOT / "environments",))
    folder = freeze_release.freeze(tmp_path)
    assert folder == tmp_path / VERSION
    kept = json.loads((folder / "promised.json").read_text(encoding="utf-8"))
    assert kept.keys() == {file.stem for file in (ROOT / "environments").glob("*.toml")}
    assert "aws_api_gateway_stage.stage" in kept["prod"]["addresses"]
    assert "http_endpoint" in kept["prod"]["outputs"]


def test_the_changelog_has_this_version_first_and_every_release() -> None:
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", CHANGELOG, re.MULTILINE)
    assert versions[0] == VERSION
    assert versions == sorted(versions, key=lambda version: [int(part) for part in version.split(".")], reverse=True)
    assert {folder.name for folder in RELEASES} <= set(versions)
    assert CHANGELOG.index("## [Unreleased]") < CHANGELOG.index(f"## [{VERSION}]")


def test_a_renaming_names_a_version_of_the_changelog() -> None:
    for change in RENAMED:
        assert f"## [{change.since}]" in CHANGELOG
