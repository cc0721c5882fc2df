"""Made-up traffic against an environment's limits."""
