"""What must be true for every environment file."""

import json
import re

import pytest
from cdktf import TerraformStack

from settings.environment import Environment
from settings.read import read_environments
from stacks.rate_limited_api_stack import RateLimitedApiStack
from tests.environment_files import ROOT
from tests.synthesis import app, rendered, texts_in

ENVIRONMENTS = read_environments(ROOT / "environments")
every_environment = pytest.mark.parametrize("environment", ENVIRONMENTS, ids=[each.name for each in ENVIRONMENTS])

FILES = (*ENVIRONMENTS, *read_environments(ROOT / "docs" / "examples"))
every_file = pytest.mark.parametrize("environment", FILES, ids=[each.name for each in FILES])

# `$${` is text that only looks like an expression.
EXPRESSION = re.compile(r"(?<!\$)\$\{([^}]*)\}")
ADDRESS = re.compile(r"(?<![\w.])(?:data\.)?aws_\w+\.\w+|(?<![\w.])var\.\w+")


@every_environment
def test_the_stage_has_both_limits(environment: Environment) -> None:
    settings = rendered(environment)["resource"]["aws_api_gateway_method_settings"]
    stage_wide = [each for each in settings.values() if each["method_path"] == "*/*"]
    assert [each["stage_name"] for each in stage_wide] == ["${aws_api_gateway_stage.stage.stage_name}"]
    for each in settings.values():
        assert {"throttling_rate_limit", "throttling_burst_limit"} <= each["settings"].keys()


@every_environment
def test_waf_is_there_when_asked_for_and_only_then(environment: Environment) -> None:
    resources = rendered(environment)["resource"]
    if environment.waf is None:
        assert [type_ for type_ in resources if "waf" in type_] == []
        return
    assert resources["aws_wafv2_web_acl"]["web_acl"]["scope"] == "REGIONAL"
    assert resources["aws_wafv2_web_acl_association"] == {
        "stage": {
            "resource_arn": "${aws_api_gateway_stage.stage.arn}",
            "web_acl_arn": "${aws_wafv2_web_acl.web_acl.arn}",
        }
    }


@every_environment
def test_the_deployment_is_replaced_before_the_old_one_goes_and_the_stage_never(environment: Environment) -> None:
    resources = rendered(environment)["resource"]
    assert resources["aws_api_gateway_deployment"]["deployment"]["lifecycle"] == {"create_before_destroy": True}
    stage = resources["aws_api_gateway_stage"]["stage"]
    assert stage["deployment_id"] == "${aws_api_gateway_deployment.deployment.id}"
    assert "lifecycle" not in stage


@every_environment
def test_the_provider_is_pinned_and_the_state_is_kept_somewhere(environment: Environment) -> None:
    terraform = rendered(environment)["terraform"]
    assert terraform["required_providers"]["aws"]["source"] == "aws"
    assert terraform["required_providers"]["aws"]["version"] == "6.25.0"


@every_file
def test_whatever_is_referred_to_is_there(environment: Environment) -> None:
    content = rendered(environment)
    resources = content["resource"]
    there = {f"{type_}.{name}" for type_, made in resources.items() for name in made}
    there |= {f"data.{type_}.{name}" for type_, made in content["data"].items() for name in made}
    there |= {f"var.{name}" for name in content.get("variable", {})}
    referred = {
        address
        for text in texts_in(content)
        for expression in EXPRESSION.findall(text)
        for address in ADDRESS.findall(expression)
    }
    waited_for = {each for made in resources.values() for body in made.values() for each in body.get("depends_on", [])}
    adopted = {block["to"] for block in content.get("import", [])}
    assert "aws_api_gateway_rest_api.api" in referred
    assert "aws_api_gateway_integration" in {address.partition(".")[0] for address in waited_for}
    assert (referred | waited_for | adopted) - there == set()


@every_file
def test_no_name_is_of_cdktfs_making(environment: Environment) -> None:
    stack = RateLimitedApiStack(app(), environment.name, environment=environment)
    made_up = {name for made in TerraformStack.to_terraform(stack)["resource"].values() for name in made}
    assert len(made_up) > 1
    text = json.dumps(stack.to_terraform())
    assert [name for name in made_up if name in text] == []


def test_environments_differ_as_their_files_say() -> None:
    with_waf = {each.name for each in ENVIRONMENTS if each.waf}
    assert {each.name for each in ENVIRONMENTS} >= {"dev", "local", "prod"}
    assert with_waf >= {"local", "prod"}
    assert "dev" not in with_waf
