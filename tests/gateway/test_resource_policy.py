"""From where the API can be called."""

import json
from pathlib import Path
from typing import Any

from tests.environment_files import MINIMAL, changed
from tests.gateway.routes import resources

API = "${aws_api_gateway_rest_api.api.execution_arn}"


def statements(folder: Path, text: str) -> Any:
    policy = resources(folder, text)["aws_api_gateway_rest_api_policy"]["api"]
    assert policy["rest_api_id"] == "${aws_api_gateway_rest_api.api.id}"
    return json.loads(policy["policy"])["Statement"]


def statement(effect: str, principal: Any = "*", resource: str = f"{API}/*", **condition: Any) -> Any:
    made = {"Effect": effect, "Principal": principal, "Action": "execute-api:Invoke", "Resource": resource}
    return made | ({"Condition": condition} if condition else {})


def test_address_ranges(tmp_path: Path) -> None:
    text = MINIMAL + '[resource_policy]\nsource_ips = ["203.0.113.0/24", "2001:db8::/32"]'
    assert statements(tmp_path, text) == [
        statement("Allow"),
        statement("Deny", NotIpAddress={"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}),
    ]


def test_a_private_api_passes_every_list(tmp_path: Path) -> None:
    text = MINIMAL.replace('name = "api"', 'name = "api"\nendpoint_type = "PRIVATE"') + (
        '[resource_policy]\nsource_ips = ["10.0.0.0/8"]\nsource_vpc_endpoints = ["vpce-0a"]\nsource_vpcs = ["vpc-0a"]'
    )
    assert statements(tmp_path, text) == [
        statement("Allow"),
        statement("Deny", NotIpAddress={"aws:VpcSourceIp": ["10.0.0.0/8"]}),
        statement("Deny", StringNotEquals={"aws:SourceVpce": ["vpce-0a"]}),
        statement("Deny", StringNotEquals={"aws:SourceVpc": ["vpc-0a"]}),
    ]


def test_accounts_and_preflights(tmp_path: Path) -> None:
    signed = changed(path='path = "/chat"\nauthorization = "AWS_IAM"')
    text = signed + '\n[resource_policy]\naccounts = ["111122223333"]\n[cors]\nallow_origins = ["*"]'
    assert statements(tmp_path, text) == [
        statement("Allow", {"AWS": ["arn:aws:iam::111122223333:root"]}),
        statement("Allow", resource=f"{API}/*/OPTIONS/*"),
    ]


def test_a_policy_is_deployed_with_the_api(tmp_path: Path) -> None:
    created = resources(tmp_path, MINIMAL + '[resource_policy]\nsource_ips = ["203.0.113.0/24"]')
    assert "aws_api_gateway_rest_api_policy.api" in created["aws_api_gateway_deployment"]["deployment"]["depends_on"]


def test_none_without_the_table(tmp_path: Path) -> None:
    assert "aws_api_gateway_rest_api_policy" not in resources(tmp_path, MINIMAL)
