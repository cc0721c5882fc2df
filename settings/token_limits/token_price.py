"""`[token_prices."<model>"]`: what a model's tokens cost."""

from typing import Annotated

from pydantic import Field

from settings.base import Settings

Usd = Annotated[float, Field(ge=0, le=100_000, multiple_of=0.000001)]


class TokenPrice(Settings):
    """USD per million tokens, as the provider's price list has them; no file here knows them, since they change."""

    input: Usd
    """Input that no cache had or got."""

    output: Usd
    """What the model wrote, its reasoning too."""

    cached_input: Usd | None = None
    """Read from the cache. Default: as `input`."""

    cache_write: Usd | None = None
    """Written into the cache. Default: as `input`."""

    @property
    def by_kind(self) -> dict[str, float]:
        """All four."""
        return {
            "input": self.input,
            "output": self.output,
            "cached_input": self.input if self.cached_input is None else self.cached_input,
            "cache_write": self.input if self.cache_write is None else self.cache_write,
        }
