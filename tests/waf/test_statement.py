"""Each condition and each key in Terraform's form."""

from pathlib import Path
from typing import Any

import pytest

from constructs.waf import statement
from settings.waf.condition import (
    AddressIn,
    And,
    AsnIn,
    Condition,
    CountryIn,
    HasLabel,
    HeaderIs,
    MethodIs,
    Not,
    Or,
    PathIs,
)
from settings.waf.ip_list import IpSet
from settings.waf.text_transformation import NONE
from settings.waf.web_acl_rules import RateTier, web_acl_rules
from tests.environment_files import MINIMAL, environment
from tests.waf.statement_schema import faults

NOTHING_DONE = [{"priority": 0, "type": "NONE"}]
US = {"geo_match_statement": {"country_codes": ["US"]}}
ARN = "arn:aws:wafv2:us-east-1:123456789012:regional/ipset/office/01234567-89ab-cdef-0123-456789abcdef"
LABEL = "awswaf:clientip:geo:country:US"
OWN_SET = IpSet(name="allow_ipv4", version="IPV4", addresses=("10.0.0.0/8",))
BACKSTOP = '\n[[waf.rate_rules]]\nname = "per-ip"\nlimit = 100\n'


def rate_based(folder: Path, text: str) -> dict[str, Any]:
    file = MINIMAL + '[[waf.rate_rules]]\nname = "rule"\nlimit = 20\n' + text + BACKSTOP
    settings = environment(folder, file)
    assert settings.waf is not None
    first = next(
        rule
        for rule in web_acl_rules(settings.waf, settings.routes, settings.path_prefixes)
        if isinstance(rule, RateTier) and rule.name == "rule"
    )
    rendered = statement.rule_statement(first, {})
    assert faults(rendered) == []
    body: dict[str, Any] = rendered["rate_based_statement"]
    return body


@pytest.mark.parametrize(
    ("condition", "rendered"),
    [
        (CountryIn(("US",)), US),
        (
            And((CountryIn(("US",)), Not(CountryIn(("US",))))),
            {"and_statement": {"statement": [US, {"not_statement": {"statement": [US]}}]}},
        ),
        (Or((CountryIn(("US",)), CountryIn(("US",)))), {"or_statement": {"statement": [US, US]}}),
        (
            PathIs("^/a$", ("URL_DECODE", "LOWERCASE")),
            {
                "regex_match_statement": {
                    "regex_string": "^/a$",
                    "field_to_match": {"uri_path": {}},
                    "text_transformation": [
                        {"priority": 0, "type": "URL_DECODE"},
                        {"priority": 1, "type": "LOWERCASE"},
                    ],
                }
            },
        ),
        (
            MethodIs(frozenset({"POST"})),
            {
                "byte_match_statement": {
                    "search_string": "POST",
                    "positional_constraint": "EXACTLY",
                    "field_to_match": {"method": {}},
                    "text_transformation": NOTHING_DONE,
                }
            },
        ),
        (
            MethodIs(frozenset({"POST", "GET"})),
            {
                "regex_match_statement": {
                    "regex_string": "^(?:GET|POST)$",
                    "field_to_match": {"method": {}},
                    "text_transformation": NOTHING_DONE,
                }
            },
        ),
        (
            HeaderIs("x-plan", "free", "STARTS_WITH", ("LOWERCASE",)),
            {
                "byte_match_statement": {
                    "search_string": "free",
                    "positional_constraint": "STARTS_WITH",
                    "field_to_match": {"single_header": {"name": "x-plan"}},
                    "text_transformation": [{"priority": 0, "type": "LOWERCASE"}],
                }
            },
        ),
        (
            HeaderIs("x-plan", "^a{2}%{x}${y}$", "REGEX", NONE),
            {
                "regex_match_statement": {
                    "regex_string": "^a{2}%{x}${y}$",
                    "field_to_match": {"single_header": {"name": "x-plan"}},
                    "text_transformation": NOTHING_DONE,
                }
            },
        ),
        (AddressIn(ARN), {"ip_set_reference_statement": {"arn": ARN}}),
        (AddressIn(OWN_SET), {"ip_set_reference_statement": {"arn": "${aws_wafv2_ip_set.allow_ipv4.arn}"}}),
        (AsnIn((0, 64496)), {"asn_match_statement": {"asn_list": [0, 64496]}}),
        (HasLabel("a:b", "LABEL"), {"label_match_statement": {"key": "a:b", "scope": "LABEL"}}),
        (HasLabel("a:", "NAMESPACE"), {"label_match_statement": {"key": "a:", "scope": "NAMESPACE"}}),
    ],
)
def test_conditions(condition: Condition, rendered: dict[str, Any]) -> None:
    found = statement.condition_statement(condition, {"allow_ipv4": "${aws_wafv2_ip_set.allow_ipv4.arn}"})
    assert found == rendered
    assert faults(found) == []


def test_a_rule_by_ip(tmp_path: Path) -> None:
    assert rate_based(tmp_path, "evaluation_window_sec = 60") == {
        "limit": 20,
        "evaluation_window_sec": 60,
        "aggregate_key_type": "IP",
        "scope_down_statement": {
            "not_statement": {
                "statement": [
                    {
                        "byte_match_statement": {
                            "search_string": "OPTIONS",
                            "positional_constraint": "EXACTLY",
                            "field_to_match": {"method": {}},
                            "text_transformation": NOTHING_DONE,
                        }
                    }
                ]
            }
        },
    }


