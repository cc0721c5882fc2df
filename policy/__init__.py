"""Runs checkov's checks and two of our own on the synthesized JSON of every environment (docs/policy.md)."""

import interrupted

interrupted.quietly()
