"""A stack that stands in the emulator."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from demo.command_line import Cdktf
from settings.environment import Environment
from settings.read import read_environment
from verify.burst import Answer, send

# 20 to 128 characters, as AWS asks for.
KEYS = {"slow": "slow" * 5, "trial": "trial" * 4}


@dataclass(frozen=True)
class Deployed:
    """The command line that deployed it, and its outputs."""

    cdktf: Cdktf
    name: str
    outputs: dict[str, Any]

    @cached_property
    def environment(self) -> Environment:
        """What its file says."""
        return read_environment(self.cdktf.environments / f"{self.name}.toml")

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """What Terraform holds, by address, when first asked."""
        root = self.cdktf.state(self.name).get("values", {}).get("root_module", {})
        return {resource["address"]: resource["values"] for resource in root.get("resources", [])}


def ask(method: str, url: str, body: str = "", **headers: str) -> Answer:
    """One request."""
    (answer,) = send(method, url, count=1, clients=1, body=body, headers=headers).answers
    return answer
