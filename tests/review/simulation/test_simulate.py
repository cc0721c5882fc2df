from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.engine.outcome import Outcome
from review.layers.from_settings import layers_of
from review.layers.layers import Layers, Plan, RateWindow, RetryAfter
from review.simulation.simulate import Group
from review.simulation.traffic import Abuser, Burst, NatOffice, Retries, RetryingSdk, Steady, Traffic, read_traffic
from settings.throttling import Throttle
from settings.usage_plan import Quota
from tests.environment_files import MINIMAL
from tests.environment_files import environment as settings_of
from tests.review.engine.decided import PLENTY, layers
from tests.review.simulation.traffic_files import environment, groups, simulated, traffic

ONE = Throttle(rate_limit=1, burst_limit=1)


def of(*clients: Steady | Burst | NatOffice | Abuser | RetryingSdk, duration: float = 60, seed: int = 1) -> Traffic:
    return Traffic(name="test", duration_sec=duration, clients=clients, seed=seed)


def refused(group: Group) -> dict[Outcome, int]:
    return {refusals.by: refusals.requests for refusals in group.refusals}


def abuser(rate: float, *, name: str = "abuser", **more: object) -> Abuser:
    return Abuser.model_validate({"name": name, "kind": "abuser", "rate": rate, **more})


def test_one_abuser_takes_the_stage_from_everyone_and_a_waf_rule_gives_it_back() -> None:
    """The picture in README."""
    local, requests = environment("local"), read_traffic("abuser")
    alone = groups(simulated(replace(local, windows=()), requests))
    with_rule = groups(simulated(local, requests))
    assert alone["users"].served / alone["users"].requests < 0.4
    assert with_rule["users"].served / with_rule["users"].requests > 0.9
    assert with_rule["abuser"].served / with_rule["abuser"].requests < 0.05
    assert set(refused(with_rule["users"])) == {Outcome.STAGE}, "no user shares the abuser's address"


def test_an_office_is_one_client_to_waf() -> None:
    result = groups(simulated(environment("prod"), read_traffic("office")))
    assert Outcome.WAF in refused(result["office"])
    assert refused(result["others"]) == {}


def test_a_botnet_stays_below_a_limit_for_each_address() -> None:
    result = groups(simulated(environment("prod"), read_traffic("botnet")))
    assert set(refused(result["botnet"])) == {Outcome.METHOD}
    assert set(refused(result["users"])) == {Outcome.METHOD}, "users pay for it"


def test_a_burst_at_nine_is_refused_at_nine() -> None:
    (refusal,) = groups(simulated(environment("prod"), read_traffic("nine_o_clock")))["at nine"].refusals
    assert refusal.by == Outcome.METHOD
    assert 300 <= refusal.first_sec <= refusal.last_sec <= 320


def test_an_allowed_address_is_neither_counted_nor_limited() -> None:
    office = NatOffice(name="office", kind="nat_office", count=10, rate=1, ip="192.0.2.7")
    window = RateWindow(name="per-ip", limit=10, window_sec=60)
    allowed = replace(window, exempt=("192.0.2.0/24",))
    assert Outcome.WAF in refused(simulated(layers(windows=[window]), of(office)).groups[0])
    assert refused(simulated(layers(windows=[allowed]), of(office)).groups[0]) == {}


def test_a_rule_that_counts_by_a_header_misses_who_leaves_it_out() -> None:
    window = RateWindow(name="per-team", limit=10, window_sec=60, key=("header:x-team",))
    with_header = abuser(10, headers={"X-Team": "a"})
    result = groups(simulated(layers(windows=[window]), of(with_header, abuser(10, name="without"))))
    assert Outcome.WAF in refused(result["abuser"])
    assert refused(result["without"]) == {}


def test_a_rule_without_a_key_counts_everyone_together() -> None:
    window = RateWindow(name="all", limit=100, window_sec=60, key=())
    many = Steady(name="many", kind="steady", count=100, rate=0.1)
    assert Outcome.WAF in refused(simulated(layers(windows=[window]), of(many)).groups[0])
    each = replace(window, key=("ip",))
    assert refused(simulated(layers(windows=[each]), of(many)).groups[0]) == {}


def test_a_rule_for_some_routes_leaves_the_others_alone() -> None:
    window = RateWindow(name="elsewhere", limit=10, window_sec=60, routes=frozenset({"GET /other"}))
    assert refused(simulated(layers(windows=[window]), of(abuser(10))).groups[0]) == {}


def test_each_client_holds_a_key_of_its_own() -> None:
    free = Plan(name="free", bucket=ONE, quota=Quota(limit=30, period="DAY"))
    limits = layers(plans=[free], key_required=True)
    both = of(abuser(10), Steady(name="quiet", kind="steady", count=5, rate=0.05))
    result = groups(simulated(limits, both))
    assert set(refused(result["abuser"])) == {Outcome.PLAN, Outcome.QUOTA}
    assert result["abuser"].served == 30
    assert Outcome.QUOTA not in refused(result["quiet"])
    no_key = of(abuser(1, usage_plan="none"))
    assert set(refused(simulated(limits, no_key).groups[0])) == {Outcome.NO_KEY}


def sdk(**retries: object) -> RetryingSdk:
    table = {"name": "sdk", "kind": "retrying_sdk", "count": 1, "rate": 0.001}
    return RetryingSdk.model_validate({**table, "retries": Retries.model_validate(retries)})


