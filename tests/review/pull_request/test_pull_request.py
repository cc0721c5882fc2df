"""The comment of a pull request, in a repository made for the test."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from review.commands import main
from tests.environment_files import MINIMAL, ROOT, write

FLAG = "!!"
MOST_LINES = 40
"""Of a change of two numbers, whatever is folded away included; it was 233 once."""

SAFE_STARTS = ("#", "-", "|", "<", "**")
"""GitLab carries out a line that begins with `/`."""

WAF = '[[waf.rate_rules]]\nname = "per-ip"\nlimit = 600\nevaluation_window_sec = 300\n'
GET = '[[routes]]\nmethod = "GET"\npath = "{}"\n'


class Repository:
    """A repository with a folder of environments, whose first commit is the base."""

    def __init__(self, folder: Path) -> None:
        self.environments = folder / "environments"
        self.environments.mkdir()
        self._folder = folder
        self._git("init", "--quiet", "--initial-branch=main")

    def commit(self, **texts: str) -> None:
        for name, text in texts.items():
            write(self.environments, text, name)
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "-m", "m")

    def change(self, name: str, text: str) -> None:
        """In the working tree."""
        write(self.environments, text, name)

    def _git(self, *arguments: str) -> None:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
        command = ["git", "-C", str(self._folder), *identity, *arguments]
        subprocess.run(command, capture_output=True, text=True, check=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "ENVIRONMENTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.chdir(tmp_path)
    return Repository(tmp_path)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> "Said":
    return Said(capsys)


class Said:
    """What the command prints."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def lines(self, *arguments: str, ends_with: int = 0) -> list[str]:
        assert main(["pull-request", "--base", "HEAD", *arguments]) == ends_with
        return self._capsys.readouterr().out.splitlines()

    def headline(self) -> str:
        return self.lines()[0].replace("<span>$</span>", "$")


def test_what_is_unchanged_is_one_line_altogether(repository: Repository, said: Said) -> None:
    repository.commit(prod=MINIMAL + WAF, dev=MINIMAL)
    repository.change("dev", f"# Said differently.\n{MINIMAL}")
    assert said.lines() == ["## dev, prod: nothing changes"]


def change_two_numbers_of_prod(repository: Repository) -> list[str]:
    """In a copy of the environments that Spillway has itself; the names of the others."""
    texts = {file.stem: file.read_text(encoding="utf-8") for file in ROOT.glob("environments/*.toml")}
    repository.commit(**texts)
    prod = re.sub(r"rate_limit = 20\b", "rate_limit = 200", texts["prod"])
    repository.change("prod", prod.replace("burst_limit = 40", "burst_limit = 400"))
    return sorted(texts.keys() - {"prod"})


def test_a_change_of_two_numbers_is_short_and_begins_with_what_changed(repository: Repository, said: Said) -> None:
    others = ", ".join(change_two_numbers_of_prod(repository))
    lines = said.lines()
    assert len(lines) < MOST_LINES
    assert lines[0] == (
        "## prod: rate of POST /v1/chat/completions 20 → 200 a second (+900%), burst 40 → 400 at once (+900%), "
        f"monthly cost unchanged; {others}: nothing changes"
    )
    folded = lines.index("<details><summary>Unchanged in prod</summary>")
    per_ip = "2/s: WAF per-ip"
    assert [line for line in lines[1:folded] if line.startswith("|")] == [
        "| route | limit | before | after | change |",
        "| --- | --- | --- | --- | --- |",
        "| POST /v1/chat/completions | method | 20/s, 40 at once | 200/s, 400 at once | !! +900% |",
        "| route | reached first by | before | after |",
        "| --- | --- | --- | --- |",
        f"| POST /v1/chat/completions | one IP | {per_ip}; 40 at once: method | {per_ip}; 400 at once: method |",
        "| POST /v1/chat/completions | all callers | 20/s, 40 at once: method | 200/s, 400 at once: method |",
    ]
    assert "- A deploy replaces and destroys nothing." in lines[:folded]
    unchanged = lines[folded : lines.index("</details>")]
    assert "| POST /v1/embeddings<br>GET /v1/models | stage | 100/s, 200 at once |" in unchanged
    assert not [line for line in unchanged if "chat" in line and "method" in line]


