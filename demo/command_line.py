"""The real CDKTF command line, as a user runs it."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


class CommandFailedError(Exception):
    """A command of the CDKTF CLI ended badly; the message is the end of what it printed."""


class Cdktf:
    """`cdktf` in this project, with its output and state in a folder of its own."""

    def __init__(self, folder: Path, *, environments: Path, binary: str, report: Callable[[str], None]) -> None:
        self.output = folder / "cdktf.out"
        self._outputs = folder / "outputs.json"
        self._environments = environments
        self._binary = binary
        self._report = report

    def synth(self) -> None:
        self._run("synth")

    def deploy(self, stack: str) -> dict[str, Any]:
        """Deploy, and return the stack's outputs."""
        self._run("deploy", stack, "--auto-approve", "--outputs-file", str(self._outputs))
        outputs: dict[str, Any] = json.loads(self._outputs.read_text())[stack]
        return outputs

    def planned_changes(self, stack: str) -> dict[str, dict[str, Any]]:
        """What `cdktf diff` would change: for each Terraform address the attributes, before and after."""
        return {
            change["address"]: _difference(change["change"])
            for change in self.plan(stack)
            if change["change"]["actions"] not in (["no-op"], ["read"])
        }

    def plan(self, stack: str) -> list[dict[str, Any]]:
        """What `cdktf diff` says of each resource, in Terraform's own words."""
        self._run("diff", stack)
        changes: list[dict[str, Any]] = self._show(stack, "plan").get("resource_changes", [])
        return changes

    def destroy(self, stack: str) -> None:
        self._run("destroy", stack, "--auto-approve")

    def state(self, stack: str) -> dict[str, Any]:
        """What Terraform holds of the stack."""
        return self._show(stack)

    def _show(self, stack: str, *plan: str) -> dict[str, Any]:
        shown = subprocess.run(
            [self._binary, "show", "-json", *plan],
            cwd=self.output / "stacks" / stack,
            capture_output=True,
            text=True,
            check=True,
        )
        content: dict[str, Any] = json.loads(shown.stdout)
        return content

    def _run(self, *arguments: str) -> str:
        """Run to the end, reporting each line as it comes.

        Raises CommandFailedError.
        """
        program = shutil.which("cdktf", path=f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ['PATH']}")
        if program is None:
            raise CommandFailedError("cdktf is not installed: run make install")
        environment = {
            **os.environ,
            "ENVIRONMENTS": str(self._environments),
            "TERRAFORM_BINARY_NAME": self._binary,
            "CHECKPOINT_DISABLE": "1",
            "CI": "1",
            "NO_COLOR": "1",
        }
        lines = []
        with subprocess.Popen(
            [program, *arguments, "--output", str(self.output)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # A Ctrl-C is ours to handle: Terraform must finish what it does, and then be told to destroy.
            start_new_session=True,
        ) as process:
            try:
                for line in process.stdout or ():
                    lines.append(line.rstrip())
                    self._report(lines[-1])
            except KeyboardInterrupt:
                # Cut off here, Terraform would still be creating while the caller destroys.
                process.communicate()
                raise
        if process.returncode:
            raise CommandFailedError("\n".join(lines[-40:]))
        return "\n".join(lines)


def _difference(change: dict[str, Any]) -> dict[str, Any]:
    before, after = change["before"] or {}, change["after"] or {}
    return {key: (before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)}
