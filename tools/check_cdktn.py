"""`make check-cdktn`: moves a temporary copy of the project to CDK Terrain, runs its tests and compares its JSON."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from tools.cdk_terrain import CDKTN, CDKTN_PROVIDER_AWS, METADATA, ROOT, Rule, project_files, rewrite

KEPT = ROOT / ".cdktn"
PYTHON = KEPT / ".venv" / "bin" / "python"
# Every route, backend and limit for which there is an example.
FOLDERS = ("environments", "docs/examples")

REPLACED = frozenset({"cdktf", "cdktf-cdktf-provider-aws", "constructs"})
REQUIRED = (f"cdktn=={CDKTN}", f"cdktn-provider-aws=={CDKTN_PROVIDER_AWS}", "constructs>=10.6,<10.8")

# Tests that do not concern the bindings.
LEFT_OUT = {
    "tests/deploy": "needs the network",
    "tests/policy": "reads the JSON, which is the same",
    "tests/tools/test_cdk_terrain.py": "moves the project, which the copy is already",
}
# Tests of CDKTF's own bindings.
DESELECTED = {
    "tests/lazy_provider/test_same_output.py": "counts the Python modules that CDKTF's bindings load at once",
    "tests/terraform/test_newer_argument.py::test_the_bindings_still_lack_it": "CDK Terrain's bindings have it",
}

Difference = tuple[tuple[str, ...], Any, Any]


def main() -> None:
    """Move a temporary copy to CDK Terrain and run its tests. 0 if they pass and the JSON differs only in METADATA."""
    _install()
    with tempfile.TemporaryDirectory(prefix="spillway-cdktn-") as folder:
        copy = Path(folder) / "project"
        copy_rewritten(copy)
        _commit(copy)
        different = [environments for environments in FOLDERS if not _compare(copy, Path(folder), environments)]
        passed = _test(copy)
    raise typer.Exit(0 if passed and not different else 1)


def requirements(lock: dict[str, Any]) -> str:
    """The locked packages of every category, with CDK Terrain's packages in place of CDKTF's."""
    categories = (packages for category, packages in lock.items() if category != "_meta")
    packages = {name: package for category in categories for name, package in category.items()}
    lines = [
        f"{name}{package['version']}" + (f" ; {package['markers']}" if "markers" in package else "")
        for name, package in sorted(packages.items())
        if name not in REPLACED
    ]
    return "\n".join([*lines, *REQUIRED, ""])


def copy_rewritten(copy: Path) -> set[Rule]:
    """Copy the project's files and move them to CDK Terrain; return the rules that changed something."""
    used: set[Rule] = set()
    for file in project_files():
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, copy / file)
        used |= rewrite(copy, file)
    return used


def differences(ours: Any, theirs: Any, path: tuple[str, ...] = ()) -> Iterator[Difference]:
    """Where and how two JSON values differ. A list is compared as one value, because its order matters."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            yield from differences(ours.get(key), theirs.get(key), (*path, key))
    elif ours != theirs:
        yield path, ours, theirs


def _commit(copy: Path) -> None:
    """Commit the copy, because some tests ask git for an earlier version."""
    identity = ("-c", "user.name=check-cdktn", "-c", "user.email=check-cdktn@example.com")
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "moved to CDK Terrain"]):
        subprocess.run(["git", *identity, *command], cwd=copy, check=True)  # noqa: S607  # git, wherever it is


def _install() -> None:
    wanted = requirements(json.loads((ROOT / "Pipfile.lock").read_text()))
    installed = KEPT / "requirements.txt"
    if installed.exists() and installed.read_text() == wanted:
        return
    print(f"installing cdktn {CDKTN} and cdktn-provider-aws {CDKTN_PROVIDER_AWS} into {KEPT.name}/.venv (once)")
    KEPT.mkdir(exist_ok=True)
    installed.unlink(missing_ok=True)
    venv.create(KEPT / ".venv", with_pip=True, clear=True)
    new = KEPT / "wanted.txt"
    new.write_text(wanted)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--requirement", new], check=True)
    new.rename(installed)


def _compare(copy: Path, scratch: Path, environments: str) -> bool:
    """Synthesize these files with both, and report the differences."""
    ours, theirs = scratch / "cdktf" / environments, scratch / "cdktn" / environments
    _synthesize(ROOT, sys.executable, environments, ours)
    _synthesize(copy, PYTHON, environments, theirs)
    stacks = {file.parent.name for output in (ours, theirs) for file in output.glob("stacks/*/cdk.tf.json")}
    ignored: set[str] = set()
    same = True
    for stack in sorted(stacks):
        read = [json.loads((output / "stacks" / stack / "cdk.tf.json").read_text()) for output in (ours, theirs)]
        for path, before, after in differences(*read):
            difference = f"{'.'.join(path)}: {before!r} -> {after!r}"
            if path in METADATA:
                ignored.add(difference)
            else:
                same = False
                print(f"{environments}/{stack}.toml: {difference}")
    verdict = "the same JSON" if same else "not the same JSON"
    print(f"{environments}: {verdict} of {len(stacks)} stacks from both, except for version metadata:")
    for difference in sorted(ignored):
        print(f"  {difference}")
    return same and bool(stacks)


def _synthesize(project: Path, python: str | Path, environments: str, output: Path) -> None:
    output.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [python, "main.py"],
        cwd=project,
        env={**_environment(Path(python).parent), "ENVIRONMENTS": environments, "CDKTF_OUTDIR": str(output)},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _test(copy: Path) -> bool:
    print("running the tests that need no network in the copy; left out:")
    for name, reason in {**LEFT_OUT, **DESELECTED}.items():
        print(f"  {name}: {reason}")
    skipped = [f"--ignore={name}" for name in LEFT_OUT] + [f"--deselect={test}" for test in DESELECTED]
    workers = ["--numprocesses=auto", "--maxprocesses=4", "--maxschedchunk=1"]
    done = subprocess.run(
        [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", *workers, *skipped],
        cwd=copy,
        env=_environment(PYTHON.parent),
        check=False,
    )
    return done.returncode == 0


def _environment(programs: Path) -> dict[str, str]:
    """The current environment variables, without those that make and lazy_provider set for this project's own
    programs.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in {"NODE_OPTIONS", "JSII_NODE"}}
    return {**inherited, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}


if __name__ == "__main__":
    typer.run(main)
