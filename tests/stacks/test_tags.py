"""Every resource that can have tags has them, through the provider, so that new resources have them too."""

from importlib import import_module
from inspect import signature
from typing import Any

import pytest

from settings.read import read_environment
from tests.environment_files import ROOT
from tests.synthesis import rendered
from tests.waf.provider_schema import PACKAGE, camel

TAGS = {"team": "ml", "cost-center": "4711"}
FILES = sorted([*ROOT.glob("environments/*.toml"), *ROOT.glob("docs/examples/*.toml")])

# The provider has no tags for these: parts of an API, parts of a tagged resource, or settings of another one.
WITHOUT_TAGS = {
    *("aws_api_gateway_account", "aws_api_gateway_authorizer", "aws_api_gateway_base_path_mapping"),
    *("aws_api_gateway_deployment", "aws_api_gateway_gateway_response", "aws_api_gateway_integration"),
    *("aws_api_gateway_integration_response", "aws_api_gateway_method", "aws_api_gateway_method_response"),
    *("aws_api_gateway_method_settings", "aws_api_gateway_model", "aws_api_gateway_request_validator"),
    *("aws_api_gateway_resource", "aws_api_gateway_rest_api_policy", "aws_api_gateway_usage_plan_key"),
    *("aws_cloudwatch_dashboard", "aws_cloudwatch_log_metric_filter", "aws_cloudwatch_query_definition"),
    *("aws_iam_role_policy", "aws_iam_role_policy_attachment", "aws_lambda_permission", "aws_sns_topic_subscription"),
    *("aws_wafv2_web_acl_association", "aws_wafv2_web_acl_logging_configuration"),
}


def takes_tags(type_: str) -> bool:
    module = type_.removeprefix("aws_")
    resource: Any = getattr(import_module(f"{PACKAGE}.{module}"), camel(module))
    return "tags_all" in signature(resource.__init__).parameters


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_resource_that_takes_tags_has_them(file: Any) -> None:
    environment = read_environment(file).model_copy(update={"tags": TAGS})
    whole = rendered(environment)
    (provider,) = whole["provider"]["aws"]
    assert provider["default_tags"] == [{"tags": TAGS}]
    for type_, named in whole["resource"].items():
        assert takes_tags(type_) != (type_ in WITHOUT_TAGS), type_
        for name, body in named.items():
            # Another provider has no default tags, and a resource's own tags would override them.
            assert not {"provider", "tags", "tags_all"} & body.keys(), name
