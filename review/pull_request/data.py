"""A review of a pull request for programs."""

from dataclasses import asdict
from typing import Any

from review.diff.report import Side, report
from review.pull_request.cost_change import TRAFFIC, CostChange
from review.pull_request.headline import headline
from review.pull_request.reached_change import ReachedChange
from review.pull_request.reviewed import NOW, Comparison, Reviewed


def data(reviewed: tuple[Reviewed, ...], base: str) -> dict[str, Any]:
    """The data of the review. `diff` is the output of `review diff --format json`."""
    return {
        "base": base,
        "headline": headline(reviewed),
        "environments": [_environment(each, base) for each in reviewed],
    }


def _environment(reviewed: Reviewed, base: str) -> dict[str, Any]:
    compared = reviewed.comparison
    return {
        "environment": reviewed.name,
        "state": reviewed.state,
        "refused": list(reviewed.refused),
        "cost": None if reviewed.cost is None else _cost(reviewed.cost),
        "reached_first": [] if compared is None else [_reached(each) for each in compared.reached],
        "diff": None if compared is None else _diff(compared, base),
    }


def _diff(compared: Comparison, base: str) -> dict[str, Any]:
    return report(Side(name=base, environment=compared.before), Side(name=NOW, environment=compared.after)).data


def _cost(cost: CostChange) -> dict[str, Any]:
    return {
        "requests": TRAFFIC.requests,
        "answer_seconds": TRAFFIC.answer_seconds,
        "before": cost.before,
        "after": cost.after,
        "difference": cost.difference,
        "items": [asdict(item) for item in cost.items],
    }


def _reached(change: ReachedChange) -> dict[str, Any]:
    return {
        "routes": list(change.routes),
        "caller": change.caller,
        "before": None if change.before is None else change.before.words,
        "after": None if change.after is None else change.after.words,
    }
