"""Which limits in tokens apply to which route."""

from pathlib import Path

import pytest

from settings.token_limits.covering import covering, metered_routes
from tests.environment_files import environment
from tests.gateway.routes import with_route

HTTP = 'type = "http"\nurl = "https://llm.example.com/v1"'
OTHERS = f"""
[[routes]]
method = "POST"
path = "/embed"
[routes.integration]
{HTTP}

[[routes]]
method = "GET"
path = "/models"
[routes.integration]
type = "mock"
"""


def limit(name: str, routes: str = "") -> str:
    return f'[[token_limits]]\nname = "{name}"\nby = "ip"\ntokens_per_minute = 1000\n{routes}\n'


@pytest.mark.parametrize(
    ("limits", "covered"),
    [
        (limit("a"), {"POST /chat": ["a"], "POST /embed": ["a"], "GET /models": []}),
        (limit("a", 'routes = ["POST /embed"]'), {"POST /chat": [], "POST /embed": ["a"], "GET /models": []}),
        (
            limit("a", 'routes = ["POST /embed"]') + limit("b"),
            {"POST /chat": ["b"], "POST /embed": ["a", "b"], "GET /models": []},
        ),
    ],
    ids=["every model's route", "one route", "both"],
)
def test_a_limit_covers_the_routes_that_it_names_or_all_with_a_model(
    tmp_path: Path, limits: str, covered: dict[str, list[str]]
) -> None:
    settings = environment(tmp_path, with_route(HTTP, tables=OTHERS + limits))
    assert {route.key: [each.name for each in covering(settings, route)] for route in settings.routes} == covered
    assert [route.key for route in metered_routes(settings)] == [key for key, names in covered.items() if names]
