"""`security_policy` and `endpoint_access_mode`: which TLS versions callers must use, and with which endpoint.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html, read 2026-11.
"""

from collections.abc import Iterator
from typing import Literal

from settings.problem import Problem

# Without the two `_Ext2_` policies, which AWS added last. A provider that has `endpoint_access_mode` may not know them.
SecurityPolicy = Literal[
    "TLS_1_0",
    "TLS_1_2",
    "SecurityPolicy_TLS13_1_3_2025_09",
    "SecurityPolicy_TLS13_1_3_FIPS_2025_09",
    "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_PQ_2025_09",
    "SecurityPolicy_TLS13_1_2_2021_06",
    "SecurityPolicy_TLS13_2025_EDGE",
    "SecurityPolicy_TLS12_PFS_2025_EDGE",
    "SecurityPolicy_TLS12_2018_EDGE",
]

EndpointAccessMode = Literal["BASIC", "STRICT"]


def is_enhanced(policy: str) -> bool:
    """Whether the policy is "enhanced", AWS's term for all policies except for the two legacy ones."""
    return policy.startswith("SecurityPolicy_")


def refused(
    table: str, policy: str | None, mode: EndpointAccessMode | None, *, endpoint_type: str
) -> Iterator[Problem]:
    """A policy without its mode, a mode without its policy, a policy for another type of endpoint."""
    if policy is None or not is_enhanced(policy):
        if mode is not None:
            yield Problem(
                (table, "endpoint_access_mode"),
                "AWS accepts it only with a security_policy that starts with SecurityPolicy_",
            )
        return
    if mode is None:
        yield Problem(
            (table, "endpoint_access_mode"), f'must be "STRICT" or "BASIC" with {policy}; AWS recommends STRICT'
        )
    if policy.endswith("_EDGE") is not (endpoint_type == "EDGE"):
        kind = "an EDGE" if policy.endswith("_EDGE") else "a REGIONAL or PRIVATE"
        yield Problem(
            (table, "security_policy"), f"AWS has that policy for {kind} API, and this one is {endpoint_type}"
        )
