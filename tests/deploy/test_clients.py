"""Unmodified client libraries, with the programs of docs/clients.md, against a deployed API."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from demo.command_line import Cdktf
from settings.environment import Environment
from settings.read import read_environment
from tests.deploy import client_programs
from tests.deploy.bearer_gateway import Asked, BearerGateway, Reply
from tests.deploy.client_programs import OLD_PYTHON, PYTHON, Ended
from tests.deploy.deployed import Deployed
from tests.deploy.provider_process import Attached
from tests.environment_files import ROOT, write
from tests.synthesis import rendered

HELLO = "Hello from Spillway"
SCENARIOS = ("served", "throttle", "quota", "waf", "patient", "wrong")
MESSAGES = {
    "throttle": "Rate limit reached. Slow down and retry.",
    "quota": "The quota of this API key is used up.",
    "waf": "Rate limit reached. Slow down and retry.",
    "wrong": "The API key is missing or wrong",
}
CODES = {
    "throttle": "rate_limit_exceeded",
    "quota": "quota_exceeded",
    "waf": "ip_rate_limit_exceeded",
    "wrong": "invalid_api_key",
}


@dataclass(frozen=True, kw_only=True)
class Library:
    """How a client differs from most others, which retry after a throttle and only then."""

    python: Path = PYTHON
    heading: str
    after_throttle: tuple[int, ...] = (429, 200)
    most_asked: dict[str, int] = field(default_factory=dict)
    """The most requests, if it is more than one."""

    waits_for_waf: tuple[int, ...] = (60, 60)
    """The pauses in seconds, if WAF's 429 has `Retry-After: 60` and allows retries."""

    falls_back: bool = False
    shows_code: bool = True
    """The attribute of the exception."""


# The AI SDK and litellm's Router ignore x-should-retry: they retry as often as for any other error.
AS_EVER = {"quota": 3, "waf": 3}
LIBRARIES = {
    "openai-python": Library(heading="OpenAI, Python"),
    "openai-python-of-2024": Library(heading="OpenAI, Python", python=OLD_PYTHON),
    "openai-js": Library(heading="OpenAI, JavaScript"),
    "anthropic-python": Library(heading="Anthropic, Python", shows_code=False),
    "anthropic-js": Library(heading="Anthropic, JavaScript"),
    "litellm": Library(heading="litellm", shows_code=False),
    "litellm-anthropic": Library(
        heading="litellm, Anthropic's format", after_throttle=(429,), waits_for_waf=(), shows_code=False
    ),
    "litellm-router": Library(
        heading="litellm, Router with a fallback",
        most_asked=AS_EVER,
        # The last one before it turns to the fallback.
        waits_for_waf=(60, 60, 60),
        falls_back=True,
        shows_code=False,
    ),
    "langchain-openai": Library(heading="LangChain, OpenAI"),
    "langchain-anthropic": Library(heading="LangChain, Anthropic", shows_code=False),
    "ai-sdk-openai": Library(heading="AI SDK, OpenAI", most_asked=AS_EVER, waits_for_waf=()),
    "ai-sdk-anthropic": Library(heading="AI SDK, Anthropic", most_asked=AS_EVER, waits_for_waf=(), shows_code=False),
    "curl": Library(heading="curl", waits_for_waf=()),
}


def key_of(scenario: str, name: str) -> str:
    """30 to 128 characters, which the provider requires. Each library has its own bucket and quota."""
    return f"{scenario}-{name}-".ljust(40, "k")


def environment_text(endpoint_url: str) -> str:
    """docs/examples/clients.toml with plans that are used up at once. Any key can get WAF's answer."""
    example = (ROOT / "docs" / "examples" / "clients.toml").read_text(encoding="utf-8")
    before, _, after = example.partition("[usage_plans.team]")
    plans = {
        "served": "throttle = { rate_limit = 1000, burst_limit = 1000 }",
        "throttle": "throttle = { rate_limit = 1, burst_limit = 1 }",
        "quota": 'quota = { limit = 1, period = "MONTH" }',
    }
    tables = ""
    for plan, limits in plans.items():
        keys = ", ".join(f'{{ name = "{plan}-{name}", value = "variable" }}' for name in LIBRARIES)
        tables += f"[usage_plans.{plan}]\n{limits}\napi_keys = [{keys}]\n\n"
    # A name of its own, because it is not destroyed, and other tests deploy the example too.
    named = before.replace('"llm-clients"', '"real-clients"')
    aimed = named.replace("[aws]", f'[aws]\nendpoint_url = "{endpoint_url}"')
    return aimed + tables + after[after.index("[waf]") :]


def authorizer_of(gateway: Any, deployed: Deployed) -> dict[str, Any]:
    """As the emulator has it, with what Terraform's provider sends by itself."""
    api = deployed.resources["aws_api_gateway_rest_api.api"]
    (authorizer,) = gateway.get_authorizers(restApiId=api["id"])["items"]
    return dict(authorizer)


PATIENT = """
[rate_limit_response]
retry_after = { waf = 60 }
should_retry = { waf = true }
"""


def waf_answer(environment: Environment) -> Reply:
    """From the JSON, because the emulator stores a web ACL but does not enforce it."""
    acl = rendered(environment)["resource"]["aws_wafv2_web_acl"]["web_acl"]
    answer = acl["rule"][0]["action"]["block"]["custom_response"]
    headers = {header["name"]: header["value"] for header in answer["response_header"]}
    (body,) = acl["custom_response_body"]
    return Reply(answer["response_code"], headers | {"Content-Type": "application/json"}, body["content"].encode())


