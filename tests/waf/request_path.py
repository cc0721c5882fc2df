"""How AWS WAF and API Gateway may interpret a request's path, based on AWS's documents and not on our own code.

If a document is not clear, there is one reading for each interpretation, and a rule must work with all of them. WAF:
https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-transformation.html, read 2026-11. API
Gateway's documents do not cover `.`, `..`, `//` and `%2F` in a path; the gateways below do what a router might do.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from settings.waf.condition import And, Condition, Not, Or, PathIs


def decoded(text: str) -> str:
    """Percent-encoding decoded once, each byte as one character."""
    return unquote_to_bytes(text.encode()).decode("latin-1")


def normalized(path: str, *, keeps_first: bool = False) -> str:
    """Without `//`, `/./` and `/x/../`; a `..` at the beginning is kept or dropped."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in {"", ".", *([] if keeps_first else [".."])}:
            parts.append(part)
    slash = "/" if parts and path.endswith(("/", "/.", "/..")) else ""
    return "/" + "/".join(parts) + slash


@dataclass(frozen=True, slots=True)
class Waf:
    """One reading of WAF's transformations."""

    plus_is_a_blank: bool
    keeps_first_back_reference: bool

    def transformed(self, path: str, transformation: str) -> str:
        match transformation:
            case "NONE":
                return path
            case "URL_DECODE":
                return decoded(path.replace("+", " ") if self.plus_is_a_blank else path)
            case "NORMALIZE_PATH":
                return normalized(path, keeps_first=self.keeps_first_back_reference)
            case "LOWERCASE":
                return path.lower()
            case _:
                raise AssertionError(transformation)

    def holds(self, condition: Condition, path: str) -> bool:
        match condition:
            case And(parts):
                return all(self.holds(part, path) for part in parts)
            case Or(parts):
                return any(self.holds(part, path) for part in parts)
            case Not(part):
                return not self.holds(part, path)
            case PathIs(pattern, transformations):
                for transformation in transformations:
                    path = self.transformed(path, transformation)
                return re.search(pattern, path) is not None
            case _:
                raise AssertionError(condition)


WAFS = tuple(Waf(plus, first) for plus in (False, True) for first in (False, True))

Gateway = Callable[[str], list[str]]


def _split(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _each_decoded(path: str) -> list[str]:
    return [decoded(part) for part in _split(path)]


GATEWAYS: dict[str, Gateway] = {
    "takes the path as it is": _each_decoded,
    "decodes, then splits": lambda path: _split(decoded(path)),
    "normalizes, splits, decodes": lambda path: _each_decoded(normalized(path)),
    "normalizes with %2e as a dot": lambda path: _each_decoded(normalized(re.sub("(?i)%2e", ".", path))),
    "decodes, normalizes, splits": lambda path: _split(normalized(decoded(path))),
    "normalizes, decodes, normalizes": lambda path: _split(normalized(decoded(normalized(path)))),
}


def answers(route: str, parts: list[str], *, capitals_differ: bool = False) -> bool:
    """Whether a router that splits the path like this matches the route."""
    wanted = _split(route)
    for index, part in enumerate(wanted):
        if part.endswith("+}"):
            return len(parts) > index
        if index >= len(parts):
            return False
        if part.startswith("{"):
            continue
        if (part != parts[index]) if capitals_differ else (part.lower() != parts[index].lower()):
            return False
    return len(parts) == len(wanted)


def routed(route: str, path: str, mounts: tuple[str, ...]) -> Iterator[str]:
    """The gateways that match the path with the route, behind one of the mounts: a stage, a base path, or `` for
    none.
    """
    for name, gateway in GATEWAYS.items():
        parts = gateway(path)
        for mount in mounts:
            behind = parts[1:] if mount and parts[:1] and parts[0].lower() == mount.lower() else parts
            if (not mount or behind is not parts) and answers(route, behind):
                yield f"{name}, behind {mount or 'nothing'}"
