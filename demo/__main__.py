"""`python -m demo local`."""

import typer

from demo.command import demo

if __name__ == "__main__":
    typer.run(demo)
