r"""A web server's log: nginx's `combined`, Apache's `combined` and `common`.

nginx: '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" ...'
Apache: "%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\"", and `common` without the last two.
nginx writes a quote as \x22, Apache as \", so that no client ends the request line. What stands after its second word
does not matter.
https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format
https://httpd.apache.org/docs/2.4/logs.html#accesslog, read 2026-11.
"""

from review.replay.formats import text_lines
from review.replay.formats.format import Format, Reader, Sample

# Apache's vhost_combined puts the server in front, as a host name or an address. A user's name may contain spaces.
_LINE = (
    r"^(?:[^ ]+:[0-9]+ )??(?P<ip>[0-9A-Fa-f.:]+|[A-Za-z0-9_.-]+) \S+ .*?"
    r"\[(?P<time>\d{2}/[A-Za-z]{3}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\] "
    r'"(?P<method>[A-Za-z-]+) (?P<path>[^ "]+)[^"]*'
)


def _recognize(sample: Sample) -> Reader | None:
    return text_lines.recognize(sample, _LINE, written_sec=1)


COMBINED = Format(
    name="combined",
    words="a web server's log in the combined or the Common Log Format (nginx, Apache)",
    document="https://nginx.org/en/docs/http/ngx_http_log_module.html",
    recognize=_recognize,
)
