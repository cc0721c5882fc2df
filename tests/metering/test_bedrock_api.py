"""A Bedrock route in OpenAI's and Anthropic's formats: what Bedrock gets, what the caller gets, and what is counted."""

import base64
import json
import struct
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import openai
import pytest

from tests.deploy.client_programs import CLIENTS, PYTHON, Ended, run
from tests.metering.api_gateway import api_gateway
from tests.metering.bedrock_double import CREDENTIALS, BedrockDouble, bedrock_double, chat, is_signed
from tests.metering.conftest import SHAPE, Deploy, Deployed
from tests.metering.lambda_runtime import Answer

GPT = "openai.gpt-oss-120b-1:0"
CLAUDE = "us.anthropic.claude-sonnet-4-6"
TITAN = "amazon.titan-embed-text-v2:0"
COHERE = "cohere.embed-multilingual-v3"
MODELS = [GPT, CLAUDE, TITAN, COHERE]
HELLO = [{"role": "user", "content": "Hello"}]
CHAT = {"model": GPT, "messages": HELLO, "max_tokens": 40}
RESPONSE = {"model": GPT, "input": "Hello", "max_output_tokens": 40}
MESSAGE = {"model": CLAUDE, "messages": HELLO, "max_tokens": 40}
CHAT_PATH, RESPONSE_PATH, MESSAGE_PATH = "/v1/chat/completions", "/v1/responses", "/v1/messages"
EMBED_PATH = "/v1/embeddings"
DIALECTS = [
    pytest.param(CHAT, CHAT_PATH, id="chat"),
    pytest.param(RESPONSE, RESPONSE_PATH, id="responses"),
    pytest.param(MESSAGE, MESSAGE_PATH, id="messages"),
]
USED = 27

Route = Callable[..., Deployed]


@pytest.fixture(scope="session")
def bedrock() -> Iterator[BedrockDouble]:
    with bedrock_double() as server:
        yield server


