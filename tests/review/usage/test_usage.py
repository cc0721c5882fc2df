"""`python -m review usage` reads the table like the function writes it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo.emulator import emulator, emulator_client, free_port
from review.commands import main
from review.refusal import ReviewError
from review.usage.report import report
from review.usage.usage import id_of_caller, item_of_key, table_name, usages
from tests.environment_files import MINIMAL, environment
from tests.gateway.routes import with_route

HTTP = 'type = "http"\nurl = "https://llm.example.com/v1"'
TABLES = (
    "[usage_plans.gold]\nrequests_per_minute = 60\ntokens_per_minute = 600\ntokens_per_day = 1000\n"
    'usd_per_month = 2\nconcurrent_requests = 4\napi_keys = ["acme"]\n'
    '[[token_limits]]\nname = "everyone"\nby = "all"\ntokens_per_minute = 6000\n'
    '[token_prices."m"]\ninput = 1\noutput = 1\n'
)
TEXT = with_route(HTTP, more="api_key_required = true", tables=TABLES)
NOW = 1_793_491_190.0  # ten seconds before November 2026, UTC
NANO = 10**9
ITEM: dict[str, int | str] = {
    "id": item_of_key("k1"),
    "plan:r": int((NOW + 10) * NANO),
    "plan:t": int((NOW + 30) * NANO),
    "plan:d": 20757 * 10**18 + 250,
    "plan:u": (2026 * 12 + 9) * 10**18 + NANO // 2,
    "plan:c": 2,
    "plan:c:tokenA": int(NOW + 60),
    "e": int(NOW + 4000),
    "w3": "tokenA",
}


def test_levels_are_read_as_what_was_used(tmp_path: Path) -> None:
    settings = environment(tmp_path, TEXT)
    found = usages(settings, [ITEM], {"k1": "acme"}, now=NOW)
    assert {(each.caller, each.what): (each.used, each.limit) for each in found} == {
        ("acme", "requests"): (10, 60),
        ("acme", "tokens"): (300, 600),
        ("acme", "tokens today"): (250, 1000),
        ("acme", "USD this month"): (0.5, 2),
        ("acme", "running"): (2, 4),
    }


def test_an_item_of_a_sharded_limit_has_its_part_of_the_limit(tmp_path: Path) -> None:
    limit = '[[token_limits]]\nname = "all"\nby = "all"\nshards = 3\ntokens_per_minute = 800\ntokens_per_day = 1000\n'
    settings = environment(tmp_path, with_route(HTTP, tables=limit))
    item: dict[str, int | str] = {"id": "all/2", "all:t": int((NOW + 30) * NANO), "all:d": 20757 * 10**18 + 250}
    found = {each.what: (each.used, each.limit) for each in usages(settings, [item], {}, now=NOW)}
    assert found == {"tokens": (133, 266), "tokens today": (250, 333)}


def test_the_table_names_the_plan_of_a_key_that_it_knows(tmp_path: Path) -> None:
    settings = environment(tmp_path, TEXT)
    for names, limit in (({"k1": "acme"}, "plan gold"), ({}, "plan")):
        (table,) = report(settings, usages(settings, [ITEM], names, now=NOW)).tables
        assert {row[1] for row in table.rows} == {limit}


def test_yesterdays_window_is_used_up_no_more(tmp_path: Path) -> None:
    found = usages(environment(tmp_path, TEXT), [ITEM], {"k1": "acme"}, now=NOW + 20)
    assert {each.what: each.used for each in found if each.what.startswith(("tokens today", "USD"))} == {
        "tokens today": 0,
        "USD this month": 0,
    }


def test_a_caller_is_named_by_its_key_or_by_the_id_of_its_item() -> None:
    for said in ("acme", item_of_key("k1")):
        assert id_of_caller(said, [ITEM], {"k1": "acme", "k2": "other"}) == item_of_key("k1")
    # A key of the environment that has used nothing yet has no item.
    for said in ("nobody", "other"):
        with pytest.raises(ReviewError, match=f"^--reset {said}: the table has no such caller"):
            id_of_caller(said, [ITEM], {"k1": "acme", "k2": "other"})


def test_an_environment_without_limits_in_tokens(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="there is no table"):
        table_name(environment(tmp_path, MINIMAL))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with emulator(free_port()) as running:
        yield running


def test_the_command(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = TEXT.replace('region = "us-east-1"', f'region = "us-east-1"\nendpoint_url = "{url}"')
    settings = environment(tmp_path, text)
    file = (tmp_path / "test.toml").as_posix()
    key_id = emulator_client(url, "apigateway").create_api_key(name="api-acme", enabled=True)["id"]
    dynamodb = emulator_client(url, "dynamodb")
    dynamodb.create_table(
        TableName=table_name(settings),
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item: dict[str, Any] = {"id": {"S": item_of_key(key_id)}, "plan:c": {"N": "3"}}
    dynamodb.put_item(TableName=table_name(settings), Item=item)
    assert main(["usage", file, "--format", "json"]) == 0
    [said] = json.loads(capsys.readouterr().out)["usage"]
    assert (said["caller"], said["what"], said["used"], said["of"]) == ("acme", "running", 3, 4)
    assert main(["usage", file, "--reset", "nobody", "--yes"]) == 1
    assert "the table has no such caller" in capsys.readouterr().err
    assert main(["usage", file, "--reset", "acme", "--yes"]) == 0
    assert capsys.readouterr().out.startswith("aws dynamodb delete-item --table-name api-test-token-limits --key ")
    assert dynamodb.scan(TableName=table_name(settings))["Items"] == []
