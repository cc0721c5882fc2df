"""A progress bar, where someone is watching."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from review.replay.replay import Progress


@contextmanager
def progress() -> Iterator[Progress]:
    """On standard error if that is a terminal; silent otherwise."""
    if not sys.stderr.isatty():
        yield lambda _, __: None
        return
    # Imported here: nobody watches a pipe.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    parts = (TextColumn("replay"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Bar(*parts, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replay", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
