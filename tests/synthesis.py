"""What a stack renders, without CDKTF's own metadata."""

import json
from pathlib import Path
from typing import Any

from cdktf import App
from cdktf import Testing as CdktfTesting

from settings.environment import Environment
from stacks.rate_limited_api_stack import RateLimitedApiStack
from tests.environment_files import MINIMAL, ROOT, environment

Rendered = dict[str, Any]

_OUTPUT = ROOT / "cdktf.out" / "tests"


def app() -> App:
    """An app that only renders, but for zips of functions. Without a folder CDKTF makes one for each, and leaves it."""
    _OUTPUT.parent.mkdir(exist_ok=True)
    return CdktfTesting.app(outdir=str(_OUTPUT))


def rendered(settings: Environment) -> Rendered:
    """The stack's Terraform JSON, keys sorted, `//` metadata dropped."""
    stack = RateLimitedApiStack(app(), settings.name, environment=settings)
    content: Rendered = json.loads(CdktfTesting.synth(stack))
    return content


def rendered_text(folder: Path, text: str = MINIMAL, name: str = "test") -> Rendered:
    """The Terraform JSON of an environment file's text."""
    return rendered(environment(folder, text, name))
