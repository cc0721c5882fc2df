"""How long an answer of a model takes, until a command is told otherwise."""

ANSWER_SECONDS = 10.0
"""To the last token. Assumed: 500 tokens at 50 tokens a second."""
