"""A project that `spillway new` has just made passes the policy checks in its own CI."""

import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from main import build_app
from policy import command
from policy.scan import HERE, OWN_CHECKS, Verdict, _address, run
from policy.suppressions import judge, read_suppressions
from settings.read import read_environment
from spillway.commands import Template, main
from tests.conftest import Remembered


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory, remembered: Remembered) -> dict[str, tuple[Path, list[Verdict]]]:
    """By template: the project, and what checkov says of it. One run for all of them."""
    folder = tmp_path_factory.mktemp("projects")
    for template in Template:
        assert main(["new", template.value, "--project", str(folder / template), "--template", template.value]) == 0
    environments = tuple(
        read_environment(folder / template / "environments" / f"{template}.toml") for template in Template
    )
    build_app(environments, outdir=str(folder / "out")).synth()
    files = sorted((folder / "out" / "stacks").glob("*/cdk.tf.json"))
    names = [file.parent.name for file in files]
    sources = (HERE / "Pipfile.lock", HERE / "scan.py", *sorted(OWN_CHECKS.iterdir()), *files)
    said = remembered(
        "checkov-new",
        [*(file.read_bytes() for file in sources), *(name.encode() for name in names), sys.version.encode()],
        lambda: asdict(run(folder / "out" / "stacks", names)),
    )
    found = [Verdict(**each) for each in said["verdicts"]]
    return {name: (folder / name, [each for each in found if each.environment == name]) for name in names}


@pytest.mark.parametrize("template", Template)
def test_nothing_fails(verdicts: dict[str, tuple[Path, list[Verdict]]], template: Template) -> None:
    project, found = verdicts[template]
    judged = judge(found, read_suppressions(project / "policy" / "suppressions.toml"))
    assert judged.failed == ()
    assert judged.suppressed
    # What it begins without is in its file, and nothing else.
    assert [each.check for each in judged.unused if each.environments] == []


def test_a_folder_with_accepted_failures_of_its_own_has_those_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = Verdict(environment="prod", check="CKV_AWS_120", name="a cache", address="a.b", passed=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cdktf.out").mkdir()
    (tmp_path / "cdktf.out" / "manifest.json").write_text('{"stacks": {"prod": {}}}', encoding="utf-8")
    monkeypatch.setattr("policy.scan.scan", lambda *_: (verdict,))
    for text, status in ((None, 0), ("suppressions = []", 1)):
        if text is not None:
            command.OF_THE_FOLDER.parent.mkdir()
            command.OF_THE_FOLDER.write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit) as ended:
            command.policy()
        assert ended.value.code == status
    assert capsys.readouterr().out.splitlines()[-2:] == [
        (
            "prod: CKV_AWS_120: a.b: a cache; no key changes this: Spillway creates no cache: a cached answer is "
            "another caller's answer"
        ),
        "The keys are described in docs/reference.md. To accept a failure, add it to policy/suppressions.toml.",
    ]


def test_the_source_of_keys_is_told_from_keys(tmp_path: Path) -> None:
    file = tmp_path / "cdk.tf.json"
    file.write_text('{\n  "api_key_source": "AUTHORIZER",\n  "password": "api_key_source"\n}\n', encoding="utf-8")
    assert [_address(file, "somehash", line) for line in (2, 3)] == ["api_key_source", "line 3"]
