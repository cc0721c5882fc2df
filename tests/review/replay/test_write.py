"""Chosen limits in a copy of the environment file, which keeps its comments."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from review.commands import main
from settings.read import read_environment
from settings.throttling import Throttle
from tests.environment_files import ROOT
from tests.review.replay.logs import Line, line, write

FILE = """# Ours.
[aws]
region = "us-east-1"   # where we are

[api]
name = "t"

[stage]
name = "prod"

# Everybody's.
[throttling]
rate_limit = 600   # as measured in March
burst_limit = 700

# Dear.
[[routes]]
method = "POST"
path = "/chat"
api_key_required = true

[[routes]]
method = "POST"
path = "/embed"
"""
PLANS = """
[usage_plans.free]
throttle = { rate_limit = 50, burst_limit = 60 }   # for each key
api_keys = ["a"]

[usage_plans.pro]
quota = { limit = 100000, period = "DAY" }   # no throttle
api_keys = ["b"]
"""
RULE = """
[[waf.rate_rules]]
name = "by-address"
limit = 500   # a guess
count_limit = 400
evaluation_window_sec = 60
"""


def entries() -> list[Line]:
    found = [line(second + part / 10, "192.0.2.1", key="a") for second in range(60) for part in range(3)]
    found += [line(second + part / 20, "192.0.2.2", key="b") for second in range(60) for part in range(10)]
    found += [line(second, "192.0.2.3", "POST /embed") for second in range(60)]
    return sorted(found, key=lambda each: each["requestTimeEpoch"])


def written(folder: Path, text: str, *options: str) -> str:
    environment, copy = folder / "mine.toml", folder / "copy.toml"
    environment.write_text(text)
    assert main(["replay", str(environment), str(write(folder, entries())), "--write", str(copy), *options]) == 0
    assert environment.read_text() == text
    read_environment(copy)
    return copy.read_text()


@pytest.mark.parametrize("more", [PLANS, PLANS + RULE])
def test_every_line_that_is_not_a_limit_stays_as_it_is(tmp_path: Path, more: str) -> None:
    before = (FILE + more).splitlines()
    after = written(tmp_path, FILE + more).splitlines()
    changed = [each for each in before if each not in after]
    assert all("limit" in each or "quota" in each for each in changed)
    assert {"# Ours.", "# Everybody's.", "rate_limit = 600   # as measured in March", "# Dear."} <= set(after)


def test_each_limit_stands_where_the_file_has_it(tmp_path: Path) -> None:
    after = tomllib.loads(written(tmp_path, FILE + PLANS + RULE))
    (rule,) = after["waf"]["rate_rules"]
    assert rule["name"] == "by-address"
    assert rule["limit"] >= 600
    assert rule["count_limit"] == 400
    plans = after["usage_plans"]
    assert plans["free"]["throttle"] == {"rate_limit": 3, "burst_limit": 6}
    assert plans["pro"]["throttle"] == {"rate_limit": 10, "burst_limit": 20}
    assert plans["pro"]["quota"] == {"limit": 100_000, "period": "DAY"}
    assert set(after["throttling"]["routes"]) == {"POST /chat", "POST /embed"}


@pytest.mark.parametrize(
    "routes",
    [
        'routes = { "POST /chat" = { rate_limit = 1, burst_limit = 1 } }',
        '[throttling.routes]\n"POST /chat" = "unlimited"   # for now',
        '[throttling.routes."POST /chat"]\nrate_limit = 1\nburst_limit = 1',
        'routes."POST /chat" = { rate_limit = 1, burst_limit = 1 }',
    ],
)
def test_a_throttle_of_a_route_may_be_written_in_every_way(tmp_path: Path, routes: str) -> None:
    text = FILE.replace("burst_limit = 700\n", f"burst_limit = 700\n{routes}\n") + PLANS
    after = tomllib.loads(written(tmp_path, text))
    assert after["throttling"]["routes"]["POST /chat"]["rate_limit"] >= 10
    assert after["throttling"]["routes"]["POST /embed"]["rate_limit"] >= 1


def test_the_user_chooses(tmp_path: Path) -> None:
    after = tomllib.loads(written(tmp_path, FILE + PLANS, "--choose", "busiest"))
    assert after["waf"]["rate_rules"][0]["limit"] >= 600


def test_what_the_checks_would_refuse_is_not_written_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    acl = "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/a/01234567-89ab-cdef-0123-456789abcdef"
    after = tomllib.loads(written(tmp_path, f'{FILE}{PLANS}\n[waf]\nweb_acl_arn = "{acl}"\n'))
    assert after["waf"] == {"web_acl_arn": acl}
    assert "not suggested, since the file would be refused: WAF per-ip: the web ACL is an existing one" in (
        capsys.readouterr().out
    )


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = tmp_path / "mine.toml"
    environment.write_text(FILE + PLANS)
    log = write(tmp_path, entries())
    assert main(["replay", str(environment), str(log), "--write", str(environment)]) == 1
    assert capsys.readouterr().err.endswith("mine.toml: already exists; name another file\n")
    assert environment.read_text() == FILE + PLANS


def test_a_percentile_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = write(tmp_path, entries())
    assert main(["replay", str(ROOT / "environments" / "dev.toml"), str(log), "--choose", "p95"]) == 1
    assert capsys.readouterr().err == "--choose p95: must be one of p90, p99, p99.9, busiest\n"


def test_the_lines_to_paste_are_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment, log = tmp_path / "mine.toml", write(tmp_path, entries())
    environment.write_text(FILE + PLANS)
    assert main(["replay", str(environment), str(log), "--json"]) == 0
    lines = json.loads(capsys.readouterr().out)["toml"]
    assert list(tomllib.loads(lines)) == ["waf", "throttling", "usage_plans"]
    pasted = tmp_path / "pasted.toml"
    pasted.write_text(f"{FILE}\n{lines}".replace("[usage_plans.free]\n", '[usage_plans.free]\napi_keys = ["a"]\n'))
    assert read_environment(pasted).throttling.routes["POST /chat"] == Throttle(rate_limit=20, burst_limit=20)


@pytest.mark.parametrize("more", ["", PLANS, PLANS + RULE])
def test_the_written_file_refuses_what_was_said(tmp_path: Path, more: str, capsys: pytest.CaptureFixture[str]) -> None:
    environment, copy, log = tmp_path / "mine.toml", tmp_path / "copy.toml", write(tmp_path, entries())
    environment.write_text(FILE + more if more else FILE.replace("api_key_required = true\n", ""))
    assert main(["replay", str(environment), str(log), "--write", str(copy), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["replayed_with_suggestions"]
    assert main(["replay", str(copy), str(log), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)["outcomes"]
    for outcome in ("accepted", "refused: WAF", "refused: method", "refused: plan"):
        count = sum(each["requests"] for what, each in said.items() if what.startswith(outcome))
        assert count == again[outcome.removeprefix("refused: ").lower()]


def test_the_suggested_limits_do_not_contradict_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A route or an address that may send less than a plan grants one key breaks what the plan promises.

    The plan `team` has no key in the log, and keeps its own throttle.
    """
    team = '\n[usage_plans.team]\nthrottle = { rate_limit = 40, burst_limit = 50 }\napi_keys = ["t"]\n'
    environment, log = tmp_path / "mine.toml", write(tmp_path, entries())
    environment.write_text(FILE + PLANS + team + RULE)
    assert main(["replay", str(environment), str(log), "--json"]) == 0
    lines = tomllib.loads(json.loads(capsys.readouterr().out)["toml"])
    (rule,) = lines["waf"]["rate_rules"]
    assert rule["limit"] == 40 * 60 + 50
    assert lines["throttling"]["routes"]["POST /chat"] == {"rate_limit": 50, "burst_limit": 50}
    assert lines["throttling"]["routes"]["POST /embed"] == {"rate_limit": 1, "burst_limit": 1}, "needs no key"
    assert main(["replay", str(environment), str(log)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "(room for what a plan grants a key)" in said
    assert "can never" not in said
    assert "can ever" not in said
    assert main(["replay", str(environment), str(log), "--choose", "p90"]) == 0
    assert "usage plans grant each key more" in " ".join(capsys.readouterr().out.split()), (
        "what the user chooses is warned of"
    )


def test_who_is_set_apart_and_may_be_a_customer_is_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    steady = [line(second, f"192.0.2.{second % 40}") for second in range(3000)]
    busy = [line(second / 2, "198.51.100.9") for second in range(5000)]
    both = sorted(steady + busy, key=lambda each: int(each["requestTimeEpoch"]))
    log = write(tmp_path, both)
    environment = tmp_path / "mine.toml"
    environment.write_text(FILE.replace("api_key_required = true\n", ""))
    assert main(["replay", str(environment), str(log)]) == 0
    warned = [each for each in capsys.readouterr().out.splitlines() if each.startswith("warning: 198.51.100.9")]
    assert len(warned) == 1
    assert re.fullmatch(
        r"warning: 198\.51\.100\.9 sent 62\.5% of the requests and is set apart\. The suggested limits refuse [\d,]+ "
        r"of its 5,000 requests\. If it is a customer, add --customer 198\.51\.100\.9",
        warned[0],
    )
    assert main(["replay", str(environment), str(log), "--customer", "198.51.100.9"]) == 0
    assert "is set apart" not in capsys.readouterr().out
