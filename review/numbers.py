"""Numbers as people write them."""

from settings.formatting import decimal

_UNITS = (("day", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def plain(value: float) -> str:
    """`1,200`, `0.25`, `0.00005`: without superfluous digits."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if value >= 100 else decimal(value, 3)  # noqa: PLR2004  # above that a tenth is enough


def share(part: float, whole: float) -> str:
    """`12.5%`; a dash if the whole is 0."""
    return f"{100 * part / whole:.1f}%" if whole else "-"


def duration(seconds: float) -> str:
    """`45 s`, `2.5 h`, `3 days`: in the largest unit that fits."""
    name, length = next((unit for unit in _UNITS if seconds >= unit[1]), _UNITS[-1])
    number = f"{seconds / length:,.1f}".removesuffix(".0")
    return f"{number} {name}{'s' if name == 'day' and number != '1' else ''}"
