"""One `[[waf.managed_rule_groups]]` table: rules that AWS or a vendor maintains."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.base import Settings
from settings.problem import Problem, refuse
from settings.waf.known_groups import ANTI_DDOS, BOT_CONTROL, FOR_SITES, KNOWN_GROUPS, KnownGroup
from settings.waf.rate_rule import RuleName

# The rules that the group then leaves out:
# https://docs.aws.amazon.com/waf/latest/APIReference/API_ClientSideAction.html, read 2026-11.
_CHALLENGES = ("ChallengeAllDuringEvent", "ChallengeDDoSRequests")

OverrideAction = Literal["count", "block", "allow", "captcha", "challenge"]
ManagedRuleName = Annotated[str, Field(pattern=r"^[\w\-]{1,128}$")]

# The provider: aws_wafv2_web_acl, rule_action_override.
MOST_OVERRIDES = 100


def _is_spelt(vendor: str) -> str:
    if vendor != "AWS" and vendor.upper() == "AWS":
        raise ValueError("must be AWS, in capitals")
    return vendor


class ManagedRuleGroup(Settings):
    """A managed rule group, and the actions of its rules that you change."""

    name: RuleName
    """Name of the group, such as `AWSManagedRulesCommonRuleSet`."""

    vendor_name: Annotated[str, Field(min_length=1, max_length=128, pattern=r".*\S.*"), AfterValidator(_is_spelt)] = (
        "AWS"
    )
    """Vendor of the group."""

    version: Annotated[str, Field(pattern=r"^[\w#:\.\-/]{1,64}$")] | None = None
    """Version of the group. Default: the one that the vendor recommends, which changes over time."""

    preset: Literal["llm", "none"] = "llm"
    """`llm` makes rules that honest callers trip count instead of block: settings/waf/known_groups.py."""

    mode: Literal["block", "count"] = "block"
    """`count` makes all rules of the group count without blocking."""

    overrides: dict[ManagedRuleName, OverrideAction] = {}
    """Actions by the name of a rule in the group. They override the preset."""

    capacity: Annotated[int, Field(ge=1, le=5000)] | None = None
    """Web ACL capacity units, for a group that Spillway does not know."""

    sensitivity_to_block: Literal["LOW", "MEDIUM", "HIGH"] | None = None
    """Only for AWSManagedRulesAntiDDoSRuleSet: which requests it blocks during an attack. Default: that of AWS, `LOW`.

    `LOW` blocks requests that AWS considers most likely part of the attack. `HIGH` also blocks those that may be part
    of it.
    """

    @model_validator(mode="after")
    def _is_for_an_api(self) -> Self:
        if self.vendor_name == "AWS" and self.name in FOR_SITES:
            message = "this group needs the login or sign-up pages of a site, which Spillway does not support"
            refuse(self, Problem(("name",), message))
        if self.sensitivity_to_block and not self.is_anti_ddos:
            refuse(self, Problem(("sensitivity_to_block",), f"only {ANTI_DDOS} has it"))
        if self.is_anti_ddos:
            problems = (
                Problem(
                    ("overrides", name),
                    "Spillway turns off the group's challenges, which an API client cannot answer, "
                    "so this rule does not run",
                )
                for name in _CHALLENGES
                if name in self.overrides
            )
            refuse(self, *problems)
        return self

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if len(self.rule_actions) > MOST_OVERRIDES:
            count = len(self.rule_actions)
            message = f"{count} overrides, including the preset's; AWS allows at most {MOST_OVERRIDES} in a group"
            refuse(self, Problem(("overrides",), message))
        return self

    @property
    def rule_actions(self) -> dict[str, OverrideAction]:
        """The actions of rules whose own action is changed."""
        preset: dict[str, OverrideAction] = {}
        if self.preset == "llm" and self.known:
            preset = {rule.name: "count" for rule in self.known.preset}
        return preset | self.overrides

    @property
    def known(self) -> KnownGroup | None:
        """What Spillway knows about the group. None for a group of another vendor, and for a new group of AWS."""
        return KNOWN_GROUPS.get(self.name) if self.vendor_name == "AWS" else None

    @property
    def known_capacity(self) -> int | None:
        """In web ACL capacity units. None if it is unknown."""
        return self.capacity or (self.known.capacity if self.known else None)

    @property
    def is_bot_control(self) -> bool:
        """Whether AWS charges the monthly and per-request fee for Bot Control."""
        return self.vendor_name == "AWS" and self.name == BOT_CONTROL

    @property
    def is_anti_ddos(self) -> bool:
        """Whether AWS charges the monthly and per-request fee for Anti-DDoS."""
        return self.vendor_name == "AWS" and self.name == ANTI_DDOS

    @property
    def reads_bodies(self) -> bool:
        """True unless the group is known not to read bodies."""
        return self.known.reads_bodies if self.known else True
