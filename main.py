"""Synthesize one Terraform configuration for each environment file."""

import gc

if __name__ == "__main__":
    # This process ends when it has written: collecting cycles, imports' too, is a tenth of its time.
    gc.disable()

import lazy_provider

lazy_provider.install()

import os
import sys
from pathlib import Path

from cdktf import App

from settings.environment import Environment
from settings.problem import EnvironmentFileError
from settings.read import environments_folder, read_environments
from stacks.rate_limited_api_stack import RateLimitedApiStack

ROOT = Path(__file__).parent


def build_app(environments: tuple[Environment, ...], *, outdir: str | None = None) -> App:
    """One stack for each environment, named after it. Default of `outdir`: cdktf.out, or what the CDKTF CLI says."""
    app = App(outdir=outdir)
    for environment in environments:
        RateLimitedApiStack(app, environment.name, environment=environment)
    return app


def main() -> int:
    """Read the folder that ENVIRONMENTS names (default: environments), write cdktf.out; 1 where a file is refused.

    Warnings go to standard error.
    """
    try:
        environments = read_environments(environments_folder())
        app = build_app(environments)
    except EnvironmentFileError as error:
        print(error, file=sys.stderr)
        return 1
    app.synth()
    # The CDKTF CLI sets this to say the annotations itself, and logs as an error whatever is on standard error.
    if "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS" not in os.environ:
        for environment in environments:
            for warning in environment.warnings():
                print(f"warning: {environment.name}: {warning}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
