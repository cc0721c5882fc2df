"""The keys that policy/keys.toml names do what it promises, and docs/policy.md lists them."""

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from main import build_app
from policy.keys import KEYS, by_check
from policy.scan import HERE, OWN_CHECKS, Verdict, run
from policy.suppressions import SUPPRESSIONS, read_suppressions
from settings.read import read_environment
from spillway.new.project import OF_FUNCTIONS
from tests.conftest import Remembered
from tests.environment_files import ROOT, write
from tests.policy.holes import HOLES
from tools.reference import default_of

KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"

COMMON = """
[aws]
region = "us-east-1"
[api]
name = "{name}"
[stage]
name = "prod"
{stage}
[throttling]
rate_limit = 10
burst_limit = 5
"""

# Without a web ACL, logs, keys, traces and checks of requests.
BARE = (
    COMMON.format(name="bare", stage="")
    + """
[[routes]]
method = "POST"
path = "/chat"
[routes.integration]
type = "bedrock"
model_id = "us.anthropic.claude-sonnet-4-20250514-v1:0"
[[token_limits]]
name = "everyone"
by = "all"
tokens_per_minute = 1000
[observability.alarms]
emails = ["team@example.com"]
"""
)

# With a web ACL that has no log and no managed rules, a log of prompts, and short logs.
HALF = (
    COMMON.format(name="half", stage="")
    + """
[[routes]]
method = "POST"
path = "/chat"
[observability]
account_role = "existing"
waf_log = "off"
execution_log = { data_trace = true }
[[waf.rate_rules]]
name = "per-ip"
limit = 600
"""
)

WHOLE = (
    COMMON.format(name="whole", stage='client_certificate = "create"')
    + f"""
[domain]
domain_name = "api.example.com"
certificate_arn = "{CERTIFICATE}"
security_policy = "TLS_1_2"
[[routes]]
method = "POST"
path = "/chat"
authorization = "AWS_IAM"
api_key_required = true
request.required_parameters = ["header.Content-Type"]
request.body_schema = {{ type = "object" }}
[routes.integration]
type = "bedrock"
model_id = "us.anthropic.claude-sonnet-4-20250514-v1:0"
reserved_concurrent_executions = 10
log_retention_in_days = 365
[usage_plans.clients]
throttle = {{ rate_limit = 1, burst_limit = 5 }}
api_keys = ["first"]
[[token_limits]]
name = "everyone"
by = "all"
tokens_per_minute = 1000
[token_store]
point_in_time_recovery = true
kms_key_arn = "{KEY}"
[[waf.rate_rules]]
name = "per-ip"
limit = 600
[[waf.managed_rule_groups]]
name = "AWSManagedRulesKnownBadInputsRuleSet"
[[waf.managed_rule_groups]]
name = "AWSManagedRulesAnonymousIpList"
[observability]
account_role = "existing"
xray_tracing = true
detailed_metrics = true
access_log = {{ retention_in_days = 365, kms_key_arn = "{KEY}" }}
execution_log = {{ level = "ERROR", data_trace = false, retention_in_days = 365, kms_key_arn = "{KEY}" }}
waf_log = {{ retention_in_days = 365, kms_key_arn = "{KEY}" }}
[observability.alarms]
emails = ["team@example.com"]
kms_key_arn = "{KEY}"
"""
)

# The log of a packaged function has no key of its own to encrypt it.
STILL_FAILS = {("CKV_AWS_158", "aws_cloudwatch_log_group.post_chat")}
# Spillway's default passes: the key only explains which value would not.
PASSES_BY_DEFAULT = {"CKV_AWS_206"}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory, remembered: Remembered) -> list[Verdict]:
    """One run of checkov for the three files."""
    folder = tmp_path_factory.mktemp("keys")
    texts = {"bare": BARE, "half": HALF, "whole": WHOLE}
    files = [write(folder, text, name) for name, text in texts.items()]
    build_app(tuple(map(read_environment, files)), outdir=str(folder / "out")).synth()
    synthesized = [folder / "out" / "stacks" / name / "cdk.tf.json" for name in texts]
    sources = (HERE / "Pipfile.lock", HERE / "scan.py", *sorted(OWN_CHECKS.iterdir()), *synthesized)
    said = remembered(
        "checkov-keys",
        [*(file.read_bytes() for file in sources), sys.version.encode()],
        lambda: asdict(run(folder / "out" / "stacks", list(texts))),
    )
    return [Verdict(**each) for each in said["verdicts"]]


