"""Each environment of a pull request, at its base and now."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from review.cost.prices import Prices
from review.diff.difference import Difference, difference
from review.diff.replacement import Change, changes, notable_changes
from review.diff.report import Side, change_notes, flagged_limits
from review.diff.revision import names_at, read_at
from review.environment_file import expected_path, read
from review.pull_request.cost_change import CostChange, cost_change
from review.pull_request.reached_change import ReachedChange, reached_changes
from settings.environment import Environment
from settings.problem import EnvironmentFileError
from settings.read import environments_folder

NOW = "working tree"


class State(StrEnum):
    """What the pull request does to an environment."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"
    REFUSED = "refused"
    """The file is refused now."""

    REPAIRED = "repaired"
    """The file is refused at the base, but not now."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """An environment that existed before."""

    before: Environment
    after: Environment
    found: Difference
    steps: tuple[Change, ...]
    reached: tuple[ReachedChange, ...]
    notes: tuple[str, ...]
    new_warnings: tuple[str, ...]
    old_warnings: tuple[str, ...]
    """The warnings that remain."""

    gone_warnings: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        found = self.found
        changed = (found.limits, found.token_limits, found.added, found.removed, found.settings, self.steps)
        return not any((*changed, self.new_warnings, self.gone_warnings))


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """One environment."""

    name: str
    state: State
    refused: tuple[str, ...] = ()
    """Why a file is refused, if it is."""

    after: Environment | None = None
    comparison: Comparison | None = None
    cost: CostChange | None = None

    @property
    def is_flagged(self) -> bool:
        """Whether any of its changes is marked `!!`."""
        compared = self.comparison
        if compared is None:
            return False
        return bool(flagged_limits(compared.found)) or any(step.flagged for step in notable_changes(compared.steps))


def review(names: Sequence[str], base: str, prices: Prices) -> tuple[Reviewed, ...]:
    """Each environment of that name or path. Without names, all environments of the folder, now or at the base.

    Raises ReviewError if the base is not a revision or an environment is in neither of the two.
    """
    folder = environments_folder()
    every = {file.stem for file in folder.glob("*.toml")} | set(names_at(folder, base))
    return tuple(_review(name, base, prices) for name in names or sorted(every))


def _review(name: str, base: str, prices: Prices) -> Reviewed:
    file = expected_path(name)
    called = file.stem
    refused: tuple[str, ...] = ()
    try:
        before = read_at(file, base)
    except EnvironmentFileError as error:
        before, refused = None, error.lines
    if (before is not None or refused) and not file.exists():
        return Reviewed(name=called, state=State.GONE)
    try:
        after = read(name)
    except EnvironmentFileError as error:
        return Reviewed(name=called, state=State.REFUSED, refused=error.lines)
    if before is None:
        state = State.REPAIRED if refused else State.NEW
        return Reviewed(name=called, state=state, refused=refused, after=after, cost=cost_change(None, after, prices))
    comparison = _compare(before, after, base)
    return Reviewed(
        name=called,
        state=State.UNCHANGED if comparison.is_empty else State.CHANGED,
        after=after,
        comparison=comparison,
        cost=cost_change(before, after, prices),
    )


def _compare(before: Environment, after: Environment, base: str) -> Comparison:
    found, steps = difference(before, after), changes(before, after)
    old, new = ([str(warning) for warning in side.warnings()] for side in (before, after))
    sides = (Side(name=base, environment=before), Side(name=NOW, environment=after))
    return Comparison(
        before=before,
        after=after,
        found=found,
        steps=steps,
        reached=reached_changes(before, after, found),
        notes=tuple(change_notes(*sides, found, steps)),
        new_warnings=tuple(warning for warning in new if warning not in old),
        old_warnings=tuple(warning for warning in new if warning in old),
        gone_warnings=tuple(warning for warning in old if warning not in new),
    )
