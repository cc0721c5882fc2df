"""What each layer lets through, and which limit stops which caller first. Numbers computed by hand."""

import re
from pathlib import Path

import pytest

from review.commands import main
from review.layers.from_settings import layers_of
from review.limits.limits import Limit, limits
from review.limits.reached_first import ReachedFirst, reached_first
from review.limits.report import PLAN, STAGE, WINDOW, report
from review.limits.stops_first import StopsFirstOnRoute, stops_first
from settings.read import read_environment
from tests.environment_files import MINIMAL, ROOT, changed, environment, write

TIERS = """
[aws]
region = "eu-south-1"

[api]
name = "api"

[stage]
name = "test"

[throttling]
rate_limit = 100
burst_limit = 200

[throttling.routes]
"POST /chat" = { rate_limit = 20, burst_limit = 40 }
"GET /models" = "unlimited"
"POST /old" = "blocked"

[[routes]]
method = "POST"
path = "/chat"
api_key_required = true

[[routes]]
method = "POST"
path = "/images"
api_key_required = true

[[routes]]
method = "GET"
path = "/models"

[[routes]]
method = "POST"
path = "/old"

[usage_plans.free]
throttle = { rate_limit = 0.5, burst_limit = 5 }
quota = { limit = 900, period = "DAY" }
routes = { "POST /images" = "blocked" }

[usage_plans.team]
throttle = { rate_limit = 50, burst_limit = 60 }
routes = { "POST /images" = { rate_limit = 3, burst_limit = 4 } }
"""

WAF = """
[[waf.rate_rules]]
name = "per-ip"
limit = 600
evaluation_window_sec = 300
"""


KEYED = MINIMAL.replace('path = "/chat"', 'path = "/chat"\napi_key_required = true')


def of_route(folder: Path, text: str, route: str) -> list[Limit]:
    return [limit for limit in limits(layers_of(environment(folder, text))) if limit.route == route]


def first_on(folder: Path, text: str, route: str) -> StopsFirstOnRoute:
    return next(each for each in stops_first(layers_of(environment(folder, text))) if each.route == route)


def rows(folder: Path, text: str, title: str) -> list[tuple[str, ...]]:
    """Of the table whose title begins with that."""
    found = report(layers_of(environment(folder, text)), ()).tables
    return [row for table in found if table.title.startswith(title) for row in table.rows]


def reached_on(folder: Path, text: str, route: str) -> dict[str, tuple[str, str]]:
    """By caller: at a steady rate, in one burst."""
    return {each.caller: (each.steady, each.burst) for each in reached_first(first_on(folder, text, route))}


def words(limit: Limit | None) -> tuple[str, float | None, float | None] | None:
    return None if limit is None else (f"{limit.layer} {limit.name}".strip(), limit.per_second, limit.at_once)


def test_layers_come_in_the_order_in_which_aws_asks_them(tmp_path: Path) -> None:
    found = of_route(tmp_path, TIERS + WAF, "POST /images")
    assert [(limit.layer, limit.name) for limit in found] == [
        ("WAF", "per-ip"),
        ("usage plan", "free on this route"),
        ("usage plan", "free"),
        ("quota", "free"),
        ("usage plan", "team on this route"),
        ("usage plan", "team"),
        ("stage", ""),
        ("account", ""),
    ]


def test_rates_by_the_second_and_by_the_minute(tmp_path: Path) -> None:
    found = {
        f"{limit.layer} {limit.name}".strip(): (limit.per_second, limit.per_minute, limit.at_once)
        for limit in of_route(tmp_path, TIERS + WAF, "POST /chat")
    }
    assert found["WAF per-ip"] == (2, 120, None)  # 600 in 300 s
    assert found["usage plan free"] == (0.5, 30, 5)
    assert found["quota free"] == (900 / 86_400, 0.625, 900)
    assert found["method"] == (20, 1200, 40)
    assert found["account"] == (2500, 150_000, 1250)  # Milan has the smaller quota


