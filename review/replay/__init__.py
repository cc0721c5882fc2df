"""Recorded traffic against an environment's limits: read in blocks, so that memory does not grow with the log."""
