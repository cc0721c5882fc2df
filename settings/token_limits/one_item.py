"""How many requests per second fit into one item of a DynamoDB table, and into a table with a cap.

A partition accepts 1,000 write units per second, and an item is in one partition, whatever the table's mode:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html, read 2026-11. A write
unit is a write of an item up to 1 KB: https://aws.amazon.com/dynamodb/pricing/on-demand/, read 2026-11.
"""

import math

WRITES_OF_ONE_ITEM = 1000
"""Write units per second."""

WRITES_OF_A_REQUEST = 2
"""One write reserves, and one settles."""

MOST_SHARDS = 100

# The sizes of the names and values that the function writes: the key (32), four levels (70), sixteen marks of writes
# (180), the expiry (7); and for each running request a lease with its name and its end.
_BYTES, _BYTES_OF_A_LEASE = 300, 25
_BYTES_OF_A_UNIT = 1024


def write_units(concurrent_requests: float) -> int:
    """Units of one write, if the item has as many leases as `concurrent_requests` allows. 0: no such limit."""
    return math.ceil((_BYTES + _BYTES_OF_A_LEASE * concurrent_requests) / _BYTES_OF_A_UNIT)


def requests_of_one_item(concurrent_requests: float = 0) -> int:
    """Requests per second."""
    return WRITES_OF_ONE_ITEM // (WRITES_OF_A_REQUEST * write_units(concurrent_requests))


def shards_for(requests: float, concurrent_requests: float = 0) -> int | None:
    """How many items can accept that many requests per second together, if each has its share of the slots. None: too
    many.
    """
    for shards in range(1, MOST_SHARDS + 1):
        if requests <= shards * requests_of_one_item(concurrent_requests / shards):
            return shards
    return None
