"""A rate rule by address that takes away what a usage plan grants."""

from pathlib import Path

import pytest

from tests.environment_files import environment

FILE = """
[aws]
region = "us-east-1"
[api]
name = "t"
[stage]
name = "prod"
[throttling]
rate_limit = 200
burst_limit = 400
[[routes]]
method = "POST"
path = "/chat"
api_key_required = true
[[routes]]
method = "GET"
path = "/open"
[usage_plans.free]
throttle = { rate_limit = 1, burst_limit = 5 }
api_keys = ["a"]
[usage_plans.enterprise]
throttle = { rate_limit = 50, burst_limit = 100 }
api_keys = ["b"]
[[waf.rate_rules]]
name = "per-ip"
limit = 300
evaluation_window_sec = 60
"""

SAID = (
    "rate rule per-ip: limit = 300: lets one IP send 5 requests per second, but usage plans grant each key more "
    "(enterprise 50): a server with one address can never use that; raise it to 3100, or list such callers' "
    "addresses in waf.allow"
)


def said(folder: Path, text: str) -> list[str]:
    return [str(each) for each in environment(folder, text).warnings() if "grant each key more" in str(each)]


def test_a_limit_below_a_plan_is_warned_of(tmp_path: Path) -> None:
    assert said(tmp_path, FILE) == [SAID]


@pytest.mark.parametrize(
    "other",
    [
        ("limit = 300", "limit = 3100"),
        ("limit = 300", 'limit = 300\naction = "count"'),
        ("limit = 300", 'limit = 300\nroutes = ["GET /open"]'),
        ("rate_limit = 50,", "rate_limit = 5,"),
        ('name = "per-ip"', 'name = "per-key"\naggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = ["http_method"]'),
    ],
)
def test_what_takes_nothing_away_is_not(tmp_path: Path, other: tuple[str, str]) -> None:
    assert said(tmp_path, FILE.replace(*other)) == []


def test_every_plan_that_is_above_is_named(tmp_path: Path) -> None:
    (warning,) = said(tmp_path, FILE.replace("limit = 300", "limit = 30"))
    assert "(free 1, enterprise 50)" in warning
