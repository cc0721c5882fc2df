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
}
