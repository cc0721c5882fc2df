"""Saved queries use fields that the logs have and commands that Logs Insights has."""

import json
import re

import pytest

from constructs.observability import queries
from settings.observability.access_log import FIELDS

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html, only those that we use.
COMMANDS = {"fields", "filter", "limit", "parse", "sort", "stats"}
FUNCTIONS = {"bin", "count", "floor", "greatest", "ispresent", "max", "min", "pct", "sum"}
WORDS = {"and", "as", "by", "desc", "or"}
# https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html, only those that we use.
WAF_FIELDS = {
    "action",
    "httpRequest.clientIp",
    "httpRequest.country",
    "labels.0.name",
    "nonTerminatingMatchingRules.0.ruleId",
    "terminatingRuleId",
}
QUERIES = {**queries.OF_ACCESS_LOG, **queries.OF_WAF_LOG, "errors": queries.ERRORS}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_a_query_is_made_of_commands(query: str) -> None:
    assert {command.split()[0] for command in query.split("\n| ")} <= COMMANDS


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_fields_that_its_log_has(name: str) -> None:
    query = QUERIES[name]
    own_names = set(re.findall(r"(?: as |\?<)(\w+)", query))
    query = re.sub(r'@message /.*/|"[^"]*"', "", query)
    called = set(re.findall(r"([a-z]\w*)\(", query))
    used = set(re.findall(r"@?\b[a-zA-Z][\w.]*", query)) - COMMANDS - FUNCTIONS - WORDS - own_names - {"@timestamp"}
    assert called <= FUNCTIONS
    assert used
    assert used <= (WAF_FIELDS if name in queries.OF_WAF_LOG else FIELDS.keys())


def test_who_is_limited_asks_for_every_layer() -> None:
    assert queries.WHO_IS_LIMITED.splitlines()[0] == (
        'filter errorResponseType = "THROTTLED" or errorResponseType = "QUOTA_EXCEEDED" '
        'or wafResponseCode = "WAF_BLOCK"'
    )


GROUP = "AWS#AWSManagedRulesBotControlRuleSet"


@pytest.mark.parametrize(
    ("in_the_acl", "in_the_group", "counted"),
    [
        (["per-ip"], [], "per-ip"),
        ([], ["CategoryHttpLibrary"], "CategoryHttpLibrary"),
        (["per-ip"], ["CategoryHttpLibrary"], "CategoryHttpLibrary"),
        ([], [], None),
    ],
)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")], ids=["compact", "spaced"])
def test_whom_would_waf_block_finds_the_rule_of_a_group_too(
    in_the_acl: list[str], in_the_group: list[str], counted: str | None, separators: tuple[str, str]
) -> None:
    """In a record of the form that AWS documents: logging-examples.html and logging-fields.html."""
    other = {"ruleGroupId": "AWS#AWSManagedRulesKnownBadInputsRuleSet", "terminatingRule": None}
    record = {
        "action": "ALLOW",
        "ruleGroupList": [
            other | {"nonTerminatingMatchingRules": []},
            other | {"ruleGroupId": GROUP, "nonTerminatingMatchingRules": [_counting(name) for name in in_the_group]},
        ],
        "nonTerminatingMatchingRules": [_counting(name) for name in in_the_acl],
    }
    (pattern,) = re.findall(r"parse @message /(.*)/\n", queries.COUNTED_REQUESTS)
    found = re.search(pattern.replace("?<", "?P<"), json.dumps(record, separators=separators))
    assert (found["rule"] if found else None) == counted


def _counting(name: str) -> dict[str, object]:
    return {"ruleId": name, "action": "COUNT", "ruleMatchDetails": []}
