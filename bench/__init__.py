"""Measures how fast synthesis and replay are."""

import interrupted

interrupted.quietly()
