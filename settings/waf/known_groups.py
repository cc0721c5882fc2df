"""The managed rule groups of AWS that Spillway knows, in one table.

The preset of a group lists the rules that an honest caller of an LLM API trips. With it, they count instead of block.

A prompt is a long JSON body of free text: code, HTML, shell commands, paths, addresses. Rules that look for those in
a body cannot tell a question about an attack from an attack. The same rules still block in URLs, headers and cookies.
The caller is a program on a server. Rules that expect a person with a browser treat it as a bot.

Sources, read 2026-11; docs/waf.md shows the presets as a table:
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html (capacity, bodies)
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html (names of rules)
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-anti-ddos.html (names of rules)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_BASELINE = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html"
_USE_CASE = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-use-case.html"
_BOT_CONTROL = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-bot.html"
_IP_REPUTATION = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html"
_GITHUB = "https://github.com"


BOT_CONTROL = "AWSManagedRulesBotControlRuleSet"
"""The group that needs an inspection level. Spillway sets COMMON, since TARGETED challenges browsers."""

ANTI_DDOS = "AWSManagedRulesAntiDDoSRuleSet"
"""The group whose challenges must be turned off, since only a browser can answer them."""

# These need the paths of a site's login or sign-up pages, which an API does not have:
# https://docs.aws.amazon.com/waf/latest/APIReference/API_ManagedRuleGroupConfig.html, read 2026-11.
FOR_SITES = frozenset({"AWSManagedRulesACFPRuleSet", "AWSManagedRulesATPRuleSet"})

_PARTS = ("BODY", "QUERYARGUMENTS", "URIPATH")


@dataclass(frozen=True, kw_only=True, slots=True)
class PresetRule:
    """A rule that the preset changes, why it counts, and the source of what it detects or blocked."""

    name: str
    why: str
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownGroup:
    """One of AWS's groups."""

    name: str
    capacity: int
    """Web ACL capacity units."""

    reads_bodies: bool = True
    rules: frozenset[str] = frozenset()
    """The rules whose overrides are checked. Groups change, so another name may belong to a newer or older version."""

    preset: tuple[PresetRule, ...] = ()


