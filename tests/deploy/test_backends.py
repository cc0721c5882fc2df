"""Requests through the gateway to a server of our own and to a packaged function: validated, authorized, passed on."""

import io
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from demo.burst import Answer, send
from demo.command_line import Cdktf, CommandFailedError
from tests.deploy.own_changes import own_changes

AUTHORIZER = """
def handler(event, context):
    effect = "Allow" if event["authorizationToken"] == "Bearer good" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "caller", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""

ENVIRONMENT = """
[aws]
region = "us-east-1"
endpoint_url = "http://127.0.0.1:4566"

[api]
name = "backends"

[stage]
name = "test"

[throttling]
rate_limit = 1000
burst_limit = 1000

[tags]
team = "ml"

[cors]
allow_origins = ["https://a.example"]

[authorizers.tokens]
type = "TOKEN"
function_arn = "AUTHORIZER"
authorizer_result_ttl_in_seconds = 0

[[routes]]
method = "POST"
path = "/v1/chat/completions"
integration = { type = "http", url = "SERVER/chat" }

[routes.request]
body_schema = "schemas/chat_completion_request.json"
required_parameters = ["header.X-Tenant"]

[[routes]]
method = "GET"
path = "/v1/{tenant}/{proxy+}"
integration = { type = "http", url = "SERVER/{tenant}/files/{proxy}", headers = { X-Served-By = "spillway" } }

[[routes]]
method = "GET"
path = "/guarded"
authorization = "tokens"
integration = { type = "http", url = "SERVER/guarded" }
"""

FUNCTION = """
[aws]
region = "us-east-1"
endpoint_url = "http://127.0.0.1:4566"

[api]
name = "function"

[stage]
name = "test"

[throttling]
rate_limit = 1000
burst_limit = 1000

[[routes]]
method = "POST"
path = "/function"

[routes.integration]
type = "lambda"
code = "functions/chat"
runtime = "python3.11"
handler = "app.handler"
timeout = 20
"""

Outputs = dict[str, Any]


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

    def _answer(self, body: str) -> None:
        said = json.dumps({"method": self.command, "path": self.path, "body": body}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The URL of a server on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


@pytest.fixture(scope="module")
def authorizer(client: Callable[[str], Any]) -> str:
    """The ARN of a Lambda that lets one token in."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", AUTHORIZER)
    created = client("lambda").create_function(
        FunctionName="check-token",
        Runtime="python3.11",
        Role="arn:aws:iam::000000000000:role/check-token",
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
    )
    return str(created["FunctionArn"])


@pytest.fixture(scope="module")
def deployed(cdktf: Callable[..., Cdktf], server: str, authorizer: str) -> Iterator[tuple[Cdktf, Outputs]]:
    """The stack in front of the server, deployed."""
    backends = cdktf("backends", ENVIRONMENT.replace("SERVER", server).replace("AUTHORIZER", authorizer), "schemas")
    try:
        yield backends, backends.deploy("backends")
    finally:
        backends.destroy("backends")


@pytest.fixture(scope="module")
def backends(deployed: tuple[Cdktf, Outputs]) -> Outputs:
    """The deployed stack's outputs."""
    return deployed[1]


@pytest.fixture(scope="module")
def function(cdktf: Callable[..., Cdktf]) -> Iterator[Outputs]:
    """The outputs of the stack with a packaged function; skips where the AWS provider is too old for its runtime."""
    deployed = cdktf("function", FUNCTION, "functions")
    try:
        outputs = deployed.deploy("function")
    except CommandFailedError as error:
        if "expected runtime to be one of" not in str(error):
            raise
        pytest.skip("this AWS provider is older than the Lambda runtime python3.11")
    try:
        yield outputs
    finally:
        deployed.destroy("function")


def ask(method: str, url: str, body: str = "", **headers: str) -> Answer:
    """One request."""
    (answer,) = send(method, url, count=1, clients=1, body=body, pause=0, **headers).answers
    return answer


CHAT = json.dumps({"model": "m", "messages": [{"role": "user", "content": "hello"}]})


def test_a_greedy_path_and_its_query_reach_the_server(backends: Outputs) -> None:
    url = backends["url_get_v1_tenant_proxy"].replace("{tenant}", "acme").replace("{proxy+}", "a/b.txt")
    answer = ask("GET", url)
    assert (answer.status, json.loads(answer.body)["path"]) == (200, "/acme/files/a/b.txt")


def test_a_valid_body_reaches_the_server_as_it_came(backends: Outputs) -> None:
    answer = ask("POST", backends["url_post_v1_chat_completions"], CHAT, **{"X-Tenant": "acme"})
    assert (answer.status, json.loads(answer.body)) == (200, {"method": "POST", "path": "/chat", "body": CHAT})


@pytest.mark.parametrize(
    ("body", "headers", "message", "code"),
    [
        pytest.param(
            CHAT, {}, "Missing required request parameters: [X-Tenant]", "BAD_REQUEST_PARAMETERS", id="header"
        ),
        pytest.param('{"model": "m"}', {"X-Tenant": "acme"}, "Invalid request body", "BAD_REQUEST_BODY", id="body"),
        pytest.param(
            '{"model": "m"}',
            {"X-Tenant": "acme", "Content-Type": "text/plain"},
            "Invalid request body",
            "BAD_REQUEST_BODY",
            id="body of another content type",
        ),
    ],
)
def test_a_400_has_the_shape_of_the_429(
    backends: Outputs, body: str, headers: dict[str, str], message: str, code: str
) -> None:
    answer = ask("POST", backends["url_post_v1_chat_completions"], body, **headers)
    assert answer.status == 400
    assert json.loads(answer.body) == {
        "error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    }
    assert dict(answer.headers)["Access-Control-Allow-Origin"] == "https://a.example"


def test_a_preflight(backends: Outputs) -> None:
    answer = ask("OPTIONS", backends["url_post_v1_chat_completions"], Origin="https://a.example")
    headers = dict(answer.headers)
    assert answer.status == 200
    assert headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert headers["Access-Control-Allow-Methods"] == "POST,OPTIONS"


def test_a_packaged_function_answers(function: Outputs) -> None:
    answer = ask("POST", function["url_post_function"], CHAT)
    assert answer.status == 200, answer.body
    assert json.loads(answer.body)["choices"][0]["message"] == {"role": "assistant", "content": "hello"}


@pytest.mark.parametrize(("token", "status"), [("Bearer good", 200), ("Bearer bad", 403), (None, 401)])
def test_an_authorizer_lets_in_whom_it_knows(backends: Outputs, token: str | None, status: int) -> None:
    answer = ask("GET", backends["url_get_guarded"], **({"Authorization": token} if token else {}))
    assert answer.status == status
    if status != 200:
        assert dict(answer.headers)["Access-Control-Allow-Origin"] == "https://a.example"
        assert json.loads(answer.body)["error"]["type"] == "invalid_request_error"


def test_a_second_plan_changes_nothing(deployed: tuple[Cdktf, Outputs]) -> None:
    assert own_changes(deployed[0], "backends") == {}


@pytest.mark.usefixtures("backends")
def test_the_api_carries_the_tags(client: Callable[[str], Any]) -> None:
    (api,) = [api for api in client("apigateway").get_rest_apis()["items"] if api["name"] == "backends"]
    assert api["tags"] == {"team": "ml"}
