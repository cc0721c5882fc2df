"""Logs Insights queries for an operator who investigates an incident.

Syntax: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html. Fields of the access log:
settings/observability/access_log.py; of WAF's:
https://docs.aws.amazon.com/waf/latest/developerguide/logging-fields.html
"""

from settings.observability.access_log import LIMITED_BY

_IS_LIMITED = " or ".join(f'{field} = "{value}"' for field, value in LIMITED_BY.values())

# Who is being limited, and by what? One line for each caller and layer, the hardest hit first.
WHO_IS_LIMITED = f"""\
filter {_IS_LIMITED}
| stats count(*) as limited, min(@timestamp) as since, max(@timestamp) as latest
    by sourceIp, apiKeyId, errorResponseType, wafResponseCode
| sort limited desc
| limit 50"""

# Which route, since when, and is it getting worse?
LIMITED_ROUTES = f"""\
filter {_IS_LIMITED}
| stats count(*) as limited by bin(5m) as time, httpMethod, resourcePath, errorResponseType, wafResponseCode
| sort time desc, limited desc
| limit 200"""

# Is it us or the backend? The slowest percent of each route, next to the backend's. Only a status of 5XX counts as 1.
US_OR_THE_BACKEND = """\
filter ispresent(status)
| stats count(*) as requests, sum(greatest(floor(status / 100) - 4, 0)) as server_errors,
    pct(responseLatency, 99) as p99_ms, pct(integrationLatency, 99) as backend_p99_ms,
    pct(timeToFirstContent, 99) as first_token_p99_ms
    by httpMethod, resourcePath
| sort server_errors desc, p99_ms desc
| limit 50"""

ERRORS = """\
filter status >= 400
| stats count(*) as answers by status, errorResponseType, httpMethod, resourcePath
| sort answers desc
| limit 20"""

TOP_BLOCKED_IPS = """\
filter action = "BLOCK"
| stats count(*) as blocked by httpRequest.clientIp, httpRequest.country, terminatingRuleId
| sort blocked desc
| limit 20"""

# Rules that only count are among the rules that did not end the evaluation, either of the web ACL or of a managed
# group. The group's list is inside `ruleGroupList`, which comes first in the record. The group's position in it is
# unknown, so the query searches the text. If several rules counted a request, `rule` is the first one, and the other
# columns help to tell them apart.
COUNTED_REQUESTS = """\
filter action = "ALLOW"
| parse @message /"nonTerminatingMatchingRules":\\s*\\[\\s*\\{\\s*"ruleId":\\s*"(?<rule>[^"]+)"/
| filter ispresent(rule)
| stats count(*) as counted by rule, labels.0.name, nonTerminatingMatchingRules.0.ruleId, httpRequest.clientIp
| sort counted desc
| limit 50"""

# Who used how many tokens, and what did it cost? One line for each caller (by a hash) and model.
WHO_USED_TOKENS = """\
filter ispresent(TokensUsed)
| stats sum(TokensUsed) as tokens, sum(UsdUsed) as usd, count(*) as requests by plan, caller, model
| sort tokens desc
| limit 50"""

# Which callers does the function refuse, or would it refuse if it did not only count, and by which limit?
REFUSED_BY_FUNCTION = """\
filter ispresent(limits.0)
| stats count(*) as requests by plan, caller, model, limits.0
| sort requests desc
| limit 50"""

OF_FUNCTIONS = {
    "who-used-which-tokens": WHO_USED_TOKENS,
    "whom-does-the-function-refuse": REFUSED_BY_FUNCTION,
}
OF_ACCESS_LOG = {
    "who-is-limited-and-by-what": WHO_IS_LIMITED,
    "which-routes-are-limited-since-when": LIMITED_ROUTES,
    "is-it-us-or-the-backend": US_OR_THE_BACKEND,
}
OF_WAF_LOG = {
    "whom-does-waf-block-by-which-rule": TOP_BLOCKED_IPS,
    "whom-would-waf-block-by-which-rule": COUNTED_REQUESTS,
}
