"""WAF statements as the dictionaries that Terraform takes.

The provider package types `rule.statement` as `Any` and lets a misspelt key through to `terraform apply`, so every
key comes from here.
"""

from typing import Any

from settings.waf.rate_rule import RateRule

Statement = dict[str, Any]


def rate_based(rule: RateRule) -> Statement:
    """Counts requests for each client; more than `limit` within the window and the rule's action applies."""
    return {
        "rate_based_statement": {
            "limit": rule.limit,
            "evaluation_window_sec": rule.evaluation_window_sec,
            "aggregate_key_type": rule.aggregate_key_type,
        }
    }
