import os
import subprocess
from pathlib import Path

import pytest

from lazy_provider.node_hooks import HOOKS
from lazy_provider.packaged_node import prefer_packaged_node

# Like jsii: start a worker, then exit while it is still running.
PROGRAM = """\
const { Worker } = require('node:worker_threads');
const work = "setTimeout(() => require('node:fs').writeFileSync('index', 'written'), 200);";
const worker = new Worker(work, { eval: true });
worker.once('online', () => process.exit(7));
"""


def run(folder: Path, program: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    file = folder / program
    file.parent.mkdir()
    file.write_text(PROGRAM)
    prefer_packaged_node()
    return subprocess.run(
        [os.environ["JSII_NODE"], f"--require={HOOKS / 'finish_type_index.cjs'}", file],
        cwd=folder,
        env=environment,
        check=False,
    )


@pytest.mark.parametrize("program", ["lib/program.js", "bin/jsii-runtime.js"])
def test_jsii_leaves_when_its_worker_is_done(program: str, tmp_path: Path) -> None:
    completed = run(tmp_path, program, JSII_AGENT="Python/3.11")

    assert completed.returncode == 7
    assert (tmp_path / "index").read_text() == "written"


@pytest.mark.parametrize(
    ("program", "environment"), [("lib/program.js", {}), ("lib/another.js", {"JSII_AGENT": "Python/3.11"})]
)
def test_any_other_process_leaves_at_once(program: str, environment: dict[str, str], tmp_path: Path) -> None:
    completed = run(tmp_path, program, **environment)

    assert completed.returncode == 7
    assert not (tmp_path / "index").exists()
