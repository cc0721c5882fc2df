"""Files that an environment file names. They are found beside it, whatever folder the program runs in."""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo

# What is made by tools and never part of the code.
_LEFT_OUT = frozenset({"__pycache__", ".git", ".DS_Store", ".venv"})

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, "Deployment package", read 2026-11.
# Our zip is not compressed (constructs/gateway/archive.py), so its size is that of the files.
MOST_MEGABYTES = 50
_MEGABYTE = 1024 * 1024

# The key of the validation context that holds the environment file's folder.
FOLDER = "folder"


def _beside(info: ValidationInfo, name: str) -> Path:
    if name.startswith(("/", "~")) or "\\" in name or ":" in name:
        raise ValueError("must be a path relative to the environment file, with forward slashes")
    folder: Path = (info.context or {}).get(FOLDER, Path())
    return folder / name


def _folder(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    folder = _beside(info, value)
    if not folder.is_dir():
        raise ValueError("no such folder beside the environment file")
    files = files_of(folder)
    if not files:
        raise ValueError("must hold a file; a function is made of them")
    megabytes = -(-sum(file.stat().st_size for file in files) // _MEGABYTE)
    if megabytes > MOST_MEGABYTES:
        raise ValueError(
            f"must hold at most {MOST_MEGABYTES} MB, as much as Lambda takes in an upload, and holds {megabytes}; "
            "deploy such a function elsewhere and name its function_arn"
        )
    return folder


def files_of(folder: Path) -> list[Path]:
    """Every file of a function's code, by name."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc")
    inside = ((file.relative_to(folder).as_posix(), file) for file in files)
    return [file for name, file in sorted(inside) if not _LEFT_OUT & set(Path(name).parts)]


def _json_document(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(_beside(info, value).read_text(encoding="utf-8-sig"))
    except OSError:
        raise ValueError("no such file beside the environment file") from None
    except UnicodeDecodeError:
        raise ValueError("must be a file in UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"must be a file with JSON: {error}") from None
    except RecursionError:
        raise ValueError("must be a file with JSON that is not nested so deep") from None


Folder = Annotated[Path, BeforeValidator(_folder, json_schema_input_type=str)]
"""A folder that is there, with code in it that Lambda can take."""

JsonDocument = Annotated[dict[str, Any], BeforeValidator(_json_document, json_schema_input_type=str | dict[str, Any])]
"""A file's JSON object, or a table with the same."""
