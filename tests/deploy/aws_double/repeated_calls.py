"""The second attempt of a call gets the answer of the first.

A connection between the provider and the double may end before the provider has read the answer. The AWS SDK then
sends the call again, and CreateWebACL, for example, would refuse the name that its first attempt has taken. All
attempts of one call have the same `amz-sdk-invocation-id`:
https://docs.rs/aws-runtime/1.0.0/aws_runtime/invocation_id/index.html, read 2026-11.
"""

import threading
from collections import OrderedDict

from tests.deploy.aws_double.request import Answer, Request, Send

_MOST = 1000
_FAILS_FROM = 400


class RepeatedCalls:
    """The layer. It remembers the last answers, except for errors: the SDK repeats a call after some of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def __call__(self, request: Request, send: Send) -> Answer:
        call = request.header("amz-sdk-invocation-id")
        with self._lock:
            answered = self._answers.get(call)
        if answered is not None:
            return answered
        answer = send(request)
        if call and answer.status < _FAILS_FROM:
            with self._lock:
                self._answers[call] = answer
                if len(self._answers) > _MOST:
                    self._answers.popitem(last=False)
        return answer
