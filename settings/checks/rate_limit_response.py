"""The headers of every 429, compared with what AWS allows in a response."""

from collections.abc import Iterator

from settings.fields import EnvironmentFields
from settings.layer import Layer
from settings.problem import Problem
from settings.rate_limit_response import LONGEST_HEADER_VALUE, MOST_HEADERS, RateLimitResponse
from settings.secrecy import Where


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """Headers that CORS also sets, too many headers in total, or one that is too long for WAF."""
    response, cors = environment.rate_limit_response, environment.cors_headers
    of_cors = {name.lower() for name in cors}
    for where, own in _tables(response):
        for name in own:
            if name.lower() in of_cors:
                allowed = "cors also sets this header; AWS allows it once"
                yield Problem((*where, name), allowed)
    for layer in Layer:
        sent = response.response_headers(layer, cors)
        if len(sent) > MOST_HEADERS:
            ours = [name for name in sent if name not in response.layer_headers(layer) and name not in cors]
            with_ours = " and ".join((*ours, "those of cors") if cors else ours)
            where = (
                ("rate_limit_response", "headers") if response.headers else ("rate_limit_response", layer, "headers")
            )
            allowed = f"with {with_ours}, the layer {layer} has {len(sent)} headers; AWS allows {MOST_HEADERS}"
            yield Problem(where, allowed)
            break
    for name, value in cors.items():
        if environment.waf is not None and len(value) > LONGEST_HEADER_VALUE:
            allowed = f"makes {name} {len(value)} characters long; WAF sends at most {LONGEST_HEADER_VALUE}"
            yield Problem(("cors",), allowed)


def _tables(response: RateLimitResponse) -> Iterator[tuple[Where, dict[str, str]]]:
    """The headers for all layers, and those of each layer."""
    yield ("rate_limit_response", "headers"), response.headers
    for layer in Layer:
        yield ("rate_limit_response", layer, "headers"), getattr(response, layer).headers
