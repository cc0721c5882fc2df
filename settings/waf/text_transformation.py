"""What WAF does to a part of a request before it compares it."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from settings.base import Item, SomeItems

# https://docs.aws.amazon.com/waf/latest/APIReference/API_TextTransformation.html, read 2026-11. A test compares it with
# the wafv2 model of botocore. Ten that AWS added later are left out: REMOVE_WHITESPACE, TRIM, TRIM_LEFT, TRIM_RIGHT,
# REMOVE_COMMENTS_CHAR, UPPERCASE, CMD_LINE_WIN, CMD_LINE_UNIX, JS_DECODE_EXT, SHA256. The provider refuses what the
# enumeration of its SDK does not have, and we have not checked version 6.25.0 for them.
TextTransformation = Literal[
    "NONE",
    "BASE64_DECODE",
    "BASE64_DECODE_EXT",
    "CMD_LINE",
    "COMPRESS_WHITE_SPACE",
    "CSS_DECODE",
    "ESCAPE_SEQ_DECODE",
    "HEX_DECODE",
    "HTML_ENTITY_DECODE",
    "JS_DECODE",
    "LOWERCASE",
    "MD5",
    "NORMALIZE_PATH",
    "NORMALIZE_PATH_WIN",
    "REMOVE_NULLS",
    "REPLACE_COMMENTS",
    "REPLACE_NULLS",
    "SQL_HEX_DECODE",
    "URL_DECODE",
    "URL_DECODE_UNI",
    "UTF8_TO_UNICODE",
]

# https://docs.aws.amazon.com/waf/latest/developerguide/limits.html
MOST_TRANSFORMATIONS = 10


def _at_most_ten(items: tuple[Item, ...]) -> tuple[Item, ...]:
    if len(items) > MOST_TRANSFORMATIONS:
        raise ValueError(f"AWS allows at most {MOST_TRANSFORMATIONS}")
    if len(set(items)) < len(items):
        raise ValueError("the same transformation twice")
    return items


TextTransformations = Annotated[SomeItems[TextTransformation], AfterValidator(_at_most_ten)]
"""In the order in which WAF applies them."""

NONE: tuple[TextTransformation, ...] = ("NONE",)

# What WAF normalizes before it compares a path: `%63hat`, `//chat`, `/x/../chat`, `/CHAT`.
CANONICAL_PATH: tuple[TextTransformation, ...] = ("URL_DECODE", "NORMALIZE_PATH", "LOWERCASE")
