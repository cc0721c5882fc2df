"""The command `spillway`: everything that a person types, in one place."""
