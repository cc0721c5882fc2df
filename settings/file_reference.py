"""Files that an environment file names. They are found beside it, whatever folder the program runs in."""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo

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
    return folder


def _json_document(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(_beside(info, value).read_text(encoding="utf-8"))
    except OSError:
        raise ValueError("no such file beside the environment file") from None
    except UnicodeDecodeError:
        raise ValueError("must be a file in UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"must be a file with JSON: {error}") from None


Folder = Annotated[Path, BeforeValidator(_folder, json_schema_input_type=str)]
"""A folder that is there."""

JsonDocument = Annotated[dict[str, Any], BeforeValidator(_json_document, json_schema_input_type=str | dict[str, Any])]
"""A file's JSON object, or a table with the same."""
