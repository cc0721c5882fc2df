"""docs/choosing-limits.md shows the real output of the command for its examples."""

import re
import shlex

import pytest

from review.commands import main
from tests.environment_files import ROOT

PAGE = (ROOT / "docs" / "choosing-limits.md").read_text(encoding="utf-8")
CASES = re.findall(r"```\n\$ spillway (size [^\n]*)\n(.*?)```", PAGE, re.DOTALL)


def test_there_are_three() -> None:
    assert len(CASES) == 3


@pytest.mark.parametrize(("command", "shown"), CASES)
def test_a_worked_case_is_what_the_command_says(
    command: str, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main(shlex.split(command)) == 0
    said, _, _ = capsys.readouterr().out.partition("\n- Users are")
    assert [each.rstrip() for each in said.rstrip().splitlines()] == shown.splitlines()
