"""An environment file as a git revision has it, with what it names: schemas, folders of code."""

import atexit
import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from posixpath import normpath
from typing import Any

from review.refusal import ReviewError
from settings.environment import Environment
from settings.problem import EnvironmentFileError
from settings.read import read_environment


def read_at(file: Path, revision: str) -> Environment | None:
    """The environment of that revision; None where it has no such file. Touches neither index nor working tree.

    What the file names is copied, so that it is that revision's too. The copy stays until this process ends: settings
    name a folder of code, and the review reads what is in it.
    Raises ReviewError, EnvironmentFileError.
    """
    repository = _Repository(file)
    commit = repository.commit(revision)
    if not repository.existing_paths(commit, [repository.path]):
        return None
    folder = Path(tempfile.mkdtemp()).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    repository.copy(commit, [repository.path], folder)
    copied = folder / repository.path
    if not copied.is_file():
        raise EnvironmentFileError.of(f"{revision}:{repository.path}", "is a link, and no file")
    repository.copy(commit, repository.existing_paths(commit, list(_possible_paths(copied, repository.path))), folder)
    try:
        return read_environment(copied, root=folder)
    except EnvironmentFileError as error:
        shown = f"{revision}:{repository.path}"
        raise EnvironmentFileError(line.replace(copied.as_posix(), shown, 1) for line in error.lines) from None


def names_at(folder: Path, revision: str) -> tuple[str, ...]:
    """The environments that the folder has at that revision. Raises ReviewError."""
    repository = _Repository(folder / "environment.toml")
    return repository.names_beside(repository.commit(revision))


# What git is asked for with one command line; each is the name of a file that is there.
_PATHS_AT_ONCE = 100


class _Repository:
    """The repository of one file."""

    def __init__(self, file: Path) -> None:
        git = shutil.which("git")
        if git is None:
            raise ReviewError("--base and --head need git, and there is none on the PATH")
        self._git = git
        self._folder = file.resolve().parent
        if not self._folder.is_dir():
            raise ReviewError(f"no such folder: {file.parent.as_posix()}")
        try:
            self._folder = Path(self._run_git("rev-parse", "--show-toplevel").decode().rstrip("\n"))
        except ReviewError:
            raise ReviewError(f"{file.parent.as_posix()} is in no git repository") from None
        self.path = file.resolve().relative_to(self._folder.resolve()).as_posix()

    def commit(self, revision: str) -> str:
        try:
            found = self._run_git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        except ReviewError:
            found = b""
        commit = found.decode().strip()
        # `^HEAD` is answered too, with a sign in front that means everything but that commit.
        if not re.fullmatch(r"[0-9a-f]{40,64}", commit):
            raise ReviewError(f"no revision {revision!r} here; a shallow clone must fetch it first")
        return commit

    def existing_paths(self, commit: str, paths: list[str]) -> list[str]:
        """Those of the paths that the commit has, files and folders."""
        if not paths:
            return []
        # All of them: a path may be any text of the file, and no command line takes one of 128 KiB.
        files = self._run_git("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit).decode().split("\0")
        known = {above.as_posix() for name in files if name for above in (Path(name), *Path(name).parents)}
        return [path for path in paths if path in known]

    def names_beside(self, commit: str) -> tuple[str, ...]:
        """The .toml files in the folder of the file, without their ending."""
        folder = self.path.rpartition("/")[0]
        within = ["--", f"{folder}/"] if folder else []
        found = self._run_git("ls-tree", "-z", "--name-only", "--full-tree", commit, *within).decode().split("\0")
        return tuple(Path(path).stem for path in found if path.endswith(".toml"))

    def copy(self, commit: str, paths: list[str], folder: Path) -> None:
        for start in range(0, len(paths), _PATHS_AT_ONCE):
            self._extract(
                self._run_git("archive", "--format=tar", commit, "--", *paths[start : start + _PATHS_AT_ONCE]), folder
            )

    @staticmethod
    def _extract(archive: bytes, folder: Path) -> None:
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for member in tar:
                # A link would lead out of the copy; a file of a commit lies within its tree.
                if member.isfile() and (content := tar.extractfile(member)):
                    to = folder / member.name
                    to.parent.mkdir(parents=True, exist_ok=True)
                    to.write_bytes(content.read())

    def _run_git(self, *arguments: str) -> bytes:
        # Paths are paths, whatever characters they have; and a reader takes no lock.
        environment = {**os.environ, "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0"}
        command = [self._git, "-C", str(self._folder), *arguments]
        done = subprocess.run(command, capture_output=True, check=False, env=environment)  # noqa: S603  # git alone
        if done.returncode:
            message = done.stderr.decode(errors="replace").strip().partition("\n")[0] or f"ended with {done.returncode}"
            raise ReviewError(f"git {arguments[0]}: {message}")
        return done.stdout


def _possible_paths(file: Path, path: str) -> Iterator[str]:
    """Whatever the file might name beside itself: every text of it, as a path of the repository."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return  # read_environment says what is wrong
    folder = path.rpartition("/")[0]
    for text in set(_texts(table)):
        if text and "\0" not in text and "\n" not in text and not text.startswith("/"):
            named = normpath(f"{folder}/{text}" if folder else text)
            if named != "." and not named.startswith(".."):
                yield named


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _texts(each)
        case list():
            for each in value:
                yield from _texts(each)
        case _:
            pass  # Numbers, booleans and dates.
