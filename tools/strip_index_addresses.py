"""Removes the package indexes from a Pipfile.lock, so that installation uses the machine's own (docs/adr/0003)."""

import json
from pathlib import Path
from typing import Annotated

import typer


def strip(lock: Path) -> None:
    """Rewrite the lock file in pipenv's own layout, without `sources` and without each package's `index`."""
    content = json.loads(lock.read_text())
    content["_meta"]["sources"] = []
    for group, packages in content.items():
        if group != "_meta":
            for package in packages.values():
                package.pop("index", None)
    lock.write_text(json.dumps(content, indent=4) + "\n")


def main(locks: Annotated[list[Path], typer.Argument(metavar="LOCK...")]) -> None:
    """Rewrite these lock files without index addresses."""
    for lock in locks:
        strip(lock)


if __name__ == "__main__":
    typer.run(main)
