"""Prose is read in diffs and terminals: at most 120 characters a line."""

import re
from pathlib import Path

import pytest

from tests.environment_files import ROOT

PAGES = sorted(page for pattern in ("*.md", "constructs/*.md", "docs/**/*.md") for page in ROOT.glob(pattern))
LONGEST = 120
_FENCED = re.compile(r"^\s*```.*?^\s*```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_line_of_prose_is_too_long(page: Path) -> None:
    # Tables, pictures, and a link that no blank could break stay whole.
    lines = _FENCED.sub("", page.read_text(encoding="utf-8")).splitlines()
    prose = [line for line in lines if not line.lstrip().startswith(("|", "!["))]
    assert [line for line in prose if len(line) > LONGEST and " " in line.strip()] == []
