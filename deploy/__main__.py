"""`python -m deploy prod`: deploy one environment, and see that its stage serves it."""

import argparse
import os
import subprocess
import sys

from deploy.steps import DeployError, deploy
from deploy.terraform import ROOT, Terraform, TerraformFailedError, TerraformUnavailableError, terraform_binary
from deploy.variables import missing_variables
from settings.read import environments_folder


def main(arguments: list[str]) -> int:
    """0 if the stage serves what the environment file names; 1 if it does not, or if nothing was deployed."""
    parser = argparse.ArgumentParser(prog="python -m deploy", description=__doc__)
    parser.add_argument("environment", help="a file of environments/, without .toml")
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    options = parser.parse_args(arguments)
    file = environments_folder() / f"{options.environment}.toml"
    if not file.is_file():
        return _stop(f"{file.as_posix()}: no such environment file")
    try:
        binary = terraform_binary()
        # Its own messages say what is wrong with an environment file. -O: without jsii's checks of argument types.
        if subprocess.run([sys.executable, "-O", "main.py", options.environment], cwd=ROOT, check=False).returncode:
            return 1
        output = ROOT / (os.environ.get("CDKTF_OUTDIR") or "cdktf.out")
        stack = output / "stacks" / options.environment
        if missing := missing_variables(stack):
            names = ", ".join(f"TF_VAR_{name}" for name in missing)
            return _stop(f"Terraform needs a value for {names}: export it, then run make deploy again.")
        terraform = Terraform(stack, binary=binary)
        deploy(terraform, agree=(lambda: True) if options.yes else _agree, say=_say)
    except (DeployError, TerraformFailedError, TerraformUnavailableError) as error:
        return _stop(str(error))
    return 0


def _agree() -> bool:
    _say("Apply? Only yes applies.")
    try:
        return input().strip() == "yes"
    except EOFError:
        _say("Nobody is there to ask. YES=1 applies without asking.")
        return False


def _say(line: str) -> None:
    # Terraform writes to the same terminal from a process of its own.
    print(f"\n{line}", flush=True)


def _stop(message: str) -> int:
    print(f"\n{message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
