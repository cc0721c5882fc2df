"""`[token_metering]`: how the function in front of a model counts, and what it does if it cannot."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from settings.base import Settings
from settings.integration.lambda_function import Concurrency, MemorySize
from settings.throttling import word_or_table
from settings.token_limits.token_limit import Mode, WhenUnavailable

Weight = Annotated[float, Field(ge=0, le=1000, multiple_of=0.001)]


class Weights(Settings):
    """What one token of each kind counts."""

    input: Weight = 1.0
    """Input that no cache had or got."""

    cached_input: Weight = 1.0
    """Input that the model read from its cache."""

    cache_write: Weight = 1.0
    """Input that the model wrote into its cache."""

    output: Weight = 1.0
    """What the model wrote, its reasoning too."""


# https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-token-burndown.html, read 2026-11: for Claude 3.7 and
# later an output token takes five tokens of the quota; what is read from the cache takes none.
BEDROCK = Weights(cached_input=0.0, output=5.0)

Count = Annotated[
    Annotated[Literal["total", "bedrock"], Tag("word")] | Annotated[Weights, Tag("table")],
    Discriminator(word_or_table),
]


class TokenMetering(Settings):
    """For all limits of the file."""

    count: Count = "total"
    """`total`, or `bedrock` as Bedrock's own quota counts Claude 3.7 and later, or a weight for each kind of token."""

    default_max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] = 1024
    """Output that is reserved for a request that sets no cap, or as much as the limit allows an idle caller."""

    image_tokens: Annotated[int, Field(ge=0, le=100_000)] = 1500
    """What an image or a file counts until the model says what it was."""

    mode: Mode = "enforce"
    """`count` lets everything through and says what it would have refused."""

    when_unavailable: WhenUnavailable | None = None
    """What happens if DynamoDB cannot be asked. `allow` lets a quarter of each limit through each function.

    Default: `refuse` for a limit with `usd_per_month`, `allow` for the others.
    """

    memory_size: MemorySize = 512
    """MB of the function in front of an `http` or `private` route."""

    reserved_concurrent_executions: Concurrency | None = None
    """Of the function of each `http` and `private` route. Default: the account's shared pool."""

    @property
    def weights(self) -> Weights:
        """What `count` says, spelt out."""
        if isinstance(self.count, Weights):
            return self.count
        return BEDROCK if self.count == "bedrock" else Weights()
