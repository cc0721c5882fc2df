"""Saved queries of CloudWatch Logs Insights, which ministack does not have.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html, read 2026-11.
"""

import json
import threading
import uuid
from typing import Any

from tests.deploy.aws_double.request import Answer, Request, Send

_TARGET = "Logs_20140328."


class QueryDefinitions:
    """The layer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, dict[str, Any]] = {}

    def __call__(self, request: Request, send: Send) -> Answer:
        match request.header("X-Amz-Target").removeprefix(_TARGET):
            case "PutQueryDefinition":
                id_ = request.data.get("queryDefinitionId") or str(uuid.uuid4())
                named = {name: value for name, value in request.data.items() if name != "clientToken"}
                with self._lock:
                    self._kept[id_] = named | {"queryDefinitionId": id_}
                return _answer({"queryDefinitionId": id_})
            case "DescribeQueryDefinitions":
                prefix = request.data.get("queryDefinitionNamePrefix", "")
                with self._lock:
                    found = [each for each in self._kept.values() if each["name"].startswith(prefix)]
                return _answer({"queryDefinitions": found})
            case "DeleteQueryDefinition":
                with self._lock:
                    gone = self._kept.pop(request.data["queryDefinitionId"], None)
                return _answer({"success": gone is not None})
            case _:
                return send(request)


def _answer(data: object) -> Answer:
    return Answer(200, (("Content-Type", "application/x-amz-json-1.1"),), json.dumps(data).encode())
