"""The engine's limits in tokens against the packaged function: the same arrivals, the same decisions."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from review.engine.meter import Meter, admit, meter, with_open
from review.engine.need import UNCAPPED, Profile, Usage, needs, profile_of
from review.engine.outcome import Outcome
from review.layers.token_layer import KINDS, MeteredRoute, TokenBudget, TokenLayer
from tests.environment_files import ROOT
from tests.examples import examples
from tests.metering.node import CODE, Lines

ROUTE = "POST /v1/chat/completions"
# Noon before the last midnight of a month: windows of both kinds end within a day.
START = 1_767_182_400_000
PRICES = {"cheap": {"input": 0.5, "output": 1.5, "cached_input": 0.25, "cache_write": 0.5}}
KINDS_OF_ROUTE = {
    "chat": {"generates": True, "reads_body": True},
    "embeddings": {"generates": False, "reads_body": True},
    "list": {"generates": True, "reads_body": False},
}
TOTAL = {"input": 1.0, "cached_input": 1.0, "cache_write": 1.0, "output": 1.0}
BEDROCK = TOTAL | {"cached_input": 0.0, "output": 5.0}
WORDS = {
    "requests per minute": "requests_per_minute",
    "tokens per minute": "tokens_per_minute",
    "tokens per day": "tokens_per_day",
    "USD per month": "usd_per_month",
    "requests at once": "concurrent_requests",
}

REQUESTS = 150
SENT = ("at", "key", "ip", "model", "cap", "lasts", "chance", "method", "path")


def drawn_limits(random: np.random.Generator) -> dict[str, float]:
    """One limit to three, tight enough that they refuse, loose enough that they admit."""
    choices: dict[str, tuple[float, ...]] = {
        "requests_per_minute": (1, 7, 60, 600, 10**9),
        "tokens_per_minute": (2, 500, 999, 5_000, 40_000, 10**9),
        "tokens_per_day": (2_000, 30_000, 100_000),
        "usd_per_month": (0.002, 0.03, 0.1),
        "concurrent_requests": (1, 2, 5),
    }
    kinds = random.choice(list(choices), size=random.integers(1, 4), replace=False)
    return {kind: random.choice(choices[kind]).item() for kind in kinds}


def drawn_case(random: np.random.Generator) -> dict[str, Any]:
    """Up to four budgets beside those of a plan, of every identity and mode."""
    budgets: list[dict[str, Any]] = []
    if random.random() < 0.5:
        budgets.append({"name": "plan", "by": ["api_key"], "plan": "gold", "mode": "enforce", **drawn_limits(random)})
    for number in range(random.integers(1 - len(budgets), 5)):
        by = (["all"], ["api_key"], ["ip"], ["api_key", "ip"])[random.integers(4)]
        budget: dict[str, Any] = {"name": f"b{number}", "by": by, "mode": "enforce"}
        if random.random() < 0.2:
            budget["mode"] = "count"
        if random.random() < 0.6:
            budget["models"] = [("cheap", "che*", "other")[random.integers(3)]]
        if by == ["all"] and random.random() < 0.4:
            budget["shards"] = 3
        budgets.append(budget | drawn_limits(random))
    return {
        "limits": budgets,
        "plans": {"one": "gold"},
        "weights": (TOTAL, BEDROCK)[random.integers(2)],
        "defaultOutput": (1, 100, 1024)[random.integers(3)],
        "prices": PRICES,
    }


def drawn_requests(random: np.random.Generator) -> list[dict[str, Any]]:
    """Many at once, many within the function's slack of 50 ms, and now and then a long silence."""
    pace = (20, 400, 5_000)[random.integers(3)]
    at, found = START, []
    for _ in range(REQUESTS):
        pauses = (0, int(random.exponential(pace)), int(random.integers(45, 55)), 61_000, 7_200_000)
        at += pauses[random.choice(5, p=(0.18, 0.7, 0.1, 0.01, 0.01))]
        size = random.integers(20, 400)
        found.append(
            {
                "at": at,
                "key": ("one", "two", None)[random.integers(3)],
                "ip": f"192.0.2.{random.integers(2)}",
                "model": ("cheap", "cheap", "cheap", "other", None)[random.integers(5)],
                "input": int(size),
                "cached": int(size * random.choice((0, 0.5))),
                "output": int(random.integers(0, 600)),
                "cap": (None, None, 1, 50, 600, 2_000)[random.integers(6)],
                "lasts": (0, 1, 30, 300, 2_000, 45_000, 120_000)[random.integers(7)],
                "chance": (0.0, 0.34, 0.5, 0.67, 0.99)[random.integers(5)],
            }
        )
    return found


