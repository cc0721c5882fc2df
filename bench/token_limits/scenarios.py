"""What is sent, and to which limit. Both get the same arrivals at the same times, whatever the results are."""

from dataclasses import dataclass, replace
from typing import Any

PROMPT_TOKENS = 20
# The model, Spillway and LiteLLM count about this many tokens for it.
_PROMPT = "word " * 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """Groups of requests with one key."""

    name: str
    plan: str
    size: int
    """Requests of a group, sent at once."""

    groups: int
    pause: int
    """Milliseconds between groups."""

    model: str = "answers-80"
    max_tokens: int | None = 80
    stream: bool = False

    @property
    def sent(self) -> int:
        """The number of requests."""
        return self.size * self.groups

    @property
    def tokens(self) -> int:
        """The tokens that a served request uses."""
        written = int(self.model.partition("-")[2])
        return PROMPT_TOKENS + (written if self.max_tokens is None else min(written, self.max_tokens))

    @property
    def body(self) -> dict[str, Any]:
        """The body of each request."""
        body: dict[str, Any] = {"model": self.model, "messages": [{"role": "user", "content": _PROMPT}]}
        if self.max_tokens is not None:
            body["max_tokens"] = self.max_tokens
        return body | ({"stream": True} if self.stream else {})


# The limit is not reached, so only the time is measured. The bucket is never full between two groups, as with a caller
# whose rate is close to the limit, except for the scenario that waits.
UNREACHED = (
    Scenario(name="1 at a time", plan="large", size=1, groups=60, pause=150),
    Scenario(name="5 at once", plan="large", size=5, groups=40, pause=250),
    Scenario(name="5 at once, streams", plan="large", size=5, groups=40, pause=250, stream=True),
    Scenario(name="5 at once, after the bucket is full again", plan="large", size=5, groups=12, pause=800),
    Scenario(name="50 at once", plan="large", size=50, groups=6, pause=2500),
)

_FIVE = Scenario(name="5 at once", plan="small", size=5, groups=10, pause=500)
_FIFTY = Scenario(name="50 at once", plan="small", size=50, groups=3, pause=3000)


def _without_usage(scenario: Scenario) -> Scenario:
    return replace(scenario, name=f"{scenario.name}, streams without usage", model="silent-80", stream=True)


REACHED = (
    _FIVE,
    _FIFTY,
    _without_usage(_FIVE),
    _without_usage(_FIFTY),
    replace(_FIFTY, name="50 at once, no max_tokens, short answers", max_tokens=None),
    replace(_FIFTY, name="50 at once, no max_tokens, long answers", max_tokens=None, model="answers-900"),
    replace(_FIVE, name="5 at once each second, for a minute", groups=60, pause=1000),
)
MODELS = tuple(sorted({scenario.model for scenario in (*UNREACHED, *REACHED)}))
