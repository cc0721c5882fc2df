"""The web ACL, its IP sets and its association, as Terraform JSON."""

from pathlib import Path
from typing import Any

import pytest

from settings.waf.known_groups import KNOWN_GROUPS
from tests.environment_files import MINIMAL, changed
from tests.synthesis import Rendered, rendered_text
from tests.waf.statement_schema import faults

IP = '[[waf.rate_rules]]\nname = "per-ip"\nlimit = 100\n'
CRS = '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesCommonRuleSet"\n'
ARN = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/mine/01234567-89ab-cdef-0123-456789abcdef"
NO_PREFLIGHT = {
    "not_statement": {
        "statement": [
            {
                "byte_match_statement": {
                    "search_string": "OPTIONS",
                    "positional_constraint": "EXACTLY",
                    "field_to_match": {"method": {}},
                    "text_transformation": [{"priority": 0, "type": "NONE"}],
                }
            }
        ]
    }
}


def waf_resources(folder: Path, text: str) -> Rendered:
    resources = rendered_text(folder, MINIMAL + text)["resource"]
    return {type_: resource for type_, resource in resources.items() if "wafv2" in type_}


def web_acl(folder: Path, text: str) -> Rendered:
    acl: Rendered = waf_resources(folder, text)["aws_wafv2_web_acl"]["web_acl"]
    assert [fault for rule in acl["rule"] for fault in faults(rule["statement"])] == []
    return acl


def actions(folder: Path, text: str) -> dict[str, list[str]]:
    rules = web_acl(folder, text)["rule"]
    return {rule["name"]: list(rule.get("action") or rule["override_action"]) for rule in rules}


def visible(name: str) -> dict[str, Any]:
    return {"metric_name": name, "cloudwatch_metrics_enabled": True, "sampled_requests_enabled": True}


def test_without_the_table_there_is_nothing(tmp_path: Path) -> None:
    assert waf_resources(tmp_path, "") == {}


def test_one_rule_by_ip(tmp_path: Path) -> None:
    unlogged = '[observability]\nwaf_log = "off"\nprotected_headers = []\n'
    assert waf_resources(tmp_path, IP + unlogged) == {
        "aws_wafv2_web_acl": {
            "web_acl": {
                "name": "api",
                "lifecycle": {"ignore_changes": ["name"]},
                "scope": "REGIONAL",
                "default_action": {"allow": {}},
                "rule": [
                    {
                        "name": "per-ip",
                        "priority": 3005,
                        "action": {
                            "block": {
                                "custom_response": {
                                    "response_code": 429,
                                    "custom_response_body_key": "rate_limited",
                                    "response_header": [
                                        {"name": "Retry-After", "value": "300"},
                                        {"name": "x-should-retry", "value": "false"},
                                    ],
                                }
                            }
                        },
                        "statement": {
                            "rate_based_statement": {
                                "limit": 100,
                                "evaluation_window_sec": 300,
                                "aggregate_key_type": "IP",
                                "scope_down_statement": NO_PREFLIGHT,
                            }
                        },
                        "visibility_config": visible("per-ip"),
                    }
                ],
                "custom_response_body": [
                    {
                        "key": "rate_limited",
                        "content": '{"type": "error", "error": {"message": "Rate limit reached. Slow down and retry.", '
                        '"type": "rate_limit_error", "param": null, "code": "ip_rate_limit_exceeded"}}',
                        "content_type": "APPLICATION_JSON",
                    }
                ],
                "visibility_config": visible("api"),
            }
        },
        "aws_wafv2_web_acl_association": {
            "stage": {
                "resource_arn": "${aws_api_gateway_stage.stage.arn}",
                "web_acl_arn": "${aws_wafv2_web_acl.web_acl.arn}",
            }
        },
    }


def test_an_existing_web_acl_is_associated_and_none_made(tmp_path: Path) -> None:
    assert waf_resources(tmp_path, f'[waf]\nweb_acl_arn = "{ARN}"') == {
        "aws_wafv2_web_acl_association": {
            "stage": {"resource_arn": "${aws_api_gateway_stage.stage.arn}", "web_acl_arn": ARN}
        }
    }


@pytest.mark.parametrize("text", [IP, f'[waf]\nweb_acl_arn = "{ARN}"'])
def test_the_association_is_never_made_before_the_old_one_goes(tmp_path: Path, text: str) -> None:
    assert "lifecycle" not in waf_resources(tmp_path, text)["aws_wafv2_web_acl_association"]["stage"]