def one_after_another(limits: Layers, client: RetryingSdk) -> list[tuple[float, Outcome]]:
    """What becomes of one request that comes just after another has emptied the bucket."""
    burst = Burst(name="sdk", kind="burst", count=2, requests=1, at_sec=0, spread_sec=0.001, retries=client.retries)
    result = simulated(limits, of(burst, duration=600))
    retried = result.sent.request == result.sent.request[-1]
    times = result.sent.time[retried] - result.sent.time[retried][0]
    return [
        (float(time) / 1e6, Outcome(int(each))) for time, each in zip(times, result.sent.outcome[retried], strict=True)
    ]


def test_a_retry_waits_as_long_as_the_429_says() -> None:
    limits = replace(layers(bucket=Throttle(rate_limit=0.2, burst_limit=1)), retry_after=RetryAfter(throttle=3))
    sent = one_after_another(limits, sdk())
    assert sent == [(0.0, Outcome.METHOD), (3.0, Outcome.METHOD), (6.0, Outcome.ACCEPTED)]


def test_a_client_that_is_told_to_wait_too_long_gives_up() -> None:
    limits = replace(layers(bucket=ONE), retry_after=RetryAfter(throttle=121))
    assert one_after_another(limits, sdk()) == [(0.0, Outcome.METHOD)]
    assert len(one_after_another(limits, sdk(longest_retry_after_sec=121.0))) == 2


def test_a_client_that_is_told_not_to_ask_again_gives_up() -> None:
    limits = replace(layers(bucket=ONE), retry_after=RetryAfter(throttle=inf))
    assert one_after_another(limits, sdk(longest_retry_after_sec=1e9)) == [(0.0, Outcome.METHOD)]


def test_what_a_file_says_of_retries(tmp_path: Path) -> None:
    told = "[rate_limit_response]\nretry_after = { waf = 60 }\nshould_retry = { throttle = false, waf = true }"
    assert layers_of(settings_of(tmp_path)).retry_after == RetryAfter(throttle=1, quota=inf, waf=inf)
    changed = layers_of(settings_of(tmp_path, MINIMAL + told))
    assert changed.retry_after == RetryAfter(throttle=inf, quota=inf, waf=60)


def test_a_client_deaf_to_the_429_doubles_its_wait_up_to_the_longest() -> None:
    limits = layers(bucket=Throttle(rate_limit=0.001, burst_limit=1))
    sent = one_after_another(limits, sdk(most=6, honour_retry_after=False))
    waits = np.diff([time for time, _ in sent])
    for wait, longest in zip(waits, [0.5, 1, 2, 4, 8, 8], strict=True):
        assert 0.75 * longest <= wait <= longest, "up to a quarter is subtracted"


def test_a_403_is_not_sent_again() -> None:
    limits = layers(plans=[Plan(name="free", bucket=ONE)], key_required=True)
    client = RetryingSdk(name="sdk", kind="retrying_sdk", count=1, rate=0.1, usage_plan="none")
    group = simulated(limits, of(client)).groups[0]
    assert group.sent == group.requests > 0


def test_what_a_retry_gets_through_counts_as_one_request() -> None:
    result = groups(simulated(environment("prod"), read_traffic("retrying_sdk")))
    gives_up, patient = result["gives up"], result["SDK"]
    assert gives_up.sent == gives_up.requests
    assert patient.sent > patient.requests
    assert gives_up.served / gives_up.requests < patient.served / patient.requests <= 1


@settings(max_examples=40)
@given(
    rate=st.floats(0.1, 20),
    burst=st.integers(1, 20),
    limit=st.integers(10, 100),
    count=st.integers(1, 20),
    speed=st.floats(0.1, 5),
    most=st.integers(0, 3),
    seed=st.integers(0, 5),
)
def test_every_request_is_accounted_for(  # each drawn
    rate: float, burst: int, limit: int, count: int, speed: float, most: int, seed: int
) -> None:
    limits = layers(
        windows=[RateWindow(name="per-ip", limit=limit, window_sec=60)],
        bucket=Throttle(rate_limit=rate, burst_limit=burst),
    )
    retries = Retries(most=most)
    clients = Steady(name="a", kind="steady", count=count, rate=speed, retries=retries)
    result = simulated(limits, of(clients, abuser(speed), seed=seed))
    assert (np.diff(result.sent.time) >= 0).all(), "in order of time"
    for group in result.groups:
        assert group.served + sum(refused(group).values()) == group.sent
        assert group.requests <= group.sent <= (1 + most) * group.requests
        assert ((group.acceptance >= 0) & (group.acceptance <= 1)).all()
    accepted = result.sent.request[result.sent.outcome == Outcome.ACCEPTED]
    assert len(set(accepted.tolist())) == len(accepted), "no request gets through twice"
    assert len(accepted) <= burst + rate * (float(result.seconds.max(initial=0)) + 1)


def test_the_same_simulation_has_the_same_result(tmp_path: Path) -> None:
    text = 'duration_sec = 60\nclients = [{ name = "s", kind = "retrying_sdk", count = 9, rate = 1 }]'
    limits = layers(bucket=ONE)
    one, two = (simulated(limits, traffic(tmp_path, text)) for _ in range(2))
    assert (one.sent.outcome == two.sent.outcome).all()
    assert (one.sent.time == two.sent.time).all()


@pytest.mark.parametrize("name", ["dev", "local", "prod"])
def test_plenty_refuses_nobody(name: str) -> None:
    free = replace(environment(name), windows=(), account=PLENTY)
    free = replace(free, routes=tuple(replace(route, bucket=PLENTY) for route in free.routes))
    assert all(group.served == group.requests for group in simulated(free, read_traffic("everyone")).groups)
