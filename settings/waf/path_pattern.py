"""Paths as WAF patterns.

API Gateway's `{id}` is one part of a path, and `{proxy+}` is the rest of it. WAF has neither. AWS does not document
whether WAF sees the path with the stage in front (`/prod/v1/chat`), and a custom domain has its own base path. A
pattern therefore matches with either prefix and with none.

Nor does AWS document how API Gateway treats `.` and `..` in a path. A rule that counts a route therefore counts every
request that could be for the route in some interpretation. A condition that leaves a route out leaves out only requests
that are for it in every interpretation. It is better to count one request too many than to miss one.
"""

import re

# https://docs.aws.amazon.com/waf/latest/developerguide/limits.html, read 2026-11.
LONGEST_PATTERN = 200

ODD_PATH = r"/(?:/|\.\.?(?:/|$))"
"""An empty part, `.` or `..` in a decoded path. Honest clients do not send it."""

# Any character, including a line break, which `.` does not match: `%0A` in a variable must not avoid the budget.
_ANY_DEPTH = r"[\s\S]+"
# One part of a path that has no `%` and is not only dots.
_ONE_PART = "[^/%]*[^/%.][^/%]*"
# Stands for the value of a path variable. No literal part of a path contains it, so only a variable can match it.
_ANYTHING = "~"


def canonical_pattern(path: str, prefixes: tuple[str, ...]) -> str:
    """The pattern for the decoded, normalized, lower-case path of a request to that route.

    A variable matches any depth, because it may hold an encoded slash, which is decoded here.
    """
    parts = "".join(f"/{_ANY_DEPTH if part.startswith('{') else _escaped(part.lower())}" for part in _parts(path))
    return f"^{_optional(tuple(prefix.lower() for prefix in prefixes))}{parts}/?$"


def plain_pattern(path: str, prefixes: tuple[str, ...]) -> str:
    """The pattern for the path of a request to that route as the client sends it, in its plain spelling."""
    parts = "".join(f"/{_plain(part)}" for part in _parts(path)) or "/"
    return f"^{_optional(prefixes)}{parts}$"


def covers(path: str, other: str, *, left_out: bool = False) -> bool:
    """Whether WAF's pattern of the path matches every usual request for the other path.

    `/v1/{id}` covers `/v1/{id}/versions`, unless it is left out. docs/waf.md, "How paths are compared", explains why.
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
    """The text for a regular expression. Of the characters in a path part, only the dot has a meaning there."""
    return text.replace(".", r"\.")
