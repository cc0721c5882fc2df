"""Which of Terraform's variables nobody has given a value, before Terraform starts."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

# https://developer.hashicorp.com/terraform/language/values/variables#variable-definitions-tfvars-files, read 2026-11.
_LOADED = ("terraform.tfvars", "terraform.tfvars.json", "*.auto.tfvars", "*.auto.tfvars.json")


def missing_variables(stack: Path, environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The names of those without a default that no TF_VAR_... sets.

    Nothing if a file of the stack's folder or the workspace of a `cloud` block may set them: only Terraform knows then.
    """
    configuration = json.loads((stack / "cdk.tf.json").read_text(encoding="utf-8"))
    if "cloud" in configuration.get("terraform", {}) or any(file for name in _LOADED for file in stack.glob(name)):
        return ()
    return tuple(
        name
        for name, variable in configuration.get("variable", {}).items()
        if "default" not in variable and f"TF_VAR_{name}" not in environment
    )
