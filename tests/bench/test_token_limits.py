"""The parts of `make bench-tokens` that decide what is compared; the comparison itself takes twenty minutes."""

import json
import os
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from subprocess import DEVNULL

import pytest

from bench.token_limits import litellm_proxy
from bench.token_limits.arrivals import Arrivals, arrive
from bench.token_limits.comparison import Measured, show
from bench.token_limits.plans import TOKENS_PER_MINUTE, Keys, function_variables
from bench.token_limits.processes import NotStartedError, announced, processor_seconds, program, wait_until
from bench.token_limits.scenarios import REACHED, UNREACHED, Scenario

ASKED = Scenario(name="n", plan="small", size=2, groups=2, pause=1)


def test_a_key_has_the_limit_of_its_plan_in_the_function() -> None:
    variables = function_variables("http://127.0.0.1:4999")
    limits = {limit["plan"]: limit["tokens_per_minute"] for limit in json.loads(variables["TOKEN_LIMITS"])}
    assert limits == {**TOKENS_PER_MINUTE, "": min(TOKENS_PER_MINUTE.values())}
    plans = dict(group.split("=") for group in variables["PLAN_KEYS"].split(";"))
    keys = Keys()
    for plan in TOKENS_PER_MINUTE:
        assert keys.fresh(plan) in plans[plan].split(",")
        assert keys.fresh(plan) != keys.fresh(plan)


def test_every_scenario_that_is_to_reach_its_limit_sends_more_than_fits_and_no_other_does() -> None:
    assert all(each.sent * each.tokens > TOKENS_PER_MINUTE[each.plan] for each in REACHED)
    assert all(each.sent * each.tokens < TOKENS_PER_MINUTE[each.plan] for each in UNREACHED)


def test_what_the_model_answers_is_what_is_counted() -> None:
    with announced("model.mjs") as model:
        for scenario in (ASKED, replace(ASKED, stream=True), replace(ASKED, model="answers-900", max_tokens=None)):
            arrivals = arrive(model["url"], "key", scenario)
            assert (arrivals.served, arrivals.failed) == (4, 0)
    assert (ASKED.tokens, scenario.tokens) == (100, 920)


def test_percentiles_and_what_was_neither_served_nor_refused() -> None:
    arrivals = Arrivals(Counter({200: 98, 429: 1, 503: 1}), tuple(map(float, range(1, 101))))
    assert (arrivals.percentile(50), arrivals.percentile(99)) == (50, 99)
    assert (arrivals.served, arrivals.failed) == (98, 1)


def test_more_than_fits_is_shown_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    def came(served: int, milliseconds: float) -> Arrivals:
        return Arrivals(Counter({200: served}), (milliseconds,))

    runs = [
        Measured(
            direct=came(1, 30),
            spillway=came(served, 40),
            litellm=came(3, 55),
            writes=writes,
            unavailable=1,
            processor_seconds=(0.5, 1.0),
        )
        for served, writes in ((9, 300), (1, 330), (1, 360))
    ]
    show(dict.fromkeys((*UNREACHED, *REACHED), runs))
    lines = capsys.readouterr().out.splitlines()
    long = next(line for line in lines if "long answers" in line)
    assert long == ("| 50 at once, no max_tokens, long answers | 150 | 1 | 1 | 920 | 92% | 3 | 2,760 | 276% | 2.20 |")
    first = next(line for line in lines if "1 at a time" in line)
    assert first == "| 1 at a time | 10 ms | 10 ms | 25 ms | 25 ms | 1 and 3 of 60 | 8 ms and 17 ms | 5.50 |"


def test_the_time_of_a_process_and_of_what_it_started() -> None:
    used = processor_seconds([os.getpid()])
    assert used > 0 or not Path("/proc").is_dir()
    assert processor_seconds([]) == 0


def test_a_program_that_ends_is_said() -> None:
    with program([sys.executable, "-c", "pass"], variables={}, log=DEVNULL) as process:
        process.wait()
        with pytest.raises(NotStartedError, match="it ended with 0"):
            wait_until(lambda: False, process, seconds=5, what="it")


def test_what_is_missing_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(litellm_proxy, "LITELLM", tmp_path / "litellm")
    assert litellm_proxy.missing() == "LiteLLM is not installed: make bench-tokens installs it"
    (tmp_path / "litellm").touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert litellm_proxy.missing() == (
        "redis-server is not installed: apt-get install redis-server, or your system's package of it"
    )
