"""Spillway's version, and the version that a project requires."""

import tomllib
from pathlib import Path

from review.refusal import ReviewError

CHECKOUT = Path(__file__).parent.parent
PROJECT_FILE = Path("spillway.toml")
"""In the root of a project that is separate from Spillway's files: docs/projects.md."""


def version() -> str:
    """The version in pyproject.toml, such as `0.1.0`."""
    content = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    return str(content["project"]["version"])


def require_the_version_of_the_project() -> None:
    """Refuse to run in a project that requires another version, which could render something else.

    Raises ReviewError. A folder without spillway.toml requires none.
    """
    try:
        content = tomllib.loads(PROJECT_FILE.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return
    except OSError as error:
        raise ReviewError(f"{PROJECT_FILE}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReviewError(f"{PROJECT_FILE}: is not TOML: {error}") from None
    if unknown := sorted(content.keys() - {"version"}):
        raise ReviewError(f"{PROJECT_FILE}: {unknown[0]}: unknown key; there is version")
    named, here = content.get("version"), version()
    if not isinstance(named, str):
        raise ReviewError(f'{PROJECT_FILE}: version: missing, and required: a version in quotes, "{here}"')
    if named != here:
        raise ReviewError(
            f"{PROJECT_FILE}: version = {named!r}: this is Spillway {here}; run {named}, or upgrade the project to "
            f"{here} (docs/projects.md)"
        )
