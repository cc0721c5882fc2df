"""The page lists every format, and every document that a format or an envelope is based on."""

from review.replay.envelopes.known import ENVELOPES
from review.replay.formats.known import FORMATS
from tests.environment_files import ROOT

PAGE = (ROOT / "docs" / "simulation.md").read_text(encoding="utf-8")


def test_every_format_is_in_the_table() -> None:
    assert [each.name for each in FORMATS if f"`{each.name}`" not in PAGE] == []


def test_every_document_is_linked() -> None:
    documents = {each.document for each in FORMATS} | {each.document for each in ENVELOPES}
    linked = sorted(each for each in documents if each.startswith("https"))
    assert len(linked) > 10
    assert [each for each in linked if each not in PAGE] == []
