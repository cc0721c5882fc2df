"""The workflow files for GitHub and GitLab are valid, pin what they use, and call targets that exist."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.environment_files import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((ROOT / ".github" / "actions").glob("*/action.yml"))
GITLAB = ROOT / ".gitlab-ci.yml"

_USES = re.compile(r"uses: (\S+)@(\S+)(.*)")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def lint(*files: Path) -> subprocess.CompletedProcess[str]:
    # shellcheck is not a Python package.
    return run("jactionlint", "--no-color", "--shellcheck=", *files)


def test_github_workflows_are_linted() -> None:
    done = lint(*WORKFLOWS, *ACTIONS, ROOT / ".github" / "dependabot.yml")
    assert (done.returncode, done.stdout) == (0, "")


PULL_REQUEST = (ROOT / ".github" / "workflows" / "pull-request.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(r"@3d3c42e\w+ # ", "@", "unpinned-uses", id="an action by its tag"),
        pytest.param(r"permissions: \{\}", "permissions: write-all", "excessive-permissions", id="every permission"),
        pytest.param(
            r'"\$MARKDOWN"', '"${{ github.event.pull_request.title }}"', "template-injection", id="a title as code"
        ),
        pytest.param(r"\bneeds: review\b", "needs: nothing", 'job "nothing"', id="a job that is not there"),
        pytest.param(
            r"on:\n  pull_request:", "on:\n  pull_request_target:", "dangerous-triggers", id="secrets for forks"
        ),
    ],
)
def test_the_linter_finds(tmp_path: Path, old: str, new: str, said: str) -> None:
    bad, changes = re.subn(old, new, PULL_REQUEST)
    assert changes
    file = tmp_path / ".github" / "workflows" / "pull-request.yml"
    file.parent.mkdir(parents=True)
    file.write_text(bad)
    done = lint(file)
    assert done.returncode == 1
    assert said in done.stdout


def test_every_action_is_one_commit_everywhere_with_its_version_beside_it() -> None:
    commits: dict[str, set[tuple[str, str]]] = {}
    for file in (*WORKFLOWS, *ACTIONS):
        for action, commit, comment in _USES.findall(file.read_text(encoding="utf-8")):
            assert re.fullmatch(r"[0-9a-f]{40}", commit)
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
            commits.setdefault(action, set()).add((commit, comment))
    assert commits.keys() >= {"actions/checkout", "actions/setup-python"}
    assert {action for action, each in commits.items() if len(each) > 1} == set()


def test_only_the_plan_gets_a_secret_and_only_the_comment_may_write() -> None:
    before, plan = PULL_REQUEST.split("\n  plan:\n")
    assert "secrets." not in before
    assert re.findall(r"secrets\.\w+", plan) == ["secrets.TF_TOKEN_APP_TERRAFORM_IO"]
    # The job that may write comments does not run code of the pull request.
    comment = before.split("\n  comment:\n")[1]
    assert "pull-requests: write" in comment
    assert "actions/checkout" not in comment
    assert PULL_REQUEST.count("pull-requests: write") == 1


def test_whoever_approves_a_deploy_has_seen_its_plan() -> None:
    deploy = (ROOT / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")
    plan, approved = deploy.split("\n  plan:\n")[1].split("\n  deploy:\n")
    assert "uses: ./.github/workflows/plan.yml" in plan
    # The gate: a job that names an environment waits for its reviewers, and the job before it must not.
    assert "\n    environment:" not in f"\n{plan}"
    assert "\n    environment: ${{ inputs.environment }}" in approved
    assert "\n    needs: [state, plan]\n" in approved
    # A failed plan stops it; a plan that is not set up does not.
    assert "if: ${{ !failure() && !cancelled() }}" in approved


def test_a_deploy_refuses_a_local_state_before_anybody_is_asked_to_approve() -> None:
    deploy = (ROOT / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8")
    state, plan = deploy.split("\n  state:\n")[1].split("\n  plan:\n")
    plan, approved = plan.split("\n  deploy:\n")
    assert "python -m tools.shared_state" in state
    assert "\n    environment:" not in state
    assert "\n    needs: state\n" in plan
    # `failure()` considers every job that it needs.
    assert "\n    needs: [state, plan]\n" in approved
    assert "if: ${{ !failure()" in approved
    assert "run: make deploy YES=1\n" in approved


def test_a_job_that_deploys_installs_nothing_of_the_review_or_the_tests() -> None:
    for name in ("deploy.yml", "plan.yml"):
        text = (ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")
        assert set(re.findall(r"\btarget: ([a-z-]+)", text)) == {"install-deploy"}
        assert "make install" not in text
    made = run("make", "-n", "-B", "install-deploy").stdout
    assert "pipenv sync --extra-pip-args" in made
    assert "--categories" not in made
    for target in ("synth", "policy"):
        assert "--categories" not in run("make", "-n", "-B", target).stdout


def test_gitlab_pipeline_follows_gitlabs_schema(tmp_path: Path) -> None:
    assert run("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", GITLAB).returncode == 0
    bad = tmp_path / ".gitlab-ci.yml"
    bad.write_text(GITLAB.read_text(encoding="utf-8").replace("interruptible: true", "interruptible: maybe"))
    done = run("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", bad)
    assert done.returncode == 1
    assert "maybe" in done.stdout


@pytest.mark.parametrize("file", [*WORKFLOWS, GITLAB], ids=lambda file: file.name)
def test_every_make_target_exists(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    # Directly, or through .github/actions/install.
    targets = {*re.findall(r"\bmake (?:--silent )?([a-z-]+)", text), *re.findall(r"\btarget: ([a-z-]+)", text)}
    # This does not check what a plan calls, or the use of CDK Terrain.
    of_its_own = {"plan.yml": "synth", "cdk-terrain.yml": "check-cdktn"}
    assert of_its_own.get(file.name, "policy") in targets
    for target in targets:
        assert run("make", "-n", target).returncode == 0, target


def test_the_review_of_what_does_not_differ_is_one_line() -> None:
    # -o: everything is installed already.
    done = run("make", "--silent", "-o", ".venv/.installed", "review-markdown", "BASE=HEAD", "REVIEWED=dev")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "## dev: nothing changes\n"


@pytest.mark.parametrize(
    "made",
    [
        "$(shell touch {})",
        "; touch {}",
        "\n\ttouch {}",
        "'; touch {}; '",
        '"; touch {}; "',
        "`touch {}`",
        "$$(touch {})",
    ],
)
@pytest.mark.parametrize(
    ("target", "variable"),
    [
        ("review-markdown", "BASE"),
        ("review-markdown", "REVIEWED"),
        ("review", "ENV"),
        ("committed", "ENV"),
        ("imports", "API"),
    ],
)
def test_what_a_variable_says_is_no_program(tmp_path: Path, made: str, target: str, variable: str) -> None:
    said = made.format(tmp_path / "made")
    # These do not exist, so that nothing calls AWS.
    variables = {"BASE": "HEAD", "REVIEWED": "dev", "ENV": "nowhere", "API": "a"} | {variable: said}
    given = [f"{name}={value}" for name, value in variables.items()]
    done = run("make", "--silent", "-o", ".venv/.installed", target, *given)
    assert done.returncode != 0
    assert [*tmp_path.iterdir()] == []


def test_the_default_environment_is_not_that_of_the_tests() -> None:
    """A test that calls `make demo` must not deploy the environment that `make test` has as its default."""
    done = run("make", "--silent", "--eval", "probe: ; @env", "probe")
    names = {line.partition("=")[0] for line in done.stdout.splitlines()}
    assert "PATH" in names
    assert not names & {"ENV", "API", "BASE", "REVIEWED", "SINCE"}


def test_the_name_of_a_file_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "environments").mkdir()
    name = "x$(touch${IFS}PWNED)"
    (tmp_path / "environments" / f"{name}.toml").write_text("", encoding="utf-8")
    recipe = run("make", "--silent", "-n", "-o", ".venv/.installed", "review-markdown").stdout
    for reviewed in ("", f"environments/{name}.toml", "environments/*.toml"):
        done = subprocess.run(
            ["bash", "-c", recipe.replace("python -m spillway", "echo")],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "BASE": "HEAD", "REVIEWED": reviewed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (name in done.stdout) == bool(reviewed)
        assert [each.name for each in tmp_path.iterdir()] == ["environments"]


def test_the_review_starts_one_process_for_all_environments() -> None:
    recipe = run("make", "--silent", "-n", "-o", ".venv/.installed", "review-markdown").stdout
    assert recipe.count("python ") == 1
