"""The cost of a month. Numbers computed by hand from review/cost/prices.toml."""

import json
import re
from pathlib import Path

import pytest

from review.commands import main
from review.cost.bill import Line, Traffic, bill, web_acl_capacity
from review.cost.log_size import access_log_bytes
from review.cost.prices import read_prices
from review.cost.report import report
from review.cost.watched_metrics import alarm_metrics, filter_metrics, route_metrics
from review.refusal import ReviewError
from settings.environment import Environment
from settings.read import read_environment
from tests.environment_files import MINIMAL, ROOT, environment, write

EXAMPLES = sorted([*ROOT.glob("environments/*.toml"), *ROOT.glob("docs/examples/*.toml")])

WAF = '[[waf.rate_rules]]\nname = "per-ip"\nlimit = 100\n'


def lines(settings: Environment, requests: int = 1_000_000, blocked: float = 0.0, *, free: bool = False) -> list[Line]:
    return list(bill(settings, Traffic(requests=requests, blocked_share=blocked), read_prices(None), with_free=free))


def dollars(found: list[Line]) -> dict[str, float]:
    return {line.item: round(line.dollars, 6) for line in found}


@pytest.mark.parametrize(
    ("millions", "cost"),
    [
        (0, 0),
        (1, 3.50),
        (333, 1165.50),
        (1000, 1165.50 + 667 * 2.80),
        (2000, 1165.50 + 667 * 2.80 + 1000 * 2.38),
        (20_001, 1165.50 + 667 * 2.80 + 19_000 * 2.38 + 1.51),
    ],
)
def test_api_gateway_gets_cheaper_by_tiers(tmp_path: Path, millions: int, cost: float) -> None:
    found = dollars(lines(environment(tmp_path), millions * 1_000_000))
    assert found == {"API Gateway: requests": pytest.approx(cost)}


def test_a_web_acl_its_rules_and_every_request(tmp_path: Path) -> None:
    settings = environment(tmp_path, MINIMAL + WAF + "count_limit = 50\n")
    assert dollars(lines(settings, 2_000_000, 0.5)) == {
        "WAF: web ACL": 5,
        "WAF: rules": 2,  # the counting tier is a rule
        "WAF: requests": 1.2,
        "API Gateway: requests": 7,
        "Logs: WAF log": 1,  # 1 million records of 2,000 bytes are 2 GB
        "Logs: WAF log, kept 30 days": 0.06,
    }


def test_an_existing_web_acl_costs_its_requests(tmp_path: Path) -> None:
    arn = "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/a/11111111-2222-3333-4444-555555555555"
    settings = environment(tmp_path, MINIMAL + f'[waf]\nweb_acl_arn = "{arn}"\n')
    assert dollars(lines(settings)) == {"WAF: requests": 0.6, "API Gateway: requests": 3.5}
    assert web_acl_capacity(settings) is None


@pytest.mark.parametrize(
    ("of_vendor", "extra"),
    [
        (1496, None),  # with the rate rule's 4: 1,500, all included
        (1497, 0.2),
        (1996, 0.2),
        (1997, 0.4),
    ],
)
def test_capacity_above_what_is_included(tmp_path: Path, of_vendor: int, extra: float | None) -> None:
    group = f'[[waf.managed_rule_groups]]\nname = "g"\nvendor_name = "V"\ncapacity = {of_vendor}\n'
    settings = environment(tmp_path, MINIMAL + WAF + group)
    assert dollars(lines(settings)).get("WAF: capacity above 1,500 WCU") == extra


def test_large_bodies_and_bot_control(tmp_path: Path) -> None:
    text = (
        MINIMAL
        + "[waf]\nbody_size_kb = 48\n"
        + '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesCommonRuleSet"\n'
        + '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesBotControlRuleSet"\n'
    )
    found = dollars(lines(environment(tmp_path, text), 30_000_000))
    assert found["WAF: bodies up to 48 KB"] == 30 * 2 * 0.3
    assert (found["WAF: Bot Control"], found["WAF: requests of Bot Control"]) == (10, 30)
    free = dollars(lines(environment(tmp_path, text), 30_000_000, free=True))
    assert free["WAF: requests of Bot Control"] == 20


def test_the_anti_ddos_group_has_a_fee_of_its_own(tmp_path: Path) -> None:
    text = MINIMAL + WAF + '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesAntiDDoSRuleSet"\n'
    found = dollars(lines(environment(tmp_path, text), 30_000_000))
    assert (found["WAF: Anti-DDoS"], found["WAF: requests of Anti-DDoS"]) == (20, 4.5)
    of_vendor = text + 'vendor_name = "V"\ncapacity = 1\n'
    assert "WAF: Anti-DDoS" not in dollars(lines(environment(tmp_path, of_vendor)))