@pytest.fixture
def route(deploy: Deploy, bedrock: BedrockDouble) -> Route:
    """Starts the function of such a route. Without limits it has no table."""

    def start(
        *limits: dict[str, Any], streams: bool = True, apis: tuple[str, ...] = ("openai", "anthropic")
    ) -> Deployed:
        variables = {**CREDENTIALS, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": bedrock.url}
        if not limits:
            nothing = ("TOKEN_TABLE", "TOKEN_LIMITS", "TOKEN_COUNTING", "METRIC_NAMESPACE", "AWS_ENDPOINT_URL_DYNAMODB")
            variables |= dict.fromkeys(nothing, "")
        return deploy(*limits, streams=streams, variables=variables, backend={"apis": apis, "models": MODELS})

    return start


def day(tokens: int = 10**6) -> dict[str, Any]:
    return {"tokens_per_day": tokens}


def used(deployed: Deployed) -> int:
    return int(deployed.item()["a:d"] % 10**18)


def text_of(answer: Answer) -> str:
    return answer.body.decode()


@pytest.mark.parametrize(("body", "path"), DIALECTS)
@pytest.mark.parametrize("streams", [False, True])
def test_the_request_goes_on_signed_and_without_the_callers_key(
    route: Route, bedrock: BedrockDouble, body: dict[str, Any], path: str, *, streams: bool
) -> None:
    deployed = route(streams=streams)
    theirs = {"Authorization": "Bearer their-key", "x-api-key": "their-key", "Cookie": "a=b", "X-Amz-Date": "1"}
    answer = deployed.ask(body, path=path, headers=theirs)
    assert answer.status == 200
    asked, headers, sent = bedrock.asked[-1]
    assert (asked, sent) == (f"/{'anthropic' if path == MESSAGE_PATH else 'openai'}{path}", body)
    assert "their-key" not in json.dumps(headers)
    assert not {"x-api-key", "cookie"} & headers.keys()
    assert ("anthropic-version" in headers) == (path == MESSAGE_PATH)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-amzn-bedrock-account" not in answer.headers


def test_the_double_tells_a_wrong_signature(route: Route, bedrock: BedrockDouble) -> None:
    route().ask(CHAT)
    path, headers, _ = bedrock.asked[-1]
    body = bedrock.texts[-1].encode()
    assert is_signed("POST", path, headers, body)
    assert not is_signed("POST", path, headers, body + b" ")
    assert not is_signed("POST", "/openai/v1/responses", headers, body)
    assert not is_signed("POST", path, headers | {"host": "other"}, body)


def test_what_anthropics_clients_say_of_versions_goes_on(route: Route, bedrock: BedrockDouble) -> None:
    deployed = route()
    deployed.ask(MESSAGE, path=MESSAGE_PATH)
    assert bedrock.asked[-1][1]["anthropic-version"] == "2023-06-01"
    deployed.ask(MESSAGE, path=MESSAGE_PATH, headers={"anthropic-version": "2030-01-01", "Anthropic-Beta": "a,b"})
    headers = bedrock.asked[-1][1]
    assert (headers["anthropic-version"], headers["anthropic-beta"]) == ("2030-01-01", "a,b")


def test_a_name_that_is_there_twice_is_what_was_checked(route: Route, bedrock: BedrockDouble) -> None:
    """Numbers keep their spelling."""
    deployed = route()
    event = {
        "httpMethod": "POST",
        "path": CHAT_PATH,
        "body": f'{{"model": "other", "seed": 9223372036854775807, "top_p": 1.0, "model": "{GPT}"}}',
        "requestContext": {},
    }
    assert deployed.function.invoke(event).status == 200
    assert bedrock.texts[-1] == f'{{"model":"{GPT}","seed":9223372036854775807,"top_p":1.0}}'


def test_a_body_nested_deeper_than_a_function_can_follow(route: Route) -> None:
    deep = "[" * 50_000 + "]" * 50_000
    event = {"httpMethod": "POST", "path": CHAT_PATH, "requestContext": {}}
    answer = route().function.invoke(event | {"body": f'{{"model": "{GPT}", "messages": {deep}}}'})
    assert (answer.status, answer.json["error"]["message"]) == (400, "The body is nested too deep.")


@pytest.mark.parametrize(("body", "path"), DIALECTS)
def test_a_model_that_the_file_does_not_name_is_not_found(
    route: Route, bedrock: BedrockDouble, body: dict[str, Any], path: str
) -> None:
    before = len(bedrock.asked)
    deployed = route(day() | {"requests_per_minute": 5})
    answer = deployed.ask(body | {"model": "amazon.nova-pro-v1:0"}, path=path)
    error = answer.json["error"]
    assert (answer.status, answer.json["type"], error["code"]) == (404, "error", "model_not_found")
    assert error["type"] == ("not_found_error" if path == MESSAGE_PATH else "invalid_request_error")
    assert GPT in error["message"]
    assert (len(bedrock.asked), deployed.items) == (before, {})


@pytest.mark.parametrize("path", ["/v1/files", "/v1/messages/count_tokens", "/", "/v1/chat/completions/"])
def test_a_path_that_no_api_has_is_not_found(route: Route, path: str) -> None:
    answer = route().ask(CHAT, path=path)
    assert (answer.status, answer.json["error"]["code"]) == (404, "unknown_url")


def test_a_route_has_the_apis_of_its_file(route: Route) -> None:
    openai_only, anthropic_only = route(apis=("openai",)), route(apis=("anthropic",))
    assert openai_only.ask(MESSAGE, path=MESSAGE_PATH).status == 404
    assert anthropic_only.ask(CHAT).status == 404
    assert anthropic_only.ask(MESSAGE, path=MESSAGE_PATH).status == 200


@pytest.mark.parametrize("text", ["", "[]", "null", "nonsense", '{"messages": []}', '{"model": 1}'])
def test_a_body_that_names_no_model(route: Route, text: str) -> None:
    event = {"httpMethod": "POST", "path": CHAT_PATH, "body": text, "requestContext": {}}
    answer = route().function.invoke(event)
    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize(("body", "path"), DIALECTS)
@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("stream", [False, True])
def test_usage_is_counted(route: Route, body: dict[str, Any], path: str, *, streams: bool, stream: bool) -> None:
    deployed = route(day(), streams=streams)
    answer = deployed.ask(body | ({"stream": True} if stream else {}), path=path)
    assert (answer.status, used(deployed)) == (200, USED)
    assert ("event-stream" in answer.headers["content-type"]) == stream
    # Of a stream, the function asks for the usage itself, and takes it out again.
    assert ('"usage": {' in text_of(answer)) == (not stream or path != CHAT_PATH)


@pytest.mark.parametrize(("body", "path"), DIALECTS)
def test_a_limit_is_held_before_the_model_is_called(
    route: Route, bedrock: BedrockDouble, body: dict[str, Any], path: str
) -> None:
    deployed = route(day(80))
    assert deployed.ask(body, path=path).status == 200
    before = len(bedrock.asked)
    refused = deployed.ask(body, path=path)
    assert (refused.status, refused.json["error"]["code"]) == (429, "tokens_exceeded")
    assert len(bedrock.asked) == before


def test_money_and_models_are_those_of_the_body(route: Route) -> None:
    deployed = route({"usd_per_month": 1})
    assert deployed.ask(CHAT).json["error"]["code"] == "model_not_priced"
    of_claude = route(day(80) | {"models": [CLAUDE]})
    assert [of_claude.ask(CHAT).status for _ in range(3)] == [200, 200, 200]
    assert [of_claude.ask(MESSAGE, path=MESSAGE_PATH).status for _ in range(2)] == [200, 429]


def test_without_limits_there_is_no_table_and_no_line_of_metrics(route: Route) -> None:
    deployed = route()
    answer = deployed.ask(CHAT | {"stream": True})
    assert answer.status == 200
    assert not [name for name in answer.headers if name.startswith("x-ratelimit")]
    assert deployed.function.records() == []


@pytest.mark.parametrize(("body", "path"), DIALECTS)
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("name", "status", "answered", "code"),
    [
        ("ThrottlingException", 429, 429, "x"),
        ("", 429, 429, "x"),
        ("ServiceQuotaExceededException", 400, 429, "x"),
        ("AccessDeniedException", 403, 502, "model_error"),
        ("ResourceNotFoundException", 404, 502, "model_error"),
        ("", 500, 502, "model_error"),
        ("ServiceUnavailableException", 503, 502, "model_error"),
        ("ModelTimeoutException", 408, 504, "model_timeout"),
        ("ValidationException", 400, 400, "model_refused_request"),
    ],
)
def test_errors_of_bedrock(
    route: Route, body: dict[str, Any], path: str, name: str, status: int, answered: int, code: str, *, stream: bool
) -> None:
    deployed = route(day())
    said = "User arn:aws:sts::111122223333:assumed-role/f is not authorized"
    headers = {"x-amzn-errortype": f"{name}:http://internal.amazon.com/"} if name else {}
    behave = {"status": status, "headers": headers, "document": {"message": said}}
    answer = deployed.ask(body | {"stream": stream, "behave": behave}, path=path)
    assert (answer.status, answer.json["error"]["code"], used(deployed)) == (answered, code, 0)
    assert answer.headers["content-type"] == "application/json"
    assert (said in text_of(answer)) == (answered == 400)
    assert (answer.headers.get("retry-after") == "1") == (answered == 429)
    if answered == 429:
        assert answer.json == SHAPE


