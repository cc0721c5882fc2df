"""In our environments, only checks fail that policy/suppressions.toml accepts."""

import subprocess
import sys
from pathlib import Path

import pytest

from policy.command import policy
from policy.scan import Run, Verdict
from policy.suppressions import read_suppressions
from tests.environment_files import ROOT

ENVIRONMENTS = sorted(file.stem for file in (ROOT / "environments").glob("*.toml"))


def test_nothing_fails_and_no_suppression_is_in_vain(
    output: Path, checked: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("policy.scan.run", lambda *_: checked)
    with pytest.raises(SystemExit) as ended:
        policy(output)
    said = capsys.readouterr().out.splitlines()
    assert ended.value.code == 0, said
    assert [line.split(":")[0] for line in said] == ENVIRONMENTS
    assert all(line.endswith("suppressed, 0 failed") for line in said)


def test_a_failure_is_said_with_its_address(
    output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lifted = Verdict(
        environment="prod",
        check="CKV2_SPILLWAY_2",
        name="Ensure the settings of */* have a rate limit and a burst limit",
        address="aws_api_gateway_method_settings.stage",
        passed=False,
    )
    # test_scan.py shows that checkov finds such flaws.
    monkeypatch.setattr("policy.scan.scan", lambda *_: (lifted,))
    with pytest.raises(SystemExit, match="1"):
        policy(output)
    assert (
        "prod: CKV2_SPILLWAY_2: aws_api_gateway_method_settings.stage: "
        "Ensure the settings of */* have a rate limit and a burst limit\n"
    ) in capsys.readouterr().out


def test_nothing_synthesized(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "policy", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == f"{tmp_path}: there is no synthesized stack: run spillway synth\n"


def test_an_environment_is_not_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="prod: no such folder; leave it out to check every environment"):
        policy(tmp_path / "prod")


def test_only_the_checks_of_a_choice_are_off_for_every_environment_and_resource() -> None:
    everywhere = {each.check for each in read_suppressions() if not each.environments and not each.addresses}
    assert everywhere.isdisjoint({"CKV2_AWS_29", "CKV_AWS_59", "CKV_AWS_76", "CKV_AWS_192", "CKV_AWS_276"})
