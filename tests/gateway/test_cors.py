"""A preflight for every path, and its headers on every answer that API Gateway gives itself."""

from pathlib import Path

from tests.environment_files import MINIMAL
from tests.gateway.routes import of_integration, of_method, resources, with_route

ONE = '[cors]\nallow_origins = ["https://a.example"]\n'
TWO = '[cors]\nallow_origins = ["https://a.example", "https://b.example"]\n'
GET = '[[routes]]\nmethod = "GET"\npath = "/chat"\n'


def test_a_preflight(tmp_path: Path) -> None:
    created = resources(tmp_path, MINIMAL + GET + ONE)
    name = "options_chat"
    assert created["aws_api_gateway_method"][name] == {
        "rest_api_id": "${aws_api_gateway_rest_api.api.id}",
        "resource_id": "${aws_api_gateway_resource.chat.id}",
        "http_method": "OPTIONS",
        "authorization": "NONE",
    }
    assert created["aws_api_gateway_integration"][name] == {
        **of_method(name),
        "type": "MOCK",
        "lifecycle": {"ignore_changes": ["integration_http_method"]},
        "request_templates": dict.fromkeys(
            ("application/json", "application/x-www-form-urlencoded"), '{"statusCode": 200}'
        ),
    }
    headers = {
        "method.response.header.Access-Control-Allow-Origin": "'https://a.example'",
        "method.response.header.Access-Control-Allow-Methods": "'GET,POST,OPTIONS'",
        "method.response.header.Access-Control-Allow-Headers": (
            "'Content-Type,Authorization,X-Api-Key,X-Amz-Date,X-Amz-Security-Token'"
        ),
        "method.response.header.Access-Control-Max-Age": "'600'",
    }
    assert created["aws_api_gateway_method_response"][f"{name}_200"] == {
        **of_method(name),
        "status_code": "200",
        "response_parameters": dict.fromkeys(headers, True),
    }
    assert created["aws_api_gateway_integration_response"][f"{name}_200"] == {
        **of_integration(name),
        "status_code": f"${{aws_api_gateway_method_response.{name}_200.status_code}}",
        "response_parameters": headers,
    }


def test_what_the_settings_say(tmp_path: Path) -> None:
    said = """
        allow_methods = ["POST"]
        allow_headers = ["X-A", "X-B"]
        allow_credentials = true
        max_age = 0
    """
    created = resources(tmp_path, MINIMAL + ONE + said)
    assert created["aws_api_gateway_integration_response"]["options_chat_200"]["response_parameters"] == {
        "method.response.header.Access-Control-Allow-Origin": "'https://a.example'",
        "method.response.header.Access-Control-Allow-Methods": "'POST'",
        "method.response.header.Access-Control-Allow-Headers": "'X-A,X-B'",
        "method.response.header.Access-Control-Max-Age": "'0'",
        "method.response.header.Access-Control-Allow-Credentials": "'true'",
    }


def test_with_two_origins_the_preflight_names_the_callers_own(tmp_path: Path) -> None:
    answer = resources(tmp_path, MINIMAL + TWO)["aws_api_gateway_integration_response"]["options_chat_200"]
    assert answer["response_parameters"]["method.response.header.Vary"] == "'Origin'"
    assert answer["response_templates"] == {
        "application/json": (
            '#set($origin = $input.params("Origin"))'
            '#if($origin == "")#set($origin = $input.params("origin"))#end'
            '#if($origin == "https://a.example" || $origin == "https://b.example")'
            "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)#end"
        )
    }


def test_a_route_of_ones_own_for_options_is_left_alone(tmp_path: Path) -> None:
    own = '[[routes]]\nmethod = "OPTIONS"\npath = "/chat"\nintegration = { type = "mock", status = 204 }\n'
    created = resources(tmp_path, MINIMAL + own + ONE)
    assert "options_chat_204" in created["aws_api_gateway_integration_response"]
    assert "options_chat_200" not in created["aws_api_gateway_integration_response"]


def test_no_preflight_without_the_table(tmp_path: Path) -> None:
    created = resources(tmp_path, MINIMAL)
    assert created["aws_api_gateway_method"].keys() == {"post_chat"}
    for answer in created["aws_api_gateway_gateway_response"].values():
        assert "Access-Control" not in str(answer.get("response_parameters"))


def test_every_answer_of_the_gateway_carries_the_headers(tmp_path: Path) -> None:
    text = with_route('type = "sagemaker"\nendpoint_name = "e"', more="request.required_parameters = ['header.X-A']")
    created = resources(tmp_path, text + GET + ONE)
    assert {"bad_request_body", "default_4xx", "default_5xx"} < created["aws_api_gateway_gateway_response"].keys()
    sent = {
        name: answer["response_parameters"]
        for kind in ("aws_api_gateway_gateway_response", "aws_api_gateway_integration_response")
        for name, answer in created[kind].items()
        if not name.startswith("options_")
    }
    assert sent.keys() == {
        *created["aws_api_gateway_gateway_response"],
        *("post_chat_200", "post_chat_400", "post_chat_429", "post_chat_502", "get_chat_200"),
    }
    for name, parameters in sent.items():
        headers = {parameter.rpartition(".")[2]: value for parameter, value in parameters.items()}
        assert headers["Access-Control-Allow-Origin"] == "'https://a.example'", name
        assert headers["Access-Control-Expose-Headers"] == "'Retry-After,x-should-retry'", name


def test_a_blocked_caller_of_waf_can_read_his_429(tmp_path: Path) -> None:
    waf = "[waf]\nrate_rules = [{ name = 'per-ip', limit = 100 }]\n"
    (web_acl,) = resources(tmp_path, MINIMAL + waf + TWO)["aws_wafv2_web_acl"].values()
    (rule,) = web_acl["rule"]
    headers = rule["action"]["block"]["custom_response"]["response_header"]
    assert {"name": "Access-Control-Allow-Origin", "value": "*"} in headers
