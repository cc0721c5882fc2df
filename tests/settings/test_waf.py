"""The web ACL: what is refused and what is warned of."""

from pathlib import Path

import pytest

from tests.environment_files import MINIMAL, changed, environment
from tests.refusals import refusals, warnings

ROUTES = MINIMAL + '[[routes]]\nmethod = "GET"\npath = "/models/{id}"\n'
IP = '[[waf.rate_rules]]\nname = "per-ip"\nlimit = 1000\n'
CRS = '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesCommonRuleSet"\n'
ANTI_DDOS = '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesAntiDDoSRuleSet"\n'
RULE = "rate rule rule"
ARN = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/mine/01234567-89ab-cdef-0123-456789abcdef"
HEADER_KEY = 'aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = [{ header = { name = "x-user" } }]\n'
FORWARDED = 'forwarded_ip = { header_name = "X-Forwarded-For", fallback_behavior = "MATCH" }\n'


def rule(text: str, *others: str) -> str:
    return ROUTES + '[[waf.rate_rules]]\nname = "rule"\nlimit = 20\n' + text + "\n" + "\n".join(others)


def swapped(name: str = "rule", limit: str = "20", rest: str = "") -> str:
    return ROUTES + f'[[waf.rate_rules]]\nname = "{name}"\nlimit = {limit}\n{rest}\n'


