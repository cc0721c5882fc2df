"""Whether Terraform (or OpenTofu) can deploy from this machine."""

import os
import shutil
import subprocess
from pathlib import Path

_PROVIDER_WITHIN_SECONDS = 300


class TerraformUnavailableError(Exception):
    """Why nothing can be deployed from here, in one line."""


def terraform_binary() -> str:
    """The name to run: TERRAFORM_BINARY_NAME, else `terraform`, else `tofu`.

    Raises TerraformUnavailableError where PATH has none of them.
    """
    chosen = os.environ.get("TERRAFORM_BINARY_NAME")
    for name in [chosen] if chosen else ["terraform", "tofu"]:
        if shutil.which(name):
            return name
    raise TerraformUnavailableError(f"{chosen} is not on PATH" if chosen else "neither terraform nor tofu is on PATH")


def require_provider(binary: str, configuration: Path, scratch: Path) -> None:
    """Fetch the provider that a synthesized configuration asks for, in a scratch folder.

    Raises TerraformUnavailableError with the first line of Terraform's own error.
    """
    scratch.mkdir(parents=True)
    # One without a state backend, so that nothing outside the scratch folder is touched.
    shutil.copy(configuration, scratch)
    try:
        done = subprocess.run(
            [binary, "init", "-no-color", "-input=false", "-backend=false"],
            cwd=scratch,
            capture_output=True,
            text=True,
            timeout=_PROVIDER_WITHIN_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TerraformUnavailableError(
            f"{binary} could not fetch its AWS provider in {_PROVIDER_WITHIN_SECONDS} s"
        ) from None
    if done.returncode:
        errors = [line.strip("│╷ ") for line in done.stderr.splitlines() if "Error" in line]
        raise TerraformUnavailableError(
            f"{binary} cannot get its AWS provider: {' '.join(errors[:1]) or 'init failed'}"
        )
