"""The `[api]` and `[stage]` tables."""

from typing import Annotated, Literal

from pydantic import Field

from settings.model import Settings


class Api(Settings):
    """One REST API. REST, because only REST APIs have usage plans, method throttles and a WAF association."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    """Also the stem of the names of what belongs to the API."""

    description: Annotated[str, Field(max_length=1024)] = ""

    endpoint_type: Literal["REGIONAL"] = "REGIONAL"


class Stage(Settings):
    """The stage that callers reach; its name is the first part of the URL's path."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    description: Annotated[str, Field(max_length=1024)] = ""
