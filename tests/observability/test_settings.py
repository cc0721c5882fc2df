"""What `[observability]` accepts, what it refuses, and its warnings."""

from pathlib import Path

import pytest

from settings.observability.access_log import AccessLog
from settings.observability.alarms import Alarms
from settings.observability.waf_log import WafLog
from settings.read import read_environment
from settings.watched import access_log, has_saved_queries, limiting_layers, waf_log
from tests.environment_files import MINIMAL, ROOT, changed, environment
from tests.observability.environments import CHANNEL, EVERYTHING, KEY, LOGGED, OWN_LIMIT, TOPIC, WAF
from tests.refusals import refusals, warnings

O = "\n[observability]\n"  # noqa: E741  # the table's head, in front of nearly every line below
ROLE = (
    "API Gateway cannot write logs until the account has a CloudWatch role; set observability.account_role = "
    '"existing" if it has one, or "create" to let this stack set it'
)
NO_WEB_ACL = "this stack has no web ACL to log; the owner of an existing one logs it"
EXISTING_ACL = (
    '\n[waf]\nweb_acl_arn = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/mine/'
    '01234567-89ab-cdef-0123-456789abcdef"\n'
)


def test_a_fresh_account_gets_no_log_that_it_would_refuse(tmp_path: Path) -> None:
    settings = environment(tmp_path)
    assert access_log(settings) is None
    assert waf_log(settings) is None
    assert settings.observability.method_settings == {
        "logging_level": "OFF",
        "data_trace_enabled": False,
        "metrics_enabled": False,
    }


@pytest.mark.parametrize("role", ["existing", "create"])
def test_the_role_brings_the_access_log(tmp_path: Path, role: str) -> None:
    settings = environment(tmp_path, MINIMAL + O + f'account_role = "{role}"')
    assert access_log(settings) == AccessLog(retention_in_days=30, kms_key_arn=None, metrics=True)


def test_one_word_takes_it_away(tmp_path: Path) -> None:
    assert access_log(environment(tmp_path, LOGGED + 'access_log = "off"')) is None


def test_the_waf_log_comes_with_a_web_acl_of_our_own(tmp_path: Path) -> None:
    assert waf_log(environment(tmp_path, MINIMAL + WAF)) == WafLog(retention_in_days=30, kms_key_arn=None)
    assert waf_log(environment(tmp_path, MINIMAL + WAF + O + 'waf_log = "off"')) is None
    assert waf_log(environment(tmp_path, MINIMAL + EXISTING_ACL)) is None


def test_an_emulator_is_not_asked_for_what_it_lacks(tmp_path: Path) -> None:
    emulated = changed(region='region = "us-east-1"\nendpoint_url = "http://127.0.0.1:4566"') + WAF
    assert waf_log(environment(tmp_path, emulated)) is None
    assert not has_saved_queries(environment(tmp_path, emulated))
    asked = environment(tmp_path, emulated + O + "saved_queries = true\n[observability.waf_log]")
    assert waf_log(asked) == WafLog()
    assert has_saved_queries(asked)


def test_only_layers_that_exist_are_counted(tmp_path: Path) -> None:
    assert limiting_layers(environment(tmp_path)) == ("throttle",)
    assert limiting_layers(environment(tmp_path, MINIMAL + WAF)) == ("throttle", "waf")
    assert limiting_layers(environment(tmp_path, EVERYTHING)) == ("throttle", "quota", "waf")


