"""Lambda runtimes that AWS has deprecated, and those for which AWS creates no new functions.

AWS's table, "Deprecated runtimes", https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, as AWS's own
cfn-lint copies it: aws-cloudformation/cfn-lint, src/cfnlint/data/AdditionalSpecs/LmbdRuntimeLifecycle.json of 2026-08,
read 2026-11. AWS has moved the end of creation several times. For the runtimes in DEPRECATED it is 2027-02-01 there,
and a copy of the table of 2026-10 has 2027-07-29, so Spillway only warns of these.
"""

from collections.abc import Mapping
from types import MappingProxyType

DEPRECATED: Mapping[str, str] = MappingProxyType(
    {
        "dotnet6": "2024-12-20",
        "dotnet8": "2026-11-10",
        "nodejs16.x": "2024-06-12",
        "nodejs18.x": "2025-09-01",
        "nodejs20.x": "2026-04-30",
        "provided.al2": "2026-07-31",
        "python3.8": "2024-10-14",
        "python3.9": "2025-12-15",
        "python3.10": "2026-10-31",
        "ruby3.2": "2026-03-31",
    }
)
"""Runtimes that AWS still creates functions with, and the date of their last security updates."""

ENDED = frozenset(
    {"go1.x", "java8", "nodejs14.x", "provided", "python3.7"}
    | {"dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet5.0", "dotnet7"}
    | {"nodejs", "nodejs4.3", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x"}
    | {"python2.7", "python3.6", "ruby2.5", "ruby2.7"}
)
"""Runtimes that CreateFunction refuses. All ended in 2024-02 or before."""

INSTEAD = "python3.13, nodejs24.x"
"""Runtimes with more than a year of support left: until 2029-06-30 and 2028-04-30. nodejs22.x ends on 2027-04-30."""
