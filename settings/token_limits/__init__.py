"""Limits in tokens, money and concurrent requests, enforced by a function before the model: docs/token-limits.md."""
