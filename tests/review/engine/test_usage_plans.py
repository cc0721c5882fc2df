"""Usage plans: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.engine.outcome import Outcome
from review.engine.quota import NUMBERS, period_of
from review.layers.layers import Plan
from settings.throttling import Throttle
from settings.usage_plan import HIGHEST_OFFSET, Quota
from tests.review.engine.decided import MICROSECONDS, PLENTY, decided, layers
from tests.review.engine.reference import ReferenceQuota, period

ACCEPTED, NO_KEY, PLAN, QUOTA = Outcome.ACCEPTED, Outcome.NO_KEY, Outcome.PLAN, Outcome.QUOTA
ONE = Throttle(rate_limit=1, burst_limit=1)
TWO = Throttle(rate_limit=1, burst_limit=2)


def at(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()


def test_each_key_has_the_plans_bucket_for_itself() -> None:
    free = Plan(name="free", bucket=TWO)
    outcomes, _ = decided(layers(plans=[free, free], key_required=True), [0.0] * 6, keys=[0, 0, 0, 1, 1, 1])
    assert outcomes == [ACCEPTED, ACCEPTED, PLAN] * 2


def test_a_route_may_have_a_bucket_of_its_own_in_the_plan_asked_first() -> None:
    free = Plan(name="free", bucket=TWO, routes={"POST /chat": ONE})
    outcomes, _ = decided(layers(plans=[free], key_required=True), [0.0, 0.0, 1.0, 1.0], keys=[0] * 4)
    assert outcomes == [ACCEPTED, PLAN, ACCEPTED, PLAN]
    wide = Plan(name="wide", bucket=ONE, routes={"POST /chat": TWO})
    outcomes, _ = decided(layers(plans=[wide], key_required=True), [0.0, 0.0], keys=[0] * 2)
    assert outcomes == [ACCEPTED, PLAN], "the plan's own bucket limits beside it"


def test_no_key_and_a_key_of_no_plan_get_403_where_a_key_is_required() -> None:
    limits = layers(plans=[Plan(name="free", bucket=TWO)], key_required=True)
    assert decided(limits, [0.0, 0.0], keys=[-1, 0])[0] == [NO_KEY, ACCEPTED]
    assert decided(layers(plans=[Plan(name="free", bucket=ONE)]), [0.0, 0.0], keys=[-1, 0])[0] == [ACCEPTED] * 2, (
        "a plan limits only routes that require a key"
    )


def test_the_plan_is_asked_before_the_stage_and_takes_its_token_all_the_same() -> None:
    limits = layers(plans=[Plan(name="free", bucket=TWO)], key_required=True, bucket=ONE, own=False)
    assert decided(limits, [0.0] * 3, keys=[0] * 3)[0] == [ACCEPTED, Outcome.STAGE, PLAN]


@pytest.mark.parametrize(("own", "refused"), [(True, Outcome.METHOD), (False, Outcome.STAGE)])
def test_the_throttle_is_named_after_where_it_is_set(*, own: bool, refused: Outcome) -> None:
    assert decided(layers(bucket=ONE, own=own), [0.0, 0.0])[0] == [ACCEPTED, refused]


def test_the_account_is_asked_last() -> None:
    assert decided(layers(bucket=TWO, account=ONE), [0.0] * 3)[0] == [ACCEPTED, Outcome.ACCOUNT, Outcome.METHOD]


def test_a_route_without_a_throttle_is_left_to_the_account() -> None:
    assert decided(layers(account=ONE), [0.0, 0.0])[0] == [ACCEPTED, Outcome.ACCOUNT]


@pytest.mark.parametrize(
    ("name", "last", "next_"),
    [
        ("DAY", "2026-02-28T23:59:59", "2026-03-01T00:00:00"),
        ("WEEK", "2026-01-10T23:59:59", "2026-01-11T00:00:00"),
        ("MONTH", "2028-02-29T23:59:59", "2028-03-01T00:00:00"),
        ("MONTH", "2026-12-31T23:59:59", "2027-01-01T00:00:00"),
    ],
)
def test_a_quota_is_full_again_when_its_period_ends_utc(name: str, last: str, next_: str) -> None:
    """A week starts on Sunday; 2026-01-11 is one."""
    plan = Plan(name="free", bucket=PLENTY, quota=Quota(limit=1, period=name))  # type: ignore[arg-type]  # parametrized
    seconds = [at(last) - 3600, at(last), at(next_), at(next_)]
    outcomes, _ = decided(layers(plans=[plan], key_required=True), seconds, keys=[0] * 4)
    assert outcomes == [ACCEPTED, QUOTA, ACCEPTED, QUOTA]


def test_the_offset_is_taken_off_the_first_period_alone() -> None:
    """https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html (read 2026-11)."""
    plan = Plan(name="free", quota=Quota(limit=3, period="WEEK", offset=2))
    week = 7 * 86_400
    seconds = [at("2026-01-05")] * 2 + [at("2026-01-05") + week] * 4
    outcomes, _ = decided(layers(plans=[plan], key_required=True), seconds, keys=[0] * 6)
    assert outcomes == [ACCEPTED, QUOTA, ACCEPTED, ACCEPTED, ACCEPTED, QUOTA]


def test_a_key_that_comes_in_a_later_period_has_all_of_its_quota() -> None:
    plan = Plan(name="free", quota=Quota(limit=2, period="WEEK", offset=1))
    week = 7 * 86_400
    outcomes, _ = decided(
        layers(plans=[plan, plan], key_required=True),
        [at("2026-01-05"), *[at("2026-01-05") + week] * 2],
        keys=[0, 1, 1],
    )
    assert outcomes == [ACCEPTED] * 3


def test_what_the_plans_throttle_refuses_does_not_use_up_the_quota() -> None:
    plan = Plan(name="free", bucket=ONE, quota=Quota(limit=2, period="DAY"))
    outcomes, _ = decided(layers(plans=[plan], key_required=True), [0.0, 0.0, 0.0, 1.0, 2.0], keys=[0] * 5)
    assert outcomes == [ACCEPTED, PLAN, PLAN, ACCEPTED, QUOTA]


MOMENTS = st.integers(0, int(at("2099-12-31")) * MICROSECONDS)


@given(first=MOMENTS, second=MOMENTS, name=st.sampled_from(sorted(NUMBERS)))
def test_two_times_are_in_one_period_where_the_calendar_says_so(first: int, second: int, name: str) -> None:
    same = period_of(first, NUMBERS[name]) == period_of(second, NUMBERS[name])
    assert same == (period(first, name) == period(second, name))


@st.composite
def quotas(draw: st.DrawFn) -> Quota:
    """Any plan that an environment file can contain, small enough to be used up."""
    name = draw(st.sampled_from(sorted(NUMBERS)))
    limit = draw(st.integers(1, 30))
    offset = draw(st.integers(0, min(HIGHEST_OFFSET[name], limit - 1)))
    return Quota(limit=limit, period=name, offset=offset)  # type: ignore[arg-type]  # one of the three


@given(hours=st.lists(st.integers(0, 400), min_size=1, max_size=60), quota=quotas())
def test_every_answer_is_that_of_the_calendar(hours: list[int], quota: Quota) -> None:
    times = [at("2026-01-01") + sum(hours[: index + 1]) * 3600 for index in range(len(hours))]
    slow = ReferenceQuota(quota, round(times[0]) * MICROSECONDS)
    expected = [slow.take(round(time) * MICROSECONDS) for time in times]
    plan = Plan(name="free", bucket=PLENTY, quota=quota)
    outcomes, _ = decided(layers(plans=[plan], key_required=True), times, keys=[0] * len(times))
    assert [outcome == ACCEPTED for outcome in outcomes] == expected
