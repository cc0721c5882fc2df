"""What each caller has used of the limits in tokens, as a report."""

from review.numbers import plain
from review.table import Report, Table
from review.usage.usage import Usage, plan_of
from settings.environment import Environment
from settings.token_limits.covering import PLAN


def report(environment: Environment, found: tuple[Usage, ...]) -> Report:
    """The report. The callers that have used most come first."""
    ordered = sorted(found, key=lambda usage: -(usage.used / usage.limit if usage.limit else 0))
    return Report(
        title=f"Use of the limits of {environment.name}, as of now",
        tables=(
            Table(
                title="The fullest first",
                columns=("caller", "limit", "what", "used", "of", "%"),
                rows=tuple(_row(environment, usage) for usage in ordered),
                numbers=frozenset({"used", "of", "%"}),
            ),
        ),
        notes=("A caller who is not named is known by a hash only. What runs now counts as it was estimated.",),
        data={
            "environment": environment.name,
            "usage": [
                {"id": each.id, "caller": each.caller, "limit": each.name, "what": each.what}
                | {"used": each.used, "of": each.limit}
                for each in ordered
            ],
        },
    )


def _row(environment: Environment, usage: Usage) -> tuple[str, ...]:
    of = "-" if usage.limit is None else plain(usage.limit)
    share = "-" if not usage.limit else f"{100 * usage.used / usage.limit:.0f}"
    plan = plan_of(environment, usage.caller) if usage.name == PLAN else None
    return (usage.caller, f"plan {plan}" if plan else usage.name, usage.what, plain(round(usage.used, 6)), of, share)
