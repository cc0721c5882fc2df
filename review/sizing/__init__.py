"""Computes limits before there is a log: from the users, their requests, and what the backend can serve."""
