"""Numbers as people read them."""


def plain(value: float) -> str:
    """`1,200`, `0.25`, `2`: no digit that says nothing."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004  # above that a tenth is enough


def share(part: float, whole: float) -> str:
    """`12.5%`; a dash where there is nothing to take a share of."""
    return f"{100 * part / whole:.1f}%" if whole else "-"
