"""Synthesize one Terraform configuration for each environment file."""

import gc

import interrupted

if __name__ == "__main__":
    interrupted.quietly()
    # This process ends when it has written: collecting cycles, imports' too, is a tenth of its time.
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
    """One stack for each environment, named after it. Default of `outdir`: cdktf.out, or what the CDKTF CLI says.

    `warnings` by environment become annotations. Default: what `warnings_of` says.
    """
    app = App(outdir=outdir)
    warnings = warnings_of(environments) if warnings is None else warnings
    for environment in environments:
        name = environment.name
        RateLimitedApiStack(app, name, environment=environment, warnings=warnings[name])
    return app


def main() -> int:
    """Read the folder that ENVIRONMENTS names (default: environments), write cdktf.out; 1 where a file is refused.

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
    # The CDKTF CLI sets this to say the annotations itself, and logs as an error whatever is on standard error.
    if "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS" not in os.environ:
        for name, warnings in found.items():
            for warning in warnings:
                print(f"warning: {name}: {warning}", file=sys.stderr)
    return 0


def _unwritten(error: OSError | RuntimeError) -> str:
    """What kept the configuration from being written, in a line; any other error is raised again."""
    output = os.environ.get("CDKTF_OUTDIR") or "cdktf.out"
    if isinstance(error, OSError):
        return f"{output}: cannot be written: {error.strerror}"
    # Node's words for an error of the system, which jsii passes on: `ENOSPC: no space left on device, write`.
    if said := re.search(r"\bE[A-Z]+: ([^,\n]+)", str(error)):
        return f"{output}: cannot be written: {said[1]}"
    raise error


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.exit("main.py has no options: it reads the folder that ENVIRONMENTS names. For commands: spillway --help")
    sys.exit(main())
