"""What the metered function does if the model is late, stalls, breaks off or is limited, or if the caller does not
read.
"""

import json
import time
from typing import Any

import pytest

from settings.error_body import error_body
from tests.metering.conftest import Deploy, Deployed, event
from tests.metering.test_function import CAP, bedrock, used

LATE = json.loads(error_body(message="The model did not answer in time.", kind="server_error", code="model_timeout"))
FAILED = json.loads(error_body(message="The model could not be reached.", kind="server_error", code="model_error"))
DAY = {"tokens_per_day": 10**6, "concurrent_requests": 1}
WAITS_SECONDS = 20


def settled_within(deployed: Deployed, seconds: float = WAITS_SECONDS) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if deployed.items and deployed.item().get("a:c") == 0:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(("seconds", "timeout"), [(2.0, "29000"), (29.0, "2000")], ids=["Lambda", "API Gateway"])
def test_a_model_that_never_answers_is_a_504_before_either_deadline(
    deploy: Deploy, seconds: float, timeout: str, *, streams: bool
) -> None:
    deployed = deploy(DAY, streams=streams, variables={"TIMEOUT_MILLISECONDS": timeout})
    answer = deployed.ask(CAP | {"behave": {"stalls after": 0, "late": 5}}, seconds=seconds)
    assert (answer.status, answer.json) == (504, LATE)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert used(deployed) > 40
    assert deployed.item()["a:c"] == 0


def test_bedrock_that_never_answers_is_a_504(deploy: Deploy) -> None:
    deployed = bedrock(deploy, streams=True)
    answer = deployed.ask(CAP | {"behave": {"late": 5}}, seconds=2)
    assert (answer.status, answer.json) == (504, LATE)


def test_a_whole_answer_that_stalls_is_a_504_while_nothing_of_it_is_sent(deploy: Deploy) -> None:
    deployed = deploy(DAY, streams=False)
    answer = deployed.ask(CAP | {"behave": {"stalls after": 10}}, seconds=2)
    assert (answer.status, answer.json) == (504, LATE)
    assert used(deployed) > 40


def test_a_whole_answer_that_breaks_off_is_a_502(deploy: Deploy) -> None:
    deployed = deploy(DAY, streams=False)
    answer = deployed.ask(CAP | {"stream": True, "behave": {"reset": 1}})
    assert (answer.status, answer.json) == (502, FAILED)


def test_a_stream_that_stalls_says_so_and_ends(deploy: Deploy) -> None:
    deployed = deploy(DAY)
    deployed.model.gone.clear()
    answer = deployed.ask(CAP | {"stream": True, "behave": {"dialect": "chat null", "stalls": True}}, seconds=3)
    *_, last = answer.events
    assert (answer.status, last) == (200, LATE)
    assert answer.body.decode().rstrip().splitlines()[-2] == "event: error"
    assert deployed.model.gone.wait(WAITS_SECONDS), "the model goes on"
    assert deployed.item()["a:c"] == 0


def test_lines_that_stall_end_with_a_line(deploy: Deploy) -> None:
    deployed = deploy(DAY)
    answer = deployed.ask(CAP | {"behave": {"lines": True, "stalls": True}}, seconds=3)
    *_, last = answer.body.decode().splitlines()
    assert json.loads(last) == LATE


def test_a_document_that_stalls_in_a_stream_is_seen_to_be_broken(deploy: Deploy) -> None:
    """The response must neither end normally nor continue with an event in the middle of another."""
    deployed = deploy(DAY)
    answer = deployed.ask(CAP | {"behave": {"stalls after": 10}}, seconds=2)
    assert (answer.status, len(answer.body), answer.complete) == (200, 10, False)
    assert settled_within(deployed), deployed.function.log


def test_who_hangs_up_while_the_model_says_nothing_ends_its_call(deploy: Deploy) -> None:
    """Long before the time is up, so that the test waits for less of it."""
    deployed = deploy(DAY, variables={"TIMEOUT_MILLISECONDS": "900000"})
    deployed.model.gone.clear()
    body = CAP | {"stream": True, "behave": {"dialect": "chat null", "stalls": True}}
    deployed.ask(body, seconds=900, hangs_up_after=100)
    assert deployed.model.gone.wait(WAITS_SECONDS), "the model goes on"
    assert settled_within(deployed), deployed.function.log


