"""What an integration may say, refused and warned of."""

from pathlib import Path

import pytest

from settings.integration import HttpIntegration
from settings.route import Route
from tests.environment_files import MINIMAL, changed, environment
from tests.refusals import refusals, warnings

NLB = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/llm/0a1b"
ALB = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/llm/0a1b"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:chat"
ROLE = "arn:aws:iam::111122223333:role/r"
WHERE = "POST /chat: integration"
PORTS = "API Gateway only calls ports 80, 443 and 1024 to 65535"
HTTP = 'type = "http"\nurl = "http://h.eu"\n'


def route(integration: str, path: str = "/chat", more: str = 'authorization = "AWS_IAM"') -> str:
    """MINIMAL with that integration behind its one route."""
    return changed(path=f'path = "{path}"\n{more}\n[routes.integration]\n{integration}')


@pytest.mark.parametrize(
    ("integration", "line"),
    [
        pytest.param(
            'type = "ftp"',
            f"{WHERE}.type = 'ftp': must be one of 'mock', 'http', 'lambda', 'private', 'sagemaker', 'bedrock', "
            "'aws_service'",
            id="unknown type",
        ),
        pytest.param('body = "{}"', f"{WHERE}.type: missing, and required", id="no type"),
        pytest.param('type = "http"', f"{WHERE}.url: missing, and required", id="http without url"),
        pytest.param(
            'type = "http"\nurl = "http://h.eu/{id}"',
            f"{WHERE}.url = 'http://h.eu/...': {{id}} is not a variable of /chat, which has none",
            id="url with a variable that the path has not",
        ),
        *(
            pytest.param(
                f'type = "http"\nurl = "http://h.eu:{port}/v1"',
                f"{WHERE}.url = 'http://h.eu:{port}/...': {PORTS}",
                id=f"port {port}",
            )
            for port in (0, 79, 1023, 65536)
        ),
        pytest.param(
            f'type = "private"\nurl = "https://h.eu:444/v1"\nvpc_link_id = "abc123"\nload_balancer_arn = "{NLB}"',
            f"{WHERE}.url = 'https://h.eu:444/...': {PORTS}",
            id="port of a private server",
        ),
        pytest.param(
            f'type = "private"\nurl = "http://h.eu"\nload_balancer_arn = "{NLB.replace("us-east-1", "eu-west-1")}"',
            f"{WHERE}.load_balancer_arn = {NLB.replace('us-east-1', 'eu-west-1')!r}: "
            "must be a load balancer in us-east-1, the API's Region",
            id="load balancer of another Region",
        ),
        pytest.param(
            'type = "http"\nurl = "http://h.eu"\ntimeout_milliseconds = 49',
            f"{WHERE}.timeout_milliseconds = 49: must be greater than or equal to 50",
            id="timeout below AWS's least",
        ),
        pytest.param(
            'type = "http"\nurl = "http://h.eu"\ntimeout_milliseconds = 900_001',
            f"{WHERE}.timeout_milliseconds = 900001: must be less than or equal to 900000",
            id="timeout above the provider's most",
        ),
        pytest.param(
            'type = "http"\nurl = "http://h.eu"\nheaders = { X-A = "1" }\ndrop_headers = ["x-a"]',
            "must name x-a only once in headers and drop_headers together",
            id="header added and dropped",
        ),
        pytest.param(
            'type = "mock"\nresponse_transfer_mode = "STREAM"',
            f"{WHERE}.response_transfer_mode = 'STREAM': a mock integration cannot stream: AWS streams only "
            "HTTP_PROXY and Lambda proxy",
            id="stream of a mock",
        ),
        pytest.param(
            'type = "sagemaker"\nendpoint_name = "e"\nresponse_transfer_mode = "STREAM"',
            f"{WHERE}.response_transfer_mode = 'STREAM': a sagemaker integration cannot stream: AWS streams only "
            "HTTP_PROXY and Lambda proxy",
            id="stream of SageMaker",
        ),
        pytest.param('type = "lambda"', "must have either function_arn or code", id="lambda without a function"),
        pytest.param(
            f'type = "lambda"\nfunction_arn = "{FUNCTION}"\nmemory_size = 512\nruntime = "python3.13"',
            "must have no memory_size, runtime: they belong to code, and function_arn is set",
            id="memory of a function that is there already",
        ),
        pytest.param(
            f'type = "lambda"\nfunction_arn = "{FUNCTION}"\n'
            '[[routes.integration.allow]]\nactions = ["sqs:SendMessage"]\nresources = ["arn:aws:sqs:us-east-1:1:q"]',
            "must have no allow: they belong to code, and function_arn is set",
            id="role of a function that is there already",
        ),
        pytest.param(
            f'type = "lambda"\nfunction_arn = "{FUNCTION.replace("us-east-1", "eu-west-1")}"',
            f"{WHERE}.function_arn = 'arn:aws:lambda:eu-west-1:111122223333:function:chat': "
            "must be a function in us-east-1, the API's Region",
            id="function of another Region",
        ),
        pytest.param(
            'type = "lambda"\ncode = "nowhere"\nruntime = "python3.13"\nhandler = "a.b"',
            f"{WHERE}.code = 'nowhere': no such folder next to the environment file",
            id="code that is not there",
        ),
        pytest.param(
            'type = "private"\nurl = "http://h.eu"',
            "must have vpc_link_id or load_balancer_arn",
            id="private without link",
        ),
        pytest.param(
            f'type = "private"\nurl = "http://h.eu"\nload_balancer_arn = "{ALB}"',
            "must have subnet_ids and security_group_ids: only a VPC link V2 reaches an Application Load Balancer",
            id="ALB by V1",
        ),
        pytest.param(
            f'type = "private"\nurl = "http://h.eu"\nload_balancer_arn = "{NLB}"\nsubnet_ids = ["subnet-0a"]',
            "must have subnet_ids and security_group_ids together",
            id="V2 without security groups",
        ),
        pytest.param(
            'type = "private"\nurl = "http://h.eu"\nvpc_link_id = "abc123"\nsubnet_ids = ["subnet-0a"]',
            "must not have subnet_ids or security_group_ids: the link of vpc_link_id has its own",
            id="subnets of a link that is there already",
        ),
        pytest.param(
            'type = "aws_service"\nservice = "sqs"\nrole_arn = "arn:aws:iam::111122223333:role/r"',
            "must have either action or path",
            id="AWS service without action",
        ),
        pytest.param(
            'type = "aws_service"\nservice = "sqs"\naction = "SendMessage"',
            "must have either allow or role_arn",
            id="AWS service without role",
        ),
        pytest.param(
            'type = "aws_service"\nservice = "sqs"\naction = "A"\n'
            '[[routes.integration.allow]]\nactions = ["sqs:*"]\nresources = ["arn:aws:sqs:us-east-1:1:q"]',
            f"{WHERE}.allow[0].actions[0] = 'sqs:*': must be a service and one of its actions, "
            "without wildcards, such as sqs:SendMessage",
            id="AWS service with a wildcard",
        ),
    ],
)
def test_refused(tmp_path: Path, integration: str, line: str) -> None:
    (said,) = refusals(tmp_path, route(integration))
    assert said.endswith(line)
    assert said.startswith(WHERE)


