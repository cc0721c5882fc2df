"""CloudFront's standard log (v2) in JSON, one object a line.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html, read 2026-11.
"""

from review.replay.formats import json_lines
from review.replay.formats.format import Format, Reader, Sample

_NAMES = {
    "time": ("timestamp(ms)", "date+time", "timestamp"),
    "ip": ("c-ip",),
    "method": ("cs-method",),
    "path": ("cs-uri-stem",),
    "key": (),
    "count": (),
}


def _recognize(sample: Sample) -> Reader | None:
    return json_lines.recognize(sample, _NAMES)


CLOUDFRONT_JSON = Format(
    name="cloudfront-json",
    words="a CloudFront standard log in JSON",
    document="https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html",
    recognize=_recognize,
)
