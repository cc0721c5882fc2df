"""`python -m tools.freeze_release`: keep what this version promises, for the tests of the next ones.

Copies the environment files, and what they refer to, to tests/releases/<version>, and writes down the addresses and
outputs that come of them (docs/upgrading.md). Run once for each version, when it is released.
"""

import json
import shutil
import tomllib
from pathlib import Path

import typer

from settings.read import read_environments
from tools.committed import synthesized

ROOT = Path(__file__).parent.parent
SOURCES = (ROOT / "environments", ROOT / "docs" / "examples")


def freeze(releases: Path) -> Path:
    """The folder of the version that pyproject.toml names."""
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    folder = releases / version
    shutil.rmtree(folder, ignore_errors=True)
    environments = folder / "environments"
    for source in SOURCES:
        shutil.copytree(source, environments, dirs_exist_ok=True)
    for file in environments.glob("*.toml"):
        # The schema of then is not kept.
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith("#:schema ")), encoding="utf-8")
    promised = {}
    for environment in read_environments(environments):
        content = json.loads(synthesized(environment)["cdk.tf.json"])
        promised[environment.name] = {
            "addresses": sorted(f"{type_}.{name}" for type_, made in content["resource"].items() for name in made),
            "outputs": sorted(content["output"]),
        }
    (folder / "promised.json").write_text(json.dumps(promised, indent=1) + "\n", encoding="utf-8")
    return folder


def main() -> None:
    """Keep in tests/releases what this version promises."""
    print(freeze(ROOT / "tests" / "releases"))


if __name__ == "__main__":
    typer.run(main)