def test_who_shares_what(tmp_path: Path) -> None:
    found = {limit.layer: (limit.shared, limit.shared_by) for limit in of_route(tmp_path, TIERS + WAF, "POST /chat")}
    assert found == {
        "WAF": (False, "each IP"),
        "usage plan": (False, "each key"),
        "quota": (False, "each key"),
        "method": (True, "all callers"),
        "account": (True, "every API of the account and Region"),
    }


def test_one_address_is_stopped_by_waf_at_a_steady_rate_and_by_the_shared_bucket_in_a_burst(tmp_path: Path) -> None:
    first = first_on(tmp_path, TIERS + WAF, "POST /chat").one_ip
    assert words(first.steady) == ("WAF per-ip", 2, None)
    assert words(first.burst) == ("method", 20, 40)


def test_a_waf_rule_stops_nobody_at_once(tmp_path: Path) -> None:
    """It reacts seconds later: users report that 150 requests in one second exceeded a limit of 10 a minute."""
    low = WAF.replace("600", "10")
    each = first_on(tmp_path, TIERS + low, "POST /chat")
    assert (words(each.one_ip.steady), words(each.one_ip.burst)) == (
        ("WAF per-ip", 10 / 300, None),
        ("method", 20, 40),
    )
    settings = environment(tmp_path, TIERS + low)
    assert reached_first(each)[0] == ReachedFirst(caller="one IP", steady="0.0333/s: WAF per-ip", burst="40: method")
    details = next(
        table
        for table in report(layers_of(settings), (), details=True).tables
        if table.title == "POST /chat, layer by layer"
    )
    assert details.rows[0] == ("WAF", "per-ip: 10 in 300 s, each IP", "0.0333", "2", "-", "each IP")


def test_without_waf_one_address_may_use_up_what_everybody_shares(tmp_path: Path) -> None:
    each = first_on(tmp_path, TIERS, "POST /chat")
    assert words(each.one_ip.steady) == ("method", 20, 40)
    assert each.one_ip == each.everyone


def test_a_key_has_the_limits_of_its_own_plan_and_no_others(tmp_path: Path) -> None:
    free, team = first_on(tmp_path, TIERS, "POST /chat").one_key
    assert (free.plan, words(free.steady), words(free.burst)) == (
        "free",
        ("usage plan free", 0.5, 5),
        ("usage plan free", 0.5, 5),
    )
    assert words(free.quota) == ("quota free", 900 / 86_400, 900)
    # The plan's 50 per second cannot be reached behind the method's 20.
    assert (team.plan, words(team.steady), words(team.burst)) == ("team", ("method", 20, 40), ("method", 20, 40))
    assert team.quota is None


def test_a_plan_may_have_a_bucket_of_the_route_or_keep_its_keys_out(tmp_path: Path) -> None:
    free, team = first_on(tmp_path, TIERS, "POST /images").one_key
    assert words(free.steady) == ("usage plan free on this route", 0.000001, 1)
    assert words(team.steady) == ("usage plan team on this route", 3, 4)


def test_a_route_that_asks_for_no_key_is_in_no_plan(tmp_path: Path) -> None:
    assert first_on(tmp_path, TIERS, "GET /models").one_key == ()
    assert {limit.layer for limit in of_route(tmp_path, TIERS, "GET /models")} == {"method", "account"}


def test_unlimited_leaves_a_route_to_the_account_and_blocked_is_what_is_deployed(tmp_path: Path) -> None:
    assert words(first_on(tmp_path, TIERS, "GET /models").everyone.steady) == ("account", 2500, 1250)
    assert words(first_on(tmp_path, TIERS, "POST /old").everyone.burst) == ("method", 0.000001, 1)


@pytest.mark.parametrize(
    ("waf", "said"),
    [
        ('[waf]\nmode = "count"\n' + WAF, "the web ACL only counts"),
        (WAF + 'action = "count"\n', "the rule only counts"),
    ],
)
def test_what_only_counts_stops_nobody(tmp_path: Path, waf: str, said: str) -> None:
    assert words(first_on(tmp_path, MINIMAL + waf, "POST /chat").one_ip.steady) == ("stage", 10, 5), said
    assert [limit.blocks for limit in of_route(tmp_path, MINIMAL + waf, "POST /chat")] == [False, True, True]


