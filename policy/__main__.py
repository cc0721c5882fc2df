"""`python -m policy cdktf.out`."""

import typer

from policy.command import policy

if __name__ == "__main__":
    typer.run(policy)
