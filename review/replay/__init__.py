"""Applies an environment's limits to recorded traffic. Reads in blocks, so that memory does not grow with the log."""
