"""The review's list of what a deploy replaces, compared with the synthesized JSON."""

from pathlib import Path
from typing import Any, get_args

import pytest

from review.diff.forces_replacement import FORCES
from review.diff.replacement import changes
from review.diff.resources import CAPTURED_SETTINGS, resources
from settings.environment import Environment
from settings.integration import Integration
from settings.read import read_environment
from tests.environment_files import ROOT, environment
from tests.synthesis import Rendered, rendered

EXAMPLES = sorted([*ROOT.glob("environments/*.toml"), *ROOT.glob("docs/examples/*.toml")])


def addresses(stack: Rendered) -> dict[str, dict[str, Any]]:
    """The resources of the types that the review knows."""
    return {
        f"{type_}.{name}": body
        for type_, named in stack["resource"].items()
        if type_ in FORCES
        for name, body in named.items()
    }


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_review_knows_the_addresses_that_synthesis_writes(file: Path) -> None:
    settings = read_environment(file)
    assert sorted(resources(settings)) == sorted(addresses(rendered(settings)))


def test_every_type_has_its_arguments_in_one_table() -> None:
    known = {address.partition(".")[0] for file in EXAMPLES for address in resources(read_environment(file))}
    assert known == set(FORCES)
    for file in EXAMPLES:
        for address, arguments in resources(read_environment(file)).items():
            assert set(arguments) == set(FORCES[address.partition(".")[0]].arguments), address


def test_every_setting_of_an_integration_is_known_to_be_deployed_with_the_api_or_to_lie_behind_it() -> None:
    """Otherwise every change of a forgotten setting would be reported as a new deployment, or not be reported as
    one.
    """
    behind = {"code", "runtime", "handler", "memory_size", "timeout", "environment", "reserved_concurrent_executions"}
    behind |= {"log_retention_in_days", "model_id", "model_source", "allow", "subnet_ids", "security_group_ids"}
    behind |= {"api", "models"}
    kinds = get_args(get_args(Integration)[0])
    assert {field for kind in kinds for field in kind.model_fields} == behind | CAPTURED_SETTINGS
    assert not behind & CAPTURED_SETTINGS


def forced(before: Rendered, after: Rendered) -> dict[str, str]:
    """What Terraform would do according to the table, from the JSON: a reference changes with its target."""
    old, new = addresses(before), addresses(after)
    steps = {address: "created" for address in new if address not in old}
    steps |= {address: "destroyed" for address in old if address not in new}
    settled = False
    while not settled:
        settled = True
        for address in new.keys() & old.keys() - steps.keys():
            for argument in FORCES[address.partition(".")[0]].arguments:
                was, is_now = old[address].get(argument), new[address].get(argument)
                refers = str(is_now).removeprefix("${").rpartition(".")[0]
                if is_now is not None and (was != is_now or steps.get(refers) in {"replaced", "created"}):
                    steps[address] = "replaced"
                    settled = False
    return steps


TABLE = "arn:aws:dynamodb:us-east-1:111122223333:table/rows"
ALLOW = f'allow = [{{ actions = ["dynamodb:PutItem"], resources = ["{TABLE}"] }}]'

