"""JSON lines whose fields `--columns` names, or are called as those of CSV are."""

from review.replay.columns import ACCESS_LOG
from review.replay.formats import csv_with_header, json_lines
from review.replay.formats.format import FIELDS, Format, Reader, Sample

_NAMES = {
    what: tuple(dict.fromkeys((*([ACCESS_LOG[what]] if what in ACCESS_LOG else []), *csv_with_header.NAMES[what])))
    for what in FIELDS
}


def _recognize(sample: Sample) -> Reader | None:
    return json_lines.recognize(sample, _NAMES)


def is_meant(sample: Sample) -> None:
    """Raises ReviewError with the fields that the objects lack."""
    json_lines.missing(sample, _NAMES)


JSON = Format(
    name="json",
    words="JSON lines",
    document="docs/simulation.md",
    recognize=_recognize,
)
