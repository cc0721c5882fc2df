"""`make demo`, the README's first command, as a user runs it."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from demo.terraform import require_provider
from deploy.terraform import terraform_environment
from tests.deploy.provider_process import Attached
from tests.environment_files import ROOT
from tests.metering.node import PACKAGES
from tests.test_main import synthesize

ENDS_WITHIN_SECONDS = 600  # a hang, not slowness
PROVIDER = "*/hashicorp/aws/*/*/terraform-provider-aws*"
NOTICE = "interrupted: Terraform finishes"
TOKENS = "demo/token_limits.toml"

needs_lambda_client = pytest.mark.skipif(not PACKAGES.is_dir(), reason="tests/metering/node_modules is not installed")


@pytest.fixture(autouse=True)
def usual_port() -> Iterator[None]:
    """A port that is reserved, so that no other process takes it between two demos."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Or another process has it already.
        with suppress(OSError):
            other.bind(("127.0.0.1", 4566))
            other.listen()
        yield


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "demo"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_SECONDS,
        check=False,
    )


def on_a_terminal(presses: tuple[str, ...], **environment: str) -> str:
    """The output at 80 columns, with a Ctrl-C at the first line that contains each of these."""
    seen: list[str] = []
    left = list(presses)
    with subprocess.Popen(
        # A separate process for the terminal, since pytest has threads, and forking with threads is unsafe.
        [sys.executable, "-c", "import pty; pty.spawn(['make', 'demo'])"],
        cwd=ROOT,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "80"} | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdin
        assert process.stdout
        watchdog = threading.Timer(ENDS_WITHIN_SECONDS, process.kill)
        watchdog.start()
        for line in process.stdout:
            seen.append(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line.decode()).rstrip())
            if left and left[0] in seen[-1]:
                left.pop(0)
                process.stdin.write(b"\x03")
                process.stdin.flush()
        watchdog.cancel()
    shown = "\n".join(seen)
    assert not left, shown
    return shown


def assert_nothing_is_left(shown: str) -> None:
    assert "Traceback" not in shown, shown
    folders = set(re.findall(r"\.demo/\d+", shown))
    assert len(folders) == 1, shown
    assert not (ROOT / folders.pop()).exists()
    for port in re.findall(r"emulator on 127\.0\.0\.1:(\d+)", shown):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(port))), shown


@pytest.mark.usefixtures("binary")
def test_it_deploys_hits_the_limits_and_cleans_up() -> None:
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "127.0.0.1:4566" not in done.stdout
    assert done.stdout.count("as set") == 2
    assert "not as set" not in done.stdout
    assert "HTTP/1.1 429 Too Many Requests" in done.stdout
    assert "created aws_api_gateway_stage.stage" in done.stdout
    assert "Web ACL spillway-local holds per-ip and stands before\n" in done.stdout
    assert "Destroy complete!" in done.stdout
    assert_nothing_is_left(done.stdout)


