"""Two environments compared. Percentages computed by hand."""

import json
from pathlib import Path

import pytest

from review.commands import main
from review.diff.difference import LimitChange, difference
from review.diff.report import Side, report
from review.diff.tables import FLAG
from tests.environment_files import MINIMAL, ROOT, changed, environment, write

TWO = MINIMAL + '[[routes]]\nmethod = "GET"\npath = "/models"\n'
WAF = '[[waf.rate_rules]]\nname = "per-ip"\nlimit = 600\nevaluation_window_sec = 300\n'
COUNTS = WAF + 'action = "count"\n'
ALL = WAF + 'aggregate_key_type = "CONSTANT"\nroutes = ["POST /chat"]\n'
PLANS = """
[[routes]]
method = "POST"
path = "/paid"
api_key_required = true

[usage_plans.free]
throttle = { rate_limit = 4, burst_limit = 5 }
quota = { limit = 100, period = "DAY" }
"""


def limit_changes(folder: Path, before: str, after: str) -> tuple[LimitChange, ...]:
    return difference(environment(folder, before, "a"), environment(folder, after, "b")).limits


def sides(folder: Path, before: str, after: str) -> list[Side]:
    texts = {"a": before, "b": after}
    return [Side(name=name, environment=environment(folder, text, name)) for name, text in texts.items()]


def said(folder: Path, before: str, after: str) -> list[tuple[str, ...]]:
    """The rows of limits that change."""
    tables = [table for table in report(*sides(folder, before, after)).tables if table.title == "Limits that change"]
    return [row for table in tables for row in table.rows]


def test_alike_files_differ_in_nothing(tmp_path: Path) -> None:
    found = report(*(Side(name=name, environment=environment(tmp_path, MINIMAL)) for name in ("a", "b")))
    assert (found.tables, found.notes, found.warnings) == ((), ("Nothing changes.",), ())


@pytest.mark.parametrize(
    ("rate", "burst", "change", "flagged"),
    [
        (15, 5, "rate +50%", False),
        (15.1, 5, "rate +51%", True),
        (5, 5, "rate -50%", False),
        (4.9, 5, "rate -51%", True),
        (10, 7, "at once +40%", False),
        (10, 8, "at once +60%", True),
        (10, 2, "at once -60%", True),
        (20, 10, "+100%", True),
        (12, 6, "+20%", False),
    ],
)
def test_a_throttle_that_changes_by_more_than_half_is_flagged(
    tmp_path: Path,
    rate: float,
    burst: int,
    change: str,
    flagged: bool,  # noqa: FBT001  # a test's parameter
) -> None:
    after = changed(rate_limit=f"rate_limit = {rate}", burst_limit=f"burst_limit = {burst}")
    (row,) = said(tmp_path, MINIMAL, after)
    assert row[:3] == ("POST /chat", "stage", "10/s, 5 at once")
    assert row[-1] == (f"{FLAG} {change}" if flagged else change)


def test_routes_that_change_alike_are_one_row(tmp_path: Path) -> None:
    after = TWO.replace("rate_limit = 10", "rate_limit = 11")
    assert [row[:2] for row in said(tmp_path, TWO, after)] == [("every route (2)", "stage")]
    own = TWO + '[throttling.routes]\n"GET /models" = { rate_limit = 9, burst_limit = 5 }\n'
    assert said(tmp_path, TWO, own) == [
        ("GET /models", "method or stage", "stage: 10/s, 5 at once", "method: 9/s, 5 at once", "rate -10%")
    ]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("", '"POST /chat" = "unlimited"', "no limit now"),
        ("", '"POST /chat" = "blocked"', "blocked now"),
        ('"POST /chat" = "blocked"', "", "open now"),
        ('"POST /chat" = "unlimited"', "", "limited now"),
        ('"POST /chat" = "unlimited"', '"POST /chat" = "blocked"', "blocked now"),
        ('"POST /chat" = "blocked"', '"POST /chat" = "unlimited"', "no limit now"),
    ],
)
def test_blocked_and_unlimited_are_flagged(tmp_path: Path, before: str, after: str, change: str) -> None:
    texts = (f"{MINIMAL}[throttling.routes]\n{throttle}\n" for throttle in (before, after))
    assert [row[-1] for row in said(tmp_path, *texts)] == [f"{FLAG} {change}"]