def test_no_more_is_asked_of_the_model_than_the_caller_reads(deploy: Deploy) -> None:
    """Only the buffers of four processes and their sockets fill up, which is far from what the model would send."""
    deployed = deploy(DAY)
    deployed.model.sent = 0
    body = CAP | {"stream": True, "behave": {"endless": True, "large": True}}
    deployed.function.start(event(body), seconds=4, stops_reading_after=5000)
    assert settled_within(deployed), deployed.function.log
    assert 0 < deployed.model.sent < 64 * 1024 * 1024


@pytest.mark.parametrize("streams", [False, True])
def test_an_answer_without_a_body(deploy: Deploy, *, streams: bool) -> None:
    answer = deploy(DAY, streams=streams).ask(CAP | {"behave": {"empty": True}})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["x-ratelimit-limit-tokens"] == "1000000"


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("internalServerException", "model_error", "The model could not be reached."),
        ("modelStreamErrorException", "model_error", "The model could not be reached."),
        ("modelTimeoutException", "model_timeout", "The model did not answer in time."),
        ("validationException", "model_refused_request", "broken"),
        ("throttlingException", "x", "Slow down."),
        ("serviceQuotaExceededException", "x", "Slow down."),
    ],
)
def test_a_stream_that_breaks_says_so_by_the_errors_name(deploy: Deploy, name: str, code: str, message: str) -> None:
    deployed = bedrock(deploy, streams=True)
    answer = deployed.ask(CAP | {"behave": {"exception": name, "message": "broken"}})
    assert answer.status == 200
    assert (answer.events[-1]["error"]["code"], answer.events[-1]["error"]["message"]) == (code, message)


def refusal(message: str, name: str = "ValidationException", status: int = 400) -> dict[str, Any]:
    headers = {"x-amzn-ErrorType": name}
    return CAP | {"behave": {"status": status, "headers": headers, "document": {"message": message}}}


@pytest.mark.parametrize(
    "message",
    [
        "The provided model identifier is invalid.",
        "This model version has reached the end of its life.",
        "Invocation of model ID x with on-demand throughput is not supported. Retry it with an inference profile.",
    ],
)
@pytest.mark.parametrize("streams", [False, True])
def test_a_wrong_model_is_not_the_callers_fault(deploy: Deploy, message: str, *, streams: bool) -> None:
    deployed = bedrock(deploy, streams=streams)
    answer = deployed.ask(refusal(message))
    assert (answer.status, answer.json) == (502, FAILED)
    # The operator of the API must know it.
    assert message in deployed.function.log
    assert used(deployed) == 0


def test_what_the_model_refuses_is_told(deploy: Deploy) -> None:
    deployed = bedrock(deploy, streams=False)
    answer = deployed.ask(refusal("messages: must not be empty"))
    kind, code = "invalid_request_error", "model_refused_request"
    assert answer.json == json.loads(error_body(message="messages: must not be empty", kind=kind, code=code))


@pytest.mark.parametrize(
    ("name", "status", "answered"),
    [
        ("ThrottlingException", 429, 429),
        ("ServiceQuotaExceededException", 400, 429),
        ("ModelNotReadyException", 429, 429),
        ("ModelTimeoutException", 408, 504),
        ("AccessDeniedException", 403, 502),
        ("ResourceNotFoundException", 404, 502),
        ("InternalServerException", 500, 502),
    ],
)
def test_errors_of_bedrock(deploy: Deploy, name: str, status: int, answered: int) -> None:
    deployed = bedrock(deploy, streams=False)
    answer = deployed.ask(refusal("no", name, status))
    assert (answer.status, used(deployed)) == (answered, 0)


def test_a_refusal_that_nobody_reads_is_no_failure_of_the_function(deploy: Deploy) -> None:
    deployed = deploy({"tokens_per_day": 60})
    deployed.ask(CAP)
    deployed.ask(CAP, hangs_up_after=0)
    assert deployed.ask(CAP).status == 429
