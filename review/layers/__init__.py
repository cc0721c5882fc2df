"""The limits that a request meets, as plain values, from an environment's settings."""
