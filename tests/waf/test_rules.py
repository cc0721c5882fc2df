"""The order of the rules, and what each rate rule counts."""

from pathlib import Path

from settings.environment import Environment
from settings.route import Method
from settings.waf.condition import AddressIn, And, Condition, CountryIn, MethodIs, Not, Or, PathIs
from settings.waf.ip_list import IpSet
from settings.waf.path_pattern import ODD_PATH
from settings.waf.rate_rule import RateRule
from settings.waf.text_transformation import CANONICAL_PATH, NONE
from settings.waf.web_acl_rules import RateTier, WebAclRule, ip_sets_of, leaves_of, web_acl_rules
from tests.environment_files import MINIMAL, environment

ROUTES = MINIMAL + '[[routes]]\nmethod = "GET"\npath = "/models"\n'
CRS = '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesCommonRuleSet"\n'
KBI = '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesKnownBadInputsRuleSet"\n'

NO_PREFLIGHT = Not(MethodIs(frozenset({"OPTIONS"})))
ALLOW_4 = IpSet(name="allow_ipv4", version="IPV4", addresses=("10.0.0.0/8",))
ALLOW_6 = IpSet(name="allow_ipv6", version="IPV6", addresses=("2001:db8::/32",))


def rate_rule(name: str, text: str = "") -> str:
    return f'[[waf.rate_rules]]\nname = "{name}"\nlimit = 20\n{text}\n'


def rules(settings: Environment) -> tuple[WebAclRule, ...]:
    assert settings.waf is not None
    return web_acl_rules(settings.waf, settings.routes, settings.path_prefixes)


def order(folder: Path, text: str) -> list[tuple[int, str]]:
    return [(rule.priority, rule.name) for rule in rules(environment(folder, ROUTES + text))]


def scope(folder: Path, text: str) -> Condition | None:
    (tier,) = rules(environment(folder, text))
    assert isinstance(tier, RateTier)
    return tier.scope_down


ODD = PathIs(ODD_PATH, ("URL_DECODE",))


def path(pattern: str) -> PathIs:
    return PathIs(pattern, CANONICAL_PATH)


def methods(*names: Method) -> MethodIs:
    return MethodIs(frozenset(names))


def test_the_order_is_block_list_managed_groups_named_routes_whole_api(tmp_path: Path) -> None:
    text = (
        '[waf]\nblock = ["192.0.2.1"]\n'
        + rate_rule("all")
        + rate_rule("chat", 'routes = ["POST /chat"]\ncount_limit = 10')
        + CRS
        + KBI
    )
    assert order(tmp_path, text) == [
        (100, "block-list"),
        (1000, "AWSManagedRulesCommonRuleSet"),
        (1010, "AWSManagedRulesKnownBadInputsRuleSet"),
        (2010, "chat-count"),
        (2015, "chat"),
        (3005, "all"),
    ]


def test_a_rule_added_at_the_end_moves_no_other(tmp_path: Path) -> None:
    text = rate_rule("all") + rate_rule("chat", 'routes = ["POST /chat"]') + CRS
    before = order(tmp_path, text)
    after = order(tmp_path, text + KBI + rate_rule("models", 'routes = ["GET /models"]') + rate_rule("more"))
    assert [entry for entry in after if entry in before] == before
    assert len(after) == len(before) + 3


def test_ten_rules_have_ten_priorities(tmp_path: Path) -> None:
    text = "".join(rate_rule(f"r{n}", "count_limit = 10") for n in range(5))
    priorities = [priority for priority, _ in order(tmp_path, text)]
    assert len(set(priorities)) == len(priorities) == 10


def test_the_counting_tier_counts_what_its_rule_counts(tmp_path: Path) -> None:
    text = ROUTES + rate_rule("chat", 'routes = ["POST /chat"]\ncount_limit = 10')
    count, own = rules(environment(tmp_path, text))
    assert isinstance(count, RateTier)
    assert isinstance(own, RateTier)
    assert (count.limit, count.action) == (10, "count")
    assert (own.limit, own.action) == (20, "block")
    assert count.scope_down == own.scope_down


def test_every_setting_of_a_rate_rule_decides_what_it_counts_or_what_happens_then() -> None:
    """Otherwise two rules that differ only in a field that is missing from `counts` would be considered the same."""
    rule = RateRule(name="all", limit=20)
    assert set(RateRule.model_fields) == set(rule.counts) | {"name", "limit", "count_limit", "action"}


def test_a_rule_for_everything_leaves_preflights_out(tmp_path: Path) -> None:
    assert scope(tmp_path, ROUTES + rate_rule("all")) == NO_PREFLIGHT


