"""`make committed ENV=prod`: writes a stack's Terraform JSON to a folder that you commit.

A VCS-driven workspace runs what is in the repository and does not synthesize. The folder `committed/<environment>`
contains the JSON and the zips that it refers to.
"""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from settings.environment import Environment
from settings.problem import EnvironmentFileError
from settings.read import environments_folder
from tools.shared_state import require

FOLDER = Path("committed")
# Files that Terraform and its users add to the folder stay. .terraform.lock.hcl should be committed too.
_CONFIGURATION = "cdk.tf.json"
_OURS = (_CONFIGURATION, "functions/*.zip")

Files = dict[str, bytes]


app = typer.Typer(
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def main(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ENVIRONMENT",
            help="Names in the folder environments, or .toml files. Default: all that are in committed.",
            show_default=False,
        ),
    ] = None,
    *,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 if one is out of date.")] = False,
) -> None:
    """Write committed/ENVIRONMENT from its environment file, for a workspace that runs what is in the repository."""
    environments = environments_folder()
    try:
        chosen = names or sorted(folder.name for folder in FOLDER.glob("*/"))
        known = [require(name) for name in chosen]
        stacks = {environment.name: synthesized(environment) for environment in known}
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
            where = f"{(FOLDER / name).as_posix()} does not match {environments.as_posix()}/{name}.toml"
            print(f"{where} ({', '.join(differing)}); run: make committed ENV={name}", file=sys.stderr)
    if wrong:
        raise typer.Exit(1)


def synthesized(environment: Environment) -> Files:
    """The files of the stack by their path in its folder."""
    with tempfile.TemporaryDirectory(prefix="spillway-committed-") as output:
        from main import build_app  # noqa: PLC0415  # CDKTF takes seconds to import, and `--help` needs none of it

        build_app((environment,), outdir=output).synth()
        return _read(Path(output) / "stacks" / environment.name, "**/*")


def _read(folder: Path, *patterns: str) -> Files:
    found = (file for pattern in patterns for file in folder.glob(pattern) if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}


def differences(folder: Path, files: Files) -> list[str]:
    """Names of the files that are missing, changed or left over."""
    there = _read(folder, *_OURS)
    return sorted(name for name in files.keys() | there.keys() if files.get(name) != there.get(name))


def write(folder: Path, files: Files) -> None:
    """Write these files to the folder, and print each one that changes.

    If writing is interrupted, for instance by a full disk, each file has its old or its new content. The zips come
    before the configuration that names them, and zips that it no longer names are removed last.
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
