"""Many environments in one Terraform root: each is a module with its synthesized JSON, and Terraform runs once.

A module gets its provider from the root, which has one provider block. All modules must therefore have equal blocks.
That block, the `terraform` block, and arguments that an older provider does not know are removed from a module's JSON.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.terraform import terraform_environment
from tests.deploy.known_arguments import KnownArguments
from tests.deploy.provider_process import Attached
from tests.environment_files import ROOT, write
from tests.test_main import synthesize

_VALUE = "values-of-this-test-only-0123456789"
_ENDS_WITHIN_SECONDS = 900

Changes = dict[str, dict[str, tuple[str, ...]]]
"""Name of the environment -> address -> what Terraform does: `("delete", "create")`."""


class TerraformFailedError(Exception):
    """Terraform's output from its first error on."""


@dataclass
class ManyStacks:
    """One root in a separate folder."""

    folder: Path
    binary: str
    attached: Attached
    known: KnownArguments
    emulator: str
    provider: Mapping[str, Any] = field(default_factory=dict)
    """Arguments that are added to the provider's block."""
    _outputs: dict[tuple[str, ...], Path] = field(default_factory=dict, init=False)
    _required: Any = field(default=None, init=False)

    def write(self, texts: Mapping[str, str]) -> None:
        """Use these environment files from now on, with the emulator's address."""
        output = self._synthesized(texts)
        providers = [self._module(output / "stacks" / name, name) for name in texts]
        assert all(provider == providers[0] for provider in providers)
        root = {
            "terraform": {"required_providers": self._required},
            "provider": {"aws": [block | self.provider for block in providers[0]["aws"]]},
            "module": {name: {"source": f"./modules/{name}", **self._variables(name)} for name in texts},
        }
        (self.folder / "main.tf.json").write_text(json.dumps(root))
        self._run("init", "-input=false")

    def validate(self) -> None:
        self._run("validate")

    def apply(self) -> None:
        """Apply the last plan if there is one, otherwise everything."""
        plan = self.folder / "plan"
        self._run("apply", "-input=false", "-auto-approve", *(["plan"] if plan.exists() else []))
        plan.unlink(missing_ok=True)

    def plan(self, *options: str) -> Changes:
        """What an apply would change."""
        self._run("plan", "-input=false", "-out=plan", *options)
        shown = json.loads(self._run("show", "-json", "plan"))
        changes: Changes = {name: {} for name in json.loads((self.folder / "main.tf.json").read_text())["module"]}
        for change in shown.get("resource_changes", []):
            actions = tuple(change["change"]["actions"])
            if change["mode"] == "managed" and actions != ("no-op",):
                _, name, address = change["address"].split(".", 2)
                changes[name][address] = actions
        self.planned = shown.get("resource_changes", [])
        return changes

    planned: Iterable[Mapping[str, Any]] = field(default=(), init=False)
    """The last plan's changes in Terraform's own terms."""

    def state(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Environment -> address -> attributes, from Terraform's state."""
        root = json.loads(self._run("show", "-json")).get("values", {}).get("root_module", {})
        modules = {each["address"].split(".")[1]: each.get("resources", []) for each in root.get("child_modules", [])}
        return {
            name: {resource["address"].split(".", 2)[2]: resource["values"] for resource in resources}
            for name, resources in modules.items()
        }

    def destroy(self) -> None:
        (self.folder / "plan").unlink(missing_ok=True)
        # What is in the state was read by the last plan or apply.
        self._run("destroy", "-input=false", "-auto-approve", "-refresh=false")

    def _synthesized(self, texts: Mapping[str, str]) -> Path:
        """The folder that they were synthesized to, once."""
        key = tuple(texts.values())
        if key not in self._outputs:
            environments = self.folder / f"environments-{len(self._outputs)}"
            environments.mkdir()
            for each in ("functions", "schemas"):
                shutil.copytree(ROOT / "docs" / "examples" / each, environments / each)
            for name, text in texts.items():
                write(environments, aimed_at(self.emulator, text), name)
            output = self.folder / f"out-{len(self._outputs)}"
            done = synthesize(environments, output)
            assert done.returncode == 0, done.stderr
            self._outputs[key] = output
        return self._outputs[key]

    def _module(self, synthesized: Path, name: str) -> Any:
        """Move the synthesized JSON to its module; return its provider blocks."""
        module = self.folder / "modules" / name
        module.mkdir(parents=True, exist_ok=True)
        content = json.loads((synthesized / "cdk.tf.json").read_text())
        provider = content.pop("provider")
        self._required = content.pop("terraform")["required_providers"]
        (module / "cdk.tf.json").write_text(json.dumps(self.known.of(content)))
        for function in synthesized.glob("functions/*.zip"):
            for there in (self.folder, self.attached.folder):
                (there / "functions").mkdir(exist_ok=True)
                shutil.copy2(function, there / "functions" / function.name)
        return provider

    def _read(self, name: str) -> Any:
        return json.loads((self.folder / "modules" / name / "cdk.tf.json").read_text())

    def _variables(self, name: str) -> dict[str, Any]:
        """A value for each variable without one."""
        declared = self._read(name).get("variable", {}).items()
        return {
            variable: ["ops@example.com"] if "list" in said["type"] or "set" in said["type"] else _VALUE
            for variable, said in declared
            if "default" not in said
        }

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.binary, *arguments, *([] if arguments[0] == "show" else ["-no-color"])],
            cwd=self.folder,
            env=terraform_environment() | dict(self.attached.variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_ENDS_WITHIN_SECONDS,
            check=False,
        )
        if done.returncode:
            raise TerraformFailedError(f"terraform {arguments[0]}:\n{done.stderr}\n{done.stdout[-2000:]}")
        return done.stdout


def aimed_at(emulator: str, text: str) -> str:
    """The file with the emulator's address in [aws]; the account cannot be looked up there."""
    without = re.sub(r"(?m)^(endpoint_url|allowed_account_ids) = .*\n", "", text)
    return re.sub(r'(?m)^(region = "[^"]+")$', rf'\1\nendpoint_url = "{emulator}"', without, count=1)
