"""`make schema`: writes docs/environment.schema.json, with which editors complete and check environment files.

The first line of an environment file names it: `#:schema ../docs/environment.schema.json`. The schema has names, types,
ranges and allowed words. Only `make synth` checks rules that span several fields.
"""

import json
from pathlib import Path

import typer

from settings.file_schema import file_schema

FILE = Path(__file__).parent.parent / "docs" / "environment.schema.json"


def schema() -> str:
    """The schema as JSON text."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    title = {"title": "Spillway environment file"}
    return json.dumps(dialect | file_schema() | title, indent=2) + "\n"


def main() -> None:
    """Write docs/environment.schema.json."""
    FILE.write_text(schema(), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