@pytest.mark.parametrize("limit", [10, 2_000_000_000])
def test_limits_at_the_edge_are_taken(tmp_path: Path, limit: int) -> None:
    waf = environment(tmp_path, swapped(limit=str(limit))).waf
    assert waf is not None
    assert [each.limit for each in waf.rate_rules] == [limit]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(swapped(limit="9"), [f"{RULE}: limit = 9: must be greater than or equal to 10"], id="1 limit low"),
        pytest.param(
            swapped(limit="2000000001"),
            [f"{RULE}: limit = 2000000001: must be less than or equal to 2000000000"],
            id="1 limit high",
        ),
        pytest.param(
            swapped(limit="20.5"), [f"{RULE}: limit = 20.5: must be a whole number of requests"], id="1 limit fraction"
        ),
        pytest.param(
            rule("evaluation_window_sec = 90"),
            [f"{RULE}: evaluation_window_sec = 90: must be 60, 120, 300 or 600"],
            id="2 window",
        ),
        pytest.param(
            ROUTES + "".join(f'[[waf.rate_rules]]\nname = "r{n}"\nlimit = 20\n' for n in range(11)),
            ["waf.rate_rules: 11 rate rules; AWS allows 10 in a web ACL, and each count_limit adds one"],
            id="3 eleven rules",
        ),
        pytest.param(
            ROUTES + "".join(f'[[waf.rate_rules]]\nname = "r{n}"\nlimit = 20\ncount_limit = 10\n' for n in range(6)),
            ["waf.rate_rules: 12 rate rules; AWS allows 10 in a web ACL, and each count_limit adds one"],
            id="3 six rules of two tiers",
        ),
        pytest.param(
            rule("", IP, IP),
            [
                (
                    "rate rule per-ip: name = 'per-ip': another rate rule already has the name per-ip, which is also "
                    "its metric's name"
                )
            ],
            id="4 one name twice",
        ),
        pytest.param(
            rule("count_limit = 15", '[[waf.rate_rules]]\nname = "rule-count"\nlimit = 20'),
            [
                (
                    "rate rule rule-count: name = 'rule-count': another rate rule already has the name rule-count, "
                    "which is also its metric's name"
                )
            ],
            id="4 the name of a counting tier",
        ),
        pytest.param(
            rule("", CRS, CRS),
            [
                (
                    "rule group AWSManagedRulesCommonRuleSet: name = 'AWSManagedRulesCommonRuleSet': another rule "
                    "group already has the name AWSManagedRulesCommonRuleSet, which is also its metric's name"
                )
            ],
            id="4 one group twice",
        ),
        pytest.param(
            swapped(name="block-list"),
            [
                (
                    "rate rule block-list: name = 'block-list': waf.block already has the name block-list, which is "
                    "also its metric's name"
                )
            ],
            id="4 the name of the block list",
        ),
        pytest.param(
            swapped(name="a b"),
            ["waf.rate_rules[0].name = 'a b': must be 1 to 128 letters, digits, _ and -, such as llm-api"],
            id="4 no name",
        ),
        pytest.param(
            swapped(name="All"), ["rate rule All: name = 'All': AWS reserves this name for its own metric"], id="4 All"
        ),
        pytest.param(
            changed(**{"[api]": "[api]"}).replace('name = "api"', 'name = "Default_Action"') + "\n" + IP,
            [
                (
                    "api.name = 'Default_Action': AWS reserves this name for its own metric, "
                    "and the web ACL is named after the API"
                )
            ],
            id="4 an API of that name",
        ),
        pytest.param(
            swapped(name="r" * 128, rest="count_limit = 10"),
            [
                (
                    f"rate rule {'r' * 107}...: name = '{'r' * 76}...: its count_limit rule would be "
                    f"{'r' * 128}-count, which is too long; AWS allows 128 characters"
                )
            ],
            id="4 too long for a tier",
        ),
        pytest.param(
            rule('aggregate_key_type = "CUSTOM_KEYS"'),
            [f"{RULE}: custom_keys = []: aggregate_key_type CUSTOM_KEYS needs 1 to 5"],
            id="5 no key",
        ),
        pytest.param(
            rule(
                'aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = ["ip", "http_method", "asn", { uri_path = {} }, '
                '{ header = { name = "a" } }, { header = { name = "b" } }]'
            ),
            [(f"{RULE}: custom_keys: aggregate_key_type CUSTOM_KEYS needs 1 to 5")],
            id="5 six keys",
        ),
        pytest.param(
            rule('aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = ["ip"]'),
            [
                (
                    f"{RULE}: custom_keys = ['ip']: must contain a key besides ip and forwarded_ip; for these alone "
                    "use aggregate_key_type IP or FORWARDED_IP"
                )
            ],
            id="5 the IP alone",
        ),
        pytest.param(
            rule('aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = ["asn", "asn"]'),
            [f"{RULE}: custom_keys[1] = 'asn': AWS allows asn once"],
            id="5 a singleton twice",
        ),
        pytest.param(
            rule(
                'aggregate_key_type = "CUSTOM_KEYS"\n'
                'custom_keys = [{ header = { name = "X-User" } }, { header = { name = "x-user" } }]'
            ),
            [f"{RULE}: custom_keys[1]: AWS allows header x-user once"],
            id="5 a header twice",
        ),
        pytest.param(
            rule('aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = [{ label_namespace = { namespace = "a:b" } }]'),
            [
                (
                    "rate rule rule: custom_keys[0].label_namespace.namespace = 'a:b': "
                    "must be the namespace of labels of WAF, with a colon at the end, such as "
                    "awswaf:managed:aws:bot-control:bot:"
                )
            ],
            id="5 a namespace without its colon",
        ),
        pytest.param(
            rule('aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = [{}]'),
            [
                (
                    "rate rule rule: custom_keys[0]: must contain exactly one of header, cookie, query_argument, "
                    "query_string, uri_path, label_namespace, ja3_fingerprint, ja4_fingerprint; or be one of the "
                    'words "ip", "forwarded_ip", "http_method", "asn"'
                )
            ],
            id="5 an empty key",
        ),
        pytest.param(
            rule('aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = ["user"]'),
            [
                (
                    f"{RULE}: custom_keys[0] = 'user': must be 'ip', 'forwarded_ip', 'http_method' or 'asn', or a "
                    'table such as { header = { name = "x-user-id" } }'
                )
            ],
            id="5 an unknown word",
        ),
        pytest.param(
            rule('aggregate_key_type = "FORWARDED_IP"'),
            [f"{RULE}: forwarded_ip = nothing: must be {{ header_name = ..., fallback_behavior = ... }}"],
            id="6 no header",
        ),
        pytest.param(
            rule('aggregate_key_type = "FORWARDED_IP"\nforwarded_ip = { header_name = "X-Real-IP" }'),
            [f"{RULE}: forwarded_ip.fallback_behavior: missing, and required"],
            id="6 no fallback",
        ),
        pytest.param(
            rule(
                'aggregate_key_type = "FORWARDED_IP"\nforwarded_ip = { header_name = "X_I", fallback_behavior = "NO" }'
            ),
            [
                (
                    f"{RULE}: forwarded_ip.header_name = 'X_I': must be the name of a header, 1 to 255 letters, "
                    "digits and -, such as X-Forwarded-For"
                ),
                f"{RULE}: forwarded_ip.fallback_behavior = 'NO': must be 'MATCH' or 'NO_MATCH'",
            ],
            id="6 a header that AWS has not",
        ),
        pytest.param(
            rule(FORWARDED),
            [(f"{RULE}: forwarded_ip: needs aggregate_key_type FORWARDED_IP, or forwarded_ip in custom_keys")],
            id="6 a header for another type",
        ),
        pytest.param(
            rule('aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = ["forwarded_ip", "asn"]'),
            [f"{RULE}: forwarded_ip = nothing: must be {{ header_name = ..., fallback_behavior = ... }}"],
            id="6 no header for a custom key",
        ),
        pytest.param(
            rule('aggregate_key_type = "CONSTANT"'),
            [f"{RULE}: aggregate_key_type = 'CONSTANT': counts all callers together and needs routes or scope_down"],
            id="7 a constant without a scope",
        ),
        pytest.param(
            rule('custom_keys = ["asn"]'),
            [f"{RULE}: custom_keys = ['asn']: need aggregate_key_type CUSTOM_KEYS, not IP"],
            id="8 keys for another type",
        ),
        pytest.param(
            rule('scope_down = { header = { name = "a", value = "(a", positional_constraint = "REGEX" } }'),
            [
                (
                    f"{RULE}: scope_down.header.value: is not a regular expression: missing ), unterminated subpattern "
                    "at position 0"
                )
            ],
            id="10 a regex that does not compile",
        ),
        pytest.param(
            rule('scope_down = { header = { name = "a", value = "(a)", positional_constraint = "REGEX" } }'),
            [
                (
                    f"{RULE}: scope_down.header.value: "
                    "has a capturing group, which AWS does not support; write (?:...) instead of (...)"
                )
            ],
            id="10 a capturing group",
        ),
        *(
            pytest.param(
                rule(
                    f"scope_down = {{ header = {{ name = 'a', value = '{value}', positional_constraint = 'REGEX' }} }}"
                ),
                [
                    (
                        f"{RULE}: scope_down.header.value: has an atomic group or a possessive quantifier, which AWS "
                        "does not support"
                    )
                ],
                id=f"10 {value}",
            )
            for value in ("(?>a)", "a++", "a{2}+", "[b]*+")
        ),
        pytest.param(
            rule(
                "scope_down = { header = { name = 'a', value = 'a{9999999999999}', positional_constraint = 'REGEX' } }"
            ),
            [(f"{RULE}: scope_down.header.value: is not a regular expression: the repetition number is too large")],
            id="10 a repetition without end",
        ),
        pytest.param(
            rule(f'scope_down = {{ header = {{ name = "a", value = "{"a" * 201}" }} }}'),
            [f"{RULE}: scope_down.header.value: must have at most 200 characters"],
            id="10 a long string",
        ),
        pytest.param(
            rule('scope_down = { header = { name = "a", value = "Ab", text_transformations = ["LOWERCASE"] } }'),
            [
                (
                    f"{RULE}: scope_down.header.value: "
                    "has capital letters, but LOWERCASE removes those from the request; it can never match"
                )
            ],
            id="10 capitals against LOWERCASE",
        ),
        pytest.param(
            MINIMAL
            + f'[[routes]]\nmethod = "GET"\npath = "/{"x" * 190}"\n'
            + f'[[waf.rate_rules]]\nname = "rule"\nlimit = 20\nroutes = ["GET /{"x" * 190}"]',
            [
                f"{RULE}: routes = ['GET /{'x' * 70}...: the path's pattern has 205 characters; AWS allows 200",
            ],
            id="10 a long path",
        ),
        pytest.param(
            ROUTES + '[waf]\nallow = ["10.0.0.1/8"]\n' + IP,
            ["waf.allow[0] = '10.0.0.1/8': is an address inside of a range; the range is 10.0.0.0/8"],
            id="11 no range",
        ),
        pytest.param(
            ROUTES + '[waf]\nblock = ["fe80::1%eth0"]\n' + IP,
            ["waf.block[0] = 'fe80::1%eth0': must have no scope after a %, which AWS does not support"],
            id="11 a scope",
        ),
        pytest.param(
            ROUTES + '[waf]\nblock = ["0.0.0.0/0", "::/0"]\n' + IP,
            [
                "waf.block[0] = '0.0.0.0/0': AWS does not accept /0, which is every address",
                "waf.block[1] = '::/0': AWS does not accept /0, which is every address",
            ],
            id="11 everybody",
        ),
        pytest.param(
            ROUTES + '[waf]\nblock = ["10.0.0.0/8", "10.0.0.0/8"]\n' + IP,
            ["waf.block = ['10.0.0.0/8', '10.0.0.0/8']: 10.0.0.0/8 twice"],
            id="11 twice",
        ),
        pytest.param(
            ROUTES + f"[waf]\nblock = {[f'10.{n >> 8}.{n & 255}.0/24' for n in range(10_001)]}\n" + IP,
            [None, "AWS allows at most 10000 IPV4 ranges in one IP set"],
            id="11 too many",
        ),
        pytest.param(
            ROUTES + '[waf]\nallow = ["10.0.0.0/8"]\nblock = ["10.0.0.0/8"]\n' + IP,
            ["waf.block[0] = '10.0.0.0/8': is in waf.allow too"],
            id="11 allowed and blocked",
        ),
        pytest.param(
            rule('routes = ["POST /other"]'),
            [f"{RULE}: routes[0] = 'POST /other': no such route; there are POST /chat, GET /models/{{id}}"],
            id="14 a route that is not there",
        ),
        pytest.param(
            rule('routes = ["POST /chat", "POST /chat"]'),
            [f"{RULE}: routes[1] = 'POST /chat': the same route twice"],
            id="14 a route twice",
        ),
        pytest.param(
            rule(HEADER_KEY),
            [
                (
                    f"{RULE}: custom_keys: callers can avoid this rule by omitting header x-user; add a rate rule of "
                    "aggregate_key_type IP for the same routes, without scope_down"
                )
            ],
            id="16 no backstop",
        ),
        pytest.param(
            rule(HEADER_KEY, IP + 'routes = ["POST /chat"]'),
            [
                (
                    f"{RULE}: custom_keys: callers can avoid this rule by omitting header x-user; add a rate rule of "
                    "aggregate_key_type IP for the same routes, without scope_down"
                )
            ],
            id="16 a backstop for less",
        ),
        pytest.param(
            rule(HEADER_KEY, IP + 'action = "count"'),
            [
                (
                    f"{RULE}: custom_keys: callers can avoid this rule by omitting header x-user; add a rate rule of "
                    "aggregate_key_type IP for the same routes, without scope_down"
                )
            ],
            id="16 a backstop that only counts",
        ),
        pytest.param(
            rule('scope_down = { not = { label = "plan:free" } }', CRS),
            [
                (
                    f"{RULE}: scope_down: no rule adds the label plan:free; labels come from managed_rule_groups, and "
                    "are written in full: awswaf:managed:..."
                )
            ],
            id="a label that is not written in full",
        ),
        pytest.param(
            rule('scope_down = { label = "awswaf:managed:aws:core-rule-set:NoUserAgent_Header" }'),
            [
                (
                    f"{RULE}: scope_down: no rule adds the label awswaf:managed:aws:core-rule-set:NoUserAgent_Header; "
                    "labels come from managed_rule_groups, and are written in full: awswaf:managed:..."
                )
            ],
            id="a label without a managed group",
        ),
        pytest.param(
            rule(
                'aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = [{ label_namespace = { namespace = "plan:" } }]', IP
            ),
            [
                (
                    f"{RULE}: custom_keys: no rule adds the label plan:; labels come from managed_rule_groups, and are "
                    "written in full: awswaf:managed:..."
                )
            ],
            id="a namespace that nothing is in",
        ),
        *(
            pytest.param(
                ROUTES + f'[[waf.managed_rule_groups]]\nname = "{name}"\n',
                [
                    (
                        f"rule group {name}: name = '{name}': this group needs the login or sign-up pages of "
                        "a site, which Spillway does not support"
                    )
                ],
                id=name,
            )
            for name in ("AWSManagedRulesATPRuleSet", "AWSManagedRulesACFPRuleSet")
        ),
        pytest.param(
            ROUTES + CRS + 'sensitivity_to_block = "HIGH"',
            [
                (
                    "rule group AWSManagedRulesCommonRuleSet: sensitivity_to_block = 'HIGH': only "
                    "AWSManagedRulesAntiDDoSRuleSet has it"
                )
            ],
            id="sensitivity of another group",
        ),
        pytest.param(
            ROUTES + ANTI_DDOS + 'overrides = { ChallengeDDoSRequests = "count" }',
            [
                (
                    "rule group AWSManagedRulesAntiDDoSRuleSet: overrides.ChallengeDDoSRequests = 'count': Spillway "
                    "turns off the group's challenges, which an API client cannot answer, so this rule does not run"
                )
            ],
            id="a challenge of the Anti-DDoS group",
        ),
        pytest.param(
            ROUTES + CRS + "overrides = {" + ", ".join(f'r{n} = "count"' for n in range(100)) + "}",
            [
                (
                    "rule group AWSManagedRulesCommonRuleSet: overrides: 107 overrides, including the preset's; AWS "
                    "allows at most 100 in a group"
                )
            ],
            id="too many overrides",
        ),
        pytest.param(
            ROUTES
            + "".join(
                f'[[waf.managed_rule_groups]]\nname = "g{n}"\nvendor_name = "V"\ncapacity = 5000\n' for n in range(2)
            ),
            ["waf: about 10000 web ACL capacity units; AWS allows 5000"],
            id="18 too dear",
        ),
        pytest.param(
            ROUTES
            + "".join(
                f'[[waf.managed_rule_groups]]\nname = "g{n}"\nvendor_name = "V"\ncapacity = 1\n' for n in range(51)
            ),
            ["waf: references 51 IP sets and rule groups; AWS allows 50 in a web ACL"],
            id="18 too many references",
        ),
        pytest.param(
            ROUTES + f'[waf]\nweb_acl_arn = "{ARN.replace("us-east-1", "eu-west-1")}"',
            [
                (
                    f"waf.web_acl_arn = '{ARN.replace('us-east-1', 'eu-west-1')[:76]}...: must be in us-east-1, the "
                    "stage's Region"
                )
            ],
            id="21 another Region",
        ),
        pytest.param(
            ROUTES + f'[waf]\nweb_acl_arn = "{ARN.replace("regional", "global")}"',
            [
                (
                    f"waf.web_acl_arn = '{ARN.replace('regional', 'global')[:76]}...: must be REGIONAL: a stage "
                    "accepts nothing else; this one is for CloudFront"
                )
            ],
            id="21 for CloudFront",
        ),
        pytest.param(
            ROUTES + '[waf]\nweb_acl_arn = "mine"',
            [
                (
                    "waf.web_acl_arn = 'mine': must be the ARN of a WAFv2 web ACL, "
                    "arn:aws:wafv2:<region>:<account>:regional/webacl/<name>/<id>"
                )
            ],
            id="21 no ARN",
        ),
        pytest.param(
            ROUTES + f'[waf]\nweb_acl_arn = "{ARN}"\nmode = "count"\n' + IP,
            [
                (
                    f"waf.web_acl_arn = '{ARN[:76]}...: refers to an existing web ACL; mode, rate_rules need one that "
                    "Spillway creates"
                )
            ],
            id="an existing and an own web ACL",
        ),
        pytest.param(
            ROUTES + '[waf]\nscope = "CLOUDFRONT"\n' + IP,
            [
                (
                    "waf.scope = 'CLOUDFRONT': must be REGIONAL: a stage accepts nothing else; a CLOUDFRONT web ACL "
                    "belongs to a distribution"
                )
            ],
            id="22 CLOUDFRONT",
        ),
        pytest.param(rule("limt = 1"), [f"{RULE}: limt: unknown key; did you mean limit?"], id="23 an unknown key"),
        pytest.param(
            rule('scope_down = { byte_match_statement = "x" }'),
            [
                (
                    f"{RULE}: scope_down.byte_match_statement: unknown key; "
                    "there are and, or, not, path, method, header, ip_set, country, asn, label"
                )
            ],
            id="23 an unknown condition",
        ),
        pytest.param(
            rule('scope_down = { path = "/a", method = "GET" }'),
            [None, "must contain exactly one of and, or, not, path, method, header, ip_set, country, asn, label"],
            id="two conditions in one table",
        ),
        *(
            pytest.param(
                rule("scope_down = " + "{ not = " * depth + '{ method = "GET" }' + " }" * depth),
                [None, "must be nested at most 16 deep"],
                id=f"{depth} deep",
            )
            for depth in (16, 100)
        ),
        pytest.param(
            rule("scope_down = { and = [] }"),
            [f"{RULE}: scope_down.and = []: must contain at least one"],
            id="and of nothing",
        ),
        pytest.param(
            rule("scope_down = { ip_set = [] }"), [None, "ip_set must contain at least one range"], id="an empty IP set"
        ),
        pytest.param(
            rule('scope_down = { country = ["UK"] }'),
            [
                (
                    f"{RULE}: scope_down.country[0] = 'UK': "
                    "must be a country that WAF knows, two capital letters as in ISO 3166"
                )
            ],
            id="a country that WAF does not know",
        ),
        pytest.param(
            rule('scope_down = { country = ["US", "US"] }'),
            [f"{RULE}: scope_down.country = ['US', 'US']: US twice"],
            id="a country twice",
        ),
        pytest.param(
            rule("scope_down = { asn = [64496, 64496] }"),
            [f"{RULE}: scope_down.asn = [64496, 64496]: 64496 twice"],
            id="a network twice",
        ),
        pytest.param(
            rule("scope_down = { asn = [4_294_967_296] }"),
            [f"{RULE}: scope_down.asn[0] = 4294967296: must be less than or equal to 4294967295"],
            id="no network's number",
        ),
        pytest.param(
            rule(f"scope_down = {{ asn = {list(range(101))} }}"),
            [None, "AWS allows at most 100, not 101"],
            id="too many networks",
        ),
        *(
            pytest.param(
                rule(text),
                [
                    (
                        f"{RULE}: scope_down: no request can match: its methods and those of routes exclude each "
                        "other; no routes excludes OPTIONS"
                    )
                ],
                id=text,
            )
            for text in (
                'routes = ["POST /chat"]\nscope_down = { method = "GET" }',
                'scope_down = { and = [{ method = "GET" }, { not = { method = "GET" } }] }',
                'scope_down = { or = [{ method = "OPTIONS" }, { and = [{ method = "GET" }, { method = "PUT" }] }] }',
                'scope_down = { method = "OPTIONS" }',
            )
        ),
        pytest.param(
            rule('scope_down = { path = "chat" }'),
            [f"{RULE}: scope_down.path = 'chat': must start with a slash"],
            id="no path",
        ),
        pytest.param(
            rule(
                'scope_down = { or = [{ country = ["US"] }, { not = { label = "awswaf:clientip:geo:country:US" } }] }'
            ),
            [
                (
                    f"{RULE}: scope_down: does not fit into the two levels of and / or / not that Terraform's schema "
                    "has under a rate rule; remove a not inside an or, or split it into two rules"
                )
            ],
            id="too deep",
        ),
        pytest.param(
            rule("count_limit = 20"),
            [f"{RULE}: count_limit = 20: must be below limit, 20"],
            id="a counting tier at the limit",
        ),
        pytest.param(
            rule('count_limit = 15\naction = "count"'),
            [f"{RULE}: count_limit = 15: is only for rules that limit; the action of this rule is already count"],
            id="a counting tier of a counting rule",
        ),
        pytest.param(
            ROUTES
            + '[[waf.rate_rules]]\nname = "a-b"\nlimit = 20\nscope_down = { ip_set = ["10.0.0.0/8"] }\n'
            + '[[waf.rate_rules]]\nname = "a_b"\nlimit = 20\nscope_down = { ip_set = ["11.0.0.0/8"] }\n',
            [
                (
                    "rate rule a_b: name = 'a_b': another rule's IP sets would have the same names in Terraform; "
                    "rename one"
                )
            ],
            id="two rules with one name for IP sets",
        ),
        pytest.param(
            ROUTES + '[waf]\nallow = ["10.0.0.0/8"]',
            [("waf: contains no rule; add rate_rules, managed_rule_groups or block, or remove the table")],
            id="no rule",
        ),
        pytest.param(
            ROUTES + "[waf]\nbody_size_kb = 32\n" + IP,
            ["waf.body_size_kb = 32: no rule reads bodies, so it has no effect"],
            id="a body size that nobody looks at",
        ),
        pytest.param(
            ROUTES + "[waf]\nbody_size_kb = 8\n" + CRS,
            ["waf.body_size_kb = 8: must be 16, 32, 48 or 64"],
            id="a body size",
        ),
        pytest.param(
            ROUTES + CRS + 'vendor_name = "aws"',
            ["rule group AWSManagedRulesCommonRuleSet: vendor_name = 'aws': must be AWS, in capitals"],
            id="a vendor that is AWS",
        ),
        pytest.param(
            ROUTES + CRS + 'overrides = { NoUserAgent_HEADER = "ignore" }',
            [
                (
                    "rule group AWSManagedRulesCommonRuleSet: overrides.NoUserAgent_HEADER = 'ignore': "
                    "must be 'count', 'block', 'allow', 'captcha' or 'challenge'"
                )
            ],
            id="an override that AWS has not",
        ),
    ],
)
def test_refused(tmp_path: Path, text: str, lines: list[str | None]) -> None:
    """A leading None: only the end of the one line is compared, behind the whole table that pydantic shows."""
    found = refusals(tmp_path, text)
    if lines[0] is None:
        assert len(found) == 1
        assert found[0].startswith(("waf", RULE))
        assert found[0].endswith(f": {lines[1]}")
    else:
        assert found == lines


