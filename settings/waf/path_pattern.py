"""Paths as WAF patterns.

API Gateway's `{id}` is one part of a path and `{proxy+}` the rest of it; WAF knows neither. Whether WAF sees the path
with the stage in front (`/prod/v1/chat`) AWS does not say, and a custom domain has its own base path, so that a
pattern matches with either prefix or none.

Nor does AWS say what API Gateway makes of `.` and `..` in a path. So a rule that counts a route counts every request
that some reading could take for it, and a condition that leaves a route out leaves out only what every reading takes
for it: rather a request too many in the budget than one that slips out.
"""

import re

# https://docs.aws.amazon.com/waf/latest/developerguide/limits.html, read 2026-11.
LONGEST_PATTERN = 200

ODD_PATH = r"/(?:/|\.\.?(?:/|$))"
"""In a decoded path: an empty part, `.` or `..`, which an honest client does not send."""

# Any character, a line break too, which `.` is not: `%0A` in a variable must not take a request out of the budget.
_ANY_DEPTH = r"[\s\S]+"
# One part of a path that is not written with `%` and is more than dots.
_ONE_PART = "[^/%]*[^/%.][^/%]*"
# Stands for a path variable's value: in no literal part of a path, so that only a variable of the pattern takes it.
_ANYTHING = "~"


def canonical_pattern(path: str, prefixes: tuple[str, ...]) -> str:
    """What the decoded, normalized, lower-case path of a request to that route looks like.

    A variable takes any depth, because it may hold an encoded slash that is decoded here.
    """
    parts = "".join(f"/{_ANY_DEPTH if part.startswith('{') else _escaped(part.lower())}" for part in _parts(path))
    return f"^{_optional(tuple(prefix.lower() for prefix in prefixes))}{parts}/?$"


def plain_pattern(path: str, prefixes: tuple[str, ...]) -> str:
    """What the path of a request to that route looks like as it is sent, written as plainly as the route is."""
    parts = "".join(f"/{_plain(part)}" for part in _parts(path)) or "/"
    return f"^{_optional(prefixes)}{parts}$"


def covers(path: str, other: str, *, left_out: bool = False) -> bool:
    """Whether WAF's pattern of the path matches every usual request for the other.

    `/v1/{id}` covers `/v1/{id}/versions`, unless it is left out. docs/waf.md, "How paths are compared", says why.
    """
    sample = re.sub(r"\{[^}]+\}", _ANYTHING, other)
    if left_out:
        return re.search(plain_pattern(path, ()), sample) is not None
    return re.search(canonical_pattern(path, ()), sample.lower()) is not None


def _plain(part: str) -> str:
    if not part.startswith("{"):
        return _escaped(part)
    return f"{_ONE_PART}(?:/{_ONE_PART})*" if part.endswith("+}") else _ONE_PART


def _optional(prefixes: tuple[str, ...]) -> str:
    if not prefixes:
        return ""
    escaped = [_escaped(prefix) for prefix in dict.fromkeys(prefixes)]
    alternatives = escaped[0] if len(escaped) == 1 else f"(?:{'|'.join(escaped)})"
    return f"(?:/{alternatives})?"


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]


def _escaped(text: str) -> str:
    """Of the characters that a path part may have only the dot means something."""
    return text.replace(".", r"\.")
