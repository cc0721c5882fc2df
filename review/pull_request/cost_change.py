"""What a month costs before and after, at the same traffic."""

from dataclasses import dataclass

from review.cost.bill import Line, Traffic, bill
from review.cost.prices import Prices
from settings.environment import Environment

TRAFFIC = Traffic(requests=1_000_000)


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemChange:
    """One item of the bill, in dollars a month."""

    item: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CostChange:
    """A bill beside the one before it."""

    before: float | None
    """Dollars a month. None: there was nothing."""

    after: float
    items: tuple[ItemChange, ...]
    """Those that change."""

    kept: tuple[Line, ...]
    """Those that do not."""

    @property
    def difference(self) -> float:
        """In dollars a month."""
        return round(self.after - (self.before or 0), 2)


def cost_change(before: Environment | None, after: Environment, prices: Prices) -> CostChange:
    """At `TRAFFIC` each, without the backends."""
    old = () if before is None else bill(before, TRAFFIC, prices)
    new = bill(after, TRAFFIC, prices)
    was, is_now = ({line.item: line.dollars for line in lines} for lines in (old, new))
    changed = [item for item in dict.fromkeys((*was, *is_now)) if was.get(item) != is_now.get(item)]
    return CostChange(
        before=None if before is None else sum(was.values()),
        after=sum(is_now.values()),
        items=tuple(ItemChange(item=item, before=was.get(item, 0), after=is_now.get(item, 0)) for item in changed),
        kept=tuple(line for line in new if line.item not in changed),
    )
