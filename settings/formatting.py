"""Numbers as people write them."""

from decimal import Decimal


def decimal(value: float, figures: int | None = None) -> str:
    """`0.00005`, `20000`: no exponent. Every digit of the value, or as many as there are figures."""
    digits = repr(float(value)) if figures is None else f"{value:.{figures}g}"
    return f"{Decimal(digits):f}".removesuffix(".0")
