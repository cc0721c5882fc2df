"""All usage plans take part, whichever clients the traffic has."""

import json
from pathlib import Path

import numpy as np
import pytest

from review.commands import main
from review.engine.engine import NONE, state, with_keys
from review.layers.layers import Layers, Plan
from review.simulation.arrivals import arrivals
from review.simulation.traffic import read_traffic
from settings.throttling import Throttle
from settings.usage_plan import Quota
from tests.environment_files import ROOT
from tests.review.engine.decided import AT_ONCE, layers
from tests.review.simulation.traffic_files import STEADY, groups, simulated, traffic

FREE = Plan(name="free", bucket=Throttle(rate_limit=0.01, burst_limit=1))
PRO = Plan(name="pro", bucket=Throttle(rate_limit=100, burst_limit=100), quota=Quota(limit=1000, period="DAY"))
TWO = layers(plans=[FREE, PRO], key_required=True)
EXAMPLE = str(ROOT / "docs" / "examples" / "usage_plans.toml")


def test_clients_hold_keys_of_all_plans_in_turn(tmp_path: Path) -> None:
    found = arrivals(traffic(tmp_path, STEADY.replace("count = 3", "count = 5")), TWO)
    assert found.plan_of_client.tolist() == [0, 1, 0, 1, 0]
    assert [plan and plan.name for plan in found.plan_of_key] == ["free", "pro", "free", "pro", "free"]


@pytest.mark.parametrize(("named", "expected"), [("pro", [1, 1, 1]), ("none", [NONE] * 3)])
def test_a_plan_that_the_traffic_names_is_the_one(tmp_path: Path, named: str, expected: list[int]) -> None:
    found = arrivals(traffic(tmp_path, f'{STEADY}usage_plan = "{named}"'), TWO)
    assert found.plan_of_client.tolist() == expected


def test_each_plans_clients_are_shown_by_themselves(tmp_path: Path) -> None:
    result = simulated(TWO, traffic(tmp_path, STEADY.replace("count = 3", "count = 10")))
    free, pro = result.plans
    assert (free.plan, free.clients, pro.plan, pro.clients) == ("free", 5, "pro", 5)
    assert free.served < 0.1 * free.requests
    assert pro.served == pro.requests
    assert free.requests + pro.requests == groups(result)["users"].requests


def test_one_plan_needs_no_table_of_its_own(tmp_path: Path) -> None:
    assert simulated(layers(plans=[PRO], key_required=True), traffic(tmp_path, STEADY)).plans == ()


def test_the_command_shows_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert main(["simulate", EXAMPLE, "--traffic", "abuser"]) == 0
    assert "Who gets through, by usage plan" in capsys.readouterr().out
    assert main(["simulate", EXAMPLE, "--traffic", "abuser", "--format", "json"]) == 0
    (case,) = json.loads(capsys.readouterr().out)["cases"]
    assert {each["plan"] for each in case["usage_plans"]} == {"free", "team"}


@pytest.mark.parametrize("scenario", ["botnet", "everyone"])
def test_a_botnet_has_no_keys(scenario: str) -> None:
    found = arrivals(read_traffic(scenario), TWO)
    bots = [number for number, each in enumerate(read_traffic(scenario).clients) if each.kind == "botnet"]
    assert bots
    held = found.plan_of_client[np.isin(found.callers.group, bots)]
    assert set(held.tolist()) == {NONE}


def keyed(plans: list[Plan | None], limits: Layers) -> tuple[list[object], list[list[int]]]:
    """What one key after the other is added as."""
    now = with_keys(state(limits, AT_ONCE), limits, plans)
    shown = [(int(each["rate"]), int(each["capacity"])) for each in now.buckets]
    return [tuple(each) for each in now.keys.tolist()], [
        [shown[place] if place != NONE else NONE for place in row] for row in now.key_buckets.tolist()
    ]


def test_keys_that_are_added_together_are_those_that_are_added_one_by_one() -> None:
    route = "POST /chat"
    own = Plan(
        name="own", bucket=Throttle(rate_limit=2, burst_limit=3), routes={route: Throttle(rate_limit=1, burst_limit=1)}
    )
    plans: list[Plan | None] = [
        FREE,
        None,
        own,
        PRO,
        own,
        FREE,
        Plan(name="quota", quota=Quota(limit=5, period="WEEK")),
    ]
    limits = layers(plans=[FREE, PRO, own], key_required=True)
    together = keyed(plans, limits)
    one_by_one = [keyed([plan], limits) for plan in plans]
    assert together[0] == [keys[0] for keys, _ in one_by_one]
    assert together[1] == [rows[0] for _, rows in one_by_one]


def test_a_hundred_thousand_callers_are_no_hundred_thousand_objects(tmp_path: Path) -> None:
    text = STEADY.replace("count = 3", "count = 100000").replace("rate = 1", "rate = 0.01")
    found = arrivals(traffic(tmp_path, text), TWO)
    callers = found.callers
    assert len(callers) == 100_000
    assert callers[99_999].ip != callers[99_998].ip
    assert callers[-1] == callers[99_999]
    assert len({each.ip for each in callers[:1000]}) == 1000
    with pytest.raises(IndexError):
        callers[100_000]
