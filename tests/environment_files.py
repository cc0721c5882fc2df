"""Environment files for tests, as text."""

from pathlib import Path
from textwrap import dedent

from settings.environment import Environment
from settings.read import read_environment

ROOT = Path(__file__).parent.parent

MINIMAL = """
[aws]
region = "us-east-1"

[api]
name = "api"

[stage]
name = "test"

[throttling]
rate_limit = 10
burst_limit = 5

[[routes]]
method = "POST"
path = "/chat"
"""


def write(folder: Path, text: str, name: str = "test") -> Path:
    """Write the text as an environment file with that name."""
    file = folder / f"{name}.toml"
    file.write_text(dedent(text), encoding="utf-8")
    return file


def environment(folder: Path, text: str = MINIMAL, name: str = "test") -> Environment:
    """The settings in that text."""
    return read_environment(write(folder, text, name))


def changed(**replacements: str) -> str:
    """MINIMAL with replaced lines: `changed(rate_limit="rate_limit = 0")` replaces the line that starts with the
    name.
    """
    lines = MINIMAL.splitlines()
    for start, line in replacements.items():
        matching = [index for index, old in enumerate(lines) if old.startswith(start)]
        assert len(matching) == 1, f"{start} starts {len(matching)} lines"
        lines[matching[0]] = line
    return "\n".join(lines)
