"""How many, as people type it."""

import re

import typer

_TIMES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "b": 10**9}
_COUNT = re.compile(r"(?P<number>[0-9]+(?:[_,'][0-9]{3})*(?:\.[0-9]+)?(?:e\+?[0-9]{1,2})?)\s?(?P<times>[kmgb]?)")


def count(text: str | int) -> int:
    """`10000000`, `10_000_000`, `10,000,000`, `10M` and `1e7` are ten millions.

    Raises typer.BadParameter for anything else.
    """
    match = _COUNT.fullmatch(str(text).strip().lower())
    number = float(re.sub("[_,']", "", match["number"])) * _TIMES[match["times"]] if match else 0.5
    if not number.is_integer():
        raise typer.BadParameter(f"{text!r} is not a whole number; write 10000000, 10_000_000, 10M or 1e7")
    return int(number)
