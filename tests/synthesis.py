"""What a stack renders, without CDKTF's own metadata."""

import json
from pathlib import Path
from typing import Any

from cdktf import App
from cdktf import Testing as CdktfTesting

from settings.environment import Environment
from stacks.rate_limited_api_stack import RateLimitedApiStack
from tests.environment_files import MINIMAL, environment

Rendered = dict[str, Any]


def app() -> App:
    """An app that only renders. Without a folder named, CDKTF makes one for each and leaves it."""
    return CdktfTesting.app(outdir="never-written")


def rendered(settings: Environment) -> Rendered:
    """The stack's Terraform JSON, keys sorted, `//` metadata dropped."""
    stack = RateLimitedApiStack(app(), settings.name, environment=settings)
    content: Rendered = json.loads(CdktfTesting.synth(stack))
    return content


def rendered_text(folder: Path, text: str = MINIMAL, name: str = "test") -> Rendered:
    """The Terraform JSON of an environment file's text."""
    return rendered(environment(folder, text, name))
