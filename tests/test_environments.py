"""The whole synthesized JSON of every environment file. A difference here is a difference in someone's production.

`make snapshots` records the current JSON.
"""

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from syrupy.location import PyTestLocation

from settings.read import read_environments
from tests.environment_files import ROOT
from tests.synthesis import rendered

SNAPSHOTS = ROOT / "tests" / "snapshots" / "test_environments"
ENVIRONMENTS = read_environments(ROOT / "environments")


class OneFileEach(JSONSnapshotExtension):
    """`tests/snapshots/test_environments/prod.json`, not a name with the whole test id."""

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:  # noqa: ARG003  # syrupy's
        return str(index)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=[environment.name for environment in ENVIRONMENTS])
def test_synthesized_json(environment: Any, snapshot: SnapshotAssertion) -> None:
    assert rendered(environment) == snapshot(extension_class=OneFileEach, name=environment.name)


def test_no_snapshot_outlives_its_environment() -> None:
    kept = {file.stem for file in SNAPSHOTS.glob("*.json")}
    assert kept == {environment.name for environment in ENVIRONMENTS}
