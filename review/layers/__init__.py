"""The limits that a request encounters, as plain values, from an environment's settings."""