@pytest.mark.parametrize("value", ["[[:alpha:]]+", r"\++", "[*+]+", "a{,b}+", "(?i)^a+?$", "(?:a|b){2,3}"])
def test_patterns_that_aws_takes_are_taken(tmp_path: Path, value: str) -> None:
    text = f"scope_down = {{ header = {{ name = 'a', value = '{value}', positional_constraint = 'REGEX' }} }}"
    assert environment(tmp_path, rule(text)).waf is not None


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param('["ip", { header = { name = "x-user" } }]', id="header"),
        pytest.param('[{ cookie = { name = "session" } }]', id="cookie"),
        pytest.param('[{ query_argument = { name = "user" } }]', id="query argument"),
        pytest.param("[{ query_string = {} }]", id="query string"),
        pytest.param('[{ label_namespace = { namespace = "awswaf:clientip:geo:country:" } }]', id="label"),
        pytest.param('[{ ja3_fingerprint = { fallback_behavior = "NO_MATCH" } }]', id="fingerprint"),
    ],
)
def test_a_key_that_a_caller_may_leave_out_needs_a_backstop(tmp_path: Path, keys: str) -> None:
    text = rule(f'aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = {keys}')
    assert "callers can avoid this rule by omitting" in refusals(tmp_path, text)[0]
    assert environment(tmp_path, text + "\n" + IP).waf is not None


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param('["ip", "asn"]', id="words"),
        pytest.param('[{ ja4_fingerprint = { fallback_behavior = "MATCH" } }]', id="fingerprint"),
        pytest.param('["ip", { uri_path = {} }]', id="path"),
    ],
)
def test_a_key_that_every_request_has_needs_none(tmp_path: Path, keys: str) -> None:
    assert environment(tmp_path, rule(f'aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = {keys}')).waf is not None


