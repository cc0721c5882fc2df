"""The web ACL and its rules."""

from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclCustomResponseBody,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleActionBlock,
    Wafv2WebAclRuleActionBlockCustomResponse,
    Wafv2WebAclRuleActionBlockCustomResponseResponseHeader,
    Wafv2WebAclRuleVisibilityConfig,
    Wafv2WebAclVisibilityConfig,
)

from constructs import Construct
from constructs.terraform.address import place
from constructs.waf import statement
from settings.rate_limit_response import RateLimitResponse
from settings.waf.rate_rule import RateRule
from settings.waf.waf import Waf

_BODY = "rate_limited"


class WebAcl(Construct):
    """Creates `aws_wafv2_web_acl.web_acl`, REGIONAL, which lets through what no rule stops."""

    def __init__(self, scope: Construct, id: str, *, name: str, waf: Waf, response: RateLimitResponse) -> None:
        super().__init__(scope, id)
        self._response = response
        resource = Wafv2WebAcl(
            self,
            "web_acl",
            name=name,
            scope="REGIONAL",
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            rule=[self._rate_rule(priority, rule) for priority, rule in enumerate(waf.rate_rules)],
            custom_response_body=[
                Wafv2WebAclCustomResponseBody(key=_BODY, content=response.body("waf"), content_type="APPLICATION_JSON")
            ],
            visibility_config=Wafv2WebAclVisibilityConfig(
                metric_name=name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
            ),
        )
        self.address = place(resource, "web_acl")
        self.arn = self.address.reference("arn")

    def _rate_rule(self, priority: int, rule: RateRule) -> Wafv2WebAclRule:
        return Wafv2WebAclRule(
            name=rule.name,
            priority=priority,
            action=Wafv2WebAclRuleAction(block=self._block()),
            statement=statement.rate_based(rule),
            visibility_config=Wafv2WebAclRuleVisibilityConfig(
                metric_name=rule.name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
            ),
        )

    def _block(self) -> Wafv2WebAclRuleActionBlock:
        """The 429 contract, word for word what the throttles answer but for its code and `Retry-After`."""
        return Wafv2WebAclRuleActionBlock(
            custom_response=Wafv2WebAclRuleActionBlockCustomResponse(
                response_code=429,
                custom_response_body_key=_BODY,
                response_header=[
                    Wafv2WebAclRuleActionBlockCustomResponseResponseHeader(
                        name="Retry-After", value=str(self._response.retry_after.waf)
                    )
                ],
            )
        )
