"""Whether Terraform or OpenTofu can deploy from this machine."""

import signal
import subprocess
from pathlib import Path

from deploy.terraform import TerraformUnavailableError, terraform_environment

_PROVIDER_WITHIN_SECONDS = 600
_STOPS_WITHIN_SECONDS = 30


def require_provider(binary: str, configuration: Path) -> None:
    """Fetch the provider that the synthesized configuration in this folder asks for, unless the cache has it.

    Raises TerraformUnavailableError with the first line of Terraform's own error.
    """
    environment = terraform_environment()
    Path(environment["TF_PLUGIN_CACHE_DIR"]).mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        # Without a state backend, only this folder and the cache change.
        [binary, "init", "-no-color", "-input=false", "-backend=false"],
        cwd=configuration,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # This process passes a Ctrl-C on.
        start_new_session=True,
    )
    try:
        _, errors = process.communicate(timeout=_PROVIDER_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        _stop(process)
        raise TerraformUnavailableError(
            f"{binary} could not fetch its AWS provider in {_PROVIDER_WITHIN_SECONDS} s"
        ) from None
    except KeyboardInterrupt:
        _stop(process)
        raise
    if process.returncode:
        lines = [line.strip("│╷ ") for line in errors.splitlines() if "Error" in line]
        raise TerraformUnavailableError(f"{binary} cannot get its AWS provider: {' '.join(lines[:1]) or 'init failed'}")


def _stop(process: subprocess.Popen[str]) -> None:
    """Stop it with Ctrl-C, as in a terminal. If it were killed, Terraform could leave half a provider in the cache."""
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=_STOPS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
