"""`python -m deploy prod`: deploy one environment, then check that its stage serves the new configuration."""

import argparse
import os
import subprocess
import sys

from deploy.steps import DeployError, deploy
from deploy.terraform import ROOT, Terraform, TerraformFailedError, TerraformUnavailableError, terraform_binary
from settings.read import environments_folder


def main(arguments: list[str]) -> int:
    """Return 0 if the stage serves the configuration of the environment file, 1 if it does not or nothing was
    deployed.
    """
    parser = argparse.ArgumentParser(prog="python -m deploy", description=__doc__)
    parser.add_argument("environment", help="name of a file in environments/, without .toml")
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    options = parser.parse_args(arguments)
    file = environments_folder() / f"{options.environment}.toml"
    if not file.is_file():
        return _stop(f"{file.as_posix()}: no such environment file")
    try:
        binary = terraform_binary()
        # main.py reports mistakes in the environment file itself. -O: without jsii's checks of argument types.
        if subprocess.run([sys.executable, "-O", "main.py", options.environment], cwd=ROOT, check=False).returncode:
            return 1
        output = ROOT / (os.environ.get("CDKTF_OUTDIR") or "cdktf.out")
        terraform = Terraform(output / "stacks" / options.environment, binary=binary)
        deploy(terraform, agree=(lambda: True) if options.yes else _agree, say=_say)
    except (DeployError, TerraformFailedError, TerraformUnavailableError) as error:
        return _stop(str(error))
    return 0


def _agree() -> bool:
    _say("Apply these changes? Only 'yes' is accepted.")
    try:
        return input().strip() == "yes"
    except EOFError:
        _say("There is no terminal to ask on. YES=1 applies without asking.")
        return False


def _say(line: str) -> None:
    # Terraform writes to the same terminal from its own process.
    print(f"\n{line}", flush=True)


def _stop(message: str) -> int:
    print(f"\n{message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
