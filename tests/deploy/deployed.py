"""A stack that is deployed to the emulator."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from demo.command_line import Cdktf
from settings.environment import Environment
from settings.read import read_environment
from verify.burst import Answer, send

# AWS requires 20 to 128 characters.
KEYS = {"slow": "slow" * 5, "trial": "trial" * 4}


@dataclass(frozen=True)
class Deployed:
    """The command line that deployed it, and its outputs."""

    cdktf: Cdktf
    name: str
    outputs: dict[str, Any]

    @cached_property
    def environment(self) -> Environment:
        """Its environment file."""
        return read_environment(self.cdktf.environments / f"{self.name}.toml")

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources in Terraform's state by address, read on first use."""
        root = self.cdktf.state(self.name).get("values", {}).get("root_module", {})
        return {resource["address"]: resource["values"] for resource in root.get("resources", [])}


def ask(method: str, url: str, body: str = "", **headers: str) -> Answer:
    """One request."""
    (answer,) = send(method, url, count=1, clients=1, body=body, headers=headers).answers
    return answer
