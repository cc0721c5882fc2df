"""A Ctrl-C at any moment, while Python still imports too, ends a program without a traceback.

Imported first by what a person runs. What is to be cleaned up is cleaned up, and the shell sees the signal (130).
"""

import sys
from types import TracebackType


def _hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    # pydantic-core, interrupted while it builds a validator, raises an error of its own that ends with the name.
    if issubclass(kind, KeyboardInterrupt) or str(error).rstrip(": \n").endswith("KeyboardInterrupt"):
        sys.stderr.write("interrupted\n")
    else:
        sys.__excepthook__(kind, error, trace)


def quietly() -> None:
    """From here on."""
    sys.excepthook = _hook
