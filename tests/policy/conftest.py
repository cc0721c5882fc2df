"""checkov, in its environment of its own."""

import fcntl
import subprocess

import pytest

from policy.scan import CHECKOV, HERE
from tests.environment_files import ROOT


@pytest.fixture(scope="session", autouse=True)
def checkov() -> None:
    """Installed by the target that `make test` depends on; here for a bare `pytest`."""
    # One of several test processes installs it, the others wait.
    with (HERE / "Pipfile.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not CHECKOV.exists():
            subprocess.run(["make", "policy/.venv/.installed"], cwd=ROOT, check=True)
