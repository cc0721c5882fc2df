"""What is sent, and to which limit. The same arrivals for both, at the same times whatever becomes of them."""

from dataclasses import dataclass, replace
from typing import Any

PROMPT_TOKENS = 20
# About as many tokens as the model counts for it, whoever counts.
_PROMPT = "word " * 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """Groups of requests of one key."""

    name: str
    plan: str
    size: int
    """Requests at once."""

    groups: int
    pause: int
    """Milliseconds from one group to the next."""

    model: str = "answers-80"
    max_tokens: int | None = 80
    stream: bool = False

    @property
    def sent(self) -> int:
        """Requests in all."""
        return self.size * self.groups

    @property
    def tokens(self) -> int:
        """What a request that is served uses."""
        written = int(self.model.partition("-")[2])
        return PROMPT_TOKENS + (written if self.max_tokens is None else min(written, self.max_tokens))

    @property
    def body(self) -> dict[str, Any]:
        """Of each request."""
        body: dict[str, Any] = {"model": self.model, "messages": [{"role": "user", "content": _PROMPT}]}
        if self.max_tokens is not None:
            body["max_tokens"] = self.max_tokens
        return body | ({"stream": True} if self.stream else {})


# A limit that nobody reaches: what is left is the time that it takes. The bucket is never full again between two
# groups, as with a caller who is about as fast as the limit; except for the one that waits.
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
