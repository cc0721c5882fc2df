"""A limit in one line."""

from review.layers.layer import Layer
from review.limits.limits import PERIOD_SEC, Limit
from review.numbers import plain


def words(limit: Limit) -> str:
    """In one line: `20/s, 40 at once`, `600 in 300 s, each IP`, `900 a day`."""
    if limit.per_second is None:
        return "no limit"
    match limit.layer:
        case Layer.QUOTA:
            return quota_words(limit)
        case Layer.WAF:
            return window_words(limit)
        case _ if limit.blocked:
            return "blocked"
        case _:
            return f"{plain(limit.per_second)}/s, {at_once_words(limit)}"


def window_words(limit: Limit) -> str:
    counts = "" if limit.blocks else ", counts only"
    return f"{limit.in_period:,} in {limit.period_sec} s, {limit.shared_by}{counts}"


def quota_words(quota: Limit) -> str:
    period = next(name for name, seconds in PERIOD_SEC.items() if seconds == quota.period_sec)
    return f"{quota.in_period:,} a {period.lower()}"


def at_once_words(limit: Limit) -> str:
    return f"{limit.at_once:,} at once"
