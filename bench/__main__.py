"""`make bench`: every speed that is promised, measured in one run, each beside what it is compared with."""

import typer

from bench import log_formats, replay, synthesis


def main() -> None:
    """Measure synthesis and replay, each beside what it is compared with."""
    synthesis.main()
    kept = replay.main()
    log_formats.main()
    raise typer.Exit(kept)


if __name__ == "__main__":
    typer.run(main)
