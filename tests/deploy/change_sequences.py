"""Changes that people make to an environment file: before and after, with one API for each."""

from dataclasses import dataclass

_TOP = """
[aws]
region = "us-east-1"

[api]
name = "{name}"

[stage]
name = "v1"

[throttling]
rate_limit = 100
burst_limit = 50
"""

_CHAT = '[[routes]]\nmethod = "POST"\npath = "/v1/chat"\n'
_MODELS = '[[routes]]\nmethod = "GET"\npath = "/v1/models"\n'
_HEALTH = '[[routes]]\nmethod = "GET"\npath = "/health"\n'
_HTTP = 'integration = { type = "http", url = "http://127.0.0.1:9999/chat" }\n'
_BEDROCK = 'integration = { type = "bedrock", model_id = "us.amazon.nova-lite-v1:0" }\n'
_QUEUE = """[routes.integration]
type = "aws_service"
service = "sqs"
path = "000000000000/jobs"
role_arn = "arn:aws:iam::000000000000:role/{role}"
request_parameters = {{ "header.Content-Type" = "'application/x-www-form-urlencoded'" }}
request_template = "{template}"
"""
_CORS = '[cors]\nallow_origins = ["https://a.example"]\n'
_POLICY = '[resource_policy]\nsource_ips = ["203.0.113.0/24"]\n'
_KEYED = _CHAT + "api_key_required = true\n"
_PLAN = (
    "[usage_plans.{name}]\nthrottle = {{ rate_limit = 1, burst_limit = 2 }}\nroutes = {routes}\napi_keys = [{keys}]\n"
)
_OWN = '{ "POST /v1/chat" = { rate_limit = 1, burst_limit = 1 } }'
_RATE = '[[waf.rate_rules]]\nname = "per-ip"\nlimit = 600\n'
_LISTS = '[waf]\nallow = ["192.0.2.0/24"{more}]\nblock = ["198.51.100.7"]\n'
_WATCH = """[observability]
account_role = "existing"
dashboard = true
saved_queries = true
[observability.execution_log]
level = "ERROR"
[observability.alarms]
emails = ["ops@example.com"]
"""


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """Two texts of one environment file."""

    before: str
    after: str


def sequences(web_acl_arn: str) -> dict[str, Sequence]:
    """By the name of the environment, which is also the API's. The web ACL belongs to another stack."""

    def between(name: str, before: str, after: str) -> tuple[str, Sequence]:
        top = _TOP.format(name=name)
        return name, Sequence(before=top + before, after=top + after)

    own, tight = '"POST /v1/chat" = { rate_limit = 2, burst_limit = 3 }\n', "[throttling.routes]\n"
    everything = _KEYED + _plan("gold", '"alice"', _OWN) + _RATE + _WATCH
    theirs = f'[waf]\nweb_acl_arn = "{web_acl_arn}"\n'
    of_api, of_stage = _TOP.format(name="api-name"), _TOP.format(name="stage-name")
    return dict(
        [
            between(
                "limits", f"{tight}{own}{_CHAT}{_MODELS}", f'{tight}"GET /v1/models" = "blocked"\n{_CHAT}{_MODELS}'
            ),
            between("route-added", _CHAT, _CHAT + _MODELS),
            between("route-removed", f"{tight}{own}{_CHAT}{_MODELS}", _MODELS),
            between("path-renamed", _CHAT + _HEALTH, _CHAT.replace("/v1/chat", "/v2/chat") + _HEALTH),
            between("mock-http", _CHAT, _CHAT + _HTTP),
            between("http-bedrock", _CHAT + _HTTP, _CHAT + _BEDROCK),
            between("bedrock-mock", _CHAT + _BEDROCK, _CHAT),
            between("role", _CHAT + _queue("one"), _CHAT + _queue("two")),
            between("template", _CHAT + _queue("one"), _CHAT + _queue("one", "Action=PurgeQueue")),
            between("cors-off", _CORS + _CHAT, _CHAT),
            between("policy-off", _POLICY + _CHAT, _CHAT),
            between("plan-renamed", _KEYED + _plan("gold", '"alice"'), _KEYED + _plan("platinum", '"alice"')),
            between(
                "key-moved",
                _KEYED + _plan("gold", '"alice", "bob"') + _plan("free", '"carol"'),
                _KEYED + _plan("gold", '"alice"') + _plan("free", '"carol", "bob"'),
            ),
            between("plan-removed", _KEYED + _plan("gold", '"alice"', _OWN), _CHAT),
            between(
                "ips", _LISTS.format(more="") + _RATE + _CHAT, _LISTS.format(more=', "2001:db8::/32"') + _RATE + _CHAT
            ),
            between("ips-gone", _LISTS.format(more="") + _RATE + _CHAT, _RATE + _CHAT),
            between("waf-off", _RATE + _CHAT, _CHAT),
            between("own-acl-to-arn", _RATE + _CHAT, theirs + _CHAT),
            between("observability-off", _WATCH + _CHAT, _CHAT),
            (
                "api-name",
                Sequence(before=of_api + everything, after=of_api.replace("api-name", "api-anew") + everything),
            ),
            (
                "stage-name",
                Sequence(before=of_stage + everything, after=of_stage.replace('"v1"', '"v2"', 1) + everything),
            ),
        ]
    )


def _queue(role: str, template: str = "Action=SendMessage&MessageBody=$util.urlEncode($input.body)") -> str:
    return _QUEUE.format(role=role, template=template)


def _plan(name: str, keys: str, routes: str = "{}") -> str:
    return _PLAN.format(name=name, keys=keys, routes=routes)
