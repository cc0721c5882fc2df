"""`type = "http"`: an inference server at a URL."""

import re
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.base import Items
from settings.integration.transfer import Transfer

HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,128}$")]

# In API Gateway's mapping expressions a static value is in single quotes.
HeaderValue = Annotated[str, Field(pattern=r"^[ -&(-~]*$", max_length=4096)]

# https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html, read 2026-11.
_PORTS = (range(80, 81), range(443, 444), range(1024, 65_536))


def _is_on_a_port_that_is_called(url: str) -> str:
    if "[" in url.split("/")[2]:
        raise ValueError("must have a host name or an IPv4 address")
    _, _, port = url.split("/")[2].rpartition("@")[2].partition(":")
    if port and not (port.isdigit() and any(int(port) in ports for ports in _PORTS)):
        raise ValueError("API Gateway only calls ports 80, 443 and 1024 to 65535")
    return url


Url = Annotated[
    str, Field(pattern=r"^https?://[^\s/{}?#']+(/[^\s?#']*)?$"), AfterValidator(_is_on_a_port_that_is_called)
]

_VARIABLE = re.compile(r"\{([A-Za-z0-9_.\-]+)\}")


class HttpIntegration(Transfer):
    """HTTP_PROXY: API Gateway passes method, headers, query string and body on to the URL unchanged, and so the
    response.

    vLLM, TGI, Ollama, LiteLLM, or anything else that API Gateway can reach over the internet.
    """

    type: Literal["http"]
    url: Url
    """URL of the backend: `https://llm.example.com/v1/{proxy}`. `{name}` is replaced with the route's path variable
    `{name}` or `{name+}`."""

    headers: dict[HeaderName, HeaderValue] = {}
    """Headers that are added to each request and replace the caller's. AWS and Terraform store them in clear text."""

    drop_headers: Items[HeaderName] = ()
    """Headers that the backend gets with an empty value. A REST API can overwrite a caller's header, but not remove it.
    """

    @model_validator(mode="after")
    def _says_one_thing_of_each_header(self) -> Self:
        refuse_twice(self.headers, self.drop_headers)
        return self

    @property
    def path_variables(self) -> tuple[str, ...]:
        """The variables in the URL, which the route's path must have."""
        return variables_of(self.url)

    @property
    def host(self) -> str:
        """The URL's host, without user name, password and port."""
        return self.url.split("/")[2].rpartition("@")[2].partition(":")[0]


def variables_of(url: str) -> tuple[str, ...]:
    """The variables of a URL: `http://host/{a}/{b}` has `a` and `b`."""
    return tuple(_VARIABLE.findall(url))


def refuse_twice(headers: Iterable[str], drop_headers: Iterable[str]) -> None:
    """Raise ValueError if a header is named twice. Upper and lower case are the same."""
    seen = set[str]()
    for name in (*headers, *drop_headers):
        if name.lower() in seen:
            raise ValueError(f"must name {name} only once in headers and drop_headers together")
        seen.add(name.lower())
