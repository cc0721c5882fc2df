import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

from lazy_provider.node_hooks import HOOKS
from lazy_provider.packaged_node import prefer_packaged_node

# Like jsii's program: it answers each line on the channel, and the user's code prints to the standard streams.
PROGRAM = """\
// {readFD:3,writeFD:3}
const fs = require('node:fs');
const buffer = Buffer.alloc(100);
const length = fs.readSync(3, buffer, 0, buffer.length, null);
fs.writeSync(3, `${process.pid} heard ${buffer.subarray(0, length)}`);
console.log('printed');
console.error('complained');
console.error(process.execArgv.filter((option) => option === '--preserve-symlinks').join());
"""
RUNTIME = "console.log('the runtime itself')"
AGENT = {"JSII_AGENT": "Python/3.11"}


def run(
    folder: Path, *, program: str = PROGRAM, runtime: str = "jsii-runtime.js", **environment: str
) -> tuple[int, subprocess.CompletedProcess[str]]:
    """The process's id and its result."""
    for name, source in {f"bin/{runtime}": RUNTIME, "lib/program.js": program}.items():
        file = folder / name
        file.parent.mkdir()
        file.write_text(source)
    prefer_packaged_node()
    command = [os.environ["JSII_NODE"], f"--require={HOOKS / 'one_process.cjs'}", str(folder / "bin" / runtime)]
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        output, errors = process.communicate("a line\n", timeout=60)
    return process.pid, subprocess.CompletedProcess(command, process.returncode, output, errors)


def test_the_first_process_does_the_work(tmp_path: Path) -> None:
    pid, completed = run(tmp_path, **AGENT)

    assert (completed.returncode, completed.stdout) == (0, f"{pid} heard a line\n")


def test_what_is_printed_is_wrapped_beside_the_channel(tmp_path: Path) -> None:
    _, completed = run(tmp_path, **AGENT)

    wrapped = [next(iter(json.loads(line).items())) for line in completed.stderr.splitlines()]
    assert [(stream, base64.b64decode(text).decode()) for stream, text in wrapped] == [
        ("stdout", "printed\n"),
        ("stderr", "complained\n"),
        ("stderr", "--preserve-symlinks\n"),
    ]


@pytest.mark.parametrize(
    ("changed", "environment"),
    [
        pytest.param({"program": "// another channel"}, AGENT, id="a program that looks different"),
        pytest.param({"runtime": "other.js"}, AGENT, id="another program of jsii's caller"),
        pytest.param({}, {}, id="not started by jsii"),
    ],
)
def test_anything_else_runs_as_it_is(changed: dict[str, str], environment: dict[str, str], tmp_path: Path) -> None:
    _, completed = run(tmp_path, **changed, **environment)

    assert (completed.returncode, completed.stdout) == (0, "the runtime itself\n")
