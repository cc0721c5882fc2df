"""Ways around a limit that the file leaves open: preflights that nothing counts, and greedy siblings."""

from pathlib import Path

import pytest

from review.commands import main
from review.diff.difference import difference
from review.layers.from_settings import layers_of
from review.layers.layer import Layer
from review.limits.limits import limits
from tests.environment_files import MINIMAL, environment, write
from tests.refusals import refusals, warnings
from tests.synthesis import rendered_text

CORS = MINIMAL.replace("burst_limit = 5", "burst_limit = 50") + '[cors]\nallow_origins = ["https://a.example"]\n'
PER_IP = '[[waf.rate_rules]]\nname = "per-ip"\nlimit = 600\n'
PREFLIGHTS = '[[waf.rate_rules]]\nname = "preflights"\nlimit = 300\nroutes = ["OPTIONS *"]\n'
UNCOUNTED = (
    "waf.rate_rules: none counts preflights: one address can use up the limit of a path's OPTIONS, "
    'and browsers then refuse all calls; add an IP rule with routes = ["OPTIONS *"]'
)


SOME = 'scope_down = { header = { name = "origin", value = "https://a.example" } }\n'
OTHERS = PREFLIGHTS.replace("preflights", "others") + SOME.replace("{ header", "{ not = { header").replace(
    "}\n", "} }\n"
)


@pytest.mark.parametrize("rest", [SOME, 'aggregate_key_type = "CONSTANT"\n'])
def test_a_rule_that_leaves_out_preflights_of_an_address(tmp_path: Path, rest: str) -> None:
    every = UNCOUNTED.replace("none counts preflights", "none counts every preflight of an address")
    assert every in warnings(tmp_path, CORS + PER_IP + PREFLIGHTS + rest)


def of_preflights(folder: Path, text: str) -> list[str]:
    return [line for line in warnings(folder, text) if "preflights:" in line]


def test_preflights_that_no_rule_counts(tmp_path: Path) -> None:
    assert of_preflights(tmp_path, CORS + PER_IP) == [UNCOUNTED]
    assert of_preflights(tmp_path, CORS + PER_IP + PREFLIGHTS.replace("limit", 'action = "count"\nlimit')) == [
        UNCOUNTED
    ]
    assert of_preflights(tmp_path, CORS + PER_IP + PREFLIGHTS) == []
    assert of_preflights(tmp_path, CORS + PER_IP + PREFLIGHTS + SOME + OTHERS) == []
    assert of_preflights(tmp_path, CORS) == []
    assert of_preflights(tmp_path, MINIMAL + PER_IP) == []


def test_a_rule_for_them_counts_every_options_request(tmp_path: Path) -> None:
    content = rendered_text(tmp_path, CORS + PER_IP + PREFLIGHTS)
    rules = content["resource"]["aws_wafv2_web_acl"]["web_acl"]["rule"]
    (rule,) = (rule for rule in rules if rule["name"] == "preflights")
    scope = rule["statement"]["rate_based_statement"]["scope_down_statement"]
    assert scope["byte_match_statement"]["search_string"] == "OPTIONS"
    assert rule["priority"] < next(each["priority"] for each in rules if each["name"] == "per-ip")


@pytest.mark.parametrize("extra", ['scope_down = { country = ["KP"] }', 'aggregate_key_type = "CONSTANT"'])
def test_it_may_say_more(tmp_path: Path, extra: str) -> None:
    assert environment(tmp_path, CORS + PER_IP + PREFLIGHTS + extra)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            CORS + PREFLIGHTS.replace('"OPTIONS *"', '"POST /chat", "OPTIONS *"'),
            (
                "rate rule preflights: routes[1] = 'OPTIONS *': counts every OPTIONS request and must be alone in "
                "routes; move it to a separate rule"
            ),
        ),
        (
            MINIMAL + PREFLIGHTS,
            (
                "rate rule preflights: routes[0] = 'OPTIONS *': nothing answers OPTIONS: there is no [cors], and no "
                "route has that method"
            ),
        ),
        (
            CORS + PREFLIGHTS.replace("OPTIONS *", "OPTIONS /chat"),
            (
                "rate rule preflights: routes[0] = 'OPTIONS /chat': is a preflight; routes = [\"OPTIONS *\"] counts it "
                "together with those of other paths"
            ),
        ),
        (
            CORS
            + PER_IP
            + PREFLIGHTS
            + 'aggregate_key_type = "CUSTOM_KEYS"\ncustom_keys = [{ header = { name = "x" } }]',
            (
                "rate rule preflights: custom_keys: callers can avoid this rule by omitting header x; add a rate rule "
                "of aggregate_key_type IP for the same routes, without scope_down"
            ),
        ),
    ],
)
def test_refused(tmp_path: Path, text: str, line: str) -> None:
    assert refusals(tmp_path, text) == [line]