def test_header_names_are_compared_in_lower_case(tmp_path: Path) -> None:
    settings = environment(tmp_path, MINIMAL + O + 'protected_headers = ["X-Api-Key"]')
    assert settings.observability.protected_headers == ("x-api-key",)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param(O + "[observability.access_log]", f"observability.access_log: {ROLE}", id="access log, no role"),
        pytest.param(O + "[observability.execution_log]", f"observability.execution_log: {ROLE}", id="execution log"),
        pytest.param(
            O + "[observability.waf_log]",
            f"observability.waf_log: {NO_WEB_ACL}",
            id="no web ACL",
        ),
        pytest.param(
            EXISTING_ACL + O + "[observability.waf_log]",
            f"observability.waf_log: {NO_WEB_ACL}",
            id="existing web ACL",
        ),
        pytest.param(
            O + 'account_role = "mine"',
            "observability.account_role = 'mine': must be 'existing' or 'create'",
            id="role",
        ),
        pytest.param(
            O + 'account_role = "existing"\naccess_log = "no"',
            "observability.access_log = 'no': must be 'off', or a table with retention_in_days, kms_key_arn, metrics",
            id="another word than off",
        ),
        pytest.param(
            WAF + O + "[observability.waf_log]\nretention_in_days = 31",
            "observability.waf_log.retention_in_days = 31: must be 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, "
            "400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653",
            id="retention",
        ),
        pytest.param(
            WAF + O + '[observability.waf_log]\nkms_key_arn = "alias/logs"',
            "observability.waf_log.kms_key_arn = 'alias/logs': must be the ARN of a KMS key, "
            "arn:aws:kms:<region>:<account>:key/<id>",
            id="key",
        ),
        pytest.param(
            WAF + O + f'[observability.waf_log]\nkms_key_arn = "{KEY.replace("us-east-1", "eu-west-1")}"',
            f"observability.waf_log.kms_key_arn = {KEY.replace('us-east-1', 'eu-west-1')!r}: must be in us-east-1, "
            "the stack's Region",
            id="key elsewhere",
        ),
        pytest.param(
            O + f'[observability.alarms]\ntopic_arns = ["{TOPIC.replace("us-east-1", "eu-west-1")}"]',
            f"observability.alarms.topic_arns[0] = {TOPIC.replace('us-east-1', 'eu-west-1')!r}: must be in us-east-1, "
            "the stack's Region",
            id="topic elsewhere",
        ),
        pytest.param(
            O + '[observability.alarms]\ntopic_arns = ["on-call"]',
            "observability.alarms.topic_arns[0] = 'on-call': must be the ARN of a standard SNS topic, "
            "arn:aws:sns:<region>:<account>:<name>",
            id="topic",
        ),
        pytest.param(
            O + "[observability.alarms]\nthrottled_percent = 0",
            "observability.alarms.throttled_percent = 0: must be greater than 0",
            id="share of nothing",
        ),
        pytest.param(
            O + "[observability.alarms]\nserver_error_percent = 101",
            "observability.alarms.server_error_percent = 101: must be less than or equal to 100",
            id="more than all",
        ),
        pytest.param(
            O + "[observability.alarms]\nthrottled_percent = 10",
            "observability.alarms.throttled_percent = 10: API Gateway has no metric for throttled requests; this needs "
            "the access log and its metrics, which need "
            'account_role = "existing" or "create" in [observability]',
            id="throttled, no access log",
        ),
        pytest.param(
            O + "[observability.alarms]\nwaf_blocked_requests = 10",
            "observability.alarms.waf_blocked_requests = 10: this stack has no web ACL",
            id="blocks, no web ACL",
        ),
        pytest.param(
            OWN_LIMIT + O + "[observability.alarms]\nnear_limit_percent = 50",
            "observability.alarms.near_limit_percent = 50: needs observability.detailed_metrics = true, which counts "
            "requests for each route",
            id="near limit, no metrics",
        ),
        pytest.param(
            O + "detailed_metrics = true\n[observability.alarms]\nnear_limit_percent = 50",
            "observability.alarms.near_limit_percent = 50: no route has its own rate_limit in throttling.routes",
            id="near limit, no limit",
        ),
        pytest.param(
            O + "[observability.alarms]\nperiod_sec = 10",
            "observability.alarms.period_sec = 10: must be 60 or 300",
            id="period",
        ),
        pytest.param(
            O + '[observability.alarms]\nemails = "ops@example.com"',
            "observability.alarms.emails = 'ops@example.com': must be 'variable', or an array",
            id="an address in place of a list",
        ),
    ],
)
def test_refused(tmp_path: Path, table: str, expected: str) -> None:
    assert refusals(tmp_path, MINIMAL + table) == [expected]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "datapoints_to_alarm = 6",
            ("datapoints_to_alarm 6 is more than the 5 evaluation_periods; the alarm could never go off"),
        ),
        (f'kms_key_arn = "{KEY}"', "kms_key_arn encrypts the topic of emails, and there are no emails"),
        (
            'emails = ["a.b@example.com", "a-b@example.com"]',
            "emails a.b@example.com and a-b@example.com would have the same name in Terraform; remove one",
        ),
    ],
)
def test_alarms_that_do_not_fit_themselves(tmp_path: Path, lines: str, expected: str) -> None:
    (refusal,) = refusals(tmp_path, MINIMAL + O + "[observability.alarms]\n" + lines)
    assert refusal.startswith("observability.alarms: ")
    assert refusal.endswith(f": {expected}")


def test_an_alarm_that_is_off_needs_nothing(tmp_path: Path) -> None:
    words = "\n".join(f'{name} = "off"' for name in ("throttled_percent", "waf_blocked_requests", "near_limit_percent"))
    text = MINIMAL + O + f'[observability.alarms]\ntopic_arns = ["{TOPIC}"]\n{words}'
    assert warnings(tmp_path, text) == []


