"""The access log of an Application Load Balancer or a Classic Load Balancer.

    type time elb client:port target:port ... "request" "user_agent" ssl_cipher ssl_protocol target_group_arn "trace_id"
    "domain_name" "chosen_cert_arn" matched_rule_priority request_creation_time ...

A Classic Load Balancer's lines lack the type, and end after the protocol. Their `time` is when the request came.

An Application Load Balancer's `time` is when the load balancer answered, `request_creation_time` when the request came:
the latter, if a line goes so far. `request` is `GET https://host:443/path HTTP/1.1`.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html, read 2026-11.
"""

from collections import Counter

import polars as pl

from review.replay.formats import text_lines
from review.replay.formats.format import Format, Reader, Sample

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_LINE = (
    r"^(?:(?:https?|h2|grpcs|wss?) )?(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}T[^ ]+) [^ ]+ \[?(?P<ip>[^ ]+?)\]?:[0-9]+ "
    r'[^"]*"(?P<method>[A-Za-z-]+) (?:[a-z]+://[^/ "]*)?(?P<path>/[^ "]*)[^"]*"'
    # The time of arrival is captured as `key`, a group that this format does not use otherwise.
    rf'(?: {_QUOTED} [^ ]+ [^ ]+ [^ ]+ "[^"]*" "[^"]*" "[^"]*" [^ ]+ (?P<key>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[^ ]+) )?'
)


def _recognize(sample: Sample) -> Reader | None:
    found = text_lines.recognize(sample, _LINE)
    return None if found is None else Reader(texts=lambda block, problems: _texts(found, block, problems))


def _texts(found: Reader, block: bytes, problems: Counter[str]) -> pl.DataFrame:
    frame = found.texts(block, problems)
    return frame.with_columns(pl.coalesce("key", "time").alias("time")).drop("key")


ALB = Format(
    name="alb",
    words="an Application Load Balancer's access log, or a Classic Load Balancer's",
    document="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
    recognize=_recognize,
)
