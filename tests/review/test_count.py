"""Numbers on the command line."""

import pytest
import typer

from review.commands import main
from review.count import count


@pytest.mark.parametrize(
    "text",
    ["10000000", "10_000_000", "10,000,000", "10'000'000", "10M", "10m", "10 M", "10000k", "1e7", "0.01G", 10**7],
)
def test_ten_millions(text: str | int) -> None:
    assert count(text) == 10**7


@pytest.mark.parametrize("text", ["", "ten", "-1", "1.5", "1,00", "10Mio", "1e7x", "0.0001k", "inf", "nan", "1e999"])
def test_what_is_no_count(text: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"is not a whole number; write 10000000, 10_000_000, 10M or 1e7$"):
        count(text)


def test_the_cost_of_ten_millions(capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for text in ("10M", "10_000_000"):
        assert main(["cost", "prod", "--requests", text, "--format", "json"]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    assert main(["cost", "prod", "--requests", "ten"]) == 1
    assert capsys.readouterr().err == (
        "Invalid value for '--requests': 'ten' is not a whole number; write 10000000, 10_000_000, 10M or 1e7; "
        "see --help\n"
    )
