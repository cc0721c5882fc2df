"""Ctrl-C, `kill` and a closed terminal leave nothing running."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interruptible() -> None:
    """From here on the first signal raises KeyboardInterrupt and no other does: cleaning up is not cut off."""
    for number in _SIGNALS:
        signal.signal(number, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    for number in _SIGNALS:
        # Not SIG_IGN, because the programs that clean up would inherit it.
        signal.signal(number, lambda *_: None)
    raise KeyboardInterrupt


@contextmanager
def undisturbed(notice: Callable[[], object] = lambda: None) -> Iterator[None]:
    """A signal takes effect at the end of the block; `notice` is called at once, and may not print.

    A second one does not wait: it raises KeyboardInterrupt where it comes. For the main thread.
    """
    came: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        if len(came) > 1:
            raise KeyboardInterrupt
        notice()

    previous = {number: signal.signal(number, remember) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])
