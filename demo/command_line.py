"""The real CDKTF command line, as a user runs it."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from demo.interruption import undisturbed
from deploy.terraform import ROOT, terraform_environment

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_MOST_LINES_OF_AN_ERROR = 40


class CommandFailedError(Exception):
    """A command of the CDKTF CLI failed. The message is its output from the first error on."""


class Cdktf:
    """`cdktf` in this project, with its output and state in a folder of its own.

    A Ctrl-C waits until a command has ended, for Terraform would still be creating while the caller destroys; a
    second one kills the command. `interrupted` tells of the first. `environment` is Terraform's, besides this process's
    own, and `variables` are the stack's.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environments: Path,
        binary: str,
        report: Callable[[str], object],
        interrupted: Callable[[], object] = lambda: None,
        variables: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.output = folder / "cdktf.out"
        self._outputs = folder / "outputs.json"
        self.environments = environments
        self._binary = binary
        self._report = report
        self._interrupted = interrupted
        named = {f"TF_VAR_{name}": value for name, value in (variables or {}).items()}
        self._environment = {**(environment or {}), **named}

    def deploy(self, stack: str, *, synthesized: bool = False) -> dict[str, Any]:
        """Deploy, and return the stack's outputs. `synthesized`: its JSON is in `output` already."""
        options = ["--auto-approve", "--skip-provider-lock", "--outputs-file", str(self._outputs)]
        self._run("deploy", stack, *options, *(["--skip-synth"] if synthesized else []), stack=stack)
        outputs: dict[str, Any] = json.loads(self._outputs.read_text())[stack]
        return outputs

    def planned_changes(self, stack: str) -> dict[str, dict[str, Any]]:
        """What `cdktf diff` would change: for each Terraform address, the attributes before and after."""
        return {
            change["address"]: _difference(change["change"])
            for change in self.plan(stack)
            if change["change"]["actions"] not in (["no-op"], ["read"])
        }

    def plan(self, stack: str) -> list[dict[str, Any]]:
        """The changes of each resource in `cdktf diff`, in Terraform's own format."""
        self._run("diff", stack, "--skip-provider-lock", stack=stack)
        changes: list[dict[str, Any]] = self._show(stack, "plan").get("resource_changes", [])
        return changes

    def destroy(self, stack: str) -> None:
        """Destroy what the last deploy created, using the JSON that it left."""
        self._run("destroy", stack, "--auto-approve", "--skip-provider-lock", "--skip-synth", stack=stack)

    def state(self, stack: str) -> dict[str, Any]:
        """The resources in Terraform's state of the stack."""
        return self._show(stack)

    def _show(self, stack: str, *plan: str) -> dict[str, Any]:
        shown = subprocess.run(
            [self._binary, "show", "-json", *plan],
            cwd=self.output / "stacks" / stack,
            env=os.environ | self._environment,
            capture_output=True,
            text=True,
            check=True,
        )
        content: dict[str, Any] = json.loads(shown.stdout)
        return content

    def _run(self, *arguments: str, stack: str = "") -> None:
        """Run to the end, and report each line as it comes, without colors and without the stack's name in front.

        Raises CommandFailedError.
        """
        program = shutil.which("cdktf", path=f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}")
        if program is None:
            raise CommandFailedError("cdktf is not installed: run make install")
        environment = (
            terraform_environment()
            | self._environment
            | {
                "ENVIRONMENTS": str(self.environments),
                "TERRAFORM_BINARY_NAME": self._binary,
                "CI": "1",
                "NO_COLOR": "1",
            }
        )
        lines = []
        with (
            undisturbed(self._interrupted),
            subprocess.Popen(
                [program, *arguments, "--output", str(self.output)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                # This process handles a Ctrl-C in the terminal.
                start_new_session=True,
            ) as process,
        ):
            try:
                for line in process.stdout or ():
                    lines.append(_ANSI.sub("", line).removeprefix(stack).strip())
                    self._report(lines[-1])
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        if process.returncode:
            raise CommandFailedError("\n".join(_from_the_first_error(lines)))


def _from_the_first_error(lines: list[str]) -> list[str]:
    first = next((index for index, line in enumerate(lines) if "Error:" in line), -_MOST_LINES_OF_AN_ERROR)
    return lines[first:][:_MOST_LINES_OF_AN_ERROR]


def _difference(change: dict[str, Any]) -> dict[str, Any]:
    before, after = change["before"] or {}, change["after"] or {}
    return {key: (before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)}
