"""Programs for the Makefile. Each runs as `python -m tools.<name>`."""

import interrupted

interrupted.quietly()