@pytest.fixture(scope="module")
def function() -> Iterator[Lines]:
    lines = Lines(
        ROOT / "tests" / "review" / "engine" / "metered_function.mjs", CODE, ROOT / "tests" / "metering" / "model"
    )
    yield lines
    lines.close()


def bytes_of(request: dict[str, Any]) -> int:
    """Four bytes a token, of which the function counts a token for every three."""
    tokens: int = request["input"]
    return -(-tokens * 4 // 3) * 3


def told_by_function(function: Lines, case: dict[str, Any], requests: list[dict[str, Any]]) -> dict[str, Any]:
    sent = [
        {
            **{name: each[name] for name in SENT if name in each},
            "bytes": bytes_of(each),
            "usage": {
                "input": each["input"] - each["cached"],
                "cached_input": each["cached"],
                "cache_write": 0,
                "output": min(each["output"], each["cap"] or each["output"]),
            },
        }
        for each in requests
    ]
    answer: dict[str, Any] = json.loads(function.ask(json.dumps(case | {"requests": sent})))
    assert "error" not in answer, answer["error"]
    return answer


def limit_in(message: str) -> str:
    """`plan:tokens_per_minute`, out of what the caller is told."""
    found = re.search(r"[Ll]imit ([\w-]+)(?: allows)?: [\d.e+-]+ ([A-Za-z ]+)\.", message)
    assert found, message
    assert found[2] in WORDS, message
    return f"{found[1]}:{WORDS[found[2]]}"


def said(answer: dict[str, Any]) -> tuple[Outcome, str, float]:
    """The outcome, the limit, and the seconds to wait."""
    if answer["status"] == 200:
        return Outcome.ACCEPTED, "", 0
    error = json.loads(answer["body"])["error"]
    if error["code"] == "model_not_priced":
        return Outcome.NO_PRICE, "", 0
    if error["code"] == "request_above_limit":
        return Outcome.ABOVE_LIMIT, limit_in(error["message"]), 0
    wait = np.inf if answer.get("again") == "false" else float(answer["wait"])
    return Outcome.TOKEN_LIMIT, limit_in(error["message"]), wait


def layer_of(case: dict[str, Any]) -> TokenLayer:
    return TokenLayer(
        budgets=tuple(
            TokenBudget(
                name=each["name"],
                by=tuple(each["by"]),
                limits={kind: each[kind] for kind in KINDS if kind in each},
                routes=frozenset({ROUTE}),
                plan=each.get("plan"),
                models=tuple(each.get("models", ())),
                observes=each["mode"] == "count",
                shards=each.get("shards", 1),
            )
            for each in case["limits"]
        ),
        routes={ROUTE: MeteredRoute(model=None, **KINDS_OF_ROUTE[case.get("route", "chat")], timeout_ms=900_000)},
        weights=case["weights"],
        default_max_tokens=case["defaultOutput"],
        prices=case["prices"],
    )


def told_by_engine(
    case: dict[str, Any], requests: list[dict[str, Any]]
) -> tuple[list[tuple[Outcome, str, float]], Meter]:
    layer = layer_of(case)
    profiles: list[Profile] = []
    of_request = []
    for each in requests:
        profile = profile_of(layer, ROUTE, each["model"], case["plans"].get(each["key"] or "", ""))
        assert profile
        if profile not in profiles:
            profiles.append(profile)
        of_request.append(profiles.index(profile))

    def column(name: str) -> Any:
        return np.array([UNCAPPED if each[name] is None else each[name] for each in requests], dtype=np.int64)

    rows = np.zeros((len(layer.budgets), len(requests)), dtype=np.int32)
    count = 0
    for number, budget in enumerate(layer.budgets):
        found: dict[tuple[str, ...], int] = {}
        for at, each in enumerate(requests):
            identity = tuple(str({"all": "all", "api_key": each["key"], "ip": each["ip"]}[part]) for part in budget.by)
            # Callers without a part of the identity share one budget.
            identity = () if "None" in identity else identity
            if identity not in found:
                found[identity] = count
                count += budget.shards
            rows[number, at] = found[identity]
    output, cap = column("output"), column("cap")
    needed = needs(
        layer,
        profiles,
        np.array(of_request, dtype=np.int32),
        Usage(
            input=column("input"),
            cached=column("cached"),
            output=np.where(cap == UNCAPPED, output, np.minimum(output, cap)),
            cap=cap,
            milliseconds=column("lasts"),
        ),
        rows,
    )
    now = with_open(meter(layer, profiles, count), len(requests))
    answers = []
    for index, each in enumerate(requests):
        outcome = Outcome(admit(now, needed, index, each["at"] * 1000, each["chance"]))
        number, kind = divmod(int(now.last_limit[0]), len(KINDS))
        limit = f"{layer.budgets[number].name}:{KINDS[kind]}"
        has_limit = outcome in (Outcome.TOKEN_LIMIT, Outcome.ABOVE_LIMIT)
        wait = float(now.wait[0]) if outcome == Outcome.TOKEN_LIMIT else 0
        answers.append((outcome, limit if has_limit else "", wait))
    return answers, now


def test_the_engine_decides_as_the_function(function: Lines) -> None:
    met: Counter[Outcome] = Counter()
    limits: Counter[str] = Counter()
    for seed in range(examples(240)):
        random = np.random.default_rng(seed)
        case, requests = drawn_case(random), drawn_requests(random)
        by_function = told_by_function(function, case, requests)
        by_engine, now = told_by_engine(case, requests)
        answers = [said(each) for each in by_function["told"]]
        differing = [number for number, both in enumerate(zip(by_engine, answers, strict=True)) if both[0] != both[1]]
        first = differing[0] if differing else 0
        assert by_engine[first] == answers[first], f"seed {seed}, request {first} of {json.dumps(case)}"
        assert not differing
        observed = sum("WouldRefuse" in each["values"] for each in by_function["lines"])
        assert (observed > 0) == (now.refused[now.observes].sum() > 0)
        met.update(outcome for outcome, _, _ in answers)
        limits.update(limit.partition(":")[2] for outcome, limit, _ in answers if outcome == Outcome.TOKEN_LIMIT)
    # The cases are of use only if each kind of limit refuses, and much is admitted.
    assert min(limits[kind] for kind in KINDS) > 100, limits
    assert min(met[each] for each in (Outcome.ABOVE_LIMIT, Outcome.NO_PRICE)) > 0
    assert met[Outcome.ACCEPTED] > sum(met.values()) / 5


def one(at: int, **more: Any) -> dict[str, Any]:
    """A request of 30 tokens of input that asks for one of output, and is answered at once."""
    request = {"key": "one", "ip": "192.0.2.1", "model": "cheap", "input": 30, "cached": 0, "output": 1, "cap": 1}
    return request | {"at": START + at, "lasts": 0, "chance": 0.0} | more


def answers(
    function: Lines, limits: dict[str, Any], requests: list[dict[str, Any]], route: str = "chat"
) -> list[Outcome]:
    """What both say."""
    case: dict[str, Any] = {"route": route, "plans": {}, "weights": TOTAL, "defaultOutput": 100, "prices": PRICES}
    case["limits"] = [{"name": "a", "by": ["all"], "mode": "enforce", **limits}]
    by_engine, _ = told_by_engine(case, requests)
    assert by_engine == [said(each) for each in told_by_function(function, case, requests)["told"]]
    return [outcome for outcome, _, _ in by_engine]


def test_a_level_a_little_below_its_floor_is_raised_and_not_clamped(function: Lines) -> None:
    """The last of them fits by 20 ms, since the second came 40 ms after the level of the first had passed."""
    found = answers(function, {"requests_per_minute": 2}, [one(0), one(30_040), one(30_040), one(60_020)])
    assert found == [Outcome.ACCEPTED] * 4


def test_a_refund_is_not_given_to_the_next_window(function: Lines) -> None:
    midnight = 12 * 3_600_000
    late = one(midnight - 100, cap=50, lasts=300)
    next_day = one(midnight + 100, cap=50, lasts=60_000)
    found = answers(function, {"tokens_per_day": 100}, [late, next_day, one(midnight + 300, cap=30)])
    assert found == [Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.TOKEN_LIMIT]


def test_an_embedding_reserves_no_output(function: Lines) -> None:
    """Forty tokens are estimated, thirty used: three fit a hundred, since what was too much goes back."""
    requests = [one(second, cap=None, output=0, path="/v1/embeddings") for second in range(4)]
    found = answers(function, {"tokens_per_day": 100}, requests, "embeddings")
    assert found == [Outcome.ACCEPTED] * 3 + [Outcome.TOKEN_LIMIT]


def test_a_request_without_a_body_counts_as_a_request_alone(function: Lines) -> None:
    requests = [one(second, method="GET", path="/v1/models", input=0, output=0) for second in range(4)]
    assert answers(function, {"tokens_per_day": 2}, requests, "list") == [Outcome.ACCEPTED] * 4
    found = answers(function, {"requests_per_minute": 2}, requests, "list")
    assert found == [Outcome.ACCEPTED] * 2 + [Outcome.TOKEN_LIMIT] * 2
