"""checkov, in its environment of its own."""

import subprocess

import pytest

from policy.scan import CHECKOV
from tests.environment_files import ROOT


@pytest.fixture(scope="session", autouse=True)
def checkov() -> None:
    """Installed by the target that `make test` depends on; here for a bare `pytest`."""
    if not CHECKOV.exists():
        subprocess.run(["make", "policy/.venv/.installed"], cwd=ROOT, check=True)
