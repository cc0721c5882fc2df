import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from tests.conftest import Remembered

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
EXAMPLE = HERE / "example_app.py"


@dataclass(frozen=True)
class Run:
    output: dict[str, str]
    """The text of each file."""
    imported_by_python: int
    required_by_node: int


def run_example(folder: Path, **environment: str) -> Run:
    """Synthesize the example app in a separate process, with a NODE_OPTIONS that must be kept."""
    folder.mkdir()
    # This process may have installed the hooks already, and its children would inherit them.
    inherited = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    count = folder / "count"
    out = folder / "out"
    completed = subprocess.run(
        [sys.executable, EXAMPLE, out],
        env=inherited
        | {
            "PYTHONPATH": str(ROOT),
            "NODE_OPTIONS": f'--require="{HERE / "count_required.cjs"}"',
            "REQUIRED_COUNT": str(count),
        }
        | environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Run(
        output={str(file.relative_to(out)): file.read_bytes().decode() for file in out.rglob("*") if file.is_file()},
        imported_by_python=int(completed.stdout),
        required_by_node=int(count.read_text()),
    )


@pytest.fixture
def everything(tmp_path: Path, remembered: Remembered) -> Run:
    """Ordinary loading takes 20 s, and its output depends only on the example and the installed packages."""
    depends_on = [EXAMPLE.read_bytes(), (ROOT / "Pipfile.lock").read_bytes(), sys.version.encode()]
    run = remembered(
        "ordinary_loading",
        depends_on,
        lambda: asdict(run_example(tmp_path / "ordinary", SPILLWAY_LAZY_PROVIDER="0")),
    )
    return Run(**run)


def test_loading_lazily_writes_the_same_bytes_as_loading_everything(everything: Run, tmp_path: Path) -> None:
    lazy = run_example(tmp_path / "lazy", SPILLWAY_LAZY_PROVIDER="1")

    assert "aws_wafv2_web_acl" in everything.output["stacks/example/cdk.tf.json"]
    assert lazy.output == everything.output

    assert everything.imported_by_python > 2000
    assert everything.required_by_node > 2000
    assert lazy.imported_by_python < 20
    assert lazy.required_by_node < 20
