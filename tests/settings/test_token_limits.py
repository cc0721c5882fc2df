"""Limits in tokens: what is refused and warned of, and what the function is told."""

import json
from pathlib import Path

import pytest

from settings.token_limits.covering import covering, limit_variables, plan_keys, prices
from tests.environment_files import MINIMAL, environment
from tests.gateway.routes import with_route
from tests.refusals import refusals, warnings

HTTP = 'type = "http"\nurl = "https://llm.example.com/v1/chat/completions"'
BEDROCK = 'type = "bedrock"\nmodel_id = "anthropic.claude-sonnet-4-6"'
PRIVATE = 'type = "private"\nurl = "https://llm.example.com"\n'
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/llm/0123456789abcdef"
PLAN = '[usage_plans.gold]\ntokens_per_minute = 1000\napi_keys = ["acme"]\n'
KEY = "api_key_required = true"
PRICE = '[token_prices."anthropic.claude-sonnet-4-6"]\ninput = 3\noutput = 15\n'


def limit(lines: str) -> str:
    return f'[[token_limits]]\nname = "a"\n{lines}\n'


def refused(folder: Path, integration: str, tables: str, more: str = "") -> str:
    [line] = refusals(folder, with_route(integration, more=more, tables=tables))
    return line


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('by = "ip"', "token limit a: limits nothing"),
        ('by = "header:x-user"\ntokens_per_minute = 9', "is set by the caller"),
        ('by = "user"\ntokens_per_minute = 9', 'must be "api_key", "ip", "principal", "claim:<name>" or "all"'),
        ('by = ["ip", "ip"]\ntokens_per_minute = 9', "must contain each identity only once"),
        ('by = ["ip", "all"]\ntokens_per_minute = 9', "must be alone"),
        ("by = []\ntokens_per_minute = 9", "must contain at least one"),
        ('by = "ip"\ntokens_per_minute = 0', "greater than or equal to 1"),
        ('by = "ip"\ntokens_per_minute = 1', "is below one request: one token in and one out already count 2"),
        ('by = "ip"\ntokens_per_minute = 9\nshards = 2', 'must have shards only with by = "all"'),
        ('by = "api_key"\ntokens_per_minute = 9', "POST /chat does not require an API key"),
        ('by = "principal"\ntokens_per_minute = 9', "POST /chat does not authenticate callers"),
        ('by = "claim:team"\ntokens_per_minute = 9', "POST /chat has no authorizer that could provide claim:team"),
        (
            'by = "ip"\nroutes = ["GET /chat"]\ntokens_per_minute = 9',
            "routes[0] = 'GET /chat': no such route; there are POST /chat",
        ),
        ('by = "ip"\nusd_per_month = 5', "needs prices"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(tmp_path: Path, lines: str, said: str) -> None:
    assert said in refused(tmp_path, HTTP, limit(lines))


def test_names_are_unique_and_not_that_of_plans(tmp_path: Path) -> None:
    twice = limit('by = "ip"\ntokens_per_minute = 9') + limit('by = "all"\ntokens_per_minute = 9')
    assert "another limit has that name" in refused(tmp_path, HTTP, twice)
    assert "use another name" in refused(
        tmp_path, HTTP, '[[token_limits]]\nname = "plan"\nby = "ip"\ntokens_per_day = 9'
    )


def test_a_price_is_needed_of_every_bedrock_model(tmp_path: Path) -> None:
    money = limit('by = "ip"\nusd_per_month = 5')
    other = '[token_prices."other"]\ninput = 1\noutput = 1\n'
    assert 'needs a price for POST /chat: a table [token_prices."anthropic' in refused(tmp_path, BEDROCK, money + other)
    too_little = limit('by = "ip"\nusd_per_month = 0.000017')
    assert "is below one request" in refused(tmp_path, BEDROCK, too_little + PRICE)
    assert warnings(tmp_path, with_route(BEDROCK, more=KEY, tables=limit('by = "ip"\nusd_per_month = 5') + PRICE))


@pytest.mark.parametrize(
    ("integration", "said"),
    [
        (
            'type = "lambda"\nfunction_arn = "arn:aws:lambda:us-east-1:111122223333:function:chat"',
            "POST /chat is your own function",
        ),
        ('type = "mock"', "POST /chat is mock, and only a bedrock, http or private route"),
    ],
)
def test_a_route_that_cannot_be_metered(tmp_path: Path, integration: str, said: str) -> None:
    of_table = limit('by = "ip"\nroutes = ["POST /chat"]\ntokens_per_minute = 9')
    assert said in refused(tmp_path, integration, of_table)
    assert said in refused(tmp_path, integration, PLAN, KEY)
    everywhere = limit('by = "ip"\ntokens_per_minute = 9')
    assert "covers no route" in refused(tmp_path, integration, everywhere)


def test_a_plan_with_limits_in_tokens_needs_keys(tmp_path: Path) -> None:
    plan = "[usage_plans.gold]\ntokens_per_minute = 1000\n"
    assert "needs keys in this file" in refused(tmp_path, HTTP, plan, KEY)


def test_a_private_route_needs_subnets(tmp_path: Path) -> None:
    by_ip = limit('by = "ip"\ntokens_per_minute = 9')
    linked = f'{PRIVATE}vpc_link_id = "abc123"\nload_balancer_arn = "{BALANCER}"'
    assert "must be load_balancer_arn, subnet_ids" in refused(tmp_path, linked, by_ip)
    inside = f'{PRIVATE}load_balancer_arn = "{BALANCER}"\nsubnet_ids = ["subnet-0a"]\nsecurity_group_ids = ["sg-0a"]'
    said = warnings(tmp_path, with_route(inside, more=KEY, tables=by_ip))
    assert any("gateway endpoint for DynamoDB" in line for line in said)


def test_a_plan_that_is_there_already_takes_none(tmp_path: Path) -> None:
    plan = '[usage_plans.gold]\nid = "a1b2c3"\ntokens_per_minute = 1000\napi_keys = ["acme"]\n'
    assert "must have no tokens_per_minute: the plan exists" in refused(tmp_path, HTTP, plan, KEY)


def test_a_key_of_another_region_cannot_encrypt_the_table(tmp_path: Path) -> None:
    by_ip = limit('by = "ip"\ntokens_per_minute = 9')
    store = '[token_store]\nkms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a"\n'
    assert "must be in us-east-1, the table's Region" in refused(tmp_path, HTTP, by_ip + store)


def test_a_function_has_no_certificate_to_show(tmp_path: Path) -> None:
    by_ip = limit('by = "ip"\ntokens_per_minute = 9')
    text = with_route(HTTP, more=KEY, tables=by_ip).replace("[stage]", '[stage]\nclient_certificate = "create"')
    said = [line for line in warnings(tmp_path, text) if line.startswith("stage.client_certificate")]
    assert len(said) == 1
    assert "has no client certificate" in said[0]
    assert not [line for line in warnings(tmp_path, text.replace(by_ip, "")) if "certificate" in line]


def test_more_keys_than_a_functions_variables_hold(tmp_path: Path) -> None:
    keys = ", ".join(f'"key{number}"' for number in range(400))
    plan = f"[usage_plans.gold]\ntokens_per_minute = 1000\napi_keys = [{keys}]\n"
    assert "of the 4096 that Lambda allows for a function's variables" in refused(tmp_path, HTTP, plan, KEY)


def test_one_item_is_outrun(tmp_path: Path) -> None:
    text = with_route(HTTP, more=KEY, tables=limit('by = "all"\ntokens_per_minute = 9')).replace(
        "rate_limit = 10", "rate_limit = 1200"
    )
    assert any("shards = 3 is enough" in line for line in warnings(tmp_path, text))
    sharded = text.replace("tokens_per_minute = 9", "tokens_per_minute = 9\nshards = 3")
    assert not any("is enough" in line for line in warnings(tmp_path, sharded))


def test_a_key_outruns_its_item(tmp_path: Path) -> None:
    plan = f"{PLAN}[usage_plans.gold.throttle]\nrate_limit = 900\nburst_limit = 5\n"
    said = warnings(tmp_path, with_route(HTTP, more=KEY, tables=plan))
    assert any(
        "usage_plans.gold.throttle.rate_limit = 900" in line and "its limits are unavailable" in line for line in said
    )


def test_a_key_without_a_throttle_may_send_what_the_stage_lets_through(tmp_path: Path) -> None:
    text = with_route(HTTP, more=KEY, tables=PLAN).replace("rate_limit = 10", "rate_limit = 900")
    [said] = [line for line in warnings(tmp_path, text) if "its limits are unavailable" in line]
    assert said == (
        "usage_plans.gold.throttle = nothing: a key of this plan may send more than the 500 requests per second that "
        "DynamoDB supports for one item; above that, its limits are unavailable"
    )
    assert not any(
        "its limits are unavailable" in line for line in warnings(tmp_path, with_route(HTTP, more=KEY, tables=PLAN))
    )


def test_an_item_with_many_running_requests_is_outrun_sooner(tmp_path: Path) -> None:
    """A thousand leases are 25 KB, which each write rewrites."""
    text = with_route(HTTP, tables=limit('by = "all"\nconcurrent_requests = 1000')).replace(
        "rate_limit = 10", "rate_limit = 100"
    )
    [said] = [line for line in warnings(tmp_path, text) if "is enough" in line]
    assert said == (
        "token limit a: shards = 1: DynamoDB supports about 20 requests per second for one item, which is larger "
        "than 1 KB with 1000 requests in it, but the throttles allow 100; shards = 3 is enough, at the cost that "
        "docs/token-limits.md describes"
    )
    assert not any("is enough" in line for line in warnings(tmp_path, text.replace("1000", "1000\nshards = 3")))


def test_a_cap_of_the_table_below_what_the_throttles_let_through(tmp_path: Path) -> None:
    """Two items of each request, two writes of each."""
    tables = limit('by = "all"\ntokens_per_minute = 9') + PLAN + "[token_store]\nmax_write_request_units = {}\n"
    few, enough = (
        [
            line
            for line in warnings(tmp_path, with_route(HTTP, more=KEY, tables=tables.format(cap)))
            if "max_write_request_units" in line
        ]
        for cap in (39, 40)
    )
    [said] = few
    assert said == (
        "token_store.max_write_request_units = 39: is below the 40 writes per second of the requests that the "
        "throttles allow; DynamoDB refuses the rest, and the limits are then unavailable"
    )
    assert enough == []


def test_a_blocked_route_outruns_nothing(tmp_path: Path) -> None:
    blocked = '[throttling.routes]\n"POST /chat" = "blocked"\n' + limit('by = "all"\ntokens_per_minute = 9')
    text = with_route(HTTP, tables=blocked).replace("rate_limit = 10", "rate_limit = 1200")
    assert not any("is enough" in line for line in warnings(tmp_path, text))


def test_tables_of_no_use(tmp_path: Path) -> None:
    said = warnings(tmp_path, f"{MINIMAL}[token_store]\ndeletion_protection = true\n{PRICE}")
    assert [line.split(":")[0] for line in said if "has no effect" in line] == ["token_store", "token_prices"]


def test_what_the_function_is_told(tmp_path: Path) -> None:
    tables = (
        PLAN
        + '[usage_plans.free]\ntokens_per_minute = 10\nconcurrent_requests = 1\napi_keys = ["one", "two"]\n'
        + limit('by = "all"\nmodels = ["gpt-4*"]\nmode = "count"\nwhen_unavailable = "refuse"\nusd_per_month = 2.5')
        + '[token_metering]\ncount = "bedrock"\n'
        + PRICE
    )
    settings = environment(tmp_path, with_route(HTTP, more=KEY, tables=tables))
    [route] = settings.routes
    assert len(covering(settings, route)) == 4
    variables = {name: json.loads(value) for name, value in limit_variables(settings, route).items()}
    plan = {"name": "plan", "by": ["api_key"], "mode": "enforce"}
    assert variables == {
        "TOKEN_LIMITS": [
            {**plan, "tokens_per_minute": 1000, "plan": "gold"},
            {**plan, "tokens_per_minute": 10, "concurrent_requests": 1, "plan": "free"},
            # A key that the file does not name has the lowest of each.
            {**plan, "tokens_per_minute": 10, "concurrent_requests": 1, "plan": ""},
            {
                "name": "a",
                "by": ["all"],
                "mode": "count",
                "usd_per_month": 2.5,
                "models": ["gpt-4*"],
                "when_unavailable": "refuse",
            },
        ],
        "TOKEN_COUNTING": {
            "weights": {"input": 1.0, "cached_input": 0.0, "cache_write": 1.0, "output": 5.0},
            "default_max_tokens": 1024,
            "image_tokens": 1500,
        },
    }
    assert plan_keys(settings, {"acme": "k1", "one": "k2", "two": "k3"}) == "gold=k1;free=k2,k3"
    [priced] = json.loads(prices(settings)).values()
    assert priced == {"input": 3.0, "output": 15.0, "cached_input": 3.0, "cache_write": 3.0}


def test_nothing_is_covered_without_limits(tmp_path: Path) -> None:
    settings = environment(tmp_path, with_route(HTTP))
    assert covering(settings, settings.routes[0]) == ()
