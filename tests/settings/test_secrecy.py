"""Which values of an environment file may be shown."""

from fnmatch import fnmatchcase

import pytest

from settings.secrecy import HIDDEN, looks_like_a_secret, may_be_shown, shown_fields, shown_value, without_secrets
from tests.settings.schema_fields import fields

SECRETS = (
    "sk-111",
    "sk-proj-Zm9vYmFyYmF6",
    "Bearer opaque-and-long-enough",
    "Basic dXNlcjpwYXNzd29yZA==",
    "https://user:pass111@llm.example.com/v1",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "xoxb-123456789012-abcdef",
    "hf_AbCdEfGhIjKlMnOpQrStUvWx",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "Action=SendMessage&Token=secret111",
    "password: hunter2",
    "Xq3kP9sLm2Vt8Zr5Wn7Yb4Jc6Hd1Gf0aAbBcCdDe",
    "-----BEGIN PRIVATE KEY-----\nMIIE",
)
PLAIN = (
    "POST /v1/chat/completions",
    "arn:aws:wafv2:us-east-1:111122223333:regional/webacl/shared/a1b2c3d4-5678-90ab-cdef-EXAMPLE11111",
    "arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab",
    "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/net/inference/50dc6c495c0c9188",
    "anthropic.claude-3-5-sonnet-20241022-v2:0",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
    "Rate limit reached. Slow down and retry.",
    "method.request.header.Authorization",
    "subnet-0123456789abcdef0",
    "x-api-key",
    "^Bearer [A-Za-z0-9._~-]+$",
    "A basic rate-limited plan, for bearer tokens",
    "https://llm.example.com:8443/v1/{proxy}",
)


@pytest.mark.parametrize("text", SECRETS)
def test_a_key_or_token_is_recognized(text: str) -> None:
    assert looks_like_a_secret(text)


@pytest.mark.parametrize("text", PLAIN)
def test_what_environment_files_are_full_of_is_not_taken_for_one(text: str) -> None:
    assert not looks_like_a_secret(text)
    assert without_secrets(text) == text


def test_a_line_keeps_what_is_around_the_secret() -> None:
    assert without_secrets("routes[0].path = 'sk-proj-123': must start with a slash") == (
        f"routes[0].path = '{HIDDEN}': must start with a slash"
    )
    assert without_secrets("authorizers.token: unknown key") == "authorizers.token: unknown key"


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        (("routes", 0, "path"), True),
        (("routes", "POST /v1/chat", "authorization"), True),
        (("routes", 0, "integration", "headers", "Authorization"), False),
        (("routes", 0, "integration", "environment", "KEY"), False),
        (("routes", 0, "integration", "body"), False),
        (("aws", "assume_role", "external_id"), False),
        (("usage_plans", "p", "api_keys", 0, "value"), False),
        (("waf", "rate_rules", 0, "scope_down", "header", "name"), True),
        (("waf", "rate_rules", 0, "scope_down", "and", 1, "not", "header", "name"), True),
        (("waf", "rate_rules", 0, "scope_down", "and", 1, "not", "header", "value"), False),
        (("a", "setting", "that", "does", "not", "exist"), False),
        ((), False),
    ],
)
def test_a_field_is_shown_only_if_it_is_listed(where: tuple[str | int, ...], *, shown: bool) -> None:
    assert may_be_shown(where) is shown


def test_of_a_url_the_host_is_shown() -> None:
    where = ("routes", 0, "integration", "url")
    assert shown_value(where, "https://llm.example.com") == "https://llm.example.com"
    assert shown_value(where, "https://llm.example.com:8443/v1/token") == "https://llm.example.com:8443/..."
    assert shown_value(where, "https://user:pass@llm.example.com/v1") == "https://llm.example.com/..."
    assert shown_value(where, "https://user:pa/ss@llm.example.com/v1") == HIDDEN
    assert shown_value(where, "hunter2") == HIDDEN


def test_a_table_or_an_array_is_shown_if_all_of_it_is() -> None:
    assert shown_value(("usage_plans", "p", "api_keys"), ["alice", {"name": "bob"}]) == ["alice", {"name": "bob"}]
    assert shown_value(("usage_plans", "p", "api_keys"), ["alice", {"name": "bob", "value": "x"}]) == HIDDEN
    assert shown_value(("waf", "allow"), ("192.0.2.0/24", "sk-live-123")) == HIDDEN
    assert shown_value(("throttling",), {"rate_limit": 5.0, "burst_limit": 10}) == {
        "rate_limit": 5.0,
        "burst_limit": 10,
    }


def test_every_listed_field_is_one_of_the_environment_file() -> None:
    known = [*fields(), "name"]
    assert [each for each in shown_fields() if not any(fnmatchcase(field, each) for field in known)] == []


def test_every_word_that_only_a_list_allows_is_shown() -> None:
    """Words of ours and of AWS are not secrets. Under `value` someone may paste a key instead of the word."""
    words = {field for field, kinds in fields().items() if "enum" in kinds and "string" not in kinds}
    assert {field for field in words if not may_be_shown(tuple(field.split(".")))} == {"usage_plans.*.api_keys.*.value"}