@pytest.mark.parametrize("port", [80, 443, 1024, 65535])
def test_ports_that_api_gateway_calls(tmp_path: Path, port: int) -> None:
    assert environment(tmp_path, route(f'type = "http"\nurl = "http://h.eu:{port}/v1"'))


CODE = 'type = "lambda"\ncode = "code"\nruntime = "python3.13"\nhandler = "a.b"'


def code(folder: Path) -> Path:
    """The folder, with a folder `code` in it that holds a function."""
    (folder / "code").mkdir()
    (folder / "code" / "a.py").write_text("b = None\n", encoding="utf-8")
    return folder


def test_a_folder_without_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "code" / "__pycache__").mkdir(parents=True)
    (tmp_path / "code" / "__pycache__" / "a.txt").write_text("not packaged", encoding="utf-8")
    assert refusals(tmp_path, route(CODE)) == [f"{WHERE}.code = 'code': must contain at least one file of the function"]


def test_a_folder_that_lambda_takes_no_upload_of_is_refused(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    with (tmp_path / "code" / "model.bin").open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    assert refusals(tmp_path, route(CODE)) == [
        (
            f"{WHERE}.code = 'code': must hold at most 50 MB, as much as Lambda takes in an upload, and holds 51; "
            "deploy such a function elsewhere and name its function_arn"
        )
    ]


@pytest.mark.parametrize(
    ("variables", "allowed"),
    [
        ('AWS_REGION = "x"', "must not contain AWS_REGION, which Lambda sets itself"),
        ('LAMBDA_TASK_ROOT = "x"', "must not contain LAMBDA_TASK_ROOT, which Lambda sets itself"),
        (f'PROMPT = "{"x" * 4096}"', "must contain at most 4096 bytes, names and values together, not 4102"),
    ],
)
def test_variables_that_lambda_does_not_take_are_refused(tmp_path: Path, variables: str, allowed: str) -> None:
    (line,) = refusals(code(tmp_path), route(f"{CODE}\nenvironment = {{ {variables} }}"))
    assert line.startswith(f"{WHERE}.environment: ")
    assert line.endswith(f": {allowed}")


def test_variables_that_lambda_takes(tmp_path: Path) -> None:
    names = f'AWS_USE_DUALSTACK_ENDPOINT = "true", PROMPT = "{"x" * 4000}"'
    assert environment(code(tmp_path), route(f"{CODE}\nenvironment = {{ {names} }}"))


@pytest.mark.parametrize(
    "integration",
    [
        'type = "mock"',
        f'type = "aws_service"\nservice = "sqs"\naction = "A"\nrequest_template = "b"\nrole_arn = "{ROLE}"',
    ],
)
def test_binary_json_is_refused_where_a_template_reads_it(tmp_path: Path, integration: str) -> None:
    text = route(integration).replace("[api]", '[api]\nbinary_media_types = ["application/json"]')
    assert refusals(tmp_path, text) == [
        (
            "api.binary_media_types = ['application/json']: turns the JSON that the mapping template of POST /chat "
            "reads into binary; it would answer 500"
        )
    ]


def test_binary_json_passes_through_a_proxy(tmp_path: Path) -> None:
    text = route(HTTP).replace("[api]", '[api]\nbinary_media_types = ["application/json"]')
    assert environment(tmp_path, text)


def test_a_stream_of_a_runtime_that_lambda_does_not_stream_is_refused(tmp_path: Path) -> None:
    text = CODE + '\nresponse_transfer_mode = "STREAM"'
    (line,) = refusals(code(tmp_path), route(text))
    assert line == (
        f"{WHERE}.response_transfer_mode = 'STREAM': Lambda streams from Node.js and custom runtimes, "
        "not from python3.13"
    )


def test_a_stream_of_node_is_accepted(tmp_path: Path) -> None:
    text = 'type = "lambda"\ncode = "code"\nruntime = "nodejs22.x"\nhandler = "a.b"\nresponse_transfer_mode = "STREAM"'
    (accepted,) = environment(code(tmp_path), route(text)).routes
    assert accepted.integration.response_transfer_mode == "STREAM"


def test_routes_to_one_load_balancer_share_its_link(tmp_path: Path) -> None:
    private = f'type = "private"\nurl = "http://h.eu"\nload_balancer_arn = "{NLB}"\n'
    first = route(private + 'subnet_ids = ["subnet-0a"]\nsecurity_group_ids = ["sg-0a"]')
    second = (
        '\n[[routes]]\nmethod = "GET"\npath = "/chat"\nauthorization = "AWS_IAM"\n[routes.integration]\n'
        + private
        + 'subnet_ids = ["subnet-0b"]\nsecurity_group_ids = ["sg-0a"]'
    )
    (line,) = refusals(tmp_path, first + second)
    assert line == (
        "GET /chat: integration.subnet_ids = ['subnet-0b']: must be the same as in POST /chat: routes to one load "
        "balancer share one VPC link"
    )


def test_a_buffered_timeout_above_29_s_names_the_quota(tmp_path: Path) -> None:
    (line,) = warnings(tmp_path, route(HTTP + "timeout_milliseconds = 29_001"))
    assert line == (
        f"{WHERE}.timeout_milliseconds = 29001: above 29000 the account needs a higher quota "
        '"Maximum integration timeout in milliseconds", for which AWS may lower its throttle quota'
    )


@pytest.mark.parametrize(
    "integration", [HTTP, HTTP + 'response_transfer_mode = "STREAM"\ntimeout_milliseconds = 300_000']
)
def test_no_warning(tmp_path: Path, integration: str) -> None:
    assert warnings(tmp_path, route(integration)) == []


def edge(text: str) -> str:
    return text.replace('[api]\nname = "api"', '[api]\nname = "api"\nendpoint_type = "EDGE"')


def test_an_edge_api_has_no_buffered_timeout_above_29_s(tmp_path: Path) -> None:
    (line,) = refusals(tmp_path, edge(route(HTTP + "timeout_milliseconds = 29_001")))
    assert line == (
        f"{WHERE}.timeout_milliseconds = 29001: must be at most 29000 on an EDGE API; AWS raises the limit for "
        "REGIONAL and PRIVATE only"
    )


def test_a_stream_through_an_edge_api_is_warned_of(tmp_path: Path) -> None:
    (line,) = warnings(tmp_path, edge(route(HTTP + 'response_transfer_mode = "STREAM"')))
    assert line == (
        f"{WHERE}.response_transfer_mode = 'STREAM': an EDGE API ends a stream that is silent for 30 s, "
        "and a model may need longer for its first token; REGIONAL waits 5 minutes"
    )


def test_a_function_that_outlives_its_caller_is_warned_of(tmp_path: Path) -> None:
    text = CODE + "\ntimeout = 60"
    (line,) = warnings(code(tmp_path), route(text))
    assert line == (
        f"{WHERE}.timeout = 60: seconds, but the caller gets a 504 after 29000 ms: "
        "the function keeps running, costs money, and no one reads its response"
    )


def test_url_variables() -> None:
    assert HttpIntegration(type="http", url="https://h.eu/{a}/b/{proxy}").path_variables == ("a", "proxy")


def test_path_variables() -> None:
    assert Route(method="GET", path="/v1/{id}/files/{proxy+}").path_variables == ("id", "proxy")


def test_the_default_is_a_mock(tmp_path: Path) -> None:
    (minimal,) = environment(tmp_path, MINIMAL).routes
    assert minimal.integration.type == "mock"


def test_more_path_parts_than_aws_takes_at_first_are_warned_of(tmp_path: Path) -> None:
    def routes(count: int) -> str:
        return MINIMAL + "".join(f'\n[[routes]]\nmethod = "GET"\npath = "/chat/{index}"' for index in range(count))

    assert warnings(tmp_path, routes(299)) == []
    assert warnings(tmp_path, routes(300)) == [
        "routes: 301 path parts; AWS allows 300 resources in an API until it raises the account's quota"
    ]


def test_two_variables_with_one_name_are_warned_of(tmp_path: Path) -> None:
    text = changed(path='path = "/a/{id}/b/{id}"')
    assert warnings(tmp_path, text) == [
        (
            "POST /a/{id}/b/{id}: path = '/a/{id}/b/{id}': has the variable {id} twice: a backend and a template get "
            "only one of the two values; give each its own name"
        )
    ]
