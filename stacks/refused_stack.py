"""The stack of an environment file that is refused, so that the other environments can be deployed meanwhile."""

import re
from collections.abc import Collection
from typing import Any

from cdktf import Annotations, TerraformStack
from constructs import Construct

from settings.problem import EnvironmentFileError

# CDKTF takes no spaces in a stack's name, and the folder is named after it.
_UNFIT = re.compile(r"[^A-Za-z0-9_-]")


def refused_stack_name(file_name: str, taken: Collection[str]) -> str:
    """The file's name without `.toml`, as CDKTF takes it, and not that of another stack."""
    name = _UNFIT.sub("-", file_name)
    while name in taken:
        name += "-"
    return name


class RefusedStack(TerraformStack):
    """Creates nothing, and no command of Terraform gets anywhere with it: `init`, `plan` and `destroy` print the error.

    It has no state backend either: the file may name one, and Spillway does not know which. In place of an error
    annotation, which keeps the CDKTF CLI from deploying any stack of the app, its annotations are warnings:
    @cdktf/cli-core 0.21, lib/synth.js, printAnnotations.
    """

    def __init__(self, scope: Construct, id: str, *, error: EnvironmentFileError) -> None:
        super().__init__(scope, id)
        self._error = error
        for line in error.lines:
            Annotations.of(self).add_warning(line)

    def to_terraform(self) -> Any:
        """A configuration that is invalid before any backend or provider is asked, in a line that Terraform prints."""
        rendered = super().to_terraform()
        # Not a version constraint, and Terraform shows the line that holds it. It reads no templates there.
        return {
            "//": rendered["//"],
            "terraform": {"required_version": f"refused: {'; '.join(self._error.lines)}", "required_providers": {}},
        }
