"""`spillway`, and `python -m spillway`."""

import sys
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent


def run() -> None:
    """End this process with the exit code of the command."""
    if not (CHECKOUT / "main.py").is_file():
        sys.exit("spillway runs from its own checkout, and this is a copy of one folder of it: see docs/projects.md")
    # Neither is there without the checkout.
    import interrupted  # noqa: PLC0415

    interrupted.quietly()
    from spillway.commands import main  # noqa: PLC0415

    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
