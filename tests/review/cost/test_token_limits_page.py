"""docs/token-limits.md says what limits in tokens cost, and how far an item reaches."""

import re
from pathlib import Path

import pytest

from review.cost.bill import Traffic, bill
from review.cost.prices import read_prices
from settings.token_limits.one_item import requests_of_one_item, write_units
from tests.environment_files import ROOT, environment
from tests.gateway.routes import with_route

PAGE = (ROOT / "docs" / "token-limits.md").read_text(encoding="utf-8")


def rows(first: str) -> list[list[float]]:
    """The numbers of the table whose heading begins with that column."""
    (table,) = re.findall(rf"^\| {re.escape(first)} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [
        [float(cell.replace(",", "")) for cell in re.findall(r"([\d.,]+)(?: USD)? \|", line)]
        for line in table.splitlines()
    ]


@pytest.mark.parametrize("row", rows("requests a second"), ids=lambda row: str(row[0]))
def test_a_month_costs_what_the_page_says(tmp_path: Path, row: list[float]) -> None:
    rate, writes, dynamodb, gateway, calls, time, log = row
    limit = '[[token_limits]]\nname = "a"\nby = "ip"\ntokens_per_minute = 1000\n'
    settings = environment(tmp_path, with_route('type = "http"\nurl = "https://llm.example.com"', tables=limit))
    requests, prices = round(rate * 30 * 86_400), read_prices(None)
    found = {line.price: line for line in bill(settings, Traffic(requests=requests), prices)}
    logs = found["logs_ingested"].dollars + found["logs_stored"].dollars
    assert found["dynamodb_writes"].quantity == pytest.approx(writes, rel=0.01)
    assert found["dynamodb_writes"].dollars == pytest.approx(dynamodb, rel=0.005)
    assert found["api_gateway_requests"].dollars == pytest.approx(gateway, rel=0.005)
    assert found["lambda_requests"].dollars == pytest.approx(calls, rel=0.01)
    assert found["lambda_gb_seconds"].dollars == pytest.approx(time, rel=0.005)
    assert logs == pytest.approx(log, rel=0.005)


def test_an_item_takes_what_the_page_says() -> None:
    (table,) = re.findall(r"^\| requests that run at once \|.*\n.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    for line in table.splitlines():
        slots, units, requests = (cell.strip().replace(",", "") for cell in line.strip("|").split("|"))
        most = int(slots.split()[-1])
        assert (write_units(most), requests_of_one_item(most)) == (int(units), int(requests))
    assert write_units(28) < write_units(29)
