"""The unit of a number, by the name of its key. A refusal names it, so that authors do not write it into the value."""

_UNITS = {
    "rate_limit": "requests per second",
    "account_rate_limit": "requests per second",
    "burst_limit": "requests",
    "account_burst_limit": "requests",
    "limit": "requests",
    "count_limit": "requests",
    "timeout": "seconds",
    "retry_after": "seconds",
    "max_age": "seconds",
    "usd_per_month": "dollars",
    "requests_per_minute": "requests per minute",
    "tokens_per_minute": "tokens per minute",
    "tokens_per_day": "tokens per day",
    "memory_size": "megabytes",
}
_BY_ENDING = {
    "_sec": "seconds",
    "_in_seconds": "seconds",
    "_milliseconds": "milliseconds",
    "_ms": "milliseconds",
    "_in_days": "days",
    "_percent": "percent",
}


def unit_of(key: str) -> str:
    """The unit, such as `seconds`. Empty if the key has no unit or is not ours."""
    return _UNITS.get(key) or next((unit for ending, unit in _BY_ENDING.items() if key.endswith(ending)), "")
