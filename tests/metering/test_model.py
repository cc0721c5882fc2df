"""A model check: the function's own code, against a table that does the open calls in any order, at any clock, with any
fault. Whatever happens, no interval admits more than its burst, its refill, and what was given back within it.
"""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.metering.node import CODE, HERE, Lines, copied

MINUTE = 60_000
DAY = 86_400_000
SLACK = 50
"""As if clocks differed by this many milliseconds: limits.mjs."""
LEASE_SECONDS = 60
SIMULATE = HERE / "model" / "simulate.mjs"
# Ten seconds before a midnight and a month's end in UTC, so that windows end while requests run.
START = 1_793_491_190_000

Schedule = dict[str, Any]


@pytest.fixture(scope="module")
def program() -> Iterator[Lines]:
    with closing(Lines(SIMULATE, CODE)) as running:
        yield running


def simulated(program: Lines, schedule: Schedule) -> Any:
    answer = json.loads(program.ask(json.dumps(schedule)))
    assert "error" not in answer, answer["error"]
    return answer


LIMITS = st.fixed_dictionaries(
    {"name": st.just("a")},
    optional={
        "requests_per_minute": st.sampled_from([1, 7, 60, 10**9]),
        "tokens_per_minute": st.sampled_from([100, 997, 60_000, 10**9]),
        "tokens_per_day": st.sampled_from([100, 2_500]),
        "usd_per_month": st.sampled_from([0.0000001, 0.0000025]),
        "concurrent_requests": st.integers(1, 4),
    },
).filter(lambda limit: len(limit) > 1)

REQUESTS = st.fixed_dictionaries(
    {
        "at": st.integers(0, 40) | st.integers(0, 150_000),
        "function": st.integers(0, 3),
        "tokens": st.integers(1, 100),
        "used": st.integers(0, 130),
        "lasts": st.integers(0, 50) | st.integers(0, 100_000),
        "crashes": st.sampled_from([False] * 9 + [True]),
    }
)


# Two days' requests on one day's limit, most of them running when the day ends.
AROUND_MIDNIGHT = st.fixed_dictionaries(
    {
        "at": st.integers(9_000, 12_000),
        "function": st.integers(0, 1),
        "tokens": st.sampled_from([10, 50, 100]),
        "used": st.sampled_from([0, 10]),
        "lasts": st.integers(0, 3_000),
    }
)


MODES = st.sampled_from(["enforce", "count"])


def _both(limits: tuple[dict[str, Any], dict[str, Any], str]) -> list[dict[str, Any]]:
    first, second, mode = limits
    return [first, {**second, "name": "b", "mode": mode}]


def schedules(
    faults: st.SearchStrategy[str],
    limits: st.SearchStrategy[dict[str, Any]] = LIMITS,
    requests: st.SearchStrategy[dict[str, Any]] = REQUESTS,
) -> st.SearchStrategy[Schedule]:
    return st.fixed_dictionaries(
        {
            # One budget, or two in the same item, of which the second may only observe.
            "limits": limits.map(lambda limit: [limit]) | st.tuples(limits, limits, MODES).map(_both),
            "requests": st.lists(requests, min_size=1, max_size=14),
            "skews": st.lists(st.integers(-3, 3), min_size=1, max_size=4),
            "choices": st.lists(st.integers(0, 31), min_size=1, max_size=24),
            "faults": st.lists(faults, max_size=24),
            "start": st.just(START),
            "leaseSeconds": st.just(LEASE_SECONDS),
        }
    )


def check(schedule: Schedule, answer: Any) -> None:
    """Raises AssertionError if something was admitted that a limit forbids."""
    admitted = sorted(
        (entry for entry in answer["done"] if entry.get("refused") == []), key=lambda each: each["decided"]
    )
    for limit in schedule["limits"]:
        if limit.get("mode") != "count":
            check_limit(limit, admitted)
    for entry in admitted:
        assert all(left >= 0 for left in entry["remaining"])


def check_limit(limit: dict[str, Any], admitted: list[Any]) -> None:
    if "tokens_per_minute" in limit:
        rate(admitted, limit["tokens_per_minute"], tokens=True)
    if "requests_per_minute" in limit:
        rate(admitted, limit["requests_per_minute"], tokens=False)
    if "tokens_per_day" in limit:
        window(admitted, limit["tokens_per_day"])
    if "usd_per_month" in limit:
        window(admitted, round(limit["usd_per_month"] * 1e9))
    if "concurrent_requests" in limit:
        slots(admitted, limit["concurrent_requests"])


