"""The usage plans of a log's API keys, if the environment does not determine them."""

from collections.abc import Iterable

from review.layers.layers import Layers
from review.refusal import ReviewError


def said_key_plans(said: Iterable[str], layers: Layers) -> dict[str, str]:
    """Parse `KEY_ID=PLAN`: the plan's name by the key's id. Raises ReviewError if there is no such plan."""
    known = [plan.name for plan in layers.plans]
    plans = {}
    for each in said:
        key, equals, plan = each.rpartition("=")
        if not equals or plan not in known:
            raise ReviewError(f"--key-plan {each}: must be KEY_ID=PLAN, with a plan of {', '.join(known) or 'none'}")
        plans[key] = plan
    return plans
