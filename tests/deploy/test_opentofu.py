"""TERRAFORM_BINARY_NAME=tofu: a whole deploy without a `terraform` on PATH.

There is no package with OpenTofu, so a program with that name takes its place: it records its arguments and runs
Terraform.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.deploy.provider_process import Attached
from tests.environment_files import ROOT


def test_the_demo_runs_nothing_else(binary: str, attached: Attached, tmp_path: Path) -> None:
    terraform, calls = shutil.which(binary), tmp_path / "calls"
    assert terraform
    tofu = tmp_path / "bin" / "tofu"
    tofu.parent.mkdir()
    tofu.write_text(
        f'#!/bin/sh\necho "$1" >> {shlex.quote(str(calls))}\n'
        f'PATH={shlex.quote(os.environ["PATH"])} exec {shlex.quote(terraform)} "$@"\n'
    )
    tofu.chmod(0o755)
    without = [folder for folder in os.environ["PATH"].split(os.pathsep) if not (Path(folder) / "terraform").exists()]
    path = os.pathsep.join([str(tofu.parent), str(Path(sys.executable).parent), *without])
    assert shutil.which("terraform", path=path) is None
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "TERRAFORM_BINARY_NAME": "tofu", **attached.variables},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("as set") == 2
    assert "Destroy complete!" in done.stdout
    assert {"init", "apply", "output", "destroy"} <= set(calls.read_text().split())
