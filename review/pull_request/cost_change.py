"""The cost of a month before and after, with the same traffic."""

from dataclasses import dataclass

from review.cost.bill import Line, Traffic, bill
from review.cost.prices import Prices
from settings.environment import Environment

TRAFFIC = Traffic(requests=1_000_000)


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemChange:
    """One item of the bill, in dollars per month."""

    item: str
    before: float
    after: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CostChange:
    """A bill compared with the one before."""

    before: float | None
    """Dollars per month. None: there was no environment."""

    after: float
    items: tuple[ItemChange, ...]
    """The items that change."""

    kept: tuple[Line, ...]
    """The items that do not change."""

    @property
    def difference(self) -> float:
        """The difference in dollars per month."""
        return round(self.after - (self.before or 0), 2)


def cost_change(before: Environment | None, after: Environment, prices: Prices) -> CostChange:
    """The change with `TRAFFIC` in both cases, without the backends."""
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
