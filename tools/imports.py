"""`make imports ENV=prod API=a1b2c3d4e5`: prints the `[imports]` table with which a stack adopts a deployed API.

Reads the API from AWS with the environment's credentials, and changes nothing. It finds everything whose import id
follows from the API: resources, methods, integrations, responses, the stage. docs/adopting.md covers the rest.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from settings.aws import Aws
from settings.aws_error import aws_error
from settings.environment import Environment
from settings.environment_name import name_in_folder
from settings.problem import EnvironmentFileError
from settings.read import environments_folder, read_environment
from tools.committed import synthesized

Resources = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Terraform's structure: type, name, body."""

Existing = Mapping[str, Mapping[str, Any]]
"""The API's resources in AWS, with everything in them, by path."""

_REFERENCE = re.compile(r"\$\{(aws_\w+)\.(\w+)\.(\w+)\}")

app = typer.Typer(
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def main(
    given: Annotated[
        str, typer.Argument(metavar="ENVIRONMENT", help="A name in the folder environments, or a .toml file.")
    ],
    api_id: Annotated[str, typer.Argument(metavar="API", help="Id of the REST API, such as a1b2c3d4e5.")],
) -> None:
    """Print the [imports] table with which an environment's stack adopts a deployed API."""
    try:
        file = environments_folder() / f"{name_in_folder(given)}.toml"
        environment = read_environment(file)
        existing, stages = _existing(environment.aws, api_id)
        resources = json.loads(synthesized(environment)["cdk.tf.json"])["resource"]
    except EnvironmentFileError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    except (BotoCoreError, ClientError) as error:
        print(f"API {api_id}: {aws_error(error)}", file=sys.stderr)
        raise typer.Exit(1) from None
    print("[imports]")
    for address, import_id in found(resources, existing, stages, api_id):
        print(f'"{address}" = "{import_id}"')
    for route in left_over(environment, existing):
        print(f"# not in {file.as_posix()}: {route} stays unchanged and is deployed too")


def found(resources: Resources, existing: Existing, stages: set[str], api_id: str) -> Iterator[tuple[str, str]]:
    """Address and import id of everything in the stack that already exists in AWS."""
    yield "aws_api_gateway_rest_api.api", api_id
    for name in resources.get("aws_api_gateway_resource", {}):
        path = _path(resources, name)
        if path in existing:
            yield f"aws_api_gateway_resource.{name}", f"{api_id}/{existing[path]['id']}"
    for type_ in _OF_A_METHOD:
        for name, body in resources.get(type_, {}).items():
            path, http_method = _path_of(resources, body), _literal(resources, body["http_method"])
            status = _literal(resources, body["status_code"]) if "status_code" in body else None
            method = existing.get(path, {}).get("resourceMethods", {}).get(http_method)
            if method is not None and _holds(method, type_, status):
                parts = [api_id, existing[path]["id"], http_method, *([status] if status else [])]
                yield f"{type_}.{name}", "/".join(parts)
    for name, body in resources["aws_api_gateway_stage"].items():
        if body["stage_name"] in stages:
            yield f"aws_api_gateway_stage.{name}", f"{api_id}/{body['stage_name']}"


_OF_A_METHOD = (
    "aws_api_gateway_method",
    "aws_api_gateway_integration",
    "aws_api_gateway_method_response",
    "aws_api_gateway_integration_response",
)


def _holds(method: Mapping[str, Any], type_: str, status: str | None) -> bool:
    """Whether AWS's description of a method includes a part that is a separate resource in Terraform."""
    integration = method.get("methodIntegration")
    match type_:
        case "aws_api_gateway_integration":
            return integration is not None
        case "aws_api_gateway_method_response":
            return status in method.get("methodResponses", {})
        case "aws_api_gateway_integration_response":
            return status in (integration or {}).get("integrationResponses", {})
        case _:
            return True


def left_over(environment: Environment, existing: Existing) -> list[str]:
    """Methods in AWS that the file does not have. AWS deploys an API with all its methods."""
    routes = {route.key for route in environment.routes}
    preflights = {f"OPTIONS {route.path}" for route in environment.routes} if environment.cors else set()
    there = {f"{method} {path}" for path, each in existing.items() for method in each.get("resourceMethods", {})}
    return sorted(there - routes - preflights)


def _path(resources: Resources, name: str) -> str:
    body = resources["aws_api_gateway_resource"][name]
    _, parent = _target(body["parent_id"])
    above = "" if body["parent_id"].endswith(".root_resource_id}") else _path(resources, parent)
    return f"{above}/{body['path_part']}"


def _path_of(resources: Resources, body: Mapping[str, Any]) -> str:
    """The path of a method or of something that belongs to one."""
    value = body["resource_id"]
    while value.endswith(".resource_id}"):
        type_, name = _target(value)
        value = resources[type_][name]["resource_id"]
    return "/" if value.endswith(".root_resource_id}") else _path(resources, _target(value)[1])


def _literal(resources: Resources, value: str) -> str:
    """The text at the end of a chain of references."""
    while match := _REFERENCE.fullmatch(value):
        type_, name, attribute = match.groups()
        value = str(resources[type_][name][attribute])
    return value


def _target(reference: str) -> tuple[str, str]:
    match = _REFERENCE.fullmatch(reference)
    assert match, reference  # noqa: S101  # all of Spillway's are
    return match[1], match[2]


def _existing(aws: Aws, api_id: str) -> tuple[Existing, set[str]]:
    """The API's resources, and the names of its stages."""
    import boto3  # noqa: PLC0415  # takes half a second to import, and neither `--help` nor a refused file needs it

    url = aws.endpoints.get("apigateway", aws.endpoint_url)
    made_up = {"aws_access_key_id": "emulator", "aws_secret_access_key": "emulator"} if aws.endpoint_url else {}
    session = boto3.Session(profile_name=aws.profile, region_name=aws.region, **made_up)
    client: Any = session.client("apigateway", endpoint_url=url)
    pages = client.get_paginator("get_resources").paginate(restApiId=api_id, embed=["methods"])
    existing = {resource["path"]: resource for page in pages for resource in page["items"]}
    stages = {stage["stageName"] for stage in client.get_stages(restApiId=api_id)["item"]}
    return existing, stages


if __name__ == "__main__":
    app()
