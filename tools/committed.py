"""`make committed ENV=prod`: a stack's Terraform JSON in a folder of its own, to be committed.

A VCS-driven workspace runs what is in the repository; nobody synthesizes there. The folder `committed/<environment>`
has the JSON, and beside it the zips that it refers to.
"""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from main import build_app
from settings.environment import Environment
from settings.problem import EnvironmentFileError
from settings.read import environments_folder
from tools.shared_state import require

FOLDER = Path("committed")
# What Terraform and its users may put beside it stays: .terraform.lock.hcl is there to be committed too.
_CONFIGURATION = "cdk.tf.json"
_OURS = (_CONFIGURATION, "functions/*.zip")

Files = dict[str, bytes]


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    names: Annotated[list[str] | None, typer.Argument(metavar="ENVIRONMENT", show_default=False)] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; 1 where a folder is not up to date.")] = False,
) -> None:
    """Write committed/ENVIRONMENT from the environment's file. Default: those that have a folder there."""
    environments = environments_folder()
    try:
        chosen = names or sorted(folder.name for folder in FOLDER.glob("*/"))
        known = {name: require(name, environments) for name in chosen}
        stacks = {name: synthesized(environment) for name, environment in known.items()}
    except EnvironmentFileError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    wrong = False
    for name, files in stacks.items():
        if not check:
            try:
                write(FOLDER / name, files)
            except OSError as error:
                print(f"{(FOLDER / name).as_posix()}: cannot be written: {error.strerror}", file=sys.stderr)
                raise typer.Exit(1) from None
        elif differing := differences(FOLDER / name, files):
            wrong = True
            where = f"{(FOLDER / name).as_posix()} is not what {environments.as_posix()}/{name}.toml says"
            print(f"{where} ({', '.join(differing)}); run: make committed ENV={name}", file=sys.stderr)
    if wrong:
        raise typer.Exit(1)


def synthesized(environment: Environment) -> Files:
    """The files of the stack, by their path in its folder."""
    with tempfile.TemporaryDirectory(prefix="spillway-committed-") as output:
        build_app((environment,), outdir=output).synth()
        return _read(Path(output) / "stacks" / environment.name, "**/*")


def _read(folder: Path, *patterns: str) -> Files:
    found = (file for pattern in patterns for file in folder.glob(pattern) if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


def differences(folder: Path, files: Files) -> list[str]:
    """The names of files that are missing, changed or left over."""
    there = _read(folder, *_OURS)
    return sorted(name for name in files.keys() | there.keys() if files.get(name) != there.get(name))


def write(folder: Path, files: Files) -> None:
    """Make the folder have these files; report each that changes.

    What is cut off, by a full disk for instance, leaves each file as it was or as it is to be. The zips come before the
    configuration that names them, and those that it names no more go last.
    """
    differing = differences(folder, files)
    for name in differing:
        print((folder / name).as_posix())
    for name in sorted(differing, key=lambda name: (name not in files, name == _CONFIGURATION)):
        file = folder / name
        if name not in files:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f".{file.name}.unfinished")
        try:
            unfinished.write_bytes(files[name])
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)


if __name__ == "__main__":
    app()
