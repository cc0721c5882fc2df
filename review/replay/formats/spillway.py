"""The access log of an environment's stage."""

from review.replay.columns import ACCESS_LOG, OF_TOKENS
from review.replay.formats import json_lines
from review.replay.formats.format import Format, Reader, Sample

_NAMES = {what: (name,) for what, name in (ACCESS_LOG | OF_TOKENS).items()}


def _recognize(sample: Sample) -> Reader | None:
    return json_lines.recognize(sample, _NAMES)


SPILLWAY = Format(
    name="spillway",
    words="the access log that Spillway writes",
    document="docs/observability.md",
    recognize=_recognize,
)
