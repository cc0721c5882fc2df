"""`python -m tools.freeze_release`: records what this version promises, for the tests of later versions.

Copies the environment files and the files that they refer to into tests/releases/<version>, and records their addresses
and outputs (docs/upgrading.md). Run it once for each version, at its release.
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
    """The folder for the version in pyproject.toml."""
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    folder = releases / version
    shutil.rmtree(folder, ignore_errors=True)
    environments = folder / "environments"
    for source in SOURCES:
        shutil.copytree(source, environments, dirs_exist_ok=True)
    for file in environments.glob("*.toml"):
        # The schema of that version is not kept.
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
