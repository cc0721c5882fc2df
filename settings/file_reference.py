"""Files that an environment file names. Their paths are relative to it, whatever folder the program runs in.

A change to an environment file, or a link, must not read what happens to be on the machine that synthesizes: the
deploying process's variables in /proc, or a registry's password in the home folder. Every file must therefore be in the
repository, and outside of hidden folders such as .git.
"""

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo

# Files that tools create and that are never part of the code.
_LEFT_OUT = frozenset({"__pycache__", ".git", ".DS_Store", ".venv"})

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Deployment package", read 2026-11.
# Our zip is not compressed (constructs/gateway/archive.py), so its size is that of the files.
MOST_MEGABYTES = 50
_MEGABYTE = 1024 * 1024

# Our own limit: thousands of routes fit, and a TOML or JSON parser needs only seconds for it.
LARGEST_FILE = 10 * _MEGABYTE

# The key of the validation context that holds the Place of the environment file.
PLACE = "place"


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of an environment file, and the root that the files it names must be in."""

    folder: Path
    root: Path

    @classmethod
    def of(cls, folder: Path) -> "Place":
        """The root is the git repository. Without one, it is the folder itself."""
        real = _real(folder)
        root = next((above for above in (real, *real.parents) if (above / ".git").exists()), real)
        return cls(folder, root)

    def __str__(self) -> str:
        return "the environment file's folder" if self.root == _real(self.folder) else "the repository"

    def holds(self, path: Path) -> bool:
        """Whether the path, with links resolved, is in the root and not hidden. Parts of the folder's own path may be
        hidden.
        """
        real = _real(path)
        if real.is_relative_to(_real(self.folder)):
            return True
        return real.is_relative_to(self.root) and not any(
            part.startswith(".") for part in real.relative_to(self.root).parts
        )


def _real(path: Path) -> Path:
    """The path without links and `..`. Unlike Path.resolve, it accepts links that form a loop."""
    return Path(os.path.realpath(path))


def text_of(file: Path) -> str:
    """The text of a file, in UTF-8.

    Raises OSError, UnicodeDecodeError, and ValueError if it is not a file or is too large.
    """
    # Reading a FIFO would block, and reading a device would never end.
    if not stat.S_ISREG(file.stat().st_mode):
        raise ValueError("is not a file")
    with file.open("rb") as opened:
        content = opened.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"is larger than {LARGEST_FILE // _MEGABYTE} MB")
    # -sig: some editors on Windows write a byte order mark, which neither TOML nor JSON allows.
    return content.decode("utf-8-sig")


def _beside(info: ValidationInfo, name: str) -> Path:
    if name.startswith(("/", "~")) or "\\" in name or ":" in name or "\0" in name:
        raise ValueError("must be a path relative to the environment file, with forward slashes")
    place = _place(info)
    path = place.folder / name
    if not place.holds(path):
        raise ValueError(f"must not lead out of {place}, or into a hidden folder next to it")
    return path


def _place(info: ValidationInfo) -> Place:
    return (info.context or {}).get(PLACE) or Place.of(Path())


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """A folder with a function's code, as it was when Spillway read the environment file."""

    folder: Path
    digest: str
    """SHA-256 of the names and contents in the function's zip. It does not depend on where the folder is."""

    @classmethod
    def of(cls, folder: Path) -> "Code":
        """Raises OSError and ValueError for the same reasons as `files_of`."""
        digest = hashlib.sha256()
        for file in files_of(folder):
            digest.update(f"{_named(file, folder)}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return cls(folder=folder, digest=digest.hexdigest())


def _code(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    folder = _beside(info, value)
    place = _place(info)
    try:
        if not folder.is_dir():
            raise ValueError("no such folder next to the environment file")
        own = _real(place.folder)
        if _real(folder) in (own, *own.parents):
            raise ValueError("must not contain the environment file's own folder")
        files = files_of(folder)
        for file in files:
            if file.is_symlink() and not place.holds(file):
                raise ValueError(f"{_named(file, folder)} is a link that leads out of {place}")
        size = sum(file.stat().st_size for file in files)
        megabytes = -(-size // _MEGABYTE)
        code = Code.of(folder) if megabytes <= MOST_MEGABYTES else None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if not files:
        raise ValueError("must contain at least one file of the function")
    if code is None:
        raise ValueError(
            f"must hold at most {MOST_MEGABYTES} MB, as much as Lambda takes in an upload, and holds {megabytes}; "
            "deploy such a function elsewhere and name its function_arn"
        )
    return code


def files_of(folder: Path) -> list[Path]:
    """Every file of a function's code, sorted by name.

    Raises OSError for a file that cannot be read, and ValueError for one that a zip cannot hold: a link to a folder, a
    broken link, a FIFO or a device.
    """
    named = ((_named(file, folder), file) for file in _below(folder))
    return [file for _, file in sorted(named)]


def _below(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in _LEFT_OUT or entry.name.endswith(".pyc"):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _below(Path(entry.path))
            elif Path(entry.path).is_file():
                yield Path(entry.path)
            else:
                what = "is a link that leads to no file" if entry.is_symlink() else "is not a file"
                raise ValueError(f"{entry.name} {what}")


def _named(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()


def _json_document(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    file = _beside(info, value)
    try:
        return json.loads(text_of(file))
    except FileNotFoundError:
        raise ValueError("no such file next to the environment file") from None
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError("must be a file in UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"must be a file with JSON: {error}") from None
    except ValueError as error:
        # Python refuses integers of more than 4,300 digits with a message of its own.
        raise ValueError(
            "must be a file with JSON: a number has too many digits" if "digits" in str(error) else str(error)
        ) from None
    except RecursionError:
        raise ValueError("must be a file with JSON that is nested less deeply") from None


CodeFolder = Annotated[Code, BeforeValidator(_code, json_schema_input_type=str)]
"""An existing folder with code that Lambda accepts."""

JsonDocument = Annotated[dict[str, Any], BeforeValidator(_json_document, json_schema_input_type=str | dict[str, Any])]
"""The JSON object in a file, or a table with the same content."""
