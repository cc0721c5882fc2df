"""Arguments that the installed provider knows. It may be older than the bindings, which then know more."""

import json
import subprocess
from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.terraform import terraform_environment

_META = frozenset({"//", "depends_on", "lifecycle", "provider", "count", "for_each", "provisioner", "connection"})


class KnownArguments:
    """Arguments by the provider's own schema, which is read on first use, in a folder where Terraform has the
    provider.
    """

    def __init__(self, binary: str, initialized: Path, variables: Mapping[str, str]) -> None:
        self._binary = binary
        self._initialized = initialized
        self._environment = terraform_environment() | dict(variables)

    def of(self, content: dict[str, Any]) -> dict[str, Any]:
        """The synthesized configuration without arguments that the provider does not know."""
        known = {
            type_: {name: self._kept(body, self._blocks[type_]) for name, body in resources.items()}
            for type_, resources in content.get("resource", {}).items()
        }
        return content | {"resource": known}

    @cached_property
    def _blocks(self) -> dict[str, dict[str, Any]]:
        terraform = json.loads((self._initialized / "cdk.tf.json").read_text())["terraform"]
        with TemporaryDirectory() as folder:
            # Without the backend, which Terraform would otherwise need to configure.
            asks = {"terraform": {"required_providers": terraform["required_providers"]}}
            (Path(folder) / "main.tf.json").write_text(json.dumps(asks))
            run = partial(subprocess.run, cwd=folder, env=self._environment, capture_output=True, check=True)
            run([self._binary, "init", "-input=false"])
            shown = run([self._binary, "providers", "schema", "-json"])
        (provider,) = json.loads(shown.stdout)["provider_schemas"].values()
        return {type_: schema["block"] for type_, schema in provider["resource_schemas"].items()}

    def _kept(self, body: Any, block: dict[str, Any]) -> Any:
        if isinstance(body, list):
            return [self._kept(each, block) for each in body]
        if not isinstance(body, dict):
            return body
        nested = block.get("block_types", {})
        plain = block.get("attributes", {}).keys() | _META
        return {
            name: self._kept(value, nested[name]["block"]) if name in nested else value
            for name, value in body.items()
            if name in nested or name in plain
        }
