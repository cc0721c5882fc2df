"""The route that the computed limits are for."""

import re

from review.refusal import ReviewError

_ROUTE = re.compile(r"(?:ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) /[^\s\"]*")


def refuse_unless_route(said: str) -> None:
    """Raises ReviewError if it is not a method and a path."""
    if not _ROUTE.fullmatch(said):
        raise ReviewError(f"--route {said}: must be a method in capitals, a space and a path, such as POST /v1/chat")
