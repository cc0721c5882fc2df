"""docs/token-limits.md says what shards cost; the simulation is the same everywhere."""

from bench.shards import table
from tests.environment_files import ROOT


def test_the_page_has_the_table_of_few_requests() -> None:
    """The one of many is computed alike, and takes a minute."""
    assert table(10) in (ROOT / "docs" / "token-limits.md").read_text(encoding="utf-8")
