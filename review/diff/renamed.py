"""Whether two routes look like one under another path."""

import re
from difflib import SequenceMatcher

# `model` and `models` are alike; `models` and `images`, with 0.5, are not.
_ALIKE = 0.6
_VERSION = re.compile(r"v\d+")


def alike(before: str, after: str) -> bool:
    """`GET /v1/model` and `GET /v1/models`: the same method, and one part of the path spelt a little differently."""
    (method, _, old), (other_method, _, new) = before.partition(" "), after.partition(" ")
    parts = list(zip(old.split("/"), new.split("/"), strict=False))
    different = [pair for pair in parts if pair[0] != pair[1]]
    if method != other_method or old.count("/") != new.count("/") or len(different) != 1:
        return False
    was, is_now = different[0]
    if "{" in was + is_now:
        # The name of a path variable is not part of what callers write, but whether it is one is.
        return "{" in was and "{" in is_now
    if _VERSION.fullmatch(was) and _VERSION.fullmatch(is_now):
        return True
    return SequenceMatcher(a=was, b=is_now, autojunk=False).ratio() >= _ALIKE
