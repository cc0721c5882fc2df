"""How many requests of independent callers arrive together: the Poisson distribution."""

import math

_TAIL = 12
"""Standard deviations below the mean, beyond which the probability is negligible."""


def quantile(mean: float, share: float) -> int:
    """The smallest number that is not exceeded with that probability."""
    if mean <= 0:
        return 0
    number = max(0, math.floor(mean - _TAIL * math.sqrt(mean) - _TAIL))
    chance = math.exp(number * math.log(mean) - mean - math.lgamma(number + 1))
    total = chance
    while total < share:
        number += 1
        chance *= mean / number
        total += chance
        # Rounding may leave a share close to 1 unreachable, so the loop must end.
        if number > mean and chance < 1e-18:  # noqa: PLR2004  # below what a sum near 1 can take up
            break
    return number
