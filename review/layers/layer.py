"""What may limit a request."""

from enum import StrEnum


class Layer(StrEnum):
    """In AWS's order of evaluation; the words are those of tables and JSON."""

    WAF = "WAF"
    USAGE_PLAN = "usage plan"
    QUOTA = "quota"
    METHOD = "method"
    STAGE = "stage"
    ACCOUNT = "account"


OF_THE_ROUTE = frozenset({Layer.METHOD, Layer.STAGE})
"""Each route has one of the two: a throttle of its own, or one of the stage's size."""
