"""Terraform or OpenTofu in the folder of one synthesized stack."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from deploy.plan import Plan

ROOT = Path(__file__).parent.parent
_PLAN_FILE = "deploy.tfplan"


class TerraformUnavailableError(Exception):
    """Why nothing can be deployed from here, in one line."""


class TerraformFailedError(Exception):
    """A command that ended badly. Terraform has said why on standard error."""


def terraform_binary() -> str:
    """The name to run: TERRAFORM_BINARY_NAME, else `terraform`, else `tofu`.

    Raises TerraformUnavailableError if PATH has none of them.
    """
    chosen = os.environ.get("TERRAFORM_BINARY_NAME")
    for name in [chosen] if chosen else ["terraform", "tofu"]:
        if shutil.which(name):
            return name
    raise TerraformUnavailableError(f"{chosen} is not on PATH" if chosen else "neither terraform nor tofu is on PATH")


def terraform_environment() -> dict[str, str]:
    """The environment of this process, with a provider cache in the project: fetched once, then used by every run.

    The CDKTF CLI's own is ~/.terraform.d/plugin-cache, which two checkouts would share and break for each other:
    https://github.com/hashicorp/terraform/issues/31964, read 2026-11. TF_PLUGIN_CACHE_DIR names another one.
    """
    cache = os.environ.get("TF_PLUGIN_CACHE_DIR") or str(ROOT / ".terraform.d" / "plugin-cache")
    return {
        **os.environ,
        "TF_PLUGIN_CACHE_DIR": cache,
        # A new folder has no lock file, and without one Terraform would fetch into the cache what is there already.
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1",
        "CHECKPOINT_DISABLE": "1",
    }


def stack_folder(environment: str) -> Path:
    """Where the stack of an environment is synthesized to, below the folder that the command runs in."""
    return Path(os.environ.get("CDKTF_OUTDIR") or "cdktf.out") / "stacks" / environment


def terraform_outputs(folder: Path, *, binary: str) -> bytes:
    """What `output -json` prints there; empty if nothing is deployed from there."""
    if not folder.is_dir():
        return b""
    return subprocess.run(
        [binary, "output", "-json"], cwd=folder, env=terraform_environment(), stdout=subprocess.PIPE, check=False
    ).stdout


class Terraform:
    """Runs in the stack's folder and never asks: a variable without a value is an error at once.

    Every method raises TerraformFailedError. A Ctrl-C goes to Terraform, which ends what it has begun.
    """

    def __init__(self, folder: Path, *, binary: str) -> None:
        self._folder = folder
        self._binary = binary

    def init(self) -> None:
        """Fetch the provider and open the state; `-upgrade` if an earlier run has locked another provider."""
        Path(terraform_environment()["TF_PLUGIN_CACHE_DIR"]).mkdir(parents=True, exist_ok=True)
        if self._run("init", "-input=false", quiet=True).returncode:
            self._must("init", "-input=false", "-upgrade")

    def plan(self, *options: str, quiet: bool = False) -> Plan:
        """Plan, keep the plan for `apply`, and return what it says. Unless `quiet`, Terraform shows it to the user."""
        self._must("plan", "-input=false", f"-out={_PLAN_FILE}", *options, quiet=quiet)
        shown = self._must("show", "-json", _PLAN_FILE, quiet=True)
        return Plan.of(json.loads(shown))

    def apply(self) -> None:
        """Apply the last plan, and nothing else."""
        self._must("apply", "-input=false", _PLAN_FILE)

    def forget(self, addresses: Iterable[str]) -> None:
        """Take resources out of the state. AWS keeps them."""
        self._must("state", "rm", *addresses)

    def _must(self, *arguments: str, quiet: bool = False) -> str:
        done = self._run(*arguments, quiet=quiet)
        if done.returncode:
            raise TerraformFailedError(f"{self._binary} {arguments[0]} failed")
        return done.stdout or ""

    def _run(self, *arguments: str, quiet: bool) -> subprocess.CompletedProcess[str]:
        # Colours are for a terminal; in a log and in a file they are signs between the words.
        colour = [] if sys.stdout.isatty() else ["-no-color"]
        process = subprocess.Popen(
            [self._binary, *arguments, *colour],
            cwd=self._folder,
            env=terraform_environment(),
            stdout=subprocess.PIPE if quiet else None,
            text=True,
        )
        # The terminal sends a Ctrl-C to Terraform too. It must not be left alone with what it is changing.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            output, _ = process.communicate()
        finally:
            signal.signal(signal.SIGINT, before)
        return subprocess.CompletedProcess(process.args, process.returncode, output)
