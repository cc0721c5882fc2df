"""The `[waf]` table: real limits per client, in front of the API."""

import re
from typing import Literal, Self

from pydantic import field_validator, model_validator

from settings.base import Items, Settings
from settings.problem import Problem, refuse
from settings.waf.ip_list import IpRanges
from settings.waf.managed_rule_group import ManagedRuleGroup
from settings.waf.rate_rule import RateRule

_ARN = re.compile(
    r"arn:aws[a-z-]*:wafv2:(?P<region>[a-z0-9-]+):\d{12}:(?P<scope>regional|global)"
    r"/webacl/[A-Za-z0-9_-]{1,128}/[0-9a-f-]{36}"
)

# How much of a body AWS inspects by default, in KB. More costs extra.
# https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-setting-body-inspection-limit.html
USUAL_BODY_SIZE: Literal[16] = 16


class Waf(Settings):
    """A REGIONAL web ACL associated with the stage. Without the table there is none."""

    mode: Literal["block", "count"] = "block"
    """`count` makes every rule of the web ACL count requests without blocking any."""

    scope: str = "REGIONAL"
    """Scope of the web ACL. Only `REGIONAL` works for API Gateway."""

    web_acl_arn: str | None = None
    """ARN of an existing web ACL, instead of one that Spillway creates."""

    allow: IpRanges = ()
    """Source addresses that no rate rule limits. The block list and the managed rules still apply. The address is that
    of the connection."""

    block: IpRanges = ()
    """Source addresses that always get a 403."""

    body_size_kb: Literal[16, 32, 48, 64] | None = None
    """How much of a body managed rules can read. Default: 16, which AWS includes at no extra cost."""

    managed_rule_groups: Items[ManagedRuleGroup] = ()
    rate_rules: Items[RateRule] = ()

    @field_validator("scope")
    @classmethod
    def _regional(cls, scope: str) -> str:
        if scope != "REGIONAL":
            raise ValueError(
                "must be REGIONAL: a stage accepts nothing else; a CLOUDFRONT web ACL belongs to a distribution"
            )
        return scope

    @field_validator("web_acl_arn")
    @classmethod
    def _is_an_arn(cls, arn: str | None) -> str | None:
        if arn is None:
            return None
        parts = _ARN.fullmatch(arn)
        if not parts:
            shape = "arn:aws:wafv2:<region>:<account>:regional/webacl/<name>/<id>"
            raise ValueError(f"must be the ARN of a WAFv2 web ACL, {shape}")
        if parts["scope"] != "regional":
            raise ValueError("must be REGIONAL: a stage accepts nothing else; this one is for CloudFront")
        return arn

    @model_validator(mode="after")
    def _one_web_acl(self) -> Self:
        own = self.rate_rules or self.managed_rule_groups or self.block
        others = sorted(self.model_fields_set - {"web_acl_arn", "scope"})
        if self.web_acl_arn is not None:
            if others:
                message = f"refers to an existing web ACL; {', '.join(others)} need one that Spillway creates"
                refuse(self, Problem(("web_acl_arn",), message))
        elif not own:
            raise ValueError("contains no rule; add rate_rules, managed_rule_groups or block, or remove the table")
        elif self.body_size_kb is not None and not self.reads_bodies:
            refuse(self, Problem(("body_size_kb",), "no rule reads bodies, so it has no effect"))
        return self

    @property
    def existing_region(self) -> str | None:
        """The Region of an existing web ACL."""
        parts = _ARN.fullmatch(self.web_acl_arn) if self.web_acl_arn else None
        return parts["region"] if parts else None

    @property
    def reads_bodies(self) -> bool:
        """Whether a managed group reads bodies."""
        return any(group.reads_bodies for group in self.managed_rule_groups)

    @property
    def inspected_body_size_kb(self) -> int | None:
        """None if no rule reads a body."""
        return (self.body_size_kb or USUAL_BODY_SIZE) if self.reads_bodies else None
