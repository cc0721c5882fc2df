"""One `[[routes]]` table: a method of a path, and what answers behind it."""

import re
from typing import Literal

from pydantic import field_validator

from settings.authorization import Authorization
from settings.integration import Integration, MockIntegration
from settings.model import Items, Settings
from settings.validation import Request

# A path part as API Gateway takes it: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateResource.html
_PART = re.compile(r"[A-Za-z0-9_.\-:]+|\{[A-Za-z0-9_.\-]+\}")
_GREEDY = re.compile(r"\{[A-Za-z0-9_.\-]+\+\}")

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html, read
# 2026-11: the length of a Regional API's URL, and the resources of an API, of which every part of a path is one.
LONGEST_PATH = 10_240
MOST_PARTS = 300

Method = Literal["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


class Route(Settings):
    """`POST /v1/chat/completions` and its backend. `ANY` is left out: AWS cannot throttle it per method."""

    method: Method
    path: str
    """Starts with a slash; `{id}` takes one part, `{proxy+}` at the end takes the rest."""

    integration: Integration = MockIntegration()

    authorization: Authorization = "NONE"
    authorization_scopes: Items[str] = ()
    """OAuth scopes of which a Cognito access token must have one."""

    api_key_required: bool = False
    """Only such routes are held to usage plans. A key tells callers apart; it is no authentication."""

    request: Request = Request()

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, path: str) -> str:
        if not path.startswith("/"):
            raise ValueError("must start with a slash")
        if len(path) > LONGEST_PATH or path.count("/") > MOST_PARTS:
            raise ValueError(f"must have at most {LONGEST_PATH} characters and {MOST_PARTS} parts; AWS takes no more")
        if path == "/":
            return path
        *front, last = path[1:].split("/")
        if "" in (*front, last):
            raise ValueError("must have no empty part and no slash at the end")
        for part in front:
            if not _PART.fullmatch(part):
                raise ValueError(
                    f"{part!r} is no path part: letters, digits, _ . - : or {{name}}; {{name+}} only at the end"
                )
        if not (_PART.fullmatch(last) or _GREEDY.fullmatch(last)):
            raise ValueError(f"{last!r} is no path part: letters, digits, _ . - : or {{name}}, {{name+}}")
        return path

    @property
    def key(self) -> str:
        """How the rest of the file names the route: `POST /v1/chat/completions`."""
        return f"{self.method} {self.path}"

    @property
    def path_variables(self) -> tuple[str, ...]:
        """`/v1/models/{id}` has `id`, and `/v1/{proxy+}` has `proxy`."""
        return tuple(part.strip("{}").removesuffix("+") for part in self.path.split("/") if part.startswith("{"))

    @property
    def model_name(self) -> str:
        """What AWS calls the schema of the body, in letters and digits only: `PostV1ChatCompletions`."""
        return "".join(part[:1].upper() + part[1:] for part in self.address.split("_"))

    @property
    def address(self) -> str:
        """The stem of the route's Terraform names: `post_v1_chat_completions`. A public contract (docs/adr/0004)."""
        return f"{self.method.lower()}_{path_address(self.path)}"


def path_address(path: str) -> str:
    """`/v1/models/{id}` becomes `v1_models_id`, and `/` becomes `root`."""
    return re.sub(r"[^a-z0-9]+", "_", path.lower()).strip("_") or "root"
