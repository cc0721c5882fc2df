"""The bucket that review simulates, against the one that the emulator keeps: the same arrivals, the same answers."""

import math
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any

import pytest

from demo.burst import Answer, send
from demo.command_line import Cdktf
from review.engine.token_bucket import accepted
from settings.throttling import Throttle

# A burst, then pauses of all kinds, about ten seconds in all.
PAUSES = (0.0,) * 12 + (0.7, 0.0, 0.0, 1.1, 0.0, 0.3, 0.3, 0.3, 0.05, 0.05, 0.05) * 2 + (0.11,) * 20 + (1.6, 0.0, 0.0)


@pytest.fixture(scope="module")
def outputs(cdktf: Callable[[str, str], Cdktf], local_environment: str) -> Iterator[dict[str, Any]]:
    stack = cdktf("simulated", local_environment.replace("spillway-local", "spillway-simulated"))
    try:
        yield stack.deploy("simulated")
    finally:
        stack.destroy("simulated")


def one_after_another(url: str) -> list[Answer]:
    """A single caller, so that the order in which the gateway sees its requests is known."""
    answers: list[Answer] = []
    for pause in PAUSES:
        time.sleep(pause)
        answers += send("POST", url, count=1, clients=1).answers
    return answers


@pytest.mark.parametrize(
    ("output", "throttle"),
    [
        pytest.param("url_post_myendpoint", Throttle(rate_limit=10, burst_limit=5), id="the stage's throttle"),
        pytest.param("url_post_v1_chat_completions", Throttle(rate_limit=2, burst_limit=3), id="a route's own"),
    ],
)
def test_the_simulated_bucket_answers_as_the_deployed_one(
    outputs: dict[str, Any], output: str, throttle: Throttle
) -> None:
    """At no time have the two let through numbers that differ by more than one.

    The gateway saw each request at some moment between sending and answer. Halfway is taken; the tokens that flow in
    during the longest of these spans are what that may be wrong by, less than one where the machine is not overloaded.
    """
    answers = one_after_another(outputs[output])
    assert {answer.status for answer in answers} == {200, 429}
    halfway = [(answer.sent + answer.received) / 2 - answers[0].sent for answer in answers]
    simulated = accepted(halfway, throttle.rate_limit, throttle.burst_limit)
    unknown = throttle.rate_limit * max(answer.received - answer.sent for answer in answers)
    let_through = accumulate(answer.status == 200 for answer in answers)
    differences = [abs(there - here) for there, here in zip(let_through, accumulate(simulated.tolist()), strict=True)]
    assert max(differences) <= 1 + math.floor(unknown)
