"""The `[usage_plans]` tables: how much the holder of an API key may send.

A plan belongs to the whole stage, but limits only routes with `api_key_required`. It is neither authentication nor a
cap on cost. Its throttles and quotas are best effort.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from settings.base import LARGEST_INTEGER, Items, Settings
from settings.problem import Problem, refuse
from settings.terraform_name import distinct_names
from settings.throttling import Throttle, word_or_table
from settings.token_limits.limits import LIMITS, Limits

# The format of AWS's ids, for keys and for plans.
Id = Annotated[str, Field(pattern=r"^[a-z0-9]{6,32}$")]

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]

# The provider's check of aws_api_gateway_usage_plan: no offset for a day, 0 to 6 for a week, 0 to 27 for a month.
HIGHEST_OFFSET = {"DAY": 0, "WEEK": 6, "MONTH": 27}


class Quota(Settings):
    """Requests of one key in a calendar period, over all routes of the plan."""

    limit: Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]
    """Requests of one key in a period."""

    period: Literal["DAY", "WEEK", "MONTH"]
    """The calendar period."""

    offset: Annotated[int, Field(ge=0, le=LARGEST_INTEGER)] = 0
    """Requests subtracted from the limit in the first period. At most 6 for WEEK, 27 for MONTH, 0 for DAY."""

    @model_validator(mode="after")
    def _offset_fits(self) -> Self:
        highest = HIGHEST_OFFSET[self.period]
        message = None
        if self.offset > highest:
            message = f"must be at most {highest} for {self.period}"
        elif self.offset >= self.limit:
            message = "leaves nothing of the limit in the first period"
        if message:
            refuse(self, Problem(("offset",), message))
        return self


class ApiKey(Settings):
    """One caller's key. AWS generates the value, or a sensitive Terraform variable has it. It is never in this file."""

    name: Name
    """Name of the key in AWS and in Terraform."""

    value: Literal["generated", "variable"] = "generated"
    """`generated`: AWS generates the value. `variable`: it is in the Terraform variable `api_key_value_<name>`, 20 to
    128 characters."""

    id: Id | None = None
    """Id of an existing key. It joins the plan. This stack never creates, changes or destroys it."""

    @model_validator(mode="after")
    def _is_made_or_there(self) -> Self:
        if self.id is not None and self.value != "generated":
            raise ValueError("must have no value together with id: the key exists and has one")
        return self


PlanRouteThrottle = Annotated[
    Annotated[Throttle, Tag("table")] | Annotated[Literal["blocked"], Tag("word")],
    Discriminator(word_or_table),
]
"""A throttle in addition to the plan's, for each key. `blocked` removes the route from the plan, and its keys get 429
there."""

ApiKeyOrName = Annotated[
    Annotated[Name, Tag("word")] | Annotated[ApiKey, Tag("table")],
    Discriminator(word_or_table),
]


class UsagePlan(Limits):
    """One tier: a throttle, a quota, and limits in tokens and money for each key, and the keys that belong to it."""

    id: Id | None = None
    """Id of an existing plan, for instance of another API. Keys join it. This stack never creates, changes or destroys
    it. Its owner adds this API's stage to it and sets its limits."""

    description: Annotated[str, Field(max_length=1024)] = ""
    """Description of the usage plan in AWS."""

    throttle: Throttle | None = None
    """The throttle of each key."""

    quota: Quota | None = None

    routes: dict[str, PlanRouteThrottle] = {}
    """Throttles for single routes of this plan, by `METHOD /path`. They apply in addition to the plan's throttle."""

    api_keys: Items[ApiKeyOrName] = ()
    """Names of keys, or tables for keys whose value comes from a variable."""

    @property
    def keys(self) -> tuple[ApiKey, ...]:
        """The keys, each as a table."""
        return tuple(ApiKey(name=key) if isinstance(key, str) else key for key in self.api_keys)

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.id is not None:
            unfit = sorted(self.model_fields_set & {"description", "throttle", "quota", "routes", *LIMITS})
            if unfit:
                raise ValueError(f"must have no {', '.join(unfit)}: the plan exists, and Spillway does not change it")
            return self
        if self.throttle is None and self.quota is None and not self.routes and not self.token_limits:
            raise ValueError("limits nothing; add a throttle, a quota or both")
        if self.throttle is None and self.routes:
            message = "AWS accepts limits for single routes only if the whole plan has a throttle; add throttle"
            refuse(self, Problem(("routes",), message))
        return self


def plan_names(usage_plans: Mapping[str, UsagePlan]) -> dict[str, str]:
    """The Terraform name of each plan: `Team-A` is `team_a`."""
    return distinct_names(usage_plans)


def key_names(usage_plans: Mapping[str, UsagePlan]) -> dict[str, str]:
    """The stem of the Terraform names of each key of all plans."""
    return distinct_names(key.name for plan in usage_plans.values() for key in plan.keys)
