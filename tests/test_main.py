"""`python main.py`, like the CDKTF CLI runs it."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

import main
from tests.environment_files import MINIMAL, ROOT, changed, write

# `pipenv run python -O main.py`
_, _, _, *FLAGS, PROGRAM = json.loads((ROOT / "cdktf.json").read_text(encoding="utf-8"))["app"].split()


def synthesize(environments: Path, output: Path, *, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *FLAGS, str(ROOT / PROGRAM)],
        cwd=cwd,
        env={**os.environ, "ENVIRONMENTS": str(environments), "CDKTF_OUTDIR": str(output)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def run_main(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], environments: Path, output: Path, *wanted: str
) -> tuple[int, str, str]:
    """Its exit status, standard output and standard error. Runs in this process, because jsii needs half a second to
    start.
    """
    monkeypatch.setattr(main, "build_app", partial(main.build_app, outdir=str(output)))
    monkeypatch.setenv("ENVIRONMENTS", str(environments))
    status = main.main(wanted)
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def stacks(output: Path) -> dict[str, bytes]:
    return {file.parent.name: file.read_bytes() for file in output.glob("stacks/*/cdk.tf.json")}


def test_the_cdktf_cli_leaves_out_the_checks_of_argument_types() -> None:
    assert FLAGS == ["-O"]


def test_same_bytes_from_another_folder(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    there.mkdir()
    for output, cwd in ((here, ROOT), (there, there)):
        done = synthesize(ROOT / "environments", output, cwd=cwd)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert stacks(here).keys() == {file.stem for file in (ROOT / "environments").glob("*.toml")}
    assert stacks(here) == stacks(there)
    assert all(str(ROOT).encode() not in content for content in stacks(here).values())


def refused_line(file: Path) -> str:
    return f"{file.as_posix()}:12: throttling.rate_limit = 0: must be greater than or equal to 0.000001"


def test_a_file_alone_that_is_refused_is_said_in_a_line_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write(tmp_path, changed(rate_limit="rate_limit = 0"), "bad")
    status, out, err = run_main(monkeypatch, capsys, tmp_path, tmp_path / "out")
    assert (status, out, err) == (1, "", f"{refused_line(bad)}\n")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("wanted", "status"), [((), 1), (("bad",), 1), (("good",), 0)])
def test_a_refused_file_becomes_a_stack_that_terraform_refuses_and_the_others_are_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    wanted: tuple[str, ...],
    status: int,
) -> None:
    write(tmp_path, MINIMAL, "good")
    bad = write(tmp_path, changed(rate_limit="rate_limit = 0"), "bad")
    printed = run_main(monkeypatch, capsys, tmp_path, tmp_path / "out", *wanted)
    assert printed == (status, "", f"{refused_line(bad)}\n")
    written = stacks(tmp_path / "out")
    assert written.keys() == {"good", "bad"}
    refused = json.loads(written["bad"])
    assert refused["terraform"] == {"required_providers": {}, "required_version": f"refused: {refused_line(bad)}"}
    assert refused.keys() == {"//", "terraform"}
    assert "resource" in json.loads(written["good"])


def test_a_wanted_environment_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, MINIMAL, "good")
    status, _, err = run_main(monkeypatch, capsys, tmp_path, tmp_path / "out", "prod")
    assert (status, err) == (1, f"no environment 'prod': {tmp_path.as_posix()} has good\n")


def test_a_wanted_environment_is_a_name_or_a_file_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write(tmp_path, MINIMAL, "good")
    write(tmp_path, changed(rate_limit="rate_limit = 0"), "bad")
    for given in ("good", "good.toml", str(good)):
        assert run_main(monkeypatch, capsys, tmp_path, tmp_path / "out", given)[0] == 0
    (tmp_path / "other").mkdir()
    other = write(tmp_path / "other", MINIMAL, "good")
    said = f"{other.as_posix()}: not in the folder {tmp_path.as_posix()}; the variable ENVIRONMENTS can name another "
    assert run_main(monkeypatch, capsys, tmp_path, tmp_path / "out", str(other)) == (1, "", f"{said}folder\n")


def test_the_cdktf_cli_is_told_of_a_refused_file_by_warnings_of_its_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, MINIMAL, "good")
    bad = write(tmp_path, changed(rate_limit="rate_limit = 0"), "bad")
    monkeypatch.setenv("CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS", "true")
    assert run_main(monkeypatch, capsys, tmp_path, tmp_path / "out") == (0, "", "")
    (annotation,) = json.loads((tmp_path / "out" / "manifest.json").read_bytes())["stacks"]["bad"]["annotations"]
    assert (annotation["level"], annotation["message"]) == ("@cdktf/warn", refused_line(bad))


def test_a_refused_file_whose_name_is_no_stack_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, MINIMAL, "my-env")
    write(tmp_path, MINIMAL, "my env")
    status, _, err = run_main(monkeypatch, capsys, tmp_path, tmp_path / "out")
    assert status == 1
    assert err.startswith(f"{(tmp_path / 'my env.toml').as_posix()}: name = 'my env': must be a letter")
    assert stacks(tmp_path / "out").keys() == {"my-env", "my-env-"}


WARNED = MINIMAL + '[waf]\nmode = "count"\n[[waf.rate_rules]]\nname = "per-ip"\nlimit = 2000\n'


def test_one_stack_for_each_file_of_the_folder_and_a_line_for_each_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("blue", "green"):
        write(tmp_path, WARNED.replace('name = "api"', f'name = "{name}"'), name)
    status, out, err = run_main(monkeypatch, capsys, tmp_path, tmp_path / "out")
    assert (status, out) == (0, "")
    assert err.splitlines() == [
        f"warning: {name}: waf.mode = 'count': all rules only count; set it to \"block\" to enforce them"
        for name in ("blue", "green")
    ]
    assert sorted(stacks(tmp_path / "out")) == ["blue", "green"]


def test_the_warnings_are_those_of_the_wanted_environments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("blue", "green"):
        write(tmp_path, WARNED.replace('name = "api"', f'name = "{name}"'), name)
    status, _, err = run_main(monkeypatch, capsys, tmp_path, tmp_path / "out", "green")
    assert status == 0
    assert [line.partition(": waf.mode")[0] for line in err.splitlines()] == ["warning: green"]


def test_the_cdktf_cli_is_left_to_say_the_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, WARNED)
    monkeypatch.setenv("CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS", "true")
    assert run_main(monkeypatch, capsys, tmp_path, tmp_path / "out") == (0, "", "")
    (annotation,) = json.loads((tmp_path / "out" / "manifest.json").read_bytes())["stacks"]["test"]["annotations"]
    assert annotation["message"].startswith("waf.mode = 'count': ")


def test_the_cdktf_cli_says_which_variables_terraform_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = (
        "[usage_plans.free]\nquota = { limit = 9, period = 'DAY' }\napi_keys = [{ name = 'Al', value = 'variable' }]\n"
    )
    alarms = "[observability.alarms]\nemails = 'variable'\ninformational_emails = 'variable'\n"
    write(tmp_path, MINIMAL + "api_key_required = true\n" + plan + alarms)
    monkeypatch.setenv("CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS", "true")
    assert run_main(monkeypatch, capsys, tmp_path, tmp_path / "out") == (0, "", "")
    annotations = json.loads((tmp_path / "out" / "manifest.json").read_bytes())["stacks"]["test"]["annotations"]
    needed = json.loads(stacks(tmp_path / "out")["test"])["variable"].keys()
    assert sorted(needed) == ["alarm_emails", "api_key_value_al", "informational_alarm_emails"]
    (said,) = (each["message"] for each in annotations if each["level"] == "@cdktf/info")
    assert said == (
        "Terraform needs a value for TF_VAR_api_key_value_al, TF_VAR_alarm_emails, TF_VAR_informational_alarm_emails; "
        "without one it waits for you to type it, or stops if TF_INPUT=0"
    )


def test_an_empty_variable_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(main, "build_app", partial(main.build_app, outdir=str(tmp_path / "out")))
    monkeypatch.setenv("ENVIRONMENTS", "")
    assert (main.main(), capsys.readouterr().out) == (0, "")
    assert stacks(tmp_path / "out").keys() == {file.stem for file in (ROOT / "environments").glob("*.toml")}


def test_the_folders_above_the_output_are_made(tmp_path: Path) -> None:
    write(tmp_path, MINIMAL)
    done = synthesize(tmp_path, tmp_path / "a/b/c")
    assert (done.returncode, done.stderr) == (0, "")
    assert list(stacks(tmp_path / "a/b/c")) == ["test"]


@pytest.mark.parametrize(("output", "said"), [("file", "File exists"), ("file/x", "Not a directory")])
def test_an_output_that_cannot_be_written_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], output: str, said: str
) -> None:
    write(tmp_path, MINIMAL)
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / output))
    status, out, err = run_main(monkeypatch, capsys, tmp_path, tmp_path / "nowhere")
    assert (status, out, err) == (1, "", f"{tmp_path / output}: cannot be written: {said}\n")
    assert not (tmp_path / "nowhere").exists()


def test_what_node_cannot_write_is_said_in_a_line_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, MINIMAL)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/stacks").write_text("", encoding="utf-8")
    status, out, err = run_main(monkeypatch, capsys, tmp_path, tmp_path / "out")
    assert (status, out) == (1, "")
    assert err == "cdktf.out: cannot be written: not a directory\n"


def test_another_error_is_not_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, MINIMAL)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(main, "RateLimitedApiStack", fail)
    with pytest.raises(RuntimeError, match="ours"):
        run_main(monkeypatch, capsys, tmp_path, tmp_path / "out")


@pytest.mark.parametrize(
    "raised", ["KeyboardInterrupt()", "ValueError('Error building validator:\\n  KeyboardInterrupt: ')"]
)
def test_an_interruption_leaves_no_traceback(raised: str) -> None:
    program = f"import interrupted; interrupted.quietly(); raise {raised}"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode != 0, done.stdout, done.stderr) == (True, "", "interrupted\n")


def test_an_error_that_is_none_has_its_traceback() -> None:
    program = "import interrupted; interrupted.quietly(); raise ValueError('ours')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.endswith("ValueError: ours\n")
    assert done.stderr.startswith("Traceback")
