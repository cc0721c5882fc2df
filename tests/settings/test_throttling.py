"""Throttles and usage plans: what is refused and what is warned of."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.environment_files import MINIMAL, changed
from tests.refusals import refusals, warnings

WITH_KEY = changed(path='path = "/chat"\napi_key_required = true') + "\n"
ALICE = 'api_keys = ["alice"]\n'
THROTTLE = "throttle = { rate_limit = 1, burst_limit = 1 }\n"


def plan(text: str) -> str:
    return WITH_KEY + "[usage_plans.free]\n" + text


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(
            plan('api_keys = ["alice"]'),
            [
                ("usage_plans.free: limits nothing; add a throttle, a quota or both"),
            ],
            id="a plan without limits",
        ),
        pytest.param(
            MINIMAL + "[usage_plans.free]\n" + THROTTLE,
            [
                (
                    "usage_plans.free: limits nothing: AWS applies plans only to routes with api_key_required = "
                    "true, and there are none"
                )
            ],
            id="no route with a key",
        ),
        pytest.param(
            plan('quota = { limit = 5, period = "DAY" }\nroutes = { "POST /chat" = "blocked" }'),
            [
                (
                    "usage_plans.free.routes: "
                    "AWS accepts limits for single routes only if the whole plan has a throttle; add throttle"
                )
            ],
            id="a route without a throttle of the plan",
        ),
        pytest.param(
            plan(THROTTLE + 'routes = { "GET /chat" = "blocked" }'),
            ["usage_plans.free.routes.\"GET /chat\" = 'blocked': no such route; there are POST /chat"],
            id="a route that is not there",
        ),
        pytest.param(
            plan(THROTTLE + 'routes = { "GET /open" = "blocked" }\n[[routes]]\nmethod = "GET"\npath = "/open"'),
            [
                (
                    "usage_plans.free.routes.\"GET /open\" = 'blocked': "
                    "AWS applies plans only to routes with api_key_required = true"
                )
            ],
            id="a route without a key",
        ),
        pytest.param(
            plan(THROTTLE + 'routes = { "POST /chat" = "unlimited" }'),
            [
                (
                    "usage_plans.free.routes.\"POST /chat\" = 'unlimited': must be 'blocked', or a table with "
                    "rate_limit, burst_limit"
                )
            ],
            id="unlimited is not a word of a plan",
        ),
        pytest.param(
            plan("throttle = { rate_limit = 0, burst_limit = 0 }"),
            [
                "usage_plans.free.throttle.rate_limit = 0: must be greater than or equal to 0.000001",
                "usage_plans.free.throttle.burst_limit = 0: must be greater than or equal to 1",
            ],
            id="0 is not blocked",
        ),
        pytest.param(
            plan("throttle = { rate_limit = 20000, burst_limit = 6000 }"),
            [
                (
                    "usage_plans.free.throttle.rate_limit = 20000: above the account's quota in "
                    "us-east-1 of 10000 requests "
                    "per second; if AWS raised it, set aws.account_rate_limit"
                ),
                (
                    "usage_plans.free.throttle.burst_limit = 6000: above the account's quota in "
                    "us-east-1 of 5000 requests "
                    "at once; if AWS raised it, set aws.account_burst_limit"
                ),
            ],
            id="above the account",
        ),
        pytest.param(
            plan(THROTTLE + 'routes = { "POST /chat" = { rate_limit = 20000, burst_limit = 1 } }'),
            [
                (
                    'usage_plans.free.routes."POST /chat".rate_limit = 20000: above the account\'s '
                    "quota in us-east-1 of "
                    "10000 requests per second; if AWS raised it, set aws.account_rate_limit"
                )
            ],
            id="a route above the account",
        ),
        pytest.param(
            plan('quota = { limit = 5, period = "YEAR" }'),
            ["usage_plans.free.quota.period = 'YEAR': must be 'DAY', 'WEEK' or 'MONTH'"],
            id="a period that AWS has not",
        ),
        pytest.param(
            plan('quota = { limit = 50, period = "DAY", offset = 1 }'),
            ["usage_plans.free.quota.offset = 1: must be at most 0 for DAY"],
            id="an offset of a day",
        ),
        pytest.param(
            plan('quota = { limit = 50, period = "WEEK", offset = 7 }'),
            ["usage_plans.free.quota.offset = 7: must be at most 6 for WEEK"],
            id="an offset of a week",
        ),
        pytest.param(
            plan('quota = { limit = 50, period = "MONTH", offset = 28 }'),
            ["usage_plans.free.quota.offset = 28: must be at most 27 for MONTH"],
            id="an offset of a month",
        ),
        pytest.param(
            plan('quota = { limit = 5, period = "MONTH", offset = 5 }'),
            ["usage_plans.free.quota.offset = 5: leaves nothing of the limit in the first period"],
            id="an offset that leaves nothing",
        ),
        pytest.param(
            plan(THROTTLE + 'api_keys = [{ name = "alice", value = "s3cr3t-in-the-file" }]'),
            ["usage_plans.free.api_keys[0].value: must be 'generated' or 'variable'"],
            id="a key's value in the file",
        ),
        pytest.param(
            plan(THROTTLE + 'api_keys = ["a b"]'),
            [
                (
                    "usage_plans.free.api_keys[0] = 'a b': must be a letter, then letters, digits, _ and -, at most 64 "
                    "in all, such as team-a"
                )
            ],
            id="a key's name",
        ),
        pytest.param(
            plan(THROTTLE + 'api_keys = ["al_ice"]\n[usage_plans.gold]\n' + THROTTLE + 'api_keys = ["bob", "al_ice"]'),
            [
                (
                    "usage_plans.gold.api_keys[1] = 'al_ice': usage_plans.free has the key al_ice; AWS allows a key "
                    "in one plan of a stage"
                )
            ],
            id="a key in two plans",
        ),
        pytest.param(
            WITH_KEY.replace("[api]", '[api]\nkey_source = "AUTHORIZER"'),
            [
                (
                    "POST /chat: authorization = 'NONE': api.key_source = AUTHORIZER reads the key from a Lambda "
                    "authorizer, TOKEN or REQUEST; set one"
                )
            ],
            id="a key from an authorizer that is not there",
        ),
        pytest.param(
            MINIMAL + '[throttling.routes]\n"POST /chat" = -1',
            [
                (
                    "throttling.routes.\"POST /chat\" = -1: must be 'unlimited' or 'blocked', or a table with "
                    "rate_limit, burst_limit"
                )
            ],
            id="-1 is not unlimited",
        ),
        pytest.param(
            MINIMAL + '[throttling.routes]\n"POST /chat" = { rate_limit = 0, burst_limit = 1 }',
            ['throttling.routes."POST /chat".rate_limit = 0: must be greater than or equal to 0.000001'],
            id="0 is not blocked on a route",
        ),
        pytest.param(
            MINIMAL + '[throttling.routes]\n"ANY /chat" = "blocked"',
            ["throttling.routes.\"ANY /chat\" = 'blocked': no such route; there are POST /chat"],
            id="ANY is not a method",
        ),
    ],
)
def test_refused(tmp_path: Path, text: str, lines: list[str]) -> None:
    assert refusals(tmp_path, text) == lines


def stage(rate: str) -> str:
    return changed(rate_limit=f"rate_limit = {rate}")


def route(rate: str) -> str:
    return MINIMAL + f'[throttling.routes]\n"POST /chat" = {{ rate_limit = {rate}, burst_limit = 1 }}'


def of_plan(rate: str) -> str:
    return plan(ALICE + f"throttle = {{ rate_limit = {rate}, burst_limit = 1 }}")


def route_of_plan(rate: str) -> str:
    return plan(ALICE + THROTTLE + f'routes = {{ "POST /chat" = {{ rate_limit = {rate}, burst_limit = 1 }} }}')


OF_STAGE = [("throttling", stage), ('throttling.routes."POST /chat"', route)]
OF_PLANS = [("usage_plans.free.throttle", of_plan), ('usage_plans.free.routes."POST /chat"', route_of_plan)]


@pytest.mark.parametrize(("where", "text"), OF_STAGE + OF_PLANS)
def test_the_lowest_rate(tmp_path: Path, where: str, text: Callable[[str], str]) -> None:
    assert warnings(tmp_path, text("0.000001")) == []
    assert refusals(tmp_path, text("0.0000009")) == [
        f"{where}.rate_limit = 0.0000009: must be greater than or equal to 0.000001"
    ]


@pytest.mark.parametrize(("where", "text"), OF_STAGE)
@pytest.mark.parametrize(
    ("rate", "written"), [("0.0000015", "0.000002"), ("0.01666667", "0.016667"), ("9.9999999", "10")]
)
def test_a_rate_that_the_provider_would_round(
    tmp_path: Path, where: str, text: Callable[[str], str], rate: str, written: str
) -> None:
    assert refusals(tmp_path, text(rate)) == [
        (
            f"{where}.rate_limit = {rate}: must have at most 6 decimals; the AWS provider would write {written}, "
            "and every plan would show the difference again"
        )
    ]


@pytest.mark.parametrize(
    "text", [stage("0.016667"), stage("9.999999"), route("1.5"), of_plan("0.01666667"), route_of_plan("0.01666667")]
)
def test_a_rate_that_is_written_as_it_is(tmp_path: Path, text: str) -> None:
    assert warnings(tmp_path, text) == []


def test_the_environment_the_tests_start_from_is_warned_of_nothing(tmp_path: Path) -> None:
    assert warnings(tmp_path, MINIMAL) == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(
            MINIMAL + '[throttling.routes]\n"POST /chat" = { rate_limit = 20, burst_limit = 5 }',
            [
                (
                    "throttling.routes.\"POST /chat\".rate_limit = 20: above the stage's 10; the route's own bucket "
                    "replaces the stage's and is not capped by it"
                )
            ],
            id="a route above the stage",
        ),
        pytest.param(
            MINIMAL + '[cors]\nallow_origins = ["https://example.com"]',
            [
                (
                    "throttling.burst_limit = 5: one browser page may send 12 requests at once, 6 and their "
                    "preflights, and would be answered 429"
                )
            ],
            id="a burst below a page load",
        ),
        pytest.param(
            plan(ALICE + "throttle = { rate_limit = 11, burst_limit = 5 }"),
            [
                (
                    "usage_plans.free.throttle: 11 requests per second and 5 at once is above what all callers of "
                    "POST /chat share, 10 requests per second and 5 at once; no key can ever reach it"
                )
            ],
            id="a plan above its stage",
        ),
        pytest.param(
            plan(
                ALICE
                + "throttle = { rate_limit = 20, burst_limit = 9 }\n"
                + 'routes = { "POST /chat" = { rate_limit = 1, burst_limit = 6 } }'
            ),
            [
                (
                    'usage_plans.free.routes."POST /chat": 1 requests per second and 6 at once is above what all '
                    "callers of POST /chat share, 10 requests per second and 5 at once; no key can ever reach it"
                )
            ],
            id="a plan's route above the stage",
        ),
        pytest.param(
            plan(
                ALICE
                + "throttle = { rate_limit = 50, burst_limit = 50 }\n"
                + 'routes = { "POST /chat" = { rate_limit = 100, burst_limit = 100 } }\n'
            )
            + '[[routes]]\nmethod = "GET"\npath = "/models"\napi_key_required = true',
            [
                (
                    'usage_plans.free.routes."POST /chat": 100 requests per second and 100 at once is assumed to '
                    "have no effect: the plan's own throttle also applies, and does not let more through, 50 "
                    "requests per second and 50 at once"
                ),
                (
                    "usage_plans.free.throttle: 50 requests per second and 50 at once is above what all callers of "
                    "POST /chat share, 10 requests per second and 5 at once; no key can ever reach it"
                ),
            ],
            id="a plan above its stage, and a route looser than the plan",
        ),
        pytest.param(
            plan(
                ALICE
                + "throttle = { rate_limit = 50, burst_limit = 50 }\n"
                + 'routes = { "POST /chat" = { rate_limit = 20, burst_limit = 5 } }\n'
            )
            + '[[routes]]\nmethod = "GET"\npath = "/models"\napi_key_required = true',
            [
                (
                    'usage_plans.free.routes."POST /chat": 20 requests per second and 5 at once is above what all '
                    "callers of POST /chat share, 10 requests per second and 5 at once; no key can ever reach it"
                ),
                (
                    "usage_plans.free.throttle: 50 requests per second and 50 at once is above what all callers of GET "
                    "/models share, 10 requests per second and 5 at once; no key can ever reach it"
                ),
            ],
            id="a plan and its route above the stage",
        ),
        pytest.param(
            plan(
                ALICE
                + "throttle = { rate_limit = 11, burst_limit = 5 }\n"
                + 'routes = { "POST /chat" = { rate_limit = 20, burst_limit = 3 } }'
            ),
            [
                (
                    "usage_plans.free.throttle: 11 requests per second and 5 at once is above what all callers of "
                    "POST /chat share, 10 requests per second and 5 at once; no key can ever reach it"
                )
            ],
            id="a plan above its stage in what its route leaves to it",
        ),
        pytest.param(
            plan(
                ALICE
                + "throttle = { rate_limit = 20, burst_limit = 9 }\n"
                + 'routes = { "POST /chat" = { rate_limit = 1, burst_limit = 2 } }'
            ),
            [],
            id="a plan above the stage, but not on the only route that it has",
        ),
        pytest.param(
            plan(ALICE + THROTTLE + 'routes = { "POST /chat" = { rate_limit = 1, burst_limit = 6 } }'),
            [
                (
                    'usage_plans.free.routes."POST /chat": 1 requests per second and 6 at once is assumed to have no '
                    "effect: the plan's own throttle also applies, and does not let more through, 1 requests per "
                    "second and 1 at once"
                )
            ],
            id="a plan's route looser than the plan",
        ),
        pytest.param(
            plan(ALICE + THROTTLE + 'routes = { "POST /chat" = { rate_limit = 0.5, burst_limit = 6 } }'),
            [],
            id="a plan's route with a lower rate than the plan",
        ),
        pytest.param(
            plan(ALICE + "throttle = { rate_limit = 11, burst_limit = 5 }")
            + '\n[throttling.routes]\n"POST /chat" = "unlimited"',
            [],
            id="an unlimited route is above every plan",
        ),
        pytest.param(
            WITH_KEY + "[usage_plans.free]\n" + THROTTLE,
            [
                (
                    "usage_plans.free.api_keys = []: the plan has no key, so it limits no one until a key created "
                    "elsewhere joins it"
                )
            ],
            id="a plan without a key",
        ),
        pytest.param(
            WITH_KEY,
            [
                (
                    "POST /chat: api_key_required = true: no usage plan has keys; without one created elsewhere POST "
                    "/chat answers only 403"
                )
            ],
            id="a key that nobody has",
        ),
    ],
)
def test_warned(tmp_path: Path, text: str, lines: list[str]) -> None:
    found = [line for line in warnings(tmp_path, text) if "authoriz" not in line]
    assert found == lines
