"""Who may call, from where, with what: refused and warned of."""

from pathlib import Path

import pytest

from settings.cors import Cors
from tests.environment_files import MINIMAL, changed
from tests.refusals import refusals, warnings

FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:check"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/0a1b"
DOMAIN = f'[domain]\ndomain_name = "api.example.com"\ncertificate_arn = "{CERTIFICATE}"\n'


def api(line: str, rest: str = "") -> str:
    """MINIMAL with a line more in [api], and tables more at the end."""
    return MINIMAL.replace('name = "api"', f'name = "api"\n{line}') + rest


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(
            changed(path='path = "/chat"\nauthorization = "users"'),
            "POST /chat: authorization = 'users': no such authorizer; there are NONE, AWS_IAM",
            id="authorizer that is not there",
        ),
        pytest.param(
            changed(path='path = "/chat"\nauthorization = "AWS_IAM"\nauthorization_scopes = ["a"]'),
            "POST /chat: authorization_scopes = ['a']: only a COGNITO_USER_POOLS authorizer checks scopes",
            id="scopes without Cognito",
        ),
        pytest.param(
            changed(path='path = "/chat"\nauthorization = "a"')
            + f'\n[authorizers.a]\ntype = "REQUEST"\nfunction_arn = "{FUNCTION}"',
            "authorizers.a.authorizer_result_ttl_in_seconds = 300: must be 0 without identity_sources, which are "
            "AWS's cache key",
            id="cache without a key",
        ),
        pytest.param(
            changed(path='path = "/chat"\nauthorization = "a"')
            + f'\n[authorizers.a]\ntype = "TOKEN"\nfunction_arn = "{FUNCTION}"\n'
            + "authorizer_result_ttl_in_seconds = 3601",
            "authorizers.a.authorizer_result_ttl_in_seconds = 3601: must be less than or equal to 3600",
            id="cache longer than AWS's",
        ),
        pytest.param(
            changed(path='path = "/chat"\nauthorization = "a"')
            + f'\n[authorizers.a]\ntype = "TOKEN"\nfunction_arn = "{FUNCTION.replace("us-east-1", "eu-west-1")}"',
            "authorizers.a.function_arn = 'arn:aws:lambda:eu-west-1:111122223333:function:check': "
            "must be a function in us-east-1, the API's Region",
            id="authorizer of another Region",
        ),
        pytest.param(
            api('vpc_endpoint_ids = ["vpce-0a"]'),
            "api.vpc_endpoint_ids = ['vpce-0a']: only a PRIVATE API has VPC endpoints, and this one is REGIONAL",
            id="VPC endpoints of a public API",
        ),
        pytest.param(
            api('endpoint_type = "PRIVATE"'),
            "api.endpoint_type = 'PRIVATE': a PRIVATE API needs a [resource_policy]: AWS does not deploy it without "
            "one",
            id="private without policy",
        ),
        pytest.param(
            api("disable_execute_api_endpoint = true"),
            "api.disable_execute_api_endpoint = true: needs a [domain]; without one the API has no address",
            id="no address",
        ),
        pytest.param(
            MINIMAL + "[resource_policy]",
            "resource_policy: must have source_ips, source_vpc_endpoints, source_vpcs or accounts",
            id="policy that asks nothing",
        ),
        pytest.param(
            MINIMAL + '[resource_policy]\nsource_vpcs = ["vpc-0a"]',
            "resource_policy.source_vpcs = ['vpc-0a']: only calls to a PRIVATE API come through VPC endpoints; with "
            "this, every call is refused",
            id="VPC of a public API",
        ),
        pytest.param(
            MINIMAL + '[resource_policy]\naccounts = ["111122223333"]',
            "POST /chat: authorization = 'NONE': "
            'must be "AWS_IAM": resource_policy.accounts allows signed calls only',
            id="accounts without signatures",
        ),
        pytest.param(
            MINIMAL + '[resource_policy]\nsource_ips = ["203.0.113.7/24"]',
            "resource_policy.source_ips[0] = '203.0.113.7/24': must be a range like 203.0.113.0/24 or 2001:db8::/32: "
            "203.0.113.7/24 has host bits set",
            id="range with host bits",
        ),
        pytest.param(
            api('endpoint_type = "PRIVATE"', '[resource_policy]\nsource_vpcs = ["vpc-0a"]\n' + DOMAIN),
            "domain.domain_name = 'api.example.com': a PRIVATE API's domain also needs an access association for "
            "each VPC endpoint; Spillway makes none",
            id="private domain",
        ),
        pytest.param(
            MINIMAL + DOMAIN.replace("us-east-1", "eu-west-1"),
            "domain.certificate_arn = 'arn:aws:acm:eu-west-1:111122223333:certificate/0a1b': "
            "must be a certificate in us-east-1 for this REGIONAL API",
            id="certificate of another Region",
        ),
        pytest.param(
            api('endpoint_type = "EDGE"', DOMAIN + 'mutual_tls = { truststore_uri = "s3://bucket/ca.pem" }'),
            "domain.mutual_tls: AWS supports mutual TLS for REGIONAL APIs only",
            id="mutual TLS at the edge",
        ),
        pytest.param(
            MINIMAL + DOMAIN + 'security_policy = "TLS_1_0"\nmutual_tls = { truststore_uri = "s3://bucket/ca.pem" }',
            "domain.security_policy = 'TLS_1_0': must be TLS_1_2 with mutual TLS",
            id="mutual TLS with old TLS",
        ),
        pytest.param(
            MINIMAL + '[tags]\n"aws:x" = "1"',
            "tags: must have no key that starts with aws:, like 'aws:x'; AWS reserves that prefix",
            id="tag of AWS's own",
        ),
        pytest.param(
            changed(path='path = "/chat"\nrequest = { required_parameters = ["cookie.a"] }'),
            "POST /chat: request.required_parameters[0] = 'cookie.a': must be header., querystring. or path. and a "
            "name, such as header.X-Team",
            id="parameter of no kind that AWS checks",
        ),
        pytest.param(
            changed(path='path = "/chat"\nrequest = { body_schema = "nowhere.json" }'),
            "POST /chat: request.body_schema = 'nowhere.json': no such file next to the environment file",
            id="schema that is not there",
        ),
        pytest.param(
            changed(path='path = "/chat"\nrequest = { body_schema = "/etc/schema.json" }'),
            "POST /chat: request.body_schema = '/etc/schema.json': "
            "must be a path relative to the environment file, with forward slashes",
            id="schema by an absolute path",
        ),
    ],
)
def test_refused(tmp_path: Path, text: str, line: str) -> None:
    assert refusals(tmp_path, text) == [line]


