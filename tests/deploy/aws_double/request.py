"""A call of AWS's HTTP APIs and its answer, and the layers between them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """As it was received."""

    method: str
    target: str
    """Path and query."""

    headers: Headers = ()
    body: bytes = b""

    @cached_property
    def parts(self) -> list[str]:
        """The path's segments. An encoded slash is part of its segment."""
        return [unquote(part) for part in urlsplit(self.target).path.strip("/").split("/")]

    @cached_property
    def query(self) -> dict[str, str]:
        """The first value of each."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @cached_property
    def data(self) -> Any:
        """The body, which is JSON or nothing."""
        return json.loads(self.body or b"{}")

    def header(self, name: str) -> str:
        """Empty if it is missing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def with_data(self, data: object) -> "Request":
        """The same call with another body."""
        return replace(self, body=json.dumps(data).encode())


@dataclass(frozen=True)
class Answer:
    """Status, headers and body."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    @cached_property
    def data(self) -> Any:
        """The body, which is JSON or nothing."""
        return json.loads(self.body or b"{}")

    @property
    def succeeded(self) -> bool:
        return self.status < 300

    def with_data(self, data: object) -> "Answer":
        """The same answer with another body."""
        return replace(self, body=json.dumps(data).encode())


Send = Callable[[Request], Answer]

Layer = Callable[[Request, Send], Answer]
"""Answers a call, or forwards it, and may change the call and the answer."""


def json_answer(data: object, status: int = 200) -> Answer:
    """An answer of an API that uses JSON."""
    return Answer(status, (("Content-Type", "application/json"),), json.dumps(data).encode())


def rest_error(code: str, message: str, status: int) -> Answer:
    """An error in API Gateway's form: the code is in a header.

    https://docs.aws.amazon.com/apigateway/latest/api/CommonErrors.html, read 2026-11.
    """
    headers = (("Content-Type", "application/json"), ("x-amzn-ErrorType", code))
    return Answer(status, headers, json.dumps({"message": message}).encode())


def found(send: Send, *parts: str) -> Any:
    """The resource at that path of the emulator's API Gateway; an empty dictionary if there is none."""
    answer = send(Request("GET", "/" + "/".join(parts), (("Host", "127.0.0.1"), AUTHORIZATION)))
    return answer.data if answer.succeeded else {}


AUTHORIZATION = (
    "Authorization",
    "AWS4-HMAC-SHA256 Credential=emulator/20260101/us-east-1/apigateway/aws4_request, SignedHeaders=host, Signature=0",
)
"""Of a call that the double makes itself: the emulator only uses it to find the service."""
