"""Generated traffic that is sent through an environment's limits."""
