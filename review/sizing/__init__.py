"""Limits from what is known before there is a log: users, their requests, and what the backend takes."""