SHARED = "all callers share one counter, so one of them can lock out the rest; add an IP rule with a lower limit"
NEW_COUNTER = (
    "a caller who varies {} gets a new counter each time; add a rate rule of aggregate_key_type IP "
    "for the same routes, without scope_down, as a backstop"
)
FREE = '{ header = { name = "x-plan", value = "free" } }'
OFFICE = '{ ip_set = ["192.0.2.0/24", "198.51.100.0/24"] }'
LEAVES = (
    "callers can avoid this rule by changing x-plan; add a rate rule of aggregate_key_type IP for the same routes, "
    "without scope_down, as a backstop"
)
NO_FINGERPRINT = (
    "AWS documents fingerprints for CloudFront and load balancers, not for a stage; without one fallback_behavior {} "
    'would {}: try it with action = "count" first'
)
SIGNED = changed(path='path = "/chat"\nauthorization = "AWS_IAM"') + "\n"
OPEN = '[[routes]]\nmethod = "GET"\npath = "/open"\n'
SIGNED_BELOW = changed(path='path = "/v1/{proxy+}"\nauthorization = "AWS_IAM"') + "\n[[routes]]\n"
SIGNED_ANEW = (
    "rate rule by-user: custom_keys[0]: has a different signature in each request if authorization is AWS_IAM, so the "
    "rule limits no caller who signs each request; use a header that stays the same for a caller, or "
    "aggregate_key_type IP"
)


