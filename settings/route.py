"""One `[[routes]]` table: a method of a path, and its backend."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Self

from pydantic import PrivateAttr, field_validator

from settings.authorization import Authorization
from settings.base import Items, Settings
from settings.integration import Integration, MockIntegration
from settings.request import Request
from settings.terraform_name import distinct_names, terraform_name

# A path part that API Gateway accepts: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateResource.html
_PART = re.compile(r"[A-Za-z0-9_.\-:]+|\{[A-Za-z0-9_.\-]+\}")
# Flask's <int:id>, and {id:int} or {id:path} of Starlette and others.
_FOREIGN_VARIABLE = re.compile(r"<(?:[A-Za-z_]+:)?[A-Za-z0-9_]+>|\{[A-Za-z0-9_]+:[^{}/]*\}|\{\*[A-Za-z0-9_]+\}")
_GREEDY = re.compile(r"\{[A-Za-z0-9_.\-]+\+\}")

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html, read
# 2026-11: the length of a Regional API's URL, and the resources of an API. Every part of a path is a resource.
LONGEST_PATH = 10_240
MOST_PARTS = 300

# https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4, "Remove Dot Segments", and https://url.spec.whatwg.org/, "path
# state", read 2026-11. curl, Python's httpx and every browser do so.
DOT_SEGMENTS = (".", "..")

Method = Literal["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


class Route(Settings):
    """`POST /v1/chat/completions` and its backend."""

    method: Method
    """HTTP method. `ANY` stands for every method that the file does not list for that path."""

    path: str
    """Starts with a slash. `{id}` matches one part, and `{proxy+}` at the end matches the rest."""

    integration: Integration = MockIntegration()
    """The backend of the route. Default: a static JSON document."""

    authorization: Authorization = "NONE"
    """`NONE`, `AWS_IAM` (signed requests), or the name of an authorizer."""

    authorization_scopes: Items[str] = ()
    """OAuth scopes. A Cognito access token must have at least one of them."""

    api_key_required: bool = False
    """Usage plans apply only to such routes. A key tells callers apart. It is not authentication."""

    request: Request = Request()

    _path_name: str | None = PrivateAttr(default=None)
    _model_name: str | None = PrivateAttr(default=None)

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, path: str) -> str:
        if not path.startswith("/"):
            raise ValueError("must start with a slash")
        if len(path) > LONGEST_PATH or path.count("/") > MOST_PARTS:
            raise ValueError(f"must have at most {LONGEST_PATH} characters and {MOST_PARTS} parts; AWS allows no more")
        if path == "/":
            return path
        *front, last = path[1:].split("/")
        if "" in (*front, last):
            raise ValueError("must not have an empty part or a slash at the end")
        if dots := next((part for part in (*front, last) if part in DOT_SEGMENTS), None):
            raise ValueError(
                f"must not have {dots} as a part: clients resolve it before they send a request, so none would match"
            )
        if foreign := next(filter(None, map(_of_another_router, (*front, last))), None):
            raise ValueError(foreign)
        for part in front:
            if not _PART.fullmatch(part):
                raise ValueError(
                    f"{part!r} is not a path part: letters, digits, _ . - : or {{name}}; {{name+}} only at the end"
                )
        if not (_PART.fullmatch(last) or _GREEDY.fullmatch(last)):
            raise ValueError(f"{last!r} is not a path part: letters, digits, _ . - : or {{name}}, {{name+}}")
        return path

    @property
    def key(self) -> str:
        """How the rest of the file refers to the route: `POST /v1/chat/completions`."""
        return f"{self.method} {self.path}"

    @property
    def path_variables(self) -> tuple[str, ...]:
        """`/v1/models/{id}` has `id`, and `/v1/{proxy+}` has `proxy`."""
        return tuple(part.strip("{}").removesuffix("+") for part in self.path.split("/") if part.startswith("{"))

    @property
    def model_name(self) -> str:
        """AWS's name for the schema of the body, in letters and digits only: `PostV1ChatCompletions`."""
        return self._model_name or "".join(part[:1].upper() + part[1:] for part in self.address.split("_"))

    @property
    def address(self) -> str:
        """The stem of the route's Terraform names: `post_v1_chat_completions`. A public contract (docs/adr/0004)."""
        return f"{self.method.lower()}_{self._path_name or path_address(self.path)}"

    def with_names(self, *, path_name: str | None = None, model_name: str | None = None) -> Self:
        """The same route with names that differ from those of the API's other routes."""
        copy = self.model_copy()
        copy._path_name = path_name or self._path_name  # noqa: SLF001  # its own class
        copy._model_name = model_name  # noqa: SLF001
        return copy


def _of_another_router(part: str) -> str:
    """What to write in the place of another router's variable or wildcard; nothing for a part that has none."""
    if re.match(":[A-Za-z_]", part):
        return f"{part!r} is a literal colon to API Gateway; a variable is written {{{part[1:]}}}"
    if _FOREIGN_VARIABLE.fullmatch(part):
        name = re.split(r"[:*]", part.strip("<>{}"))[0 if part.startswith("{") else -1] or "id"
        return f"{part!r} is not a variable to API Gateway; write {{{name}}}"
    return "has no wildcard *; {proxy+} at the end takes the rest of a path" if "*" in part else ""


def with_distinct_names(routes: Sequence[Route]) -> tuple[Route, ...]:
    """The routes of an API in the same order, with distinct names in Terraform and for AWS's models."""
    names = path_names(route.path for route in routes)
    routes = [route.with_names(path_name=names[route.path]) for route in routes]
    plain = {route.key: route.model_name for route in routes if route.request.body_schema is not None}
    models = distinct_names(plain, plain.__getitem__, joined_by="")
    return tuple(route.with_names(model_name=models.get(route.key)) for route in routes)


def path_names(paths: Iterable[str]) -> dict[str, str]:
    """The Terraform name of every node of the path tree: `/v1` is `v1`, `/v1/chat` is `v1_chat`."""
    return distinct_names((prefix for path in paths for prefix in prefixes(path)), path_address)


def prefixes(path: str) -> Iterator[str]:
    """`/v1/chat` gives `/v1` and `/v1/chat`. `/` gives itself."""
    parts = path[1:].split("/")
    for count in range(1, len(parts) + 1):
        yield "/" + "/".join(parts[:count])


def path_address(path: str) -> str:
    """`/v1/models/{id}` becomes `v1_models_id`, and `/` becomes `root`, unless another path has that name."""
    return terraform_name(path) or "root"