def test_a_simulation_may_send_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(tmp_path, CORS + PER_IP + PREFLIGHTS)
    traffic = tmp_path / "traffic.toml"
    traffic.write_text(
        'duration_sec = 300\n[[clients]]\nname = "abuser"\nkind = "abuser"\nrate = 40\nroutes = ["OPTIONS *"]\n',
        encoding="utf-8",
    )
    assert main(["simulate", str(file), "--traffic", str(traffic), "--format", "json"]) == 0
    assert '"waf"' in capsys.readouterr().out


def test_the_review_has_a_row_for_them(tmp_path: Path) -> None:
    found = limits(layers_of(environment(tmp_path, CORS + PER_IP + PREFLIGHTS)))
    rows = {(each.route, each.layer, each.name): each.per_second for each in found}
    assert rows["OPTIONS *", Layer.WAF, "preflights"] == 1
    assert rows["OPTIONS *", Layer.STAGE, ""] == 10
    assert ("OPTIONS *", Layer.WAF, "per-ip") not in rows
    assert ("POST /chat", Layer.WAF, "preflights") not in rows
    before, after = (environment(tmp_path, CORS + PER_IP + rule) for rule in ("", PREFLIGHTS))
    (change,) = difference(before, after).limits
    assert (change.routes, change.name, change.before, change.flagged) == (("OPTIONS *",), "WAF preflights", None, True)
    (change,) = difference(after, environment(tmp_path, CORS + PER_IP + PREFLIGHTS.replace("300", "1000"))).limits
    assert (change.routes, change.name, change.flagged) == (("OPTIONS *",), "WAF preflights", True)
    without = limits(layers_of(environment(tmp_path, MINIMAL + PER_IP)))
    assert "OPTIONS *" not in {each.route for each in without}


AUTHORIZED = 'authorization = "AWS_IAM"\n'
HTTP = 'integration = {{ type = "http", url = "https://llm.example.com{}" }}\n'
SIBLINGS = (
    MINIMAL
    + AUTHORIZED
    + HTTP.format("/chat")
    + '[[routes]]\nmethod = "POST"\npath = "/{proxy+}"\n'
    + AUTHORIZED
    + HTTP.format("/{proxy}")
)


def around(folder: Path, text: str) -> list[str]:
    """What is missing on the way around, one a warning."""
    found = [line for line in warnings(folder, text) if "other spellings" in line]
    return [line.partition(": without ")[2].partition(";")[0] for line in found]


