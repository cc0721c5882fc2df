"""Programs for the Makefile, each run by `python -m tools.<name>`."""

import interrupted

interrupted.quietly()
