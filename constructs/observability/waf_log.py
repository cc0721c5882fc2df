"""The web ACL's log."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationLoggingFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)
from constructs import Construct

from constructs.observability import queries
from constructs.observability.log_group import LogGroup
from constructs.observability.saved_queries import SavedQueries
from constructs.terraform.address import place
from settings.observability.waf_log import KEPT_ACTIONS
from settings.observability.waf_log import WafLog as WafLogSettings


class WafLog(Construct):
    """Creates a log group, `aws_wafv2_web_acl_logging_configuration.web_acl`, and saved queries in the folder.

    The log has the requests that a rule stopped or counted, without secret headers. WAF grants itself access to the
    group, so a deploy needs `logs:PutResourcePolicy` and `logs:CreateLogDelivery`:
    https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        web_acl_arn: str,
        name: str,
        log: WafLogSettings,
        protected_headers: Sequence[str],
        queries_folder: str | None,
    ) -> None:
        super().__init__(scope, id)
        group = LogGroup(self, "waf_log", name=name, log_group=log)
        place(
            Wafv2WebAclLoggingConfiguration,
            self,
            "web_acl",
            resource_arn=web_acl_arn,
            log_destination_configs=[group.arn],
            logging_filter=_what_is_not_simply_allowed(),
            redacted_fields=[_header(name) for name in protected_headers] or None,
        )
        if queries_folder:
            SavedQueries(self, "queries", folder=queries_folder, log_groups=[group.name], queries=queries.OF_WAF_LOG)


def _what_is_not_simply_allowed() -> Wafv2WebAclLoggingConfigurationLoggingFilter:
    conditions = [
        Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition(
            action_condition=Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition(action=action)
        )
        for action in KEPT_ACTIONS
    ]
    return Wafv2WebAclLoggingConfigurationLoggingFilter(
        default_behavior="DROP",
        filter=[
            Wafv2WebAclLoggingConfigurationLoggingFilterFilter(
                behavior="KEEP", requirement="MEETS_ANY", condition=conditions
            )
        ],
    )


def _header(name: str) -> Wafv2WebAclLoggingConfigurationRedactedFields:
    """One field in each block, because the provider refuses two."""
    return Wafv2WebAclLoggingConfigurationRedactedFields(
        single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=name)
    )
