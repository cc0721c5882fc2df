"""The web ACL and its rules."""

from collections.abc import Mapping, Sequence

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclAssociationConfig,
    Wafv2WebAclAssociationConfigRequestBody,
    Wafv2WebAclAssociationConfigRequestBodyApiGateway,
    Wafv2WebAclCustomResponseBody,
    Wafv2WebAclDataProtectionConfig,
    Wafv2WebAclDataProtectionConfigDataProtection,
    Wafv2WebAclDataProtectionConfigDataProtectionField,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleActionBlock,
    Wafv2WebAclRuleActionBlockCustomResponse,
    Wafv2WebAclRuleActionBlockCustomResponseResponseHeader,
    Wafv2WebAclRuleActionCaptcha,
    Wafv2WebAclRuleActionChallenge,
    Wafv2WebAclRuleActionCount,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleOverrideActionCount,
    Wafv2WebAclRuleOverrideActionNone,
    Wafv2WebAclRuleVisibilityConfig,
    Wafv2WebAclVisibilityConfig,
)
from constructs import Construct

from constructs.terraform.address import place
from constructs.waf import statement
from constructs.waf.ip_sets import IpSets
from settings.layer import Layer
from settings.rate_limit_response import RateLimitResponse
from settings.route import Route
from settings.waf import Waf
from settings.waf.web_acl_rules import (
    BlockListRule,
    ManagedRule,
    RateTier,
    WebAclRule,
    ip_sets_of,
    leaves_of,
    web_acl_rules,
)

_BODY = "rate_limited"


class WebAcl(Construct):
    """Creates `aws_wafv2_web_acl.web_acl`, REGIONAL, and its IP sets. It lets through every request that no rule stops.

    settings/waf/web_acl_rules.py has the rules' order and priorities. `headers` are added to every 429, in addition to
    those of the 429 contract. `protected_headers` are hidden in sampled requests and logs.

    The web ACL keeps its first name if the API's name changes. A new name would force a new web ACL, and Terraform
    would remove the stage's association at the beginning of a deploy and create it again at the end. Metrics get the
    new name, since theirs is separate.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        waf: Waf,
        routes: tuple[Route, ...],
        path_prefixes: tuple[str, ...],
        response: RateLimitResponse,
        headers: Mapping[str, str],
        protected_headers: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id)
        self._waf = waf
        self._headers = response.response_headers(Layer.WAF, headers)
        rules = web_acl_rules(waf, routes, path_prefixes)
        ip_sets = ip_sets_of(leaf for rule in rules for leaf in leaves_of(rule))
        self._arns = IpSets(self, "ip_sets", api_name=name, ip_sets=ip_sets).arns
        self.address = place(
            Wafv2WebAcl,
            self,
            "web_acl",
            name=name,
            lifecycle=TerraformResourceLifecycle(ignore_changes=["name"]),
            scope=waf.scope,
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            rule=[self._rule(rule) for rule in rules],
            custom_response_body=[
                Wafv2WebAclCustomResponseBody(
                    key=_BODY, content=response.body(Layer.WAF), content_type="APPLICATION_JSON"
                )
            ],
            association_config=_inspecting(waf.inspected_body_size_kb),
            data_protection_config=_protecting(protected_headers),
            visibility_config=Wafv2WebAclVisibilityConfig(
                metric_name=name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
            ),
        )
        self.arn = self.address.reference("arn")

    def _rule(self, rule: WebAclRule) -> Wafv2WebAclRule:
        return Wafv2WebAclRule(
            name=rule.name,
            priority=rule.priority,
            action=None if isinstance(rule, ManagedRule) else self._action(rule),
            override_action=self._override_action(rule) if isinstance(rule, ManagedRule) else None,
            statement=statement.rule_statement(rule, self._arns),
            visibility_config=Wafv2WebAclRuleVisibilityConfig(
                metric_name=rule.name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
            ),
        )

    def _action(self, rule: BlockListRule | RateTier) -> Wafv2WebAclRuleAction:
        if self._waf.mode == "count":
            return Wafv2WebAclRuleAction(count=Wafv2WebAclRuleActionCount())
        if isinstance(rule, BlockListRule):
            return Wafv2WebAclRuleAction(block=Wafv2WebAclRuleActionBlock())
        match rule.action:
            case "block":
                return Wafv2WebAclRuleAction(block=self._rate_limited())
            case "count":
                return Wafv2WebAclRuleAction(count=Wafv2WebAclRuleActionCount())
            case "captcha":
                return Wafv2WebAclRuleAction(captcha=Wafv2WebAclRuleActionCaptcha())
            case "challenge":
                return Wafv2WebAclRuleAction(challenge=Wafv2WebAclRuleActionChallenge())

    def _override_action(self, rule: ManagedRule) -> Wafv2WebAclRuleOverrideAction:
        if self._waf.mode == "count" or rule.group.mode == "count":
            return Wafv2WebAclRuleOverrideAction(count=Wafv2WebAclRuleOverrideActionCount())
        return Wafv2WebAclRuleOverrideAction(none=Wafv2WebAclRuleOverrideActionNone())

    def _rate_limited(self) -> Wafv2WebAclRuleActionBlock:
        """The 429 contract, the same as a throttle's answer except for its code and `Retry-After`."""
        return Wafv2WebAclRuleActionBlock(
            custom_response=Wafv2WebAclRuleActionBlockCustomResponse(
                response_code=429,
                custom_response_body_key=_BODY,
                response_header=[
                    Wafv2WebAclRuleActionBlockCustomResponseResponseHeader(name=name, value=value)
                    for name, value in self._headers.items()
                ],
            )
        )


def _inspecting(kilobytes: int | None) -> Wafv2WebAclAssociationConfig | None:
    if kilobytes is None:
        return None
    return Wafv2WebAclAssociationConfig(
        request_body=[
            Wafv2WebAclAssociationConfigRequestBody(
                api_gateway=Wafv2WebAclAssociationConfigRequestBodyApiGateway(
                    default_size_inspection_limit=f"KB_{kilobytes}"
                )
            )
        ]
    )


def _protecting(headers: Sequence[str]) -> Wafv2WebAclDataProtectionConfig | None:
    """Hide headers in the log and in the console's samples. The log's own redaction does not cover the samples."""
    if not headers:
        return None
    field = Wafv2WebAclDataProtectionConfigDataProtectionField(field_type="SINGLE_HEADER", field_keys=list(headers))
    return Wafv2WebAclDataProtectionConfig(
        data_protection=[Wafv2WebAclDataProtectionConfigDataProtection(action="SUBSTITUTION", field=field)]
    )
