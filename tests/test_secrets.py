"""No secret gets into the JSON, into an output that Terraform prints, or into what our commands print.

checkov searches the JSON for text that looks like a secret: tests/policy.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from settings.read import read_environment
from tests.environment_files import MINIMAL, ROOT, write
from tests.synthesis import Rendered, rendered, rendered_text
from tests.test_main import synthesize

FILES = sorted([*(ROOT / "environments").glob("*.toml"), *(ROOT / "docs" / "examples").glob("*.toml")])

KEYS = """
[[routes]]
method = "GET"
path = "/keyed"
api_key_required = true

[usage_plans.free]
throttle = { rate_limit = 1, burst_limit = 1 }
api_keys = ["made_by_aws", { name = "ours", value = "variable" }]
"""

# Arguments of the provider and of resources whose value is a secret.
SECRET_ARGUMENTS = frozenset(
    {"access_key", "secret_key", "token", "password", "master_password", "auth_token", "private_key", "client_secret"}
)
_KEY = re.compile(r"aws_api_gateway_api_key\.\w+\.value\b")
_VARIABLE = re.compile(r"^\$\{var\.(\w+)\}$")


def exposed(stack: Rendered) -> Iterator[str]:
    """What shows a secret in a stack, or could show one."""
    variables: dict[str, dict[str, Any]] = stack.get("variable", {})
    sensitive = {name for name, body in variables.items() if body.get("sensitive")}
    yield from (f"variable {name} has a default" for name in sorted(sensitive) if "default" in variables[name])
    for name, key in stack["resource"].get("aws_api_gateway_api_key", {}).items():
        variable = _VARIABLE.match(key.get("value", ""))
        if "value" in key and not (variable and variable[1] in sensitive):
            yield f"aws_api_gateway_api_key.{name} has a value that no sensitive variable brings"
    for name, output in stack.get("output", {}).items():
        if _is_secret(output["value"], sensitive) and not output.get("sensitive"):
            yield f"output {name} is not sensitive"
    yield from _secret_arguments(stack)


def _is_secret(value: str, sensitive: set[str]) -> bool:
    return bool(_KEY.search(value)) or any(f"var.{name}" in value for name in sensitive)


def _secret_arguments(stack: Rendered) -> Iterator[str]:
    # The emulator's placeholders, which must only be sent to the emulator.
    at_emulator = all(provider.get("endpoints") for provider in stack["provider"]["aws"])
    for key, value in _pairs([stack["provider"], stack["resource"]]):
        if key in SECRET_ARGUMENTS and not (at_emulator and value == "emulator"):
            yield f"{key} is {value}"


def _pairs(content: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(content, dict):
        for key, value in content.items():
            yield key, value
            yield from _pairs(value)
    elif isinstance(content, list):
        for item in content:
            yield from _pairs(item)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_environment_or_example_exposes_one(file: Path) -> None:
    assert list(exposed(rendered(read_environment(file)))) == []


def test_keys_of_both_kinds(tmp_path: Path) -> None:
    stack = rendered_text(tmp_path, MINIMAL + KEYS)
    assert list(exposed(stack)) == []
    outputs = {name for name, output in stack["output"].items() if output.get("sensitive")}
    assert outputs == {"api_key_made_by_aws", "api_key_ours"}


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        pytest.param(
            ("resource", "aws_api_gateway_api_key", "ours", "value"),
            "a-value-of-twenty-characters",
            "aws_api_gateway_api_key.ours has a value that no sensitive variable brings",
            id="key in the file",
        ),
        pytest.param(
            ("variable", "api_key_value_ours", "default"),
            "a-value-of-twenty-characters",
            "variable api_key_value_ours has a default",
            id="default of a variable",
        ),
        pytest.param(
            ("output", "api_key_made_by_aws", "sensitive"),
            False,
            "output api_key_made_by_aws is not sensitive",
            id="output of a key",
        ),
        pytest.param(
            ("output", "http_endpoint", "value"),
            "https://a.example/${var.api_key_value_ours}",
            "output http_endpoint is not sensitive",
            id="output of a variable",
        ),
        pytest.param(("provider", "aws", 0, "secret_key"), "emulator", "secret_key is emulator", id="provider"),
    ],
)
def test_an_exposed_one_is_found(tmp_path: Path, path: tuple[str | int, ...], value: Any, said: str) -> None:
    stack: Any = rendered_text(tmp_path, MINIMAL + KEYS)
    *above, last = path
    body = stack
    for key in above:
        body = body[key]
    body[last] = value
    assert list(exposed(stack)) == [said]


# Environment variables of a machine that deploys.
CANARIES = {
    "AWS_ACCESS_KEY_ID": "canary-access-key-id",
    "AWS_SECRET_ACCESS_KEY": "canary-secret-access-key",
    "AWS_SESSION_TOKEN": "canary-session-token",
    "TF_TOKEN_app_terraform_io": "canary-terraform-cloud-token",
    "TF_VAR_api_key_value_ours": "canary-value-of-the-api-key",
}


def test_synthesis_neither_writes_nor_prints_what_is_in_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, MINIMAL + KEYS, "keys")
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    done = synthesize(tmp_path, tmp_path / "out")
    assert done.returncode == 0, done.stderr
    files = [file for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert any(file.name == "cdk.tf.json" for file in files)
    said = [done.stdout.encode(), done.stderr.encode(), *(file.read_bytes() for file in files)]
    assert [text for text in said if b"canary" in text] == []


def test_the_review_prints_none_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)
    file = write(tmp_path, MINIMAL + KEYS, "keys")
    done = subprocess.run(
        [sys.executable, "-m", "review", "limits", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "free" in done.stdout
    assert "canary" not in done.stdout + done.stderr
