"""The rules of AWS's groups whose single rules are most often overridden, by the names that overrides must have.

Sources, read 2026-11: https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html and
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-anti-ddos.html.
Groups change: a name that is not here may be that of a newer or an older version's rule.
"""

_PARTS = ("BODY", "QUERYARGUMENTS", "URIPATH")

KNOWN_RULES: dict[str, frozenset[str]] = {
    "AWSManagedRulesCommonRuleSet": frozenset(
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
    "AWSManagedRulesKnownBadInputsRuleSet": frozenset(
        {
            *(f"JavaDeserializationRCE_{part}" for part in ("BODY", "HEADER", "QUERYSTRING", "URIPATH")),
            *(f"Log4JRCE_{part}" for part in ("BODY", "HEADER", "QUERYSTRING", "URIPATH")),
            "ExploitablePaths_URIPATH",
            "Host_localhost_HEADER",
            "PROPFIND_METHOD",
            "ReactJSRCE_BODY",
        }
    ),
    # Without its challenges: settings/waf/managed_rule_group.py.
    "AWSManagedRulesAntiDDoSRuleSet": frozenset({"DDoSRequests"}),
}