def test_an_own_throttle_of_the_stages_size_changes_no_limit(tmp_path: Path) -> None:
    own = MINIMAL + '[throttling.routes]\n"POST /chat" = { rate_limit = 10, burst_limit = 5 }\n'
    assert limit_changes(tmp_path, MINIMAL, own) == ()


@pytest.mark.parametrize(
    ("before", "after", "row"),
    [
        ("", WAF, ("-", "600 in 300 s, each IP", f"{FLAG} new")),
        (WAF, "", ("600 in 300 s, each IP", "-", f"{FLAG} gone")),
        (WAF, WAF.replace("600", "900"), ("600 in 300 s, each IP", "900 in 300 s, each IP", "+50%")),
        # Twice the rate, since the window is half as long.
        (WAF, WAF.replace("= 300", "= 120"), ("600 in 300 s, each IP", "600 in 120 s, each IP", f"{FLAG} rate +150%")),
        (WAF, COUNTS, ("600 in 300 s, each IP", "600 in 300 s, each IP, counts only", f"{FLAG} only counts now")),
        (COUNTS, WAF, ("600 in 300 s, each IP, counts only", "600 in 300 s, each IP", f"{FLAG} stops now")),
        (WAF, ALL, ("600 in 300 s, each IP", "600 in 300 s, all callers", f"{FLAG} counts by something else")),
    ],
)
def test_a_rate_rule(tmp_path: Path, before: str, after: str, row: tuple[str, ...]) -> None:
    assert said(tmp_path, MINIMAL + before, MINIMAL + after) == [("POST /chat", "WAF per-ip", *row)]


def test_plans_and_quotas(tmp_path: Path) -> None:
    after = PLANS.replace("rate_limit = 4", "rate_limit = 8").replace('100, period = "DAY"', '700, period = "WEEK"')
    assert said(tmp_path, MINIMAL + PLANS, MINIMAL + after) == [
        ("POST /paid", "usage plan free", "4/s, 5 at once", "8/s, 5 at once", f"{FLAG} rate +100%"),
        # As many per day, but seven times as many can be used on one.
        ("POST /paid", "quota free", "100 a day", "700 a week", f"{FLAG} in the period +600%"),
    ]


def test_what_is_flagged_comes_first(tmp_path: Path) -> None:
    text = MINIMAL + PLANS + '[throttling.routes]\n"POST /paid" = { rate_limit = 3, burst_limit = 5 }\n'
    after = text.replace("rate_limit = 10", "rate_limit = 11").replace("rate_limit = 3", "rate_limit = 30")
    assert [(row[0], row[-1]) for row in said(tmp_path, text, after)] == [
        ("POST /paid", f"{FLAG} rate +900%"),
        ("POST /chat", "rate +10%"),
    ]


GET = MINIMAL + '[[routes]]\nmethod = "GET"\npath = "{}"\n{}'
BACKEND = 'integration = {{ type = "http", url = "https://x.example.com/{}" }}\n'