FULL = (
    """
[aws]
region = "us-east-1"

[api]
name = "api"

[stage]
name = "test"
client_certificate = "create"

[domain]
domain_name = "api.example.com"
certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/abc"

[throttling]
rate_limit = 100
burst_limit = 200

[throttling.routes]
"POST /chat" = { rate_limit = 20, burst_limit = 40 }

[cors]
allow_origins = ["https://example.com"]

[authorizers.users]
type = "COGNITO_USER_POOLS"
provider_arns = ["arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_abc"]

[[routes]]
method = "POST"
path = "/chat"
api_key_required = true
authorization = "users"

[[routes]]
method = "POST"
path = "/bedrock/{id}"
integration = { type = "bedrock", model_id = "anthropic.claude-3" }

[[routes]]
method = "GET"
path = "/private"
integration = { type = "private", url = "https://llm.internal/", load_balancer_arn = "LB", SUBNETS }

[[routes]]
method = "POST"
path = "/rows"
request = { required_parameters = ["header.X-Tenant"] }

[routes.integration]
type = "aws_service"
service = "dynamodb"
action = "PutItem"
request_template = "{}"
ALLOW

[resource_policy]
source_ips = ["203.0.113.0/24"]

[usage_plans.free]
throttle = { rate_limit = 1, burst_limit = 5 }
api_keys = ["alice", { name = "carol", value = "variable" }]

[usage_plans.team]
throttle = { rate_limit = 10, burst_limit = 20 }
api_keys = ["bob"]

[waf]
allow = ["192.0.2.0/24"]

[[waf.rate_rules]]
name = "per-ip"
limit = 600

[observability]
account_role = "existing"
detailed_metrics = true
dashboard = true

[observability.execution_log]

[observability.alarms]
emails = ["ops@example.com"]
informational_emails = "variable"
""".replace("ALLOW", ALLOW)
    .replace("SUBNETS", 'subnet_ids = ["subnet-1a", "subnet-2b"], security_group_ids = ["sg-1a"]')
    .replace("LB", "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/llm/1a2b")
)

# What is replaced with what.
CHANGES = {
    "nothing": ("", ""),
    "api name": ('name = "api"', 'name = "other"'),
    "stage name": ('name = "test"', 'name = "prod"'),
    "endpoint type": ('name = "api"', 'name = "api"\ndisable_execute_api_endpoint = true'),
    "description of the api": ('name = "api"', 'name = "api"\ndescription = "new"'),
    "client certificate": ('client_certificate = "create"', 'client_certificate = "a1b2c3"'),
    "description of the stage": ('name = "test"', 'name = "test"\ndescription = "new"'),
    "stage throttle": ("rate_limit = 100", "rate_limit = 99"),
    "route throttle": ("burst_limit = 40", "burst_limit = 41"),
    "route throttle gone": ('"POST /chat" = { rate_limit = 20, burst_limit = 40 }', ""),
    "plan throttle": ("rate_limit = 10,", "rate_limit = 9,"),
    "path": ('path = "/private"', 'path = "/public"'),
    "method": ('method = "GET"', 'method = "PUT"'),
    "cors gone": ('[cors]\nallow_origins = ["https://example.com"]', ""),
    "timeout": ('url = "https://llm.internal/"', 'url = "https://llm.internal/", timeout_milliseconds = 1000'),
    "model": ("claude-3", "claude-4"),
    "what is behind a route": ('type = "bedrock", model_id = "anthropic.claude-3"', 'type = "mock"'),
    "a server behind a route": (
        'type = "bedrock", model_id = "anthropic.claude-3"',
        'type = "http", url = "https://llm.example.com/{id}"',
    ),
    "status of a mock": (
        'path = "/chat"',
        'path = "/chat"\nintegration = { type = "mock", status = 202 }',
    ),
    "a role given": (
        ALLOW,
        'role_arn = "arn:aws:iam::111122223333:role/rows"',
    ),
    "template gone": ('request_template = "{}"', ""),
    "another action": ('action = "PutItem"', 'action = "UpdateItem"'),
    "validation gone": ('request = { required_parameters = ["header.X-Tenant"] }', ""),
    "resource policy gone": ('[resource_policy]\nsource_ips = ["203.0.113.0/24"]', ""),
    "subnets": ('"subnet-2b"', '"subnet-3c"'),
    "order of subnets": ('"subnet-1a", "subnet-2b"', '"subnet-2b", "subnet-1a"'),
    "plan name": ("[usage_plans.free]", "[usage_plans.trial]"),
    "key name": ('"alice"', '"eve"'),
    "key brings its value": ('api_keys = ["bob"]', 'api_keys = [{ name = "bob", value = "variable" }]'),
    "key has its value made up": ('{ name = "carol", value = "variable" }', '"carol"'),
    "key moves to another plan": ('api_keys = ["bob"]', 'api_keys = ["bob", "alice"]'),
    "rate rule": ("limit = 600", "limit = 300"),
    "allow list": ('["192.0.2.0/24"]', '["198.51.100.0/24"]'),
    "allow list IPv6": ('["192.0.2.0/24"]', '["2001:db8::/32"]'),
    "no rule": ('[waf]\nallow = ["192.0.2.0/24"]\n\n[[waf.rate_rules]]\nname = "per-ip"\nlimit = 600', ""),
    "domain": ('domain_name = "api.example.com"', 'domain_name = "llm.example.com"'),
    "authorizer": ("authorizers.users", "authorizers.people"),
    "429 message": ("[cors]", '[rate_limit_response]\nmessage = "new"\n\n[cors]'),
    "no dashboard": ("dashboard = true", "dashboard = false"),
    "no account role": ('account_role = "existing"', 'account_role = "existing"\naccess_log = "off"'),
    "an alarm off": ("[observability.alarms]", '[observability.alarms]\nlatency_p99_ms = "off"'),
}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> tuple[Environment, Rendered]:
    settings = environment(tmp_path_factory.mktemp("full"), FULL)
    return settings, rendered(settings)