WITH_KEYS = sorted(check for check, each in by_check().items() if each.keys)


@pytest.mark.parametrize("check", WITH_KEYS)
def test_a_check_fails_without_its_key_and_passes_with_it(verdicts: list[Verdict], check: str) -> None:
    of_check = [verdict for verdict in verdicts if verdict.check == check]
    failed = {verdict.environment for verdict in of_check if not verdict.passed}
    assert failed & {"bare", "half"} or check in PASSES_BY_DEFAULT
    whole = [verdict for verdict in of_check if verdict.environment == "whole"]
    assert any(verdict.passed for verdict in whole)
    assert {(check, verdict.address) for verdict in whole if not verdict.passed} <= STILL_FAILS


def test_no_key_is_forgotten(verdicts: list[Verdict]) -> None:
    """A check that a stack can fail is listed, and so is one that is accepted somewhere."""
    failed = {verdict.check for verdict in verdicts if not verdict.passed}
    accepted = {each.check for file in (SUPPRESSIONS, OF_FUNCTIONS) for each in read_suppressions(file)}
    of_holes = {check for _, flaws in HOLES.values() for check, _ in flaws} - {"CKV_AWS_41", "CKV_SECRET_2"}
    assert failed | accepted | of_holes <= set(by_check())
    assert [check for check, each in by_check().items() if each.reason and check in failed] != []


def values_at(table: Any, path: list[str]) -> Iterator[Any]:
    """The values of that path; of a list on the way, those of each entry."""
    if not path:
        yield table
        return
    for each in table if isinstance(table, list) else [table]:
        if path[0] in each:
            yield from values_at(each[path[0]], path[1:])


@pytest.mark.parametrize("check", WITH_KEYS)
def test_the_file_with_every_key_has_those_that_are_named(check: str) -> None:
    whole = tomllib.loads(WHOLE)
    for key in by_check()[check].keys:
        path, equals, value = key.partition(" = ")
        found = list(values_at(whole, path.split(".")))
        if path == "waf.web_acl_arn":  # in place of waf.rate_rules
            assert default_of(path) == "unset"
        else:
            assert found
            if equals and value[0] not in "[{":  # a table or a list may contain more
                assert found == [tomllib.loads(f"value = {value}")["value"]]


def test_the_page_lists_every_check() -> None:
    rows = []
    for check, each in by_check().items():
        keys = (" and " if each.together else ", ").join(f"`{key}`" for key in each.keys) or f"none: {each.reason}"
        defaults = ", ".join(dict.fromkeys(default_of(key.partition(" = ")[0]) for key in each.keys))
        rows.append(f"| {check} | {each.requires} | {keys} | {defaults} |\n")
    page = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
    heading = "| check | requires | key | default |\n|---|---|---|---|\n"
    assert page.partition(heading)[2].partition("\n\n")[0] + "\n" == "".join(rows)


def test_the_words_of_a_failure() -> None:
    said = {check: each.advice() for check, each in by_check().items()}
    assert said["CKV_AWS_76"] == 'set observability.account_role = "existing"'
    assert said["CKV_AWS_59"] == 'set routes.authorization = "AWS_IAM" or routes.api_key_required = true'
    assert said["CKV2_AWS_4"] == (
        'set observability.execution_log = {}, observability.account_role = "existing" and '
        "observability.detailed_metrics = true"
    )
    assert said["CKV_AWS_50"] == (
        "no key changes this: Spillway does not trace its functions. observability.xray_tracing traces API Gateway"
    )


def test_a_list_of_keys_that_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "keys.toml"
    file.write_text('[CKV_AWS_1]\nrequires = "a"\n', encoding="utf-8")
    monkeypatch.setattr("policy.keys.KEYS", file)
    with pytest.raises(ValueError, match="set either keys or reason"):
        by_check.__wrapped__()
    assert KEYS.is_file()
