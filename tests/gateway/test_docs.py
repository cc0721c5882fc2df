"""The parts of environment files in docs/backends.md and docs/access.md fit together and are accepted."""

import re
import shutil
from pathlib import Path

import pytest

from tests.environment_files import ROOT, environment

FRAME = """
[aws]
region = "us-east-1"
[stage]
name = "prod"
[throttling]
rate_limit = 10
burst_limit = 5
"""


@pytest.mark.parametrize(("page", "more"), [("backends", '[api]\nname = "llm"\n'), ("access", "")])
def test_the_pieces_of_a_page(tmp_path: Path, page: str, more: str) -> None:
    shutil.copytree(ROOT / "docs" / "examples" / "schemas", tmp_path / "schemas")
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    pieces = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    routes = environment(tmp_path, "\n".join([FRAME, more, *pieces])).routes
    assert [route.key for route in routes if route.authorization == "NONE" and not route.api_key_required] == []
