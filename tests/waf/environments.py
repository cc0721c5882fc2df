"""Environment files for property tests: tables that are mostly valid, and the same with one mistake."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

Table = dict[str, Any]
Draw = st.DrawFn

KEYS = ("POST /v1/chat", "GET /v1/chat", "GET /v1/models/{id}", "OPTIONS /v1/chat", "GET /", "PUT /files/{proxy+}")
LABELS = ("awswaf:clientip:geo:", "awswaf:managed:aws:core-rule-set:NoUserAgent_Header")
RANGES = ("10.0.0.0/8", "192.0.2.0/24", "198.51.100.7", "2001:db8::/32", "::1/128", "fe80::/10")
GROUPS = (
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesAntiDDoSRuleSet",
)

throttle = st.fixed_dictionaries(
    {"rate_limit": st.sampled_from([0.1, 1, 9.5, 100]), "burst_limit": st.sampled_from([1, 5, 200])}
)
transformations = st.lists(st.sampled_from(["NONE", "LOWERCASE", "URL_DECODE", "TRIM"]), min_size=1, max_size=3)
ranges = st.lists(st.sampled_from(RANGES), min_size=1, max_size=4, unique=True)
fallback = st.sampled_from(["MATCH", "NO_MATCH"])


@st.composite
def headers(draw: Draw) -> Table:
    return {
        "name": draw(st.sampled_from(["x-plan", "User-Agent"])),
        "value": draw(st.sampled_from(["free", "${x}", "^a+$", "(a)", "%{if}", "Gold"])),
        **draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "positional_constraint": st.sampled_from(["EXACTLY", "CONTAINS", "REGEX", "STARTS_WITH"]),
                    "text_transformations": transformations,
                },
            )
        ),
    }


scope_leaf = st.one_of(
    st.sampled_from(["/v1/chat", "/v1/models/{id}", "/"]).map(lambda path: {"path": path}),
    st.sampled_from(["GET", "POST"]).map(lambda method: {"method": method}),
    headers().map(lambda header: {"header": header}),
    ranges.map(lambda found: {"ip_set": found}),
    st.lists(st.sampled_from(["US", "DE"]), min_size=1, max_size=2).map(lambda found: {"country": found}),
    st.lists(st.sampled_from([0, 64496]), min_size=1, max_size=2, unique=True).map(lambda found: {"asn": found}),
    st.sampled_from(LABELS).map(lambda label: {"label": label}),
)
scope_down = st.recursive(
    scope_leaf,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"and": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"or": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=4,
)

custom_key = st.one_of(
    st.sampled_from(["ip", "http_method", "asn", "forwarded_ip"]),
    st.sampled_from(["header", "cookie", "query_argument"]).map(lambda kind: {kind: {"name": "user"}}),
    transformations.map(lambda found: {"query_string": {"text_transformations": found}}),
    st.just({"uri_path": {}}),
    st.just({"label_namespace": {"namespace": "awswaf:clientip:geo:country:"}}),
    fallback.map(lambda found: {"ja3_fingerprint": {"fallback_behavior": found}}),
)


@st.composite
def rate_rules(draw: Draw, number: int) -> Table:
    kind = draw(st.sampled_from(["IP", "IP", "FORWARDED_IP", "CUSTOM_KEYS", "CONSTANT"]))
    rule: Table = {
        "name": f"rule-{number}",
        "limit": draw(st.sampled_from([10, 100, 5000])),
        "aggregate_key_type": kind,
    }
    rule |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "evaluation_window_sec": st.sampled_from([60, 120, 300, 600]),
                "action": st.sampled_from(["block", "count", "captcha"]),
                "routes": st.lists(st.sampled_from(KEYS[:4]), min_size=1, max_size=4, unique=True),
                "scope_down": scope_down,
                "count_limit": st.just(10),
            },
        )
    )
    if kind == "CUSTOM_KEYS":
        rule["custom_keys"] = draw(st.lists(custom_key, min_size=1, max_size=3))
    if kind == "FORWARDED_IP" or "forwarded_ip" in rule.get("custom_keys", ()):
        rule["forwarded_ip"] = {"header_name": "X-Forwarded-For", "fallback_behavior": draw(fallback)}
    if kind == "CONSTANT":
        rule.setdefault("routes", [KEYS[0]])
    return rule


@st.composite
def wafs(draw: Draw) -> Table:
    waf: Table = {"rate_rules": [{"name": "backstop", "limit": 1000}]}
    waf["rate_rules"] += [draw(rate_rules(number)) for number in range(draw(st.integers(0, 2)))]
    groups = draw(st.lists(st.sampled_from(GROUPS), max_size=2, unique=True))
    if groups:
        waf["managed_rule_groups"] = [
            {"name": group, "preset": draw(st.sampled_from(["llm", "none"]))} for group in groups
        ]
    return waf | draw(
        st.fixed_dictionaries(
            {},
            optional={
                "mode": st.sampled_from(["block", "count"]),
                "allow": ranges,
                "block": st.just(["203.0.113.0/24"]),
            },
        )
    )


@st.composite
def plans(draw: Draw) -> Table:
    plan: Table = {"throttle": draw(throttle)}
    if draw(st.booleans()):
        plan["quota"] = {"limit": 100, "period": draw(st.sampled_from(["DAY", "WEEK", "MONTH"]))}
    if draw(st.booleans()):
        plan["routes"] = {KEYS[0]: draw(st.one_of(throttle, st.just("blocked")))}
    if draw(st.booleans()):
        plan["api_keys"] = ["alice", {"name": "carol", "value": "variable"}]
    return plan


@st.composite
def tables(draw: Draw) -> Table:
    """The content of an environment file, mostly acceptable."""
    table: Table = {
        "aws": {"region": draw(st.sampled_from(["us-east-1", "me-central-1"]))},
        "api": {"name": "api"},
        "stage": {"name": draw(st.sampled_from(["test", "Prod_1"]))},
        "throttling": draw(throttle),
        "routes": [],
    }
    for key in KEYS:
        method, path = key.split(" ")
        table["routes"].append({"method": method, "path": path, "api_key_required": key == KEYS[0]})
    own = st.one_of(throttle, st.sampled_from(["blocked", "unlimited"]))
    table["throttling"]["routes"] = draw(st.dictionaries(st.sampled_from(KEYS), own, max_size=2))
    if draw(st.booleans()):
        table["usage_plans"] = {"free": draw(plans())}
    if draw(st.integers(0, 3)):
        table["waf"] = draw(wafs())
    return table


ODD: tuple[Any, ...] = (-1, 0, 1.5, 10**12, True, "", "x", "ANY /", "${x}", [], ["x"], {}, {"x": 1}, float("nan"))


def places(table: Any, where: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value in the table."""
    items = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    found: list[tuple[str | int, ...]] = [where] if where else []
    for key, value in items:
        found += places(value, (*where, key))
    return found


