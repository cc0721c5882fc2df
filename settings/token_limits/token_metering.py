"""`[token_metering]`: how the function in front of a model counts, and what it does if it cannot."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from settings.base import Settings
from settings.integration.lambda_function import Concurrency, MemorySize
from settings.throttling import word_or_table
from settings.token_limits.token_limit import Mode, WhenUnavailable

Weight = Annotated[float, Field(ge=0, le=1000, multiple_of=0.001)]


class Weights(Settings):
    """How much one token of each kind counts."""

    input: Weight = 1.0
    """Input that was neither read from a cache nor written to one."""

    cached_input: Weight = 1.0
    """Input that the model read from its cache."""

    cache_write: Weight = 1.0
    """Input that the model wrote to its cache."""

    output: Weight = 1.0
    """Output of the model, including its reasoning."""


# https://docs.aws.amazon.com/bedrock/latest/userguide/quotas-token-burndown.html, read 2026-11: for Claude 3.7 and
# later, an output token uses five tokens of the quota. Tokens read from the cache use none.
BEDROCK = Weights(cached_input=0.0, output=5.0)

Count = Annotated[
    Annotated[Literal["total", "bedrock"], Tag("word")] | Annotated[Weights, Tag("table")],
    Discriminator(word_or_table),
]


class TokenMetering(Settings):
    """Settings for all limits in tokens."""

    count: Count = "total"
    """`total`, `bedrock` (as Bedrock's own quota counts Claude 3.7 and later), or a weight for each kind of token."""

    default_max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] = 1024
    """Output tokens reserved for a request without a maximum, but never more than the limit allows an idle caller."""

    image_tokens: Annotated[int, Field(ge=0, le=100_000)] = 1500
    """Tokens that an image, a file, or a conversation that the server keeps counts until the model reports the real
    number."""

    mode: Mode = "enforce"
    """`count` lets every request through and reports what it would have refused."""

    when_unavailable: WhenUnavailable | None = None
    """What happens if the function cannot reach DynamoDB. `allow` lets a quarter of each limit through in each
    function.

    Default: `refuse` for a limit with `usd_per_month`, `allow` for the others.
    """

    memory_size: MemorySize = 512
    """Memory in MB of the function in front of an `http` or `private` route."""

    reserved_concurrent_executions: Concurrency | None = None
    """Reserved concurrency of the function of each `http` and `private` route. Default: the account's shared pool."""

    @property
    def weights(self) -> Weights:
        """The weights that `count` stands for."""
        if isinstance(self.count, Weights):
            return self.count
        return BEDROCK if self.count == "bedrock" else Weights()
