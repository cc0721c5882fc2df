"""Limits in tokens in the review: what each route's function lets through, and the cost of the table."""

from pathlib import Path

import pytest

from review.cost.bill import Traffic, bill
from review.cost.prices import read_prices
from review.layers.from_settings import layers_of
from review.limits.report import report
from review.limits.token_limits import token_budgets
from settings.read import read_environment
from tests.environment_files import ROOT, environment
from tests.gateway.routes import with_route

EXAMPLE = read_environment(ROOT / "docs" / "examples" / "token_limits.toml")


def test_every_budget_is_named_with_whose_it_is() -> None:
    budgets = [each for each in token_budgets(EXAMPLE) if each.route == "POST /v1/{proxy+}"]
    assert [(each.name, each.shared_by, each.blocks) for each in budgets] == [
        ("plan free", "each key", True),
        ("plan gold", "each key", True),
        ("sonnet", "all callers", True),
        ("per-address", "each IP", False),
    ]


def test_the_report_has_a_table_of_them_only_where_there_are_some(tmp_path: Path) -> None:
    said = report(layers_of(EXAMPLE), (), budgets=token_budgets(EXAMPLE))
    table = next(each for each in said.tables if "function in front" in (each.title or ""))
    allows = "600 requests a minute\n400,000 tokens a minute\n500 USD a month\n40 at once"
    assert ("POST /model\nPOST /v1/{proxy+}", "plan gold", "each key", allows) in table.rows
    assert table.caption == (
        "A request passes if all have room for it, and else costs none of them anything. "
        "A caller who was idle can use twice its limit of a minute in its first minute."
    )
    assert [row[1:3] for row in table.rows] == [
        ("plan free", "each key"),
        ("plan gold", "each key"),
        ("sonnet", "all callers"),
        ("per-address", "each IP"),
    ]
    assert [budget["name"] for budget in said.data["token_limits"]][:2] == ["plan free", "plan gold"]
    without = environment(tmp_path, with_route('type = "mock"'))
    plain = report(layers_of(without), (), budgets=token_budgets(without))
    assert "token_limits" not in plain.data


def test_a_request_writes_each_of_its_callers_items() -> None:
    [line] = [each for each in bill(EXAMPLE, Traffic(requests=1_000_000), read_prices(None)) if "DynamoDB" in each.item]
    # The limits of its key, of its address, and of all callers.
    assert line.quantity == pytest.approx(6.6)
    assert line.dollars == pytest.approx(4.125)
