"""One line of each format that replay reads, for one request, as the format's documentation shows it."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from review.replay.formats.known import FORMATS

Line = Callable[[int, str, str, str], str]
"""A function of milliseconds since 1970, address, method and path."""

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "csv": "status,time,ip,method,path",
        "cloudfront": (
            "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status "
            "cs(Referer) cs(User-Agent)"
        ),
    }
)


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _clf(ms: int) -> str:
    return f"{_at(ms):%d/%b/%Y:%H:%M:%S} +0000"


def _iso(ms: int) -> str:
    return f"{_at(ms):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03}000Z"


_AGENT = "OpenAI/Python 2.1"
_IDS = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef UqxIHGYEmvHFU2Q="


def _spillway(ms: int, ip: str, method: str, path: str) -> str:
    return (
        f'{{"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","requestTimeEpoch":"{ms}","sourceIp":"{ip}",'
        f'"httpMethod":"{method}","resourcePath":"{path}","status":"200","responseLatency":"412","apiKeyId":"-",'
        f'"errorResponseType":"-","wafResponseCode":"WAF_ALLOW","userAgent":"{_AGENT}"}}'
    )


def _api_gateway_json(ms: int, ip: str, method: str, path: str) -> str:
    return (
        f'{{ "requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","ip": "{ip}","caller":"-","user":"-",'
        f'"requestTime":"{_clf(ms)}","httpMethod":"{method}","resourcePath":"{path}","status":"200",'
        '"protocol":"HTTP/1.1","responseLength":"12" }'
    )


def _http_api_json(ms: int, ip: str, method: str, path: str) -> str:
    return (
        f'{{ "requestId":"UqxIHGYEmvHFU2Q=","ip": "{ip}","requestTime":"{_clf(ms)}","httpMethod":"{method}",'
        f'"routeKey":"{method} {path}","status":"200","protocol":"HTTP/1.1","responseLength":"12" }}'
    )


def _waf(ms: int, ip: str, method: str, path: str) -> str:
    return (
        f'{{"timestamp":{ms},"formatVersion":1,"webaclId":"arn:aws:wafv2:us-east-1:111122223333:regional/webacl/a/b",'
        f'"terminatingRuleId":"Default_Action","action":"ALLOW","httpSourceName":"APIGW",'
        f'"httpRequest":{{"clientIp":"{ip}","country":"DE","headers":[{{"name":"Host","value":"example.com"}}],'
        f'"uri":"/prod{path}","args":"","httpVersion":"HTTP/1.1","httpMethod":"{method}","requestId":"x"}}}}'
    )


def _litellm(ms: int, ip: str, method: str, path: str) -> str:
    calls = {"POST /v1/chat/completions": "acompletion", "POST /v1/embeddings": "aembedding"}
    return (
        f'{{"id":"chatcmpl-1","call_type":"{calls.get(f"{method} {path}", path)}","status":"success","total_tokens":30,'
        f'"startTime":{ms / 1000:.3f},"endTime":{ms / 1000 + 1:.3f},"model":"gpt-4o",'
        f'"metadata":{{"user_api_key_hash":"88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b"}},'
        f'"requester_ip_address":"{ip}"}}'
    )


def _cloudfront_json(ms: int, ip: str, method: str, path: str) -> str:
    return (
        f'{{"date":"{_at(ms):%Y-%m-%d}","time":"{_at(ms):%H:%M:%S}","x-edge-location":"FRA2","sc-bytes":"12",'
        f'"c-ip":"{ip}","cs-method":"{method}","cs(Host)":"d1.cloudfront.net","cs-uri-stem":"{path}","sc-status":"200"}}'
    )


def _any_json(ms: int, ip: str, method: str, path: str) -> str:
    return json.dumps({"ts": ms, "client": ip, "verb": method, "url": path})


def _cloudfront(ms: int, ip: str, method: str, path: str) -> str:
    return (
        f"{_at(ms):%Y-%m-%d}\t{_at(ms):%H:%M:%S}\tFRA2\t12\t{ip}\t{method}\td1.cloudfront.net\t{path}\t200\t-\t"
        "OpenAI/Python%202.1"
    )


def _csv(ms: int, ip: str, method: str, path: str) -> str:
    return f"200,{ms},{ip},{method},{path}"


def _api_gateway_xml(ms: int, ip: str, method: str, path: str) -> str:
    return (
        f'<request id="c6af9ac6-7b61-11e6-9a41-93e8deadbeef"> <ip>{ip}</ip> <caller>-</caller> <user>-</user> '
        f"<requestTime>{_clf(ms)}</requestTime> <httpMethod>{method}</httpMethod> <resourcePath>{path}</resourcePath> "
        "<status>200</status> <protocol>HTTP/1.1</protocol> <responseLength>12</responseLength> </request>"
    )


def _api_gateway_csv(ms: int, ip: str, method: str, path: str) -> str:
    return f"{ip},-,-,{_clf(ms)},{method},{path},HTTP/1.1,200,12,{_IDS.replace(' ', ',')}"


def _alb(ms: int, ip: str, method: str, path: str) -> str:
    return (
        f"https {_iso(ms + 412)} app/my-loadbalancer/50dc6c495c0c9188 {ip}:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 "
        f'0 57 "{method} https://www.example.com:443{path}?x=1 HTTP/1.1" "{_AGENT}" ECDHE-RSA-AES128-GCM-SHA256 '
        "TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "
        '"Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" '
        '"arn:aws:acm:us-east-2:123456789012:certificate/1" '
        f'1 {_iso(ms)} "forward" "-" "-" "10.0.0.1:80" "200" "-" "-"'
    )


def _api_gateway_clf(ms: int, ip: str, method: str, path: str) -> str:
    return f'{ip} - - [{_clf(ms)}] "{method} {path} HTTP/1.1" 200 12 {_IDS}'


def _combined(ms: int, ip: str, method: str, path: str) -> str:
    return f'{ip} - - [{_clf(ms)}] "{method} {path} HTTP/1.1" 200 12 "-" "{_AGENT}"'


def _vllm(ms: int, ip: str, method: str, path: str) -> str:
    return f'{_iso(ms)} (APIServer pid=1) INFO:     {ip}:51234 - "{method} {path} HTTP/1.1" 200 OK'


LINES: Mapping[str, Line] = MappingProxyType(
    {
        "spillway": _spillway,
        "waf": _waf,
        "litellm": _litellm,
        "cloudfront-json": _cloudfront_json,
        "api-gateway-json": _api_gateway_json,
        "http-api-json": _http_api_json,
        "json": _any_json,
        "cloudfront": _cloudfront,
        "csv": _csv,
        "api-gateway-xml": _api_gateway_xml,
        "api-gateway-csv": _api_gateway_csv,
        "alb": _alb,
        "api-gateway-clf": _api_gateway_clf,
        "combined": _combined,
        "vllm": _vllm,
    }
)

if list(LINES) != [each.name for each in FORMATS]:
    raise RuntimeError("a format has no line here, or a line no format")
