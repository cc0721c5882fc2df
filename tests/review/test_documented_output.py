"""The output that the pages show is what the command prints."""

import re
import shlex

import pytest

from review.commands import main
from tests.environment_files import ROOT

_SAMPLE = re.compile(r"^```\n\$ spillway (.*)\n((?:.*\n)*?)```$", re.MULTILINE)
SAMPLES = [
    (page.name, command, shown)
    for page in (ROOT / "docs" / "review.md", ROOT / "docs" / "simulation.md")
    for command, shown in _SAMPLE.findall(page.read_text(encoding="utf-8"))
]


def test_the_pages_show_a_sample_of_each_of_these() -> None:
    assert {command.split()[0] for _, command, _ in SAMPLES} == {"limits", "cost", "simulate"}


@pytest.mark.parametrize(("page", "command", "shown"), SAMPLES, ids=[f"{page}: {what}" for page, what, _ in SAMPLES])
def test_a_sample_is_what_the_command_prints(
    page: str, command: str, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(ROOT)
    # The picture has a test of its own.
    words = shlex.split(re.sub(r" --picture \S+", "", command))
    assert main(words) == 0
    printed = "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines())
    # A page may leave out tables, each from its title to an empty line.
    for table in shown.strip().split("\n\n"):
        assert table in printed