def test_the_page_shows_what_is_printed(repository: Repository, said: Said) -> None:
    page = (ROOT / "docs" / "pull-requests.md").read_text(encoding="utf-8")
    (sample,) = re.findall(r"^```markdown\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    change_two_numbers_of_prod(repository)
    lines = sample.strip().splitlines()
    assert said.lines()[: len(lines)] == lines


def test_what_the_numbers_assume_is_told_once(repository: Repository, said: Said) -> None:
    repository.commit(**dict.fromkeys(("a", "b", "c"), MINIMAL + WAF))
    for name in ("a", "b", "c"):
        repository.change(name, MINIMAL + WAF.replace("600", "700"))
    lines = said.lines()
    assert [line for line in lines if line.startswith("### ")] == ["### a", "### b", "### c"]
    for once in (
        "best effort",
        "A WAF rate rule is an estimate",
        "Prices of",
        "starts to count from zero",
        "more than half",
    ):
        assert sum(once in line for line in lines) == 1, once


def test_a_note_names_its_environments_if_not_all_that_change_have_it(repository: Repository, said: Said) -> None:
    repository.commit(a=MINIMAL + WAF, b=MINIMAL)
    repository.change("a", MINIMAL + WAF.replace("600", "700"))
    repository.change("b", MINIMAL.replace("rate_limit = 10", "rate_limit = 11"))
    (note,) = [line for line in said.lines() if "starts to count from zero" in line]
    assert note.startswith("- a: A changed WAF rate rule")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("rate_limit = 10", "rate_limit = 12", "rate of POST /chat 10 → 12 a second (+20%)"),
        ("burst_limit = 5", "burst_limit = 50", "burst of POST /chat 5 → 50 at once (+900%)"),
        ("limit = 600", "limit = 900", "WAF per-ip 600 → 900 in 300 s (+50%)"),
        ("_sec = 300", "_sec = 120", "WAF per-ip 600 in 300 s → 600 in 120 s (rate +150%)"),
        ('per-ip"', 'per-ip"\naction = "count"', "WAF per-ip: only counts now"),
        (WAF, "", "WAF per-ip: gone"),
        ('path = "/chat"', 'path = "/chats"', "POST /chat renamed to POST /chats"),
        ("[[waf", GET.format("/models") + "[[waf", "GET /models added"),
        ('name = "test"', 'name = "live"', "aws_api_gateway_stage.stage replaced"),
        ('name = "api"', 'name = "api"\ndescription = "An API."', "api.description changed, monthly"),
    ],
)
def test_the_headline_tells_the_change(repository: Repository, said: Said, before: str, after: str, words: str) -> None:
    text = MINIMAL + WAF
    assert before in text
    repository.commit(prod=text)
    repository.change("prod", text.replace(before, after, 1))
    assert said.headline().startswith(f"## prod: {words}")


def test_the_headline_names_the_plan_and_its_route(repository: Repository, said: Said) -> None:
    keyed = MINIMAL + "api_key_required = true\n"
    plan = '[usage_plans.free]\nthrottle = {{ rate_limit = {}, burst_limit = 5 }}\nroutes = {{ "POST /chat" = {} }}\n'
    repository.commit(prod=keyed + plan.format(4, "{ rate_limit = 2, burst_limit = 4 }"))
    repository.change("prod", keyed + plan.format(5, '"blocked"'))
    assert said.headline().startswith(
        "## prod: plan free on POST /chat: blocked now, rate of plan free 4 → 5 a second (+25%), monthly cost unchanged"
    )


def test_the_headline_counts_what_is_too_much_for_it(repository: Repository, said: Said) -> None:
    repository.commit(prod=MINIMAL)
    repository.change("prod", MINIMAL + "".join(GET.format(f"/{name}") for name in "abcde"))
    assert said.headline() == ("## prod: GET /a added, GET /b added, GET /c added, 2 more, monthly cost unchanged")


def test_the_cost_is_a_difference(repository: Repository, said: Said) -> None:
    """A web ACL is 5 dollars a month, a rule 1, a million requests 0.60."""
    repository.commit(prod=MINIMAL)
    repository.change("prod", MINIMAL + WAF)
    assert said.headline() == "## prod: WAF per-ip: new, 3 other settings changed, monthly cost +$6.60"
    (cost,) = [line.replace("<span>$</span>", "$") for line in said.lines() if line.startswith("- Cost:")]
    assert "$3.50 → $10.10 a month, +$6.60, at 1,000,000 requests: WAF: web ACL +$5.00, WAF: rules +$1.00" in cost


