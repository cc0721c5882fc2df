"""The output of `make verify` for a stage that does what its file sets, and for stages that do not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from settings.rate_limit_response import RateLimitResponse
from tests.environment_files import MINIMAL, ROOT, changed, environment, write
from tests.verify.stage import Kept, stage
from verify import waf
from verify.answers import row
from verify.burst import Answer, Burst, send
from verify.runs import Run, runs

# The emulator's buckets are exact, and so are these.
LOCAL = '[aws]\nendpoint_url = "http://127.0.0.1:1"'
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
        pytest.param(Kept(breaks=True), "answers are neither served nor 429: ", id="a stage that breaks"),
    ],
)
def test_a_stage_that_does_not(tmp_path: Path, kept: Kept, said: str) -> None:
    with stage(kept) as server:
        done = verify(tmp_path, text(), "--url", server.url, "--yes")
    assert done.returncode == 1, done.stdout + done.stderr
    assert said in done.stdout
    assert "not as set POST /chat: " in done.stdout


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


@pytest.mark.parametrize("stops_after", [40, None])
def test_waf_has_a_run_of_its_own(tmp_path: Path, stops_after: int | None) -> None:
    settings = environment(tmp_path, text(tables=RULE.replace("30", "10")))
    rule = waf.rule_of(settings)
    (run,) = runs(settings, "http://a.example", {}, paid_backends=False).bursts
    assert rule
    assert waf.counts(settings, rule, run)
    with stage(Kept(rate=1000, burst=1000, stops_after=stops_after)) as server:
        aimed = Run(name=run.name, method="POST", url=server.url, throttle=run.throttle, headers={})

        def at_once(run: Run, count: int) -> tuple[Answer, ...]:
            return send(run.method, run.url, count=count).answers

        stopped = waf.run_into(rule, aimed, at_once)
    if stops_after is None:
        assert (stopped.sent, stopped.lag) == (waf.most_requests(rule), None)
    else:
        assert stops_after < stopped.sent <= stops_after + 20
        assert stopped.lag is not None
        assert stopped.answer


def test_a_rule_that_counts_by_something_else_is_not_run_into(tmp_path: Path) -> None:
    assert waf.rule_of(environment(tmp_path, MINIMAL)) is None
    constant = RULE + 'aggregate_key_type = "CONSTANT"\nroutes = ["POST /chat"]\n'
    assert waf.rule_of(environment(tmp_path, text(tables=constant))) is None
    assert waf.rule_of(environment(tmp_path, text(tables='[waf]\nmode = "count"\n' + RULE))) is None
