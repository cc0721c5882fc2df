"""Rules of AWS's managed groups that an honest caller of an LLM API trips, so that they count instead of block.

A prompt is a long JSON body of free text: code, HTML, shell commands, paths, addresses. Rules that look for those in a
body cannot tell a question about an attack from the attack. The same rules for URLs, headers and cookies stay.
And the caller is a program on a server, which rules that expect a person with a browser take for a bot.
Read 2026-11; docs/waf.md shows the same table.
"""

from dataclasses import dataclass

_BASELINE = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html"
_USE_CASE = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-use-case.html"
_BOT_CONTROL = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-bot.html"
_IP_REPUTATION = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-ip-rep.html"
_GITHUB = "https://github.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class PresetRule:
    """One rule, why it counts, and who says what it looks for or what it blocked."""

    name: str
    why: str
    source: str


LLM_PRESET: dict[str, tuple[PresetRule, ...]] = {
    "AWSManagedRulesCommonRuleSet": (
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
    "AWSManagedRulesKnownBadInputsRuleSet": (
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
    "AWSManagedRulesSQLiRuleSet": (
        PresetRule(name="SQLi_BODY", why="a prompt that asks for SQL holds SQL", source=_USE_CASE),
        PresetRule(name="SQLiExtendedPatterns_BODY", why="the same", source=_USE_CASE),
    ),
    "AWSManagedRulesUnixRuleSet": (
        PresetRule(name="UNIXShellCommandsVariables_BODY", why="a prompt about a shell holds $HOME", source=_USE_CASE),
    ),
    "AWSManagedRulesWindowsRuleSet": (
        PresetRule(name="WindowsShellCommands_BODY", why="a prompt about a shell holds commands", source=_USE_CASE),
        PresetRule(name="PowerShellCommands_BODY", why="the same", source=_USE_CASE),
    ),
    "AWSManagedRulesPHPRuleSet": (
        PresetRule(name="PHPHighRiskMethodsVariables_BODY", why="PHP in a prompt about PHP", source=_USE_CASE),
    ),
    "AWSManagedRulesAnonymousIpList": (
        PresetRule(
            name="HostingProviderIPList", why="callers of an API run at hosting providers", source=_IP_REPUTATION
        ),
    ),
    "AWSManagedRulesBotControlRuleSet": (
        PresetRule(name="CategoryHttpLibrary", why="client SDKs are HTTP libraries", source=_BOT_CONTROL),
        PresetRule(name="SignalNonBrowserUserAgent", why="client SDKs are no browsers", source=_BOT_CONTROL),
        PresetRule(name="SignalKnownBotDataCenter", why="callers of an API run in data centers", source=_BOT_CONTROL),
        PresetRule(
            name="CategoryAI", why="AI agents call an LLM API; the rule blocks verified ones too", source=_BOT_CONTROL
        ),
    ),
}
