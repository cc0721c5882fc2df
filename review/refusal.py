"""The error of a command for input that it cannot use."""


class ReviewError(Exception):
    """Printed in one line; the command exits with 1."""
