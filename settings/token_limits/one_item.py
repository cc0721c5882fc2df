"""How much DynamoDB takes of one item of the table.

1,000 write units a second for each partition, and an item is in one, whatever the mode of the table:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html and
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html, read 2026-11.
"""

WRITES_OF_ONE_ITEM = 1000
"""Write units a second, one for each write of an item up to 1 KB."""

REQUESTS_OF_ONE_ITEM = 500
"""A request is two writes: one to reserve, one to settle."""