def test_lists_become_sets_of_one_version_that_are_replaced_safely(tmp_path: Path) -> None:
    text = '[waf]\nallow = ["2001:db8::/32", "10.0.0.0/8"]\nblock = ["192.0.2.9", "192.0.2.1"]\n' + IP
    assert waf_resources(tmp_path, text)["aws_wafv2_ip_set"] == {
        name: {
            "name": f"api-{name.replace('_', '-')}",
            "scope": "REGIONAL",
            "ip_address_version": version,
            "addresses": addresses,
            "lifecycle": {"create_before_destroy": True},
        }
        for name, version, addresses in (
            ("allow_ipv4", "IPV4", ["10.0.0.0/8"]),
            ("allow_ipv6", "IPV6", ["2001:db8::/32"]),
            ("block_ipv4", "IPV4", ["192.0.2.1/32", "192.0.2.9/32"]),
        )
    }


def test_names_of_sets_stay_unique_where_aws_would_cut_them(tmp_path: Path) -> None:
    stem = "r" * 118
    text = "".join(
        f'[[waf.rate_rules]]\nname = "{stem}{n}"\nlimit = 20\nscope_down = {{ ip_set = ["10.0.0.0/8"] }}\n'
        for n in "ab"
    )
    names = [each["name"] for each in waf_resources(tmp_path, text)["aws_wafv2_ip_set"].values()]
    assert len(set(names)) == 2
    assert {len(name) for name in names} == {128}


def test_the_name_of_a_set_changes_with_what_forces_a_new_one(tmp_path: Path) -> None:
    text = '\n[waf]\nblock = ["192.0.2.1"]\n'
    other = changed(**{"[api]": "[api]"}).replace('name = "api"', 'name = "other"')
    before = rendered_text(tmp_path, MINIMAL + text)["resource"]["aws_wafv2_ip_set"]["block_ipv4"]["name"]
    after = rendered_text(tmp_path, other + text)["resource"]["aws_wafv2_ip_set"]["block_ipv4"]["name"]
    assert (before, after) == ("api-block-ipv4", "other-block-ipv4")


def test_the_block_list_is_one_rule_for_both_versions(tmp_path: Path) -> None:
    (rule,) = web_acl(tmp_path, '[waf]\nblock = ["192.0.2.1", "2001:db8::1"]')["rule"]
    assert rule == {
        "name": "block-list",
        "priority": 100,
        "action": {"block": {}},
        "statement": {
            "or_statement": {
                "statement": [
                    {"ip_set_reference_statement": {"arn": "${aws_wafv2_ip_set.block_ipv4.arn}"}},
                    {"ip_set_reference_statement": {"arn": "${aws_wafv2_ip_set.block_ipv6.arn}"}},
                ]
            }
        },
        "visibility_config": visible("block-list"),
    }


def test_a_managed_group_is_made_safe_for_prompts(tmp_path: Path) -> None:
    (rule,) = web_acl(tmp_path, CRS + 'overrides = { NoUserAgent_HEADER = "block" }')["rule"]
    counted = {each.name: "count" for each in KNOWN_GROUPS["AWSManagedRulesCommonRuleSet"].preset}
    assert rule == {
        "name": "AWSManagedRulesCommonRuleSet",
        "priority": 1000,
        "override_action": {"none": {}},
        "statement": {
            "managed_rule_group_statement": {
                "name": "AWSManagedRulesCommonRuleSet",
                "vendor_name": "AWS",
                "rule_action_override": [
                    {"name": name, "action_to_use": {action: {}}}
                    for name, action in sorted((counted | {"NoUserAgent_HEADER": "block"}).items())
                ],
            }
        },
        "visibility_config": visible("AWSManagedRulesCommonRuleSet"),
    }


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        (
            CRS + 'preset = "none"\nversion = "Version_1.10"',
            {"name": "AWSManagedRulesCommonRuleSet", "vendor_name": "AWS", "version": "Version_1.10"},
        ),
        (
            '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesAmazonIpReputationList"',
            {"name": "AWSManagedRulesAmazonIpReputationList", "vendor_name": "AWS"},
        ),
        (
            CRS + 'vendor_name = "Other ${x}"\ncapacity = 10',
            {"name": "AWSManagedRulesCommonRuleSet", "vendor_name": "Other $${x}"},
        ),
    ],
)
def test_a_group_without_a_preset_stays_as_its_vendor_made_it(
    tmp_path: Path, text: str, statement: dict[str, str]
) -> None:
    (rule,) = web_acl(tmp_path, text)["rule"]
    assert rule["statement"] == {"managed_rule_group_statement": statement}


