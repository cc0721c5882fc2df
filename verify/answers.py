"""Compares answers of the stage with the environment file."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from settings.environment import Environment
from settings.layer import Layer
from settings.throttling import Throttle
from verify.burst import Answer, Burst
from verify.runs import Run

Verdict = Literal["as set", "not as set", "not reached", "stopped by WAF", "stopped by a quota"]

# The layers in front of a throttle, by the code of their 429.
_IN_FRONT: dict[str, Verdict] = {Layer.WAF.code: "stopped by WAF", Layer.QUOTA.code: "stopped by a quota"}

# How API Gateway refuses a request itself. A backend's own answer to the request's poor body has another status.
_GATEWAYS_OWN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)

# AWS calls throttles best effort and does not document by how much they are off, so this is assumed. An emulator's are
# exact.
_TOLERANCE = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of the table."""

    name: str
    through: int
    refused: int
    other: int
    allowed: range
    verdict: Verdict
    said: tuple[str, ...] = ()
    """The differences from the file, in words."""


def row(environment: Environment, run: Run, burst: Burst) -> Row:
    """Whether as many requests succeeded as the bucket allows, and whether the others got the configured 429."""
    statuses = burst.statuses
    refused = statuses[HTTPStatus.TOO_MANY_REQUESTS]
    through = sum(_came_through(run, answer) for answer in burst.answers)
    other = len(burst.answers) - through - refused
    allowed = _allowed(burst, run.throttle, exact=environment.aws.endpoint_url is not None)
    said = []
    if other:
        said.append(f"{other} answers are neither served nor 429: {_statuses(burst)}")
    if through not in allowed:
        said.append(f"{through} requests succeeded, expected {allowed.start} to {allowed.stop - 1}")
    codes = {code_of(answer) for answer in burst.answers}
    stopped = next((verdict for code, verdict in _IN_FRONT.items() if code in codes), None)
    if stopped:
        return Row(name=run.name, through=through, refused=refused, other=other, allowed=allowed, verdict=stopped)
    limited = next((each for each in burst.answers if each.status == HTTPStatus.TOO_MANY_REQUESTS), None)
    if limited:
        said += contract(environment, limited, Layer.THROTTLE, has_body=run.method != "HEAD")
    verdict: Verdict = "not as set" if said else "as set" if limited else "not reached"
    return Row(
        name=run.name,
        through=through,
        refused=refused,
        other=other,
        allowed=allowed,
        verdict=verdict,
        said=tuple(said),
    )


def _came_through(run: Run, answer: Answer) -> bool:
    if run.route.integration.type == "mock" or code_of(answer) == "not_found":
        return HTTPStatus.OK <= answer.status < HTTPStatus.BAD_REQUEST
    return HTTPStatus.OK <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status not in _GATEWAYS_OWN


def _allowed(burst: Burst, throttle: Throttle, *, exact: bool) -> range:
    within = burst.allowed(throttle)
    if exact:
        return within
    more, less = round((within.stop - 1) * _TOLERANCE) + 1, round(within.start * _TOLERANCE) + 1
    return range(max(0, within.start - less), min(within.stop + more, len(burst.answers) + 1))


def _statuses(burst: Burst) -> str:
    return ", ".join(f"{count} x {status}" for status, count in sorted(burst.statuses.items()))


def contract(environment: Environment, answer: Answer, layer: Layer, *, has_body: bool = True) -> list[str]:
    """How the body and the headers of a 429 differ from those that are set for that layer."""
    response = environment.rate_limit_response
    said = []
    if has_body and _parsed(answer.body) != json.loads(response.body(layer)):
        said.append(f"the 429 has another body: {answer.body[:200]}")
    headers = {name.lower(): value for name, value in answer.headers}
    for name, value in response.response_headers(layer, environment.cors_headers).items():
        if headers.get(name.lower()) != value:
            said.append(f"the 429 has {name}: {headers.get(name.lower(), 'nothing')}, but the file sets {value}")
    return said


def without_key(environment: Environment, answer: Answer, method: str) -> list[str]:
    """How the answer to a request without a key differs from the one that is set."""
    status = HTTPStatus.UNAUTHORIZED if environment.api.key_source == "BEARER" else HTTPStatus.FORBIDDEN
    code = code_of(answer)
    if answer.status == status and (code == "invalid_api_key" or method == "HEAD"):
        return []
    answered = f"{answer.status} {code}" if code else f"{answer.status}"
    return [f"answered {answered}, but the file sets {status.value} invalid_api_key"]


def code_of(answer: Answer) -> str | None:
    """The code of Spillway's error body."""
    match _parsed(answer.body):
        case {"error": {"code": str(code)}}:
            return code
        case _:
            return None


def _parsed(body: str) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None
