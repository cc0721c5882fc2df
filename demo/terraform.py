"""Whether Terraform (or OpenTofu) can deploy from this machine."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent
_PROVIDER_WITHIN_SECONDS = 600
_STOPS_WITHIN_SECONDS = 30


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


def terraform_environment() -> dict[str, str]:
    """The environment of this process, with a provider cache in the project: fetched once, then used by every run.

    The CDKTF CLI's own is ~/.terraform.d/plugin-cache, which two checkouts would share and break for each other:
    https://github.com/hashicorp/terraform/issues/31964, read 2026-11. TF_PLUGIN_CACHE_DIR names another one.
    """
    cache = os.environ.get("TF_PLUGIN_CACHE_DIR") or str(ROOT / ".terraform.d" / "plugin-cache")
    return {
        **os.environ,
        "TF_PLUGIN_CACHE_DIR": cache,
        # A new folder has no lock file, and without one Terraform would fetch into the cache what is there already.
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1",
        "CHECKPOINT_DISABLE": "1",
    }


def require_provider(binary: str, configuration: Path) -> None:
    """Fetch the provider that the synthesized configuration in this folder asks for, unless the cache has it.

    Raises TerraformUnavailableError with the first line of Terraform's own error.
    """
    environment = terraform_environment()
    Path(environment["TF_PLUGIN_CACHE_DIR"]).mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        # No state backend: nothing outside this folder and the cache is touched.
        [binary, "init", "-no-color", "-input=false", "-backend=false"],
        cwd=configuration,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A Ctrl-C is ours to pass on.
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
    """By Ctrl-C as from a terminal: killed, Terraform may leave half a provider in the cache."""
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=_STOPS_WITHIN_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
