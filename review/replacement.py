"""What a deploy of one environment file over another replaces, creates and destroys."""

from dataclasses import dataclass
from typing import Literal, get_args

from review.forces_replacement import FORCES, REGION
from review.resources import Of, resources
from settings.environment import Environment

Step = Literal["replaced", "destroyed", "created"]
_STEPS: tuple[Step, ...] = get_args(Step)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One resource."""

    step: Step
    address: str
    because: tuple[str, ...] = ()
    """The arguments that force it."""

    meaning: str = ""

    flagged: bool = False
    """Somebody should look at it twice."""


def changes(before: Environment, after: Environment) -> tuple[Change, ...]:
    """Of the resources in `review/resources.py`; everything else changes in place, or comes and goes with these."""
    old, new = resources(before), resources(after)
    moved = (REGION,) if before.aws.region != after.aws.region else ()
    found: dict[str, Change] = {}
    for address, arguments in new.items():
        if address not in old:
            found[address] = Change(step="created", address=address)
            continue
        forces = FORCES[_type(address)]
        forcing = (name for name in forces.arguments if _differs(old[address].get(name), arguments.get(name), found))
        because = (*moved, *forcing)
        if because:
            found[address] = Change(
                step="replaced", address=address, because=because, meaning=forces.replaced, flagged=forces.flagged
            )
    for address in old.keys() - new.keys():
        found[address] = Change(step="destroyed", address=address, meaning=FORCES[_type(address)].destroyed)
    return tuple(sorted(found.values(), key=lambda change: (_STEPS.index(change.step), _order(change.address))))


def _differs(was: object, now: object, found: dict[str, Change]) -> bool:
    """What the new file leaves out stays as AWS has made it up."""
    if isinstance(now, Of) and now == was:
        return now.address in found
    return now is not None and now != was


def _type(address: str) -> str:
    return address.partition(".")[0]


def _order(address: str) -> tuple[int, str]:
    """As in the table of what forces it: what callers notice comes first."""
    return list(FORCES).index(_type(address)), address
