"""Numbers in messages, as people write them."""

from pathlib import Path

import pytest

from settings.formatting import decimal
from tests.environment_files import changed
from tests.refusals import refusals, warnings


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (20, "20"),
        (20.0, "20"),
        (0.1, "0.1"),
        (0.00005, "0.00005"),
        (1_234_567.0, "1234567"),
        (12e20, "1" + "2" + "0" * 20),
    ],
)
def test_every_digit_and_no_exponent(value: float, text: str) -> None:
    assert decimal(value) == text


def test_as_many_digits_as_there_are_figures() -> None:
    assert decimal(1 / 30_000, 3) == "0.0000333"


def test_a_warning_and_a_refusal_have_no_exponent(tmp_path: Path) -> None:
    routes = '[throttling.routes]\n"POST /chat" = { rate_limit = 0.00005, burst_limit = 1 }'
    assert warnings(tmp_path, changed(rate_limit="rate_limit = 0.00002") + f"\n{routes}\n") == [
        (
            "throttling.routes.\"POST /chat\".rate_limit = 0.00005: above the stage's 0.00002; the route's own bucket "
            "replaces the stage's and is not capped by it"
        )
    ]
    assert refusals(tmp_path, changed(rate_limit="rate_limit = 1234567.5")) == [
        (
            "throttling.rate_limit = 1234567.5: above the account's quota in us-east-1 of 10000 requests per second; "
            "if AWS raised it, set aws.account_rate_limit"
        )
    ]
