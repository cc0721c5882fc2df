"""Web ACL capacity units, compared with the published costs, added up by hand."""

from pathlib import Path

import pytest

from settings.waf.capacity import Capacity, RuleCapacity, capacity
from settings.waf.web_acl_rules import web_acl_rules
from tests.environment_files import MINIMAL, environment

IP = '[[waf.rate_rules]]\nname = "ip"\nlimit = 20\n'


def wcu(folder: Path, text: str) -> Capacity:
    settings = environment(folder, MINIMAL + text)
    assert settings.waf is not None
    return capacity(web_acl_rules(settings.waf, settings.routes, settings.path_prefixes))


@pytest.mark.parametrize(
    ("text", "upper_bound", "estimate"),
    [
        pytest.param("", 2 + 2 + 10, 2 + 2, id="the rule and its preflights"),
        pytest.param('routes = ["POST /chat"]', 2 + (2 + 10) + (3 + 30) + (3 + 10), 2 + 2 + 3 + 30 + 3, id="a route"),
        pytest.param(
            'scope_down = { header = { name = "a", value = "b", positional_constraint = "CONTAINS" } }',
            2 + (2 + 10) + (10 + 10),
            2 + 2 + 10,
            id="a header",
        ),
        pytest.param(
            'scope_down = { header = { name = "a", value = "b", positional_constraint = "REGEX" } }',
            2 + (2 + 10) + (3 + 10),
            2 + 2 + 3,
            id="a header's pattern",
        ),
        pytest.param(
            'scope_down = { header = { name = "a", value = "b", text_transformations = ["LOWERCASE"] } }',
            2 + (2 + 10) + (2 + 10),
            2 + 2 + (2 + 10),
            id="a header's text",
        ),
        pytest.param(
            'scope_down = { and = [{ country = ["US"] }, { asn = [64496, 64511] }, '
            '{ label = "awswaf:clientip:geo:country:US" }, { ip_set = ["10.0.0.0/8", "::1"] }] }',
            2 + (2 + 10) + 1 + 1 + 1 + 2,
            2 + 2 + 1 + 1 + 1 + 2,
            id="country, network, label and sets",
        ),
        pytest.param(
            'aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = ["asn", { uri_path = {} }]',
            2 + (2 + 10) + 2 * 30 + 3 * 10,
            2 + 2 + 2 * 30 + 3 * 10,
            id="custom keys",
        ),
    ],
)
def test_one_rule(tmp_path: Path, text: str, upper_bound: int, estimate: int) -> None:
    assert wcu(tmp_path, IP + text).rules == (RuleCapacity(name="ip", upper_bound=upper_bound, estimate=estimate),)


def test_a_transformation_that_rules_share_is_estimated_once(tmp_path: Path) -> None:
    text = IP + 'routes = ["POST /chat"]\ncount_limit = 10'
    found = wcu(tmp_path, text)
    assert found.rules == (
        RuleCapacity(name="ip-count", upper_bound=60, estimate=40),
        RuleCapacity(name="ip", upper_bound=60, estimate=10),
    )
    assert (found.upper_bound, found.estimate, found.unknown) == (120, 50, ())


def test_the_block_list_costs_its_sets(tmp_path: Path) -> None:
    found = wcu(tmp_path, '[waf]\nblock = ["10.0.0.0/8", "::1"]')
    assert found.rules == (RuleCapacity(name="block-list", upper_bound=2, estimate=2),)


def test_managed_groups_cost_what_is_published_or_said(tmp_path: Path) -> None:
    text = "".join(
        f'[[waf.managed_rule_groups]]\nname = "{name}"\n{more}\n'
        for name, more in (
            ("AWSManagedRulesCommonRuleSet", ""),
            ("AWSManagedRulesSQLiRuleSet", "capacity = 300"),
            ("AWSManagedRulesAntiDDoSRuleSet", ""),
            ("Bots", 'vendor_name = "V"'),
        )
    )
    found = wcu(tmp_path, text)
    assert found.rules == (
        RuleCapacity(name="AWSManagedRulesCommonRuleSet", upper_bound=700, estimate=700),
        RuleCapacity(name="AWSManagedRulesSQLiRuleSet", upper_bound=300, estimate=300),
        RuleCapacity(name="AWSManagedRulesAntiDDoSRuleSet", upper_bound=50, estimate=50),
        RuleCapacity(name="Bots", upper_bound=None, estimate=None),
    )
    assert (found.upper_bound, found.estimate, found.unknown) == (1050, 1050, ("Bots",))