def test_a_rule_by_forwarded_ip(tmp_path: Path) -> None:
    text = (
        'aggregate_key_type = "FORWARDED_IP"\n'
        'forwarded_ip = { header_name = "X-Forwarded-For", fallback_behavior = "NO_MATCH" }'
    )
    rendered = rate_based(tmp_path, text)
    assert rendered["aggregate_key_type"] == "FORWARDED_IP"
    assert rendered["forwarded_ip_config"] == {"header_name": "X-Forwarded-For", "fallback_behavior": "NO_MATCH"}


def test_a_constant_rule(tmp_path: Path) -> None:
    rendered = rate_based(tmp_path, 'aggregate_key_type = "CONSTANT"\nroutes = ["POST /chat"]')
    assert rendered.keys() == {"limit", "evaluation_window_sec", "aggregate_key_type", "scope_down_statement"}
    assert rendered["aggregate_key_type"] == "CONSTANT"


@pytest.mark.parametrize(
    ("keys", "rendered"),
    [
        (
            '[{ header = { name = "X-User" } }]',
            [{"header": {"name": "X-User", "text_transformation": NOTHING_DONE}}],
        ),
        (
            '[{ cookie = { name = "s", text_transformations = ["URL_DECODE", "LOWERCASE"] } }]',
            [
                {
                    "cookie": {
                        "name": "s",
                        "text_transformation": [
                            {"priority": 0, "type": "URL_DECODE"},
                            {"priority": 1, "type": "LOWERCASE"},
                        ],
                    }
                }
            ],
        ),
        (
            '[{ query_argument = { name = "u" } }]',
            [{"query_argument": {"name": "u", "text_transformation": NOTHING_DONE}}],
        ),
        ("[{ query_string = {} }]", [{"query_string": {"text_transformation": NOTHING_DONE}}]),
        (
            "[{ uri_path = {} }]",
            [
                {
                    "uri_path": {
                        "text_transformation": [
                            {"priority": 0, "type": "URL_DECODE"},
                            {"priority": 1, "type": "NORMALIZE_PATH"},
                            {"priority": 2, "type": "LOWERCASE"},
                        ]
                    }
                }
            ],
        ),
        (
            '[{ label_namespace = { namespace = "awswaf:clientip:" } }]',
            [{"label_namespace": {"namespace": "awswaf:clientip:"}}],
        ),
        (
            '[{ ja3_fingerprint = { fallback_behavior = "MATCH" } }]',
            [{"ja3_fingerprint": {"fallback_behavior": "MATCH"}}],
        ),
        (
            '[{ ja4_fingerprint = { fallback_behavior = "MATCH" } }]',
            [{"ja4_fingerprint": {"fallback_behavior": "MATCH"}}],
        ),
        ('["ip", "http_method", "asn"]', [{"ip": {}}, {"http_method": {}}, {"asn": {}}]),
    ],
)
def test_custom_keys(tmp_path: Path, keys: str, rendered: list[dict[str, Any]]) -> None:
    found = rate_based(tmp_path, f'aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = {keys}')
    assert found["custom_key"] == rendered


def test_a_forwarded_ip_as_one_of_several_keys(tmp_path: Path) -> None:
    text = (
        'aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = ["forwarded_ip", "asn"]\n'
        'forwarded_ip = { header_name = "X-Real-IP", fallback_behavior = "MATCH" }'
    )
    found = rate_based(tmp_path, text)
    assert found["custom_key"] == [{"forwarded_ip": {}}, {"asn": {}}]
    assert found["forwarded_ip_config"] == {"header_name": "X-Real-IP", "fallback_behavior": "MATCH"}


@pytest.mark.parametrize(
    ("scope_down", "field"),
    [
        ('{ path = "/chat" }', "uri_path"),
        ('{ method = "GET" }', "method"),
        ('{ header = { name = "X-Plan", value = "free" } }', "single_header"),
    ],
)
def test_scope_down_looks_at_the_field(tmp_path: Path, scope_down: str, field: str) -> None:
    rendered = rate_based(tmp_path, f'routes = ["POST /chat"]\nscope_down = {{ not = {scope_down} }}')
    last = rendered["scope_down_statement"]["and_statement"]["statement"][-1]["not_statement"]["statement"][0]
    assert list(next(iter(last.values()))["field_to_match"]) == [field]


def test_scope_down_by_label_country_network_and_set(tmp_path: Path) -> None:
    leaves = f'{{ label = "{LABEL}" }}, {{ country = ["US"] }}, {{ asn = [64496] }}, {{ ip_set = "{ARN}" }}'
    text = f"scope_down = {{ or = [{leaves}] }}"
    rendered = rate_based(tmp_path, text)
    assert rendered["scope_down_statement"]["and_statement"]["statement"][-1] == {
        "or_statement": {
            "statement": [
                {"label_match_statement": {"key": LABEL, "scope": "LABEL"}},
                US,
                {"asn_match_statement": {"asn_list": [64496]}},
                {"ip_set_reference_statement": {"arn": ARN}},
            ]
        }
    }
