"""`make bench`: measures everything whose speed the docs promise in one run, next to what it is compared with."""

import typer

from bench import log_formats, replay, synthesis


def main() -> None:
    """Measure synthesis and replay, next to what each is compared with."""
    synthesis.main()
    kept = replay.main()
    log_formats.main()
    raise typer.Exit(kept)


if __name__ == "__main__":
    typer.run(main)
