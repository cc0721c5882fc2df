"""A progress bar for a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from review.replay.replay import Progress


@contextmanager
def progress() -> Iterator[Progress]:
    """Write to standard error if it is a terminal; otherwise write nothing."""
    if not sys.stderr.isatty():
        yield lambda _, __: None
        return
    # Imported here, because a pipe does not need it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn, TransferSpeedColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    parts = (TextColumn("replay"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Bar(*parts, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replay", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