def test_a_counting_tier_stands_before_its_rule_and_stops_nobody(tmp_path: Path) -> None:
    text = MINIMAL + WAF + "count_limit = 300\n"
    found = [limit for limit in of_route(tmp_path, text, "POST /chat") if limit.layer == "WAF"]
    assert [(limit.name, limit.in_period, limit.blocks) for limit in found] == [
        ("per-ip-count", 300, False),
        ("per-ip", 600, True),
    ]
    assert words(first_on(tmp_path, text, "POST /chat").one_ip.steady) == ("WAF per-ip", 2, None)


HEADER = """
[[waf.rate_rules]]
name = "per-{name}"
limit = 10
evaluation_window_sec = 600
aggregate_key_type = "CUSTOM_KEYS"
custom_keys = [{{ header = {{ name = "{name}" }} }}]
"""


def test_a_header_that_a_caller_may_change_does_not_limit_its_address(tmp_path: Path) -> None:
    text = TIERS + HEADER.format(name="authorization") + WAF
    each = first_on(tmp_path, text, "POST /chat")
    assert words(each.one_ip.steady) == ("WAF per-ip", 2, None)
    assert [words(key.steady) for key in each.one_key] == [("usage plan free", 0.5, 5), ("method", 20, 40)]


def test_a_rule_by_the_api_key_limits_the_key(tmp_path: Path) -> None:
    each = first_on(tmp_path, TIERS + HEADER.format(name="X-Api-Key") + WAF, "POST /chat")
    assert [words(key.steady) for key in each.one_key] == [("WAF per-X-Api-Key", 10 / 600, None)] * 2


def test_a_counter_that_all_share_stops_everyone(tmp_path: Path) -> None:
    rule = WAF.replace("per-ip", "all") + 'aggregate_key_type = "CONSTANT"\nroutes = ["POST /chat"]\n'
    each = first_on(tmp_path, TIERS + rule, "POST /chat")
    assert words(each.everyone.steady) == ("WAF all", 2, None)
    assert words(each.one_ip.steady) == ("WAF all", 2, None)


THROTTLES = "Throttles, each shared by all callers of a route"
PLANS = "Usage plans, for each API key"
RULES = "WAF rate rules"
REACHED = "Which limit each caller reaches first"


def test_there_is_no_table_for_a_layer_that_is_not_there(tmp_path: Path) -> None:
    found = report(layers_of(environment(tmp_path, MINIMAL)), ()).tables
    assert [table.title for table in found] == [THROTTLES, REACHED]
    assert found[0].columns == ("route", "throttle", "a second", "a minute", "at once")
    assert found[0].rows == (("POST /chat", "stage", "10", "600", "5"),)
    assert found[0].caption.endswith(": 10,000 a second, 5,000 at once.")


def test_the_tables_come_in_the_order_in_which_aws_applies_the_limits(tmp_path: Path) -> None:
    found = report(layers_of(environment(tmp_path, TIERS + WAF)), ()).tables
    assert [table.title for table in found] == [RULES, PLANS, THROTTLES, REACHED]


def test_a_tiny_rate_has_no_exponent(tmp_path: Path) -> None:
    tiny = changed(rate_limit="rate_limit = 0.00005")
    assert rows(tmp_path, tiny, THROTTLES) == [("POST /chat", "stage", "0.00005", "0.003", "5")]


def test_routes_with_the_same_limits_share_a_row(tmp_path: Path) -> None:
    more = '[[routes]]\nmethod = "GET"\npath = "/{0}"\n'
    text = MINIMAL + more.format("a") + more.format("b") + '[throttling.routes]\n"GET /a" = "blocked"\n'
    for title in (THROTTLES, REACHED):
        assert [row[0] for row in rows(tmp_path, text, title) if row[0]] == ["POST /chat\nGET /b", "GET /a"]