def test_logs_alarms_metrics_and_dashboard() -> None:
    settings = read_environment(ROOT / "docs/examples/observability.toml")
    found = dollars(lines(settings, 10_000_000))
    gigabytes = access_log_bytes(settings) / 100
    assert found["Logs: access log"] == pytest.approx(gigabytes * 0.5)
    assert found["Logs: access log, kept 30 days"] == pytest.approx(gigabytes * 0.03)
    # Filters: throttle and WAF, each in total and for two routes; detailed: five metrics of two routes.
    assert found["CloudWatch: metrics of filters and routes"] == pytest.approx((2 * 3 + 10) * 0.3)
    # Two shares of two metrics, two latencies, WAF, one route with its own limit and its throttled requests.
    assert found["CloudWatch: alarms"] == pytest.approx(9 * 0.1)
    assert found["CloudWatch: dashboard"] == 3
    free = dollars(lines(settings, 10_000_000, free=True))
    assert (free["CloudWatch: alarms"], free["CloudWatch: dashboard"]) == (0, 0)
    assert free["CloudWatch: metrics of filters and routes"] == pytest.approx(6 * 0.3)
    assert free["Logs: access log"] == pytest.approx((gigabytes - 5) * 0.5)


def test_a_line_of_the_access_log_is_as_long_as_its_settings_say() -> None:
    # settings/observability/access_log.py and docs/observability.md: about 0.6 KB a request.
    assert all(500 <= access_log_bytes(read_environment(file)) <= 700 for file in EXAMPLES)


VARIANTS = ("", 'throttled_percent = "off"', "waf_blocked_requests = 5", 'near_limit_percent = "off"')


@pytest.mark.parametrize("alarms", VARIANTS)
def test_metrics_are_those_that_synthesis_makes(tmp_path: Path, alarms: str) -> None:
    from tests.synthesis import rendered  # noqa: PLC0415  # the other tests here need no Node

    common = "[observability]\naccount_role = 'existing'\ndetailed_metrics = true\n[observability.alarms]\n"
    limit = '[throttling.routes]\n"POST /chat" = { rate_limit = 1, burst_limit = 1 }\n'
    settings = environment(tmp_path, MINIMAL + WAF + limit + common + alarms)
    resources = rendered(settings)["resource"]
    watched = [
        sum("metric" in query for query in alarm.get("metric_query", [])) or 1
        for alarm in resources["aws_cloudwatch_metric_alarm"].values()
    ]
    assert alarm_metrics(settings) == sum(watched)
    filters = resources["aws_cloudwatch_log_metric_filter"].values()
    by_route = [each for each in filters if each["metric_transformation"].get("dimensions")]
    assert filter_metrics(settings) == len(filters) - len(by_route) + len(by_route) * len(settings.routes)


def test_preflights_have_metrics_of_their_own(tmp_path: Path) -> None:
    detailed = "[observability]\ndetailed_metrics = true\n"
    assert route_metrics(environment(tmp_path, MINIMAL)) == 0
    assert route_metrics(environment(tmp_path, MINIMAL + detailed)) == 5
    cors = '[cors]\nallow_origins = ["*"]\n'
    assert route_metrics(environment(tmp_path, MINIMAL + cors + detailed)) == 10


def test_capacity_is_told_rule_by_rule(tmp_path: Path) -> None:
    group = '[[waf.managed_rule_groups]]\nname = "AWSManagedRulesCommonRuleSet"\n'
    unknown = '[[waf.managed_rule_groups]]\nname = "Vendors"\nvendor_name = "V"\n'
    settings = environment(tmp_path, MINIMAL + WAF + group + unknown)
    said = report(settings, Traffic(requests=1), read_prices(None))
    table = said.tables[0]
    assert table.rows == (
        ("AWSManagedRulesCommonRuleSet", "700", "700"),
        ("Vendors", "unknown", "unknown"),
        ("per-ip", "4", "14"),  # 2 for a rate rule, 2 for the method; its NONE may cost 10
        ("all rules", "704", "714"),
    )
    assert table.caption == "1,500 are included, 47% of them used; AWS allows 5,000, 14% used."
    assert "Capacity unknown, left out: Vendors." in said.notes


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_environment_and_example_has_a_bill_that_adds_up(file: Path) -> None:
    settings = read_environment(file)
    said = report(settings, Traffic(requests=5_000_000, blocked_share=0.2), read_prices(None))
    assert said.data["dollars"] == pytest.approx(sum(line["dollars"] for line in said.data["lines"]))
    assert said.tables[-1].rows[-1][-1] == f"{said.data['dollars']:,.2f}"
    assert json.loads(json.dumps(said.data)) == said.data


BEARER = MINIMAL.replace("[api]", '[api]\nkey_source = "BEARER"{more}') + (
    'api_key_required = true\n[usage_plans.free]\nquota = {{ limit = 9, period = "DAY" }}\napi_keys = ["a", "b"]\n'
)