_GROUPS = (
    KnownGroup(
        name="AWSManagedRulesCommonRuleSet",
        capacity=700,
        rules=frozenset(
            {
                "NoUserAgent_HEADER",
                "UserAgent_BadBots_HEADER",
                *(f"SizeRestrictions_{part}" for part in ("BODY", "QUERYSTRING", "Cookie_HEADER", "URIPATH")),
                *(f"EC2MetaDataSSRF_{part}" for part in (*_PARTS, "COOKIE")),
                *(f"CrossSiteScripting_{part}" for part in (*_PARTS, "COOKIE")),
                *(f"GenericLFI_{part}" for part in _PARTS),
                *(f"GenericRFI_{part}" for part in _PARTS),
                "RestrictedExtensions_QUERYARGUMENTS",
                "RestrictedExtensions_URIPATH",
            }
        ),
        preset=(
            PresetRule(
                name="SizeRestrictions_BODY",
                why="blocks bodies over 8 KB; a conversation is longer",
                source=f"{_GITHUB}/aws-solutions/deepracer-on-aws/issues/89",
            ),
            PresetRule(
                name="SizeRestrictions_QUERYSTRING",
                why="blocks query strings over 2,048 bytes; prompts by GET",
                source=_BASELINE,
            ),
            PresetRule(
                name="CrossSiteScripting_BODY",
                why="HTML and JavaScript in a prompt look like scripting",
                source=f"{_GITHUB}/aws-samples/sample-kolya-br-proxy/pull/109",
            ),
            PresetRule(
                name="GenericLFI_BODY",
                why="../ and /etc/ paths in code and logs look like file inclusion",
                source=f"{_GITHUB}/aws-samples/sample-kolya-br-proxy/pull/39",
            ),
            PresetRule(
                name="GenericRFI_BODY",
                why="a URL with an address in it looks like file inclusion",
                source=f"{_GITHUB}/aws-samples/sample-kolya-br-proxy/pull/109",
            ),
            PresetRule(
                name="EC2MetaDataSSRF_BODY",
                why="talk about the metadata service looks like an attack on it",
                source=f"{_GITHUB}/aws-samples/sample-kolya-br-proxy/pull/109",
            ),
            PresetRule(
                name="NoUserAgent_HEADER",
                why="some API clients send no User-Agent",
                source=f"{_GITHUB}/cds-snc/notification-terraform/pull/498",
            ),
        ),
    ),
    KnownGroup(
        name="AWSManagedRulesKnownBadInputsRuleSet",
        capacity=200,
        rules=frozenset(
            {
                *(f"JavaDeserializationRCE_{part}" for part in ("BODY", "HEADER", "QUERYSTRING", "URIPATH")),
                *(f"Log4JRCE_{part}" for part in ("BODY", "HEADER", "QUERYSTRING", "URIPATH")),
                "ExploitablePaths_URIPATH",
                "Host_localhost_HEADER",
                "PROPFIND_METHOD",
                "ReactJSRCE_BODY",
            }
        ),
        preset=(
            PresetRule(
                name="Log4JRCE_BODY",
                why="${jndi: in a pasted log or a question about it",
                source=f"{_GITHUB}/aws-samples/sample-kolya-br-proxy/pull/37",
            ),
            PresetRule(
                name="JavaDeserializationRCE_BODY",
                why="Java class names in code",
                source=f"{_GITHUB}/aws-samples/sample-kolya-br-proxy/pull/37",
            ),
            PresetRule(name="ReactJSRCE_BODY", why="a pasted React payload or a question about it", source=_BASELINE),
        ),
    ),
    KnownGroup(
        name="AWSManagedRulesSQLiRuleSet",
        capacity=200,
        preset=(
            PresetRule(name="SQLi_BODY", why="a prompt about SQL contains SQL", source=_USE_CASE),
            PresetRule(name="SQLiExtendedPatterns_BODY", why="the same", source=_USE_CASE),
        ),
    ),
    KnownGroup(
        name="AWSManagedRulesUnixRuleSet",
        capacity=100,
        preset=(
            PresetRule(
                name="UNIXShellCommandsVariables_BODY", why="a prompt about a shell holds $HOME", source=_USE_CASE
            ),
        ),
    ),
    KnownGroup(
        name="AWSManagedRulesWindowsRuleSet",
        capacity=200,
        preset=(
            PresetRule(name="WindowsShellCommands_BODY", why="a prompt about a shell holds commands", source=_USE_CASE),
            PresetRule(name="PowerShellCommands_BODY", why="the same", source=_USE_CASE),
        ),
    ),
    KnownGroup(
        name="AWSManagedRulesPHPRuleSet",
        capacity=100,
        preset=(
            PresetRule(name="PHPHighRiskMethodsVariables_BODY", why="PHP in a prompt about PHP", source=_USE_CASE),
        ),
    ),
    KnownGroup(
        name="AWSManagedRulesAnonymousIpList",
        capacity=50,
        reads_bodies=False,
        preset=(
            PresetRule(
                name="HostingProviderIPList", why="callers of an API run at hosting providers", source=_IP_REPUTATION
            ),
        ),
    ),
    KnownGroup(
        name=BOT_CONTROL,
        capacity=50,
        reads_bodies=False,
        preset=(
            PresetRule(name="CategoryHttpLibrary", why="client SDKs are HTTP libraries", source=_BOT_CONTROL),
            PresetRule(name="SignalNonBrowserUserAgent", why="client SDKs are not browsers", source=_BOT_CONTROL),
            PresetRule(
                name="SignalKnownBotDataCenter", why="callers of an API run in data centers", source=_BOT_CONTROL
            ),
            PresetRule(
                name="CategoryAI",
                why="AI agents call an LLM API; the rule blocks verified ones too",
                source=_BOT_CONTROL,
            ),
        ),
    ),
    KnownGroup(
        name="AWSManagedRulesAdminProtectionRuleSet",
        capacity=100,
        reads_bodies=False,
    ),
    KnownGroup(
        name="AWSManagedRulesAmazonIpReputationList",
        capacity=25,
        reads_bodies=False,
    ),
    KnownGroup(
        name=ANTI_DDOS,
        capacity=50,
        reads_bodies=False,
        # Without its challenge rules: settings/waf/managed_rule_group.py.
        rules=frozenset({"DDoSRequests"}),
    ),
    KnownGroup(
        name="AWSManagedRulesLinuxRuleSet",
        capacity=200,
        reads_bodies=False,
    ),
    KnownGroup(
        name="AWSManagedRulesWordPressRuleSet",
        capacity=100,
        reads_bodies=False,
    ),
)

KNOWN_GROUPS: Mapping[str, KnownGroup] = MappingProxyType({group.name: group for group in _GROUPS})
