"""Refuses rows that count several requests although no column is named as the count, whatever it is called.

A query for requests a minute returns a row for each minute, client and route. Such rows have times of whole minutes, no
two of them have the same time, client and route, and one of the other columns has whole numbers.
"""

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from review.refusal import ReviewError
from review.replay.formats import csv_with_header, json_lines
from review.replay.parse import microseconds
from review.replay.printable import printable
from review.replay.recognize import Recognized

_MINUTE = 60_000_000
_FEWEST = 2
_COUNT = re.compile(r"\d{1,9}(?:\.0+)?")
# What a row about a single request has as a whole number.
_OF_ONE_REQUEST = re.compile(
    r"(?i)status|code|byte|size|length|latency|duration|millis|second|(^|_)m?s$|port|id$|token|version|year|retries|attempt"
)


def refuse_counted_rows(log: Recognized) -> None:
    """Raises ReviewError if the rows look like counts, and none of the columns is used as one."""
    if log.reader.has_counts or not log.reader.fields:
        return
    texts = log.reader.texts(b"".join(line + b"\n" for line in log.sample), Counter())
    rows = texts.select("time", "ip", "method", "path").drop_nulls()
    times = microseconds(rows["time"]).drop_nulls().to_numpy()
    if len(times) < _FEWEST or np.any(times % _MINUTE) or rows.n_unique() < len(rows):
        return
    for name, values in _other_columns(log).items():
        if values and all(_COUNT.fullmatch(value) for value in values) and not _OF_ONE_REQUEST.search(name):
            shown = printable(name)
            raise ReviewError(
                "the rows look like counts: their times are whole minutes, and no minute has two rows of one client "
                f"and route. If {shown} is the number of requests, --columns 'count={shown}' uses it; if not, remove "
                "the column"
            )
    if csv_with_header.BIN.fullmatch(log.reader.fields["time"]):
        raise ReviewError(
            f"the rows are counts of a query by {printable(log.reader.fields['time'])}, but no column has the numbers: "
            "add count(*) to the query"
        )


def _other_columns(log: Recognized) -> Mapping[str, Sequence[str]]:
    """The values of the columns that are not used, in the sample."""
    used = {part for name in log.reader.fields.values() for part in (name, *name.split("+"))}
    if log.format is csv_with_header.CSV:
        separator, names = csv_with_header.header_of(log.sample[0])
        lines = [line.decode(errors="replace") for line in log.sample[1:]]
        rows = [dict(zip(names, row, strict=False)) for row in csv.reader(lines, delimiter=separator)]
    else:
        rows = [{name: str(value) for name, value in each.items()} for each in json_lines.objects(log.sample)]
    names = list(rows[0]) if rows else []
    return {
        name: [row[name].strip().replace(",", "") for row in rows if name in row] for name in names if name not in used
    }
