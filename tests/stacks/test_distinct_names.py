"""Paths, plans and keys that would get the same Terraform name can exist together (docs/adr/0004)."""

import re
from pathlib import Path

import pytest

from review.diff.resources import resources
from settings.environment import Environment
from tests.environment_files import MINIMAL, environment
from tests.synthesis import Rendered, rendered

PATHS: tuple[str, ...] = (
    "/vertex-ai/{proxy+}",
    "/vertex_ai/{proxy+}",
    "/V1/x",
    "/v1/x",
    "/.well-known",
    "/well-known",
    "/{id}",
    "/id",
    "/",
    "/root",
    "/-",
    "/a/1b",
    "/a1b",
    "/2/y",
    "/_2/y",
)
HEAD = MINIMAL[: MINIMAL.index("[[routes]]")]
REST = """
[cors]
allow_origins = ["https://example.com"]

[usage_plans.Team-A]
throttle = { rate_limit = 1, burst_limit = 1 }
api_keys = ["Alice", { name = "al-ice", value = "variable" }]

[usage_plans.team_a]
throttle = { rate_limit = 1, burst_limit = 1 }
api_keys = ["alice", { name = "al_ice", value = "variable" }]
"""


def with_paths(folder: Path, paths: tuple[str, ...], rest: str = REST) -> Environment:
    schema = '{ body_schema = { type = "object" }, required_parameters = ["header.X-A"] }'
    route = '[[routes]]\nmethod = "POST"\npath = "{}"\napi_key_required = true\nrequest = {}\n'
    routes = "".join(route.format(path, schema) for path in paths)
    throttles = "".join(f'"POST {path}" = {{ rate_limit = 1, burst_limit = 1 }}\n' for path in paths)
    text = f"{HEAD}\n[throttling.routes]\n{throttles}\n{routes}{rest}"
    folder.mkdir(exist_ok=True)
    return environment(folder, text)


def addresses(stack: Rendered) -> dict[str, dict[str, object]]:
    return {f"{type_}.{name}": body for type_, made in stack["resource"].items() for name, body in made.items()}


def test_all_of_them_exist(tmp_path: Path) -> None:
    stack = rendered(with_paths(tmp_path, PATHS))
    made = stack["resource"]
    assert len(made["aws_api_gateway_resource"]) == len({p for path in PATHS for p in parts(path)})
    assert len(made["aws_api_gateway_method"]) == 2 * len(PATHS)
    assert len(made["aws_api_gateway_method_settings"]) == len(PATHS) + 1
    models = [model["name"] for model in made["aws_api_gateway_model"].values()]
    assert len(set(models)) == len(PATHS)
    assert all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in models)
    assert len(made["aws_api_gateway_usage_plan"]) == 2
    assert len(made["aws_api_gateway_usage_plan_key"]) == 4
    assert len(stack["variable"]) == 2
    assert len([name for name in stack["output"] if name.startswith("url_")]) == len(PATHS)
    assert len([name for name in stack["output"] if name.startswith("api_key_")]) == 4
    for kind in ("resource", "output", "variable"):
        named = [*stack[kind]] if kind != "resource" else [name for each in made.values() for name in each]
        assert [name for name in named if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name)] == []


def parts(path: str) -> set[str]:
    pieces = path.strip("/").split("/")
    return {"/".join(pieces[:count]) for count in range(1, len(pieces) + 1)} - {""}


def test_what_is_behind_a_path_is_that_paths(tmp_path: Path) -> None:
    settings = with_paths(tmp_path, PATHS)
    stack = rendered(settings)
    made = stack["resource"]
    for route in settings.routes:
        assert stack["output"][f"url_{route.address}"]["description"] == route.key
        resource = made["aws_api_gateway_method"][route.address]["resource_id"]
        own = route.path.rpartition("/")[2]
        if own:
            assert made["aws_api_gateway_resource"][resource.split(".")[1]]["path_part"] == own
        else:
            assert resource.endswith("root_resource_id}")


def test_the_order_in_the_file_changes_no_address(tmp_path: Path) -> None:
    there, back = (rendered(with_paths(tmp_path / name, paths)) for name, paths in (("a", PATHS), ("b", PATHS[::-1])))
    # Method settings are created one after another, in the file's order.
    for stack in (there, back):
        for body in stack["resource"]["aws_api_gateway_method_settings"].values():
            body.pop("depends_on", None)
    assert addresses(there) == addresses(back)


@pytest.mark.parametrize("path", [path for path in PATHS if path != "/2/y"])
def test_a_path_without_a_double_keeps_the_name_that_it_had(tmp_path: Path, path: str) -> None:
    (route,) = with_paths(tmp_path, (path,), rest="").routes
    plain = re.sub(r"[^a-z0-9]+", "_", path.lower()).strip("_") or "root"
    assert route.address == f"post_{plain}" or plain[0].isdigit()


def test_the_review_knows_the_same_addresses(tmp_path: Path) -> None:
    settings = with_paths(tmp_path, PATHS)
    known = {address.partition(".")[0] for address in resources(settings)}
    made = {address for address in addresses(rendered(settings)) if address.partition(".")[0] in known}
    assert set(resources(settings)) == made


def test_the_one_first_in_order_keeps_the_plain_name(tmp_path: Path) -> None:
    settings = with_paths(tmp_path, PATHS)
    plain = {route.path for route in settings.routes if not re.search(r"_[0-9a-f]{8}$", route.address)}
    assert plain >= {"/vertex-ai/{proxy+}", "/v1/x", "/.well-known", "/id", "/", "/a/1b", "/a1b"}
    assert not plain & {"/vertex_ai/{proxy+}", "/V1/x", "/well-known", "/{id}", "/root"}
