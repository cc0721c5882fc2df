"""The output of `make verify` for a stage that does what its file sets, and for stages that do not."""

import io
import itertools
import json
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from settings.rate_limit_response import RateLimitResponse
from tests.environment_files import MINIMAL, ROOT, changed, environment, write
from tests.verify.stage import Kept, stage
from verify import waf
from verify.answers import row
from verify.burst import Answer, Burst, send
from verify.check import Checked
from verify.runs import Run, runs

# The emulator's buckets are exact, and so are these.
LOCAL = '[aws]\nendpoint_url = "http://127.0.0.1:1"'
LITTLE = "rate_limit = 0.01\nburst_limit = 1"
KEYED = 'path = "/chat"\napi_key_required = true'
PLAN = '[usage_plans.free]\nthrottle = { rate_limit = 1, burst_limit = 2 }\napi_keys = ["alice"]\n'


def text(*, api: str = "[api]", route: str = 'path = "/chat"', tables: str = "") -> str:
    return changed(**{"[aws]": LOCAL, "[api]": api, "path": route}) + "\n" + tables


def verify(folder: Path, file: str, *options: str, answer: str = "") -> subprocess.CompletedProcess[str]:
    named = write(folder, file)
    return subprocess.run(
        [sys.executable, "-m", "verify", str(named), *options],
        cwd=ROOT,
        input=answer,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_stage_that_does_what_its_file_says(tmp_path: Path) -> None:
    with stage(Kept()) as server:
        done = verify(tmp_path, text(), "--url", server.url, "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "POST /chat" in done.stdout
    assert "as set" in done.stdout
    assert "not as set" not in done.stdout


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        pytest.param(Kept(burst=50, rate=200), " requests succeeded, expected ", id="a larger bucket"),
        pytest.param(Kept(burst=1, rate=0.01), " requests succeeded, expected ", id="a smaller bucket"),
        pytest.param(
            Kept(response=RateLimitResponse(message="Other.")), "the 429 has another body: ", id="another message"
        ),
        pytest.param(
            Kept(response=RateLimitResponse.model_validate({"retry_after": {"throttle": 9}})),
            "the 429 has Retry-After: 9, but the file sets 1",
            id="other seconds",
        ),
        pytest.param(Kept(status=500), "answers are neither served nor 429: ", id="a stage that breaks"),
    ],
)
def test_a_stage_that_does_not(tmp_path: Path, kept: Kept, said: str) -> None:
    with stage(kept) as server:
        done = verify(tmp_path, text(), "--url", server.url, "--yes")
    assert done.returncode == 1, done.stdout + done.stderr
    assert said in done.stdout
    assert "not as set POST /chat: " in done.stdout


def test_on_80_columns_no_path_is_cut_off(tmp_path: Path) -> None:
    paths = ("/v1/organizations/projects/images/edits", "/v1/organizations/projects/images/generations")
    routes = "".join(
        f'[[routes]]\nmethod = "POST"\npath = "{path}"\n[throttling.routes."POST {path}"]\n{LITTLE}\n' for path in paths
    )
    settings = environment(tmp_path, text(tables=routes))
    shown = io.StringIO()
    with stage(Kept(rate=0.01, burst=1000)) as server:
        Checked(settings, runs(settings, server.url, {}, paid_backends=False), Console(file=shown, width=80))
    # The route is the first column.
    words = "".join(line[:24].strip() for line in shown.getvalue().splitlines())
    assert all(path in words for path in paths), shown.getvalue()


def test_it_asks_before_it_sends(tmp_path: Path) -> None:
    with stage(Kept()) as server:
        done = verify(tmp_path, text(), "--url", server.url, answer="n\n")
        assert server.seen == 0
    assert done.returncode == 1
    assert f"35 requests to {server.url}\n" in done.stdout


@pytest.mark.parametrize(
    ("file", "options", "line"),
    [
        pytest.param(
            text(),
            ("--most", "34"),
            "this needs 35 requests, but the limit is 34: --most 35 allows them, with make MOST=35",
            id="more than are allowed",
        ),
        pytest.param(
            text(route='path = "/chat"\nintegration = { type = "http", url = "https://llm.example.com/" }'),
            (),
            "nothing can be checked on this stage",
            id="a backend that costs money",
        ),
        pytest.param(
            text(), ("--outputs", "README.md"), "--outputs is not the output of `terraform output -json`", id="no JSON"
        ),
        pytest.param(
            text(), ("--url", ""), "the URL of the stage is unknown: deploy first, or pass it with --url", id="no URL"
        ),
    ],
)
def test_it_refuses(tmp_path: Path, file: str, options: tuple[str, ...], line: str) -> None:
    with stage(Kept()) as server:
        done = verify(tmp_path, file, "--yes", "--url", server.url, *options)
        assert server.seen == 0
    assert done.returncode == 1
    assert done.stderr == f"{line}\n"