def by_authorization(text: str) -> str:
    key = 'aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = [{ header = { name = "Authorization" } }]\n'
    return f'[[waf.rate_rules]]\nname = "by-user"\nlimit = 20\n{key}{text}{IP}'


CONSTANT = 'aggregate_key_type = "CONSTANT"\nroutes = ["POST /chat"]'


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(rule(""), [], id="an ordinary rule"),
        pytest.param(ROUTES + f'[waf]\nweb_acl_arn = "{ARN}"', [], id="an existing web ACL"),
        pytest.param(
            SIGNED + by_authorization(""),
            [SIGNED_ANEW],
            id="a key that is signed again",
        ),
        pytest.param(
            SIGNED + OPEN + by_authorization('routes = ["GET /open"]\n'), [], id="a key that is signed again elsewhere"
        ),
        pytest.param(SIGNED + OPEN + by_authorization(""), [], id="a key that is signed again on one of two routes"),
        pytest.param(
            SIGNED_BELOW
            + 'method = "POST"\npath = "/v1/open"\n'
            + by_authorization('routes = ["POST /v1/{proxy+}"]\n'),
            [],
            id="a key that is signed again, and a route that WAF's pattern counts too",
        ),
        pytest.param(
            SIGNED_BELOW + 'method = "GET"\npath = "/v1/open"\n' + by_authorization('routes = ["POST /v1/{proxy+}"]\n'),
            [SIGNED_ANEW],
            id="a key that is signed again, and a route of another method",
        ),
        pytest.param(
            ROUTES + '[waf]\nmode = "count"\n' + IP,
            ["waf.mode = 'count': all rules only count; set it to \"block\" to enforce them"],
            id="count",
        ),
        pytest.param(
            rule('aggregate_key_type = "FORWARDED_IP"\n' + FORWARDED),
            [
                (
                    f"{RULE}: forwarded_ip: callers can set X-Forwarded-For, and WAF reads its first address: only use "
                    "it behind a proxy that resets it; requests without X-Forwarded-For are not limited, so add a "
                    "rule of aggregate_key_type IP as a backstop"
                )
            ],
            id="a forgeable address",
        ),
        pytest.param(
            ROUTES
            + '[waf]\nblock = ["10.0.0.0/8"]\n'
            + IP
            + '[[waf.rate_rules]]\nname = "rule"\nlimit = 20\naggregate_key_type = "FORWARDED_IP"\n'
            + FORWARDED,
            [
                (
                    "rate rule rule: forwarded_ip: callers can set X-Forwarded-For, and WAF reads its first "
                    "address: only use it behind a proxy that resets it"
                ),
                (
                    "rate rule rule: forwarded_ip: "
                    "the allow and block lists compare the connection's address, which is the proxy's"
                ),
            ],
            id="a list behind a proxy",
        ),
        pytest.param(rule(CONSTANT), [f"{RULE}: aggregate_key_type = 'CONSTANT': {SHARED}"], id="a constant"),
        pytest.param(
            rule('aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = [{ uri_path = {} }, "http_method"]'),
            [
                f"{RULE}: custom_keys: {NEW_COUNTER.format('the variables of the path')}",
                f"{RULE}: aggregate_key_type = 'CUSTOM_KEYS': {SHARED}",
            ],
            id="a key that all callers share",
        ),
        pytest.param(
            rule(
                'aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = ["ip", { uri_path = {} }]\nroutes = ["POST /chat"]'
            ),
            [],
            id="a path without variables",
        ),
        pytest.param(
            rule(
                'aggregate_key_type = "CUSTOM_KEYS"\n'
                'custom_keys = ["ip", { ja4_fingerprint = { fallback_behavior = "MATCH" } }]'
            ),
            [
                f"{RULE}: custom_keys: {NEW_COUNTER.format('how it opens TLS')}",
                f"{RULE}: custom_keys[1]: {NO_FINGERPRINT.format('MATCH', 'block every caller')}",
            ],
            id="a fingerprint",
        ),
        pytest.param(
            rule(
                'aggregate_key_type = "CUSTOM_KEYS"\n'
                'custom_keys = [{ ja3_fingerprint = { fallback_behavior = "NO_MATCH" } }]',
                IP,
            ),
            [f"{RULE}: custom_keys[0]: {NO_FINGERPRINT.format('NO_MATCH', 'limit no caller')}"],
            id="a fingerprint that lets by",
        ),
        pytest.param(
            rule('aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = ["ip", { uri_path = {} }]', IP),
            [],
            id="a path with variables and a backstop",
        ),
        *(
            pytest.param(
                rule(f"scope_down = {{ {text} }}"),
                [
                    (
                        f"{RULE}: scope_down: callers can avoid this rule by changing x-plan; add a rate rule of "
                        "aggregate_key_type IP for the same routes, without scope_down, as a backstop"
                    )
                ],
                id=f"16 {text}",
            )
            for text in (
                'header = { name = "X-Plan", value = "free" }',
                'and = [{ method = "GET" }, { not = { header = { name = "x-plan", value = "gold" } } }]',
            )
        ),
        pytest.param(
            rule('scope_down = { header = { name = "x-plan", value = "free" } }', IP), [], id="16 with a backstop"
        ),
        *(
            pytest.param(rule(f"scope_down = {one}", f"{IP}scope_down = {other}"), [], id=f"together everybody: {one}")
            for one, other in (
                (FREE, f"{{ not = {FREE} }}"),
                (FREE.replace("x-plan", "X-Plan"), f"{{ not = {FREE} }}"),
                (f"{{ or = [{FREE}, {OFFICE}] }}", f"{{ and = [{{ not = {OFFICE} }}, {{ not = {FREE} }}] }}"),
            )
        ),
        *(
            pytest.param(
                rule('scope_down = { header = { name = "x-plan", value = "free" } }', f"{IP}{other}"),
                [f"{RULE}: scope_down: {LEAVES}", *more],
                id=f"not everybody: {other}",
            )
            for other, more in (
                ('scope_down = { country = ["DE"] }', []),
                (
                    'scope_down = { not = { header = { name = "x-plan", value = "gold" } } }',
                    [f"rate rule per-ip: scope_down: {LEAVES}"],
                ),
                ('scope_down = { not = { header = { name = "x-plan", value = "free" } } }\naction = "count"', []),
                (
                    'scope_down = { not = { header = { name = "x-plan", value = "free" } } }\nroutes = ["POST /chat"]',
                    [],
                ),
            )
        ),
        pytest.param(
            rule('scope_down = { header = { name = "x-plan", value = "free" } }\naction = "count"'),
            [],
            id="16 it only counts",
        ),
        pytest.param(
            rule("", '[[routes]]\nmethod = "OPTIONS"\npath = "/chat"'),
            [
                (
                    "OPTIONS /chat: method = 'OPTIONS': no rate rule counts it: those for the whole API exclude "
                    "OPTIONS; add it to the routes of a rule"
                )
            ],
            id="a route that is taken for a preflight",
        ),
        pytest.param(
            rule('routes = ["OPTIONS /chat"]', '[[routes]]\nmethod = "OPTIONS"\npath = "/chat"'),
            [],
            id="a route that is not a preflight",
        ),
        pytest.param(
            rule(
                'routes = ["OPTIONS /v1/{proxy+}"]',
                *(f'[[routes]]\nmethod = "OPTIONS"\npath = "/v1/{path}"' for path in ("{proxy+}", "chat")),
            ),
            [],
            id="a route that another one's pattern counts too",
        ),
        pytest.param(rule(CONSTANT + '\naction = "count"'), [], id="a constant that only counts"),
        pytest.param(
            rule('action = "captcha"'),
            [(f"{RULE}: action = 'captcha': only browsers can solve this; an API client gets no 429 and cannot retry")],
            id="a captcha",
        ),
        pytest.param(
            swapped(limit="3005"),
            [
                (
                    f"{RULE}: limit = 3005: one IP may use all that the route has: all callers of POST /chat share 10 "
                    "requests per second, and this limit allows it 10.0167"
                )
            ],
            id="17 the whole stage",
        ),
        pytest.param(
            swapped(limit="3006"),
            [
                (
                    "rate rule rule: limit = 3006: never reached: all callers of POST /chat share 10 requests per "
                    "second and 5 at once, which is less in any 300 s"
                )
            ],
            id="17 out of reach",
        ),
        pytest.param(
            swapped(limit="3006", rest='[[waf.rate_rules]]\nname = "tight"\nlimit = 100'),
            [f"{RULE}: limit = 3006: never reached: the rate rule tight counts the same requests up to 100"],
            id="17 a tighter rule stands before",
        ),
        pytest.param(
            swapped(
                limit="50",
                rest='routes = ["POST /chat"]\n[[waf.rate_rules]]\nname = "all"\nlimit = 100\n'
                '[[waf.rate_rules]]\nname = "minute"\nlimit = 30\nevaluation_window_sec = 60\n'
                '[[waf.rate_rules]]\nname = "seen"\nlimit = 20\naction = "count"\n',
            ),
            [],
            id="17 rules that count different things",
        ),
        pytest.param(
            changed(burst_limit="burst_limit = 101") + '\n[[waf.rate_rules]]\nname = "rule"\nlimit = 10',
            [
                (
                    f"{RULE}: limit = 10: far below the 101 requests at once that POST /chat allows: no caller can use "
                    "that burst"
                )
            ],
            id="17 far below the burst",
        ),
        pytest.param(
            rule("", *(f'[[waf.managed_rule_groups]]\nname = "{n}"\nvendor_name = "V"\ncapacity = 800' for n in "ab")),
            [
                (
                    "waf: about 1604 web ACL capacity units, more than the 1500 that are included; every request then "
                    "costs more"
                )
            ],
            id="18 dear",
        ),
        pytest.param(
            rule("", '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesCommonRuleset"'),
            [
                (
                    "rule group AWSManagedRulesCommonRuleset: capacity = nothing: did you mean "
                    "AWSManagedRulesCommonRuleSet? If not, the capacity of AWSManagedRulesCommonRuleset is unknown; "
                    "set it, or the web ACL may be too large for the deploy"
                )
            ],
            id="18 a misspelt group",
        ),
        pytest.param(
            rule("", CRS + 'overrides = { SizeRestriction_Body = "block", NoUserAgent_HEADER = "block" }'),
            [
                (
                    "rule group AWSManagedRulesCommonRuleSet: overrides.SizeRestriction_Body = 'block': Spillway knows "
                    "no rule of that name in the group, and AWS ignores unknown names; did you mean "
                    "SizeRestrictions_BODY?"
                )
            ],
            id="an override that AWS ignores",
        ),
        pytest.param(
            swapped(limit="3006", rest='aggregate_key_type = "FORWARDED_IP"\n' + FORWARDED),
            [
                (
                    f"{RULE}: forwarded_ip: callers can set X-Forwarded-For, and WAF reads its first address: only use "
                    "it behind a proxy that resets it; requests without X-Forwarded-For are not limited, so add a "
                    "rule of aggregate_key_type IP as a backstop"
                ),
                (
                    f"{RULE}: limit = 3006: never reached: all callers of POST /chat share 10 requests per second and "
                    "5 at once, which is less in any 300 s"
                ),
            ],
            id="17 out of reach by a header",
        ),
        pytest.param(
            rule("", '[[waf.managed_rule_groups]]\nname = "bots"\nvendor_name = "V"'),
            [
                (
                    "rule group bots: capacity = nothing: the capacity of bots is unknown; set it, or the "
                    "web ACL may be too large for the deploy"
                )
            ],
            id="18 unknown",
        ),
        pytest.param(
            rule("", *(f'[[waf.managed_rule_groups]]\nname = "{n}"\nvendor_name = "V"\ncapacity = 2495' for n in "ab")),
            ["waf: up to 5004 web ACL capacity units, about 4994; AWS allows 5000"],
            id="18 perhaps too much",
        ),
    ],
)
def test_warned(tmp_path: Path, text: str, lines: list[str]) -> None:
    assert warnings(tmp_path, text) == lines