def test_what_should_be_looked_at_twice_comes_first(repository: Repository, said: Said) -> None:
    repository.commit(a=MINIMAL, b=MINIMAL + WAF)
    repository.change("a", MINIMAL.replace("rate_limit = 10", "rate_limit = 11"))
    repository.change(
        "b", MINIMAL.replace("rate_limit = 10", "rate_limit = 100") + WAF.replace("limit = 600", "limit = 601")
    )
    lines = said.lines()
    assert lines[0].startswith("## b: rate of POST /chat 10 → 100")
    rows = [line for line in lines if line.endswith("% |")]
    assert [FLAG in row for row in rows] == [True, False, False]


def test_what_a_deploy_replaces_is_in_the_list_with_what_callers_notice(repository: Repository, said: Said) -> None:
    repository.commit(prod=MINIMAL)
    repository.change("prod", MINIMAL.replace('path = "/chat"', 'path = "/chats"'))
    lines = said.lines()
    assert any(line.startswith("- A deploy destroys aws_api_gateway_method.post_chat: !! the route") for line in lines)
    assert "- A deploy creates aws_api_gateway_method.post_chats." in lines
    assert not any(line.startswith("| step |") for line in lines)


def test_many_resources_that_a_deploy_replaces_have_a_table(repository: Repository, said: Said) -> None:
    repository.commit(prod=MINIMAL + WAF)
    repository.change("prod", (MINIMAL + WAF).replace('name = "test"', 'name = "live"'))
    lines = said.lines()
    assert "- A deploy replaces or destroys the resources in the table below." in lines
    (row,) = [line for line in lines if line.startswith("| replaced | aws_api_gateway_stage.stage |")]
    assert "another URL" in row


def test_what_a_models_function_is_assumed_to_run_is_among_the_assumptions(repository: Repository, said: Said) -> None:
    repository.commit(prod=MINIMAL)
    repository.change("prod", f'{MINIMAL}[routes.integration]\ntype = "bedrock"\nmodel_id = "amazon.nova-lite-v1:0"\n')
    lines = said.lines()
    words = "- prod: The function in front of the model runs until the answer ends: 10 s"
    assert any(line.startswith(words) for line in lines)
    assert any("Lambda: in front of the model, its time" in line for line in lines if line.startswith("- Cost:"))


def test_an_environment_comes_or_goes(repository: Repository, said: Said) -> None:
    repository.commit(old=MINIMAL)
    (repository.environments / "old.toml").unlink()
    repository.change("new", MINIMAL)
    lines = said.lines()
    assert lines[0].replace("<span>$</span>", "$") == "## new: new, monthly cost +$3.50; old: file removed"
    assert "- A deploy creates everything." in lines
    assert "| POST /chat | stage | 10 | 600 | 5 |" in lines


def test_a_refused_file_is_in_the_comment_and_the_others_are_reviewed(repository: Repository, said: Said) -> None:
    repository.commit(a=MINIMAL, b=MINIMAL)
    repository.change("a", "not toml")
    repository.change("b", MINIMAL.replace("rate_limit = 10", "rate_limit = 11"))
    lines = said.lines(ends_with=1)
    assert lines[0].startswith("## a: file refused; b: rate of POST /chat 10 → 11")
    assert any(line.startswith("- environments/a.toml:1: is not TOML") for line in lines)


def test_what_repairs_a_file_is_reviewed(repository: Repository, said: Said) -> None:
    repository.commit(a="not toml")
    repository.change("a", MINIMAL)
    lines = said.lines()
    assert lines[0] == "## a: file was refused before"
    assert any(line.startswith("- HEAD:environments/a.toml:1: is not TOML") for line in lines)


def test_warnings_that_stay_are_folded_away_and_new_ones_are_not(repository: Repository, said: Said) -> None:
    counting = MINIMAL + '[waf]\nmode = "count"\n' + WAF
    repository.commit(a=MINIMAL + WAF, b=counting)
    repository.change("a", counting)
    repository.change("b", counting.replace("rate_limit = 10", "rate_limit = 11"))
    lines = said.lines()
    found = [number for number, line in enumerate(lines) if line.startswith("- Warning: waf.mode")]
    folds = [number for number, line in enumerate(lines) if line.startswith("<details>")]
    assert [sum(fold < number for fold in folds) for number in found] == [0, 2]