@pytest.mark.usefixtures("binary")
def test_it_does_it_with_any_environment() -> None:
    done = run(ENV="docs/examples/usage_plans.toml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "API keys: with the demo's own values" in done.stdout
    assert "POST /v1/chat/completions, plan free" in done.stdout
    assert done.stdout.count("refused as set") == 2
    assert "not as set" not in done.stdout
    assert "Destroy complete!" in done.stdout
    assert_nothing_is_left(done.stdout)


@needs_lambda_client
@pytest.mark.usefixtures("binary")
def test_a_limit_in_tokens_is_reached_and_the_caller_served_again() -> None:
    done = run(ENV=TOKENS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The key trial asks: 200, 380 tokens used" in done.stdout
    _, _, refused = done.stdout.partition("HTTP/1.1 429 Too Many Requests\n")
    head, body, after = refused.split("\n  \n", 2)
    headers = dict(line.strip().split(": ", 1) for line in head.splitlines())
    assert headers["x-ratelimit-limit-tokens"] == "600"
    # 380 of 600 tokens are used and as many are asked for: 16 s at ten a second, and up to a tenth more.
    assert 1 <= int(headers["retry-after"]) <= 18
    assert json.loads(body)["error"]["code"] == "tokens_exceeded"
    # Each key's own: the function was told which one called.
    assert "The key guest has its own budget: 200" in after
    assert re.search(r"The key trial asks again: 200.*\n  as set\n", after), after
    assert "Destroy complete!" in after
    assert_nothing_is_left(done.stdout)


@needs_lambda_client
@pytest.mark.usefixtures("binary")
def test_interrupted_while_it_waits_it_destroys_and_stops_what_it_started() -> None:
    shown = on_a_terminal(("Waiting",), ENV=TOKENS)
    assert "Interrupted; what was started is stopped." in shown
    assert "Destroy complete!" in shown
    assert_nothing_is_left(shown)


@pytest.mark.parametrize(
    ("terraform", "reason"),
    [
        pytest.param(None, "{binary} is not on PATH", id="no Terraform"),
        pytest.param(
            'echo "╷" >&2\necho "│ Error: Failed to query available provider packages" >&2\nexit 1\n',
            "{binary} cannot get its AWS provider: Error: Failed to query available provider packages",
            id="no provider",
        ),
    ],
)
def test_where_nothing_can_be_deployed_it_says_so_in_a_line_and_shows_the_limits(
    tmp_path: Path, terraform: str | None, reason: str
) -> None:
    binary = tmp_path / "terraform"
    if terraform:
        binary.write_text(f"#!/bin/sh\n{terraform}")
        binary.chmod(0o755)
    done = run(TERRAFORM_BINARY_NAME=str(binary), COLUMNS="120")
    assert done.returncode == 0, done.stdout + done.stderr
    limits = subprocess.run(
        [sys.executable, "-m", "review", "limits", "local"],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "120"},
        capture_output=True,
        text=True,
        check=True,
    )
    tables, explained, _ = limits.stdout.partition("Add --explain")
    assert explained
    assert tables.rstrip() in done.stdout
    said = [line for line in done.stdout.splitlines() if line.startswith("Not deployed: ")]
    assert said == [f"Not deployed: {reason.format(binary=binary)}. Everything above needs no Terraform."]
    assert_nothing_is_left(done.stdout)


def test_where_the_deploy_fails_it_shows_the_error_and_stops_what_it_started(
    binary: str, attached: Attached, tmp_path: Path
) -> None:
    failing = tmp_path / "terraform"
    fails = '[ "$1" != apply ] || { echo "Error: no such luck"; exit 1; }'
    failing.write_text(f'#!/bin/sh\n{fails}\nexec {shutil.which(binary)} "$@"\n')
    failing.chmod(0o755)
    done = run(TERRAFORM_BINARY_NAME=str(failing), **attached.variables)
    assert done.returncode != 0
    assert "cdktf failed:\nError: no such luck\n" in done.stdout
    assert_nothing_is_left(done.stdout)


@pytest.mark.parametrize(
    ("presses", "ending"),
    [
        pytest.param(("Look for Terraform",), None, id="while Terraform gets its provider"),
        pytest.param(("created aws_api_gateway_rest_api", "cdktf destroy"), "Destroy complete!", id="while it deploys"),
        pytest.param(("Send 60 requests",), "Destroy complete!", id="in the burst"),
        # If Terraform is interrupted, its state may be incomplete; the emulator discards everything.
        pytest.param(("created aws_api_gateway_rest_api", NOTICE), "cdktf destroy", id="and again at once"),
    ],
)
def test_interrupted_it_destroys_and_stops_what_it_started(
    attached: Attached, presses: tuple[str, ...], ending: str | None
) -> None:
    # A running provider download cannot be interrupted.
    shown = on_a_terminal(presses, **(attached.variables if ending else {}))
    assert "Interrupted; what was started is stopped." in shown
    assert ending in shown if ending else "cdktf deploy" not in shown, shown
    assert_nothing_is_left(shown)


def test_the_provider_is_fetched_once_into_the_project(binary: str, tmp_path: Path) -> None:
    cache = Path(terraform_environment()["TF_PLUGIN_CACHE_DIR"])
    assert "TF_PLUGIN_CACHE_DIR" in os.environ or cache.is_relative_to(ROOT)

    def kept() -> dict[Path, tuple[int, int]]:
        found = {file: file.stat() for file in cache.glob(PROVIDER)}
        return {file: (stat.st_ino, stat.st_mtime_ns) for file, stat in found.items()}

    before = kept()
    assert before
    assert synthesize(ROOT / "environments", tmp_path).returncode == 0
    # A folder without a lock file, like that of every demo.
    require_provider(binary, tmp_path / "stacks" / "local")
    assert kept() == before