def test_an_ip_set_of_another_region_is_refused(tmp_path: Path) -> None:
    arn = "arn:aws:wafv2:eu-west-1:111122223333:regional/ipset/office/0a1b2c3d-1111-2222-3333-444455556666"
    (line,) = refusals(tmp_path, rule(f'scope_down = {{ or = [{{ ip_set = "{arn}" }}, {{ country = ["DE"] }}] }}'))
    assert line.startswith(f"{RULE}: scope_down.or[0].ip_set = ")
    assert line.endswith(": must be an IP set in us-east-1, the stage's Region")


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        pytest.param('{ path = "/nowhere" }', True, id="no such path"),
        pytest.param('{ and = [{ path = "/chat" }, { method = "GET" }] }', True, id="another method of the path"),
        pytest.param('{ path = "/chat" }', False, id="a path"),
        pytest.param('{ path = "/{all+}" }', False, id="all paths"),
        pytest.param('{ or = [{ path = "/nowhere" }, { country = ["DE"] }] }', False, id="it depends on the caller"),
    ],
)
def test_a_scope_that_no_route_is_in_is_warned_of(tmp_path: Path, scope: str, *, told: bool) -> None:
    line = f"{RULE}: scope_down: matches no route of this file, so the rule limits no caller of one"
    assert (line in warnings(tmp_path, rule(f"scope_down = {scope}"))) is told