def test_a_warning_with_other_numbers_is_not_resolved(repository: Repository, said: Said) -> None:
    never = MINIMAL + WAF.replace("600", "3006")
    repository.commit(a=never)
    repository.change("a", never.replace("rate_limit = 10", "rate_limit = 9"))
    lines = said.lines()
    assert [line for line in lines if "never reached" in line] == [
        (
            "- Warning: rate rule per-ip: limit = 3006: never reached: all callers of POST /chat share 9 requests per "
            "second and 5 at once, which is less in any 300 s"
        )
    ]
    repository.change("a", MINIMAL + WAF)
    assert [line[:20] for line in said.lines() if "never reached" in line] == ["- Warning resolved: "]


def test_only_named_environments_are_reviewed(repository: Repository, said: Said) -> None:
    repository.commit(a=MINIMAL, b=MINIMAL)
    repository.change("a", "not toml")
    assert said.lines("b") == ["## b: nothing changes"]
    assert said.lines("environments/b.toml") == ["## b: nothing changes"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["--base", "nowhere"], "no revision 'nowhere' here"), (["--base", "HEAD", "nosuch"], "no environment 'nosuch'")],
)
def test_what_cannot_be_compared_is_one_line_and_1(
    repository: Repository, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    repository.commit(a=MINIMAL)
    assert main(["pull-request", *arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith(words)
    assert error.count("\n") == 1


def test_no_line_begins_with_a_value_of_a_file(repository: Repository, said: Said) -> None:
    backend = 'integration = { type = "mock", body = "/close" }\n'
    repository.commit(a=MINIMAL + backend, b=MINIMAL)
    described = MINIMAL.replace('name = "api"', 'name = "api"\ndescription = "/approve\\n/merge"')
    repository.change("a", described + backend.replace("close", "reopen"))
    repository.change("b", MINIMAL.replace('path = "/chat"', 'path = "/chat"\n"/lock" = 1'))
    lines = said.lines(ends_with=1)
    assert all(any(value in line for line in lines) for value in ("/approve", "/lock"))
    assert [line for line in lines if line and not line.startswith(SAFE_STARTS)] == []


def test_any_example_may_take_the_place_of_another(repository: Repository, said: Said) -> None:
    shutil.copytree(ROOT / "docs" / "examples", repository.environments, dirs_exist_ok=True)
    texts = {file.stem: file.read_text(encoding="utf-8") for file in sorted(repository.environments.glob("*.toml"))}
    repository.commit()
    for name, text in zip(texts, [*list(texts.values())[1:], next(iter(texts.values()))], strict=True):
        repository.change(name, text)
    lines = said.lines()
    told = [line.removeprefix("### ").replace("\\", "") for line in lines if line.startswith("### ")]
    assert sorted(told) == sorted(texts)
    assert [line for line in lines if line and not line.startswith(SAFE_STARTS)] == []


def test_json_has_all_of_it(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.commit(a=MINIMAL, b=MINIMAL)
    repository.change("a", MINIMAL.replace("rate_limit = 10", "rate_limit = 30") + WAF)
    assert main(["pull-request", "--base", "HEAD", "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    a, b = data["environments"]
    assert (data["base"], a["state"], b["state"]) == ("HEAD", "changed", "unchanged")
    assert data["headline"].startswith("a: rate of POST /chat 10 → 30 a second (+200%)")
    assert (a["cost"]["before"], a["cost"]["after"], a["cost"]["difference"]) == (3.5, pytest.approx(10.1), 6.6)
    assert a["diff"]["flagged"] == 2
    assert a["reached_first"] == [
        {
            "routes": ["POST /chat"],
            "caller": "one IP",
            "before": "10/s, 5 at once: stage",
            "after": "2/s: WAF per-ip; 5 at once: stage",
        },
        {
            "routes": ["POST /chat"],
            "caller": "all callers",
            "before": "10/s, 5 at once: stage",
            "after": "30/s, 5 at once: stage",
        },
    ]
