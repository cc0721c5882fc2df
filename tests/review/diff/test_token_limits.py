"""Limits in tokens, money and concurrent requests compared. Percentages computed by hand."""

from pathlib import Path

import pytest

from review.diff.report import Side, report
from review.diff.tables import FLAG
from review.table import Report
from tests.environment_files import environment
from tests.gateway.routes import with_route

HTTP = 'type = "http"\nurl = "https://llm.example.com/v1"'
GOLD = '[usage_plans.gold]\ntokens_per_minute = 1000\nconcurrent_requests = 4\napi_keys = ["acme"]\n'
BY_IP = '[[token_limits]]\nname = "per-ip"\nby = "ip"\ntokens_per_day = 1000\n'
KEY = "api_key_required = true"


def compared(folder: Path, before: str, after: str) -> Report:
    texts = {"a": before, "b": after}
    sides = [
        Side(name=name, environment=environment(folder, with_route(HTTP, more=KEY, tables=tables), name))
        for name, tables in texts.items()
    ]
    return report(*sides)


def rows(found: Report) -> list[tuple[str, ...]]:
    return [row for table in found.tables if (table.title or "").startswith("Limits in tokens") for row in table.rows]


@pytest.mark.parametrize(
    ("value", "change"),
    [(1500, "+50%"), (1501, f"{FLAG} +50%"), (500, "-50%"), (400, f"{FLAG} -60%"), (1100, "+10%")],
)
def test_a_limit_that_changes_by_more_than_half_is_flagged(tmp_path: Path, value: int, change: str) -> None:
    found = compared(tmp_path, GOLD, GOLD.replace("1000", str(value)))
    before, after = "1,000, each key", f"{value:,}, each key"
    assert rows(found) == [("POST /chat", "plan gold tokens_per_minute", before, after, change)]
    assert found.data["flagged"] == (FLAG in change)
    # It is reported once.
    assert not [each for each in found.data["settings"] if "tokens" in each["field"]]


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ('by = "ip"', 'by = "all"', "counts by something else"),
        ("tokens_per_day", 'mode = "count"\ntokens_per_day', "only counts now"),
        ("tokens_per_day", 'models = ["gpt-4*"]\ntokens_per_day', "of other models"),
    ],
)
def test_a_limit_that_holds_others_is_flagged(tmp_path: Path, old: str, new: str, change: str) -> None:
    found = compared(tmp_path, GOLD + BY_IP, GOLD + BY_IP.replace(old, new))
    assert [row[-1] for row in rows(found)] == [f"{FLAG} {change}"]
    assert found.data["flagged"] >= 1


def test_a_limit_that_appears_or_goes_is_flagged(tmp_path: Path) -> None:
    appears = compared(tmp_path, GOLD, GOLD + BY_IP)
    assert rows(appears) == [("POST /chat", "per-ip tokens_per_day", "-", "1,000, each IP", f"{FLAG} new")]
    goes = compared(tmp_path, GOLD + BY_IP, GOLD)
    assert [row[-1] for row in rows(goes)] == [f"{FLAG} gone"]
    [said] = goes.data["token_limits"]
    assert (said["name"], said["limit"], said["growth"], said["flagged"]) == ("per-ip", "tokens_per_day", None, True)


def test_what_stays_is_not_shown(tmp_path: Path) -> None:
    assert rows(compared(tmp_path, GOLD + BY_IP, GOLD + BY_IP)) == []
