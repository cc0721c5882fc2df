"""Shows a moving line during a long operation, on a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def signs_of_life(what: str) -> Iterator[None]:
    """Write to standard error, with the elapsed seconds, if it is a terminal; otherwise write nothing."""
    if not sys.stderr.isatty():
        yield
        return
    # Imported here, because a pipe does not need it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    parts = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*parts, console=Console(stderr=True), transient=True) as line:
        line.add_task(what, total=None)
        yield
