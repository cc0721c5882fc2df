"""In every page, links lead somewhere, and prose has at most 120 characters per line, for diffs and terminals."""

import re
from pathlib import Path

import pytest

from tests.environment_files import ROOT

PAGES = sorted(page for pattern in ("*.md", "constructs/*.md", "docs/**/*.md") for page in ROOT.glob(pattern))
LONGEST = 120
_FENCED = re.compile(r"^\s*```.*?^\s*```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`]*`")
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub makes from headings."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_every_link_leads_somewhere(page: Path) -> None:
    # A pattern in code may look like a link.
    text = _CODE.sub("", _FENCED.sub("", page.read_text(encoding="utf-8")))
    for link in re.findall(r"\]\((?!https?://)([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@every_page
def test_no_line_of_prose_is_too_long(page: Path) -> None:
    # Tables, pictures, and a link without a blank to break at stay on one line.
    lines = _FENCED.sub("", page.read_text(encoding="utf-8")).splitlines()
    prose = [line for line in lines if not line.lstrip().startswith(("|", "!["))]
    assert [line for line in prose if len(line) > LONGEST and " " in line.strip()] == []
