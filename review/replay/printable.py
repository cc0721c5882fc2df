"""Names out of a log, as they may be printed: a caller chooses what he is called there."""

_LONGEST = 120


def printable(name: str) -> str:
    """Without what moves a terminal's cursor or turns the text around; cut if it is long."""
    shown = "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in name[: _LONGEST + 1])
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}..."
