"""Alarms over CloudWatch's query protocol, which older clients use: DescribeAlarms returns what was stored.

ministack's answer in that protocol lacks actions, dimensions, statistic and period, which AWS's has:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html, read 2026-11.
"""

import re
import threading
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from tests.deploy.aws_double.request import Answer, Request, Send

_NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/"
_NOT_OF_AN_ALARM = frozenset({"Action", "Version", "Tags"})


class Alarms:
    """The layer. The emulator gets the alarms too, for clients with another protocol."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, dict[str, Any]] = {}

    def __call__(self, request: Request, send: Send) -> Answer:
        if not request.header("Content-Type").startswith("application/x-www-form-urlencoded"):
            return send(request)
        said = dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
        with self._lock:
            match said.get("Action"):
                case "PutMetricAlarm":
                    answer = send(request)
                    if answer.succeeded:
                        self._kept[said["AlarmName"]] = _nested(said)
                    return answer
                case "DescribeAlarms" if wanted := _names(said):
                    answer = send(request)
                    there = answer.body.decode(errors="replace")
                    return self._described([name for name in wanted if f">{escape(name)}<" in there])
                case _:
                    return send(request)

    def _described(self, names: list[str]) -> Answer:
        alarms = "".join(f"<member>{_xml(self._alarm(name))}</member>" for name in names)
        result = f"<DescribeAlarmsResult><MetricAlarms>{alarms}</MetricAlarms></DescribeAlarmsResult>"
        body = f'<DescribeAlarmsResponse xmlns="{_NAMESPACE}">{result}</DescribeAlarmsResponse>'
        return Answer(200, (("Content-Type", "text/xml"),), body.encode())

    def _alarm(self, name: str) -> dict[str, Any]:
        arn = f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{name}"
        return {"ActionsEnabled": "true", **self._kept[name], "AlarmArn": arn, "StateValue": "INSUFFICIENT_DATA"}


def _names(said: dict[str, str]) -> list[str]:
    return [value for name, value in said.items() if re.fullmatch(r"AlarmNames\.member\.\d+", name)]


def _nested(said: dict[str, str]) -> dict[str, Any]:
    """Puts `Dimensions.member.1.Name` into a list, at its number."""
    tree: dict[str, Any] = {}
    for name, value in said.items():
        *path, last = name.split(".")
        if [*path, last][0] in _NOT_OF_AN_ALARM:
            continue
        target = tree
        for part in path:
            target = target.setdefault(part, {})
        target[last] = value
    return tree


def _xml(value: Any) -> str:
    if not isinstance(value, dict):
        return escape(str(value))
    if value.keys() == {"member"}:
        return "".join(f"<member>{_xml(each)}</member>" for each in value["member"].values())
    return "".join(f"<{name}>{_xml(each)}</{name}>" for name, each in value.items())
