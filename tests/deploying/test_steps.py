"""The steps of `make deploy` and their order, with a Terraform that only records."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from deploy.plan import Plan
from deploy.steps import DeployError, deploy
from deploy.terraform import Terraform
from tests.deploying.test_plan import ANSWER, REPLACED, change, plan

EMPTY = plan()
DEPLOYMENT = change("aws_api_gateway_deployment.deployment", "create", "delete")
ROUTE_GOES = plan(change("aws_api_gateway_method.get_old", "delete"), DEPLOYMENT)
MADE_AGAIN = plan(
    change("aws_api_gateway_integration.post_chat", "create"),
    change("aws_api_gateway_integration_response.post_chat_200", "create"),
    DEPLOYMENT,
)


class Remembering(Terraform):
    """Returns these plans one after the other."""

    def __init__(self, *plans: Plan) -> None:
        super().__init__(Path(), binary="none")
        self._plans = list(plans)
        self.did: list[str] = []

    def init(self) -> None:
        self.did.append("init")

    def plan(self, *options: str, quiet: bool = False) -> Plan:  # noqa: ARG002  # Terraform's own signature
        self.did.append(" ".join(["plan", *options]))
        return self._plans.pop(0)

    def apply(self) -> None:
        self.did.append("apply")

    def forget(self, addresses: Iterable[str]) -> None:
        self.did.append(" ".join(["forget", *addresses]))


def run(*plans: Plan, agrees: bool = True) -> tuple[list[str], list[str]]:
    terraform = Remembering(*plans)
    said: list[str] = []
    deploy(terraform, agree=lambda: agrees, say=said.append)
    return terraform.did, said


def test_nothing_to_do() -> None:
    did, said = run(EMPTY)
    assert did == ["init", "plan"]
    assert said == ["Nothing to do. The stage serves what the environment file configures."]


def test_one_apply_where_one_is_enough() -> None:
    did, said = run(plan(DEPLOYMENT), EMPTY)
    assert did == ["init", "plan", "apply", "plan"]
    assert said == ["Deployed. The stage serves what the environment file configures."]


def test_a_second_deployment_follows_what_was_destroyed() -> None:
    did, said = run(ROUTE_GOES, plan(DEPLOYMENT), EMPTY)
    replaced = "plan -replace=aws_api_gateway_deployment.deployment"
    assert did == ["init", "plan", "apply", replaced, "apply", "plan"]
    assert "aws_api_gateway_method.get_old" in said[0]


def test_a_replaced_integration_is_forgotten_before_it_is_made_again() -> None:
    did, _ = run(plan(REPLACED, DEPLOYMENT, state=(ANSWER,)), MADE_AGAIN, EMPTY)
    forgotten = "aws_api_gateway_integration.post_chat aws_api_gateway_integration_response.post_chat_200"
    assert did == ["init", "plan", f"forget {forgotten}", "plan", "apply", "plan"]


def test_a_stage_that_lags_is_mended_though_nothing_changes() -> None:
    did, _ = run(plan(check="fail"), plan(DEPLOYMENT), EMPTY)
    assert did == ["init", "plan", "plan -replace=aws_api_gateway_deployment.deployment", "apply", "plan"]


@pytest.mark.parametrize(
    ("plans", "said"),
    [
        pytest.param((ROUTE_GOES, plan(DEPLOYMENT), plan(check="fail")), "still serves something else", id="it lags"),
        pytest.param((plan(DEPLOYMENT), plan(DEPLOYMENT)), "would still change", id="unfinished"),
        pytest.param((plan(DEPLOYMENT), plan(check="error")), "could not compare", id="not to be compared"),
        pytest.param(
            (ROUTE_GOES, plan(DEPLOYMENT, change("aws_wafv2_web_acl.web_acl", "delete"))),
            "aws_wafv2_web_acl.web_acl, which you have not agreed to",
            id="the second plan does more",
        ),
        pytest.param(
            (plan(REPLACED), plan(change("aws_api_gateway_stage.stage", "delete"))),
            "aws_api_gateway_stage.stage, which you have not agreed to",
            id="the plan after forgetting does more",
        ),
    ],
)
def test_a_deploy_that_does_not_get_there_fails(plans: tuple[Plan, ...], said: str) -> None:
    with pytest.raises(DeployError, match=said):
        run(*plans)


def test_nothing_is_done_before_somebody_agrees() -> None:
    terraform = Remembering(plan(REPLACED, DEPLOYMENT))
    with pytest.raises(DeployError, match="nothing was changed"):
        deploy(terraform, agree=lambda: False, say=lambda _: None)
    assert terraform.did == ["init", "plan"]
