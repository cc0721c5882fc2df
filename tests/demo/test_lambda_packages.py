"""The packages that Lambda has and the emulator does not, by `make lambda-client`."""

import json
from pathlib import Path

import pytest

from demo.lambda_packages import PackagesUnavailableError, lambda_packages
from tests.environment_files import ROOT


def make(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "make"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("MAKE", str(program))


def test_make_installs_them_where_the_function_finds_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, f'echo "$@" >{tmp_path}/asked', monkeypatch)
    folder = lambda_packages()
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "--no-print-directory lambda-client\n"
    packages = json.loads((folder.parent / "package.json").read_text(encoding="utf-8"))
    assert "@aws-sdk/client-dynamodb" in packages["dependencies"]
    assert folder.is_relative_to(ROOT)


def test_what_fails_is_said_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "echo installing\necho 'npm error: no network' >&2\nexit 1", monkeypatch)
    with pytest.raises(PackagesUnavailableError, match=r"^make lambda-client failed: npm error: no network$"):
        lambda_packages()
