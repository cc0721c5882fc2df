"""What is said of a file that is not TOML: the line, the key and what to write."""

from pathlib import Path

import pytest

from settings.problem import EnvironmentFileError
from settings.read import read_environment
from tests.environment_files import MINIMAL

TRUE = "13: burst_limit: write true, in small letters and without quotes"
NO_UNIT = "12: rate_limit: must be a number of requests per second, without a unit"


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        (
            'name = "api"',
            "name = “api”",
            "6: name: “ (left double quotation mark, U+201C) is not a quote in TOML; write \" or '",
        ),
        (
            'name = "api"',
            "name = \u2018api\u2019",
            "6: name: \u2018 (left single quotation mark, U+2018) is not a quote in TOML; write \" or '",
        ),
        (
            'name = "api"',
            'name =\u00a0"api"',
            "6: name: there is an invisible no-break space, U+00A0; write a plain space, or nothing",
        ),
        (
            'name = "api"',
            '\u200bname = "api"',
            "6: there is an invisible zero width space, U+200B; write a plain space, or nothing",
        ),
        ('name = "api"', "name: api", "6: this is YAML or JSON; TOML is written `key = value`, below a [table]"),
        ('name = "api"', '  "name": "api",', "6: this is YAML or JSON; TOML is written `key = value`, below a [table]"),
        ("burst_limit = 5", "burst_limit = True", TRUE),
        ("burst_limit = 5", "burst_limit = yes # or no", TRUE),
        ("burst_limit = 5", "burst_limit = Off", "13: burst_limit: write false, in small letters and without quotes"),
        ("burst_limit = 5", "burst_limit = null", "13: burst_limit: TOML has no null; leave the key out"),
        ("burst_limit = 5", "burst_limit =", "13: burst_limit: has no value"),
        ("burst_limit = 5", "burst_limit", "13: burst_limit: a key needs a value; TOML is written `key = value`"),
        ("rate_limit = 10", "rate_limit = 10rps", NO_UNIT),
        ("rate_limit = 10", "rate_limit = 10/s", NO_UNIT),
        ("rate_limit = 10", "rate_limit = 10 // a second", "12: rate_limit: a comment begins with #"),
        ("rate_limit = 10", "rate_limit 10", "12: rate_limit: an = is missing between the key and its value"),
        (
            'name = "api"',
            "name = ${NAME}",
            "6: name: the file is read as it is, and no variable is put in; write the value",
        ),
        (
            "burst_limit = 5",
            'burst_limit = 5\nquota = { limit = 10k, period = "DAY" }',
            "14: quota.limit: must be a number of requests, without a unit",
        ),
        ("[throttling]", "[throttling", "11: the header of a table ends with ]"),
        (
            "[throttling]",
            "[throttling.routes.POST /chat]",
            '11: a route in a header is in quotes: [throttling.routes."POST /chat"]',
        ),
        ("[throttling]", "[a b]", "11: a part of a header with a space or a slash is in quotes"),
        ("[throttling]", 'provider "aws" {', "11: this is HCL; TOML is written `key = value`, below a [table]"),
        (
            "[throttling]",
            "[routes]\n[throttling]",
            "16: [[routes]] is one of a list, but [routes] above is a single table; write [[routes]] each time",
        ),
        (
            "rate_limit = 10",
            "rate_limit = 10,000",
            "12: rate_limit: TOML writes thousands with an underscore, 10_000, or with nothing",
        ),
        ('region = "us-east-1"', "region = us-east-1", "3: region: text must be in quotes"),
        (
            "burst_limit = 5",
            "burst_limit = 5\nrate_limit = 6",
            "14: rate_limit: the table has this key twice; leave one out",
        ),
        ("[throttling]", "[stage]", "11: [stage] is there twice; write all of its keys below the first one"),
        (
            "[throttling]",
            '[usage_plans."a b"]\n[usage_plans."a b"]',
            "12: [usage_plans.a b] is there twice; write all of its keys below the first one",
        ),
        ("rate_limit = 10", "rate_limit = 10,", "12: rate_limit: leave out the , at the end"),
        ("rate_limit = 10", "rate_limit = 10.", "12: rate_limit: a number needs a digit on both sides of its point"),
        ('name = "api"', 'name = "api";', "6: name: leave out the ; at the end"),
        ('name = "api"', 'name = "C:\\api"', "6: name: a backslash must be doubled, or the text be in single quotes"),
        ("rate_limit = 10", "// requests\nrate_limit = 10", "12: a comment begins with #"),
        (
            'path = "/chat"',
            'path = "/chat"\nintegration = {\n  type = "mock",\n}',
            "18: integration: a table in braces must be on one line; write its keys below a [table] instead",
        ),
        ("[aws]", "{", "2: this is JSON; TOML is written `key = value`, below a [table]"),
        ("[aws]", "[aws", "2: the header of a table ends with ]"),
        ('path = "/chat"', 'path = "/chat', "17: path: a quote is missing at the end of the text"),
    ],
)  # fmt: skip
def test_what_is_no_toml(tmp_path: Path, line: str, instead: str, said: str) -> None:
    file = tmp_path / "test.toml"
    file.write_text(MINIMAL.replace(line, instead), encoding="utf-8")
    with pytest.raises(EnvironmentFileError) as caught:
        read_environment(file)
    assert caught.value.lines == (f"{file.as_posix()}:{said}".replace("\n", "\\n"),)


def test_a_secret_in_such_a_line_is_not_printed(tmp_path: Path) -> None:
    file = tmp_path / "test.toml"
    for value in ("hunter-canary", "“hunter-canary”", '"hunter-canary', "sk-live-0canary"):
        file.write_text(MINIMAL + f"integration.headers.X-A = {value}\n", encoding="utf-8")
        with pytest.raises(EnvironmentFileError) as caught:
            read_environment(file)
        assert "canary" not in str(caught.value)


def test_a_word_on_a_line_of_its_own_may_be_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "test.toml"
    file.write_text(MINIMAL + "hunter2-canary\n", encoding="utf-8")
    with pytest.raises(EnvironmentFileError, match="a key needs a value") as caught:
        read_environment(file)
    assert "canary" not in str(caught.value)
