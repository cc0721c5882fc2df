"""docs/simulation.md says of traffic files what they take."""

import re
from pathlib import Path

from review.simulation.traffic import Abuser, Botnet, Burst, NatOffice, Retries, RetryingSdk, Steady, Traffic, scenarios
from tests.environment_files import ROOT
from tests.review.simulation.traffic_files import traffic

PAGE = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")
SECTION = PAGE[PAGE.index("## Simulate") : PAGE.index("## Replay")]


def test_the_example_is_accepted(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)
    assert [clients.kind for clients in traffic(tmp_path, example).clients] == ["steady", "abuser"]


def test_every_field_is_there_and_every_scenario() -> None:
    models = (Traffic, Steady, Burst, NatOffice, Abuser, Botnet, RetryingSdk, Retries)
    fields = {field for model in models for field in model.model_fields} - {"name", "kind", "clients", "description"}
    missing = {word for word in {*fields, *scenarios()} if f"`{word}`" not in SECTION and f"\n{word} = " not in SECTION}
    assert not missing


def test_every_kind_has_its_row_with_what_it_needs() -> None:
    shared = set(Steady.model_fields) - {"count", "rate"}
    for kind in (Steady, Burst, NatOffice, Abuser, Botnet, RetryingSdk):
        name = kind.model_fields["kind"].annotation.__args__[0]  # type: ignore[union-attr]  # a Literal of one word
        (row,) = [line for line in SECTION.splitlines() if line.startswith(f"| `{name}` |")]
        own = {
            field for field in kind.model_fields if field not in shared or (field == "retries" and kind is RetryingSdk)
        }
        assert own == set(re.findall(r"`(\w+)`", row.split("|")[3])), name
