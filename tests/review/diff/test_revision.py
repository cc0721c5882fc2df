"""Git revisions of an environment file, in a repository that the test creates."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from review.commands import main
from review.diff.revision import read_at
from review.refusal import ReviewError
from settings.integration import LambdaIntegration
from settings.problem import EnvironmentFileError
from tests.environment_files import MINIMAL, write

ROUTE = """
request = { body_schema = "../schemas/chat.json" }
integration = { type = "lambda", code = "functions/chat", runtime = "python3.13", handler = "app.handler" }
"""


class Repository:
    """A repository with one environment, `environments/prod.toml`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")
        (folder / "environments/functions/chat").mkdir(parents=True)
        (folder / "schemas").mkdir()

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
        command = ["git", "-C", str(self.folder), *identity, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def commit(self, text: str, *, schema: str = "object", code: str = "old") -> Path:
        (self.folder / "schemas/chat.json").write_text(json.dumps({"type": schema}), encoding="utf-8")
        (self.folder / "environments/functions/chat/app.py").write_text(code, encoding="utf-8")
        file = write(self.folder / "environments", text, "prod")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "m")
        return file


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "ENVIRONMENTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    made = Repository(tmp_path)
    monkeypatch.chdir(tmp_path)
    return made


def test_a_revision_has_its_own_limits(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.commit(MINIMAL)
    repository.commit(MINIMAL.replace("rate_limit = 10", "rate_limit = 100"))
    assert main(["diff", "prod", "--base", "HEAD~1", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["before"], data["after"]) == ("HEAD~1", "working tree")
    assert [(limit["before"]["per_second"], limit["after"]["per_second"]) for limit in data["limits"]] == [(10, 100)]


def test_the_working_tree_counts_and_not_the_last_commit(repository: Repository) -> None:
    file = repository.commit(MINIMAL)
    assert main(["diff", "prod", "--base", "main", "--fail-on-flag"]) == 0
    write(file.parent, MINIMAL.replace("rate_limit = 10", "rate_limit = 100"), "prod")
    assert main(["diff", "prod", "--base", "main", "--fail-on-flag"]) == 2
    assert main(["diff", "prod", "--base", "main", "--head", "HEAD", "--fail-on-flag"]) == 0


def test_schemas_and_code_are_those_of_the_revision(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    file = repository.commit(MINIMAL + ROUTE)
    repository.commit(MINIMAL + ROUTE, schema="array", code="new")
    old = read_at(file, "HEAD~1")
    assert old is not None
    assert old.routes[0].request.body_schema == {"$schema": "http://json-schema.org/draft-04/schema#", "type": "object"}
    assert isinstance(old.routes[0].integration, LambdaIntegration)
    assert main(["diff", "prod", "--base", "HEAD~1", "--format", "json"]) == 0
    changed = {
        each["field"]: (each["before"], each["after"]) for each in json.loads(capsys.readouterr().out)["settings"]
    }
    # A schema can contain examples and defaults. The report shows that it changes, but not its content.
    assert changed['routes."POST /chat".request.body_schema.type'] == ("not shown", "not shown")
    assert changed['routes."POST /chat".integration.code'][0] != changed['routes."POST /chat".integration.code'][1]
    assert len(changed) == 2


def test_files_that_are_gone_by_now_are_still_found(repository: Repository) -> None:
    file = repository.commit(MINIMAL + ROUTE)
    shutil.rmtree(repository.folder / "environments/functions")
    shutil.rmtree(repository.folder / "schemas")
    write(file.parent, MINIMAL, "prod")
    assert main(["diff", "prod", "--base", "HEAD"]) == 0
    file.unlink()
    assert read_at(file, "HEAD") is not None


CODE = 'routes."POST /chat".integration.code'


def changes_of_code(capsys: pytest.CaptureFixture[str], *options: str) -> list[tuple[str, str]]:
    """The report of `diff prod` with these options: the code before and after, and no other setting."""
    assert main(["diff", "prod", *options, "--format", "json"]) == 0
    changed = json.loads(capsys.readouterr().out)["settings"]
    assert {each["field"] for each in changed} <= {CODE}
    return [(each["before"], each["after"]) for each in changed]


@pytest.mark.parametrize("options", [("--base", "HEAD"), ("--base", "HEAD~1"), ("--base", "HEAD~1", "--head", "HEAD")])
def test_code_that_stays_is_no_change(
    repository: Repository, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    repository.commit(MINIMAL + ROUTE)
    repository.commit(MINIMAL + ROUTE)
    assert changes_of_code(capsys, *options) == []


def test_code_that_changes_is_shown_between_revisions_and_the_working_tree(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit(MINIMAL + ROUTE, code="old")
    file = repository.commit(MINIMAL + ROUTE, code="new")
    ((old, new),) = changes_of_code(capsys, "--base", "HEAD~1", "--head", "HEAD")
    assert old != new
    assert changes_of_code(capsys, "--base", "HEAD", "--head", "HEAD~1") == [(new, old)]
    assert changes_of_code(capsys, "--base", "HEAD~1") == [(old, new)]
    (file.parent / "functions/chat/app.py").write_text("old", encoding="utf-8")
    assert changes_of_code(capsys, "--base", "HEAD~1") == []
    assert changes_of_code(capsys, "--base", "HEAD") == [(new, old)]
    (file.parent / "functions/chat/more.py").write_text("", encoding="utf-8")
    ((_, more),) = changes_of_code(capsys, "--base", "HEAD")
    assert more not in {old, new}


def test_what_the_zip_leaves_out_is_no_change_of_code(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    file = repository.commit(MINIMAL + ROUTE)
    (file.parent / "functions/chat/__pycache__").mkdir()
    (file.parent / "functions/chat/__pycache__/app.cpython-311.pyc").write_bytes(b"x")
    assert changes_of_code(capsys, "--base", "HEAD") == []


def test_texts_longer_than_a_command_line(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    long = "".join(
        f"""\n[[routes]]\nmethod = "GET"\npath = "/{n}"\nintegration = {{ type = "mock", body = "{"x" * 200_000}" }}"""
        for n in range(20)
    )
    repository.commit(MINIMAL + ROUTE + long)
    assert main(["diff", "prod", "--base", "HEAD"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "revision", ["^HEAD", "HEAD^{tree}", "HEAD:environments", "HEAD...HEAD", "HEAD..", "--all", "@{u}", ":/x"]
)
def test_what_names_no_commit_is_said_in_a_line(
    repository: Repository, capsys: pytest.CaptureFixture[str], revision: str
) -> None:
    repository.commit(MINIMAL)
    assert main(["diff", "prod", f"--base={revision}"]) == 1
    assert capsys.readouterr().err == f"no revision {revision!r} here; a shallow clone must fetch it first\n"


def test_a_link_in_place_of_the_file(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    file = repository.commit(MINIMAL)
    file.rename(file.with_name("real.toml"))
    file.symlink_to("real.toml")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "-m", "m")
    file.unlink()
    write(file.parent, MINIMAL, "prod")
    assert main(["diff", "prod", "--base", "HEAD"]) == 0
    assert "HEAD:environments/prod.toml: is a link, and no file" in capsys.readouterr().out


def test_nothing_in_the_repository_is_touched(repository: Repository) -> None:
    file = repository.commit(MINIMAL + ROUTE)
    repository.commit(MINIMAL)
    write(file.parent, MINIMAL + ROUTE, "prod")
    before = repository.git("status", "--porcelain=v2", "--branch"), sorted(repository.folder.rglob("*"))
    assert main(["diff", "prod", "--base", "HEAD~1"]) == 0
    assert (repository.git("status", "--porcelain=v2", "--branch"), sorted(repository.folder.rglob("*"))) == before


def test_a_new_environment_is_no_error(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.commit(MINIMAL)
    write(repository.folder / "environments", MINIMAL, "new")
    assert main(["diff", "new", "--base", "main", "--fail-on-flag"]) == 0
    assert "new is new: main has no such file, and a deploy creates everything." in capsys.readouterr().out
    assert main(["diff", "new", "--base", "main", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["new"], data["routes"]) == (True, {"added": ["POST /chat"], "removed": [], "renamed": []})


def test_a_revision_that_is_refused_is_named(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    file = repository.commit(MINIMAL.replace("rate_limit = 10", "rate_limit = 0"))
    with pytest.raises(EnvironmentFileError) as caught:
        read_at(file, "main")
    assert caught.value.lines == (
        "main:environments/prod.toml:12: throttling.rate_limit = 0: must be greater than or equal to 0.000001",
    )
    assert main(["diff", "prod", "--base", "main", "--head", "main"]) == 1
    assert capsys.readouterr().err.startswith("main:environments/prod.toml:12: throttling.rate_limit = 0: ")


@pytest.mark.parametrize(
    ("old", "said"),
    [
        # 0.1.0 accepted it.
        pytest.param(
            MINIMAL.replace("rate_limit = 10", "rate_limit = 0.01666667"),
            "throttling.rate_limit = 0.01666667: ",
            id="rate",
        ),
        pytest.param("not toml", "is not TOML", id="no TOML"),
    ],
)
def test_what_repairs_a_refused_base_can_be_reviewed(
    repository: Repository, capsys: pytest.CaptureFixture[str], old: str, said: str
) -> None:
    file = repository.commit(old)
    write(file.parent, MINIMAL, "prod")
    assert main(["diff", "prod", "--base", "main", "--format", "markdown"]) == 0
    printed = capsys.readouterr()
    assert "Nothing is compared, because the file of main is refused" in printed.out
    assert said in printed.out
    assert printed.err == ""
    assert main(["diff", "prod", "--base", "main", "--format", "json", "--fail-on-flag"]) == 2
    data = json.loads(capsys.readouterr().out)
    assert data["refused"][0].startswith("main:environments/prod.toml:")
    assert said in data["refused"][0]
    assert (data["new"], data["routes"]) == (False, {"added": [], "removed": [], "renamed": []})


@pytest.mark.parametrize("revision", ["nosuch", "--help", ""])
def test_a_revision_that_is_not_there_is_said_in_a_line(repository: Repository, revision: str) -> None:
    file = repository.commit(MINIMAL)
    with pytest.raises(ReviewError, match=r"^no revision .* here; a shallow clone must fetch it first$"):
        read_at(file, revision)


def test_outside_of_a_repository_it_is_said_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(ReviewError, match=r"is in no git repository$"):
        read_at(write(tmp_path, MINIMAL), "main")


def test_without_git_it_is_said_in_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ReviewError, match="need git"):
        read_at(write(tmp_path, MINIMAL), "main")