def test_a_greedy_sibling_with_the_same_limits(tmp_path: Path) -> None:
    assert around(tmp_path, SIBLINGS) == []
    assert around(tmp_path, SIBLINGS + PER_IP) == []


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (SIBLINGS + '[throttling.routes]\n"POST /chat" = { rate_limit = 1, burst_limit = 5 }', "its throttle"),
        (SIBLINGS + '[throttling.routes]\n"POST /chat" = { rate_limit = 10, burst_limit = 1 }', "its throttle"),
        (SIBLINGS + '[throttling.routes]\n"POST /chat" = "blocked"', "its throttle"),
        (SIBLINGS + '[throttling.routes]\n"POST /{proxy+}" = "unlimited"', "its throttle"),
        (SIBLINGS + PER_IP + 'routes = ["POST /chat"]', "the WAF rule per-ip"),
        (SIBLINGS.replace(AUTHORIZED, AUTHORIZED + "api_key_required = true\n", 1), "its API key"),
        (SIBLINGS[::-1].replace(AUTHORIZED[::-1], "", 1)[::-1], "its authorization"),
        (
            SIBLINGS.replace(AUTHORIZED, AUTHORIZED + "api_key_required = true\n")
            + '[usage_plans.free]\nthrottle = { rate_limit = 5, burst_limit = 5 }\napi_keys = ["a"]\n'
            + '[usage_plans.free.routes]\n"POST /chat" = { rate_limit = 1, burst_limit = 1 }',
            "its throttle in usage_plans.free",
        ),
    ],
)
def test_a_tight_route_beside_a_greedy_one(tmp_path: Path, text: str, missing: str) -> None:
    assert around(tmp_path, text) == [missing]


@pytest.mark.parametrize(
    "text",
    [
        SIBLINGS.replace("/{proxy+}", "/v2/{proxy+}"),
        SIBLINGS.replace('method = "POST"\npath = "/{proxy+}"', 'method = "GET"\npath = "/{proxy+}"'),
        SIBLINGS.replace(HTTP.format("/{proxy}"), ""),
    ],
)
def test_what_leads_to_no_other_route_or_server(tmp_path: Path, text: str) -> None:
    assert around(tmp_path, text + PER_IP + 'routes = ["POST /chat"]') == []


def test_a_greedy_one_below_another(tmp_path: Path) -> None:
    text = SIBLINGS.replace('path = "/chat"', 'path = "/v1/{proxy+}"') + PER_IP
    assert around(tmp_path, text + 'routes = ["POST /v1/{proxy+}"]') == ["the WAF rule per-ip"]


VARIABLE = SIBLINGS.replace("/{proxy+}", "/{name}").replace("/{proxy}", "/{name}")
TIGHT = '[throttling.routes]\n"POST /chat" = { rate_limit = 1, burst_limit = 1 }\n'


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (VARIABLE, []),
        (VARIABLE + TIGHT, ["its throttle"]),
        (VARIABLE.replace('"/chat"', '"/"') + TIGHT.replace("/chat", "/"), []),
        # Of another length, or with another part that stays the same.
        (VARIABLE.replace("/{name}", "/v1/{name}") + TIGHT, []),
        (VARIABLE.replace("/{name}", "/{name}/x") + TIGHT, []),
    ],
)
def test_a_tight_route_beside_one_with_a_variable(tmp_path: Path, text: str, missing: list[str]) -> None:
    """`/chat;x=1` is a value of `{name}`."""
    assert around(tmp_path, text) == missing


def test_the_other_spelling_is_of_the_part_that_is_a_variable(tmp_path: Path) -> None:
    text = VARIABLE.replace('"/chat"', '"/team/chat"').replace('"/{name}"', '"/{name}/chat"')
    (line,) = (each for each in warnings(tmp_path, text + TIGHT.replace("/chat", "/team/chat")) if "spellings" in each)
    assert "POST /{name}/chat matches other spellings of it, such as /team;x=1/chat, which" in line


TOKENS = SIBLINGS.replace(AUTHORIZED, AUTHORIZED + "api_key_required = true\n")
PLAN = "[usage_plans.free]\nthrottle = { rate_limit = 5, burst_limit = 5 }\napi_keys = ['a']\n"
LIMIT = "[[token_limits]]\nname = 'chat'\nby = 'all'\ntokens_per_minute = 1000\nroutes = ['POST /chat']\n"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        (TOKENS + PLAN + LIMIT, ["the token limit chat"]),
        (TOKENS + PLAN + LIMIT + "mode = 'count'\n", []),
        (TOKENS + PLAN + LIMIT.replace("routes = ['POST /chat']", ""), []),
    ],
)
def test_a_limit_in_tokens_beside_a_greedy_route_without_it(tmp_path: Path, text: str, missing: list[str]) -> None:
    assert around(tmp_path, text) == missing