EVERYTHING: Table = {
    "aws": {"region": "us-east-1"},
    "api": {"name": "api", "key_source": "HEADER"},
    "stage": {"name": "prod"},
    "throttling": {
        "rate_limit": 10,
        "burst_limit": 20,
        "routes": {KEYS[0]: {"rate_limit": 1.5, "burst_limit": 2}, KEYS[1]: "blocked"},
    },
    "routes": [
        {"method": "POST", "path": "/v1/chat", "api_key_required": True},
        {"method": "GET", "path": "/v1/chat"},
        {"method": "GET", "path": "/v1/models/{id}"},
    ],
    "rate_limit_response": {
        "message": "Slow down.",
        "docs_url": "https://example.com/limits",
        "retry_after": {"throttle": 1, "quota": 60, "waf": 30},
        "headers": {"X-Team": "ml"},
    },
    "usage_plans": {
        "free": {
            "description": "Free",
            "throttle": {"rate_limit": 1, "burst_limit": 2},
            "quota": {"limit": 100, "period": "WEEK", "offset": 1},
            "routes": {KEYS[0]: {"rate_limit": 0.5, "burst_limit": 1}},
            "api_keys": ["alice", {"name": "carol", "value": "variable"}],
        }
    },
    "waf": {
        "mode": "block",
        "scope": "REGIONAL",
        "allow": ["10.0.0.0/8", "2001:db8::/32"],
        "block": ["192.0.2.1"],
        "body_size_kb": 32,
        "managed_rule_groups": [
            {
                "name": "AWSManagedRulesCommonRuleSet",
                "vendor_name": "AWS",
                "version": "Version_1.10",
                "preset": "llm",
                "mode": "count",
                "overrides": {"NoUserAgent_HEADER": "block"},
                "capacity": 700,
            }
        ],
        "rate_rules": [
            {"name": "per-ip", "limit": 1000, "count_limit": 500, "evaluation_window_sec": 60, "action": "block"},
            {
                "name": "per-user",
                "limit": 100,
                "aggregate_key_type": "CUSTOM_KEYS",
                "custom_keys": [
                    "forwarded_ip",
                    {"header": {"name": "x-user", "text_transformations": ["LOWERCASE"]}},
                    {"uri_path": {}},
                    {"label_namespace": {"namespace": "awswaf:managed:aws:core-rule-set:"}},
                    {"ja3_fingerprint": {"fallback_behavior": "MATCH"}},
                ],
                "forwarded_ip": {"header_name": "X-Forwarded-For", "fallback_behavior": "NO_MATCH"},
                "routes": [KEYS[0], KEYS[2]],
                "scope_down": {
                    "and": [
                        {"not": {"path": "/v1/models/{id}"}},
                        {
                            "or": [
                                {"country": ["US"]},
                                {"asn": [64496]},
                                {"ip_set": ["11.0.0.0/8"]},
                                {"label": "awswaf:managed:aws:core-rule-set:NoUserAgent_Header"},
                            ]
                        },
                        {"header": {"name": "x-plan", "value": "free", "positional_constraint": "REGEX"}},
                        {"method": "POST"},
                    ]
                },
            },
        ],
    },
}
PLACES = places(EVERYTHING)


@st.composite
def odd_tables(draw: Draw) -> Table:
    """A table with every field, of which one value is replaced, left out or added."""
    table = deepcopy(EVERYTHING)
    *front, last = draw(st.sampled_from(PLACES))
    inner: Any = table
    for key in front:
        inner = inner[key]
    match draw(st.sampled_from(["replace", "remove", "add"])):
        case "replace":
            inner[last] = draw(st.sampled_from(ODD))
        case "remove":
            del inner[last]
        case "add" if isinstance(inner, dict):
            inner[draw(st.sampled_from(["limt", "statement", "rateLimit"]))] = draw(st.sampled_from(ODD))
        case _:
            inner.append(draw(st.sampled_from(ODD)))
    return table
