"""Saved queries: fields that the logs have, commands that Logs Insights has."""

import re

import pytest

from constructs.observability import queries
from settings.observability.access_log import FIELDS

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html, those that we use.
COMMANDS = {"fields", "filter", "limit", "sort", "stats"}
FUNCTIONS = {"bin", "count", "floor", "greatest", "ispresent", "max", "min", "pct", "sum"}
WORDS = {"and", "as", "by", "desc", "or"}
# https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html, those that we use.
WAF_FIELDS = {
    "action",
    "httpRequest.clientIp",
    "httpRequest.country",
    "nonTerminatingMatchingRules.0.ruleId",
    "terminatingRuleId",
}
QUERIES = {**queries.OF_ACCESS_LOG, **queries.OF_WAF_LOG, "errors": queries.ERRORS}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_a_query_is_made_of_commands(query: str) -> None:
    assert {command.split()[0] for command in query.split("\n| ")} <= COMMANDS


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_fields_that_its_log_has(name: str) -> None:
    query = re.sub(r'"[^"]*"', "", QUERIES[name])
    own_names = set(re.findall(r" as (\w+)", query))
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
