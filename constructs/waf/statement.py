"""WAF statements as dictionaries for Terraform.

The provider package types `rule.statement` as `Any`, so it passes a misspelled key on to `terraform apply`. Every key
is therefore in this file, and a test compares each one with tests/aws/web_acl_statement_schema.json.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from settings.waf.condition import (
    AddressIn,
    And,
    AsnIn,
    Condition,
    CountryIn,
    HasLabel,
    HeaderIs,
    Leaf,
    MethodIs,
    Not,
    Or,
    PathIs,
)
from settings.waf.custom_key import AnyKey, FingerprintKey, LabelKey, NamedKey
from settings.waf.managed_rule_group import ManagedRuleGroup
from settings.waf.rate_rule import ForwardedIp
from settings.waf.text_transformation import NONE, TextTransformation
from settings.waf.web_acl_rules import BlockListRule, ManagedRule, RateTier, WebAclRule

Statement = dict[str, Any]

Arns = Mapping[str, str]
"""References to Spillway's own IP sets, by name."""


def rule_statement(rule: WebAclRule, arns: Arns) -> Statement:
    """The condition that a request must meet."""
    match rule:
        case BlockListRule(condition=condition):
            return condition_statement(condition, arns)
        case ManagedRule(group=group):
            return _managed(group)
        case RateTier():
            return _rate_based(rule, arns)


def condition_statement(condition: Condition, arns: Arns) -> Statement:
    """The statement for a condition: and, or, not, and what they contain."""
    match condition:
        case And(parts):
            return {"and_statement": {"statement": [condition_statement(part, arns) for part in parts]}}
        case Or(parts):
            return {"or_statement": {"statement": [condition_statement(part, arns) for part in parts]}}
        case Not(part):
            return {"not_statement": {"statement": [condition_statement(part, arns)]}}
        case _:
            return _leaf(condition, arns)


def _rate_based(tier: RateTier, arns: Arns) -> Statement:
    """Counts requests for each client. More than `limit` in the window trigger the rule's action."""
    rule = tier.rule
    body: Statement = {
        "limit": tier.limit,
        "evaluation_window_sec": rule.evaluation_window_sec,
        "aggregate_key_type": rule.aggregate_key_type,
    }
    if rule.forwarded_ip:
        body["forwarded_ip_config"] = _forwarded(rule.forwarded_ip)
    if rule.custom_keys:
        body["custom_key"] = [_custom_key(key) for key in rule.custom_keys]
    return {"rate_based_statement": body | {"scope_down_statement": condition_statement(tier.scope_down, arns)}}


def _managed(group: ManagedRuleGroup) -> Statement:
    body: Statement = {"name": group.name, "vendor_name": group.vendor_name}
    if group.version:
        body["version"] = group.version
    if group.is_bot_control:
        level = {"inspection_level": "COMMON"}
        body["managed_rule_group_configs"] = [{"aws_managed_rules_bot_control_rule_set": level}]
    if group.is_anti_ddos:
        # API clients cannot solve a challenge, which is for browsers. Without it, only the group's blocking rule is
        # left.
        challenge = {"client_side_action_config": {"challenge": {"usage_of_action": "DISABLED"}}}
        sensitivity = {"sensitivity_to_block": group.sensitivity_to_block} if group.sensitivity_to_block else {}
        body["managed_rule_group_configs"] = [{"aws_managed_rules_anti_ddos_rule_set": challenge | sensitivity}]
    if group.rule_actions:
        body["rule_action_override"] = [
            {"name": name, "action_to_use": {action: {}}} for name, action in sorted(group.rule_actions.items())
        ]
    return {"managed_rule_group_statement": body}


def _leaf(leaf: Leaf, arns: Arns) -> Statement:  # noqa: PLR0911  # one return for each kind of leaf
    match leaf:
        case PathIs(pattern, transformations):
            return _regex(pattern, {"uri_path": {}}, transformations)
        case MethodIs(methods) if len(methods) == 1:
            return _bytes(next(iter(methods)), "EXACTLY", {"method": {}}, NONE)
        case MethodIs(methods):
            return _regex(f"^(?:{'|'.join(sorted(methods))})$", {"method": {}}, NONE)
        case HeaderIs(name, value, "REGEX", transformations):
            return _regex(value, {"single_header": {"name": name}}, transformations)
        case HeaderIs(name, value, position, transformations):
            return _bytes(value, position, {"single_header": {"name": name}}, transformations)
        case AddressIn(ip_set):
            return {"ip_set_reference_statement": {"arn": ip_set if isinstance(ip_set, str) else arns[ip_set.name]}}
        case CountryIn(countries):
            return {"geo_match_statement": {"country_codes": list(countries)}}
        case AsnIn(asns):
            return {"asn_match_statement": {"asn_list": list(asns)}}
        case HasLabel(key, scope):
            return {"label_match_statement": {"key": key, "scope": scope}}


def _regex(pattern: str, field: Statement, transformations: Sequence[TextTransformation]) -> Statement:
    return {
        "regex_match_statement": {
            "regex_string": pattern,
            "field_to_match": field,
            "text_transformation": _transformations(transformations),
        }
    }


def _bytes(value: str, position: str, field: Statement, transformations: Sequence[TextTransformation]) -> Statement:
    return {
        "byte_match_statement": {
            "search_string": value,
            "positional_constraint": position,
            "field_to_match": field,
            "text_transformation": _transformations(transformations),
        }
    }


def _transformations(transformations: Sequence[TextTransformation]) -> list[Statement]:
    return [{"priority": place, "type": transformation} for place, transformation in enumerate(transformations)]


def _forwarded(forwarded_ip: ForwardedIp) -> Statement:
    return {"header_name": forwarded_ip.header_name, "fallback_behavior": forwarded_ip.fallback_behavior}


def _custom_key(key: AnyKey) -> Statement:
    if isinstance(key, str):
        return {key: {}}
    part = key.part
    body: Statement
    match part:
        case LabelKey():
            body = {"namespace": part.namespace}
        case FingerprintKey():
            body = {"fallback_behavior": part.fallback_behavior}
        case NamedKey():
            body = {"name": part.name, "text_transformation": _transformations(part.text_transformations)}
        case _:
            body = {"text_transformation": _transformations(part.text_transformations)}
    return {key.kind: body}
