"""Stacks: constructs wired together, and nothing else."""