def test_where_waf_stops_it_first_nothing_is_said_of_the_throttle(tmp_path: Path) -> None:
    with stage(Kept(stops_after=20)) as server:
        done = verify(tmp_path, text(), "--url", server.url, "--yes")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "stopped by WAF, so this throttle was not checked" in done.stdout


def test_a_stage_that_never_refuses_is_not_called_as_set(tmp_path: Path) -> None:
    settings = environment(tmp_path, text())
    (run,) = runs(settings, "http://a.example", {}, paid_backends=False).bursts
    slow = tuple(
        Answer(number=number, status=200, reason="OK", headers=(), body="{}", sent=number, received=number + 0.1)
        for number in range(run.count)
    )
    assert row(settings, run, Burst(slow)).verdict == "not reached"


def test_the_stages_throttle_is_asked_on_one_route(tmp_path: Path) -> None:
    more = '[[routes]]\nmethod = "POST"\npath = "/more"\n'
    own = more.replace("/more", "/own") + '[throttling.routes]\n"POST /own" = { rate_limit = 1, burst_limit = 1 }\n'
    asked = runs(environment(tmp_path, text(tables=more + own)), "http://a.example", {}, paid_backends=False)
    assert [run.name for run in asked.bursts] == ["POST /chat", "POST /own"]
    assert asked.left_out == ("POST /more: has the same stage throttle as POST /chat",)


@pytest.mark.parametrize(
    ("method", "sent", "bodies"),
    [
        pytest.param("POST", "POST", {b"{}"}, id="POST"),
        # The locations of an EDGE API refuse a GET with a body.
        pytest.param("GET", "GET", {b""}, id="GET"),
        # Its 429 has no body to compare.
        pytest.param("HEAD", "HEAD", {b""}, id="HEAD"),
        # The first of its methods, because all of them have the stage's throttle.
        pytest.param("ANY", "GET", {b""}, id="ANY"),
    ],
)
def test_each_method_is_sent_as_a_client_sends_it(tmp_path: Path, method: str, sent: str, bodies: set[bytes]) -> None:
    file = text().replace('method = "POST"', f'method = "{method}"')
    with stage(Kept()) as server:
        done = verify(tmp_path, file, "--url", server.url, "--yes")
        assert (server.methods, server.bodies) == ({sent}, bodies)
    assert done.returncode == 0, done.stdout + done.stderr


HTTP = 'path = "/chat"\nintegration = { type = "http", url = "https://llm.example.com/" }'


@pytest.mark.parametrize(
    "kept",
    [
        # A model refuses the body, and its throttle let the request through.
        pytest.param(Kept(status=400, served=b'{"error": {"code": "missing_model"}}'), id="an error of the backend"),
        pytest.param(Kept(served=b"\xff\xfb\x90\x00"), id="no text"),
    ],
)
def test_a_backends_own_answer_has_come_through(tmp_path: Path, kept: Kept) -> None:
    with stage(kept) as server:
        done = verify(tmp_path, text(route=HTTP), "--url", server.url, "--yes", "--paid-backends")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(Kept(status=403), id="refused by API Gateway"),
        pytest.param(Kept(status=404, served=b'{"error": {"code": "not_found"}}'), id="no such route on the stage"),
        pytest.param(Kept(status=504), id="no answer of the backend"),
    ],
)
def test_what_did_not_reach_a_backend_has_not(tmp_path: Path, kept: Kept) -> None:
    with stage(kept) as server:
        done = verify(tmp_path, text(route=HTTP), "--url", server.url, "--yes", "--paid-backends")
    assert done.returncode == 1
    assert "answers are neither served nor 429: " in done.stdout


def test_a_paid_backend_is_left_out_with_the_option_that_includes_it(tmp_path: Path) -> None:
    assert runs(environment(tmp_path, text(route=HTTP)), "http://a.example", {}, paid_backends=False).left_out == (
        "POST /chat: its http backend may cost money; --paid-backends includes it, with make PAID=1",
    )


