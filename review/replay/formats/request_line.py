"""A field with the whole first line of a request, `POST /v1/chat HTTP/1.1`: nginx's `$request`, Apache's `%r`.

https://nginx.org/en/docs/http/ngx_http_core_module.html#var_request
https://httpd.apache.org/docs/2.4/mod/mod_log_config.html, read 2026-11.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from review.replay.formats.format import Reader

_METHOD = r"^([A-Za-z-]+) "
_PATH = r"^[A-Za-z-]+ (\S+)"


def with_request_line(read: Reader, chosen: Mapping[str, str]) -> Reader:
    """The same, with method and path out of one field if both are in it."""
    if chosen["method"] != chosen["path"]:
        return read

    def texts(block: bytes, problems: Counter[str]) -> pl.DataFrame:
        return read.texts(block, problems).with_columns(
            pl.col("method").str.extract(_METHOD), pl.col("path").str.extract(_PATH)
        )

    return replace(read, texts=texts)
