"""Backends that API Gateway does not reach, and runtimes that Lambda does not create."""

from pathlib import Path

import pytest

from settings.private_host import is_private
from tests.environment_files import MINIMAL, changed
from tests.refusals import refusals, warnings

MESSAGE = (
    "API Gateway calls it from AWS over the internet, and cannot reach a private address or name; use a public one, "
    'or type = "private" with a load balancer of your VPC'
)


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST.", "vllm", "api.localhost", "llm.local", "vllm.default.svc.cluster.local"),
        *("ip-10-0-0-1.ec2.internal", "host.docker.internal", "vllm.default.svc", "nas.lan", "gpu.home.arpa"),
        *("0.0.0.0", "10.0.1.5", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255"),  # noqa: S104
        *("192.168.1.10", "internal-llm-12345.us-east-1.elb.amazonaws.com"),
    ],
)
def test_private(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize(
    "host",
    [
        *("llm.example.com", "llm.internal.example.com", "local.example.com", "8.8.8.8", "172.32.0.1", "203.0.113.7"),
        *("llm-12345.us-east-1.elb.amazonaws.com", "internal-tools.example.com", "100.128.0.1"),
    ],
)
def test_public(host: str) -> None:
    assert not is_private(host)


def http(host: str) -> str:
    return f'integration = {{ type = "http", url = "http://{host}:8000/v1" }}\n'


@pytest.mark.parametrize("host", ["localhost", "10.0.1.5"])
def test_an_http_backend_that_api_gateway_does_not_reach_is_refused(tmp_path: Path, host: str) -> None:
    (line,) = refusals(tmp_path, MINIMAL + http(host))
    assert line == f"POST /chat: integration.url = 'http://{host}:8000/...': {MESSAGE}"


def test_an_address_of_ipv6_is_refused(tmp_path: Path) -> None:
    (line,) = refusals(tmp_path, MINIMAL + http("[2001:db8::1]"))
    assert line == "POST /chat: integration.url: must have a host name or an IPv4 address"


def test_an_emulator_reaches_it(tmp_path: Path) -> None:
    emulated = changed(region='region = "us-east-1"\nendpoint_url = "http://127.0.0.1:4566"')
    assert warnings(tmp_path, emulated + "\n" + http("localhost"))


def function(folder: Path, runtime: str) -> str:
    (folder / "fn").mkdir()
    (folder / "fn" / "app.py").write_text("", encoding="utf-8")
    return MINIMAL + (
        f'authorization = "AWS_IAM"\n'
        f'integration = {{ type = "lambda", code = "fn", handler = "app.handler", runtime = "{runtime}" }}\n'
    )


@pytest.mark.parametrize("runtime", ["nodejs14.x", "python3.7", "go1.x", "python2.7"])
def test_a_runtime_that_lambda_does_not_create_is_refused(tmp_path: Path, runtime: str) -> None:
    assert refusals(tmp_path, function(tmp_path, runtime)) == [
        (
            f"POST /chat: integration.runtime = '{runtime}': AWS no longer creates functions with this runtime; use "
            "python3.13, nodejs24.x, ..."
        )
    ]


def test_a_deprecated_runtime_is_warned_of(tmp_path: Path) -> None:
    assert warnings(tmp_path, function(tmp_path, "python3.8")) == [
        (
            "POST /chat: integration.runtime = 'python3.8': AWS deprecated it on 2024-10-14: it gets no security "
            "updates; use python3.13, nodejs24.x, ..."
        )
    ]


@pytest.mark.parametrize("runtime", ["python3.13", "nodejs24.x", "python3.15", "provided.al2023"])
def test_others_are_taken_without_a_word(tmp_path: Path, runtime: str) -> None:
    assert warnings(tmp_path, function(tmp_path, runtime)) == []
