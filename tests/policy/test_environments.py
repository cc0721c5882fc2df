"""In our environments, only checks fail that policy/suppressions.toml accepts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from policy.command import policy
from policy.scan import Run, Verdict
from policy.suppressions import judge, read_suppressions
from tests.environment_files import ROOT

ENVIRONMENTS = sorted(file.stem for file in (ROOT / "environments").glob("*.toml"))


def test_nothing_fails_and_no_suppression_is_in_vain(
    output: Path, checked: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("policy.scan.run", lambda *_: checked)
    with pytest.raises(SystemExit) as ended:
        policy([str(output)])
    said = capsys.readouterr().out.splitlines()
    assert ended.value.code == 0, said
    assert [line.split(":")[0] for line in said] == ENVIRONMENTS
    assert all(line.endswith("suppressed, 0 failed") for line in said)
    verdicts = [verdict for verdict in checked.verdicts if verdict.environment in ENVIRONMENTS]
    assert judge(verdicts, read_suppressions()).unused == ()


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
        policy([str(output)])
    assert (
        "prod: CKV2_SPILLWAY_2: aws_api_gateway_method_settings.stage: "
        "Ensure the settings of */* have a rate limit and a burst limit; no key changes this: "
        "Spillway always writes both: throttling.rate_limit and throttling.burst_limit are required\n"
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
    assert done.stderr == f"{tmp_path}: there is no synthesized stack in this folder: run spillway synth\n"


def synthesized(folder: Path, *names: str) -> None:
    (folder / "cdktf.out").mkdir()
    (folder / "cdktf.out" / "manifest.json").write_text(json.dumps({"stacks": {name: {} for name in names}}))


@pytest.mark.parametrize(
    ("arguments", "checked"),
    [
        ([], ["one", "two"]),
        (["two"], ["two"]),
        (["environments/two.toml", "one.toml"], ["one", "two"]),
        (["cdktf.out"], ["one", "two"]),
    ],
    ids=" ".join,
)
def test_environments_are_named_as_everywhere(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    checked: list[str],
) -> None:
    synthesized(tmp_path, "one", "two")
    monkeypatch.chdir(tmp_path)
    asked: list[tuple[str, list[str]]] = []

    def scan(stacks: Path, names: list[str]) -> tuple[Verdict, ...]:
        asked.append((stacks.as_posix(), names))
        return ()

    monkeypatch.setattr("policy.scan.scan", scan)
    with pytest.raises(SystemExit, match="0"):
        policy(arguments)
    assert asked == [("cdktf.out/stacks", checked)]
    assert capsys.readouterr().out.splitlines() == [f"{name}: 0 passed, 0 suppressed, 0 failed" for name in checked]


def test_an_environment_that_was_not_synthesized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r"cdktf\.out: there is no synthesized stack: run spillway synth"):
        policy(["prod"])
    synthesized(tmp_path, "dev", "prod")
    with pytest.raises(SystemExit, match=r"test: no such environment in cdktf\.out, which has dev, prod; run spillway"):
        policy(["test"])


def test_a_note_names_what_an_environment_no_longer_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    synthesized(tmp_path, "dev", "prod")
    (tmp_path / "policy").mkdir()
    table = '[[suppressions]]\ncheck = "CKV_AWS_{}"\n{}reason = "A reason of twenty letters"\n'
    of_prod = 'environments = ["prod"]\n'
    # What every environment may fail is a decision for later ones too.
    text = table.format(1, "") + table.format(2, of_prod) + table.format(3, 'addresses = ["a.b"]\n')
    (tmp_path / "policy" / "suppressions.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("policy.scan.scan", lambda *_: ())
    for arguments, notes in (([], 1), (["prod"], 1), (["dev"], 0)):
        with pytest.raises(SystemExit, match="0"):
            policy(arguments)
        said = capsys.readouterr().out
        assert said.count("note: suppressions.toml: no longer needed: CKV_AWS_2 in prod\n") == notes
        assert said.count("note") == notes


def test_only_the_checks_of_a_choice_are_off_for_every_environment_and_resource() -> None:
    everywhere = {each.check for each in read_suppressions() if not each.environments and not each.addresses}
    assert everywhere.isdisjoint({"CKV2_AWS_29", "CKV_AWS_59", "CKV_AWS_76", "CKV_AWS_192", "CKV_AWS_276"})
