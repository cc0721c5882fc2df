"""`make demo` with a limit in tokens: reached with OpenAI's client and a Bearer key, and served when the 429 says."""

import json
import re

import pytest

from tests.deploy.test_demo import assert_nothing_is_left, on_a_terminal, run
from tests.metering.node import PACKAGES

FILE = "demo/token_limits.toml"

pytestmark = pytest.mark.skipif(not PACKAGES.is_dir(), reason="tests/metering/node_modules is not installed")


@pytest.mark.usefixtures("binary")
def test_a_limit_in_tokens_is_reached_and_the_caller_served_again() -> None:
    done = run(ENV=FILE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The key trial asks: 200, 380 tokens used" in done.stdout
    _, _, refused = done.stdout.partition("HTTP/1.1 429 Too Many Requests\n")
    head, body, after = refused.split("\n  \n", 2)
    headers = dict(line.strip().split(": ", 1) for line in head.splitlines())
    assert headers["x-ratelimit-limit-tokens"] == "600"
    # A fifth of the limit is missing, less what came back meanwhile; and a tenth more.
    assert 1 <= int(headers["retry-after"]) <= 30
    assert json.loads(body)["error"]["code"] == "tokens_exceeded"
    # Each key's own: the function was told which one called.
    assert "The key guest has its own budget: 200" in after
    assert re.search(r"The key trial asks again: 200.*\n  as set\n", after), after
    assert "Destroy complete!" in after
    assert_nothing_is_left(done.stdout)


@pytest.mark.usefixtures("binary")
def test_interrupted_while_it_waits_it_destroys_and_stops_what_it_started() -> None:
    shown = on_a_terminal(("Waiting",), ENV=FILE)
    assert "Interrupted; what was started is stopped." in shown
    assert "Destroy complete!" in shown
    assert_nothing_is_left(shown)
