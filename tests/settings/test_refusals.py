"""What is refused, and how it is said: file, field, value, what is allowed; one line a mistake."""

from pathlib import Path

import pytest

from settings.problem import EnvironmentFileError
from settings.read import read_environment, read_environments
from tests.environment_files import MINIMAL, changed, write
from tests.refusals import refusals

ROUTE = '[[routes]]\nmethod = "POST"\npath = '


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(
            "colour = 1\n" + MINIMAL,
            "colour: unknown key; there are aws, backend, api, stage, routes, "
            "authorizers, cors, resource_policy, domain, tags, throttling, "
            "rate_limit_response, usage_plans, token_limits, token_metering, "
            "token_prices, token_store, waf, observability, imports, defaults",
            id="unknown table, of too many to list",
        ),
        pytest.param(changed(rate_limit="rate_limt = 1"), None, id="misspelt key"),
        *[
            pytest.param(text, line, id=line.partition(": ")[0] + " of another tool")
            for text, line in (
                (
                    MINIMAL + "rpm = 5",
                    'POST /chat: rpm: unknown key; limits of a route are in [throttling.routes."POST /chat"]',
                ),
                (
                    MINIMAL + "throttle = { rate_limit = 1 }",
                    'POST /chat: throttle: unknown key; limits of a route are in [throttling.routes."POST /chat"]',
                ),
                (
                    MINIMAL + "tpm = 5",
                    (
                        "POST /chat: tpm: unknown key; limits in tokens and money are in [usage_plans.<name>] or "
                        "[[token_limits]]"
                    ),
                ),
                (MINIMAL + "[usage_plans.a]\nrpm = 1", "usage_plans.a.rpm: unknown key; write requests_per_minute"),
                (
                    MINIMAL + "[usage_plans.a]\nmax_budget = 1",
                    "usage_plans.a.max_budget: unknown key; write usd_per_month, in dollars",
                ),
                (
                    MINIMAL + "[usage_plans.a]\nrate_limit = 1",
                    "usage_plans.a.rate_limit: unknown key; write throttle = { rate_limit = ..., burst_limit = ... }",
                ),
                (
                    MINIMAL + "[usage_plans.a]\nlimit = 1",
                    'usage_plans.a.limit: unknown key; write quota = { limit = ..., period = "DAY" }',
                ),
                (
                    MINIMAL + "[waf]\nlimit = 100",
                    "waf.limit: unknown key; a limit belongs to a rule: [[waf.rate_rules]]",
                ),
                (
                    MINIMAL + "[[waf.rules]]\nname = 'a'",
                    "waf.rules: unknown key; write [[waf.rate_rules]], in double brackets",
                ),
                (
                    changed(rate_limit="throttlingRateLimit = 1\nrate_limit = 1"),
                    "throttling.throttlingRateLimit: unknown key; did you mean rate_limit?",
                ),
                (
                    MINIMAL + "[observability.alarms]\nthrottled_percent = '5%'\nemails = ['a@b.co']",
                    (
                        "observability.alarms.throttled_percent = '5%': must be 'off', or a number of percent, "
                        "without quotes"
                    ),
                ),
                (
                    MINIMAL + "[routes.integration]\ntype = 'http'\nurl = 'https://a.example'\nheaders = ['X: 1']",
                    'POST /chat: integration.headers: must be a table: write headers = { NAME = "value" }',
                ),
                (MINIMAL + "[rate_limiting]", "rate_limiting: unknown key; it belongs to [throttling]"),
                (MINIMAL + "[plans.free]", "plans: unknown key; it belongs to [usage_plans.<name>]"),
                (MINIMAL + "[route]", "route: unknown key; did you mean [[routes]]?"),
                (
                    MINIMAL + "[[throttling.routes]]",
                    'throttling.routes: must be a table: write [throttling.routes."METHOD /path"], in single brackets',
                ),
                (
                    MINIMAL + "[usage_plans.a]\napi_keys = [1]",
                    "usage_plans.a.api_keys[0] = 1: must be text, in quotes, or a table with name, value, id",
                ),
                (
                    MINIMAL + "[observability]\naccess_log = true",
                    (
                        "observability.access_log = true: must be 'off', or a table with retention_in_days, "
                        "kms_key_arn, metrics"
                    ),
                ),
                (
                    MINIMAL + "[routes.integration]\ntype = 'vllm'",
                    (
                        "POST /chat: integration.type = 'vllm': must be one of 'mock', 'http', 'lambda', 'private', "
                        "'sagemaker', 'bedrock', 'aws_service'; did you mean 'http'?"
                    ),
                ),
                (
                    MINIMAL + "[waf]\nallow = ['office']",
                    (
                        "waf.allow[0] = 'office': must be an address or a CIDR range, such as 203.0.113.7 or "
                        "203.0.113.0/24"
                    ),
                ),
            )
        ],
        pytest.param(MINIMAL + "[wafs]", "wafs: unknown key; did you mean waf?", id="misspelt table"),
        pytest.param(
            changed(rate_limit="rate_limit = 1\nrps = 1"),
            "throttling.rps: unknown key; write rate_limit, in requests per second",
            id="unknown key",
        ),
        pytest.param(
            changed(rate_limit="rate_limit = 1\nrequests_per_minute = 60"),
            "throttling.requests_per_minute: unknown key; write rate_limit, in requests per second",
            id="requests per minute of a throttle",
        ),
        pytest.param(
            changed(rate_limit="rate_limit = 1\ntokens_per_minute = 60"),
            "throttling.tokens_per_minute: unknown key; rate_limit counts requests; this limit belongs to "
            "[usage_plans.<name>] or [[token_limits]]",
            id="tokens of a throttle",
        ),
        pytest.param(
            MINIMAL + "[usage_plans.free]\nthrottle = { rate_limit = 1, burst_limit = 1, per_day = 2 }",
            "usage_plans.free.throttle.per_day: unknown key; there are rate_limit, burst_limit",
            id="unknown key below a name",
        ),
        pytest.param(
            MINIMAL + "[rate_limit_response]\nretry_after = 30",
            "rate_limit_response.retry_after = 30: must be a table with throttle, quota, waf",
            id="a number for a table",
        ),
        pytest.param(
            MINIMAL + "[waf]\nrate_rules = 600",
            "waf.rate_rules = 600: must be an array, in square brackets",
            id="no array",
        ),
        pytest.param(changed(region="region = 1"), "aws.region = 1: must be text, in quotes", id="number for a string"),
        pytest.param(
            changed(rate_limit='rate_limit = "10"'),
            "throttling.rate_limit = '10': must be a number of requests per second, without quotes",
            id="string for a number",
        ),
        pytest.param(
            changed(burst_limit="burst_limit = 1.5"),
            "throttling.burst_limit = 1.5: must be a whole number of requests",
            id="fraction for a count",
        ),
        pytest.param(
            changed(burst_limit="burst_limit = true"),
            "throttling.burst_limit = true: must be a whole number of requests",
            id="boolean for a count",
        ),
        pytest.param(
            changed(rate_limit="rate_limit = 0"),
            "throttling.rate_limit = 0: must be greater than or equal to 0.000001",
            id="rate 0",
        ),
        pytest.param(
            changed(rate_limit="rate_limit = -1"),
            "throttling.rate_limit = -1: must be greater than or equal to 0.000001",
            id="rate -1",
        ),
        pytest.param(
            changed(rate_limit="rate_limit = inf"),
            "throttling.rate_limit = inf: must be a finite number",
            id="infinite rate",
        ),
        pytest.param(
            changed(burst_limit="burst_limit = 0"),
            "throttling.burst_limit = 0: must be greater than or equal to 1",
            id="burst 0",
        ),
        pytest.param(
            changed(region='region = "Ireland"'),
            "aws.region = 'Ireland': must be the code of a Region, such as us-east-1 or eu-west-3",
            id="no Region",
        ),
        pytest.param(
            MINIMAL + ROUTE + '"/chat"',
            "POST /chat: path = '/chat': the file has this route twice; leave one out",
            id="two routes with one address",
        ),
        pytest.param(
            MINIMAL + ROUTE + '"/u/{id}"\n' + ROUTE + '"/u/{name}/x"',
            "POST /u/{name}/x: path = '/u/{name}/x': /u already has the variable {id}; AWS allows one in each place",
            id="two variables in one place",
        ),
        pytest.param(changed(path='path = "chat"'), "routes[0].path = 'chat': must start with a slash", id="no slash"),
        pytest.param(
            changed(path='path = "/chat/"'),
            "POST /chat/: path = '/chat/': must not have an empty part or a slash at the end",
            id="slash at the end",
        ),
        pytest.param(
            changed(path='path = "/{proxy+}/chat"'),
            "POST /{proxy+}/chat: path = '/{proxy+}/chat': '{proxy+}' is not a path part: letters, digits, _ . - : "
            "or {name}; {name+} only at the end",
            id="greedy variable in the middle",
        ),
        pytest.param(
            changed(path='path = "/v1/../chat"'),
            "POST /v1/../chat: path = '/v1/../chat': must not have .. as a part: clients resolve it before they send a "
            "request, so none would match",
            id="two dots",
        ),
        pytest.param(
            changed(path='path = "/v1/."'),
            "POST /v1/.: path = '/v1/.': must not have . as a part: clients resolve it before they send a request, so "
            "none would match",
            id="one dot",
        ),
        pytest.param(
            changed(path='path = "/a b"'),
            "routes[0].path = '/a b': 'a b' is not a path part: letters, digits, _ . - : or {name}, {name+}",
            id="blank in a path",
        ),
        pytest.param(
            changed(method='method = "post"'), "post /chat: method = 'post': must be 'POST', in capitals", id="post"
        ),
        pytest.param(
            changed(method='method = "any"'), "any /chat: method = 'any': must be 'ANY', in capitals", id="any"
        ),
        pytest.param(
            changed(method='method = "TRACE"'),
            "TRACE /chat: method = 'TRACE': must be 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST' or 'PUT'; "
            "'ANY' is all of them",
            id="a method that API Gateway has not",
        ),
        pytest.param(
            changed(burst_limit="burst_limit = 5.0"),
            "throttling.burst_limit = 5.0: must be a whole number of requests, without a decimal point: 5",
            id="a count with a decimal point",
        ),
        pytest.param(
            changed(rate_limit='rate_limit = "10rps"'),
            "throttling.rate_limit = '10rps': must be a number of requests per second, without quotes",
            id="a unit",
        ),
        pytest.param(
            changed(path='path = "/models/:id"'),
            "POST /models/:id: path = '/models/:id': ':id' is a literal colon to API Gateway; a variable is "
            "written {id}",
            id="a variable of Express",
        ),
        pytest.param(
            changed(path='path = "/v1/*"'),
            "POST /v1/*: path = '/v1/*': has no wildcard *; {proxy+} at the end takes the rest of a path",
            id="a wildcard",
        ),
        pytest.param(
            changed(path='path = "/users/<int:id>/x"'),
            "POST /users/<int:id>/x: path = '/users/<int:id>/x': '<int:id>' is not a variable to API Gateway; write "
            "{id}",
            id="a variable of Flask",
        ),
        pytest.param(
            changed(path='path = "/files/{name:path}"'),
            "POST /files/{name:path}: path = '/files/{name:path}': '{name:path}' is not a variable to API Gateway; "
            "write {name}",
            id="a variable of Starlette",
        ),
        pytest.param(
            changed(region='region = "${AWS_REGION}"'),
            "aws.region = '${AWS_REGION}': must be the code of a Region, such as us-east-1 or eu-west-3; the file is "
            "read as it is, and no variable is put in",
            id="a variable of the shell",
        ),
        pytest.param(
            MINIMAL + "[observability]\naccess_log = 'on'",
            "observability.access_log = 'on': must be 'off', or a table with retention_in_days, kms_key_arn, metrics",
            id="a word for a table",
        ),
        pytest.param(
            MINIMAL + "[observability.alarms]\nemails = 'oncall@example.com'",
            "observability.alarms.emails = 'oncall@example.com': must be 'variable', or an array",
            id="a word for an array",
        ),
        pytest.param(
            MINIMAL.replace("[[routes]]", "[routes]"),
            "routes: must be an array of tables: write [[routes]], in double brackets, above each",
            id="a table for an array of tables",
        ),
        pytest.param(
            MINIMAL + "[[usage_plans]]\nname = 'a'",
            "usage_plans: must be a table: write [usage_plans.<name>], in single brackets",
            id="an array of tables for a table of names",
        ),
        pytest.param(
            MINIMAL.replace("[stage]", "[[stage]]"),
            "stage: must be a table: write [stage], in single brackets",
            id="an array of tables for a table",
        ),
        pytest.param(
            MINIMAL + "[integration]\ntype = 'http'",
            "integration: unknown key; it belongs to [routes.integration], below the [[routes]] of its route or "
            "[defaults.integration]",
            id="a table at the top",
        ),
        pytest.param(
            MINIMAL + "[[rate_rules]]\nname = 'a'",
            "rate_rules: unknown key; it belongs to [[waf.rate_rules]]",
            id="an array of tables at the top",
        ),
        pytest.param(
            MINIMAL + "[routes.integration]\ntype = 'http'\nurl = 'https://llm.example.com'\nstream = true",
            'POST /chat: integration.stream: unknown key; write response_transfer_mode = "STREAM"',
            id="what another tool calls it",
        ),
        pytest.param(
            MINIMAL + "[routes.integration]\ntype = 'mock'\ncolour = 1",
            "POST /chat: integration.colour: unknown key; there are timeout_milliseconds, response_transfer_mode, "
            "type, status, body",
            id="unknown key of one kind of integration",
        ),
        pytest.param(
            MINIMAL + "[throttling.routes]\n'POST /caht' = 'blocked'",
            "throttling.routes.\"POST /caht\" = 'blocked': no such route; did you mean POST /chat?",
            id="a misspelt route",
        ),
        pytest.param(
            MINIMAL + "[waf]\nrate_rules = [{ name = 'per-ip', limit = 10, evaluation_window_sec = '5m' }]",
            "rate rule per-ip: evaluation_window_sec = '5m': must be 60, 120, 300 or 600 seconds, without quotes",
            id="a window in minutes",
        ),
        pytest.param(
            MINIMAL + "[usage_plans.'9 x']\nthrottle = { rate_limit = 1, burst_limit = 1 }",
            'usage_plans."9 x": must be a letter, then letters, digits, _ and -, at most 64 in all, such as team-a',
            id="a name is not its own value",
        ),
        pytest.param(
            MINIMAL + "authorization = 'Bearer'",
            "POST /chat: authorization = 'Bearer': must be NONE, AWS_IAM, or the name of an [authorizers.<name>] table "
            'of this file (keys that SDKs send as "Authorization: Bearer" need api.key_source = "BEARER" instead), '
            "such as users",
            id="Bearer",
        ),
        pytest.param(
            MINIMAL + '[throttling.routes."GET /chat"]\nrate_limit = 1\nburst_limit = 1',
            'throttling.routes."GET /chat": no such route; there are POST /chat',
            id="throttle on a route that does not exist",
        ),
        pytest.param(
            MINIMAL + '[throttling.routes]\n"POST /chat" = "none"',
            "throttling.routes.\"POST /chat\" = 'none': must be 'unlimited' or 'blocked', or a table with "
            "rate_limit, burst_limit",
            id="a word that a throttle does not have",
        ),
        pytest.param(
            MINIMAL + '[throttling.routes."POST /chat"]\nrate_limit = 1',
            'throttling.routes."POST /chat".burst_limit: missing, and required',
            id="override without burst",
        ),
        pytest.param(
            MINIMAL + '[throttling.routes."POST /chat"]\nrate_limit = 20000\nburst_limit = 1',
            'throttling.routes."POST /chat".rate_limit = 20000: above the account\'s quota in us-east-1 of 10000 '
            "requests per second; if AWS raised it, set aws.account_rate_limit",
            id="override above the quota",
        ),
        pytest.param(
            changed(region='region = "eu-south-1"', burst_limit="burst_limit = 1251"),
            "throttling.burst_limit = 1251: above the account's quota in eu-south-1 of 1250 requests at once; "
            "if AWS raised it, set aws.account_burst_limit",
            id="burst above the smaller quota of that Region",
        ),
        pytest.param(
            MINIMAL + "[waf]\nrate_rules = [{ name = 'per-ip', limit = 9 }]",
            "rate rule per-ip: limit = 9: must be greater than or equal to 10",
            id="WAF limit too low",
        ),
        pytest.param(
            MINIMAL + "[waf]\nrate_rules = [{ name = 'per-ip', limit = 2_000_000_001 }]",
            "rate rule per-ip: limit = 2000000001: must be less than or equal to 2000000000",
            id="WAF limit too high",
        ),
        pytest.param(
            MINIMAL + "[waf]\nrate_rules = [{ name = 'per-ip', limit = 10, evaluation_window_sec = 90 }]",
            "rate rule per-ip: evaluation_window_sec = 90: must be 60, 120, 300 or 600",
            id="a window AWS does not have",
        ),
        pytest.param(
            MINIMAL + '[backend]\ntype = "gcs"',
            "backend.type = 'gcs': must be one of 'local', 's3', 'cloud'",
            id="a state backend that we do not have",
        ),
        pytest.param(
            MINIMAL + '[backend]\ntype = "s3"\nregion = "us-east-1"',
            "backend.bucket: missing, and required",
            id="S3 backend without a bucket",
        ),
        pytest.param(
            MINIMAL + "[backend]\nbucket = 'b'", "backend.type: missing, and required", id="backend without a type"
        ),
        pytest.param(
            "name = 'x'\n" + MINIMAL,
            "name = 'x': unknown key; the name of the file is the name of the environment",
            id="a name in the file",
        ),
        pytest.param(
            changed(path='path = "/chat"\nintegration = { type = "mock", status = 99 }'),
            "POST /chat: integration.status = 99: must be greater than or equal to 200",
            id="a status that is none",
        ),
    ],
)
def test_refused_with_its_message(tmp_path: Path, text: str, line: str | None) -> None:
    expected = (
        [line]
        if line
        else [
            "throttling.rate_limit: missing, and required",
            "throttling.rate_limt: unknown key; did you mean rate_limit?",
        ]
    )
    assert refusals(tmp_path, text) == expected