def test_a_route_with_limits_in_tokens_is_left_out(tmp_path: Path) -> None:
    limit = '[[token_limits]]\nname = "everyone"\nby = "all"\nrequests_per_minute = 10\n'
    settings = environment(tmp_path, text(route=HTTP, tables=limit))
    assert runs(settings, "http://a.example", {}, paid_backends=True).left_out == (
        "POST /chat: it has limits in tokens, which may refuse a request before the throttle does",
    )


def closed_port() -> int:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port: int = other.getsockname()[1]
        return port


PRIVATE = '[api]\nendpoint_type = "PRIVATE"'
POLICY = '[resource_policy]\nsource_vpc_endpoints = ["vpce-0123456789abcdef0"]\n'


@pytest.mark.parametrize(
    ("file", "more"),
    [
        pytest.param(text(), "", id="REGIONAL"),
        pytest.param(
            text(api=PRIVATE, tables=POLICY),
            "; a PRIVATE API can be called only through its VPC endpoint",
            id="PRIVATE",
        ),
    ],
)
def test_no_connection_is_one_line(tmp_path: Path, file: str, more: str) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    done = verify(tmp_path, file, "--url", url, "--yes")
    assert (done.returncode, done.stderr) == (1, f"{url}: Connection refused{more}\n")


def test_no_tls_is_one_line(tmp_path: Path) -> None:
    with stage(Kept()) as server:
        url = server.url.replace("http://", "https://")
        done = verify(tmp_path, text(), "--url", url, "--yes")
    assert done.returncode == 1
    # OpenSSL's own words, which differ between its versions.
    assert re.fullmatch(rf"{re.escape(url)}: [a-z ]+\n", done.stderr), done.stderr


# A program that a shell starts in the background ignores SIGINT, and so do all that it starts: also these tests.
HEEDS_CTRL_C = """
import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("spillway", run_name="__main__", alter_sys=True)
"""


def test_a_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    file = write(tmp_path, text())
    with stage(Kept(hangs=True)) as server:
        command = [sys.executable, "-c", HEEDS_CTRL_C, "verify", str(file), "--url", server.url, "--yes"]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            deadline = time.monotonic() + 60
            while not server.seen and time.monotonic() < deadline:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            # The stage has not answered any of them, and does not.
            _, error = process.communicate(timeout=40)
        assert server.seen < 35
    assert process.returncode
    assert "Traceback" not in error


def outputs(folder: Path, url: str, **keys: str) -> str:
    said = {"http_endpoint": {"value": url}, **{f"api_key_{name}": {"value": key} for name, key in keys.items()}}
    file = folder / "outputs.json"
    file.write_text(json.dumps(said), encoding="utf-8")
    return str(file)


def test_each_tier_is_asked_with_a_key_of_it_which_shows_nowhere(tmp_path: Path) -> None:
    bearer = text(api='[api]\nkey_source = "BEARER"', route=KEYED, tables=PLAN)
    key = "alice-0123456789-0123456789"
    with stage(Kept(rate=1, burst=2, keys=(key,))) as server:
        done = verify(tmp_path, bearer, "--outputs", outputs(tmp_path, server.url, alice=key), "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "POST /chat, plan free" in done.stdout
    assert "POST /chat, without a key: refused as set" in done.stdout
    assert key not in done.stdout + done.stderr


def test_what_is_no_key_is_neither_sent_nor_shown(tmp_path: Path) -> None:
    bearer = text(api='[api]\nkey_source = "BEARER"', route=KEYED, tables=PLAN)
    key = "alice-0123456789\n0123456789"
    with stage(Kept(rate=1, burst=2, keys=(key,))) as server:
        done = verify(tmp_path, bearer, "--outputs", outputs(tmp_path, server.url, alice=key), "--yes")
    assert "POST /chat, plan free: the value of its keys is unknown" in done.stdout
    assert "0123456789" not in done.stdout + done.stderr


def test_terraform_is_asked_for_the_outputs_of_the_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack, said = tmp_path / "out" / "stacks" / "test", tmp_path / "said"
    stack.mkdir(parents=True)
    binary = tmp_path / "terraform"
    binary.write_text(f'#!/bin/sh\necho "$PWD $*" > "{said}"\ncat "{tmp_path}/outputs.json"\n', encoding="utf-8")
    binary.chmod(0o755)
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", str(binary))
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "out"))
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", str(tmp_path))
    with stage(Kept()) as server:
        outputs(tmp_path, server.url)
        done = verify(tmp_path, text(), "--yes")
        assert server.seen
    assert done.returncode == 0, done.stdout + done.stderr
    assert said.read_text(encoding="utf-8") == f"{stack} output -json\n"


