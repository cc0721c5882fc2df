"""Removes the package indexes from a Pipfile.lock, so that installation uses the machine's own (docs/adr/0003)."""

import json
import sys
from pathlib import Path


def strip(lock: Path) -> None:
    """Rewrite the lock file in pipenv's own layout, without `sources` and without each package's `index`."""
    content = json.loads(lock.read_text())
    content["_meta"]["sources"] = []
    for group, packages in content.items():
        if group != "_meta":
            for package in packages.values():
                package.pop("index", None)
    lock.write_text(json.dumps(content, indent=4) + "\n")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        strip(Path(argument))