@pytest.mark.parametrize(
    ("before", "after", "renamed"),
    [
        pytest.param(("/v1/model", ""), ("/v1/models", ""), True, id="a letter more"),
        pytest.param(("/v1/models", ""), ("/v2/models", ""), True, id="another version"),
        pytest.param(("/v1/models/{id}", ""), ("/v1/models/{model}", ""), True, id="another name of a variable"),
        pytest.param(("/v1/models", ""), ("/v1/images", ""), False, id="another word"),
        pytest.param(("/v1/models", ""), ("/v1/{models}", ""), False, id="a variable in place of a word"),
        pytest.param(("/v1/models", ""), ("/v1/models/{id}", ""), False, id="a part more"),
        pytest.param(("/v1/model", ""), ("/v1/models", "api_key_required = true\n"), False, id="another setting"),
        pytest.param(
            ("/v1/model", BACKEND.format("model")),
            ("/v1/models", BACKEND.format("models")),
            False,
            id="another backend",
        ),
        pytest.param(
            ("/v1/model", ""),
            ("/v1/models", '[throttling.routes]\n"GET /v1/models" = { rate_limit = 1, burst_limit = 1 }\n'),
            False,
            id="another limit",
        ),
    ],
)
def test_a_route_with_another_path_and_nothing_else_is_renamed(
    tmp_path: Path,
    before: tuple[str, str],
    after: tuple[str, str],
    renamed: bool,  # noqa: FBT001  # a test's parameter
) -> None:
    keys = "[usage_plans.free]\nthrottle = { rate_limit = 1, burst_limit = 1 }\n"
    texts = [GET.format(*each).replace("{{", "{").replace("}}", "}") for each in (before, after)]
    found = report(*sides(tmp_path, *(text + keys * ("api_key" in text) for text in texts)))
    pair = (f"GET {before[0]}", f"GET {after[0]}")
    assert found.data["routes"] == {
        "added": [pair[1]],
        "removed": [pair[0]],
        "renamed": [{"before": pair[0], "after": pair[1]}] if renamed else [],
    }
    (table,) = [table for table in found.tables if table.title == "Routes that come and go"]
    assert [row[:2] for row in table.rows] == (
        [(f"{pair[0]}\n-> {pair[1]}", "renamed")] if renamed else [(pair[1], "added"), (pair[0], "removed")]
    )


def test_of_two_routes_that_may_be_meant_none_is_renamed(tmp_path: Path) -> None:
    two = GET.format("/v1/modeln", "") + '[[routes]]\nmethod = "GET"\npath = "/v1/models"\n'
    found = difference(environment(tmp_path, GET.format("/v1/model", ""), "a"), environment(tmp_path, two, "b"))
    assert (found.renamed, found.removed, len(found.added)) == ((), ("GET /v1/model",), 2)