def rate(admitted: list[Any], limit: int, *, tokens: bool) -> None:
    for first in range(len(admitted)):
        for last in range(first, len(admitted)):
            inside = admitted[first : last + 1]
            clocks = [entry["at"] for entry in inside]
            within = min(entry["began"] for entry in inside), inside[-1]["decided"]
            back = sum(refund(entry, within) for entry in admitted) if tokens else 0
            cost = sum(entry["tokens"] if tokens else 1 for entry in inside)
            allowed = limit + limit * (max(clocks) - min(clocks) + SLACK) / MINUTE + back
            # Half a token for the float.
            assert cost <= allowed + 0.5, f"{cost} admitted where {allowed} may be"


def refund(entry: Any, within: tuple[int, int]) -> int:
    """What the request gave back during these steps. A write that timed out may still succeed in any later one."""
    settling = entry.get("settling")
    finished = entry.get("finished", within[1]) if entry.get("settled") else within[1]
    if settling is None or finished < within[0] or settling > within[1]:
        return 0
    back: int = max(0, entry["tokens"] - entry["used"])
    return back


def window(admitted: list[Any], limit: int) -> None:
    for last in admitted:
        # The day and the month end together here.
        same = [
            entry for entry in admitted if entry["decided"] <= last["decided"] and in_window(entry) == in_window(last)
        ]
        back = sum(refund(entry, (0, last["decided"])) for entry in same)
        cost = sum(entry["tokens"] for entry in same)
        assert cost <= limit + back, f"{cost} admitted where {limit + back} may be"


def in_window(entry: Any) -> Any:
    return entry["at"] // DAY


def slots(admitted: list[Any], limit: int) -> None:
    for entry in admitted:
        running = [
            other
            for other in admitted
            if other["decided"] <= entry["decided"]
            and other.get("settling", entry["decided"] + 1) > entry["decided"]
            and other["at"] + LEASE_SECONDS * 1000 > entry["time"] + 3
        ]
        assert len(running) <= limit, f"{len(running)} admitted where {limit} may be"


@settings(max_examples=examples(4000), deadline=None, suppress_health_check=list(HealthCheck))
@given(schedule=schedules(st.sampled_from(["none", "none", "none", "lost", "dropped", "late", "throttled", "refused"])))
def test_no_interval_admits_more_than_its_limits(program: Lines, schedule: Schedule) -> None:
    check(schedule, simulated(program, schedule))


# What must be caught: without the clamp an idle caller saves up; without its condition a write overwrites others'.
MUTATIONS = {
    "no clamp": (
        "limits.mjs",
        'writes.push({ how: level > limit.floor - limit.slack ? "add" : "clamp", limit })',
        'writes.push({ how: item[limit.attribute] === undefined ? "clamp" : "add", limit: { ...limit, floor: 0n } })',
    ),
    "no comparison": (
        "expressions.mjs",
        "(attribute_not_exists(${name}) OR ${name} <= ${update.value(limit.floor)})",
        "(attribute_not_exists(${name}) OR ${name} <> ${update.value(limit.floor + 1n)})",
    ),
    "no ceiling": (
        "expressions.mjs",
        "[limit.floor - limit.slack, limit.ceiling - limit.cost]",
        "[limit.floor - limit.slack, limit.ceiling + limit.cost]",
    ),
    "refunds of a next window": (
        "expressions.mjs",
        "update.require(`${name} < ${update.value(limit.floor + limit.length)}`);",
        "",
    ),
    "leases that never end": ("limits.mjs", "end < BigInt(milliseconds) / 1000n", "end > 0n"),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_a_mutation_is_caught(tmp_path: Path, mutation: str) -> None:
    of_a_day = st.just({"name": "a", "tokens_per_day": 100})
    around_midnight = schedules(st.just("none"), of_a_day, AROUND_MIDNIGHT)

    @settings(
        max_examples=4000,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        derandomize=True,
        report_multiple_bugs=False,
        database=None,
    )
    @given(schedule=schedules(st.just("none")) | around_midnight)
    def find(schedule: Schedule) -> None:
        check(schedule, simulated(mutant, schedule))

    mutated = copied(tmp_path, MUTATIONS[mutation])
    with closing(Lines(SIMULATE, mutated)) as mutant, pytest.raises(AssertionError, match="admitted where"):
        find()