@pytest.mark.parametrize(
    ("text", "field", "allowed"),
    [
        pytest.param(
            MINIMAL + "[tags]\n" + "\n".join(f'k{index} = "v"' for index in range(51)),
            "tags",
            "must be at most 50 tags, not 51",
            id="too many tags",
        ),
        pytest.param(
            MINIMAL + '[cors]\nallow_origins = ["*", "https://a.example"]',
            "cors",
            "must have * as the only entry of allow_origins, or not at all",
            id="star among origins",
        ),
        pytest.param(
            MINIMAL + '[cors]\nallow_origins = ["*"]\nallow_credentials = true',
            "cors",
            "must have exactly one origin with allow_credentials: browsers refuse *, "
            "and API Gateway's own answers can name only one",
            id="cookies for everyone",
        ),
        pytest.param(
            changed(
                path='path = "/chat"\n'
                'request = { body_schema = { "$schema" = "https://json-schema.org/draft/2020-12/schema" } }'
            ),
            "POST /chat: request.body_schema",
            "must be JSON Schema draft 4 ($schema = 'http://json-schema.org/draft-04/schema#'), "
            "the only one API Gateway reads",
            id="schema of another draft",
        ),
        pytest.param(
            changed(path='path = "/chat"\nrequest = { body_schema = { properties = { n = { const = 1 } } } }'),
            "POST /chat: request.body_schema",
            "must be JSON Schema draft 4: properties.n.const: is from a later draft; draft 4 ignores it and would "
            "let everything through",
            id="keyword of another draft",
        ),
    ],
)
def test_a_table_refused(tmp_path: Path, text: str, field: str, allowed: str) -> None:
    (line,) = refusals(tmp_path, text)
    assert line == f"{field}: {allowed}"


def route(more: str, method: str = "POST") -> str:
    return changed(method=f'method = "{method}"', path=f'path = "/chat"\n{more}')


HTTP = 'integration = { type = "http", url = "https://h.eu" }'


def test_an_open_route_that_costs_money_is_warned_of(tmp_path: Path) -> None:
    (line,) = warnings(tmp_path, route(HTTP))
    assert line == (
        "POST /chat: authorization = 'NONE': anyone who finds the URL can run up the cost of the http backend; "
        "give it AWS_IAM or an authorizer"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MINIMAL, id="a mock costs nothing"),
        pytest.param(route(HTTP + '\nauthorization = "AWS_IAM"'), id="signed"),
        pytest.param(route(HTTP, method="OPTIONS"), id="a preflight is never signed"),
    ],
)
def test_not_warned_of(tmp_path: Path, text: str) -> None:
    assert warnings(tmp_path, text) == []


MUTUAL_TLS = 'mutual_tls = { truststore_uri = "s3://bucket/ca.pem" }'