@pytest.fixture(scope="module")
def gateway(
    binary: str, attached: Attached, aws: str, client: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BearerGateway]:
    """The deployed API, behind a server that does what the emulator leaves out.

    The emulator ends with the tests, and destroying a hundred resources takes as long as a third of these tests.
    test_every_file.py destroys the example.
    """
    if reason := client_programs.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("clients")
    environments = folder / "environments"
    environments.mkdir()
    write(environments, environment_text(aws), "clients")
    variables = {
        f"api_key_value_{plan}_{name}".replace("-", "_"): key_of(plan, name)
        for plan in ("served", "throttle", "quota")
        for name in LIBRARIES
    }
    stack = Cdktf(
        folder,
        environments=environments,
        binary=binary,
        report=print,
        variables=variables,
        environment=attached.variables,
    )
    # The provider looks for the function's code in its own folder. Another test may have put the same code there.
    code = Path("functions", "bearer_key.zip")
    (attached.folder / code).unlink(missing_ok=True)
    (attached.folder / code).symlink_to(stack.output / "stacks" / "clients" / code)
    deployed = Deployed(stack, "clients", stack.deploy("clients"))
    server = BearerGateway(
        deployed.outputs["http_endpoint"],
        functions=client("lambda"),
        authorizer=authorizer_of(client("apigateway"), deployed),
    )
    waits = read_environment(write(folder, environment_text(aws) + PATIENT, "patient"))
    server.stopped_by_waf = {
        key_of(scenario, name): answer
        for scenario, answer in (("waf", waf_answer(deployed.environment)), ("patient", waf_answer(waits)))
        for name in LIBRARIES
    }
    server.refused_first = {key_of(plan, name) for plan in ("throttle", "quota") for name in LIBRARIES}
    with server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


Ran = Callable[[str], dict[str, Ended]]


@pytest.fixture(scope="module")
def ran(gateway: BearerGateway) -> Iterator[Ran]:
    """The result of each library in each scenario. All are started together, a few at a time."""
    pages = client_programs.programs()

    def all_scenarios(name: str) -> dict[str, Ended]:
        library = LIBRARIES[name]
        language, program = pages[library.heading]
        other = key_of("served", name)
        texts = [
            client_programs.aimed(program, url=gateway.url, key=key_of(scenario, name), other_key=other)
            for scenario in SCENARIOS
        ]
        return dict(zip(SCENARIOS, client_programs.run(language, texts, library.python), strict=True))

    with ThreadPoolExecutor(4) as pool:
        started: dict[str, Future[dict[str, Ended]]] = {name: pool.submit(all_scenarios, name) for name in LIBRARIES}
        yield lambda name: started[name].result()


@pytest.fixture(params=LIBRARIES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def asked(gateway: BearerGateway, scenario: str, name: str) -> Asked:
    return gateway.asked[key_of(scenario, name)]


def test_every_program_of_the_page_is_run() -> None:
    assert set(client_programs.programs()) == {library.heading for library in LIBRARIES.values()}


def test_it_sends_its_key_as_it_comes(gateway: BearerGateway, ran: Ran, name: str) -> None:
    assert_greeted(ran(name)["served"])
    assert set(asked(gateway, "served", name).statuses) == {200}


def test_after_a_throttle_it_is_served_when_we_said(gateway: BearerGateway, ran: Ran, name: str) -> None:
    ended, library = ran(name)["throttle"], LIBRARIES[name]
    seen = asked(gateway, "throttle", name)
    assert tuple(seen.statuses) == library.after_throttle
    if library.after_throttle[-1] == 200:
        assert_greeted(ended)
        # Retry-After: 1. It must wait at least that long; on a slow machine it waits longer.
        assert all(later - earlier >= 1 for earlier, later in pairwise(seen.times))
    else:
        assert_says(ended, library, "throttle")


@pytest.mark.parametrize("scenario", ["quota", "waf", "wrong"])
def test_it_does_not_wait_for_what_a_retry_cannot_mend(
    gateway: BearerGateway, ran: Ran, name: str, scenario: str
) -> None:
    ended, library = ran(name)[scenario], LIBRARIES[name]
    status = 401 if scenario == "wrong" else 429
    seen = asked(gateway, scenario, name)
    assert set(seen.statuses) == {status}
    assert len(seen.statuses) <= library.most_asked.get(scenario, 1)
    if library.falls_back:
        assert_greeted(ended)
    else:
        assert_says(ended, library, scenario)


def test_it_waits_for_waf_where_the_file_says_so(gateway: BearerGateway, ran: Ran, name: str) -> None:
    # curl is told to give up after 30 s, and prints no pause.
    waited = ran(name)["patient"].get("waited", [])
    # litellm adds up to a second.
    assert [60 <= each < 62 for each in waited] == [True for _ in LIBRARIES[name].waits_for_waf]
    assert set(asked(gateway, "patient", name).statuses) == {429}


def assert_greeted(ended: Ended) -> None:
    """Recognized by the backend's own words, which follow anything that the library prints."""
    assert ended.get("printed", "").endswith(HELLO), ended


def assert_says(ended: Ended, library: Library, scenario: str) -> None:
    """Our message and our code are in the exception that the caller catches."""
    assert "printed" not in ended
    assert MESSAGES[scenario] in ended["said"], ended
    if library.shows_code:
        assert ended["code"] == CODES[scenario]


def test_without_a_key_it_is_a_401_of_the_same_code(gateway: BearerGateway) -> None:
    reply = gateway.answer("POST", "/v1/chat/completions", {"Content-Type": "application/json"}, b"{}")
    error = json.loads(reply.body)
    assert (reply.status, error["type"], error["error"]["code"]) == (401, "error", "invalid_api_key")
