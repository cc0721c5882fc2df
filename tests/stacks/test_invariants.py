"""What must hold of every environment file, whatever it says."""

import pytest

from settings.environment import Environment
from settings.read import read_environments
from tests.environment_files import ROOT
from tests.synthesis import rendered

ENVIRONMENTS = read_environments(ROOT / "environments")
every_environment = pytest.mark.parametrize("environment", ENVIRONMENTS, ids=[each.name for each in ENVIRONMENTS])


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


def test_environments_differ_as_their_files_say() -> None:
    with_waf = {each.name for each in ENVIRONMENTS if each.waf}
    assert {each.name for each in ENVIRONMENTS} >= {"dev", "local", "prod"}
    assert with_waf >= {"local", "prod"}
    assert "dev" not in with_waf
