"""How many requests a second DynamoDB takes of one item of the table, and how many of a table with a cap.

1,000 write units a second for each partition, and an item is in one, whatever the mode of the table:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html, read 2026-11.
A write unit is a write of an item up to 1 KB: https://aws.amazon.com/dynamodb/pricing/on-demand/, read 2026-11.
"""

import math

WRITES_OF_ONE_ITEM = 1000
"""Write units a second."""

WRITES_OF_A_REQUEST = 2
"""One to reserve, one to settle."""

MOST_SHARDS = 100

# By the names and values that the function writes: the key (32), four levels (70), sixteen marks of writes (180), when
# it expires (7); and for each request that runs a lease, its name and its end.
_BYTES, _BYTES_OF_A_LEASE = 300, 25
_BYTES_OF_A_UNIT = 1024


def write_units(concurrent_requests: float) -> int:
    """Units of one write, with as many leases in the item as `concurrent_requests` allows; 0: no such limit."""
    return math.ceil((_BYTES + _BYTES_OF_A_LEASE * concurrent_requests) / _BYTES_OF_A_UNIT)


def requests_of_one_item(concurrent_requests: float = 0) -> int:
    """Requests a second."""
    return WRITES_OF_ONE_ITEM // (WRITES_OF_A_REQUEST * write_units(concurrent_requests))


def shards_for(requests: float, concurrent_requests: float = 0) -> int | None:
    """How many items together take so many requests a second, each with its part of the slots. None: too many."""
    for shards in range(1, MOST_SHARDS + 1):
        if requests <= shards * requests_of_one_item(concurrent_requests / shards):
            return shards
    return None
