"""VPC links of REST APIs and of the newer kind, which ministack does not have: stored, and available at once.

https://docs.aws.amazon.com/apigateway/latest/api/API_CreateVpcLink.html and
https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/vpclinks.html, read 2026-11.
"""

import threading
import uuid
from typing import Any

from tests.deploy.aws_double.request import Answer, Request, Send, json_answer, rest_error


class VpcLinks:
    """The layer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, dict[str, Any]] = {}

    def __call__(self, request: Request, send: Send) -> Answer:
        newer = request.parts[:2] == ["v2", "vpclinks"]
        if not newer and request.parts[0] != "vpclinks":
            return send(request)
        with self._lock:
            match request.method, request.parts[2 if newer else 1 :]:
                case "POST", []:
                    id_ = uuid.uuid4().hex[:8]
                    states = (
                        {"vpcLinkId": id_, "vpcLinkStatus": "AVAILABLE"}
                        if newer
                        else {"id": id_, "status": "AVAILABLE"}
                    )
                    self._kept[id_] = request.data | states
                    return json_answer(self._kept[id_], 201 if newer else 202)
                case "GET", [id_] if id_ in self._kept:
                    return json_answer(self._kept[id_])
                case "DELETE", [id_] if id_ in self._kept:
                    del self._kept[id_]
                    return Answer(202)
        return rest_error("NotFoundException", "Invalid Vpc Link identifier specified", 404)
