"""An HTTP server, reached over the internet or through a VPC link."""

from pathlib import Path

from tests.gateway.routes import of_method, resources, with_route

NLB = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/models/0a1b"
ALB = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/llm/0a1b"


def test_only_what_is_said(tmp_path: Path) -> None:
    created = resources(tmp_path, with_route('type = "http"\nurl = "http://llm.example.com:9000/v1/chat"'))
    assert created["aws_api_gateway_integration"] == {
        "post_chat": {
            **of_method("post_chat"),
            "type": "HTTP_PROXY",
            "integration_http_method": "POST",
            "uri": "http://llm.example.com:9000/v1/chat",
            "timeout_milliseconds": 29_000,
        }
    }
    assert "aws_api_gateway_method_response" not in created
    assert "aws_api_gateway_integration_response" not in created


def test_everything(tmp_path: Path) -> None:
    integration = """
        type = "http"
        url = "https://llm.example.com/{tenant}/{proxy}"
        headers = { X-Served-By = "us ${x} and %{y}" }
        drop_headers = ["X-Debug"]
        timeout_milliseconds = 50
        response_transfer_mode = "STREAM"
    """
    created = resources(tmp_path, with_route(integration, method="GET", path="/{tenant}/{proxy+}"))
    assert created["aws_api_gateway_integration"] == {
        "get_tenant_proxy": {
            **of_method("get_tenant_proxy"),
            "type": "HTTP_PROXY",
            "integration_http_method": "GET",
            "uri": "https://llm.example.com/{tenant}/{proxy}",
            "request_parameters": {
                "integration.request.path.tenant": "method.request.path.tenant",
                "integration.request.path.proxy": "method.request.path.proxy",
                "integration.request.header.X-Served-By": "'us $${x} and %%{y}'",
                "integration.request.header.X-Debug": "''",
            },
            "timeout_milliseconds": 50,
            "response_transfer_mode": "STREAM",
        }
    }
    method = created["aws_api_gateway_method"]["get_tenant_proxy"]
    assert method["request_parameters"] == {"method.request.path.proxy": True, "method.request.path.tenant": True}


def test_through_a_v2_link_made_here(tmp_path: Path) -> None:
    integration = f"""
        type = "private"
        url = "https://llm.internal:443/v1/chat"
        load_balancer_arn = "{ALB}"
        subnet_ids = ["subnet-0b", "subnet-0a"]
        security_group_ids = ["sg-0a"]
    """
    created = resources(tmp_path, with_route(integration))
    assert created["aws_apigatewayv2_vpc_link"] == {
        "llm": {
            "name": "api-llm",
            "subnet_ids": ["subnet-0a", "subnet-0b"],
            "security_group_ids": ["sg-0a"],
            "lifecycle": {"create_before_destroy": True},
        }
    }
    assert created["aws_api_gateway_integration"] == {
        "post_chat": {
            **of_method("post_chat"),
            "type": "HTTP_PROXY",
            "integration_http_method": "POST",
            "uri": "https://llm.internal:443/v1/chat",
            "connection_type": "VPC_LINK",
            "connection_id": "${aws_apigatewayv2_vpc_link.llm.id}",
            "integration_target": ALB,
            "timeout_milliseconds": 29_000,
        }
    }


def test_through_a_v1_link_made_here_once_for_two_routes(tmp_path: Path) -> None:
    integration = f'type = "private"\nurl = "http://models.internal/v1"\nload_balancer_arn = "{NLB}"'
    text = with_route(integration)
    second = f'[[routes]]\nmethod = "GET"\npath = "/chat"\n[routes.integration]\n{integration}\n'
    created = resources(tmp_path, text + second)
    assert created["aws_api_gateway_vpc_link"] == {
        "models": {"name": "api-models", "target_arns": [NLB], "lifecycle": {"create_before_destroy": True}}
    }
    links = {
        name: (made["connection_id"], made.get("integration_target"))
        for name, made in created["aws_api_gateway_integration"].items()
    }
    link = ("${aws_api_gateway_vpc_link.models.id}", None)
    assert links == {"post_chat": link, "get_chat": link}


def test_through_a_link_that_is_there(tmp_path: Path) -> None:
    integration = f'type = "private"\nurl = "http://h"\nvpc_link_id = "abc123"\nload_balancer_arn = "{ALB}"'
    created = resources(tmp_path, with_route(integration))
    made = created["aws_api_gateway_integration"]["post_chat"]
    assert (made["connection_id"], made["integration_target"]) == ("abc123", ALB)
    assert not {"aws_api_gateway_vpc_link", "aws_apigatewayv2_vpc_link"} & created.keys()


def test_the_name_of_a_link_fits_into_aws(tmp_path: Path) -> None:
    integration = f"""
        type = "private"
        url = "https://llm.internal:443/v1/chat"
        load_balancer_arn = "{ALB}"
        subnet_ids = ["subnet-0a"]
        security_group_ids = ["sg-0a"]
    """
    named = with_route(integration).replace('name = "api"', f'name = "{"a" * 128}"')
    assert len(resources(tmp_path, named)["aws_apigatewayv2_vpc_link"]["llm"]["name"]) == 128
