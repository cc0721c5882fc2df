"""Environment files with logs, alarms and a dashboard for their limits."""

from tests.environment_files import MINIMAL

WAF = """
[[waf.rate_rules]]
name = "per-ip"
limit = 100
"""

OWN_LIMIT = """
[throttling.routes]
"POST /chat" = { rate_limit = 2, burst_limit = 3 }
"""

LOGGED = MINIMAL + '\n[observability]\naccount_role = "existing"\n'

TOPIC = "arn:aws:sns:us-east-1:123456789012:on-call"
CHANNEL = "arn:aws:sns:us-east-1:123456789012:channel"
KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"

EVERYTHING = f"""
{MINIMAL}
{WAF}
{OWN_LIMIT}
[[routes]]
method = "GET"
path = "/models/{{id}}"
api_key_required = true

[[routes]]
method = "GET"
path = "/"

[usage_plans.free]
api_keys = ["alice"]
quota = {{ limit = 1000, period = "DAY" }}

[observability]
account_role = "create"
xray_tracing = true
detailed_metrics = true
dashboard = true

[observability.execution_log]
level = "INFO"

[observability.alarms]
topic_arns = ["{TOPIC}"]
emails = ["ops@example.com"]
"""