def test_addresses_that_the_allow_list_lets_through_first(tmp_path: Path) -> None:
    lists = "[waf]\nallow = ['10.0.0.0/8', '2001:db8::/32']\nblock = ['10.1.0.0/16', '2001:db8::1', '11.0.0.0/8']\n"
    first = "never blocked: {} in waf.allow contains it and comes first"
    text = ROUTES.replace('name = "api"', 'name = "api"\nip_address_type = "dualstack"')
    assert warnings(tmp_path, text + lists + IP) == [
        f"waf.block[0] = '10.1.0.0/16': {first.format('10.0.0.0/8')}",
        f"waf.block[1] = '2001:db8::1/128': {first.format('2001:db8::/32')}",
    ]


def test_an_allow_list_of_every_address(tmp_path: Path) -> None:
    lists = "[waf]\nallow = ['0.0.0.0/1', '128.0.0.0/1']\n"
    assert warnings(tmp_path, ROUTES + lists + IP) == [
        "waf.allow = ['0.0.0.0/1', '128.0.0.0/1']: contains every IPv4 address: no rule limits or blocks one of them"
    ]


def of_route(name: str, route: str, more: str = "") -> str:
    return f'[[waf.rate_rules]]\nname = "{name}"\nlimit = 100\nroutes = ["{route}"]\n{more}\n'


@pytest.mark.parametrize(
    ("rest", "covered"),
    [
        pytest.param(
            (of_route("a", "POST /chat"), of_route("b", "GET /models/{id}")), True, id="a rule for each route"
        ),
        pytest.param((of_route("a", "POST /chat"),), False, id="one route is left"),
        pytest.param(
            (of_route("a", "POST /chat"), of_route("b", "GET /models/{id}", 'action = "count"')), False, id="one counts"
        ),
        pytest.param(
            (of_route("a", "POST /chat"), of_route("b", "GET /models/{id}", 'scope_down = { country = ["DE"] }')),
            False,
            id="one is not for everybody",
        ),
    ],
)
def test_a_backstop_may_be_one_rule_for_each_route(tmp_path: Path, rest: tuple[str, ...], *, covered: bool) -> None:
    text = rule(HEADER_KEY, *rest)
    if covered:
        assert environment(tmp_path, text).waf
    else:
        (line,) = refusals(tmp_path, text)
        assert "callers can avoid this rule by omitting header x-user" in line
