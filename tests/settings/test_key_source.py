"""Where API keys come from, and keys and plans that are there already."""

from pathlib import Path

import pytest

from review.layers.from_settings import layers_of
from review.limits.stops_first import stops_first
from tests.environment_files import changed, environment
from tests.refusals import refusals, warnings

KEYED = 'path = "/chat"\napi_key_required = true'
PLAN = "[usage_plans.free]\nthrottle = { rate_limit = 1, burst_limit = 1 }\n"


def text(source: str = "BEARER", *, more: str = "", route: str = KEYED, tables: str = PLAN) -> str:
    return changed(**{"[api]": f'[api]\nkey_source = "{source}"\n{more}', "path": route}) + "\n" + tables


ARN = "arn:aws:lambda:us-east-1:111122223333:function:check"
TOKENS = f'[authorizers.tokens]\ntype = "TOKEN"\nfunction_arn = "{ARN}"\n'
LOG = '[observability]\naccount_role = "existing"\n[observability.execution_log]\n'
LOGGED = (
    "may write API keys into the log with api.key_source = BEARER: API Gateway logs the input and output of its "
    "authorizer"
)


@pytest.mark.parametrize(
    ("file", "lines"),
    [
        pytest.param(text(), [], id="as it is meant"),
        pytest.param(text(more="authorizer_result_ttl_in_seconds = 3600"), [], id="remembered"),
        pytest.param(
            text("HEADER", more="authorizer_result_ttl_in_seconds = 300"),
            [
                (
                    "api.authorizer_result_ttl_in_seconds = 300: must be 0 with api.key_source = HEADER: it belongs "
                    "to the authorizer that BEARER creates"
                )
            ],
            id="remembered by nobody",
        ),
        pytest.param(
            text(route=KEYED + '\nauthorization = "AWS_IAM"'),
            [
                (
                    "POST /chat: authorization = 'AWS_IAM': must be \"NONE\": with api.key_source = BEARER the "
                    "Authorization header contains the API key; for both use AUTHORIZER, and an authorizer that "
                    "returns usageIdentifierKey"
                )
            ],
            id="two uses of one header",
        ),
        pytest.param(
            text(tables=PLAN + TOKENS.replace("tokens", "bearer_key")),
            [("authorizers.bearer_key: is the name of the authorizer that api.key_source = BEARER creates; rename it")],
            id="the name is taken",
        ),
        pytest.param(
            text(tables=PLAN + LOG + 'level = "INFO"\ndata_trace = true'),
            [
                f"observability.execution_log.level = 'INFO': {LOGGED}",
                f"observability.execution_log.data_trace = true: {LOGGED}",
            ],
            id="keys in a log",
        ),
        pytest.param(text(tables=PLAN + LOG), [], id="errors only in the log"),
    ],
)
def test_bearer(tmp_path: Path, file: str, lines: list[str]) -> None:
    if lines:
        assert refusals(tmp_path, file) == lines
    else:
        assert environment(tmp_path, file).api.key_source == "BEARER"


def test_without_a_route_that_asks_for_a_key_it_does_nothing(tmp_path: Path) -> None:
    found = warnings(tmp_path, text(route='path = "/chat"', tables=""))
    assert "api.key_source = 'BEARER': no route has api_key_required = true, so no key is read" in found


BY_HEADER = """
[[waf.rate_rules]]
name = "per-key"
limit = 100
aggregate_key_type = "CUSTOM_KEYS"
custom_keys = [{{ header = {{ name = "{header}" }} }}]

[[waf.rate_rules]]
name = "per-ip"
limit = 100000
"""


def test_a_rule_by_x_api_key_does_not_count_who_sends_the_key_as_sdks_do(tmp_path: Path) -> None:
    found = warnings(tmp_path, text(tables=PLAN + BY_HEADER.format(header="x-api-key")))
    assert [line for line in found if "counts only requests with x-api-key" in line] == [
        (
            "rate rule per-key: custom_keys[0]: counts only requests with x-api-key: with api.key_source = BEARER, "
            "SDKs send their keys in authorization; count by that header in this rule or in another one"
        )
    ]
    assert "x-api-key" not in str(warnings(tmp_path, text(tables=PLAN + BY_HEADER.format(header="Authorization"))))


@pytest.mark.parametrize(
    ("source", "more", "header", "stopped_by"),
    [
        ("BEARER", "", "authorization", "per-key"),
        ("BEARER", "", "X-Api-Key", "per-key"),
        ("BEARER", "authorizer_result_ttl_in_seconds = 300", "authorization", "per-key"),
        ("BEARER", "authorizer_result_ttl_in_seconds = 300", "x-api-key", ""),
        ("HEADER", "", "authorization", ""),
        ("HEADER", "", "x-api-key", "per-key"),
    ],
)
def test_the_review_knows_which_header_is_the_key(
    tmp_path: Path, source: str, more: str, header: str, stopped_by: str
) -> None:
    file = text(source, more=more, tables='[usage_plans.free.quota]\nlimit = 9\nperiod = "DAY"\n')
    (bite,) = stops_first(layers_of(environment(tmp_path, file + BY_HEADER.format(header=header))))
    (of_key,) = bite.one_key
    assert of_key.steady
    # Or by the stage's throttle, which has no name.
    assert of_key.steady.name == stopped_by


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        pytest.param(
            '[{ name = "a", id = "k1x2y3z4a5", value = "variable" }]',
            ("usage_plans.free.api_keys[0]: must have no value together with id: the key exists and has one"),
            id="a value for it",
        ),
        pytest.param(
            '[{ name = "a", id = "k1x2y3z4a5" }, { name = "b", id = "k1x2y3z4a5" }]',
            "usage_plans.free.api_keys[1].id: a is the same key; AWS allows a key in one plan of a stage",
            id="twice",
        ),
    ],
)
def test_a_key_that_is_there_already(tmp_path: Path, keys: str, line: str) -> None:
    assert refusals(tmp_path, text("HEADER", tables=PLAN + f"api_keys = {keys}")) == [line]


def test_a_plan_that_is_there_already_has_no_limits_here(tmp_path: Path) -> None:
    shared = '[usage_plans.shared]\nid = "p1x2y3"\n'
    quota = 'quota = { limit = 9, period = "DAY" }\n'
    assert refusals(tmp_path, text("HEADER", tables=shared + quota)) == [
        ("usage_plans.shared: must have no quota: the plan exists, and Spillway does not change it")
    ]
    twice = shared + shared.replace("plans.shared", "plans.again")
    assert refusals(tmp_path, text("HEADER", tables=twice)) == [
        "usage_plans.again.id = 'p1x2y3': usage_plans.shared is the same plan; name it once"
    ]
    layers = layers_of(environment(tmp_path, text("HEADER", tables=shared + 'api_keys = ["erin"]')))
    assert [note for note in layers.left_out if "p1x2y3" in note]