def test_a_plan_has_one_row_and_each_throttle_of_its_own_for_a_route_too(tmp_path: Path) -> None:
    """900 at 0.5 a second are 1,800 s."""
    assert rows(tmp_path, TIERS, PLANS) == [
        ("free", "every route", "0.5", "5", "900 a day", "30 min"),
        ("", "POST /images", "blocked", "-", "-", "-"),
        ("team", "every route", "50", "60", "-", "-"),
        ("", "POST /images", "3", "4", "-", "-"),
    ]


def test_a_plan_table_has_no_column_that_says_nothing(tmp_path: Path) -> None:
    plan = "[usage_plans.free]\nthrottle = { rate_limit = 4, burst_limit = 5 }\n"
    (table,) = [
        each for each in report(layers_of(environment(tmp_path, KEYED + plan)), ()).tables if each.title == PLANS
    ]
    assert (table.columns, table.rows) == (("usage plan", "a second", "at once"), (("free", "4", "5"),))


def test_the_plan_table_names_the_routes_that_ask_for_no_key(tmp_path: Path) -> None:
    (table,) = [each for each in report(layers_of(environment(tmp_path, TIERS)), ()).tables if each.title == PLANS]
    assert table.caption.endswith("Without a key: GET /models, POST /old.")


def test_a_rate_rule_has_one_row_with_the_routes_that_it_counts(tmp_path: Path) -> None:
    scoped = WAF.replace("per-ip", "chat") + 'routes = ["POST /chat"]\naction = "count"\n'
    most = WAF.replace("per-ip", "most") + 'routes = ["POST /chat", "POST /images", "GET /models"]\n'
    assert rows(tmp_path, TIERS + WAF + scoped + most, RULES) == [
        # WAF asks the narrower ones first.
        ("chat", "600 in 300 s", "2", "each IP\n(counts only, blocks nobody)", "POST /chat"),
        ("most", "600 in 300 s", "2", "each IP", "every route except\nPOST /old"),
        ("per-ip", "600 in 300 s", "2", "each IP", "every route"),
    ]


def test_preflights_are_said_to_be_left_out(tmp_path: Path) -> None:
    (said,) = layers_of(environment(tmp_path, MINIMAL + '[cors]\nallow_origins = ["*"]\n')).left_out
    assert said.startswith("Preflights are left out")
    assert layers_of(environment(tmp_path, MINIMAL)).left_out == ()


def test_cells_say_blocked_and_unlimited(tmp_path: Path) -> None:
    found = {row[0]: row[1:] for row in rows(tmp_path, TIERS, THROTTLES)}
    assert found["GET /models"] == ("method", "unlimited", "-", "-")
    assert found["POST /old"] == ("method", "blocked", "-", "-")


def test_each_caller_has_a_row_with_what_it_reaches_first(tmp_path: Path) -> None:
    assert reached_on(tmp_path, TIERS + WAF, "POST /chat") == {
        "one IP": ("2/s: WAF per-ip", "40: method"),
        "key of free": ("0.5/s: its plan", "5: its plan"),
        "key of team": ("20/s: method", "40: method"),
        "all callers": ("20/s: method", "40: method"),
    }
    assert reached_on(tmp_path, TIERS, "POST /images") == {
        "one IP": ("100/s: stage", "200: stage"),
        "key of free": ("blocked", "blocked"),
        "key of team": ("3/s: its plan", "4: its plan"),
        "all callers": ("100/s: stage", "200: stage"),
    }
    assert reached_on(tmp_path, TIERS, "POST /old")["all callers"] == ("blocked", "blocked")
    assert reached_on(tmp_path, TIERS, "GET /models")["all callers"] == ("2,500/s: account", "1,250: account")