@pytest.mark.parametrize(
    ("more", "calls"),
    [
        ("", 1_000_000),
        # Two keys, looked up every hour of thirty days.
        ("\nauthorizer_result_ttl_in_seconds = 3600", 2 * 30 * 24),
        ("\nauthorizer_result_ttl_in_seconds = 1", 1_000_000),
    ],
)
def test_the_authorizer_is_paid_for_each_time_that_aws_asks_it(tmp_path: Path, more: str, calls: float) -> None:
    found = dollars(lines(environment(tmp_path, BEARER.format(more=more))))
    assert found["Lambda: API keys by Bearer"] == pytest.approx(calls * 0.20 / 1_000_000, abs=1e-6)
    assert found["Lambda: their time"] == pytest.approx(calls * 0.005 * 0.125 * 0.0000166667, abs=1e-6)


def test_the_default_prices_say_where_and_when_they_were_read() -> None:
    prices = read_prices(None).sources
    assert len(prices) == 18
    assert {price.checked for price in prices.values()} == {"AWS", "second hand"}
    assert all(price.source.startswith("https://aws.amazon.com/") for price in prices.values())


def test_the_page_on_observability_has_the_same_prices() -> None:
    text = (ROOT / "docs/observability.md").read_text(encoding="utf-8").split("## What it costs")[1]
    prices = read_prices(None)
    for price, words in (
        (prices.logs_ingested, r"log data taken in \| (0\.50) a GB.*\| 5 GB"),
        (prices.metrics, r"a metric of a filter.* \| (0\.30) a month \| 10 metrics"),
        (prices.alarm_metrics, r"an alarm \| (0\.10) a month.*\| 10 metrics"),
        (prices.dashboards, r"a dashboard \| (3\.00) a month \| 3,"),
    ):
        found = re.search(words, text)
        assert found
        assert float(found[1]) == price.price


def test_other_prices_stand_in_for_the_default_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = 'unit = "requests"\ntiers = [{ price = 7 }]\nsource = "https://example.com"\nread = "2027-01-31"\n'
    file = tmp_path / "prices.toml"
    file.write_text(f'[general]\nregion = "eu-central-1"\n[api_gateway_requests]\n{own}', encoding="utf-8")
    settings = write(tmp_path, MINIMAL)
    assert main(["cost", str(settings), "--requests", "3000000", "--prices", str(file), "--format", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["dollars"] == 21
    assert "Prices of eu-central-1, read 2026-11 to 2027-01-31; --prices reads others." in data["notes"]
    assert "test is in us-east-1, where prices may differ." in data["notes"]


PRICE = 'unit = "u"\nsource = "https://example.com"\nread = "2027-01"\n'

FALLING = "[{ up_to = 3, price = 1 }, { up_to = 2, price = 1 }, { price = 1 }]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[general", "is not TOML"),
        ("[nosuch]\na = 1", "nosuch: unknown key"),
        (f"[metrics]\n{PRICE}price = -1", "metrics.price = -1: must be greater than or equal to 0"),
        (f"[metrics]\n{PRICE}", "metrics.price: missing, and required"),
        (f"[lambda_gb_seconds]\n{PRICE}price = -1", "lambda_gb_seconds.price = -1: must be greater than or equal to 0"),
        (f"[lambda_gb_seconds]\n{PRICE}", "lambda_gb_seconds.price: missing, and required"),
        (f"[lambda_gb_seconds]\n{PRICE}tiers = []", "lambda_gb_seconds.tiers = []: must contain at least one"),
        (f"[api_gateway_requests]\n{PRICE}tiers = []", "api_gateway_requests.tiers = []: must contain at least one"),
        (f"[api_gateway_requests]\n{PRICE}tiers = [{{ up_to = 3, price = 1 }}]", "tiers must each end above the one"),
        (f"[api_gateway_requests]\n{PRICE}tiers = {FALLING}", "tiers must each end above the one"),
    ],
)
def test_a_price_file_that_cannot_be_used_is_refused_in_a_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ReviewError) as caught:
        read_prices(file)
    assert str(caught.value).startswith(f"{file.as_posix()}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_price_file_that_is_not_there_ends_the_command_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cost", str(ROOT / "environments/prod.toml"), "--prices", "nosuch.toml"]) == 1
    assert capsys.readouterr().err == "nosuch.toml: cannot be read: No such file or directory\n"


@pytest.mark.parametrize("arguments", [["--requests", "-1"], ["--requests", "many"], ["--blocked", "1.1"]])
def test_numbers_out_of_range_end_the_command_with_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["cost", "prod", *arguments]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"Invalid value for '{arguments[0]}'")
    assert captured.err.count("\n") == 1
