"""WAF (WAFV2) that stores what it is given. ministack's drops custom response bodies, data protection and logging.

It implements the provider's calls for web ACLs, IP sets, associations and logging configurations, and refuses what AWS
documents as refused: https://docs.aws.amazon.com/waf/latest/APIReference/API_CreateWebACL.html and related pages, under
Errors, read 2026-11. Other calls are forwarded to the emulator.
"""

import json
import threading
import uuid
from collections.abc import Callable
from typing import Any

from tests.deploy.aws_double.request import Answer, Request, Send

Data = dict[str, Any]

_TARGET = "AWSWAF_20190729."
_KINDS = {"WebACL": "webacl", "IPSet": "ipset"}
# From AWS's own messages.
_MESSAGES = {
    "WAFDuplicateItemException": (
        "AWS WAF couldn't perform the operation because some resource in your request is a duplicate of an existing "
        "one."
    ),
    "WAFAssociatedItemException": (
        "AWS WAF couldn't perform the operation because your resource is being used by another resource or it's "
        "associated with another resource."
    ),
    "WAFOptimisticLockException": (
        "AWS WAF couldn't save your changes because someone changed the resource after you started to edit it. "
        "Reapply your changes."
    ),
    "WAFNonexistentItemException": ("AWS WAF couldn't perform the operation because your resource doesn't exist."),
}


class _RefusedError(Exception):
    """The name of AWS's exception."""