def test_a_rule_for_one_route_looks_at_its_path_and_method(tmp_path: Path) -> None:
    assert scope(tmp_path, ROUTES + rate_rule("chat", 'routes = ["POST /chat"]')) == And(
        (methods("POST"), Or((path("^(?:/test)?/chat/?$"), ODD)))
    )


def test_paths_of_one_method_are_alternatives(tmp_path: Path) -> None:
    text = ROUTES + '[[routes]]\nmethod = "POST"\npath = "/embeddings"\n'
    assert scope(tmp_path, text + rate_rule("posts", 'routes = ["POST /chat", "POST /embeddings"]')) == And(
        (methods("POST"), Or((path("^(?:/test)?/chat/?$"), ODD, path("^(?:/test)?/embeddings/?$"))))
    )


def test_methods_of_one_path_are_alternatives(tmp_path: Path) -> None:
    text = ROUTES + '[[routes]]\nmethod = "GET"\npath = "/chat"\n'
    assert scope(tmp_path, text + rate_rule("chat", 'routes = ["POST /chat", "GET /chat"]')) == And(
        (methods("GET", "POST"), Or((path("^(?:/test)?/chat/?$"), ODD)))
    )


def test_routes_that_differ_in_both_fit_into_two_levels(tmp_path: Path) -> None:
    assert scope(tmp_path, ROUTES + rate_rule("both", 'routes = ["POST /chat", "GET /models"]')) == And(
        (
            methods("GET", "POST"),
            Or((path("^(?:/test)?/models/?$"), ODD, methods("POST"))),
            Or((path("^(?:/test)?/chat/?$"), ODD, methods("GET"))),
        )
    )


def test_the_allow_list_is_left_out_of_every_rate_rule_and_allows_nothing(tmp_path: Path) -> None:
    text = ROUTES + '[waf]\nallow = ["2001:db8::/32", "10.0.0.0/8"]\n' + rate_rule("all")
    assert scope(tmp_path, text) == And((NO_PREFLIGHT, Not(AddressIn(ALLOW_4)), Not(AddressIn(ALLOW_6))))


def test_the_own_scope_comes_last(tmp_path: Path) -> None:
    text = ROUTES + rate_rule("abroad", 'routes = ["POST /chat"]\nscope_down = { not = { country = ["DE"] } }')
    assert scope(tmp_path, text) == And(
        (methods("POST"), Or((path("^(?:/test)?/chat/?$"), ODD)), Not(CountryIn(("DE",))))
    )


def test_a_path_that_is_left_out_is_written_plainly(tmp_path: Path) -> None:
    plain = PathIs("^(?:/test)?/chat$", NONE)
    assert scope(tmp_path, ROUTES + rate_rule("rest", 'scope_down = { not = { path = "/chat" } }')) == And(
        (NO_PREFLIGHT, Not(plain))
    )
    assert scope(tmp_path, ROUTES + rate_rule("it", 'scope_down = { not = { not = { path = "/chat" } } }')) == And(
        (NO_PREFLIGHT, Or((path("^(?:/test)?/chat/?$"), ODD)))
    )


def test_a_custom_domain_s_base_path_may_stand_in_front(tmp_path: Path) -> None:
    text = (
        ROUTES
        + '[domain]\ndomain_name = "api.example.com"\nbase_path = "llm"\n'
        + 'certificate_arn = "arn:aws:acm:us-east-1:123456789012:certificate/0"\n'
    )
    assert scope(tmp_path, text + rate_rule("chat", 'routes = ["POST /chat"]')) == And(
        (methods("POST"), Or((path("^(?:/(?:test|llm))?/chat/?$"), ODD)))
    )


def test_every_ip_set_is_made_once(tmp_path: Path) -> None:
    text = (
        ROUTES
        + '[waf]\nallow = ["10.0.0.0/8"]\nblock = ["192.0.2.1"]\n'
        + rate_rule("a", "count_limit = 10")
        + rate_rule("b-c", 'scope_down = { or = [{ ip_set = ["11.0.0.0/8", "::1"] }, { ip_set = ["12.0.0.0/8"] }] }')
    )
    found = ip_sets_of(leaf for rule in rules(environment(tmp_path, text)) for leaf in leaves_of(rule))
    assert {ip_set.name: ip_set.addresses for ip_set in found} == {
        "block_ipv4": ("192.0.2.1/32",),
        "allow_ipv4": ("10.0.0.0/8",),
        "b_c_scope_1_ipv4": ("11.0.0.0/8",),
        "b_c_scope_1_ipv6": ("::1/128",),
        "b_c_scope_2_ipv4": ("12.0.0.0/8",),
    }
    assert len(found) == 5