def test_a_rule_that_all_callers_share_says_so(tmp_path: Path) -> None:
    rule = WAF.replace("per-ip", "all") + 'aggregate_key_type = "CONSTANT"\nroutes = ["POST /chat"]\n'
    assert reached_on(tmp_path, TIERS + rule, "POST /chat")["one IP"] == ("2/s: WAF all, shared", "40: method")


def test_details_are_a_table_for_each_route(tmp_path: Path) -> None:
    layers = layers_of(environment(tmp_path, TIERS))
    tables = report(layers, (), details=True).tables[len(report(layers, ()).tables) :]
    assert [table.title.partition(",")[0] for table in tables] == [
        "POST /chat",
        "POST /images",
        "GET /models",
        "POST /old",
    ]
    assert tables[0].rows[0] == ("usage plan", "free", "0.5", "30", "5", "each key")


def test_notes_say_only_what_concerns_the_environment(tmp_path: Path) -> None:
    few = report(layers_of(environment(tmp_path, MINIMAL)), ())
    assert {PLAN, WINDOW}.isdisjoint((*few.notes, *few.assumptions))
    many = report(layers_of(environment(tmp_path, TIERS + WAF)), ())
    assert {PLAN, WINDOW, STAGE} <= set(many.assumptions)
    assert many.data["notes"] == [*many.notes, *many.assumptions]


@pytest.mark.parametrize("file", sorted(ROOT.glob("environments/*.toml")) + sorted(ROOT.glob("docs/examples/*.toml")))
def test_every_environment_and_example_has_an_answer_for_every_route(file: Path) -> None:
    settings = read_environment(file)
    data = report(layers_of(settings), ()).data
    keys = [route.key for route in settings.routes]
    assert [each["route"] for each in data["stops_first"]] == keys
    assert list(dict.fromkeys(limit["route"] for limit in data["limits"])) == keys
    assert all(each["everyone"]["steady"] for each in data["stops_first"])


TEN = [
    *("POST /v1/chat/completions", "POST /v1/completions", "POST /v1/embeddings", "POST /v1/images/generations"),
    *("POST /v1/audio/transcriptions", "POST /v1/responses", "GET /v1/responses/{response_id}", "POST /v1/moderations"),
    *("GET /v1/models/{model}", "GET /v1/models"),
]


def test_three_plans_and_ten_routes_are_readable_at_eighty_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = (route.split() for route in TEN)
    keyed = "".join(
        f'[[routes]]\nmethod = "{method}"\npath = "{path}"\napi_key_required = {str(path != "/v1/models").lower()}\n'
        for method, path in routes
    )
    plans = """
        [usage_plans.free]
        throttle = { rate_limit = 1, burst_limit = 5 }
        quota = { limit = 1000, period = "DAY" }
        routes = { "POST /v1/images/generations" = "blocked" }
        [usage_plans.pro]
        throttle = { rate_limit = 10, burst_limit = 20 }
        quota = { limit = 100_000, period = "MONTH" }
        [usage_plans.enterprise]
        throttle = { rate_limit = 50, burst_limit = 100 }
    """
    file = write(tmp_path, MINIMAL.partition("[[routes]]")[0] + keyed + plans + WAF)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["limits", str(file)]) == 0
    lines = [re.sub(" {2,}", "  ", line.rstrip()) for line in capsys.readouterr().out.splitlines()]
    assert max(map(len, lines)) <= 80
    start = lines.index("WAF rate rules")
    assert len(lines) - start < 65
    for row in (
        "per-ip  600 in 300 s  2  each IP  every route",
        "free  every route  1  5  1,000 a day  16.7 min",
        "pro  every route  10  20  100,000 a month  2.8 h",
        "enterprise  every route  50  100  -  -",
        "GET /v1/models  one IP  2/s: WAF per-ip  5: stage",
    ):
        assert row in lines
    words = " ".join(lines[start:]).split()
    # Nothing is broken within a word, and a path only at its slashes.
    for part in ("enterprise", "/completions", "/transcriptions", "/{response_id}", "every", "100,000", "moderations"):
        assert any(part in word for word in words), part