def test_what_bedrock_refuses_in_the_apis_own_shape_is_passed_on(route: Route) -> None:
    document = {"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens: too large"}}
    answer = route().ask(MESSAGE | {"behave": {"status": 400, "document": document}}, path=MESSAGE_PATH)
    assert (answer.status, answer.json) == (400, document)
    document = {"error": {"message": "no", "type": "invalid_request_error", "param": "n", "code": None}}
    answer = route().ask(CHAT | {"behave": {"status": 422, "document": document}})
    assert (answer.status, answer.json) == (422, document)


def test_an_earlier_answer_that_is_not_there_is_the_callers_fault(route: Route) -> None:
    document = {"error": {"message": "No response with id 'resp_0'", "type": "invalid_request_error"}}
    body = RESPONSE | {"behave": {"status": 404, "document": document}}
    deployed = route()
    assert deployed.ask(body, path=RESPONSE_PATH).status == 502
    answer = deployed.ask(body | {"previous_response_id": "resp_0"}, path=RESPONSE_PATH)
    assert (answer.status, answer.json) == (404, document)


@pytest.mark.parametrize("streams", [False, True])
def test_a_region_without_the_api_is_not_the_callers_fault(route: Route, *, streams: bool) -> None:
    deployed = route(day(), streams=streams)
    answer = deployed.ask(CHAT | {"behave": {"unknown path": True}})
    assert (answer.status, answer.json["error"]["code"], used(deployed)) == (502, "model_error", 0)
    assert "does not have this API" in deployed.function.log
    # A model may speak of it.
    spoken = deployed.ask(CHAT | {"behave": {"document": {"choices": [], "said": "UnknownOperationException"}}})
    assert (spoken.status, spoken.json["said"]) == (200, "UnknownOperationException")


