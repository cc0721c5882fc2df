"""checkov evaluates our JSON: a stack with a flaw fails the check for that flaw."""

from dataclasses import replace
from pathlib import Path

import pytest

from policy.scan import Run, ScanError, scan
from policy.suppressions import judge, read_suppressions
from tests.policy.holes import HOLES, KEY, KEYS_LINE


@pytest.fixture(scope="module")
def failed(checked: Run) -> dict[str, set[tuple[str, str]]]:
    """The failures of `prod` with each flaw, by check and address."""
    suppressions = read_suppressions()
    # For the suppressions each of them is prod.
    verdicts = {name: [replace(each, environment="prod") for each in checked.of({name})] for name in HOLES}
    return {
        name: {(each.check, each.address) for each in judge(of_hole, suppressions).failed}
        for name, of_hole in verdicts.items()
    }


@pytest.mark.parametrize("name", HOLES)
def test_the_hole_and_nothing_else_fails(failed: dict[str, set[tuple[str, str]]], output: Path, name: str) -> None:
    lines = (output / "stacks" / name / "cdk.tf.json").read_text().splitlines()
    of_key = [f"line {number}" for number, line in enumerate(lines, start=1) if KEY in line]
    expected = {(check, of_key[0] if where == KEYS_LINE else where) for check, where in HOLES[name][1]}
    assert failed[name] == expected


def test_a_stack_that_is_not_json(checked: Run) -> None:
    with pytest.raises(ScanError, match=r"checkov cannot read .*broken"):
        checked.of({"broken", "dev"})


def test_silence_is_no_approval(checked: Run) -> None:
    with pytest.raises(ScanError, match=r"checkov found nothing to check in empty$"):
        checked.of({"empty", "dev"})


def test_a_stack_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="not synthesized"):
        scan(tmp_path, ["absent"])


def test_no_stack(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="no stack"):
        scan(tmp_path, [])
