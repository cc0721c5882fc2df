"""Bedrock's models that AWS has ended, or has announced the end of.

Second hand: AWS has the dates in model cards, which no list of ours can follow. Read 2026-11, from
strands-agents/samples pull request 299, awslabs/startups pull requests 9 and 131, and anomalyco/models.dev pull request
3708. They quote https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle.html: after that date, requests
fail.
"""

from collections.abc import Mapping
from types import MappingProxyType

ENDS: Mapping[str, str] = MappingProxyType(
    {
        "ai21.jamba-1-5-large-v1:0": "2026-11-26",
        "ai21.jamba-1-5-mini-v1:0": "2026-11-26",
        "amazon.nova-premier-v1:0": "2026-09-14",
        "anthropic.claude-3-7-sonnet-20250219-v1:0": "2026-04-28",
        "anthropic.claude-opus-4-1-20250805-v1:0": "2027-01-08",
        "anthropic.claude-sonnet-4-20250514-v1:0": "2026-10-14",
    }
)
"""Foundation models, and the day on which they end."""
