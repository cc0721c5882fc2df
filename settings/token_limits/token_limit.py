"""`[[token_limits]]`: limits for callers without keys, or for all callers together."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from settings.base import Items, SomeItems
from settings.token_limits.limits import Limits

Mode = Literal["enforce", "count"]
WhenUnavailable = Literal["allow", "refuse"]

_IDENTITY = re.compile(r"api_key|ip|principal|all|claim:[A-Za-z0-9_.:/-]{1,128}")


def _is_an_identity(word: str) -> str:
    if word.startswith(("header", "query", "cookie")):
        raise ValueError("is set by the caller, who could change it in each request; use an identity that AWS verifies")
    if not _IDENTITY.fullmatch(word):
        raise ValueError('must be "api_key", "ip", "principal", "claim:<name>" or "all"')
    return word


def _in_a_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _go_together(identities: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(identities)) < len(identities):
        raise ValueError("must contain each identity only once")
    if "all" in identities and len(identities) > 1:
        raise ValueError('"all" is one budget for all callers, and must be alone')
    return identities


def _is_not_taken(name: str) -> str:
    if name == "plan":
        raise ValueError("is the name of the limits of usage plans; use another name")
    return name


Identity = Annotated[str, AfterValidator(_is_an_identity)]
By = Annotated[SomeItems[Identity], BeforeValidator(_in_a_list, str | list[str]), AfterValidator(_go_together)]


class TokenLimit(Limits):
    """One budget for each identity, over all routes that the limit covers."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$"), AfterValidator(_is_not_taken)]
    """Name of the limit in refusals, metrics and the table. A new name starts a new budget."""

    by: By
    """Who has a budget. If there are several, their combination is the identity."""

    routes: Items[str] = ()
    """Routes by `METHOD /path`. Default: every `bedrock`, `http` and `private` route."""

    models: Items[Annotated[str, Field(pattern=r"^[^\s*]{1,255}\*?$")]] = ()
    """Models by the name in the request's `model`, or by its beginning and `*`, in any case. Default: all. For a
    Bedrock route this is its `model_id`, or with `api` the model in the request."""

    mode: Mode | None = None
    """`count` lets every request through and reports what it would have refused. Default: that of `[token_metering]`.
    """

    when_unavailable: WhenUnavailable | None = None
    """What happens if the function cannot reach DynamoDB. Default: that of `[token_metering]`."""

    shards: Annotated[int, Field(ge=1, le=100)] = 1
    """Only for `all`: how many items share the budget, each with an equal part. One item supports about 500 requests
    per second."""

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if not self.token_limits:
            raise ValueError(
                "limits nothing; add requests_per_minute, tokens_per_minute, tokens_per_day, usd_per_month or "
                "concurrent_requests"
            )
        if self.shards > 1 and self.by != ("all",):
            raise ValueError('must have shards only with by = "all": otherwise each caller has its own item')
        return self