def test_behind_a_resource_policy_fewer_can(tmp_path: Path) -> None:
    (line,) = warnings(tmp_path, route(HTTP) + '\n[resource_policy]\nsource_ips = ["203.0.113.0/24"]')
    assert "NONE': everyone whom the resource policy allows can run up the cost of the http backend; " in line


def test_callers_with_a_certificate_are_known(tmp_path: Path) -> None:
    text = route(HTTP).replace("[api]", "[api]\ndisable_execute_api_endpoint = true") + "\n" + DOMAIN + MUTUAL_TLS
    assert warnings(tmp_path, text) == []


def test_paths_that_aws_answers_itself_are_warned_of(tmp_path: Path) -> None:
    text = changed(path='path = "/ping"') + "\n" + '[[routes]]\nmethod = "GET"\npath = "/v1/ping"\n'
    assert warnings(tmp_path, text) == []
    assert warnings(tmp_path, text + DOMAIN) == [
        (
            "POST /ping: path = '/ping': under a custom domain AWS answers this path itself, as its own health "
            "check; rename it"
        )
    ]


def test_an_authorizer_without_a_route_is_warned_of(tmp_path: Path) -> None:
    text = MINIMAL + f'[authorizers.a]\ntype = "TOKEN"\nfunction_arn = "{FUNCTION}"'
    assert warnings(tmp_path, text) == ["authorizers.a: no route uses it"]


def test_a_way_around_mutual_tls_is_warned_of(tmp_path: Path) -> None:
    text = MINIMAL + DOMAIN + MUTUAL_TLS
    (line,) = warnings(tmp_path, text)
    assert line == (
        "api.disable_execute_api_endpoint = false: callers can bypass mutual TLS through the execute-api address; "
        "set it to true"
    )


@pytest.mark.parametrize(
    ("origins", "origin"),
    [
        (("*",), "*"),
        (("https://a.example",), "https://a.example"),
        (("https://a.example", "https://b.example"), "*"),
    ],
)
def test_the_origin_of_an_answer(origins: tuple[str, ...], origin: str) -> None:
    assert Cors(allow_origins=origins).response_headers == {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After,x-should-retry",
    }


def test_an_answer_with_cookies() -> None:
    cors = Cors(allow_origins=("https://a.example",), allow_credentials=True, expose_headers=())
    assert cors.response_headers == {
        "Access-Control-Allow-Origin": "https://a.example",
        "Access-Control-Allow-Credentials": "true",
    }


def test_warned_of_more_than_aws_takes_before_it_raises_a_quota(tmp_path: Path) -> None:
    def about(text: str, where: str) -> list[str]:
        return [line for line in warnings(tmp_path, text) if line.startswith(f"{where}: ")]

    def ranges(count: int) -> str:
        listed = ", ".join(f'"203.0.{index // 250}.{index % 250}/32"' for index in range(count))
        return MINIMAL + f"[resource_policy]\nsource_ips = [{listed}]\n"

    assert about(ranges(300), "resource_policy") == []
    (line,) = about(ranges(500), "resource_policy")
    assert line.startswith("resource_policy: its lists alone have ")
    assert "AWS allows a policy of 8192 until it raises the account's quota" in line

    def authorizers(count: int) -> str:
        function = "arn:aws:lambda:us-east-1:111122223333:function:auth"
        table = '[authorizers.a{}]\ntype = "TOKEN"\nfunction_arn = "{}"\n'
        return MINIMAL + "".join(table.format(index, function) for index in range(count))

    assert about(authorizers(10), "authorizers") == []
    assert about(authorizers(11), "authorizers") == [
        "authorizers: 11 authorizers; AWS allows 10 in an API until it raises the quota"
    ]

    def plans(count: int) -> str:
        return MINIMAL + "".join(
            f'[usage_plans.p{index}]\nquota = {{ limit = 1, period = "DAY" }}\n' for index in range(count)
        )

    keyed = 'path = "/chat"\napi_key_required = true'
    assert about(plans(300).replace('path = "/chat"', keyed), "usage_plans") == []
    assert about(plans(301).replace('path = "/chat"', keyed), "usage_plans") == [
        "usage_plans: 301 plans; AWS allows 300 in an account and Region until it raises the quota"
    ]


def test_a_base_path_that_no_client_can_call_is_refused(tmp_path: Path) -> None:
    domain = (
        '[domain]\ndomain_name = "api.example.com"\nbase_path = ".."\n'
        'certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"\n'
    )
    assert refusals(tmp_path, MINIMAL + domain) == [
        (
            "domain.base_path = '..': must not be . or ..: clients resolve it before they send a request, so none "
            "would match"
        )
    ]
