"""API Gateway's account-level throttle quotas.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html, read 2026-11.
One bucket per account and Region, shared by all REST, HTTP and WebSocket APIs in it.
"""

from settings.throttling import Throttle

USUAL = Throttle(rate_limit=10_000, burst_limit=5_000)
SMALLER = Throttle(rate_limit=2_500, burst_limit=1_250)

SMALLER_REGIONS = frozenset(
    {
        "af-south-1",  # Cape Town
        "ap-south-2",  # Hyderabad
        "ap-southeast-3",  # Jakarta
        "ap-southeast-4",  # Melbourne
        "ap-southeast-5",  # Malaysia
        "ap-southeast-7",  # Thailand
        "ca-west-1",  # Calgary
        "eu-central-2",  # Zurich
        "eu-south-1",  # Milan
        "eu-south-2",  # Spain
        "il-central-1",  # Tel Aviv
        "me-central-1",  # UAE
        "mx-central-1",  # Mexico Central
    }
)


def account_throttle(region: str) -> Throttle:
    """The quota of an account in that Region before anyone has asked AWS for more."""
    return SMALLER if region in SMALLER_REGIONS else USUAL
