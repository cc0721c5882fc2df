"""`type = "http"`: an inference server at a URL."""

import re
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.base import Items
from settings.integration.transfer import Transfer

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,128}$")]

# A static value stands between single quotes in API Gateway's mapping expressions.
HeaderValue = Annotated[str, Field(pattern=r"^[ -&(-~]*$", max_length=4096)]

# https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html, read 2026-11.
_PORTS = (range(80, 81), range(443, 444), range(1024, 65_536))


def _is_on_a_port_that_is_called(url: str) -> str:
    if "[" in url.split("/")[2]:
        raise ValueError("must have a host name or an IPv4 address")
    _, _, port = url.split("/")[2].rpartition("@")[2].partition(":")
    if port and not (port.isdigit() and any(int(port) in ports for ports in _PORTS)):
        raise ValueError("API Gateway calls ports 80, 443 and 1024 to 65535, and no other")
    return url


Url = Annotated[
    str, Field(pattern=r"^https?://[^\s/{}?#']+(/[^\s?#']*)?$"), AfterValidator(_is_on_a_port_that_is_called)
]

_VARIABLE = re.compile(r"\{([A-Za-z0-9_.\-]+)\}")


class HttpIntegration(Transfer):
    """HTTP_PROXY: method, headers, query string and body go to the URL as they came; so does the answer come back.

    vLLM, TGI, Ollama, LiteLLM, or anything else that API Gateway can reach over the internet.
    """

    type: Literal["http"]
    url: Url
    """`https://llm.example.com/v1/{proxy}`: a `{name}` takes the path variable `{name}` or `{name+}` of the route."""

    headers: dict[HeaderName, HeaderValue] = {}
    """Added to each request, in place of what the caller sent under that name. Stored in clear by AWS and Terraform."""

    drop_headers: Items[HeaderName] = ()
    """Sent on empty: a REST API can overwrite a caller's header, but not take it away."""

    @model_validator(mode="after")
    def _says_one_thing_of_each_header(self) -> Self:
        refuse_twice(self.headers, self.drop_headers)
        return self

    @property
    def path_variables(self) -> tuple[str, ...]:
        """The variables that the URL wants from the route's path."""
        return variables_of(self.url)

    @property
    def host(self) -> str:
        """The URL's host, without user information and port."""
        return self.url.split("/")[2].rpartition("@")[2].partition(":")[0]


def variables_of(url: str) -> tuple[str, ...]:
    """`http://host/{a}/{b}` has `a` and `b`."""
    return tuple(_VARIABLE.findall(url))


def refuse_twice(headers: Iterable[str], drop_headers: Iterable[str]) -> None:
    """Raise ValueError where a header is named twice, in whatever case."""
    seen = set[str]()
    for name in (*headers, *drop_headers):
        if name.lower() in seen:
            raise ValueError(f"must name {name} once in headers and drop_headers together")
        seen.add(name.lower())
