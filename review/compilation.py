"""Why the first run takes longer: numba compiles the engine, once."""

import sys


def announce_compilation() -> None:
    """Write to standard error that the engine will be compiled, if it is a terminal and the code is not there yet."""
    from review.engine.jit import is_compiled  # noqa: PLC0415  # numba takes seconds to import

    if sys.stderr.isatty() and not is_compiled():
        sys.stderr.write("compiling the engine: about ten seconds, only this time\n")