@pytest.mark.parametrize(("body", "path"), DIALECTS)
def test_a_stream_that_is_cut_off_says_so_and_keeps_the_reservation(
    route: Route, body: dict[str, Any], path: str
) -> None:
    deployed = route(day())
    answer = deployed.ask(body | {"stream": True, "behave": {"cut": 2}}, path=path)
    assert (answer.status, answer.complete) == (200, True)
    assert answer.events[-1]["error"]["code"] == "model_error"
    assert text_of(answer).rstrip().rpartition("\n\n")[2].startswith("event: error\n")
    assert used(deployed) > 40


@pytest.mark.parametrize(("body", "path"), DIALECTS)
@pytest.mark.parametrize("streams", [False, True])
def test_a_model_that_is_late_is_a_504_before_lambda_ends_the_function(
    route: Route, body: dict[str, Any], path: str, *, streams: bool
) -> None:
    deployed = route(day(), streams=streams)
    answer = deployed.ask(body | {"behave": {"late": 4}}, path=path, seconds=2)
    assert (answer.status, answer.json["error"]["code"]) == (504, "model_timeout")
    # It may go on, and be paid for.
    assert used(deployed) > 40


def test_a_caller_who_hangs_up_ends_the_models_stream(route: Route, bedrock: BedrockDouble) -> None:
    deployed = route()
    bedrock.gone.clear()
    deployed.ask(CHAT | {"stream": True, "behave": {"endless": True}}, hangs_up_after=3000)
    assert bedrock.gone.wait(20), "the model goes on"


def test_a_bedrock_that_is_not_there(deploy: Deploy) -> None:
    variables = {**CREDENTIALS, "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:1"}
    deployed = deploy(day(), variables=variables, backend={"apis": ["openai"], "models": MODELS})
    answer = deployed.ask(CHAT)
    assert (answer.status, answer.json["error"]["code"], used(deployed)) == (502, "model_error", 0)


def test_an_error_inside_a_stream_goes_on_as_it_came(route: Route) -> None:
    event = 'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}\n\n'
    deployed = route(day())
    answer = deployed.ask(MESSAGE | {"stream": True, "behave": {"fails": 3, "event": event}}, path=MESSAGE_PATH)
    assert text_of(answer).endswith(event)
    assert used(deployed) > 40


@pytest.mark.parametrize("form", ["float", "base64"])
@pytest.mark.parametrize(("name", "tokens", "calls"), [(TITAN, 30, 3), (COHERE, 20, 1)])
def test_embeddings(route: Route, bedrock: BedrockDouble, name: str, tokens: int, calls: int, form: str) -> None:
    deployed = route(day())
    before = len(bedrock.asked)
    texts = ["a", "bb", "ccc"]
    answer = deployed.ask({"model": name, "input": texts, "encoding_format": form}, path=EMBED_PATH)
    assert answer.status == 200
    vectors = [[1.0, 0.5], [2.0, 0.5], [3.0, 0.5]]
    packed = [base64.b64encode(struct.pack("<2f", *vector)).decode() for vector in vectors]
    shown = vectors if form == "float" else packed
    assert answer.json["data"] == [
        {"object": "embedding", "index": index, "embedding": each} for index, each in enumerate(shown)
    ]
    assert answer.json["usage"] == {"prompt_tokens": tokens, "total_tokens": tokens}
    assert (used(deployed), len(bedrock.asked) - before) == (tokens, calls)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": GPT}, "makes no embeddings"),
        ({"input": [1, 2, 3]}, "token numbers"),
        ({"input": []}, "token numbers"),
        ({"input": ["x"] * 2049}, "2048"),
        ({"model": COHERE, "dimensions": 512}, "dimensions"),
        ({"encoding_format": "int8"}, "encoding_format"),
    ],
)
def test_embeddings_that_cannot_be_made(route: Route, change: dict[str, Any], said: str) -> None:
    deployed = route(day())
    answer = deployed.ask({"model": TITAN, "input": "x", **change}, path=EMBED_PATH)
    assert (answer.status, answer.json["error"]["code"], used(deployed)) == (400, "model_refused_request", 0)
    assert said in answer.json["error"]["message"]


