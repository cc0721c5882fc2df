"""Limits by arithmetic keep their promises, and a simulation and the checks of an environment file confirm them."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from review.commands import main
from review.refusal import ReviewError
from review.sizing import proof
from review.sizing.demand import Demand, Tier, tier_of
from review.sizing.poisson import quantile
from review.sizing.proof import in_work, prove
from review.sizing.report import toml_lines
from review.sizing.size import Size, size
from settings.throttling import DECIMALS
from tests.environment_files import environment

ROUTE = "POST /v1/chat/completions"


def sized(
    *tiers: Tier, seconds: float = 10, slots: int = 0, requests_per_minute: int = 0, per_address: int = 1
) -> Size:
    return size(
        Demand(
            tiers=tiers,
            seconds=seconds,
            slots=slots,
            requests_per_minute=requests_per_minute,
            per_address=per_address,
        )
    )


def users(count: int, each: float, name: str = "", tokens: int = 0) -> Tier:
    return Tier(name=name, users=count, requests_per_hour=each, tokens=tokens)


@pytest.mark.parametrize("mean", [0.01, 0.5, 3, 12.5, 200, 10_000, 3_000_000])
@pytest.mark.parametrize("share", [0.5, 0.99, 0.9999])
def test_the_quantile_is_poissons(mean: float, share: float) -> None:
    """The exact value, summed in another way."""
    found = quantile(mean, share)
    first = max(0, math.floor(mean - 40 * math.sqrt(mean) - 40))
    numbers = np.arange(first, found + 1)
    log_factorial = np.array([math.lgamma(each + 1) for each in numbers.tolist()])
    chances = np.exp(numbers * math.log(mean) - mean - log_factorial)
    assert chances.sum() >= share - 1e-9
    assert chances[:-1].sum() < share + 1e-9


def test_of_nobody_nothing_comes() -> None:
    assert quantile(0, 0.99) == 0


@example(count=12, each=100.0, seconds=3.0, slots=5)
@given(
    count=st.integers(1, 5000),
    each=st.floats(0.1, 100),
    seconds=st.floats(0.1, 120),
    slots=st.integers(1, 500),
)
def test_never_more_begin_than_there_are_slots(count: int, each: float, seconds: float, slots: int) -> None:
    found = sized(users(count, each), seconds=seconds, slots=slots)
    assert found.burst_limit >= 1
    assert found.rate_limit > 0
    assert round(found.rate_limit, DECIMALS) == found.rate_limit
    most = found.burst_limit + found.rate_limit * seconds
    # A single slot: the next request starts when the previous one is done.
    assert most <= (slots if slots > 1 else 2) + 1e-6 * seconds + 1e-9


@pytest.mark.parametrize(("people", "slots"), [(120, 16), (1000, 80), (40, 8)])
def test_a_demand_that_fits_gets_through_and_its_slots_suffice(people: int, slots: int) -> None:
    found = sized(users(people, 12), seconds=15, slots=slots)
    assert found.warnings == ()
    proof = prove(found, ROUTE)
    (group,) = proof.groups
    assert group.served >= 0.99 * group.requests
    assert proof.in_work <= slots


def test_a_demand_that_does_not_fit_is_said_and_the_slots_are_kept() -> None:
    found = sized(users(600, 12), seconds=15, slots=16)
    (warning,) = found.warnings
    assert warning.startswith("The busiest hour needs 2 requests per second, and 1 are available. ")
    proof = prove(found, ROUTE)
    assert proof.in_work <= 16
    assert proof.groups[0].served < 0.7 * proof.groups[0].requests


def test_one_slot_serves_one_after_the_other() -> None:
    found = sized(users(100, 10), seconds=10, slots=1)
    assert (found.burst_limit, found.rate_limit) == (1, 0.1)
    assert prove(found, ROUTE).in_work == 1


def test_nothing_is_above_the_accounts_quota() -> None:
    found = sized(users(1_000_000, 60), seconds=5, slots=100_000)
    assert (found.rate_limit, found.burst_limit <= 5_000) == (10_000, True)
    assert any("above API Gateway's quota of an account" in each for each in found.warnings)


def test_no_minute_passes_more_than_the_quota() -> None:
    found = sized(users(2000, 6), requests_per_minute=240)
    assert found.burst_limit + 60 * found.rate_limit <= 240


def test_two_resources_bind_together() -> None:
    found = sized(users(2000, 6), seconds=30, slots=120, requests_per_minute=240)
    assert found.burst_limit + 60 * found.rate_limit <= 240
    assert found.burst_limit + 30 * found.rate_limit <= 120


def test_one_address_may_send_what_a_plan_grants() -> None:
    found = sized(users(500, 4, "free"), users(40, 60, "paid"), slots=32)
    assert all(
        found.address_limit >= plan.rate_limit * found.window_sec + plan.burst_limit - 1e-9 for plan in found.plans
    )
    assert sized(users(40, 60), per_address=50).address_limit > sized(users(40, 60)).address_limit


@pytest.mark.parametrize("slots", [3, 8, 32, 0])
@pytest.mark.parametrize("per_address", [1, 20])
@pytest.mark.parametrize(
    "tiers",
    [
        (users(120, 12),),
        (users(10, 5),),
        (users(500, 4, "free", 1000), users(40, 60, "paid")),
        (users(10, 5, "free"), users(5, 500, "pro")),
        (users(10, 5, "free"),),
    ],
)
def test_the_lines_are_accepted_by_the_files_checks_without_a_warning(
    tmp_path: Path, tiers: tuple[Tier, ...], per_address: int, slots: int
) -> None:
    """Also if the demand does not fit."""
    found = sized(*tiers, slots=slots, per_address=per_address)
    lines = "\n".join(toml_lines(found, ROUTE))
    for tier in tiers:
        lines = lines.replace(f"[usage_plans.{tier.name}]", f'[usage_plans.{tier.name}]\napi_keys = ["{tier.name}-1"]')
    required = "api_key_required = true\n" if tiers[0].name else ""
    text = (
        '[aws]\nregion = "us-east-1"\n[api]\nname = "t"\n[stage]\nname = "prod"\n'
        "[throttling]\nrate_limit = 100\nburst_limit = 100\n"
        f'[[routes]]\nmethod = "POST"\npath = "/v1/chat/completions"\n{required}'
        f'integration = {{ type = "http", url = "https://llm.example.com" }}\n{lines}\n'
    )
    read = environment(tmp_path, text)
    about_limits = re.compile(r"(waf\.rate_rules\[|usage_plans\.\w+\.throttle|throttling)")
    assert [str(each) for each in read.warnings() if about_limits.match(str(each))] == []
    assert read.throttling.routes[ROUTE].burst_limit == found.burst_limit  # type: ignore[union-attr]  # not a word


def test_tokens_a_minute_are_those_of_the_burst(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--tier", "free:10:60:500", "--tier", "paid:10:60", "--tokens", "200", "--format", "json"]
    assert main(["size", *arguments]) == 0
    data = json.loads(capsys.readouterr().out)
    plans = data["usage_plans"]
    assert plans["free"]["tokens_per_minute"] == 500 * plans["free"]["burst_limit"]
    assert plans["paid"]["tokens_per_minute"] == 200 * plans["paid"]["burst_limit"]
    assert "tokens_per_minute = " in data["toml"]


def test_how_many_are_in_work_at_once() -> None:
    times = np.array([0, 0, 5, 10, 12, 30], dtype=np.int64) * 1_000_000
    assert in_work(times, 10) == 3
    assert in_work(times, 0.5) == 2
    assert in_work(times[:0], 10) == 0


@pytest.mark.parametrize(
    "said", ["free", "my tier:1:1", "free:x:1", "free:1", ":1:1", "free:0:1", "free:1:1:1:1", "free:1:0"]
)
def test_a_tier_that_is_none(said: str) -> None:
    with pytest.raises(ReviewError, match=r"must be NAME:USERS:REQUESTS_PER_HOUR"):
        tier_of(said, 0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "size needs --users and --requests-per-hour, or --tier; see --help"),
        (["--users", "5"], "size needs --users and --requests-per-hour, or --tier; see --help"),
        (["--tier", "a:1:1", "--tier", "a:1:1"], "--tier: two have the same name"),
        (
            ["--users", "5", "--requests-per-hour", "1", "--tokens-per-minute", "5", "--tokens", "10"],
            "a request with 10 tokens does not fit into a quota of 5 tokens a minute",
        ),
        *(
            (
                ["--users", "5", "--requests-per-hour", "1", "--route", route],
                f"--route {route}: must be a method in capitals, a space and a path, such as POST /v1/chat",
            )
            for route in ("GET", "get /x", "POST x", "POST /a b", "")
        ),
        (
            ["--users", "5", "--requests-per-hour", "1", "--tokens-per-minute", "5"],
            "--tokens-per-minute needs --tokens, the tokens of a request",
        ),
    ],
)
def test_what_cannot_be_used_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["size", *arguments]) == 1
    assert capsys.readouterr().err == f"{said}\n"


def test_a_demand_of_millions_a_second_is_simulated_for_less_than_a_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(proof, "_MOST_OF_A_MINUTE", 50_000)
    assert main(["size", "--users", "10000", "--requests-per-hour", "3600"]) == 0
    assert "Simulation of 5 s of the busiest hour" in capsys.readouterr().out


def test_a_simulation_that_lets_fewer_through_is_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    """The slots suffice at the quantile, and the bucket that protects them refuses more."""
    tight = ["size", "--users", "120", "--requests-per-hour", "12", "--seconds", "15", "--slots"]
    assert main([*tight, "12"]) == 0
    assert re.search(
        r"warning: In the simulation 9\d\.\d% of the requests get through, fewer than 99%", capsys.readouterr().out
    )
    assert main([*tight, "16"]) == 0
    assert "warning" not in capsys.readouterr().out
