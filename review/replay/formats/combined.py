r"""A web server's log: nginx's `combined` and the `main` of its configuration file, Apache's `combined` and `common`.

nginx: '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" ...', and `main`
with "$http_x_forwarded_for" at the end.
Apache: "%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"", and `common` without the last two.
nginx writes a quote as \x22, Apache as \", so that no client ends the request line. What stands after its second word
does not matter. A server may also be set to write `$time_iso8601` or `$msec` in place of `$time_local`.

Behind a load balancer, $remote_addr is the load balancer's. If it is a private address and the line has
X-Forwarded-For, the caller is the first address in there.
https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format; github.com/nginx/nginx, conf/nginx.conf
https://httpd.apache.org/docs/2.4/logs.html#accesslog, read 2026-11.
"""

import re
from collections import Counter

import polars as pl

from review.replay.formats import text_lines
from review.replay.formats.format import Format, Reader, Sample

_IP = "[0-9A-Fa-f.:]+"
_CLF_TIME = r"\d{2}/[A-Za-z]{3}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4}"
# Apache's vhost_combined puts the server in front, as a host name or an address. A user's name may contain spaces. Some
# put X-Forwarded-For in front, with the proxies after the caller.
_LINE = (
    rf"^(?:[^ ]+:[0-9]+ )??(?P<ip>{_IP}|[A-Za-z0-9_.-]+)(?:, ?{_IP})* \S+ .*?"
    rf"\[(?P<time>{_CLF_TIME}|\d{{4}}-\d\d-\d\dT[^\] ]+|\d{{10}}\.\d{{3}})\] ?"
    r'"(?P<method>[A-Za-z-]+) (?P<path>[^ "]+)[^"]*'
)
_QUOTED = r'"(?:[^"\\]|\\.)*"'
# The address is captured as `key`, a group that this format does not use otherwise.
_FORWARDED = rf'{_LINE}(?:" \S+ \S+ {_QUOTED} {_QUOTED} "(?P<key>{_IP})[^"]*")?'
_OF_A_PROXY = r"^(?:10\.|127\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1$|[fF][cCdD])"


def _recognize(sample: Sample) -> Reader | None:
    is_clf = any(re.search(rf"\[{_CLF_TIME}\]".encode(), line) for line in sample.lines)
    written_sec = 1 if is_clf else None
    found = text_lines.recognize(sample, _LINE, written_sec=written_sec)
    forwarded = re.compile(_FORWARDED.encode())
    if found is None or not any(match["key"] for line in sample.lines if (match := forwarded.match(line))):
        return found
    both = text_lines.reader(_FORWARDED, written_sec=written_sec)
    return Reader(
        texts=lambda block, problems: _texts(both, block, problems),
        columns="ip=X-Forwarded-For, where the address is a private one",
        written_sec=written_sec,
    )


def _texts(both: Reader, block: bytes, problems: Counter[str]) -> pl.DataFrame:
    frame = both.texts(block, problems)
    is_of_a_proxy = pl.col("ip").str.contains(_OF_A_PROXY) & pl.col("key").is_not_null()
    return frame.with_columns(pl.when(is_of_a_proxy).then("key").otherwise("ip").alias("ip")).drop("key")


COMBINED = Format(
    name="combined",
    words="a web server's log in the combined or the Common Log Format (nginx, Apache)",
    document="https://nginx.org/en/docs/http/ngx_http_log_module.html",
    recognize=_recognize,
)
