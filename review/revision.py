"""An environment file as a git revision has it, with what it names: schemas, folders of code."""

import io
import os
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

    What the file names is copied for as long as it is read, so that it is that revision's too.
    Raises ReviewError, EnvironmentFileError.
    """
    repository = _Repository(file)
    commit = repository.commit(revision)
    if not repository.listed(commit, [repository.path]):
        return None
    with tempfile.TemporaryDirectory() as folder:
        repository.copy(commit, [repository.path], Path(folder))
        copied = Path(folder) / repository.path
        repository.copy(commit, repository.listed(commit, list(_named(copied, repository.path))), Path(folder))
        try:
            return read_environment(copied)
        except EnvironmentFileError as error:
            shown = f"{revision}:{repository.path}"
            raise EnvironmentFileError(line.replace(copied.as_posix(), shown, 1) for line in error.lines) from None


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
            self._folder = Path(self._run("rev-parse", "--show-toplevel").decode().rstrip("\n"))
        except subprocess.CalledProcessError:
            raise ReviewError(f"{file.parent.as_posix()} is in no git repository") from None
        self.path = file.resolve().relative_to(self._folder.resolve()).as_posix()

    def commit(self, revision: str) -> str:
        try:
            found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        except subprocess.CalledProcessError:
            raise ReviewError(f"no revision {revision!r} here; a shallow clone must fetch it first") from None
        return found.decode().strip()

    def listed(self, commit: str, paths: list[str]) -> list[str]:
        """Those of the paths that the commit has, files and folders."""
        if not paths:
            return []
        files = self._run("ls-tree", "-r", "-z", "--name-only", commit, "--", *paths).decode().split("\0")
        return [path for path in paths if any(name == path or name.startswith(f"{path}/") for name in files)]

    def copy(self, commit: str, paths: list[str], folder: Path) -> None:
        if not paths:
            return
        archive = self._run("archive", "--format=tar", commit, "--", *paths)
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            for member in tar:
                # A link would lead out of the copy; a file of a commit lies within its tree.
                if member.isfile() and (content := tar.extractfile(member)):
                    to = folder / member.name
                    to.parent.mkdir(parents=True, exist_ok=True)
                    to.write_bytes(content.read())

    def _run(self, *arguments: str) -> bytes:
        # Paths are paths, whatever characters they have; and a reader takes no lock.
        environment = {**os.environ, "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0"}
        command = [self._git, "-C", str(self._folder), *arguments]
        return subprocess.run(command, capture_output=True, check=True, env=environment).stdout  # noqa: S603  # git alone


def _named(file: Path, path: str) -> Iterator[str]:
    """Whatever the file might name beside itself: every text of it, as a path of the repository."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
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
