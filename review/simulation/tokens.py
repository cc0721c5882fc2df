"""What generated requests send to a model: tokens of input and output, an optional maximum, and how long the model
takes.
"""

import math
from collections.abc import Sequence
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from review.engine.need import UNCAPPED, Usage
from settings.base import Settings

MOST_TOKENS = 10_000_000
"""The most tokens of one request. No model has a larger context."""

_LONGEST_SEC = 3600
# The 99th percentile of a normal distribution, in standard deviations.
_P99 = 2.326_347_9
_MILLISECONDS = 1000

_Number = Annotated[float, Field(ge=0, le=MOST_TOKENS)]


class Spread(Settings):
    """Many small and few large values (log-normal), given by two percentiles."""

    p50: Annotated[float, Field(gt=0, le=MOST_TOKENS)]
    p99: Annotated[float, Field(gt=0, le=MOST_TOKENS)]

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        if self.p99 < self.p50:
            raise ValueError("p99 must be at least p50")
        return self


Size = _Number | Spread
"""The same for every request, or spread."""


class Tokens(Settings):
    """The tokens of each request. The defaults are assumed, for a chat: docs/simulation.md."""

    input: Size = Spread(p50=500, p99=8000)
    output: Size = Spread(p50=200, p99=1500)
    """What the model would write without a maximum, which cuts it off."""

    cached_share: Annotated[float, Field(ge=0, le=1)] = 0
    """The share of the input that is read from the model's cache."""

    max_tokens: Annotated[int, Field(ge=1, le=MOST_TOKENS)] | None = None
    """The maximum that the request sets. Default: none."""

    seconds: Size | None = None
    """Seconds until the response ends. Default: half a second, and one second for every fifty tokens of output."""

    model: str = ""
    """The model that the request names. Default: the first of `[token_prices]`. A Bedrock route has its own model."""


_FIRST_TOKEN_SEC, _TOKENS_A_SECOND = 0.5, 50


def usage_of(each: Sequence[Tokens], group: NDArray[np.int32], seed: int) -> Usage:
    """Generate the usage of every request, for any environment. `group`: for each request, an index into `each`."""
    columns = [np.zeros(len(group), dtype=np.int64) for _ in range(5)]
    for number, tokens in enumerate(each):
        mine = np.flatnonzero(group == number)
        # The sizes of a group do not depend on the other groups.
        random = np.random.default_rng((seed, number))
        for column, drawn in zip(columns, _drawn(tokens, len(mine), random), strict=True):
            column[mine] = drawn
    return Usage(input=columns[0], cached=columns[1], output=columns[2], cap=columns[3], milliseconds=columns[4])


def _drawn(tokens: Tokens, count: int, random: np.random.Generator) -> tuple[NDArray[np.int64], ...]:
    prompts = np.rint(_values(tokens.input, count, random, MOST_TOKENS)).astype(np.int64)
    output = np.rint(_values(tokens.output, count, random, MOST_TOKENS)).astype(np.int64)
    cap = np.full(count, UNCAPPED if tokens.max_tokens is None else tokens.max_tokens, dtype=np.int64)
    if tokens.max_tokens is not None:
        output = np.minimum(output, cap)
    if tokens.seconds is None:
        seconds = _FIRST_TOKEN_SEC + output / _TOKENS_A_SECOND
    else:
        seconds = _values(tokens.seconds, count, random, _LONGEST_SEC)
    cached = np.floor(prompts * tokens.cached_share).astype(np.int64)
    return prompts, cached, output, cap, np.rint(seconds * _MILLISECONDS).astype(np.int64)


def _values(size: Size, count: int, random: np.random.Generator, most: float) -> NDArray[np.float64]:
    if isinstance(size, Spread):
        sigma = math.log(size.p99 / size.p50) / _P99
        return np.minimum(random.lognormal(math.log(size.p50), sigma, count), most)
    return np.full(count, min(size, most))
