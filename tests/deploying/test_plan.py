"""What a plan in Terraform's JSON means for the stage."""

from typing import Any

import pytest

from deploy.plan import Plan

CHAT = {"rest_api_id": "api", "resource_id": "chat", "http_method": "POST"}


def change(address: str, *actions: str, before: Any = None, after: Any = None) -> dict[str, Any]:
    values = {"actions": list(actions), "before": before, "after": after}
    return {"address": address, "type": address.partition(".")[0], "change": values}


def plan(*changes: dict[str, Any], state: tuple[dict[str, Any], ...] = (), check: str = "pass") -> Plan:
    checks = [{"address": {"kind": "check", "name": "stage"}, "status": check, "instances": []}]
    resources = {"values": {"root_module": {"resources": list(state)}}}
    return Plan.of({"resource_changes": list(changes), "prior_state": resources, "checks": checks})


REPLACED = change("aws_api_gateway_integration.post_chat", "create", "delete", before=CHAT, after=CHAT)
ANSWER = {
    "address": "aws_api_gateway_integration_response.post_chat_200",
    "type": "aws_api_gateway_integration_response",
    "values": CHAT | {"status_code": "200"},
}
OTHER = ANSWER | {"address": "aws_api_gateway_integration_response.get_x_200", "values": CHAT | {"resource_id": "x"}}


@pytest.mark.parametrize(
    ("address", "actions", "left"),
    [
        ("aws_api_gateway_method.get_old", ("delete",), True),
        ("aws_api_gateway_gateway_response.default_4xx", ("delete",), True),
        ("aws_api_gateway_rest_api_policy.api", ("delete",), True),
        ("aws_api_gateway_resource.old", ("create", "delete"), True),
        ("aws_api_gateway_method.get_new", ("create",), False),
        ("aws_api_gateway_method.get_old", ("update",), False),
        # Not captured: its removal takes effect immediately.
        ("aws_api_gateway_method_settings.get_old", ("delete",), False),
        ("aws_api_gateway_deployment.deployment", ("create", "delete"), False),
    ],
)
def test_what_is_destroyed_after_the_snapshot_stays_in_it(address: str, actions: tuple[str, ...], left: bool) -> None:  # noqa: FBT001
    found = plan(change(address, *actions, before={}, after={}))
    assert found.left_behind == ((address,) if left else ())


def test_a_replaced_integration_is_forgotten_with_its_responses() -> None:
    found = plan(REPLACED, state=(ANSWER, OTHER))
    assert found.replaced_integrations == ("aws_api_gateway_integration.post_chat",)
    assert found.replaced_responses == ("aws_api_gateway_integration_response.post_chat_200",)
    assert found.left_behind == ()


def test_an_integration_of_another_api_is_another_integration() -> None:
    """An API in another Region: the deleted integration is not the created one."""
    after = {"resource_id": None, "rest_api_id": None, "http_method": "POST"}
    moved = change("aws_api_gateway_integration.post_chat", "create", "delete", before=CHAT, after=after)
    found = plan(moved, state=(ANSWER,))
    assert found.replaced_integrations == ()
    assert found.left_behind == ("aws_api_gateway_integration.post_chat",)


def test_what_was_not_agreed_to() -> None:
    agreed = plan(REPLACED, change("aws_api_gateway_stage.stage", "update"), state=(ANSWER,))
    as_expected = plan(
        change("aws_api_gateway_integration.post_chat", "create"),
        change("aws_api_gateway_integration_response.post_chat_200", "create"),
        change("aws_api_gateway_stage.stage", "update"),
    )
    assert as_expected.beyond(agreed) == ()
    surprise = plan(
        change("aws_api_gateway_integration.post_chat", "create"),
        change("aws_api_gateway_stage.stage", "delete"),
        change("aws_wafv2_web_acl.web_acl", "update"),
    )
    assert surprise.beyond(agreed) == ("aws_api_gateway_stage.stage", "aws_wafv2_web_acl.web_acl")


def test_reads_and_what_stays_are_no_changes() -> None:
    found = plan(change("data.aws_api_gateway_export.stage", "read"), change("aws_api_gateway_stage.stage", "no-op"))
    assert found.changes_nothing
    assert not plan(change("aws_api_gateway_stage.stage", "update")).changes_nothing
    assert not Plan.of({"output_changes": {"url": {"actions": ["update"]}}}).changes_nothing


@pytest.mark.parametrize("status", ["pass", "fail", "error", "unknown"])
def test_the_check(status: str) -> None:
    assert plan(check=status).check == status


def test_no_check_is_said_and_its_problems_are_kept() -> None:
    assert Plan.of({}).check == "absent"
    problem = {"instances": [{"problems": [{"message": "Only the stage has: GET /old."}]}]}
    failed = {"address": {"kind": "check"}, "status": "fail"} | problem
    assert Plan.of({"checks": [failed]}).problems == ("Only the stage has: GET /old.",)
    # Terraform's list of checks also contains validations of variables.
    assert Plan.of({"checks": [failed | {"address": {"kind": "var"}}]}).check == "absent"
