"""Terraform or OpenTofu in the folder of one synthesized stack."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from deploy.cause import cause_of
from deploy.plan import Plan

ROOT = Path(__file__).parent.parent
_PLAN_FILE = "deploy.tfplan"


class TerraformUnavailableError(Exception):
    """The reason why nothing can be deployed from here, in one line."""


class TerraformFailedError(Exception):
    """A Terraform command that failed: one line, with the cause if Spillway knows it. Terraform has printed its own
    text to standard error.
    """


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
    """The environment of this process, plus a provider cache in the project, so that each provider is downloaded once.

    The CDKTF CLI uses ~/.terraform.d/plugin-cache, which two checkouts would share and break for each other:
    https://github.com/hashicorp/terraform/issues/31964, read 2026-11. Set TF_PLUGIN_CACHE_DIR to use another one.
    """
    cache = os.environ.get("TF_PLUGIN_CACHE_DIR") or str(ROOT / ".terraform.d" / "plugin-cache")
    return {
        **os.environ,
        "TF_PLUGIN_CACHE_DIR": cache,
        # A new folder has no lock file. Without this setting, Terraform would download a provider that the cache
        # already has.
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
    # Terraform refuses to start without it.
    Path(terraform_environment()["TF_PLUGIN_CACHE_DIR"]).mkdir(parents=True, exist_ok=True)
    return subprocess.run(
        [binary, "output", "-json"], cwd=folder, env=terraform_environment(), stdout=subprocess.PIPE, check=False
    ).stdout


class Terraform:
    """Runs Terraform in the stack's folder without prompts: a variable without a value is an error at once.

    Every method raises TerraformFailedError. A Ctrl-C goes to Terraform, which finishes what it has started.
    """

    def __init__(self, folder: Path, *, binary: str) -> None:
        self._folder = folder
        self._binary = binary

    def init(self) -> None:
        """Download the provider and open the state; with `-upgrade` if an earlier run has locked another provider
        version.
        """
        Path(terraform_environment()["TF_PLUGIN_CACHE_DIR"]).mkdir(parents=True, exist_ok=True)
        done = self._run("init", "-input=false", quiet=True)
        if done.returncode and cause_of(done.stderr):
            raise self._failure("init", done)
        if done.returncode:
            self._must("init", "-input=false", "-upgrade")

    def plan(self, *options: str, quiet: bool = False) -> Plan:
        """Plan, save the plan for `apply`, and return it. Terraform shows it to the user, unless `quiet`."""
        self._must("plan", "-input=false", f"-out={_PLAN_FILE}", *options, quiet=quiet)
        shown = self._must("show", "-json", _PLAN_FILE, quiet=True)
        return Plan.of(json.loads(shown))

    def apply(self) -> None:
        """Apply the saved plan."""
        self._must("apply", "-input=false", _PLAN_FILE)

    def forget(self, addresses: Iterable[str]) -> None:
        """Remove resources from the state. AWS keeps them."""
        self._must("state", "rm", *addresses)

    def _must(self, *arguments: str, quiet: bool = False) -> str:
        done = self._run(*arguments, quiet=quiet)
        if done.returncode:
            raise self._failure(arguments[0], done)
        return done.stdout or ""

    def _failure(self, command: str, done: subprocess.CompletedProcess[str]) -> TerraformFailedError:
        failed = f"{self._binary} {command} failed"
        cause = cause_of(done.stderr)
        return TerraformFailedError(f"{failed}: {cause}" if cause else failed)

    def _run(self, *arguments: str, quiet: bool) -> subprocess.CompletedProcess[str]:
        # Escape sequences for colors are for a terminal, not for logs and files.
        colour = [] if sys.stdout.isatty() else ["-no-color"]
        process = subprocess.Popen(
            [self._binary, *arguments, *colour],
            cwd=self._folder,
            env=terraform_environment(),
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
        )
        assert process.stderr is not None  # noqa: S101  # it is a pipe
        # The terminal sends a Ctrl-C to Terraform too. Wait for it: it may be in the middle of a change.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            with process, ThreadPoolExecutor(1) as reader:
                errors = reader.submit(_shown, process.stderr)
                output = process.stdout.read() if process.stdout else None
                process.wait()
                return subprocess.CompletedProcess(process.args, process.returncode, output, errors.result())
        finally:
            signal.signal(signal.SIGINT, before)


def _shown(errors: IO[str]) -> str:
    """Write each line to standard error as it arrives, and return them all."""
    kept = []
    with errors:
        for line in errors:
            sys.stderr.write(line)
            sys.stderr.flush()
            kept.append(line)
    return "".join(kept)
