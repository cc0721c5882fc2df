"""Usage-plan quotas: requests of a key in a calendar period.

AWS calls them best effort. It documents neither the time zone, assumed to be UTC here, nor the first day of a week.
Here it is Sunday, as in an older AWS reference (aws-sdk-apigateway 1.73, `QuotaSettings`).
"""

from review.engine.jit import jit

DAY, WEEK, MONTH = 0, 1, 2
NUMBERS = {"DAY": DAY, "WEEK": WEEK, "MONTH": MONTH}

_DAY_US = 86_400_000_000
# 1970-01-01 was a Thursday.
_SINCE_SUNDAY = 4


@jit
def period_of(time: int, period: int) -> int:
    """The number of the day, week or month that contains this time, which is in microseconds since 1970."""
    day = time // _DAY_US
    if period == DAY:
        return day
    if period == WEEK:
        return (day + _SINCE_SUNDAY) // 7
    # Months from days: https://howardhinnant.github.io/date_algorithms.html#civil_from_days
    day += 719_468
    era = day // 146_097
    of_era = day - era * 146_097
    year = (of_era - of_era // 1_460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    # Counted from March, so that the leap day is the last day of the year.
    return (year + era * 400) * 12 + (5 * of_year + 2) // 153
