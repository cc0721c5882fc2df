"""`python -m deploy prod`."""

import typer

from deploy.command import deploy

if __name__ == "__main__":
    typer.run(deploy)
