"""Numbers as people write them."""

from decimal import Decimal


def decimal(value: float, figures: int | None = None) -> str:
    """The number without an exponent: `0.00005`, `20000`. It has every digit of the value, or `figures` of them."""
    digits = repr(float(value)) if figures is None else f"{value:.{figures}g}"
    return f"{Decimal(digits):f}".removesuffix(".0")
