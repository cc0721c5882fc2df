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
    """One for every app of this process: CDKTF makes one for each, and nobody removes what functions write there."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    return folder


def app() -> App:
    """An app that only renders."""
    return CdktfTesting.app(outdir=_folder())


def rendered(settings: Environment) -> Rendered:
    """The stack's Terraform JSON, keys sorted, `//` metadata dropped.

    The same settings are synthesized once: a test that patches what synthesizes them calls `synthesized`.
    """
    key = repr(settings)
    if key not in _kept:
        _kept[key] = synthesized(settings)
    return _parsed(_kept[key])


def _parsed(text: str) -> Rendered:
    content: Rendered = json.loads(text)
    return content


def synthesized(settings: Environment) -> str:
    """The same as text, synthesized anew."""
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