def test_a_key_whose_quota_is_used_up_says_nothing_of_its_throttle(tmp_path: Path) -> None:
    key = "alice-0123456789-0123456789"
    plan = PLAN.replace("api_keys", 'quota = { limit = 100, period = "DAY" }\napi_keys')
    file = text(api='[api]\nkey_source = "BEARER"', route=KEYED, tables=plan)
    with stage(Kept(rate=1, burst=2, keys=(key,), quota=1)) as server:
        done = verify(tmp_path, file, "--outputs", outputs(tmp_path, server.url, alice=key), "--yes")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "  requests with a key count toward the key's quota\n" in done.stdout
    assert "the key's quota was used up, so this throttle was not checked" in done.stdout


def test_a_quota_below_the_burst_is_not_used_up(tmp_path: Path) -> None:
    plan = PLAN.replace("api_keys", 'quota = { limit = 13, period = "DAY" }\napi_keys')
    settings = environment(tmp_path, text(route=KEYED, tables=plan))
    assert runs(settings, "http://a.example", {"alice": "a" * 20}, paid_backends=False).left_out == (
        "POST /chat, plan free: its quota of 13 is smaller than the burst of 14",
    )


def test_where_waf_has_stopped_the_address_nothing_is_said_of_keys(tmp_path: Path) -> None:
    with stage(Kept(stops_after=0)) as server:
        done = verify(tmp_path, text(route=KEYED, tables=PLAN), "--url", server.url, "--yes")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "answered 429, so whether it needs a key was not checked" in done.stdout


def test_a_wildcard_domain_is_no_address(tmp_path: Path) -> None:
    done = verify(tmp_path, text(), "--outputs", outputs(tmp_path, "https://*.example.com"), "--yes")
    assert (done.returncode, done.stderr) == (
        1,
        "https://*.example.com is a wildcard domain: pass one of its names with --url\n",
    )


def test_a_stage_that_asks_for_no_key(tmp_path: Path) -> None:
    with stage(Kept(rate=1, burst=2)) as server:
        done = verify(tmp_path, text(route=KEYED, tables=PLAN), "--url", server.url, "--yes")
    assert done.returncode == 1
    assert "not as set POST /chat, without a key: answered 200, but the file sets 403 invalid_api_key" in done.stdout
    assert "left out: POST /chat, plan free: the value of its keys is unknown" in done.stdout


def test_what_is_asked_of_a_tier_is_the_bucket_that_decides(tmp_path: Path) -> None:
    file = text(route=KEYED, tables=PLAN + '[throttling.routes]\n"POST /chat" = { rate_limit = 5, burst_limit = 1 }\n')
    asked = runs(environment(tmp_path, file), "https://a.example", {"alice": "k" * 20}, paid_backends=False)
    # The plan has the lower rate and the route the smaller burst, so both can limit.
    assert asked.bursts == ()
    assert asked.left_out == ("POST /chat, plan free: two buckets can limit it, so a count cannot tell which one did",)


def test_a_plans_bucket_is_full_again_before_it_is_asked_on_the_next_route(tmp_path: Path) -> None:
    more = '[[routes]]\nmethod = "POST"\npath = "/more"\napi_key_required = true\n'
    file = text(route=KEYED, tables=more + PLAN)
    settings, keys = environment(tmp_path, file), {"alice": "a" * 20}
    first, second = runs(settings, "http://a.example", keys, paid_backends=False).bursts
    assert (first.rest_sec, second.rest_sec) == (0, 2)
    # Each key of the plan has its own bucket.
    two = environment(tmp_path, file.replace('["alice"]', '["alice", "bob"]'))
    asked = runs(two, "http://a.example", keys | {"bob": "b" * 20}, paid_backends=False)
    assert [run.rest_sec for run in asked.bursts] == [0, 0]
    slow = environment(tmp_path, file.replace("rate_limit = 1, burst_limit = 2", "rate_limit = 0.01, burst_limit = 2"))
    assert runs(slow, "http://a.example", keys, paid_backends=False).left_out == (
        "POST /more, plan free: it shares a bucket with an earlier route, which needs 200 s to refill",
    )


RULE = '[[waf.rate_rules]]\nname = "per-ip"\nlimit = 30\nevaluation_window_sec = 60\n'


def answered(number: int, seconds: float) -> Answer:
    return Answer(number=number, status=200, reason="OK", headers=(), body="{}", sent=seconds, received=seconds)


