"""checkov, in a separate environment, run once for all tests."""

import fcntl
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from main import build_app
from policy.scan import CHECKOV, HERE, OWN_CHECKS, Run, Verdict, run
from settings.read import read_environments
from tests.conftest import Remembered
from tests.environment_files import ROOT
from tests.policy.holes import HOLES
from tests.synthesis import rendered


@pytest.fixture(scope="session", autouse=True)
def checkov() -> None:
    """The target that `make test` depends on installs it; this is for a bare `pytest`."""
    # One of several test processes installs it, and the others wait.
    with (HERE / "Pipfile.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not CHECKOV.exists():
            subprocess.run(["make", "policy/.venv/.installed"], cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our environments, synthesized; also `prod` with holes, a file that is not JSON, and an empty one."""
    folder = tmp_path_factory.mktemp("policy")
    environments = read_environments(ROOT / "environments")
    build_app(environments, outdir=str(folder)).synth()
    (prod,) = (environment for environment in environments if environment.name == "prod")
    stacks = folder / "stacks"
    texts = {"broken": "{", "empty": json.dumps({"locals": {}})}
    for name, (cut, _) in HOLES.items():
        stack = rendered(prod)
        cut(stack)
        texts[name] = json.dumps(stack, indent=2)
    for name, text in texts.items():
        (stacks / name).mkdir()
        (stacks / name / "cdk.tf.json").write_text(text)
    return folder


@pytest.fixture(scope="session")
def checked(output: Path, remembered: Remembered) -> Run:
    """Checkov's results for all of them.

    They depend only on the JSON, on checkov's version, on our checks and on how we call it.
    """
    files = sorted((output / "stacks").glob("*/cdk.tf.json"))
    names = [file.parent.name for file in files]
    sources = (HERE / "Pipfile.lock", HERE / "scan.py", *sorted(OWN_CHECKS.iterdir()), *files)
    said = remembered(
        "checkov",
        [*(file.read_bytes() for file in sources), *(name.encode() for name in names), sys.version.encode()],
        lambda: asdict(run(output / "stacks", names)),
    )
    return Run(verdicts=tuple(Verdict(**each) for each in said["verdicts"]), unread=tuple(said["unread"]))
