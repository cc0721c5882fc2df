"""An Application Load Balancer's access log.

    type time elb client:port target:port ... "request" "user_agent" ssl_cipher ssl_protocol target_group_arn "trace_id"
    "domain_name" "chosen_cert_arn" matched_rule_priority request_creation_time ...

`time` is when the load balancer answered, `request_creation_time` when the request came: the latter, if a line goes so
far. `request` is `GET https://host:443/path HTTP/1.1`.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html, read 2026-11.
"""

from collections import Counter

import polars as pl

from review.replay.formats import text_lines
from review.replay.formats.format import Format, Reader, Sample

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_HEAD = (
    r"^(?:https?|h2|grpcs|wss?) (?P<time>\S+) \S+ \[?(?P<ip>\S+?)\]?:\d+ "
    r'[^"]*"(?P<method>[A-Za-z-]+) (?:[a-z]+://[^/ "]*)?(?P<path>/[^ "]*)[^"]*"'
)
_CREATED = rf"^[^\"]*{_QUOTED} {_QUOTED} \S+ \S+ \S+ {_QUOTED} {_QUOTED} {_QUOTED} \S+ (\d{{4}}-\d\d-\d\dT\S+) "


def _recognize(sample: Sample) -> Reader | None:
    found = text_lines.recognize(sample, _HEAD)
    return None if found is None else Reader(texts=_texts)


def _texts(block: bytes, problems: Counter[str]) -> pl.DataFrame:
    lines = text_lines.lines_of(block)
    found = lines.str.extract_groups(_HEAD).struct.unnest()
    created = lines.str.extract(_CREATED, 1)
    found = found.with_columns(pl.coalesce(created.alias("created"), "time").alias("time"))
    unmatched = found["path"].is_null()
    if unmatched.any():
        problems[text_lines.NOT_A_LINE] += int((unmatched & (lines.str.strip_chars() != "")).sum())
        found = found.filter(~unmatched)
    return found


ALB = Format(
    name="alb",
    words="an Application Load Balancer's access log",
    document="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
    recognize=_recognize,
)
