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
from collections.abc import Mapping, Sequence
from pathlib import Path

from cdktf import App

from settings.environment import Environment
from settings.environment_name import name_in_folder
from settings.problem import EnvironmentFileError, Problem
from settings.read import environments_folder, read_each, warnings_of
from stacks.rate_limited_api_stack import RateLimitedApiStack
from stacks.refused_stack import RefusedStack, refused_stack_name

ROOT = Path(__file__).parent


def build_app(
    environments: tuple[Environment, ...],
    *,
    outdir: str | None = None,
    warnings: Mapping[str, tuple[Problem, ...]] | None = None,
    refused: Mapping[str, EnvironmentFileError] | None = None,
) -> App:
    """Build one stack for each environment, named after it. `outdir` defaults to cdktf.out or the CDKTF CLI's setting.

    `warnings`, by environment, become annotations. Default: the result of `warnings_of`. A `refused` file becomes a
    stack that Terraform refuses.
    """
    app = App(outdir=outdir)
    warnings = warnings_of(environments) if warnings is None else warnings
    for environment in environments:
        name = environment.name
        RateLimitedApiStack(app, name, environment=environment, warnings=warnings[name])
    taken = {environment.name for environment in environments}
    for file_name, error in (refused or {}).items():
        name = refused_stack_name(file_name, taken)
        taken.add(name)
        RefusedStack(app, name, error=error)
    return app


def main(wanted: Sequence[str] = ()) -> int:
    """Read the folder that ENVIRONMENTS names (default: environments) and write cdktf.out.

    1 if the file of a wanted environment is refused, or cannot be found. Default: all are wanted. The stacks of the
    other files are written nevertheless, so that a broken file keeps nobody from deploying another environment.
    Warnings of the wanted files and all refusals go to standard error.
    """
    try:
        names = {name_in_folder(each) for each in wanted}
        environments, refused = read_each(environments_folder())
        found = warnings_of(environments)
        if output := os.environ.get("CDKTF_OUTDIR"):
            Path(output).mkdir(parents=True, exist_ok=True)
        build_app(environments, warnings=found, refused=refused).synth()
    except EnvironmentFileError as error:
        print(error, file=sys.stderr)
        return 1
    except (OSError, RuntimeError) as error:
        print(_unwritten(error), file=sys.stderr)
        return 1
    # The CDKTF CLI sets this. It prints the annotations itself, and logs everything on standard error as an error.
    if "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS" in os.environ:
        # It does not tell which stack it is to deploy, and an error would keep it from deploying any.
        return 0
    for name, warnings in found.items():
        for warning in warnings if not names or name in names else ():
            print(f"warning: {name}: {warning}", file=sys.stderr)
    for refusal in refused.values():
        print(refusal, file=sys.stderr)
    return 1 if (refused.keys() & names if names else refused) else 0


def _unwritten(error: OSError | RuntimeError) -> str:
    """The reason in one line if the configuration could not be written; any other error is raised again."""
    output = os.environ.get("CDKTF_OUTDIR") or "cdktf.out"
    if isinstance(error, OSError):
        return f"{output}: cannot be written: {error.strerror}"
    # Node's message for a system error, which jsii passes on: `ENOSPC: no space left on device, write`.
    if reason := re.search(r"\bE[A-Z]+: ([^,\n]+)", str(error)):
        return f"{output}: cannot be written: {reason[1]}"
    raise error


if __name__ == "__main__":
    if options := [argument for argument in sys.argv[1:] if argument.startswith("-")]:
        sys.exit(f"main.py has no option {options[0]}: it takes names of environments. For commands: spillway --help")
    sys.exit(main(sys.argv[1:]))
