"""Made-up traffic against limits in tokens, money and concurrent requests."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from review.engine.outcome import Outcome
from review.layers.from_settings import layers_of
from review.layers.layers import Layers
from review.layers.token_layer import MeteredRoute, TokenBudget, TokenLayer
from review.simulation.report import report
from review.simulation.simulate import Group, Result
from review.simulation.tokens import Spread, Tokens, usage_of
from review.simulation.traffic import Abuser, Retries, Steady, Traffic, read_traffic
from settings.read import read_environment
from tests.environment_files import ROOT
from tests.review.engine.decided import PLENTY, layers
from tests.review.simulation.traffic_files import groups, simulated, traffic

ROUTE = "POST /a"
WEIGHTS = dict.fromkeys(("input", "cached_input", "cache_write", "output"), 1.0)
# 75 tokens of input are estimated as 100, and all that is asked for is used.
PLAIN = {"input": 75, "output": 100, "max_tokens": 100, "seconds": 0}


def limited(*budgets: TokenBudget, prices: dict[str, dict[str, float]] | None = None) -> Layers:
    """The limits of the function alone."""
    route = MeteredRoute(model=None, generates=True, reads_body=True, timeout_ms=29_000)
    free = layers(bucket=PLENTY)
    [key] = [route.key for route in free.routes]
    tokens = TokenLayer(
        budgets=tuple(replace(budget, routes=frozenset({key})) for budget in budgets),
        routes={key: route},
        weights=WEIGHTS,
        default_max_tokens=1000,
        prices=prices or {},
    )
    return replace(free, tokens=tokens)


def budget(
    by: str = "all", *, name: str = "a", observes: bool = False, shards: int = 1, **limits: float
) -> TokenBudget:
    return TokenBudget(name=name, by=(by,), limits=limits, routes=frozenset({ROUTE}), observes=observes, shards=shards)


def even(rate: float, duration: float = 60, **tokens: Any) -> Traffic:
    """One machine, evenly."""
    asked = Tokens.model_validate(PLAIN | tokens)
    machine = Abuser(name="machine", kind="abuser", rate=rate, tokens=asked)
    return Traffic(name="test", duration_sec=duration, clients=(machine,))


def refused(group: Group) -> dict[tuple[Outcome, str], int]:
    return {(each.by, each.limit): each.requests for each in group.refusals}


def only(result: Result) -> Group:
    [group] = result.groups
    return group


def test_a_minute_admits_the_burst_and_the_refill() -> None:
    """A request a second, of which each uses 175 and reserves 200 for no time: 1,750 at once and as many a minute."""
    group = only(simulated(limited(budget(tokens_per_minute=1750)), even(1)))
    assert group.served == pytest.approx(20, abs=1)
    assert set(refused(group)) == {(Outcome.TOKEN_LIMIT, "tokens_per_minute of a")}
    assert group.tokens
    assert group.tokens.used == 175 * group.served
    assert group.tokens.reserved == 200 * group.served


def test_a_slow_model_holds_what_is_reserved_and_its_slot() -> None:
    fast = only(simulated(limited(budget(concurrent_requests=2)), even(1)))
    slow = only(simulated(limited(budget(concurrent_requests=2)), even(1, seconds=60)))
    assert fast.served == 60
    assert slow.served == 6, "two at a time, until API Gateway has waited for 29 s"


def test_a_day_and_a_month_refuse_for_good() -> None:
    group = only(simulated(limited(budget(tokens_per_day=1000)), even(1)))
    assert group.served == 5
    prices = {"m": {"input": 1.0, "output": 9.0, "cached_input": 1.0, "cache_write": 1.0}}
    # 100 of input and 100 of output at most: a thousandth of a dollar, of which 975 millionths are used.
    group = only(simulated(limited(budget(usd_per_month=0.01), prices=prices), even(1)))
    assert group.served == 10
    assert group.tokens
    assert group.tokens.usd == pytest.approx(10 * 0.000975)


def test_each_caller_has_its_own_budget_unless_all_share_one() -> None:
    clients = Steady(name="users", kind="steady", count=10, rate=1, tokens=Tokens.model_validate(PLAIN))
    requests = Traffic(name="test", duration_sec=60, clients=(clients,))
    of_each = only(simulated(limited(budget("ip", requests_per_minute=5)), requests))
    together = only(simulated(limited(budget("all", requests_per_minute=5)), requests))
    assert 10 * 8 <= of_each.served <= 10 * 10
    assert 8 <= together.served <= 10


def test_callers_who_lack_a_part_of_the_identity_share_one_budget() -> None:
    """Each has its own address, and none has a key."""
    clients = Steady(name="users", kind="steady", count=10, rate=1, tokens=Tokens.model_validate(PLAIN))
    requests = Traffic(name="test", duration_sec=60, clients=(clients,))
    by_both = replace(budget("ip", requests_per_minute=5), by=("api_key", "ip"))
    assert 8 <= only(simulated(limited(by_both), requests)).served <= 10


def test_a_claim_is_each_clients_own_or_as_the_traffic_says() -> None:
    def sent(**more: Any) -> Traffic:
        asked = {"name": "users", "kind": "steady", "count": 10, "rate": 1, "tokens": PLAIN, **more}
        return Traffic(name="test", duration_sec=60, clients=(Steady.model_validate(asked),))

    by_team = limited(budget("claim:team", requests_per_minute=5))
    assert only(simulated(by_team, sent())).served >= 80
    assert only(simulated(by_team, sent(claims={"team": "a-{client}"}))).served >= 80
    assert only(simulated(by_team, sent(claims={"team": "a"}))).served <= 10


def test_what_only_counts_refuses_nobody_and_says_whom_it_would_have() -> None:
    result = simulated(limited(budget(requests_per_minute=5, observes=True)), even(1))
    assert only(result).served == 60
    assert result.observed == {"requests_per_minute of a": 60 - 9}
    said = report([("even", result)])
    assert "even: requests_per_minute of a only counts. If it refused, it would have refused 51 requests." in said.notes


def test_a_request_above_the_whole_limit_is_a_400_and_not_sent_again() -> None:
    machine = Abuser(
        name="machine", kind="abuser", rate=1, tokens=Tokens.model_validate(PLAIN), retries=Retries(most=2)
    )
    requests = Traffic(name="test", duration_sec=60, clients=(machine,))
    group = only(simulated(limited(budget(tokens_per_minute=150)), requests))
    assert refused(group) == {(Outcome.ABOVE_LIMIT, "tokens_per_minute of a"): 60}
    assert group.sent == 60


def test_without_a_cap_a_small_limit_still_admits() -> None:
    group = only(simulated(limited(budget(tokens_per_minute=150)), even(1, max_tokens=None, output=10)))
    assert group.served > 0
    assert group.tokens
    assert group.tokens.reserved == 150 * group.served, "all that an idle caller may"


def test_a_client_that_honours_retry_after_is_served_when_it_says() -> None:
    clients = Steady(
        name="users", kind="steady", count=1, rate=1, retries=Retries(most=20), tokens=Tokens.model_validate(PLAIN)
    )
    requests = Traffic(name="test", duration_sec=10, clients=(clients,))
    alone = only(simulated(limited(budget(requests_per_minute=2)), requests))
    assert alone.served == alone.requests


def test_a_model_without_a_price_is_not_asked_if_money_is_limited() -> None:
    prices = {"m": {"input": 1.0, "output": 9.0, "cached_input": 1.0, "cache_write": 1.0}}
    group = only(simulated(limited(budget(usd_per_month=1), prices=prices), even(1, model="other")))
    assert refused(group) == {(Outcome.NO_PRICE, "usd_per_month of a"): 60}


def test_an_item_that_is_written_to_more_than_dynamodb_takes_is_named() -> None:
    fast, slow = (simulated(limited(budget(tokens_per_minute=10**9)), even(rate, 10)) for rate in (900, 400))
    sharded = simulated(limited(budget(tokens_per_minute=10**9, shards=2)), even(900, 10))
    assert "even: one item of the table, of a, would get up to 1,800 writes in a second." in " ".join(
        report([("even", fast)]).notes
    )
    assert not any("One item" in note for each in (slow, sharded) for note in report([("", each)]).notes)


def test_throttles_come_first() -> None:
    plenty = limited(budget(requests_per_minute=30))
    throttled = replace(plenty, account=replace_rate(plenty))
    group = only(simulated(throttled, even(10)))
    by = {outcome for outcome, _ in refused(group)}
    assert by == {Outcome.ACCOUNT, Outcome.TOKEN_LIMIT}
    assert group.sent == 600


def replace_rate(of: Layers) -> Any:
    return of.account.model_copy(update={"rate_limit": 1.0, "burst_limit": 1})


def test_the_example_is_simulated_with_every_scenario_of_tokens() -> None:
    example = layers_of(read_environment(ROOT / "docs" / "examples" / "token_limits.toml"))
    assert example.tokens
    assert [each.words for each in example.tokens.budgets] == ["plan free", "plan gold", "sonnet", "per-address"]
    result = groups(simulated(example, read_traffic("everyone")))
    limits = {limit for group in result.values() for _, limit in refused(group) if limit}
    assert "tokens_per_minute of plan free" in limits
    assert "tokens_per_minute of sonnet" in limits
    assert not any("per-address" in limit for limit in limits), "it covers another route, and only counts"


def test_an_environment_without_such_limits_says_nothing_of_them() -> None:
    result = simulated(layers(bucket=PLENTY), even(1))
    assert only(result).tokens is None
    assert not any("token limit" in note.lower() or "DynamoDB" in note for note in report([("", result)]).notes)
    assert "tokens" not in report([("", result)]).data["cases"][0]["clients"][0]


def test_sizes_are_drawn_by_their_percentiles_and_the_same_each_time() -> None:
    asked = [Tokens(input=Spread(p50=500, p99=8000), output=Spread(p50=200, p99=1500), max_tokens=1000)]
    usage = usage_of(asked, np.zeros(100_000, dtype=np.int32), seed=1)
    assert np.percentile(usage.input, (50, 99)) == pytest.approx((500, 8000), rel=0.05)
    assert np.percentile(usage.output, 50) == pytest.approx(200, rel=0.05)
    assert usage.output.max() == 1000, "the cap cuts it off"
    assert (usage.milliseconds == np.rint(500 + usage.output * 20)).all()
    assert (usage_of(asked, np.zeros(100_000, dtype=np.int32), seed=1).input == usage.input).all()


def test_a_traffic_file_says_what_its_requests_ask(tmp_path: Path) -> None:
    found = traffic(
        tmp_path,
        """
        duration_sec = 60

        [[clients]]
        name = "agents"
        kind = "steady"
        count = 3
        rate = 1
        claims = { team = "a" }

        [clients.tokens]
        input = { p50 = 20_000, p99 = 150_000 }
        output = 400
        cached_share = 0.8
        max_tokens = 4096
        seconds = 12.5
        model = "llama-3.3-70b"
        """,
    )
    assert found.clients[0].tokens == Tokens(
        input=Spread(p50=20_000, p99=150_000),
        output=400,
        cached_share=0.8,
        max_tokens=4096,
        seconds=12.5,
        model="llama-3.3-70b",
    )
