"""Makes a Ctrl-C end a program without a traceback at any moment, even while Python still imports.

The programs that people run import it first. Cleanup still happens, and the shell sees the signal (130).
"""

import sys
from types import TracebackType


def _hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    # If pydantic-core is interrupted while it builds a validator, it raises its own error, which ends with the name.
    if issubclass(kind, KeyboardInterrupt) or str(error).rstrip(": \n").endswith("KeyboardInterrupt"):
        sys.stderr.write("interrupted\n")
    else:
        sys.__excepthook__(kind, error, trace)


def quietly() -> None:
    """Take effect from here on."""
    sys.excepthook = _hook