def test_embeddings_of_a_limited_model(route: Route, bedrock: BedrockDouble) -> None:
    deployed = route(day())
    answer = deployed.ask({"model": TITAN, "input": "limited"}, path=EMBED_PATH)
    assert (answer.status, answer.json, used(deployed)) == (429, SHAPE, 0)
    # Of several texts some may have been paid.
    answer = deployed.ask({"model": TITAN, "input": [*["a"] * 20, "limited"]}, path=EMBED_PATH)
    assert (answer.status, used(deployed) > 0) == (429, True)
    assert bedrock.asked[-1][0] == "/model/amazon.titan-embed-text-v2%3A0/invoke"


def openai_client(url: str) -> openai.OpenAI:
    return openai.OpenAI(api_key="their-key", base_url=f"{url}/v1", max_retries=0)


@pytest.fixture
def serve(route: Route) -> Iterator[Callable[..., str]]:
    """The URL of a route with these limits."""
    with ExitStack() as stack:
        yield lambda *limits, **more: stack.enter_context(api_gateway(route(*limits, **more).function))


@pytest.mark.parametrize("streams", [False, True])
def test_openais_own_client(serve: Callable[..., str], *, streams: bool) -> None:
    client = openai_client(serve(day(), streams=streams))
    messages: Any = HELLO
    assert client.chat.completions.create(model=GPT, messages=messages).choices[0].message.content == "Héllo"
    chunks = list(client.chat.completions.create(model=GPT, messages=messages, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Héllo"
    assert client.responses.create(model=GPT, input="Hello").output_text == "Héllo"
    with client.responses.stream(model=GPT, input="Hello") as stream:
        final = stream.get_final_response()
    assert (final.output_text, final.usage and final.usage.total_tokens) == ("Héllo", 27)
    # The client asks for base64 and reads it.
    made = client.embeddings.create(model=TITAN, input=["a", "bb"])
    assert [each.embedding for each in made.data] == [[1.0, 0.5], [2.0, 0.5]]


def test_openais_own_client_raises_what_it_should(serve: Callable[..., str]) -> None:
    client = openai_client(serve(day(100)))
    messages: Any = HELLO
    with pytest.raises(openai.NotFoundError, match="gpt-4o") as unknown:
        client.chat.completions.create(model="gpt-4o", messages=messages)
    assert unknown.value.code == "model_not_found"
    behave = {"behave": {"status": 429}}
    with pytest.raises(openai.RateLimitError):
        client.chat.completions.create(model=GPT, messages=messages, extra_body=behave)
    refused = {"behave": {"status": 400, "document": {"error": {"message": "no", "code": "bad"}}}}
    with pytest.raises(openai.BadRequestError, match="no"):
        client.responses.create(model=GPT, input="Hello", extra_body=refused)
    with pytest.raises(openai.InternalServerError):
        client.responses.create(model=GPT, input="Hello", extra_body={"behave": {"status": 503}})
    cut = client.chat.completions.create(model=GPT, messages=messages, stream=True, extra_body={"behave": {"cut": 1}})
    with pytest.raises(openai.APIError, match="could not be reached"):
        list(cut)
    # The stream that was cut off keeps what was reserved for it.
    with pytest.raises(openai.RateLimitError) as exceeded:
        client.chat.completions.create(model=GPT, messages=messages, max_tokens=40)
    assert exceeded.value.code == "tokens_exceeded"


ANTHROPIC = f"""
from anthropic import Anthropic
client = Anthropic(base_url="<url>", api_key="their-key", max_retries=0)
ask = dict(model="{CLAUDE}", max_tokens=40, messages=[{{"role": "user", "content": "Hello"}}])
"""
PROGRAMS = {
    "whole": (
        "answer = client.messages.create(**ask)\nprint(answer.content[0].text, answer.usage.output_tokens)",
        "Héllo 7",
    ),
    "stream": (
        """with client.messages.stream(**ask) as stream:
    print(''.join(stream.text_stream), stream.get_final_message().usage.output_tokens)""",
        "Héllo 7",
    ),
    "other model": ("client.messages.create(**{**ask, 'model': 'claude'})", "NotFoundError"),
    "limited": ("client.messages.create(**ask, extra_body={'behave': {'status': 429}})", "RateLimitError"),
    "failed": ("client.messages.create(**ask, extra_body={'behave': {'status': 500}})", "InternalServerError"),
    "refused": ("client.messages.create(**ask, extra_body={'behave': {'status': 400}})", "BadRequestError"),
    "cut": (
        """with client.messages.stream(**ask, extra_body={'behave': {'cut': 3}}) as stream:
    stream.get_final_message()""",
        "APIStatusError",
    ),
}


def ended(said: Ended) -> str:
    return str(said.get("printed", said.get("raised")))


@pytest.mark.skipif(not PYTHON.exists(), reason="the client libraries are not installed: run make clients")
@pytest.mark.parametrize("streams", [False, True])
def test_anthropics_own_client(serve: Callable[..., str], *, streams: bool) -> None:
    url = serve(day(), streams=streams)
    programs = [ANTHROPIC.replace("<url>", url) + program for program, _ in PROGRAMS.values()]
    found = dict(zip(PROGRAMS, map(ended, run("python", programs)), strict=True))
    expected = {name: what for name, (_, what) in PROGRAMS.items()}
    if not streams:
        # Nothing is sent yet when the stream breaks, so that its caller gets a status.
        expected["cut"] = "InternalServerError"
    assert found == expected


JAVASCRIPT = [
    (
        f"""
import OpenAI from "openai";
const client = new OpenAI({{ baseURL: "<url>/v1", apiKey: "their-key", maxRetries: 0 }});
const messages = [{{ role: "user", content: "Hello" }}];
const stream = await client.chat.completions.create({{ model: "{GPT}", messages, stream: true }});
let text = "";
for await (const chunk of stream) text += chunk.choices[0].delta.content ?? "";
const response = await client.responses.create({{ model: "{GPT}", input: "Hello" }});
const made = await client.embeddings.create({{ model: "{TITAN}", input: "a" }});
console.log(text, response.output_text, made.data[0].embedding[0]);
""",
        "Héllo Héllo 1",
    ),
    (
        f"""
import Anthropic from "@anthropic-ai/sdk";
const client = new Anthropic({{ baseURL: "<url>", apiKey: "their-key", maxRetries: 0 }});
const ask = {{ model: "{CLAUDE}", max_tokens: 40, messages: [{{ role: "user", content: "Hello" }}] }};
const whole = await client.messages.create(ask);
const streamed = await client.messages.stream(ask).finalMessage();
const unknown = await client.messages.create({{ ...ask, model: "claude" }}).catch((error) => error.constructor.name);
console.log(whole.content[0].text, streamed.content[0].text, streamed.usage.output_tokens, unknown);
""",
        "Héllo Héllo 7 NotFoundError",
    ),
]


@pytest.mark.skipif(not (CLIENTS / "node_modules").exists(), reason="the clients are not installed: run make clients")
def test_their_own_clients_in_javascript(serve: Callable[..., str]) -> None:
    url = serve(day())
    assert [ended(said) for said in run("js", [text.replace("<url>", url) for text, _ in JAVASCRIPT])] == [
        printed for _, printed in JAVASCRIPT
    ]


def test_a_whole_answer_is_what_bedrock_said(route: Route) -> None:
    answer = route().ask(CHAT)
    assert (answer.json, answer.headers["x-request-id"]) == (chat(GPT), "r-1")
