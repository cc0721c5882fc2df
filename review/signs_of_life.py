"""A line that moves while something takes long, if someone is watching."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def signs_of_life(what: str) -> Iterator[None]:
    """On standard error if that is a terminal, with the seconds that have passed; silent otherwise."""
    if not sys.stderr.isatty():
        yield
        return
    # Imported here: nobody watches a pipe.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    parts = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*parts, console=Console(stderr=True), transient=True) as line:
        line.add_task(what, total=None)
        yield
