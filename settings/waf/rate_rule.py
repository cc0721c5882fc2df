"""One `[[waf.rate_rules]]` table: how many requests one client may send in a window."""

from typing import Annotated, Literal

from pydantic import Field

from settings.model import Settings

# https://docs.aws.amazon.com/waf/latest/developerguide/limits.html, read 2026-11.
LOWEST_LIMIT, HIGHEST_LIMIT = 10, 2_000_000_000


class RateRule(Settings):
    """A WAF rate-based rule. An estimate with seconds to minutes of lag, not an exact counter."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    limit: Annotated[int, Field(ge=LOWEST_LIMIT, le=HIGHEST_LIMIT)]
    """Requests of one client within the window."""

    evaluation_window_sec: Literal[60, 120, 300, 600] = 300
    """How far back AWS looks, in seconds; not how often it looks."""

    aggregate_key_type: Literal["IP"] = "IP"
