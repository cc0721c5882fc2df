"""Terraform's warning at every plan and apply if the stage does not serve the configuration."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from settings.captured import DEPLOYMENT, STAGE

Resources = Mapping[str, Mapping[str, Any]]
"""A rendered `resource` block: type, name, body."""

NAME = "stage_serves_this_configuration"


def add_stage_check(rendered: dict[str, Any], *, environment: str) -> None:
    """Adds `check.stage_serves_this_configuration` to a stack's rendered JSON, and the export that it compares.

    A stage serves the snapshot of its deployment. Terraform destroys removed resources after it has created the new
    deployment (hashicorp/terraform-provider-aws issue 11344). A removed route therefore stays in that snapshot, and no
    later plan has a reason to create another one. The check warns until there is a new deployment. It compares methods,
    paths, types of integrations, statuses of integration responses, gateway responses, and whether there is a resource
    policy. For the last two it reports only what the stage has in addition, because an export may leave out AWS's
    defaults.

    Needs Terraform 1.5 or OpenTofu 1.6, and `apigateway:GET` for the export. The data source is outside the check,
    because Terraform reads one inside at every apply, so no plan would ever be empty. Source:
    https://docs.aws.amazon.com/apigateway/latest/api/API_GetExport.html, read 2026-11.
    """
    resources = rendered["resource"]
    rendered.setdefault("data", {})["aws_api_gateway_export"] = {
        "stage": {
            "rest_api_id": f"${{{STAGE}.rest_api_id}}",
            "stage_name": f"${{{STAGE}.stage_name}}",
            "export_type": "oas30",
            "parameters": {"extensions": "apigateway"},
            # Read only after the stage uses its new deployment.
            "depends_on": [STAGE],
        }
    }
    rendered.setdefault("locals", {}).update(
        {
            "configured_responses": _responses_of(resources),
            "configured_routes": routes_of(resources),
            "export": _EXPORT,
            "served": _SERVED,
        }
    )
    message = (
        f"The stage serves the snapshot of an earlier deployment. Only the stage has: {_only(_STAGE_HAS, _FILE_HAS)}. "
        f"Only the configuration has: {_only(_FILE_HAS, _STAGE_HAS)}. To cut a new one, run terraform apply "
        f"-replace={DEPLOYMENT}, or make deploy ENV={environment}"
    )
    rendered["check"] = {
        NAME: {"assert": [{"condition": f"${{{_STAGE_HAS} == {_FILE_HAS}}}", "error_message": message}]}
    }


def routes_of(resources: Resources) -> list[str]:
    """`POST /v1/chat mock 200`: each method, with the type of its integration and the statuses of its responses."""
    return sorted(_routes(resources))


def _routes(resources: Resources) -> Iterator[str]:
    statuses: dict[str, set[str]] = {}
    for body in resources.get("aws_api_gateway_integration_response", {}).values():
        response = resources["aws_api_gateway_method_response"][_referred(body["status_code"])]
        statuses.setdefault(_referred(body["http_method"]), set()).add(response["status_code"])
    for name, method in resources["aws_api_gateway_method"].items():
        type_ = resources["aws_api_gateway_integration"][name]["type"].lower()
        # API Gateway creates the answer from integration responses, except for proxies, whose answers pass unchanged.
        answered = [] if type_.endswith("_proxy") else sorted(statuses.get(name, ()))
        path = _path(resources, method["resource_id"]) or "/"
        yield " ".join([method["http_method"], path, type_, *answered])


def _path(resources: Resources, resource_id: str) -> str:
    if ".root_resource_id}" in resource_id:
        return ""
    body = resources["aws_api_gateway_resource"][_referred(resource_id)]
    return f"{_path(resources, body['parent_id'])}/{body['path_part']}"


def _referred(reference: str) -> str:
    """`${aws_api_gateway_resource.v1.id}` refers to `v1`."""
    match = re.fullmatch(r"\$\{\w+\.([\w-]+)\.\w+\}", reference)
    if match is None:
        raise ValueError(f"{reference} is not a reference to a resource")
    return match[1]


def _responses_of(resources: Resources) -> list[str]:
    """Parts of an export other than the paths."""
    responses = [body["response_type"] for body in resources.get("aws_api_gateway_gateway_response", {}).values()]
    policy = [_POLICY] if "aws_api_gateway_rest_api_policy" in resources else []
    return sorted([*responses, *policy])


_POLICY = "a resource policy"

# Expressions of Terraform's language.
_EXPORT = "${try(jsondecode(data.aws_api_gateway_export.stage.body), {})}"
_INTEGRATION = "operation.x-amazon-apigateway-integration"
_ROUTES = (
    "[for path, item in local.export.paths : [for method, operation in item : "
    f'join(" ", concat([upper(method), path, lower({_INTEGRATION}.type)], '
    f'endswith(lower({_INTEGRATION}.type), "_proxy") ? [] : '
    f"try(sort(distinct(values({_INTEGRATION}.responses)[*].statusCode)), []))) if can({_INTEGRATION})]]"
)
_SURPLUS = (
    "[for name in concat(keys(try(local.export.x-amazon-apigateway-gateway-responses, {})), "
    f'can(local.export.x-amazon-apigateway-policy) ? ["{_POLICY}"] : []) : name '
    "if !contains(local.configured_responses, name)]"
)
# An export in an unexpected form counts as a difference. It must not be an error, which would stop the plan.
_SERVED = f'${{try(flatten([{_ROUTES}, {_SURPLUS}]), ["an export of another form"])}}'
_STAGE_HAS, _FILE_HAS = "toset(local.served)", "toset(local.configured_routes)"


def _only(these: str, those: str) -> str:
    return f'${{coalesce(join(", ", setsubtract({these}, {those})), "nothing")}}'