def test_bot_control_is_told_how_hard_to_look_and_lets_client_sdks_through(tmp_path: Path) -> None:
    (rule,) = web_acl(tmp_path, '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesBotControlRuleSet"')["rule"]
    assert rule["statement"]["managed_rule_group_statement"] == {
        "name": "AWSManagedRulesBotControlRuleSet",
        "vendor_name": "AWS",
        "managed_rule_group_configs": [{"aws_managed_rules_bot_control_rule_set": {"inspection_level": "COMMON"}}],
        "rule_action_override": [
            {"name": name, "action_to_use": {"count": {}}}
            for name in ("CategoryAI", "CategoryHttpLibrary", "SignalKnownBotDataCenter", "SignalNonBrowserUserAgent")
        ],
    }


@pytest.mark.parametrize(
    ("line", "sensitivity"),
    [("", {}), ('sensitivity_to_block = "MEDIUM"', {"sensitivity_to_block": "MEDIUM"})],
)
def test_the_anti_ddos_group_challenges_nobody(tmp_path: Path, line: str, sensitivity: dict[str, str]) -> None:
    group = '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesAntiDDoSRuleSet"\n'
    acl = web_acl(tmp_path, group + line)
    assert acl["rule"][0]["statement"]["managed_rule_group_statement"] == {
        "name": "AWSManagedRulesAntiDDoSRuleSet",
        "vendor_name": "AWS",
        "managed_rule_group_configs": [
            {
                "aws_managed_rules_anti_ddos_rule_set": {
                    "client_side_action_config": {"challenge": {"usage_of_action": "DISABLED"}},
                    **sensitivity,
                }
            }
        ],
    }
    assert "association_config" not in acl


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (CRS, "KB_16"),
        ("[waf]\nbody_size_kb = 64\n" + CRS, "KB_64"),
        (IP, None),
        ('[[waf.managed_rule_groups]]\nname = "AWSManagedRulesAmazonIpReputationList"', None),
    ],
)
def test_body_size_is_said_where_a_rule_reads_bodies(tmp_path: Path, text: str, size: str | None) -> None:
    found = web_acl(tmp_path, text).get("association_config")
    said = {"request_body": [{"api_gateway": {"default_size_inspection_limit": size}}]}
    assert found == (said if size else None)


EVERYTHING = (
    'block = ["192.0.2.1"]\n'
    + CRS
    + '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesSQLiRuleSet"\nmode = "count"\n'
    + "".join(
        f'[[waf.rate_rules]]\nname = "{action}"\nlimit = 20\naction = "{action}"\n'
        for action in ("block", "count", "captcha", "challenge")
    )
    + '[[waf.rate_rules]]\nname = "two"\nlimit = 20\ncount_limit = 10\n'
)


def test_what_each_rule_does(tmp_path: Path) -> None:
    assert actions(tmp_path, "[waf]\n" + EVERYTHING) == {
        "block-list": ["block"],
        "AWSManagedRulesCommonRuleSet": ["none"],
        "AWSManagedRulesSQLiRuleSet": ["count"],
        "block": ["block"],
        "count": ["count"],
        "captcha": ["captcha"],
        "challenge": ["challenge"],
        "two-count": ["count"],
        "two": ["block"],
    }


def test_one_word_makes_an_observer_of_all_of_it(tmp_path: Path) -> None:
    found = actions(tmp_path, '[waf]\nmode = "count"\n' + EVERYTHING)
    assert len(found) == 9
    assert {tuple(each) for each in found.values()} == {("count",)}


def test_an_observer_differs_in_its_actions_only(tmp_path: Path) -> None:
    block, count = (web_acl(tmp_path, f'[waf]\nmode = "{mode}"\n{EVERYTHING}') for mode in ("block", "count"))
    for acl in (block, count):
        for rule in acl["rule"]:
            rule.pop("action", None)
            rule.pop("override_action", None)
    assert block == count


def test_every_layer_s_429_carries_the_same_headers(tmp_path: Path) -> None:
    text = (
        MINIMAL
        + '[rate_limit_response]\nheaders = { X-Team = "ml" }\n'
        + '[cors]\nallow_origins = ["https://example.com"]\n'
        + IP
    )
    resources = rendered_text(tmp_path, text)["resource"]
    block = resources["aws_wafv2_web_acl"]["web_acl"]["rule"][0]["action"]["block"]["custom_response"]
    waf = {header["name"]: header["value"] for header in block["response_header"]}
    assert waf == {
        "Retry-After": "300",
        "x-should-retry": "false",
        "X-Team": "ml",
        "Access-Control-Allow-Origin": "https://example.com",
        "Access-Control-Expose-Headers": "Retry-After,x-should-retry",
    }
    for name, seconds in (("throttled", "1"), ("quota_exceeded", "3600")):
        response = resources["aws_api_gateway_gateway_response"][name]
        assert response["response_parameters"] == {
            f"gatewayresponse.header.{header}": f"'{value}'"
            for header, value in (waf | {"Retry-After": seconds}).items()
            if (name, header) != ("throttled", "x-should-retry")
        }
