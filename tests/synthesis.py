"""What a stack renders, without CDKTF's own metadata."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from cdktf import App
from cdktf import Testing as CdktfTesting

from settings.environment import Environment
from stacks.rate_limited_api_stack import RateLimitedApiStack
from tests.environment_files import MINIMAL, environment

Rendered = dict[str, Any]

_kept: dict[str, str] = {}


@cache
def _folder() -> str:
    """One folder for every app of this process. CDKTF creates one for each app, and does not remove what functions
    write there.
    """
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    return folder


def app() -> App:
    """An app that only renders."""
    return CdktfTesting.app(outdir=_folder())


def rendered(settings: Environment) -> Rendered:
    """The stack's Terraform JSON with sorted keys, without `//` metadata.

    The same settings are synthesized only once. A test that patches the synthesis calls `synthesized`.
    """
    key = repr(settings)
    if key not in _kept:
        _kept[key] = synthesized(settings)
    return _parsed(_kept[key])


def _parsed(text: str) -> Rendered:
    content: Rendered = json.loads(text)
    return content


def synthesized(settings: Environment) -> str:
    """The same as text, synthesized again."""
    return str(CdktfTesting.synth(RateLimitedApiStack(app(), settings.name, environment=settings)))


def rendered_text(folder: Path, text: str = MINIMAL, name: str = "test") -> Rendered:
    """The Terraform JSON of an environment file's text."""
    return rendered(environment(folder, text, name))


def texts_in(value: Any) -> Iterator[str]:
    """Every text of a JSON value that is not a key."""
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from texts_in(each)
        case list():
            for each in value:
                yield from texts_in(each)
        case _:
            pass
