"""Regular expressions that WAF accepts: PCRE without some features.

Source: https://docs.aws.amazon.com/waf/latest/developerguide/waf-regex-pattern-support.html, read 2026-11. AWS has no
complete list, so a deploy may still refuse a pattern that passes here.
"""

import re
import warnings

# Escapes and character classes, in which the characters below have no special meaning.
_LITERAL = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ATOMIC = re.compile(r"\(\?>|(?:[*+?]|\{\d+,?\d*\})\+")


def find_fault(pattern: str) -> str | None:
    """What is wrong with the pattern. None if no fault is known."""
    try:
        with warnings.catch_warnings():
            # Python warns about `[[:alpha:]]`, which is a class in PCRE.
            warnings.simplefilter("ignore", FutureWarning)
            groups = re.compile(pattern).groups
    except (re.error, OverflowError) as error:
        return f"is not a regular expression: {error}"
    if groups:
        return "has a capturing group, which AWS does not support; write (?:...) instead of (...)"
    if _ATOMIC.search(_LITERAL.sub("x", pattern)):
        return "has an atomic group or a possessive quantifier, which AWS does not support"
    return None
