"""Limits in tokens, money and concurrent requests, held by a function in front of the model: docs/token-limits.md."""
