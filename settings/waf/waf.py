"""The `[waf]` table itself."""

from settings.model import Settings, SomeItems
from settings.waf.rate_rule import RateRule


class Waf(Settings):
    """A REGIONAL web ACL associated with the stage. Without the table there is none."""

    rate_rules: SomeItems[RateRule]
