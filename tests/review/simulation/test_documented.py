"""docs/simulation.md says of traffic files what they take."""

import re
from pathlib import Path

from review.simulation.tokens import Tokens
from review.simulation.traffic import Abuser, Botnet, Burst, NatOffice, Retries, RetryingSdk, Steady, Traffic, scenarios
from tests.environment_files import ROOT
from tests.review.simulation.traffic_files import traffic

PAGE = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")
# Every kind has them.
SHARED = set(Steady.model_fields) - {"count", "rate"}
SECTION = PAGE[PAGE.index("## Simulate") : PAGE.index("## Replay")]


def test_the_example_is_accepted(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)
    assert [clients.kind for clients in traffic(tmp_path, example).clients] == ["steady", "abuser"]


def rows(first: str) -> list[list[str]]:
    """The cells of the table whose heading begins with that column, without the heading."""
    (table,) = re.findall(rf"^\| {re.escape(first)} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", SECTION, re.MULTILINE)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def named(cells: list[list[str]]) -> list[str]:
    """What their first column names."""
    return [word for row in cells for word in re.findall(r"`(\w+)`", row[0])]


def test_every_scenario_has_its_row() -> None:
    assert sorted(named(rows("`--traffic`"))) == sorted(scenarios())


def test_every_field_of_the_file_has_its_row() -> None:
    # The name is the file's.
    assert sorted(named(rows("field of the file"))) == sorted(set(Traffic.model_fields) - {"name"})


def test_every_field_that_all_kinds_take_has_its_row() -> None:
    assert sorted(named(rows("field of any kind"))) == sorted(SHARED)


def test_every_field_of_retries_has_its_row_with_its_default() -> None:
    cells = rows("field of `retries`")
    defaults = {row[0].strip("`"): row[1] for row in cells}
    assert defaults == {
        name: f"`{str(field.default).lower()}`" if isinstance(field.default, bool) else f"{field.default:g}"
        for name, field in Retries.model_fields.items()
    }


def test_every_kind_has_its_row_with_what_it_needs() -> None:
    written = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[2])) for row in rows("`kind`")}
    needed = {}
    for kind in (Steady, Burst, NatOffice, Abuser, Botnet, RetryingSdk):
        name = kind.model_fields["kind"].annotation.__args__[0]  # type: ignore[union-attr]  # a Literal of one word
        needed[name] = {
            field for field in kind.model_fields if field not in SHARED or (field == "retries" and kind is RetryingSdk)
        }
    assert written == needed


def test_every_field_of_tokens_has_its_row() -> None:
    assert sorted(named(rows("field of `tokens`"))) == sorted(Tokens.model_fields)
    defaults = {row[0].strip("`"): row[1] for row in rows("field of `tokens`")}
    for size in ("input", "output"):
        spread = getattr(Tokens(), size)
        assert defaults[size] == f"`{{ p50 = {spread.p50:g}, p99 = {spread.p99:g} }}`"
