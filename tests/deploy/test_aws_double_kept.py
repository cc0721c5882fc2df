"""The double stores what ministack does not, and refuses what AWS refuses, tested with AWS's own client."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import botocore.exceptions
import pytest

from tests.deploy.aws_double.repeated_calls import RepeatedCalls
from tests.deploy.aws_double.request import Answer, Request
from tests.deploy.aws_double.web_acls import WebAcls

Client = Callable[[str], Any]

METRICS = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
SCOPE = {"Scope": "REGIONAL"}
STAGE = "arn:aws:apigateway:us-east-1::/restapis/abc/stages/kept"
BODIES = {"body": {"ContentType": "APPLICATION_JSON", "Content": "{}"}}
PROTECTED = {"DataProtections": [{"Field": {"FieldType": "BODY"}, "Action": "HASH"}]}


refused = partial(pytest.raises, botocore.exceptions.ClientError)


@pytest.fixture
def acl(client: Client) -> Iterator[dict[str, Any]]:
    waf = client("wafv2")
    made = waf.create_web_acl(
        Name="kept",
        **SCOPE,
        DefaultAction={"Allow": {}},
        VisibilityConfig=METRICS,
        CustomResponseBodies=BODIES,
        DataProtectionConfig=PROTECTED,
    )["Summary"]
    yield made
    waf.disassociate_web_acl(ResourceArn=STAGE)
    which = {"Name": "kept", "Id": made["Id"], **SCOPE}
    waf.delete_web_acl(**which, LockToken=waf.get_web_acl(**which)["LockToken"])


def test_a_web_acl_is_got_as_it_was_put(client: Client, acl: dict[str, Any]) -> None:
    got = client("wafv2").get_web_acl(Name="kept", Id=acl["Id"], **SCOPE)["WebACL"]
    assert (got["CustomResponseBodies"], got["DataProtectionConfig"]) == (BODIES, PROTECTED)


def test_a_logging_configuration_is_got_as_it_was_put(client: Client, acl: dict[str, Any]) -> None:
    waf, arn = client("wafv2"), acl["ARN"]
    with refused(match="WAFNonexistentItemException"):
        waf.get_logging_configuration(ResourceArn=arn)
    group = "arn:aws:logs:us-east-1:000000000000:log-group:aws-waf-logs-kept"
    configuration = {"ResourceArn": arn, "LogDestinationConfigs": [group]}
    waf.put_logging_configuration(LoggingConfiguration=configuration)
    assert waf.get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"] == configuration


def test_what_waf_refuses(client: Client, acl: dict[str, Any]) -> None:
    waf = client("wafv2")
    same = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": METRICS}
    which = {"Name": "kept", "Id": acl["Id"], **SCOPE}
    with refused(match="WAFDuplicateItemException"):
        waf.create_web_acl(Name="kept", **SCOPE, **same)
    addresses = waf.create_ip_set(Name="kept", **SCOPE, IPAddressVersion="IPV4", Addresses=[])["Summary"]
    by_address = {"Name": "r", "Priority": 0, "Action": {"Block": {}}, "VisibilityConfig": METRICS}
    by_address["Statement"] = {"IPSetReferenceStatement": {"ARN": addresses["ARN"]}}
    waf.update_web_acl(**which, **same, Rules=[by_address], LockToken=acl["LockToken"])
    with refused(match="WAFOptimisticLockException"):
        waf.update_web_acl(**which, **same, Rules=[], LockToken=acl["LockToken"])
    the_set = {"Name": "kept", "Id": addresses["Id"], **SCOPE, "LockToken": addresses["LockToken"]}
    with refused(match="WAFAssociatedItemException"):
        waf.delete_ip_set(**the_set)
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=STAGE)
    token = waf.get_web_acl(**which)["LockToken"]
    with refused(match="WAFAssociatedItemException"):
        waf.delete_web_acl(**which, LockToken=token)
    waf.update_web_acl(**which, **same, Rules=[], LockToken=token)
    waf.delete_ip_set(**the_set)


def test_saved_queries_are_got_as_they_were_put(client: Client) -> None:
    logs = client("logs")
    said = {"name": "kept/one", "queryString": "fields @message", "logGroupNames": ["kept"]}
    id_ = logs.put_query_definition(**said)["queryDefinitionId"]
    (got,) = logs.describe_query_definitions(queryDefinitionNamePrefix="kept/")["queryDefinitions"]
    assert got == said | {"queryDefinitionId": id_}
    assert logs.delete_query_definition(queryDefinitionId=id_)["success"] is True
    assert logs.describe_query_definitions(queryDefinitionNamePrefix="kept/")["queryDefinitions"] == []


def test_patches_of_an_api(client: Client) -> None:
    gateway = client("apigateway")
    api = gateway.create_rest_api(name="patched")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    which = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    gateway.put_method(**which, authorizationType="NONE", apiKeyRequired=True)
    gateway.put_integration(
        **which, type="HTTP_PROXY", integrationHttpMethod="POST", uri="http://127.0.0.1:9999", connectionId="link"
    )
    gateway.put_method_response(**which, statusCode="200")
    gateway.put_integration_response(**which, statusCode="200")

    def patch(call: str, path: str, value: str, **more: str) -> Any:
        operations = [{"op": "replace", "path": path, "value": value}]
        return getattr(gateway, call)(**which, **more, patchOperations=operations)

    assert patch("update_method", "/apiKeyRequired", "false")["apiKeyRequired"] is False
    of_the_template = patch("update_integration", "/requestTemplates/application~1json", "{}")
    assert of_the_template["requestTemplates"] == {"application/json": "{}"}
    assert of_the_template["connectionId"] == "link"
    header = "/responseParameters/method.response.header.A"
    patch("update_method_response", header, "true", statusCode="200")
    patch("update_integration_response", header, "'a'", statusCode="200")
    got = gateway.get_method(**which)
    assert got["methodResponses"]["200"]["responseParameters"] == {"method.response.header.A": True}
    responses = got["methodIntegration"]["integrationResponses"]
    assert responses["200"]["responseParameters"] == {"method.response.header.A": "'a'"}
    gateway.delete_rest_api(restApiId=api)


def test_a_throttle_of_a_usage_plan_for_one_route(client: Client) -> None:
    gateway = client("apigateway")
    plan = gateway.create_usage_plan(name="patched")["id"]
    assert {"quota", "throttle"}.isdisjoint(gateway.get_usage_plan(usagePlanId=plan))

    def patch(op: str, path: str, value: str) -> Any:
        operations = [{"op": op, "path": path, "value": value}]
        return gateway.update_usage_plan(usagePlanId=plan, patchOperations=operations)["apiStages"]

    patch("add", "/apiStages", "abc:test")
    patch("replace", "/apiStages/abc:test/throttle/~1v1~1chat/POST/rateLimit", "1.5")
    stage = {"apiId": "abc", "stage": "test"}
    of_the_route = {"throttle": {"/v1/chat/POST": {"rateLimit": 1.5, "burstLimit": 2}}}
    assert patch("replace", "/apiStages/abc:test/throttle/~1v1~1chat/POST/burstLimit", "2") == [stage | of_the_route]
    assert patch("remove", "/apiStages/abc:test/throttle", "") == [stage]
    assert patch("remove", "/apiStages", "abc:test") == []
    gateway.delete_usage_plan(usagePlanId=plan)


def test_a_key_without_a_value_gets_one(client: Client) -> None:
    gateway = client("apigateway")
    made = gateway.create_api_key(name="made-up", value="")
    assert len(made["value"]) >= 20
    gateway.delete_api_key(apiKey=made["id"])


def test_a_second_attempt_is_answered_like_the_first() -> None:
    """The client has lost the first answer, and must not be told that the name is taken."""
    acls, calls = WebAcls(), RepeatedCalls()

    def create(call: str) -> Answer:
        headers = (("X-Amz-Target", "AWSWAF_20190729.CreateWebACL"), ("Amz-Sdk-Invocation-Id", call))
        body = json.dumps({"Name": "kept", **SCOPE}).encode()
        return calls(Request("POST", "/", headers, body), lambda request: acls(request, lambda _: Answer(500)))

    first = create("one")
    assert first.status == 200
    assert create("one") == first
    assert create("two").status == 400