def test_warned_of_the_role_that_everybody_shares(tmp_path: Path) -> None:
    assert warnings(tmp_path, MINIMAL + O + 'account_role = "create"') == [
        (
            "observability.account_role = 'create': there is one role for the whole account and Region: this stack "
            "replaces an existing one, and a destroy removes it for every API there"
        )
    ]


def test_warned_of_prompts_in_the_log(tmp_path: Path) -> None:
    assert warnings(tmp_path, LOGGED + "[observability.execution_log]\ndata_trace = true") == [
        (
            "observability.execution_log.data_trace = true: writes whole requests and responses, prompts and "
            "completions, into the log"
        )
    ]


def test_warned_of_alarms_that_nobody_hears(tmp_path: Path) -> None:
    assert warnings(tmp_path, MINIMAL + O + "[observability.alarms]") == [
        (
            "observability.alarms.topic_arns = []: no one is notified of server_error_percent, latency_p99_ms, "
            "integration_latency_p99_ms; set topic_arns or emails"
        ),
        (
            "observability.alarms.throttled_percent = 5: this alarm is not created: API Gateway has no metric for "
            "throttled requests; this needs the access log and its metrics, which need "
            'account_role = "existing" or "create" in [observability]'
        ),
    ]


def test_warned_of_what_informs_nobody(tmp_path: Path) -> None:
    paged = LOGGED + f'[observability.alarms]\ntopic_arns = ["{TOPIC}"]\n'
    assert warnings(tmp_path, paged) == [
        (
            "observability.alarms.informational_topic_arns = []: no one is notified of throttled_percent; set "
            "informational_topic_arns or informational_emails"
        )
    ]
    assert warnings(tmp_path, paged + 'informational_emails = ["ops@example.com"]') == []
    assert warnings(tmp_path, paged + 'throttled_percent = "off"') == []


HEARD = f'topic_arns = ["{TOPIC}"]\ninformational_topic_arns = ["{TOPIC}"]\n'

STREAM = """
[[routes]]
method = "POST"
path = "/stream"
authorization = "AWS_IAM"
integration = { type = "http", url = "https://h.eu", response_transfer_mode = "STREAM", timeout_milliseconds = 60_000 }
"""


def test_warned_of_a_latency_that_every_long_stream_has(tmp_path: Path) -> None:
    heard = O + f'account_role = "existing"\n[observability.alarms]\n{HEARD}'
    said = (
        "the latency of a stream includes its last byte, and POST /stream may take 60000 ms; raise latency_p99_ms "
        'and integration_latency_p99_ms or set "off": the access log has timeToFirstContent'
    )
    assert warnings(tmp_path, MINIMAL + STREAM + heard) == [
        f"observability.alarms.latency_p99_ms = 25000: {said}",
    ]
    raised = 'latency_p99_ms = 60_000\nintegration_latency_p99_ms = "off"\n'
    assert warnings(tmp_path, MINIMAL + STREAM + heard + raised) == []
    assert warnings(tmp_path, MINIMAL + STREAM.replace("60_000", "20_000") + heard) == []


def test_warned_of_a_limit_that_no_alarm_looks_at(tmp_path: Path) -> None:
    heard = O + f'account_role = "existing"\n[observability.alarms]\n{HEARD}'
    assert warnings(tmp_path, MINIMAL + heard) == []
    assert warnings(tmp_path, MINIMAL + OWN_LIMIT + heard) == [
        (
            "observability.alarms.near_limit_percent = 80: this alarm is not created: needs "
            "observability.detailed_metrics = true, which counts requests for each route"
        )
    ]
    assert warnings(tmp_path, MINIMAL + OWN_LIMIT + heard + 'near_limit_percent = "off"') == []


def test_warned_of_a_dashboard_that_cannot_tell_the_layers(tmp_path: Path) -> None:
    assert warnings(tmp_path, LOGGED + "dashboard = true") == []
    assert warnings(tmp_path, MINIMAL + O + "dashboard = true") == [
        (
            "observability.dashboard = true: shows refused requests as 4XX, not by layer: API Gateway has no metric "
            "for throttled requests; this needs the access log and its metrics, which need "
            'account_role = "existing" or "create" in [observability]'
        )
    ]


def test_nothing_is_said_of_what_is_off_by_default(tmp_path: Path) -> None:
    assert warnings(tmp_path, LOGGED) == []


def test_the_documented_example_has_the_defaults_of_every_alarm() -> None:
    alarms = read_environment(ROOT / "docs/examples/observability.toml").observability.alarms
    assert alarms == Alarms(
        topic_arns=(TOPIC,), informational_topic_arns=(CHANNEL,), informational_emails=("team@example.com",)
    )
