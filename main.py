"""Synthesize one Terraform configuration for each environment file."""

import gc

import interrupted

if __name__ == "__main__":
    interrupted.quietly()
    # This process ends right after writing. Garbage collection, also during imports, would be a tenth of its run time.
    gc.disable()

import lazy_provider

lazy_provider.install()

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from cdktf import App

from settings.environment import Environment
from settings.problem import EnvironmentFileError, Problem
from settings.read import environments_folder, read_environments, warnings_of
from stacks.rate_limited_api_stack import RateLimitedApiStack

ROOT = Path(__file__).parent


def build_app(
    environments: tuple[Environment, ...],
    *,
    outdir: str | None = None,
    warnings: Mapping[str, tuple[Problem, ...]] | None = None,
) -> App:
    """Build one stack for each environment, named after it. `outdir` defaults to cdktf.out or the CDKTF CLI's setting.

    `warnings`, by environment, become annotations. Default: the result of `warnings_of`.
    """
    app = App(outdir=outdir)
    warnings = warnings_of(environments) if warnings is None else warnings
    for environment in environments:
        name = environment.name
        RateLimitedApiStack(app, name, environment=environment, warnings=warnings[name])
    return app


def main() -> int:
    """Read the folder that ENVIRONMENTS names (default: environments) and write cdktf.out. Return 1 if a file is
    refused.

    Warnings go to standard error.
    """
    try:
        environments = read_environments(environments_folder())
        found = warnings_of(environments)
        if output := os.environ.get("CDKTF_OUTDIR"):
            Path(output).mkdir(parents=True, exist_ok=True)
        build_app(environments, warnings=found).synth()
    except EnvironmentFileError as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, RuntimeError) as error:
        print(_unwritten(error), file=sys.stderr)
        return 1
    # The CDKTF CLI sets this. It prints the annotations itself, and logs everything on standard error as an error.
    if "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS" not in os.environ:
        for name, warnings in found.items():
            for warning in warnings:
                print(f"warning: {name}: {warning}", file=sys.stderr)
    return 0


def _unwritten(error: OSError | RuntimeError) -> str:
    """The reason in one line if the configuration could not be written; any other error is raised again."""
    output = os.environ.get("CDKTF_OUTDIR") or "cdktf.out"
    if isinstance(error, OSError):
        return f"{output}: cannot be written: {error.strerror}"
    # Node's message for a system error, which jsii passes on: `ENOSPC: no space left on device, write`.
    if said := re.search(r"\bE[A-Z]+: ([^,\n]+)", str(error)):
        return f"{output}: cannot be written: {said[1]}"
    raise error


if __name__ == "__main__":
    sys.exit(main())
