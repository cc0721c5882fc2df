"""The project's environments and every example of the documentation: applied, planned again, destroyed."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.many_stacks import Changes, ManyStacks
from tests.environment_files import ROOT

Client = Callable[[str], Any]

FILES = [*sorted((ROOT / "environments").glob("*.toml")), *sorted((ROOT / "docs" / "examples").glob("*.toml"))]
TAGGED = [file for file in FILES if "\n[tags]\n" in file.read_text(encoding="utf-8")]
"""Environments whose provider blocks have `default_tags`, which need a separate root."""

METERED = [file for file in FILES if file.stem in {"bedrock_api", "token_limits"}]
"""Environments with an endpoint for DynamoDB."""

ROOTS = {"tagged": TAGGED, "metered": METERED, "other": [file for file in FILES if file not in (*TAGGED, *METERED)]}

_NEWER = re.compile(r'(?m)^provider_version = "~> (\d+)\.(\d+)')


def is_for_a_newer_provider(file: Path, initialized: Path) -> bool:
    """Whether the file needs a newer provider than the installed one, whose own checks refuse its values."""
    (provider,) = initialized.glob(".terraform/providers/*/hashicorp/aws/*")
    wanted = _NEWER.search(file.read_text(encoding="utf-8"))
    return wanted is not None and tuple(map(int, provider.name.split(".")[:2])) < tuple(map(int, wanted.groups()))


# The examples' account belongs to someone else and does not have the functions.
THEIRS, OURS = "111122223333", "000000000000"
FUNCTIONS = {"check-token": None, "check-tenant": "live", "models": "live"}


def text(file: Path) -> str:
    return file.read_text(encoding="utf-8").replace(THEIRS, OURS)


@pytest.fixture(scope="module")
def functions(client: Client) -> None:
    """Resources that the examples refer to but do not create."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): return {}")
    made = client("lambda")
    role = f"arn:aws:iam::{OURS}:role/function"
    for name, alias in FUNCTIONS.items():
        settings = {"Runtime": "python3.13", "Role": role, "Handler": "index.handler"}
        # Another test has created one with that name.
        with suppress(made.exceptions.ResourceConflictException):
            made.create_function(FunctionName=name, Code={"ZipFile": code.getvalue()}, **settings)
        if alias:
            made.create_alias(FunctionName=name, Name=alias, FunctionVersion="$LATEST")


@pytest.fixture(scope="module", params=ROOTS)
def root(
    request: pytest.FixtureRequest,
    functions: None,
    initialized: Path,
    many_stacks: Callable[[], ManyStacks],
) -> Iterator[ManyStacks]:
    """The resources of one root, applied."""
    stacks = many_stacks()
    files = [file for file in FILES if not is_for_a_newer_provider(file, initialized)]
    stacks.write({file.stem: text(file) for file in files if file in ROOTS[request.param]})
    stacks.validate()
    try:
        stacks.apply()
        yield stacks
    finally:
        stacks.destroy()
    assert stacks.state() == {}


@pytest.fixture(scope="module")
def again(root: ManyStacks) -> Changes:
    return root.plan()


def test_a_second_plan_changes_nothing(root: ManyStacks, again: Changes) -> None:
    assert {name: changes for name, changes in again.items() if changes} == {}, [
        (change["address"], change["change"]["before"], change["change"]["after"])
        for change in root.planned
        if change["change"]["actions"] not in (["no-op"], ["read"])
    ]