@pytest.mark.parametrize("stops_after", [40, None])
def test_waf_has_a_run_of_its_own(tmp_path: Path, stops_after: int | None) -> None:
    settings = environment(tmp_path, text(tables=RULE.replace("30", "10")))
    rule = waf.rule_of(settings)
    (run,) = runs(settings, "http://a.example", {}, paid_backends=False).bursts
    assert rule
    assert waf.counts(settings, rule, run)
    with stage(Kept(rate=1000, burst=1000, stops_after=stops_after)) as server:
        aimed = replace(run, url=server.url)

        def at_once(run: Run, count: int) -> tuple[Answer, ...]:
            return send(run.method, run.url, count=count).answers

        stopped = waf.run_into(rule, aimed, at_once)
    assert stopped.exceeded
    if stops_after is None:
        assert (stopped.sent, stopped.lag) == (waf.most_requests(rule), None)
    else:
        assert stops_after < stopped.sent <= stops_after + 20
        assert stopped.lag is not None
        assert stopped.answer


@pytest.mark.parametrize(
    ("seconds_for_each", "exceeded"),
    [pytest.param(1, True, id="as fast as asked"), pytest.param(3, False, id="on a slow line")],
)
def test_a_rule_that_a_slow_run_cannot_exceed_is_not_called_broken(
    tmp_path: Path, *, seconds_for_each: int, exceeded: bool
) -> None:
    # Twenty requests in a second are 1,200 in its window.
    settings = environment(tmp_path, text(tables=RULE.replace("30", "2000")))
    rule = waf.rule_of(settings)
    (run,) = runs(settings, "http://a.example", {}, paid_backends=False).bursts
    assert rule
    seconds = itertools.count(0, seconds_for_each)

    def in_turn(_: Run, count: int) -> tuple[Answer, ...]:
        now = next(seconds)
        return tuple(answered(number, now) for number in range(count))

    stopped = waf.run_into(rule, run, in_turn)
    assert (stopped.answer, stopped.exceeded) == (None, exceeded)


def test_a_rule_of_one_route_is_not_run_into_on_another_with_a_longer_path(tmp_path: Path) -> None:
    more = '[[routes]]\nmethod = "POST"\npath = "/chat/more"\n[throttling.routes]\n'
    own = '"POST /chat/more" = { rate_limit = 1, burst_limit = 1 }\n'
    file = text(tables=more + own + RULE + 'routes = ["POST /chat"]\n')
    settings = environment(tmp_path, file)
    rule = waf.rule_of(settings)
    assert rule
    asked = runs(settings, "http://a.example", {}, paid_backends=False).bursts
    assert [run.name for run in asked if waf.counts(settings, rule, run)] == ["POST /chat"]


def test_a_rule_that_counts_by_something_else_is_not_run_into(tmp_path: Path) -> None:
    assert waf.rule_of(environment(tmp_path, MINIMAL)) is None
    constant = RULE + 'aggregate_key_type = "CONSTANT"\nroutes = ["POST /chat"]\n'
    assert waf.rule_of(environment(tmp_path, text(tables=constant))) is None
    assert waf.rule_of(environment(tmp_path, text(tables='[waf]\nmode = "count"\n' + RULE))) is None


@pytest.mark.parametrize(
    ("tables", "kept", "status", "line"),
    [
        pytest.param(
            RULE.replace("30", "10"),
            Kept(stops_after=40),
            0,
            r"  WAF rule per-ip: stopped after 20 requests, limit 10, \d+ s after the limit was passed\n",
            id="stopped",
        ),
        pytest.param(
            RULE.replace("30", "10"),
            Kept(stops_after=40, response=RateLimitResponse.model_validate({"retry_after": {"waf": 9}})),
            1,
            r"not as set WAF rule per-ip: the 429 has Retry-After: 9, but the file sets 300\n",
            id="stopped with another answer",
        ),
        pytest.param(
            "",
            Kept(),
            2,
            r"WAF: no rule that counts by IP and blocks covers the routes that can be checked here\n",
            id="no rule",
        ),
    ],
)
def test_what_it_prints_of_the_rule(tmp_path: Path, tables: str, kept: Kept, status: int, line: str) -> None:
    with stage(kept) as server:
        done = verify(tmp_path, text(tables=tables), "--url", server.url, "--yes", "--waf")
    assert done.returncode == status, done.stdout + done.stderr
    assert re.search(line, done.stdout), done.stdout
