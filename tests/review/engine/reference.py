"""The same limits in a slow and obvious way: with fractions and lists, checking every request every time."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from fractions import Fraction

from review.engine.rate_window import WafModel
from review.layers.layers import RateWindow
from settings.throttling import Throttle
from settings.usage_plan import Quota

MICROSECONDS = 1_000_000


class ReferenceBucket:
    """A token bucket in fractions."""

    def __init__(self, bucket: Throttle) -> None:
        self._rate = Fraction(str(bucket.rate_limit))
        self._burst = Fraction(bucket.burst_limit)
        self._tokens = self._burst
        self._last: int | None = None

    def take(self, time: int) -> bool:
        """Time in microseconds."""
        passed = Fraction(0 if self._last is None else time - self._last, MICROSECONDS)
        self._tokens = min(self._burst, self._tokens + passed * self._rate)
        self._last = time
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class ReferenceWindow:
    """A rate-based rule that keeps the time of every request of every key."""

    def __init__(self, rule: RateWindow, model: WafModel) -> None:
        self._rule, self._model = rule, model
        self._seen: dict[int, list[int]] = defaultdict(list)
        """By key, in the order in which each one may have exceeded the limit."""

    def stops(self, key: int, time: int) -> bool:
        """Count the request; return whether the action applies to it."""
        interval = self._model.interval_sec * MICROSECONDS
        looked = time // interval * interval
        rates = {each: self._rate(times, looked) for each, times in self._seen.items()}
        self._seen[key].append(time)
        above = sorted((each for each in rates if rates[each] > self._rule.limit), key=lambda each: -rates[each])
        return key in above[: self._model.most_limited]

    def _rate(self, times: Sequence[int], looked: int) -> float:
        interval = self._model.interval_sec * MICROSECONDS
        slots = self._rule.window_sec // self._model.interval_sec
        end = looked - self._model.lag_slots * interval
        rate = 0.0
        for age in range(1, slots + 1):
            inside = sum(end - age * interval <= time < end - (age - 1) * interval for time in times)
            rate += inside * (1.0 + self._model.recency * (1.0 - 2.0 * (age - 0.5) / slots))
        return rate


class ReferenceQuota:
    """A usage plan's quota, with the standard library's calendar."""

    def __init__(self, quota: Quota, began: int) -> None:
        self._quota = quota
        self._used = {period(began, quota.period): quota.offset}

    def take(self, time: int) -> bool:
        now = period(time, self._quota.period)
        used = self._used.get(now, 0)
        if used >= self._quota.limit:
            return False
        self._used[now] = used + 1
        return True


def period(time: int, name: str) -> date:
    """The first day of the day, week (from Sunday) or month that contains the time, in UTC."""
    day = datetime.fromtimestamp(time // MICROSECONDS, UTC).date()
    match name:
        case "DAY":
            return day
        case "WEEK":
            return date.fromordinal(day.toordinal() - day.toordinal() % 7)
        case _:
            return day.replace(day=1)