class WebAcls:
    """The layer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: dict[str, Data] = {}
        """Web ACLs and IP sets by ARN, as stored."""
        self._tokens: dict[str, str] = {}
        self._associations: dict[str, str] = {}
        """Resource ARN -> web ACL ARN."""
        self._logging: dict[str, Data] = {}
        self._tags: dict[str, dict[str, str]] = {}

    def __call__(self, request: Request, send: Send) -> Answer:
        target = request.header("X-Amz-Target")
        if not target.startswith(_TARGET):
            return send(request)
        action = target.removeprefix(_TARGET)
        call = self._of_a_kind(action) or getattr(self, f"_{action}", None)
        if call is None:
            return send(request)
        with self._lock:
            try:
                return _answer(call(request.data))
            except _RefusedError as refused:
                name = str(refused)
                return _answer({"__type": name, "Message": _MESSAGES[name], "message": _MESSAGES[name]}, 400)

    def _of_a_kind(self, action: str) -> Callable[[Data], Data] | None:
        """What web ACLs and IP sets have in common."""
        for kind in _KINDS:
            calls = {
                f"Create{kind}": self._create,
                f"Get{kind}": self._get,
                f"Update{kind}": self._update,
                f"Delete{kind}": self._delete,
                f"List{kind}s": self._list,
            }
            if action in calls:
                return lambda data, call=calls[action], kind=kind: call(kind, data)  # type: ignore[misc]  # bound here
        return None

    def _create(self, kind: str, data: Data) -> Data:
        """Names are unique within a scope."""
        if any(self._is(arn, kind) and item["Name"] == data["Name"] for arn, item in self._items.items()):
            raise _RefusedError("WAFDuplicateItemException")
        id_ = str(uuid.uuid4())
        arn = f"arn:aws:wafv2:us-east-1:000000000000:regional/{_KINDS[kind]}/{data['Name']}/{id_}"
        kept = {name: value for name, value in data.items() if name not in {"Tags", "Scope"}}
        self._items[arn] = kept | {"ARN": arn, "Id": id_} | ({"Capacity": 0} if kind == "WebACL" else {})
        self._tags[arn] = {tag["Key"]: tag["Value"] for tag in data.get("Tags", [])}
        return {"Summary": self._summary(arn)}

    def _get(self, kind: str, data: Data) -> Data:
        arn = data["ARN"] if "ARN" in data else self._arn(kind, data)
        return {kind: self._items[arn], "LockToken": self._token(arn)}

    def _update(self, kind: str, data: Data) -> Data:
        """It replaces everything that was stored before."""
        arn = self._unlocked(kind, data)
        kept = {name: value for name, value in data.items() if name not in {"LockToken", "Scope"}}
        as_made = {
            name: value for name, value in self._items[arn].items() if name in {"ARN", "Capacity", "IPAddressVersion"}
        }
        self._items[arn] = as_made | kept
        self._tokens.pop(arn)
        return {"NextLockToken": self._token(arn)}

    def _delete(self, kind: str, data: Data) -> Data:
        """Refused while a resource uses the web ACL, or a web ACL the IP set."""
        arn = self._unlocked(kind, data)
        others = [item for each, item in self._items.items() if each != arn]
        if arn in self._associations.values() or arn in json.dumps(others):
            raise _RefusedError("WAFAssociatedItemException")
        for kept in (self._items, self._tokens, self._tags, self._logging):
            kept.pop(arn, None)
        return {}

    def _list(self, kind: str, _data: Data) -> Data:
        return {f"{kind}s": [self._summary(arn) for arn in self._items if self._is(arn, kind)]}

    def _AssociateWebACL(self, data: Data) -> Data:  # noqa: N802  # AWS's name of the call
        self._existing(data["WebACLArn"])
        self._associations[data["ResourceArn"]] = data["WebACLArn"]
        return {}

    def _DisassociateWebACL(self, data: Data) -> Data:  # noqa: N802
        self._associations.pop(data["ResourceArn"], None)
        return {}

    def _GetWebACLForResource(self, data: Data) -> Data:  # noqa: N802
        arn = self._associations.get(data["ResourceArn"])
        return {"WebACL": self._items[arn]} if arn else {}

    def _ListResourcesForWebACL(self, data: Data) -> Data:  # noqa: N802
        arns = [resource for resource, acl in self._associations.items() if acl == self._existing(data["WebACLArn"])]
        return {"ResourceArns": arns if data.get("ResourceType") == "API_GATEWAY" else []}

    def _PutLoggingConfiguration(self, data: Data) -> Data:  # noqa: N802
        configuration: Data = data["LoggingConfiguration"]
        self._logging[self._existing(configuration["ResourceArn"])] = configuration
        return {"LoggingConfiguration": configuration}

    def _GetLoggingConfiguration(self, data: Data) -> Data:  # noqa: N802
        return {"LoggingConfiguration": self._logged(data["ResourceArn"])}

    def _DeleteLoggingConfiguration(self, data: Data) -> Data:  # noqa: N802
        self._logged(data["ResourceArn"])
        del self._logging[data["ResourceArn"]]
        return {}

    def _ListLoggingConfigurations(self, _data: Data) -> Data:  # noqa: N802
        return {"LoggingConfigurations": list(self._logging.values())}

    def _TagResource(self, data: Data) -> Data:  # noqa: N802
        self._tags[self._existing(data["ResourceARN"])] |= {tag["Key"]: tag["Value"] for tag in data["Tags"]}
        return {}

    def _UntagResource(self, data: Data) -> Data:  # noqa: N802
        for key in data["TagKeys"]:
            self._tags[self._existing(data["ResourceARN"])].pop(key, None)
        return {}

    def _ListTagsForResource(self, data: Data) -> Data:  # noqa: N802
        arn = self._existing(data["ResourceARN"])
        tags = [{"Key": key, "Value": value} for key, value in self._tags[arn].items()]
        return {"TagInfoForResource": {"ResourceARN": arn, "TagList": tags}}

    def _is(self, arn: str, kind: str) -> bool:
        return f"/{_KINDS[kind]}/" in arn

    def _arn(self, kind: str, data: Data) -> str:
        wanted = (data["Name"], data["Id"])
        found = (
            arn for arn, each in self._items.items() if self._is(arn, kind) and (each["Name"], each["Id"]) == wanted
        )
        return self._existing(next(found, ""))

    def _existing(self, arn: str) -> str:
        if arn not in self._items:
            raise _RefusedError("WAFNonexistentItemException")
        return arn

    def _unlocked(self, kind: str, data: Data) -> str:
        arn = self._arn(kind, data)
        if data["LockToken"] != self._token(arn):
            raise _RefusedError("WAFOptimisticLockException")
        return arn

    def _token(self, arn: str) -> str:
        return self._tokens.setdefault(arn, str(uuid.uuid4()))

    def _logged(self, arn: str) -> Data:
        if arn not in self._logging:
            raise _RefusedError("WAFNonexistentItemException")
        return self._logging[arn]

    def _summary(self, arn: str) -> Data:
        item = self._items[arn]
        told = {name: item.get(name, "") for name in ("Name", "Id", "Description", "ARN")}
        return told | {"LockToken": self._token(arn)}


def _answer(data: Data, status: int = 200) -> Answer:
    return Answer(status, (("Content-Type", "application/x-amz-json-1.1"),), json.dumps(data).encode())
