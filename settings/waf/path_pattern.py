"""Paths as WAF patterns.

API Gateway's `{id}` is one part of a path and `{proxy+}` the rest of it; WAF knows neither. Whether WAF sees the path
with the stage in front (`/prod/v1/chat`) AWS does not say, and a custom domain has its own base path, so that a
pattern matches with either prefix or none, and with or without a slash at the end.
"""

import re

# https://docs.aws.amazon.com/waf/latest/developerguide/limits.html, read 2026-11.
LONGEST_PATTERN = 200


def canonical_pattern(path: str, prefixes: tuple[str, ...]) -> str:
    """What the decoded, normalized, lower-case path of a request to that route looks like."""
    parts = "".join("/" + _part(part, one="[^/]+", rest=".+") for part in _parts(path))
    return f"^{_optional(prefixes, slash='/')}{parts}/?$"


def decoded_pattern(path: str, prefixes: tuple[str, ...]) -> str | None:
    """The same for a path that is decoded but not normalized; None for one without a variable.

    A variable may hold `%2F` and `..`. Decoded and normalized, such a path no longer looks like the route that answers
    it, so the variable takes any depth here: rather a request too many in the budget than one that slips out.
    """
    if "{" not in path:
        return None
    parts = "".join("/+" + _part(part, one=".+", rest=".+") for part in _parts(path))
    return f"^{_optional(prefixes, slash='/+')}{parts}$"


def _optional(prefixes: tuple[str, ...], *, slash: str) -> str:
    return f"(?:{slash}{_alternatives(prefixes)})?"


def _alternatives(prefixes: tuple[str, ...]) -> str:
    escaped = [_escaped(prefix) for prefix in prefixes]
    return escaped[0] if len(escaped) == 1 else f"(?:{'|'.join(escaped)})"


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _part(part: str, *, one: str, rest: str) -> str:
    if not part.startswith("{"):
        return _escaped(part)
    return rest if part.endswith("+}") else one


def _escaped(text: str) -> str:
    """Lower case, because the path is; of the characters that a path part may have only the dot means something."""
    return re.sub(r"\.", r"\\.", text.lower())
