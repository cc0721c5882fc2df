"""What a deploy of one environment file over another replaces, creates and destroys."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from review.diff.forces_replacement import FORCES, REGION
from review.diff.resources import Reference, resources
from settings.captured import CAPTURED
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

    @property
    def needs_second_deployment(self) -> bool:
        """The first deployment still has what goes, or has what is being replaced: `make deploy` cuts a second one."""
        # Another Region is another API, with a stage of its own.
        return self.step in _ENDING and _type(self.address) in CAPTURED and REGION not in self.because


_ENDING: tuple[Step, ...] = ("replaced", "destroyed")


def changes(before: Environment, after: Environment) -> tuple[Change, ...]:
    """Of those in `review/diff/resources.py`. Everything else changes in place, or comes and goes with these."""
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
    flagged = (replace(each, flagged=each.flagged or each.needs_second_deployment) for each in found.values())
    return tuple(sorted(flagged, key=lambda change: (_STEPS.index(change.step), _sort_key(change.address))))


def _differs(was: object, now: object, found: dict[str, Change]) -> bool:
    """What the new file leaves out stays as AWS has made it up."""
    if isinstance(now, Reference) and now == was:
        return now.address in found
    return now is not None and now != was


def _type(address: str) -> str:
    return address.partition(".")[0]


def _sort_key(address: str) -> tuple[int, str]:
    """As in the table of what forces it: what callers notice comes first."""
    return list(FORCES).index(_type(address)), address


def notable_changes(steps: Iterable[Change]) -> tuple[Change, ...]:
    """The changes without those that come and go with a method or an integration that is there too."""
    steps = tuple(steps)
    same = {(step.step, step.address) for step in steps}
    replaced = {step.address for step in steps if step.step == "replaced"}
    return tuple(
        step
        for step in steps
        if not (_owners_with_the_same_step(step) & same or _integration_address(step.address) in replaced)
    )


def _owners_with_the_same_step(change: Change) -> set[tuple[Step, str]]:
    """What an integration, an answer or a role belongs to, if it takes the same step."""
    type_, _, name = change.address.partition(".")
    if type_ not in {"aws_api_gateway_integration", "aws_api_gateway_integration_response", "aws_iam_role"}:
        return set()
    method = name.rpartition("_")[0] if type_ == "aws_api_gateway_integration_response" else name
    return {(change.step, f"aws_api_gateway_method.{method}")}


def _integration_address(address: str) -> str | None:
    """The integration that an integration response belongs to."""
    type_, _, name = address.partition(".")
    if type_ != "aws_api_gateway_integration_response":
        return None
    return f"aws_api_gateway_integration.{name.rpartition('_')[0]}"
