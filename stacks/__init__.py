"""Stacks: they only connect constructs."""
