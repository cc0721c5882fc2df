"""AWS's prices: `prices.toml` in this folder, or the tables of another file that replace some of them."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, ValidationError, model_validator

from review.refusal import ReviewError
from settings.base import Settings, SomeItems
from settings.problem import describe

DEFAULT = Path(__file__).parent / "prices.toml"

Dollars = Annotated[float, Field(ge=0, strict=False)]


class Source(Settings):
    """Where a price comes from."""

    unit: Annotated[str, Field(min_length=1)]
    """The unit that the price is for."""

    source: Annotated[str, Field(pattern=r"^https?://\S+$")]
    read: Annotated[str, Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]
    checked: Literal["AWS", "second hand", "own"] = "own"
    """`own` for prices that you set yourself: from a contract, or of another Region."""

    free: Annotated[float, Field(ge=0, strict=False)] = 0
    """Units that are free every month, once for the whole account."""


class Price(Source):
    """The same price for every unit."""

    price: Dollars

    def dollars(self, units: float, *, with_free: bool) -> float:
        """The price of this many units a month."""
        return max(0.0, units - (self.free if with_free else 0)) * self.price


class Tier(Settings):
    """The tier ends at this many units a month in total; the last tier has no end."""

    up_to: Annotated[float, Field(gt=0, strict=False)] | None = None
    price: Dollars


class TieredPrice(Source):
    """A price that falls with each tier."""

    tiers: SomeItems[Tier]

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        ends = [tier.up_to for tier in self.tiers]
        climbing = [end for end in ends if end is not None]
        if ends[-1] is not None or climbing != ends[:-1] or sorted(set(climbing)) != climbing:
            raise ValueError("tiers must each end above the one before by up_to, and the last have none")
        return self

    def dollars(self, units: float, *, with_free: bool) -> float:
        """The price of this many units a month."""
        units = max(0.0, units - (self.free if with_free else 0))
        total, begin = 0.0, 0.0
        for tier in self.tiers:
            end = units if tier.up_to is None else min(units, tier.up_to)
            total += max(0.0, end - begin) * tier.price
            begin = end
        return total


def _price_or_tiers(value: object) -> str:
    return "tiers" if isinstance(value, TieredPrice) or (isinstance(value, dict) and "tiers" in value) else "price"


FlatOrTiered = Annotated[
    Annotated[Price, Tag("price")] | Annotated[TieredPrice, Tag("tiers")], Discriminator(_price_or_tiers)
]
"""A contract may have one price where AWS's list has tiers."""


class General(Settings):
    """What applies to all prices."""

    region: str


class Prices(Settings):
    """All prices."""

    general: General
    api_gateway_requests: TieredPrice
    waf_web_acl: Price
    waf_rule: Price
    waf_requests: Price
    waf_capacity: Price
    waf_body: Price
    waf_bot_control: Price
    waf_bot_control_requests: Price
    waf_anti_ddos: Price
    waf_anti_ddos_requests: Price
    logs_ingested: Price
    logs_stored: Price
    metrics: Price
    alarm_metrics: Price
    dashboards: Price
    lambda_requests: Price
    lambda_gb_seconds: FlatOrTiered
    dynamodb_writes: Price

    @property
    def sources(self) -> dict[str, Source]:
        """The prices by name."""
        return {name: value for name, value in self if isinstance(value, Source)}


def read_prices(file: Path | None) -> Prices:
    """Read the default prices, in which tables of the file replace those with the same name.

    Raises ReviewError, with a line for each mistake.
    """
    tables = _read(DEFAULT)
    if file is not None:
        tables |= _read(file)
    try:
        return Prices.model_validate(tables)
    except ValidationError as error:
        shown = (file or DEFAULT).as_posix()
        raise ReviewError(
            "\n".join(f"{shown}: {describe(detail, tables, may_hold_secrets=False)}" for detail in error.errors())
        ) from None


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ReviewError(f"{file.as_posix()}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ReviewError(f"{file.as_posix()}: is not UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ReviewError(f"{file.as_posix()}: is not TOML: {error}") from None