def test_all_mistakes_of_a_file_at_once(tmp_path: Path) -> None:
    text = changed(rate_limit="rate_limit = 0", burst_limit="burst_limit = 0", path='path = "x"')
    assert refusals(tmp_path, text) == [
        "routes[0].path = 'x': must start with a slash",
        "throttling.rate_limit = 0: must be greater than or equal to 0.000001",
        "throttling.burst_limit = 0: must be greater than or equal to 1",
    ]


def test_the_mistakes_of_all_files_at_once(tmp_path: Path) -> None:
    write(tmp_path, changed(rate_limit="rate_limit = 0"), "a")
    write(tmp_path, MINIMAL, "b")
    write(tmp_path, changed(burst_limit="burst_limit = 0"), "c")
    with pytest.raises(EnvironmentFileError) as caught:
        read_environments(tmp_path)
    assert [line.split(": ")[0].rpartition("/")[2] for line in caught.value.lines] == ["a.toml:12", "c.toml:13"]


@pytest.mark.parametrize("text", ["", "\n", "# later\n"])
def test_an_empty_file_is_one_line(tmp_path: Path, text: str) -> None:
    assert refusals(tmp_path, text) == [
        "has no keys; README.md has the smallest file, and `spillway new NAME` writes a first one"
    ]


def test_what_is_no_toml(tmp_path: Path) -> None:
    assert refusals(tmp_path, "[aws\n") == ["the header of a table ends with ]"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (changed(rate_limit="rate_limit = " + "9" * 5000), "is not TOML: a number has too many digits"),
        (
            changed(rate_limit="rate_limit = 0x" + "f" * 5000),
            "throttling.rate_limit = a number too long to show: must be a number of requests per second",
        ),
        (MINIMAL + "x = " + "[" * 5000 + "]" * 5000, "is nested too deep to be read"),
        (
            MINIMAL + '"a\\nb" = 1\n',
            (
                'POST /chat: "a\\nb": unknown key; there are method, path, integration, authorization, '
                "authorization_scopes, api_key_required, request"
            ),
        ),
    ],
    ids=["digits", "hexadecimal", "deep", "a line break"],
)
def test_what_python_chokes_on(tmp_path: Path, text: str, line: str) -> None:
    assert refusals(tmp_path, text) == [line]


def test_what_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "test.toml"
    file.write_bytes(b"[aws]\n\xff")
    with pytest.raises(EnvironmentFileError, match=r"test\.toml: is not UTF-8 at byte 6$"):
        read_environment(file)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFileError, match=r"absent\.toml: no such file$"):
        read_environment(tmp_path / "absent.toml")


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFileError, match=r"absent: no such folder; it must contain one \.toml file for each"):
        read_environments(tmp_path / "absent")


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFileError, match=r"contains no \.toml file; each environment is one file$"):
        read_environments(tmp_path)


def test_a_file_name_that_is_no_stack_name(tmp_path: Path) -> None:
    with pytest.raises(
        EnvironmentFileError,
        match=r"name = 'my env': must be a letter, then letters, digits, _ and -; it is the file's name",
    ):
        read_environment(write(tmp_path, MINIMAL, "my env"))
