"""Reads JSON lines with fields of any name, at any depth."""

import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from review.refusal import ReviewError
from review.replay.formats.count_columns import refuse_uncounted
from review.replay.formats.format import REQUIRED, TOKEN_FIELDS, Reader, Sample
from review.replay.parse import NOT_JSON, readable
from review.replay.printable import listed

_ENOUGH = 50

Names = Mapping[str, Sequence[str]]
"""For each of FIELDS: its possible names in a log, the best first. A dot leads into an object."""


def objects(lines: Sequence[bytes]) -> list[dict[str, Any]]:
    """The lines that are JSON objects. Numbers keep their notation."""
    found = (read_object(line) for line in lines[:_ENOUGH])
    return [each for each in found if each is not None]


def read_object(line: bytes) -> dict[str, Any] | None:
    """None if it is something else. If a key occurs twice, the first one counts, like in the blocks."""
    try:
        value = json.loads(line, parse_float=str, parse_int=str, object_pairs_hook=_first)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found.setdefault(name, value)
    return found


def value_at(entry: Mapping[str, Any], name: str) -> object:
    """The object's value for that name, or for the names that it consists of; None if there is none."""
    value: object = entry
    for part in path_of(entry, name):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def path_of(entry: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """`httpRequest.clientIp` leads into an object, unless there is a field with exactly that name."""
    return (name,) if name in entry else tuple(name.split("."))


def recognize(sample: Sample, names: Names) -> Reader | None:
    """A reader, if one of the sample's lines is an object with every required field under one of its names."""
    found = objects(sample.lines)
    chosen: dict[str, str] = {}
    paths: dict[str, list[tuple[str, ...]]] = {}
    for entry in found:
        fields = _chosen(entry, sample.said, sample.wanted(names))
        # An optional field, such as a key, may first occur in a later line.
        for what in fields if chosen or all(what in fields for what in REQUIRED) else ():
            if what not in chosen:
                chosen[what], paths[what] = fields[what], _paths(entry, fields[what])
    if not chosen:
        return None
    lacks = [sample.said[what] for what in sample.said if what not in chosen]
    if lacks:
        raise ReviewError(
            f"no field {', '.join(lacks)}; it has {listed(_fullest(found))}; --columns says which is which"
        )
    if "count" not in chosen:
        refuse_uncounted(list(_fullest(found)))
    return reader(paths, chosen)


def _fullest(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The one with the most fields: the first may be something else than a request."""
    return max(found, key=len)


def missing(sample: Sample, names: Names) -> None:
    """Raise ReviewError with the fields that the sample's objects lack. Do nothing if it has no object."""
    found = objects(sample.lines)
    if found:
        chosen = _chosen(_fullest(found), sample.said, names)
        lacks = [what for what in REQUIRED if what not in chosen]
        wanted = ", ".join(sample.said.get(what, what) for what in lacks)
        raise ReviewError(f"no field for {wanted}; it has {listed(_fullest(found))}; --columns says which is which")


def _chosen(entry: Mapping[str, Any], said: Mapping[str, str], names: Names) -> dict[str, str]:
    """For each of FIELDS that the object has: its name."""
    chosen = {}
    for what, usual in {**dict.fromkeys(said, ()), **names}.items():
        for name in [said[what]] if what in said else usual:
            values = [value_at(entry, part) for part in name.split("+")]
            # Of the usual names, only those of texts and numbers: Caddy's `request` is an object.
            if None not in values and (what in said or not any(isinstance(value, (dict, list)) for value in values)):
                chosen[what] = name
                break
    return chosen


def _paths(entry: Mapping[str, Any], name: str) -> list[tuple[str, ...]]:
    """`date+time` is two fields with a space between them."""
    return [path_of(entry, part) for part in name.split("+")]


def reader(paths: Mapping[str, list[tuple[str, ...]]], chosen: Mapping[str, str]) -> Reader:
    """Read these fields."""
    tree: dict[str, Any] = {}
    for path in (path for each in paths.values() for path in each):
        branch = tree
        for part in path[:-1]:
            inner = branch.setdefault(part, {})
            if not isinstance(inner, dict):
                raise ReviewError(f"--columns {'.'.join(path)}: {part} is already a field")
            branch = inner
        branch.setdefault(path[-1], None)
    schema = {name: _type(inner) for name, inner in tree.items()}
    wanted = [_expression(each).alias(what) for what, each in paths.items()]
    texts_schema = dict.fromkeys(paths, pl.String())

    def read(lines: bytes) -> pl.DataFrame:
        return pl.read_ndjson(io.BytesIO(lines), schema=schema).select(wanted)

    def texts(block: bytes, problems: Counter[str]) -> pl.DataFrame:
        return readable(block, read, lambda line: read_object(line) is not None, NOT_JSON, texts_schema, problems)

    return Reader(
        texts=texts,
        columns=", ".join(f"{what}={name}" for what, name in chosen.items()),
        fields=dict(chosen),
        has_keys="key" in chosen,
        has_counts="count" in chosen,
        token_fields=tuple(what for what in TOKEN_FIELDS if what in chosen),
    )


def _type(inner: dict[str, Any] | None) -> pl.DataType:
    if inner is None:
        return pl.String()
    return pl.Struct({name: _type(each) for name, each in inner.items()})


def _expression(paths: list[tuple[str, ...]]) -> pl.Expr:
    found = []
    for path in paths:
        expression = pl.col(path[0])
        for part in path[1:]:
            expression = expression.struct.field(part)
        found.append(expression)
    return found[0] if len(found) == 1 else pl.concat_str(*found, separator=" ")


def without_verb(read: Reader) -> Reader:
    """The same if `path` is a route key, `POST /chat`. The verb of `ANY /chat` is ignored."""
    return replace(
        read,
        texts=lambda block, problems: read.texts(block, problems).with_columns(
            pl.col("path").str.replace(_VERB.pattern, "")
        ),
    )


_VERB = re.compile(r"^[A-Z]+ ")
