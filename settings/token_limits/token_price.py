"""`[token_prices."<model>"]`: what the tokens of a model cost."""

from typing import Annotated

from pydantic import Field

from settings.base import Settings

Usd = Annotated[float, Field(ge=0, le=100_000, multiple_of=0.000001)]


class TokenPrice(Settings):
    """US dollars per million tokens, from the provider's price list. Spillway has no prices of its own, because they
    change.
    """

    input: Usd
    """Price of input that was neither read from a cache nor written to one."""

    output: Usd
    """Price of output, including the model's reasoning."""

    cached_input: Usd | None = None
    """Price of input that was read from the cache. Default: that of `input`."""

    cache_write: Usd | None = None
    """Price of input that was written to the cache. Default: that of `input`."""

    @property
    def by_kind(self) -> dict[str, float]:
        """All four prices."""
        return {
            "input": self.input,
            "output": self.output,
            "cached_input": self.input if self.cached_input is None else self.cached_input,
            "cache_write": self.input if self.cache_write is None else self.cache_write,
        }
