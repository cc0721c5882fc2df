"""What can become of a request."""

from enum import IntEnum

from review.layers.layer import Layer


class Outcome(IntEnum):
    """In AWS's order of evaluation; the first layer that refuses decides."""

    ACCEPTED = 0
    WAF = 1
    NO_KEY = 2
    PLAN = 3
    QUOTA = 4
    METHOD = 5
    STAGE = 6
    ACCOUNT = 7
    TOKEN_LIMIT = 8
    """One of the limits of the function in front of the model."""

    ABOVE_LIMIT = 9
    """More than the whole of such a limit: waiting would not help."""

    NO_PRICE = 10
    """A limit in money, and no price of the model."""

    @property
    def is_of_tokens(self) -> bool:
        """Whether the function in front of the model says so."""
        return self >= Outcome.TOKEN_LIMIT

    @property
    def words(self) -> str:
        """For tables and legends."""
        return str(_WORDS[self])


_WORDS = {
    Outcome.ACCEPTED: "accepted",
    Outcome.WAF: Layer.WAF,
    Outcome.NO_KEY: "no valid key (403)",
    Outcome.PLAN: Layer.USAGE_PLAN,
    Outcome.QUOTA: Layer.QUOTA,
    Outcome.METHOD: Layer.METHOD,
    Outcome.STAGE: Layer.STAGE,
    Outcome.ACCOUNT: Layer.ACCOUNT,
    Outcome.TOKEN_LIMIT: "token limit",
    Outcome.ABOVE_LIMIT: "more than a whole token limit (400)",
    Outcome.NO_PRICE: "no price of the model (400)",
}