@pytest.mark.parametrize("limit", [150, 1500, 15_000, 150_000, 1_500_000])
@pytest.mark.parametrize("period", ["DAY", "WEEK", "MONTH"])
def test_half_more_is_half_more_by_the_period_and_by_the_second(tmp_path: Path, limit: int, period: str) -> None:
    quota = f'quota = {{ limit = {{}}, period = "{period}" }}'
    plans = PLANS.replace('quota = { limit = 100, period = "DAY" }', quota)
    before, after = (MINIMAL + plans.replace("limit = {}", f"limit = {each}") for each in (limit * 2 // 3, limit))
    ((_, name, _, _, change),) = said(tmp_path, before, after)
    assert (name, change) == ("quota free", "+50%")


def test_routes_come_and_go_with_their_throttle(tmp_path: Path) -> None:
    after = TWO.replace('"/models"', '"/models/{id}"')
    found = report(*sides(tmp_path, TWO, after))
    (table,) = [table for table in found.tables if table.title == "Routes that come and go"]
    assert table.rows == (
        ("GET /models/{id}", "added", "stage: 10/s, 5 at once"),
        ("GET /models", "removed", "stage: 10/s, 5 at once"),
    )
    # The removed route, which answers until a second deployment.
    assert found.data["flagged"] == 1


def other_settings(folder: Path, before: str, after: str) -> list[tuple[str, object, object]]:
    found = difference(environment(folder, before, "a"), environment(folder, after, "b")).settings
    return [(change.field, change.before, change.after) for change in found]


def test_other_settings_by_field_and_not_the_limits_again(tmp_path: Path) -> None:
    after = MINIMAL.replace('"test"', '"prod"').replace("rate_limit = 10", "rate_limit = 11") + WAF
    assert other_settings(tmp_path, MINIMAL, after) == [
        ("stage.name", "test", "prod"),
        ("waf.scope", None, "REGIONAL"),
        ("waf.rate_rules.per-ip.aggregate_key_type", None, "IP"),
        ("waf.rate_rules.per-ip.action", None, "block"),
    ]


@pytest.mark.parametrize(
    ("after", "cells"),
    [
        (("a", "b", "d"), ("only ['openai.gpt-oss-120b-c']", "only ['openai.gpt-oss-120b-d']")),
        (("a", "b", "c", "d"), ("no other", "only ['openai.gpt-oss-120b-d']")),
        (("a",), ("only ['openai.gpt-oss-120b-b', 'openai.gpt-oss-120b-c']", "no other")),
    ],
)
def test_of_long_lists_what_only_one_has(tmp_path: Path, after: tuple[str, ...], cells: tuple[str, str]) -> None:
    def with_models(letters: tuple[str, ...]) -> str:
        models = [f"openai.gpt-oss-120b-{letter}" for letter in letters]
        return MINIMAL.replace('"/chat"', '"/{proxy+}"') + (
            f'[routes.integration]\ntype = "bedrock"\napi = "openai"\nmodels = {json.dumps(models)}\n'
        )

    found = report(*sides(tmp_path, with_models(("a", "b", "c")), with_models(after)))
    assert [row for table in found.tables for row in table.rows] == [
        ('routes."POST /{proxy+}".integration.models', *cells)
    ]


def test_a_route_that_moves_in_the_file_is_the_same_route(tmp_path: Path) -> None:
    moved = '[[routes]]\nmethod = "GET"\npath = "/models"\n'
    before = MINIMAL.replace("[[routes]]", f"{moved}\n[[routes]]")
    assert other_settings(tmp_path, before, TWO) == []
    assert limit_changes(tmp_path, before, TWO) == ()


def test_what_may_be_a_secret_is_not_shown(tmp_path: Path) -> None:
    backend = 'integration = {{ type = "http", url = "https://x.example.com", headers = {{ Authorization = "{}" }} }}\n'
    before, after = (MINIMAL + backend.format(secret) for secret in ("hush1", "hush2"))
    assert other_settings(tmp_path, before, after) == [
        ('routes."POST /chat".integration.headers.Authorization', "not shown", "not shown")
    ]


def test_code_is_compared_by_its_content_and_not_by_its_place(tmp_path: Path) -> None:
    code = 'integration = { type = "lambda", code = "code", runtime = "python3.13", handler = "app.handler" }\n'
    for folder in ("a", "b"):
        (tmp_path / folder / "code").mkdir(parents=True)
        (tmp_path / folder / "code/app.py").write_text("pass", encoding="utf-8")
    both = [environment(tmp_path / folder, MINIMAL + code) for folder in ("a", "b")]
    assert difference(*both).settings == ()
    (tmp_path / "b/code/app.py").write_text("changed", encoding="utf-8")
    (change,) = difference(both[0], environment(tmp_path / "b", MINIMAL + code)).settings
    assert change.field == 'routes."POST /chat".integration.code'


def test_notes_and_new_warnings(tmp_path: Path) -> None:
    backend = '[backend]\ntype = "cloud"\norganization = "o"\nworkspace = "w"\n'
    found = report(*sides(tmp_path, MINIMAL, MINIMAL + '[waf]\nmode = "count"\n' + WAF + backend))
    assert found.warnings[0].startswith("waf.mode = 'count'")
    assert [note.partition(" ")[0] for note in found.notes] == ["a", "The", "A"]
    assert found.data["warnings"]["new"] == list(found.warnings)


def test_json_holds_all_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = write(tmp_path, TWO, "a")
    after = write(tmp_path, TWO.replace("rate_limit = 10", "rate_limit = 30").replace('"test"', '"live"'), "b")
    assert main(["diff", str(before), str(after), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["before"], data["after"], data["flagged"], data["new"]) == ("a", "b", 1, False)
    (limit,) = data["limits"]
    assert (limit["routes"], limit["rate_growth"], limit["flagged"]) == (["POST /chat", "GET /models"], 2.0, True)
    steps = {step["address"]: step for step in data["deploy"]}
    assert steps["aws_api_gateway_stage.stage"]["because"] == ["stage_name"]


def test_a_flag_of_a_replacement_ends_with_2_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    watched = MINIMAL + '[observability.alarms]\nemails = ["ops@example.com"]\n'
    before, after = write(tmp_path, watched, "a"), write(tmp_path, watched.replace('"test"', '"live"'), "b")
    assert main(["diff", str(before), str(after), "--fail-on-flag", "--format", "markdown"]) == 2
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "aws_sns_topic.alarms" in line]
    assert "!! name: alarms go to the new one" in line


def test_a_flag_ends_with_2_where_that_is_asked_for(tmp_path: Path) -> None:
    before, after = write(tmp_path, MINIMAL, "a"), write(tmp_path, MINIMAL.replace("= 10", "= 30"), "b")
    assert main(["diff", str(before), str(after)]) == 0
    assert main(["diff", str(before), str(after), "--fail-on-flag"]) == 2
    assert main(["diff", str(before), str(before), "--fail-on-flag"]) == 0


@pytest.mark.parametrize(
    "arguments", [[], ["dev", "--base", "HEAD"], ["--head", "HEAD"], ["dev", "--head", "HEAD"]], ids=" ".join
)
def test_it_takes_two_files_or_one_and_a_base(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["diff", "prod", *arguments]) == 1
    assert capsys.readouterr().err.startswith("diff needs OTHER, or --base REVISION, or --base and --head")


HTTP = 'path = "/chat"\nintegration = { type = "http", url = "https://llm.example.com/" }'


@pytest.mark.parametrize(
    ("before", "after", "rows"),
    [
        pytest.param(TWO, MINIMAL, {"aws_api_gateway_method.get_models"}, id="a route goes"),
        pytest.param(MINIMAL, TWO, set(), id="a route comes"),
        pytest.param(MINIMAL, changed(path='path = "/talk"'), {"aws_api_gateway_method.post_chat"}, id="another path"),
        pytest.param(MINIMAL, changed(path=HTTP), {"aws_api_gateway_integration.post_chat"}, id="another backend"),
        pytest.param(
            MINIMAL + '[cors]\nallow_origins = ["*"]', MINIMAL, {"aws_api_gateway_method.options_chat"}, id="CORS off"
        ),
        pytest.param(
            MINIMAL + '[resource_policy]\nsource_ips = ["203.0.113.0/24"]',
            MINIMAL,
            {"aws_api_gateway_rest_api_policy.api"},
            id="policy off",
        ),
        pytest.param(
            MINIMAL,
            changed(path='path = "/chat"\nintegration = { type = "mock", status = 202 }'),
            {"aws_api_gateway_integration_response.post_chat_200"},
            id="another status",
        ),
        pytest.param(
            MINIMAL,
            changed(path='path = "/chat"\nintegration = { type = "mock", body = "{}" }'),
            set(),
            id="another body",
        ),
    ],
)
def test_what_takes_a_second_deployment_is_flagged(tmp_path: Path, before: str, after: str, rows: set[str]) -> None:
    found = report(*sides(tmp_path, before, after))
    steps = [row for table in found.tables if table.title.startswith("What a deploy") for row in table.rows]
    assert {address for _, address, meaning in steps if meaning.startswith(FLAG)} == rows
    assert any("make deploy ENV=b" in note for note in found.notes) == bool(rows)
    assert found.data["flagged"] == len(rows)
    assert {step["address"] for step in found.data["deploy"] if step["second_deployment"]} >= rows
