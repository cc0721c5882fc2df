"""Terraform replaces, destroys and creates what `review diff` promised, in each direction of each change."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from review.diff.forces_replacement import FORCES
from review.diff.replacement import changes
from tests.deploy.aws_double.double import Double
from tests.deploy.aws_double.snapshot import Snapshot
from tests.deploy.change_sequences import Sequence, sequences
from tests.deploy.many_stacks import Changes, ManyStacks, aimed_at
from tests.environment_files import environment

NAMES = sorted(sequences("arn"))

STEPS = {
    ("create",): "created",
    ("delete",): "destroyed",
    ("delete", "create"): "replaced",
    ("create", "delete"): "replaced",
}

# Replaced with the API's or the stage's name, as part of a resource that the review lists.
GO_ALONG = {
    "aws_cloudwatch_log_metric_filter": "with the access log's group",
    "aws_cloudwatch_log_resource_policy": "with the log group of WAF",
    "aws_cloudwatch_query_definition": "changes in place",
    "aws_iam_role": "with the function's name",
    "aws_iam_role_policy": "with its role",
    "aws_iam_role_policy_attachment": "with its role",
    "aws_lambda_permission": "with its function",
    "aws_wafv2_web_acl_logging_configuration": "with its web ACL",
}


@pytest.fixture(scope="module")
def texts(client: Callable[[str], Any]) -> Iterator[dict[str, Sequence]]:
    """The changes, and a web ACL that belongs to another stack."""
    metrics = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "theirs"}
    waf = client("wafv2")
    made = waf.create_web_acl(
        Name="theirs", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=metrics, Rules=[]
    )["Summary"]
    yield sequences(made["ARN"])
    waf.delete_web_acl(Name="theirs", Scope="REGIONAL", Id=made["Id"], LockToken=made["LockToken"])


@pytest.fixture(scope="module")
def before(texts: dict[str, Sequence], many_stacks: Callable[[], ManyStacks]) -> Iterator[ManyStacks]:
    """All of them applied, before their change."""
    stacks = many_stacks()
    stacks.write({name: sequence.before for name, sequence in texts.items()})
    try:
        stacks.apply()
        yield stacks
    finally:
        stacks.destroy()
    assert stacks.state() == {}


@pytest.fixture(scope="module")
def forth(before: ManyStacks, texts: dict[str, Sequence]) -> Changes:
    """The plan of each change."""
    before.write({name: sequence.after for name, sequence in texts.items()})
    return before.plan("-refresh=false")


@pytest.fixture(scope="module")
def applied(before: ManyStacks, forth: Changes) -> ManyStacks:
    """All of them after their change."""
    before.apply()
    return before


@pytest.fixture(scope="module")
def back(applied: ManyStacks, texts: dict[str, Sequence]) -> Changes:
    """The plan of the way back, based on what Terraform has stored."""
    applied.write({name: sequence.before for name, sequence in texts.items()})
    return applied.plan("-refresh=false")


@pytest.fixture(scope="module")
def promised(aws: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], set[tuple[str, str]]]:
    """The review's findings from one text to the next, for the environment with that name."""
    folder = tmp_path_factory.mktemp("reviewed")

    def of(name: str, old: str, new: str) -> set[tuple[str, str]]:
        before, after = (environment(folder, aimed_at(aws, text), name) for text in (old, new))
        return {(change.step, change.address) for change in changes(before, after)}

    return of


def planned(changes: dict[str, tuple[str, ...]]) -> set[tuple[str, str]]:
    return {(STEPS[actions], address) for address, actions in changes.items() if actions in STEPS}


def of_the_review(steps: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The resources that the review mentions, and every replacement that it must mention."""
    types = {address: address.partition(".")[0] for _, address in steps}
    return {
        (step, address)
        for step, address in steps
        if types[address] in FORCES or (step == "replaced" and types[address] not in GO_ALONG)
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_of_a_change_is_what_the_review_promised(
    name: str, forth: Changes, texts: dict[str, Sequence], promised: Callable[[str, str, str], set[tuple[str, str]]]
) -> None:
    assert of_the_review(planned(forth[name])) == promised(name, texts[name].before, texts[name].after)


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_of_the_way_back_is_what_the_review_promised(
    name: str, back: Changes, texts: dict[str, Sequence], promised: Callable[[str, str, str], set[tuple[str, str]]]
) -> None:
    assert of_the_review(planned(back[name])) == promised(name, texts[name].after, texts[name].before)


def test_one_apply_leaves_on_the_stage_what_it_takes_away(applied: ManyStacks, double: Double) -> None:
    """Terraform destroys it after it has created the deployment, so `make deploy` creates a second one."""
    state = applied.state()

    def served(name: str) -> Snapshot:
        return double.stages.served(state[name]["aws_api_gateway_rest_api.api"]["id"], "v1")

    assert set(served("route-added").routes) == {"POST /v1/chat", "GET /v1/models"}
    assert "POST /v1/chat" in served("route-removed").routes
    assert {"POST /v1/chat", "POST /v2/chat"} <= served("path-renamed").routes.keys()
    assert "OPTIONS /v1/chat" in served("cors-off").routes
    assert served("policy-off").policy is not None
    # The new integration deleted the responses of the old one, and at that moment the deployment was created.
    assert served("role").routes["POST /v1/chat"].responses == {}
