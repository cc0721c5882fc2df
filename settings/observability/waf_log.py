"""`[observability.waf_log]`: one JSON record for each request that a WAF rule blocked or counted."""

from typing import Literal, get_args

from settings.observability.log_group import LogGroup

Action = Literal["BLOCK", "COUNT", "CAPTCHA", "CHALLENGE", "EXCLUDED_AS_COUNT"]

# What the filter keeps: everything except for ALLOW, and MONETIZE, which is for CloudFront only.
# https://docs.aws.amazon.com/waf/latest/APIReference/API_ActionCondition.html, read 2026-11.
KEPT_ACTIONS: tuple[Action, ...] = get_args(Action)

# https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html: the name must start with this.
PREFIX = "aws-waf-logs-"


class WafLog(LogGroup):
    """The log of the web ACL that Spillway creates. The owner of an existing one configures its logging. Needs no
    account role.
    """
