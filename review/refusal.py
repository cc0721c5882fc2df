"""What a command answers to input that it cannot use."""


class ReviewError(Exception):
    """Said in one line; the command ends with 1."""
