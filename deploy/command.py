"""The command line of a deploy. It loads what it needs itself, so that --help is quick."""

import sys
from typing import Annotated

import typer


def deploy(
    environment: Annotated[
        str, typer.Argument(metavar="ENVIRONMENT", help="A name in the folder environments, or a .toml file.")
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
) -> None:
    """Plan, ask, apply, and continue until the stage serves what the environment file contains."""
    import subprocess

    from deploy.credentials import missing_credentials
    from deploy.steps import DeployError
    from deploy.steps import deploy as take_steps
    from deploy.terraform import (
        ROOT,
        Terraform,
        TerraformFailedError,
        TerraformUnavailableError,
        stack_folder,
        terraform_binary,
    )
    from deploy.variables import missing_variables
    from settings.environment_name import name_in_folder
    from settings.problem import EnvironmentFileError

    try:
        environment = name_in_folder(environment)
        binary = terraform_binary()
        # main.py reports mistakes in the environment file itself. -O: without jsii's checks of argument types.
        if subprocess.run([sys.executable, "-O", ROOT / "main.py", environment], check=False).returncode:
            raise typer.Exit(1)
        stack = stack_folder(environment)
        if missing := missing_variables(stack):
            names = ", ".join(f"TF_VAR_{name}" for name in missing)
            raise _stop(f"Terraform needs a value for {names}: export it, then deploy again.")
        if without := missing_credentials(stack):
            raise _stop(without)
        terraform = Terraform(stack, binary=binary)
        take_steps(terraform, agree=(lambda: True) if yes else agree, say=_say)
    except (EnvironmentFileError, DeployError, TerraformFailedError, TerraformUnavailableError) as error:
        raise _stop(str(error)) from None


def agree() -> bool:
    """Ask on the terminal. Only `yes` agrees, like in Terraform."""
    _say("Apply these changes? Only 'yes' is accepted.")
    try:
        return input().strip() == "yes"
    except EOFError:
        _say("There is no terminal to ask on. --yes applies without asking; with make it is YES=1.")
        return False


def _say(line: str) -> None:
    # Terraform writes to the same terminal from its own process.
    print(f"\n{line}", flush=True)


def _stop(message: str) -> typer.Exit:
    print(f"\n{message}", file=sys.stderr)
    return typer.Exit(1)
