"""Each hook on the Node side still recognizes the installed jsii.

A hook that does not recognize it changes nothing: the output stays the same, but each synthesis silently takes longer.
test_same_output.py checks that lazy_index.cjs recognizes the installed provider.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsii

from tests.environment_files import ROOT

# Records the state of each Node process at its end. Loaded before the hooks.
PROBE = """\
const { exit } = process;
process.on('exit', () => require('node:fs').appendFileSync(
    process.env.PROBED, JSON.stringify({ started: process.argv[1], waits: process.exit !== exit }) + '\\n'
));
"""
PROGRAM = "import lazy_provider; lazy_provider.install(); from cdktf import App; App(outdir='cdktf.out')"


def node_processes(folder: Path, **switches: str) -> list[dict[str, Any]]:
    """The Node processes of a Python program that uses jsii."""
    probe, probed = folder / "probe.cjs", folder / "probed"
    probe.write_text(PROBE)
    ours = {"NODE_OPTIONS": f'--require="{probe}"', "PROBED": str(probed), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, env={**os.environ, **ours, **switches}, check=True)
    return [json.loads(line) for line in probed.read_text().splitlines()]


def test_one_process_does_the_work_and_waits_for_the_type_index(tmp_path: Path) -> None:
    (process,) = node_processes(tmp_path)
    assert Path(process["started"]).name == "jsii-runtime.js"
    assert process["waits"]


def test_without_its_hook_jsii_starts_a_second_process_which_waits(tmp_path: Path) -> None:
    processes = {Path(each["started"]).name: each for each in node_processes(tmp_path, SPILLWAY_ONE_PROCESS="0")}
    assert sorted(processes) == ["jsii-runtime.js", "program.js"]
    assert processes["program.js"]["waits"]


def test_without_its_hook_no_process_waits(tmp_path: Path) -> None:
    (process,) = node_processes(tmp_path, SPILLWAY_FINISH_TYPE_INDEX="0")
    assert not process["waits"]


def test_jsii_still_builds_its_type_index_in_a_worker() -> None:
    program = Path(str(jsii.__file__)).parent / "_embedded" / "jsii" / "lib__program.js"
    assert "runtime-index-worker.js" in program.read_text(encoding="utf-8")
