"""What every 429 carries, against what AWS lets a response carry."""

from collections.abc import Iterator

from settings.fields import EnvironmentFields
from settings.layer import Layer
from settings.problem import Problem
from settings.rate_limit_response import LONGEST_HEADER_VALUE, MOST_HEADERS


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """Headers that CORS brings too, too many of both, or one too long for WAF."""
    if environment.cors is None:
        return
    cors = environment.cors.response_headers
    own = environment.rate_limit_response.headers
    for name in own:
        if name.lower() in {header.lower() for header in cors}:
            yield Problem(("rate_limit_response", "headers", name), "cors brings that header; AWS takes it once")
    sent = environment.rate_limit_response.response_headers(Layer.WAF, cors)
    if len(sent) > MOST_HEADERS:
        yield Problem(
            ("rate_limit_response", "headers"),
            f"with Retry-After and those of cors {len(sent)} headers; AWS takes {MOST_HEADERS}",
        )
    for name, value in cors.items():
        if environment.waf is not None and len(value) > LONGEST_HEADER_VALUE:
            yield Problem(
                ("cors",), f"makes {name} {len(value)} characters long; WAF sends at most {LONGEST_HEADER_VALUE}"
            )