@pytest.mark.parametrize("change", CHANGES)
def test_replacements_are_those_that_the_rendered_json_forces(
    tmp_path: Path, full: tuple[Environment, Rendered], change: str
) -> None:
    old, new = CHANGES[change]
    text = FULL.replace(old, new, 1)
    assert (text != FULL) == (old != new), "the change changes nothing"
    if change == "authorizer":
        text = text.replace('authorization = "users"', 'authorization = "people"')
    if change == "key moves to another plan":
        text = text.replace('api_keys = ["alice", ', "api_keys = [")
    after = environment(tmp_path, text)
    said = {each.address: each.step for each in changes(full[0], after)}
    assert said == forced(full[1], rendered(after))


def test_another_region_replaces_everything(tmp_path: Path, full: tuple[Environment, Rendered]) -> None:
    moved = FULL.replace("us-east-1", "eu-west-1")
    found = changes(full[0], environment(tmp_path, moved))
    assert {each.step for each in found} == {"replaced"}
    assert {each.address for each in found} == set(resources(full[0]))
    assert all(each.because[0] == "region" for each in found)


def test_a_replacement_says_why_and_what_it_means(tmp_path: Path, full: tuple[Environment, Rendered]) -> None:
    after = environment(tmp_path, FULL.replace('name = "test"', 'name = "prod"', 1))
    found = {each.address: each for each in changes(full[0], after)}
    stage = found["aws_api_gateway_stage.stage"]
    assert (stage.step, stage.because) == ("replaced", ("stage_name",))
    assert stage.meaning.startswith("another URL")
    assert found["aws_wafv2_web_acl_association.stage"].because == ("resource_arn",)
    assert found["aws_api_gateway_base_path_mapping.domain"].because == ("stage_name",)


def test_another_name_of_the_api_keeps_keys_and_web_acl_and_flags_the_alarms_topics(
    tmp_path: Path, full: tuple[Environment, Rendered]
) -> None:
    found = changes(full[0], environment(tmp_path, FULL.replace('name = "api"', 'name = "other"', 1)))
    assert {each.address for each in found if each.flagged} == {
        "aws_sns_topic.alarms",
        "aws_sns_topic.informational_alarms",
        "aws_sns_topic_subscription.ops_example_com",
        "aws_sns_topic_subscription.informational_alarm_emails",
        # Its role is named after the API.
        "aws_api_gateway_integration.post_rows",
    }
    kept = {
        "aws_api_gateway_api_key",
        "aws_api_gateway_usage_plan_key",
        "aws_wafv2_web_acl",
        "aws_wafv2_web_acl_association",
    }
    assert not kept & {each.address.partition(".")[0] for each in found}
